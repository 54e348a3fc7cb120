"""Record a release: the list of its names, and its counts in the changelog.

``python -m tools.released_names`` adds the names of the shipped graph to ``w3id/released.txt``, and writes the counts
of the newest version into ``CHANGELOG.md``: run it for each release.
"""

import re
from collections.abc import Iterable
from textwrap import fill

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.cli.diff import COUNTED
from imaging_trials.model.project import PROJECT
from rdfkit.releases import changelog_counts, read_snapshot
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
LIST = ROOT / "w3id" / "released.txt"


def names(quads: Iterable[Quad]) -> set[str]:
    """Return every IRI of the project in some quads, including datatypes and graph names."""
    found = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            value = (
                term.datatype.value if isinstance(term, Literal) else term.value if isinstance(term, NamedNode) else ""
            )
            if value.startswith(PROJECT.base):
                found.add(value)
    return found


def released() -> set[str]:
    """Return the names that were released."""
    return {
        PROJECT.base + line
        for line in LIST.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("# ")
    }


def with_counts(changelog: str, line: str) -> str:
    """Return the text of the changelog with the counts of its newest version replaced."""
    text, found = re.subn(r"(?ms)^Counts: .*?\.$", lambda _: fill(line, 120), changelog, count=1)
    assert found, "CHANGELOG.md has no line that starts with 'Counts: '"
    return text


def main() -> None:
    """Add the names of the shipped graph to the list, and write the counts into the changelog."""
    everything = sorted(
        name.removeprefix(PROJECT.base)
        for name in (released() if LIST.exists() else set()) | names(open_store(PROJECT))
    )
    head = f"# Names below {PROJECT.base} that were released. None of them may go away: see docs/iri-policy.md.\n"
    LIST.write_text(head + "\n".join(everything) + "\n", encoding="utf-8")
    print(f"{len(everything):,} names in {LIST.relative_to(ROOT)}")
    line = changelog_counts(PROJECT, read_snapshot(PROJECT, str(ROOT)), COUNTED)
    changelog = CHANGELOG.read_text(encoding="utf-8")
    CHANGELOG.write_text(with_counts(changelog, line), encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
