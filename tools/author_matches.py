"""Write the pairs of author names that may belong to one person, by the rule in ``bibliography.author_matching``.

``python -m tools.author_matches`` writes ``data/curated/possible-matches.ttl``: run it after a change to a list of
authors in ``data/page/articles/``, and read the difference.
"""

from imaging_trials.bibliography import author_matching
from imaging_trials.model.project import PROJECT
from rdfkit.base.project import Project
from rdfkit.rdf import named_graphs


def main(project: Project = PROJECT) -> None:
    """Write the file from the sources of the project."""
    text = author_matching.turtle(named_graphs.read_sources(project))
    (project.root / author_matching.FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
