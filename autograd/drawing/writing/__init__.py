"""From a graph and its places to text: DOT, SVG, the page, a table, JSON."""

from autograd.errors import needing

with needing("graphviz"):
    import graphviz  # noqa: F401  # it knows DOT's syntax
