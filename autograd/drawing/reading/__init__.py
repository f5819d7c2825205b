"""From live nodes to plain data: what the graph holds, what things are called, and the passes run again."""
