"""``python -m imaging_trials.release``: write the published JSON-LD context anew, from prefixes and vocabulary."""

from imaging_trials import layers, paths
from imaging_trials.release import jsonld

if __name__ == "__main__":
    (paths.root() / jsonld.FILE).write_bytes(jsonld.context_file(jsonld.context(layers.read_sources(paths.root()))))
