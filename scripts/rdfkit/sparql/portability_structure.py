"""Patterns of groups, columns and solution modifiers that engines answer differently. See `portability`."""

from collections import Counter
from collections.abc import Iterator

from rdfkit.sparql import nodes
from rdfkit.sparql.groups import Part, Scope, bound_by
from rdfkit.sparql.lint import Linted, Rule


def _values_and_optional(query: Linted) -> Iterator[int]:
    for group in query.scopes:
        values = [part for part in group.parts if part.kind == "values"]
        optional = [part for part in group.parts if part.kind == "optional"]
        if not values or not optional:
            continue
        given = set().union(*(part.variables for part in values))
        binding = [part for part in group.parts if part.kind in {"triples", "graph", "group", "union"}]
        bound = set().union(*(part.variables for part in binding))
        used = set().union(*(part.variables for part in optional))
        if not binding or given & (used - bound):
            yield values[0].offset


def _read_from_outside(query: Linted) -> Iterator[int]:
    """A FILTER or BIND in a group of its own is evaluated before the group is joined to what binds its variable."""

    def inside(group: Scope, outer: frozenset[str], *, joined: bool) -> Iterator[int]:
        own = group.bound | (outer if joined else frozenset())
        for part, bound in zip(group.parts, _bound_beside(group), strict=True):
            reads = part.kind in {"filter", "bind"}
            if reads and not joined and part.variables & (outer - own):
                yield part.offset
            for inner in part.groups:
                yield from inside(inner, outer | (own if reads else bound), joined=reads or part.kind == "optional")

    yield from inside(query.scope, frozenset(), joined=False)


def _bound_beside(group: Scope) -> Iterator[frozenset[str]]:
    """Yield for each part of a group what the other parts bind: of a UNION, not what its other branches do."""
    unions: list[list[Part]] = []
    for part in group.parts:
        if part.kind == "union":
            unions[-1].append(part)
        else:
            unions.append([part])
    bound = [bound_by(parts) for parts in unions]
    times = Counter(name for names in bound for name in names)
    for parts, names in zip(unions, bound, strict=True):
        beside = frozenset(name for name, count in times.items() if count > (name in names))
        yield from (beside for _ in parts)


_COUNTING = {"COUNT", "SUM", "AVG", "GROUP_CONCAT", "SAMPLE"}


def _overlapping_union(query: Linted) -> Iterator[int]:
    """Branches that bind the same variables can both give a row, and one of two equal rows is lost in a join."""

    def inside(group: Scope, *, distinct: bool) -> Iterator[int]:
        if group.query is not None:
            distinct = _is_distinct(group.query)
        for before, part in zip(group.parts, group.parts[1:], strict=False):
            if part.kind == "union" and not distinct and before.groups[0].binds == part.groups[0].binds:
                yield part.offset
        for part in group.parts:
            for inner in part.groups:
                yield from inside(inner, distinct=distinct or part.kind in {"filter", "minus"})

    yield from inside(query.scope, distinct=False)


def _is_distinct(query: nodes.Query) -> bool:
    """Return whether duplicate solutions of the body of a query do not change its answer."""
    calls = (node for column in query.columns for node in nodes.walk(column) if isinstance(node, nodes.Call))
    counts = any(call.kind == "aggregate" and call.name in _COUNTING and not call.distinct for call in calls)
    return query.form != "SELECT" or query.distinct or (bool(query.group_by) and not counts)


def _least_of_things(query: Linted) -> Iterator[int]:
    """MIN and MAX of a variable that is also a subject, so that its value is an IRI."""
    triples = (node for node in query.all_nodes if isinstance(node, nodes.Triple))
    subjects = {triple.subject.name for triple in triples if isinstance(triple.subject, nodes.Variable)}
    for call in query.calls:
        thing = call.arguments[0] if call.name in {"MIN", "MAX"} else None
        if isinstance(thing, nodes.Variable) and thing.name in subjects:
            yield call.start


def _minus_in_vain(query: Linted) -> Iterator[int]:
    for group in query.scopes:
        before: set[str] = set()
        for part in group.parts:
            if part.kind == "minus" and not before & part.variables:
                yield part.offset
            before |= part.variables


def _cut_without_order(query: Linted) -> Iterator[int]:
    for select in query.queries:
        if not select.order_by:
            yield from (cut.start for cut in (select.limit, select.offset) if cut is not None)


