"""``python -m rdfkit.releases.files``: write the published JSON-LD context from the prefixes and the vocabulary."""

from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.releases.files import jsonld

if __name__ == "__main__":
    made = jsonld.make_context(PROJECT, named_graphs.read_sources(PROJECT))
    (PROJECT.root / jsonld.CONTEXT_FILE).write_bytes(jsonld.context_bytes(made))
