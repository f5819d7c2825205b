"""From a graph to places: by a layout engine or by our own layers, and where words find room."""
