"""The closure as the rules say it: every SPARQL update on the whole store, in turn, until none adds anything."""

from collections import Counter
from pathlib import Path

from pyoxigraph import QuerySolutions, Store, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.inference import rules
from rdfkit.rdf import named_graphs

INFERRED = PROJECT.graph_iri(named_graphs.INFERRED)


def close(store: Store, folder: Path = PROJECT.rules) -> tuple[Counter[str], int]:
    """Close a store; return how many triples each rule added, and the number of rounds."""
    files = rules.in_order(path for path in named_graphs.rule_files(folder) if path.suffix == ".ru")
    by_rule: Counter[str] = Counter()
    done: dict[Path, int] = {}
    rounds, size = 0, len(store)
    while any(done.get(path) != size for path in files):
        rounds += 1
        for path in files:
            if done.get(path) != size:
                store.update(path.read_text(encoding="utf-8"))
                done[path] = size
                by_rule[path.stem] += len(store) - size
                size = len(store)
    return +by_rule, rounds


def inferred(store: Store) -> set[Triple]:
    """Return what is in the inferred graph."""
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, INFERRED)}


def contradictions(store: Store, folder: Path = PROJECT.rules) -> set[tuple[str, tuple[object, ...]]]:
    """Return the rows of all checks, each with the name of its rule."""
    found: set[tuple[str, tuple[object, ...]]] = set()
    for path in named_graphs.rule_files(folder):
        if path.suffix == ".rq":
            answer = store.query(path.read_text(encoding="utf-8"))
            assert isinstance(answer, QuerySolutions)
            found |= {(path.stem.removeprefix("check-"), tuple(row)) for row in answer}
    return found
