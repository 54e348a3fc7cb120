"""Write the pairs of author names that may belong to one person, by the rule in ``bibliography.author_matching``.

``python -m tools.author_matches`` writes ``data/curated/possible-matches.ttl``: run it after a change to a list of
authors in ``data/page/articles/``, and read the difference.
"""

from pathlib import Path

from imaging_trials.bibliography import author_matching
from rdfkit.base import paths
from rdfkit.rdf import named_graphs


def main(root: Path | None = None) -> None:
    """Write the file from the sources under ``root`` (default: the checkout that this program is in)."""
    root = root or paths.root()
    (root / author_matching.FILE).write_text(author_matching.turtle(named_graphs.read_sources(root)), encoding="utf-8")


if __name__ == "__main__":
    main()
