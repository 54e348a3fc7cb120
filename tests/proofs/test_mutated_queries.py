"""The portability lint against what it must find: saved queries with one edit, run in two engines.

If pyoxigraph and rdflib give different rows, the lint must say why. One known difference is not a pattern of the
text: for a GROUP BY without solutions, rdflib returns one empty row and the recommendation none (SPARQL 1.1, section
11.2); ``docs/stores.md`` documents it.
"""

import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

import pytest

from rdfkit.base.errors import UserError
from rdfkit.sparql import portability
from rdfkit.sparql.saved import SavedQuery
from tests.conftest import Show
from tests.support.two_engines import QUERIES, closed, oxigraph_bag, rdflib_bag, rdflib_for

PER_QUERY = 1
SECONDS = 2
"""Seconds that a query may take: an edit can make it a cross product."""

STATEMENT = re.compile(r"^( *)(\?\w+ \S.* \.)$")
NOTHING: frozenset[object] = frozenset({frozenset()})


class Mutant(NamedTuple):
    """A saved query with one edit."""

    query: SavedQuery
    edit: str
    text: str


def edits(line: str) -> Iterator[tuple[str, str]]:
    """Yield the edits of a line of a query, each with its name."""
    if found := STATEMENT.match(line):
        margin, triple = found.groups()
        yield "left out", ""
        for keyword in ("OPTIONAL", "", "MINUS", "FILTER NOT EXISTS"):
            yield f"in {keyword or 'a group'}", f"{margin}{keyword} {{ {triple} }}"
        yield "twice", f"{margin}{{ {triple} }} UNION {{ {triple} }}"
    bare = line.strip()
    if bare.startswith("FILTER (") and "{" not in bare:
        yield "left out", ""
        yield "in a group", f"{{ {bare} }}"
        yield "no STR", line.replace("STR(", "(")
        yield "other comparison", line.replace("!=", "=") if "!=" in line else line.replace(" = ", " != ")
    if bare.startswith("VALUES"):
        yield "in a group", f"{{ {bare} }}" if bare.endswith("}") else line
    yield "required", line.replace("OPTIONAL {", "{")
    yield "taken away", line.replace("OPTIONAL {", "MINUS {")
    yield "MINUS", line.replace("FILTER NOT EXISTS {", "MINUS {")
    yield "cut", "LIMIT 2" if bare.startswith("ORDER BY") else line
    yield "distinct", line.replace("SELECT ?", "SELECT DISTINCT ?")
    yield "not distinct", line.replace("DISTINCT ", "")
    for function in ("GROUP_CONCAT", "SAMPLE", "MIN", "AVG"):
        yield function, line if "COUNT(*" in line else line.replace("COUNT(", f"{function}(")


def mutants(query: SavedQuery) -> list[Mutant]:
    """Return some of the mutants of a query, the same ones each time."""
    lines = query.text.split("\n")
    found = [
        Mutant(query, f"line {at + 1}: {name}", "\n".join([*lines[:at], edited, *lines[at + 1 :]]))
        for at, line in enumerate(lines)
        if not line.startswith(("#", "PREFIX"))
        for name, edited in edits(line)
        if edited != line
    ]
    return random.Random(query.id).sample(found, min(PER_QUERY, len(found)))


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError when the time is over, in pure Python code too.

    It is raised again each second, because an exception inside a callback of the garbage collector is ignored.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def verdict(mutant: Mutant) -> str:  # noqa: PLR0911 - one for each way to end
    """Return how two engines and the lint judge a mutant."""
    try:
        flagged = bool(portability.findings(mutant.text))
        with time_limit(SECONDS):
            expected = oxigraph_bag(closed(), mutant.query, mutant.text)
            found = rdflib_bag(rdflib_for(mutant.query), mutant.text)
    except UserError:
        return "no SPARQL"
    except TimeoutError:
        return "too slow"
    except AssertionError:  # of the comparison
        return "blank nodes"
    except Exception:  # noqa: BLE001 - an error where another engine answers is a difference
        return "different, flagged" if flagged else "different, not flagged"
    if found == expected:
        return "same, flagged" if flagged else "same"
    if flagged:
        return "different, flagged"
    grouped_nothing = expected.total() == 0 and "GROUP BY" in mutant.text and set(found) == NOTHING
    return "different, nothing to group" if grouped_nothing else "different, not flagged"


@pytest.mark.prove
@pytest.mark.filterwarnings("ignore:Dataset.*is deprecated:DeprecationWarning")
def test_the_lint_finds_what_engines_answer_differently(show: Show) -> None:
    judged = {mutant: verdict(mutant) for query in QUERIES.values() for mutant in mutants(query)}
    counts = Counter(judged.values())
    show("saved queries with one edit, in two engines", (f"{n:5} {kind}" for kind, n in sorted(counts.items())))
    assert counts["different, flagged"] > 3, "the mutants no longer make engines differ"
    missed = [
        f"{mutant.query.id}, {mutant.edit}" for mutant, verdict in judged.items() if verdict == "different, not flagged"
    ]
    assert missed == []
