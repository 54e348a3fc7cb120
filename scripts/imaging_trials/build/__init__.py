"""Building and validating the graph."""
