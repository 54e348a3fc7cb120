"""``python -m tools.context``: write ``ontology/context.jsonld`` from the prefixes and the vocabulary."""

from imaging_trials.graph.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.releases.files import jsonld


def main() -> None:
    """Write the published JSON-LD context."""
    text = jsonld.context_file(jsonld.context(named_graphs.read_sources(PROJECT)))
    (PROJECT.root / jsonld.FILE).write_bytes(text)


if __name__ == "__main__":
    main()
