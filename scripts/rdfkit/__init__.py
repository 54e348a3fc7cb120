"""A domain-neutral RDF toolkit: reading, SPARQL, inference, SHACL, stores and releases."""
