"""RDF files and named graphs: reading, writing, and where each triple is in its file."""
