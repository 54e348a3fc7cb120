"""``python -m rdfkit.releases.files``: write the published JSON-LD context anew, from prefixes and vocabulary."""

from rdfkit.base import paths
from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.files import jsonld

if __name__ == "__main__":
    (paths.root() / jsonld.FILE).write_bytes(jsonld.context_file(jsonld.context(layers.read_sources(paths.root()))))
