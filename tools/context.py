"""``python -m tools.context``: write ``ontology/context.jsonld`` from the prefixes and the vocabulary."""

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs
from rdfkit.releases import CONTEXT_FILE, context_bytes, make_context


def main() -> None:
    """Write the published JSON-LD context."""
    text = context_bytes(make_context(PROJECT, named_graphs.read_sources(PROJECT)))
    (PROJECT.root / CONTEXT_FILE).write_bytes(text)


if __name__ == "__main__":
    main()
