"""The fast engine: SHACL core and most SPARQL constraints, a set of focus nodes at a time."""
