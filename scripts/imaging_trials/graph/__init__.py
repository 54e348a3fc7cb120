"""The shipped graph: names of things, and readers of the store."""
