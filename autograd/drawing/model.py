"""The drawn graph as plain data: what every picture, text and page is made from.

Nothing here refers to live tensors, so a drawing shows the graph as it was when `draw` was called. Each pass of the
package (folding, cloning, summarising) takes a `Graph` and gives another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """What a vertex stands for. Each kind has its own shape *and* its own colour."""

    INPUT = "input"  # data: no gradient is asked for
    PARAMETER = "parameter"  # a leaf that gathers a gradient
    CONSTANT = "constant"  # a number in the program
    OPERATION = "operation"
    MODULE = "module"  # a whole module call, drawn as one box
    MORE = "more"  # operations that were left out


Slot = tuple[Literal["value", "tangent", "grad"], str]  # what comes step by step, and as what it is written
ROOMY = 300
"""Words in the middle of edges widen a layout and slow an engine down; a picture of more edges does without."""
LEAVES = (Kind.PARAMETER, Kind.INPUT, Kind.CONSTANT)


@dataclass(frozen=True, slots=True)
class Summary:
    """An array in a few figures: its elements if there are at most four, else their range."""

    size: int
    text: str  # "2", "[1, 2]", or "-1.2 … 3.4"
    mean: str = ""
    nan: int = 0
    infinite: int = 0
    norm: float = 0.0

    @property
    def finite(self) -> bool:
        return not (self.nan or self.infinite)

    def describe(self) -> str:
        """One line for a tooltip."""
        parts = [self.text] + ([f"mean {self.mean}"] if self.mean else [])
        if "…" in self.text or not (self.finite or "nan" in self.text or "inf" in self.text):  # not yet to be seen
            parts += [f"{count} {what}" for count, what in ((self.nan, "nan"), (self.infinite, "inf")) if count]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Vertex:
    """One thing in the picture. `id` is `n0`, `n1`, ... in topological order, whatever is folded later."""

    id: str
    kind: Kind
    op: str = ""  # the primitive's name, or a module's class
    name: str = ""
    named_by: str = ""  # "user", "module", "key" or "local": the origin of the name
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    options: str = ""
    value: Summary | None = None
    grad: Summary | None = None
    expects_grad: bool = False  # a leaf: "no grad yet" where backward has not run
    frozen: bool = False
    output: bool = False
    failed: bool = False
    cluster: str = ""  # the id of the innermost cluster, or ""
    copy: tuple[int, int] | None = None  # this is alias `k` of `n` of a leaf that is used in many places
    parameters: int = 0  # of a module: the number of its parameters' elements
    stands_for: int = 1  # how many vertices of the full graph this one replaces
    rule: str = ""  # how the backward pass treats this operation
    rule_kind: str = ""  # elementwise, linear, ...
    source: str = ""  # file:line of the user's code
    heat: float | None = None
    heat_text: str = ""
    notes: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()  # room for what the steps fill in
    current: bool = False  # the step that is shown happens here
    change: Literal["", "added", "removed"] = ""  # against another graph


@dataclass(frozen=True, slots=True)
class Edge:
    """From the vertex that makes a value to the one that reads it; `operands` says at which places."""

    source: str
    target: str
    operands: tuple[int, ...] = ()
    label: str = ""
    ordered: bool = False  # the reader is not commutative: the place matters
    carried: bool = False  # from one repetition of a folded block to the next
    flow: Literal["", "flow", "back"] = ""  # the step that is shown reads along it, or sends a gradient back

    @property
    def count(self) -> int:
        return max(1, len(self.operands))


@dataclass(frozen=True, slots=True)
class Cluster:
    """A module call, or a block that repeats: a frame around its vertices."""

    id: str
    path: str
    kind: str  # the module's class, or "" for a repeated block of operations
    parent: str = ""
    repeats: int = 1
    repeats_text: str = ""  # "layers[0..11]"
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    parameters: int = 0


@dataclass(slots=True)
class Graph:
    """Vertices in topological order, the edges between them, the clusters around them, and what must be said."""

    vertices: dict[str, Vertex] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    title: str = ""
    banner: tuple[str, ...] = ()  # what was left out, folded or failed
    backward: bool = False
    heat_unit: str = ""
    heat_figure: Callable[[float], str] = str  # how a figure of that unit is written on a vertex
    heat_together: Callable[[Sequence[float]], float] = sum  # the figure of several vertices, from theirs
    total: int = 0  # vertices of the full graph, before anything was folded

    def add(self, vertex: Vertex) -> None:
        self.vertices[vertex.id] = vertex

    def next_id(self) -> str:
        """The id of the vertex that is added next."""
        return f"n{len(self.vertices)}"

    def incoming(self) -> dict[str, list[Edge]]:
        """The edges into each vertex, carried ones left out."""
        found: dict[str, list[Edge]] = {v: [] for v in self.vertices}
        for edge in self.edges:
            if not edge.carried:
                found[edge.target].append(edge)
        return found

    def lineages(self) -> dict[str, list[str]]:
        """The lineage of every cluster, and of none."""
        return {key: self.lineage(key) for key in ("", *self.clusters)}

    def lineage(self, cluster: str) -> list[str]:
        """A cluster and those around it, outermost first."""
        path: list[str] = []
        while cluster:
            path.append(cluster)
            cluster = self.clusters[cluster].parent
        return path[::-1]

    def around(self, *keys: str) -> tuple[str, ...]:
        """The clusters that hold all of these vertices, outermost first."""
        lineages = map(self.lineage, {self.vertices[key].cluster for key in keys})
        return tuple(step[0] for step in zip(*lineages, strict=False) if len(set(step)) == 1)

    @property
    def ends(self) -> list[str]:
        """The outputs, or the last vertex where none is left."""
        return [key for key, vertex in self.vertices.items() if vertex.output] or list(self.vertices)[-1:]

    @property
    def roomy(self) -> bool:
        """Whether the edges are few enough for words on all of them."""
        return len(self.edges) <= ROOMY

    def flows_back(self, edge: Edge) -> bool:
        """Whether a gradient comes back along this edge."""
        source = self.vertices[edge.source]
        return source.kind not in (Kind.INPUT, Kind.CONSTANT, Kind.MORE) and not source.frozen and not edge.carried

    def meetings(self) -> dict[str, int]:
        """The vertices where several gradients meet, and how many are added up there."""
        meeting: Counter[str] = Counter()
        for edge in filter(self.flows_back, self.edges):
            meeting[edge.source] += edge.count
        return {key: count for key, count in meeting.items() if count > 1}

    @property
    def highest_heat(self) -> float:
        """The largest heat, 0 where nothing is warm."""
        return max((v.heat or 0.0 for v in self.vertices.values()), default=0.0)

    @property
    def hottest(self) -> float:
        """What colours are a share of: the largest heat, or 1 where nothing is warm."""
        return self.highest_heat or 1.0

    def warmed(self, vertex: Vertex, alike: Iterable[Vertex]) -> Vertex:
        """A vertex with the heat, and its figure, of those that it stands for."""
        heats = [v.heat for v in alike if v.heat is not None]
        heat = self.heat_together(heats) if heats else None
        return replace(vertex, heat=heat, heat_text="" if heat is None else self.heat_figure(heat))

    @property
    def heat_scale(self) -> str:
        """What colours stand for, and the figure of the darkest, which may stand for several operations."""
        return f"{self.heat_unit}, up to {self.heat_figure(self.highest_heat)}" if self.heat_unit else ""

    def with_vertices(self, changed: Iterable[Vertex]) -> Graph:
        """The same graph with some vertices replaced by changed ones of the same id."""
        vertices = self.vertices | {vertex.id: vertex for vertex in changed}
        return replace(self, vertices=vertices)

    def saying(self, *lines: str) -> Graph:
        """The same graph with lines added to its banner."""
        return replace(self, banner=(*self.banner, *lines))

    def pruned(self) -> Graph:
        """The same graph without clusters that hold nothing."""
        used = {outer for inner in {v.cluster for v in self.vertices.values()} for outer in self.lineage(inner)}
        return replace(self, clusters={key: value for key, value in self.clusters.items() if key in used})
