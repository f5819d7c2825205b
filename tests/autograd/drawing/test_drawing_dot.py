"""DOT: the same graph, the same bytes; and whatever a name holds, valid."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd.drawing.model import Cluster, Edge, Graph
from autograd.drawing.placing import engines
from autograd.drawing.words import printable
from autograd.drawing.writing import dot
from tests.autograd.drawing.pictured import chain, graphs, layers, neuron
from tests.examples import examples

GOLDEN = Path(__file__).parent / "golden"
EVIL = ('<b>&amp;"quoted"</b>', "{a|b}", "back\\slash", "new\nline", "ünïcødé ∂ 中文", "\x00\x1b", "]]>", "--></style>",
        "\\", "ends in \\", "\\N \\G \\n", "<b>")


def named_alike(name: str) -> Graph:
    """Layers in which every vertex, cluster and edge bears this name."""
    graph = layers(2)
    graph.vertices = {key: replace(vertex, name=name) for key, vertex in graph.vertices.items()}
    graph.clusters = {key: replace(cluster, path=name) for key, cluster in graph.clusters.items()}
    graph.edges = [replace(edge, label=name) for edge in graph.edges]
    return graph


def test_a_neuron_in_dot() -> None:
    """The golden file is what `python test_drawing_dot.py` writes; read it when it changes."""
    assert dot.source(neuron()) == (GOLDEN / "neuron.dot").read_text(encoding="utf-8")


def test_the_backward_view_has_an_edge_back_for_each_that_a_gradient_takes() -> None:
    graph = neuron()
    graph.backward = True
    text = dot.source(graph)
    assert text.count("constraint=false") == 4  # not to the input
    assert "n5 -> n4" in text
    assert "n2 -> n1" not in text
    assert "1 - out * out" in text


def test_the_way_to_the_next_repetition_is_dashed_and_holds_no_vertex_in_its_layer() -> None:
    graph = layers(2)
    plain = dot.source(graph)
    graph.edges.append(Edge("r1", "d0", (0,), carried=True))
    frame, way = sorted(set(dot.source(graph).splitlines()) - set(plain.splitlines()))
    assert "margin=18" in frame  # room for it in the frame that it stays in
    assert way.strip().startswith("r1 -> d0 [")
    assert {"class=carried", "constraint=false", "style=dashed"} <= set(re.split(r"[\s\[\]]+", way))
    assert "minlen" not in way
    assert dot.digraph(graph, bare=True).source.replace("margin=18", "margin=10") == plain


def test_the_same_bytes_under_any_hash_seed() -> None:
    script = (
        "import hashlib\n"
        "import numpy as np, autograd\n"
        "from autograd.drawing import draw\n"
        "from tests.autograd.drawing.pictured import layers\n"
        "from autograd.drawing.writing import dot\n"
        "w = autograd.Tensor(np.ones((3, 3)), requires_grad=True, name='w')\n"
        "x = w\n"
        "for i in range(30): x = np.tanh(x @ w + i)\n"
        "d = draw({'b': x.sum(), 'a': x.mean()}, backward=True)\n"
        "for t in (d.source, d.to_svg(), d.to_json(), d.to_text(), d.to_html(), dot.source(layers(20))):\n"
        "    print(hashlib.sha256(t.encode()).hexdigest())\n"
    )
    answers = {
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
                       check=True,
                       env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("name", EVIL)
def test_engines_accept_any_name(name: str) -> None:
    """A name comes out of the engine as it was typed, wherever it stands."""
    graph = neuron()
    graph.clusters["c0"] = Cluster("c0", name, "Neuron")
    graph.vertices["n0"] = replace(graph.vertices["n0"], name=name, cluster="c0")
    graph.edges[0] = replace(graph.edges[0], label=name)
    engine = engines.find()
    if engine is None:
        pytest.skip("no layout engine on this machine: pip install 'cleargrad[draw]'")
    picture = ET.fromstring(engine.run(dot.source(graph), "svg"))
    shown = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    hovering = [link.get("{http://www.w3.org/1999/xlink}title") for link in picture.iter("{http://www.w3.org/2000/svg}a")]
    typed = printable(name)
    assert typed in shown
    assert f"{typed}: Neuron" in shown
    assert f" {typed} " in shown
    assert any(words.startswith(f"{typed}: parameter") for words in hovering if words)


@examples(25)
@given(graphs(names=st.text(max_size=12)))
@example(graph=named_alike("\\"))
@example(graph=named_alike("\\N"))
@example(graph=named_alike("<b>"))
def test_every_vertex_and_edge_is_stated_once(graph: Graph) -> None:
    text = dot.source(graph)
    for key in graph.vertices:
        assert sum(line.strip().startswith(f"{key} [") for line in text.splitlines()) == 1
    assert sum(f"id=e{number} " in f"{line} ".replace("]", " ") for number in range(len(graph.edges))
               for line in text.splitlines() if " -> " in line) == len(graph.edges)


def test_clusters_stand_inside_each_other() -> None:
    text = dot.source(layers(3))
    outer, inner = text.index("subgraph cluster_c0"), text.index("subgraph cluster_c1")
    assert outer < inner
    assert "layers.0: Block" in text


def test_a_deep_nesting_of_clusters_and_a_long_chain_need_no_recursion() -> None:
    from autograd.drawing.model import Cluster, Kind, Vertex

    graph = chain(3000)
    for depth in range(400):
        graph.clusters[f"c{depth}"] = Cluster(f"c{depth}", f"m{depth}", "M", f"c{depth - 1}" if depth else "")
    graph.add(Vertex("deep", Kind.INPUT, cluster="c399"))
    assert "cluster_c399" in dot.source(graph)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "neuron.dot").write_text(dot.source(neuron()), encoding="utf-8")
