"""The names of ours that a graph holds, and the list of those that were released.

``python -m tools.released_names`` adds the names of the shipped graph to ``w3id/released.txt``: run it for each
release.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.model.project import PROJECT
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT

LIST = ROOT / "w3id" / "released.txt"


def names(quads: Iterable[Quad]) -> set[str]:
    """Return every IRI of ours that stands anywhere in some quads, datatypes and graph names included."""
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


def main() -> None:
    """Add the names of the shipped graph to the list."""
    everything = sorted(
        name.removeprefix(PROJECT.base)
        for name in (released() if LIST.exists() else set()) | names(open_store(PROJECT))
    )
    head = f"# Names below {PROJECT.base} that were released. None of them may go away: see docs/iri-policy.md.\n"
    LIST.write_text(head + "\n".join(everything) + "\n", encoding="utf-8")
    print(f"{len(everything):,} names in {LIST.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
