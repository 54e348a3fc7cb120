"""SPARQL texts and saved queries: syntax, portability, results and their provenance."""
