"""SHACL validation by two engines, and the source location of each result."""
