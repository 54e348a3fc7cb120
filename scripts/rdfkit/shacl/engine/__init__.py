"""A fast validator of SHACL core and SPARQL constraints."""
