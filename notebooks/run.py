"""Execute notebooks from top to bottom, each in a fresh kernel, and stop at the first cell that fails.

    python notebooks/run.py [number or name ...]

The notebooks are kept as percent scripts, `# %%` before each cell, which Jupyter opens through jupytext. The executed
ones, with their pictures, go to out/notebooks as .ipynb and .html; they are not kept in the repository.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "out" / "notebooks"
LIMIT = 60  # seconds of the processor that a notebook may take; on a busy machine the clock says more
PATIENCE = 600  # seconds of the clock that one cell may take
PAGE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}{% endblock %}{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}"""
"""Without the scripts that no notebook here needs: a reader whose network does not reach them would wait for them."""


def run(script: Path) -> float:
    """Execute one notebook and write what came of it; returns the seconds that its process computed."""
    notebook = jupytext.read(script)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    kernel = KernelManager(kernel_name="python3", transport="ipc")
    client = NotebookClient(notebook, km=kernel, timeout=PATIENCE, resources={"metadata": {"path": str(HERE.parent)}})
    start = processor_seconds()
    try:
        client.execute()
    finally:
        kernel.shutdown_kernel(now=True)  # a kernel that is handed to a client outlives it otherwise
        nbformat.write(notebook, OUT / f"{script.stem}.ipynb")
    seconds = processor_seconds() - start
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    html, _ = HTMLExporter(raw_template=PAGE).from_notebook_node(notebook, {"metadata": {"name": title}})
    (OUT / f"{script.stem}.html").write_text(html, encoding="utf-8")
    return seconds


def processor_seconds() -> float:
    """What the kernels that have ended computed so far."""
    ended = os.times()
    return ended.children_user + ended.children_system


def main(names: list[str]) -> int:
    """Run the notebooks that are named, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    # The products in the notebooks are small, and on a busy machine OpenBLAS's threads spend 30 times as long waiting
    # for each other as computing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    scripts = [script for script in sorted(HERE.glob("[0-9]*.py"))
               if not names or any(script.stem.startswith(Path(name).stem) for name in names)]
    for script in scripts:
        try:
            seconds = run(script)
        except CellExecutionError as error:
            print(f"{script.name} fails:\n{error}", file=sys.stderr)
            return 1
        print(f"{seconds:5.1f} s  {(OUT / script.stem).relative_to(HERE.parent)}.html", flush=True)
        if seconds > LIMIT:
            print(f"{script.name} took {seconds:.0f} s; a notebook may take {LIMIT}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
