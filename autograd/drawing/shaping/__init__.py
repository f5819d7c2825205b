"""From a graph to the graph that is drawn: folded, closed, cloned and cut until it can be looked at."""