def _rows_without_order(query: Linted) -> Iterator[int]:
    if query.query.form == "SELECT" and not query.query.order_by:
        yield query.query.start


def _order_of_distinct(query: Linted) -> Iterator[int]:
    for select in query.queries:
        if select.distinct and select.star is None:
            given = {column.variable.name for column in select.columns if column.variable is not None}
            for order in select.order_by:
                read = (node for node in nodes.walk(order) if isinstance(node, nodes.Variable))
                yield from (variable.start for variable in read if variable.name not in given)


def _star(query: Linted) -> Iterator[int]:
    if query.query.form == "SELECT" and query.query.star is not None:
        yield query.query.star


def _describe(query: Linted) -> Iterator[int]:
    if query.query.form == "DESCRIBE":
        yield query.query.start


def _service_on_the_line_of_a_prefix(query: Linted) -> Iterator[int]:
    text = query.document.text
    for node in query.all_nodes:
        if isinstance(node, nodes.Service) and "#" in text[text.rfind("\n", 0, node.start) + 1 : node.start]:
            yield node.start


def _exists_in_head(query: Linted) -> Iterator[int]:
    for select in query.queries:
        for column in select.columns:
            yield from (node.start for node in nodes.walk(column) if isinstance(node, nodes.Exists))


def _having_by_name(query: Linted) -> Iterator[int]:
    for select in query.queries:
        made = {column.variable.name for column in select.columns if column.variable and column.expression}
        read = (node for test in select.having for node in nodes.walk(test) if isinstance(node, nodes.Variable))
        yield from (variable.start for variable in read if variable.name in made)


RULES = (
    Rule(
        "values-for-optional",
        _values_and_optional,
        (
            "VALUES whose variable only OPTIONAL uses loses rows in some engines: bind the variable in a triple "
            "pattern outside of OPTIONAL first."
        ),
    ),
    Rule(
        "read-from-outside",
        _read_from_outside,
        (
            "A FILTER or BIND in a nested group cannot use a variable that is bound outside of it, but some "
            "engines allow it: move it out of the group, or bind the variable in it."
        ),
    ),
    Rule(
        "overlapping-union",
        _overlapping_union,
        (
            "If both branches of a UNION return the same row, some engines return it once: write SELECT DISTINCT, or "
            "replace the branches by VALUES."
        ),
    ),
    Rule(
        "least-of-things",
        _least_of_things,
        "MIN and MAX of IRIs are strings in some engines: apply them to STR(?thing).",
    ),
    Rule(
        "minus-in-vain",
        _minus_in_vain,
        (
            "MINUS that shares no variable with the pattern before it removes nothing, except in some "
            "engines: use FILTER NOT EXISTS, or share a variable."
        ),
    ),
    Rule(
        "cut-without-order",
        _cut_without_order,
        (
            "Without ORDER BY, each engine chooses which rows LIMIT and OFFSET keep: add ORDER BY with enough "
            "variables to make the order unique."
        ),
    ),
    Rule(
        "rows-without-order",
        _rows_without_order,
        "Without ORDER BY, engines return rows in different orders: add ORDER BY.",
    ),
    Rule(
        "order-of-distinct",
        _order_of_distinct,
        (
            "SELECT DISTINCT ordered by a variable that is not selected is refused, or ordered differently: select "
            "the variable, or order by a selected one."
        ),
    ),
    Rule(
        "star",
        _star,
        "SELECT * returns the columns in an order that depends on the engine: name them.",
    ),
    Rule(
        "describe",
        _describe,
        "What DESCRIBE returns depends on the engine: write a CONSTRUCT.",
    ),
    Rule(
        "service-after-hash",
        _service_on_the_line_of_a_prefix,
        ("Some parsers read the # of an IRI as a comment if SERVICE is on the same line: begin a new line."),
    ),
    Rule(
        "exists-in-head",
        _exists_in_head,
        (
            "Some engines fail on EXISTS among the columns of a SELECT: put it into the body, as BIND "
            "(xsd:boolean(EXISTS { ... }) AS ?name)."
        ),
    ),
    Rule(
        "having-by-name",
        _having_by_name,
        "In some engines, HAVING cannot use a name that SELECT defines with AS: write the aggregate itself.",
    ),
)
