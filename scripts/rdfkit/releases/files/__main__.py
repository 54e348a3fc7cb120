"""``python -m rdfkit.releases.files``: write the published JSON-LD context anew, from prefixes and vocabulary."""

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.files import jsonld

if __name__ == "__main__":
    (PROJECT.root / jsonld.FILE).write_bytes(jsonld.context_file(jsonld.context(layers.read_sources(PROJECT))))
