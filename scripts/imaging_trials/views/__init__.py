"""What the commands show of the graph."""
