"""What an inferred triple follows from: the rule in ``ontology/rules/`` that added it, and the rule's premises.

The closure is made once more, keeping the order in which triples were added. A premise of a triple is always older
than the triple, so going from premise to premise ends at what the sources say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Triple

from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import triple_patterns as patterns


@dataclass(frozen=True)
class Step:
    """How one triple was inferred: by which rule, and from which quads, asserted or inferred before it."""

    rule: str
    premises: tuple[Quad, ...]


@dataclass(frozen=True)
class History:
    """A closed store with all that was inferred on the way, and when each triple was: place in the order, and rule."""

    project: Project
    store: Store
    added: dict[Triple, tuple[int, str]]


def history(project: Project) -> History:
    """Return how the graph of a project's sources is closed. Raises UserError if they cannot be read."""
    store = layers.read_sources(project)
    added: dict[Triple, tuple[int, str]] = {}
    inferred = project.graph_iri(layers.INFERRED)

    def note(rule: str) -> None:
        place = len(added)
        for quad in store.quads_for_pattern(None, None, None, inferred):
            added.setdefault(quad.triple, (place, rule))

    reason.close(project, store, watch=note, tidy=False)
    return History(project, store, added)


def step(past: History, triple: Triple) -> Step:
    """Return how a triple was inferred. Raises UserError where it was not, or not by these rules."""
    if triple not in past.added:
        raise UserError(f"'{triple}' was not inferred by the rules in {past.project.rules}.")
    place, rule = past.added[triple]
    asked = _Asked((past.project.rules / f"{rule}.ru").read_text(encoding="utf-8"), triple)
    inferred = past.project.graph_iri(layers.INFERRED)
    for premises in asked.premises(past.store):
        if all(quad.graph_name != inferred or past.added[quad.triple][0] < place for quad in premises):
            return Step(rule, tuple(sorted(premises, key=str)))
    raise UserError(f"The premises of '{triple}' by {rule} are not there: the graph is not the one that was closed.")


class _Asked:
    """A rule turned round: a query for what its body matched when its head was a given triple."""

    def __init__(self, rule: str, triple: Triple) -> None:
        head, body, self.universal = _head_and_body(rule)
        terms = zip(head, (triple.subject, triple.predicate, triple.object), strict=True)
        known = {word[1:]: term for word, term in terms if word.startswith("?")}
        prologue = rule[: _offset(rule, "INSERT")]
        self.text = patterns.without_projection(f"{prologue}SELECT *\nWHERE {{{body}}}", known)
        self.patterns = patterns.patterns(self.text)
        self.known = known

    def premises(self, store: Store) -> Iterator[set[Quad]]:
        """Yield the premises of each way in which the body matches."""
        answer = store.query(self.text)
        assert isinstance(answer, QuerySolutions)  # noqa: S101 - written as a SELECT above
        names = [variable.value for variable in answer.variables]
        graphs = [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]
        ways: dict[tuple[object, ...], set[Quad]] = {}
        for row in answer:
            solution = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            key = tuple(solution.get(name) for name in names if name not in self.universal)
            way = ways.setdefault(key, set())
            for pattern in self.patterns:
                way.update(patterns.matches(store, pattern, solution, graphs))
        yield from ways.values()


def _head_and_body(rule: str) -> tuple[list[str], str, frozenset[str]]:
    """Return the three terms of a rule's head, its body as premises to look for, and the variables that mean "every".

    The body's last line, that the head is in no graph yet, is left out. "There is none that is not so" (NOT EXISTS in
    NOT EXISTS) is asked as "those that are so": its variables are the ones returned.
    """
    words = list(sparql.tokens(rule))
    ends = [offset for _, _, offset in words[1:]] + [len(rule)]
    upper = [word.upper() for _, word, _ in words]
    opening = upper.index("INSERT") + 4  # the bracket after INSERT { GRAPH graph:inferred
    head = [word for _, word, _ in words[opening + 1 : opening + 4]]
    at = upper.index("WHERE") + 2
    kept: list[str] = []
    variables: dict[bool, set[str]] = {True: set(), False: set()}
    open_groups: list[tuple[int, bool]] = []  # of each NOT EXISTS: the level outside it, and whether it is left out
    level = 0
    while at < len(words) - 1:
        kind, word, offset = words[at]
        if upper[at : at + 3] == ["FILTER", "NOT", "EXISTS"]:
            open_groups.append((level, not open_groups and not _holds_not_exists(words, at + 3)))
            level += 1
            at += 4
            continue
        level += {"{": 1, "}": -1}.get(word, 0)
        if open_groups and level == open_groups[-1][0]:
            open_groups.pop()
        elif not any(left_out for _, left_out in open_groups):
            kept.append(rule[offset : ends[at]])
            if kind == "variable":
                variables[bool(open_groups)].add(word[1:])
        at += 1
    return head, "".join(kept), frozenset(variables[True] - variables[False])


def _holds_not_exists(words: list[tuple[str, str, int]], at: int) -> bool:
    """Tell whether the group that opens at a place has a NOT EXISTS in it."""
    level = 0
    for _, word, _ in words[at:]:
        level += {"{": 1, "}": -1}.get(word, 0)
        if level == 0:
            return False
        if word.upper() == "EXISTS":
            return True
    return False


def _offset(text: str, keyword: str) -> int:
    return next(offset for _, word, offset in sparql.tokens(text) if word.upper() == keyword)
