"""The derivation of an inferred triple: the rule in ``ontology/rules/`` that added it, and the rule's premises.

The closure is computed again, and the order in which triples were added is recorded. A premise of a triple was always
added before the triple, so following premises ends at asserted triples.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store, Triple

from rdfkit.base import Project, UserError
from rdfkit.inference import closure, rules
from rdfkit.rdf import named_graphs
from rdfkit.sparql import nodes, syntax, triple_patterns


@dataclass(frozen=True)
class Step:
    """How one triple was inferred: by which rule, and from which quads, asserted or inferred before it."""

    rule: str
    premises: tuple[Quad, ...]


@dataclass(frozen=True)
class History:
    """A store with its closure, including triples that cleanup would remove.

    ``added`` has, for each inferred triple, its position in the order of inference and the rule that added it.
    """

    project: Project
    store: Store
    added: dict[Triple, tuple[int, str]]


def history(project: Project, others: Iterable[Quad] = ()) -> History:
    """Return the history of the closure of a project's sources, and of other quads beside them.

    Raises UserError if the sources cannot be read.
    """
    store = named_graphs.read_sources(project)
    store.bulk_extend(others)
    added: dict[Triple, tuple[int, str]] = {}

    def note(rule: str, triples: Iterable[Triple]) -> None:
        place = len(added)
        added.update((triple, (place, rule)) for triple in triples)

    closure.close(project, store, watch=note, tidy=False)
    return History(project, store, added)


def step(past: History, triple: Triple) -> Step:
    """Return how a triple was inferred. Raises UserError if it was not inferred by the project's rules."""
    if triple not in past.added:
        raise UserError(f"'{triple}' was not inferred by the rules in {past.project.rules}.")
    place, rule = past.added[triple]
    query = _PremiseQuery((past.project.rules / f"{rule}.ru").read_text(encoding="utf-8"), triple)
    inferred = past.project.graph_iri(named_graphs.INFERRED)
    for premises in query.premises(past.store):
        if all(quad.graph_name != inferred or past.added[quad.triple][0] < place for quad in premises):
            return Step(rule, tuple(sorted(premises, key=str)))
    raise UserError(
        f"The premises of '{triple}' by {rule} are missing: the graph has changed since its closure was computed."
    )


class _PremiseQuery:
    """A rule read backwards: a query for the quads that its body matched when its head was a given triple."""

    def __init__(self, rule: str, triple: Triple) -> None:
        (operation,) = syntax.read(rule).operations
        assert operation.where is not None  # noqa: S101 - every rule is INSERT { } WHERE { }
        (head,) = operation.insert[0].triples
        places = (head.subject, head.predicate, head.object)
        terms = zip(places, (triple.subject, triple.predicate, triple.object), strict=True)
        known = {word.name: term for word, term in terms if isinstance(word, nodes.Variable)}
        body, self.universal = _body(rule, operation.where)
        prologue = rule[: operation.start]
        self.text = triple_patterns.without_projection(f"{prologue}SELECT *\nWHERE {{{body}}}", known)
        self.patterns = triple_patterns.patterns(self.text)
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
                way.update(triple_patterns.matches(store, pattern, solution, graphs, graphs))
        yield from ways.values()


def _body(text: str, where: nodes.Group) -> tuple[str, frozenset[str]]:
    """Return the body of a rule as a pattern for its premises, and the variables that are universally quantified.

    The condition that the head is not in any graph yet is left out. A universal condition (NOT EXISTS inside NOT
    EXISTS) becomes a positive pattern: the variables that occur only there are the ones returned.
    """
    cuts: list[tuple[int, int]] = []
    variables: dict[bool, set[str]] = {True: set(), False: set()}

    def visit(node: nodes.Node, *, inside: bool) -> None:
        group = rules.absent(node)
        if group is not None and not inside and not any(map(rules.absent, nodes.walk(group))):
            cuts.append((node.start, node.end))
            return
        if group is not None:
            cuts.extend([(node.start, group.start + 1), (group.end - 1, node.end)])
        elif isinstance(node, nodes.Variable):
            variables[inside].add(node.name)
        for inner in nodes.children(group or node):
            visit(inner, inside=inside or group is not None)

    visit(where, inside=False)
    kept, at = [], where.start + 1
    for start, end in sorted(cuts):
        kept.append(text[at:start])
        at = end
    return "".join(kept) + text[at : where.end - 1], frozenset(variables[True] - variables[False])
