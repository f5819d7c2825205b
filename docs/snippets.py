"""The Python snippets of a page, executed in the order of reading: for the tests, and to show what they print."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from textwrap import fill
from typing import Any

FENCE = re.compile(r"^```python[^\n]*\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def executed(page: str, name: str, namespace: dict[str, Any] | None = None) -> str:
    """The page with what each snippet prints below it; snippets share their names, and run where the process is.

    What a snippet raises passes through, with the line of the page.
    """
    names: dict[str, Any] = {} if namespace is None else namespace

    def run(fence: re.Match[str]) -> str:
        printed = StringIO()
        # Blank lines in front make an error name the line of the page.
        code = compile("\n" * page.count("\n", 0, fence.start(1)) + fence[1], name, "exec")
        with redirect_stdout(printed):
            exec(code, names)
        shown = "\n".join(_wrapped(line) for line in printed.getvalue().rstrip().splitlines())
        return f"{fence[0]}\n```text title=\"prints\"\n{shown}\n```\n" if shown else fence[0]

    return FENCE.sub(run, page)


def _wrapped(line: str) -> str:
    """A long line of prose, such as a message, in several; a row of a table stays as it is."""
    return line if "   " in line else fill(line, 92, subsequent_indent="    ", break_long_words=False)
