"""From a graph and its places to text: DOT, SVG, the page, a table, JSON."""
