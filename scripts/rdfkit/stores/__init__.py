"""Triple stores: the embedded one, clients for others, loading, and the SPARQL server."""
