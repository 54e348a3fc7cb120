"""Where the graph's files lie: in the checkout, or inside the installed package."""

from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2]
PACKAGE = SCRIPTS / "imaging_trials"


def root() -> Path:
    """Return the folder that holds ``ontology/``, ``data/``, ``shapes/``, ``queries/`` and ``dist/``.

    In a checkout (and an editable install) that is the checkout; in a wheel it is ``graph_files/`` inside the
    package, where the build put the same folders.
    """
    packed = PACKAGE / "graph_files"
    return packed if packed.is_dir() else SCRIPTS.parent


def built() -> Path:
    """Return the folder that ``imt build`` writes to, and from which the built graph is read."""
    return root() / "dist"
