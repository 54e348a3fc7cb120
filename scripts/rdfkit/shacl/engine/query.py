"""The queries of constraints (SHACL, section 5.3) as nodes that the engine compiles.

`rdfkit.sparql.syntax` parses a query; this module converts its nodes to those of `algebra`. What SHACL forbids in a
query with pre-bound variables (MINUS, VALUES, SERVICE; appendix A) is refused by name. So are features that the engine
does not support, and any text that the parser refuses.
"""

from collections.abc import Collection, Mapping
from itertools import count

from rdfkit.base import UserError
from rdfkit.shacl.engine import algebra, literals, scopes
from rdfkit.shacl.engine.algebra import Aggregate, Bind, Call, Exists, Expression, Node, Query, Variable
from rdfkit.shacl.engine.paths import Alternative, Excluded, Inverse, Path, Repeated, Sequence
from rdfkit.shacl.engine.shapes import Unsupported
from rdfkit.sparql import guard, nodes, syntax

__all__ = ["Query", "parse"]

_DEFAULT_PREFIXES = {
    name: literals.XSD[: -len("2001/XMLSchema#")] + rest
    for name, rest in (
        ("rdf", "1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "2000/01/rdf-schema#"),
        ("owl", "2002/07/owl#"),
    )
}
"""Prefixes that pySHACL knows without a declaration."""

_RESERVED = {"currentShape", "shapesGraph", "PATH"}
_FORBIDDEN = "in a query (SHACL forbids it, appendix A)"
_UNORDERED = {"SAMPLE", "GROUP_CONCAT"}


def parse(  # noqa: PLR0913 - the parts of a constraint
    text: str,
    prefixes: Mapping[str, str],
    path: Path | None = None,
    *,
    inputs: Collection[str] = ("this",),
    constants: Mapping[str, str] | None = None,
    base: str = "",
) -> Query:
    """Return a parsed SELECT or ASK query, with ``path`` substituted for ``$PATH``.

    ``inputs`` are the pre-bound variables that have a value for each solution: ``this``, and ``value`` in an ASK query.
    ``constants`` are pre-bound variables with one value, by name: the parameters of a constraint component, for
    example. They are substituted. ``base`` is the IRI against which relative IRIs are resolved.

    Raises Unsupported for a query that SHACL forbids, for a feature that the engine does not support, and for a text
    that is not valid SPARQL 1.1.
    """
    try:
        query = syntax.read(_as_oxigraph_reads(text), prefixes={**_DEFAULT_PREFIXES, **prefixes}, base=base).query
    except UserError as error:
        raise Unsupported(f"a query that is refused ({str(error).rstrip('.')})") from None
    if query.form not in {"SELECT", "ASK"} or query.where is None:
        raise Unsupported(f"{query.form} in a query")
    # Paths give each end once; an aggregate counts each way to it.
    counts_ways = any(isinstance(node, nodes.Call) and node.kind == "aggregate" for node in nodes.walk(query))
    return _Converter(path, frozenset(inputs), dict(constants or {}), counts_ways=counts_ways).query(query)


class _Converter:
    """Converts the nodes of one query."""

    def __init__(
        self, path: Path | None, inputs: frozenset[str], constants: dict[str, str], *, counts_ways: bool
    ) -> None:
        self._path = path
        self._counts_ways = counts_ways
        self._inputs = inputs
        self._constants = constants
        self._numbers = count(1)
        self._names: dict[str, str] = {}
        """The names of the variables of the sub-select at hand, by those in the text."""
        self._aggregates: list[tuple[str, Aggregate]] | None = None

    # Queries

    def query(self, query: nodes.Query, *, inner: bool = False) -> Query:
        """Return a query; ``inner`` for a sub-select."""
        assert query.where is not None  # noqa: S101 - only DESCRIBE may lack it
        for name, clause in (("FROM", query.dataset), ("VALUES", query.values)):
            if clause:
                raise Unsupported(f"{name} {_FORBIDDEN}")
        if query.star is not None:
            selected = sorted(name for name in scopes.in_scope(query.where) if name not in self._constants)
            if "this" in self._inputs and "this" not in selected:
                selected.append("this")
        else:
            selected = [column.variable.name for column in query.columns if column.variable is not None]
        columns = [column for column in query.columns if column.expression is not None]
        for column in columns:
            self._refuse_bound(column.variable)
        group = self.group(query.where)
        grouping = None
        tests = [*query.having, *(column.expression for column in columns)]
        if query.group_by or any(map(_has_aggregate, tests)):
            group, grouping = self._grouping(query, group, columns)
        elif query.having:
            filters = [algebra.Filter(self.expression(test)) for test in query.having]
            group = algebra.Group((algebra.Union((group,)), *filters))
        if grouping is None and columns:
            made = [Bind(self.expression(column.expression), self._target(column.variable)) for column in columns]
            group = algebra.Group((algebra.Union((group,)), *made))
        names = tuple(self._name(name) for name in selected if name not in self._constants)
        if query.limit or query.offset:
            self._refuse_limit(query, names, inner=inner)
        return Query(names, group, grouping, query.distinct or query.reduced or query.limit is not None)

    def _refuse_limit(self, query: nodes.Query, names: tuple[str, ...], *, inner: bool) -> None:
        """Refuse LIMIT unless all solutions for the same node are the same, so that it only makes them distinct."""
        number = query.limit.number if query.limit is not None else 0
        if query.offset is not None or not {*names} <= self._inputs or number < 1 or (inner and number > 1):
            raise Unsupported("LIMIT or OFFSET in a query")

    def _grouping(
        self, query: nodes.Query, group: algebra.Group, columns: list[nodes.Column]
    ) -> tuple[algebra.Group, algebra.Grouping]:
        keys, binds = [], []
        for key in query.group_by:
            if key.expression is None and key.variable is not None:
                keys.append(self._name(key.variable.name))
                continue
            if key.variable is not None:
                self._refuse_bound(key.variable)
            name = self._name(key.variable.name) if key.variable is not None else f"#{next(self._numbers)}"
            binds.append(Bind(self.expression(key.expression), name))
            keys.append(name)
        if binds:
            group = algebra.Group((algebra.Union((group,)), *binds))
        before, self._aggregates = self._aggregates, []
        computed = [Bind(self.expression(column.expression), self._target(column.variable)) for column in columns]
        having = [self.expression(test) for test in query.having]
        aggregates, self._aggregates = tuple(self._aggregates), before
        constants = [key for key in keys if key in self._constants]
        kept = tuple(key for key in keys if key not in constants)
        if constants and not kept:
            raise Unsupported("GROUP BY of a pre-bound variable only")
        return group, algebra.Grouping(kept, aggregates, tuple(having), tuple(computed))

    def sub_select(self, query: nodes.Query) -> algebra.SubSelect:
        """Return a sub-select, in which variables that it does not select get names of their own."""
        assert query.where is not None  # noqa: S101
        if query.star is not None:
            selected = scopes.in_scope(query.where)
        else:
            selected = {column.variable.name for column in query.columns if column.variable is not None}
        for name in sorted({*self._inputs, *self._constants} - {"currentShape", "shapesGraph", "PATH"} - selected):
            raise Unsupported(f"a sub-select without ${name} (SHACL requires it, appendix A)")
        before = self._names
        number = next(self._numbers)
        inside = {node.name for node in nodes.walk(query) if isinstance(node, nodes.Variable)}
        private = inside - selected - self._inputs
        kept = {name: before[name] for name in inside & before.keys() & selected}
        self._names = {**kept, **{name: f"{name}/{number}" for name in private}}
        try:
            return algebra.SubSelect(self.query(query, inner=True))
        finally:
            self._names = before

    def _name(self, name: str) -> str:
        if name in _RESERVED:
            raise Unsupported(f"${name} in a query")
        return self._names.get(name, name)

    def _target(self, variable: nodes.Variable | None) -> str:
        assert variable is not None  # noqa: S101 - the grammar requires one
        return self._name(variable.name)

    def _refuse_bound(self, variable: nodes.Variable | None) -> None:
        """Refuse a value for a variable that has one (SHACL appendix A)."""
        if variable is not None and variable.name in {*self._inputs, *self._constants, *_RESERVED}:
            raise Unsupported(f"AS ?{variable.name} {_FORBIDDEN}")

    # Groups

    def group(self, group: nodes.Group) -> algebra.Group:
        """Return a group."""
        return algebra.Group(tuple(made for element in group.elements for made in self._elements(element)))

    def _elements(self, element: nodes.Element) -> list[algebra.Element]:
        match element:
            case nodes.Triples():
                return [part for triple in element.triples for part in self._patterns(triple)]
            case nodes.Filter():
                return [algebra.Filter(self.expression(element.test))]
            case nodes.Optional():
                return [algebra.Optional(self.group(element.group))]
            case nodes.Bind():
                self._refuse_bound(element.variable)
                return [Bind(self.expression(element.expression), self._name(element.variable.name))]
            case nodes.Alternatives():
                return [algebra.Union(tuple(self.group(choice) for choice in element.groups))]
            case nodes.SubSelect():
                return [self.sub_select(element.query)]
            case nodes.Graph():
                raise Unsupported("GRAPH in a query")
        raise Unsupported(f"{type(element).__name__.upper()} {_FORBIDDEN}")

    def _patterns(self, triple: nodes.Triple) -> list[algebra.Element]:
        predicate: Variable | Path
        if not isinstance(triple.predicate, nodes.Variable):
            predicate = _path(triple.predicate)
        elif triple.predicate.name == "PATH" and self._path is not None:
            predicate = self._path
        else:
            found = self._node(triple.predicate)
            if isinstance(found, str) and found[0] != "<":
                raise Unsupported(f"?{triple.predicate.name} as a predicate in a query")
            predicate = found
        subject, value = self._node(triple.subject), self._node(triple.object)
        if self._counts_ways and not isinstance(predicate, Variable):
            return self._ways(subject, predicate, value)
        return [algebra.Pattern(subject, predicate, value)]

    def _ways(self, subject: Node, path: Path, value: Node) -> list[algebra.Element]:
        """Return a path as patterns and unions, which give each way along it (SPARQL 1.1, section 18.2.2.4)."""
        match path:
            case Inverse():
                return self._ways(value, path.path, subject)
            case Sequence():
                between = [Variable(f"_:#{next(self._numbers)}") for _ in path.steps[1:]]
                steps = zip([subject, *between], path.steps, [*between, value], strict=True)
                return [part for start, step, end in steps for part in self._ways(start, step, end)]
            case Alternative():
                groups = [algebra.Group(tuple(self._ways(subject, choice, value))) for choice in path.choices]
                return [algebra.Union(tuple(groups))]
            case Excluded():
                ends = [] if path.backward and not path.forward else [(subject, path.forward, value)]
                ends += [(value, path.backward, subject)] if path.backward else []
                return [algebra.Union(tuple(self._other_ways(*each) for each in ends))]
        return [algebra.Pattern(subject, path, value)]

    def _other_ways(self, subject: Node, names: tuple[str, ...], value: Node) -> algebra.Group:
        """Return the pattern of any predicate but some."""
        predicate = Variable(f"_:#{next(self._numbers)}")
        excluded = algebra.Filter(Call("!", (Call("IN", (predicate, *names)),)))
        return algebra.Group((algebra.Pattern(subject, predicate, value), excluded))

    def _node(self, term: nodes.Term) -> Node:
        match term:
            case nodes.Variable():
                if term.name in self._constants:
                    return self._constants[term.name]
                return Variable(self._name(term.name))
            case nodes.Iri():
                return _iri(term)
            case nodes.Literal():
                return _literal(term)
        return Variable(f"_:{term.label}")

    # Expressions

    def expression(self, expression: nodes.Expression | None) -> Expression:
        """Return an expression; an aggregate in it becomes a variable."""
        assert expression is not None  # noqa: S101 - the callers have one
        match expression:
            case nodes.Exists():
                return Exists(self.group(expression.group), expression.negated)
            case nodes.Call():
                return self._call(expression)
        return self._node(expression)

    def _call(self, call: nodes.Call) -> Expression:
        if call.kind == "aggregate":
            return self._aggregate(call)
        if call.distinct:
            raise Unsupported("DISTINCT in a call of a function")
        arguments = tuple(self.expression(argument) for argument in call.arguments)
        if call.name == "NOT IN":
            return Call("!", (Call("IN", arguments),))
        if call.kind == "operator" and len(arguments) == 1 and call.name in {"+", "-"}:
            return Call(f"unary {call.name}", arguments)
        return Call(f"<{call.name}>" if call.kind == "iri" else call.name, arguments)

    def _aggregate(self, call: nodes.Call) -> Expression:
        if self._aggregates is None:
            raise Unsupported(f"{call.name} outside of SELECT and HAVING")
        if call.name in _UNORDERED:
            raise Unsupported(f"{call.name} in a query (its value depends on the order of solutions)")
        found, self._aggregates = self._aggregates, None  # one aggregate in another is not allowed
        value = self.expression(call.arguments[0]) if call.arguments else None
        self._aggregates = found
        name = f"#{next(self._numbers)}"
        found.append((name, Aggregate(call.name, value, call.distinct)))
        return Variable(name)


_ODD_WORDS = ("TRUE", "FALSE", "CONCAT", "COALESCE")


def _as_oxigraph_reads(text: str) -> str:
    """Return a text in a spelling that Oxigraph's parser accepts (0.5.13).

    It takes TRUE and FALSE only in small letters, and CONCAT and COALESCE only if their bracket follows at once.
    """
    if not any(word in text.upper() for word in _ODD_WORDS):
        return text
    parts, end, before = [], 0, ""
    for kind, word, start in guard.tokens(text):
        upper = word.upper() if kind == "word" else ""
        if upper in {"TRUE", "FALSE"}:
            parts += [text[end:start], word.lower()]
            end = start + len(word)
        elif word == "(" and before in {"CONCAT", "COALESCE"}:
            end = start  # without what is between the name and the bracket
        before = upper
        if before in {"CONCAT", "COALESCE"}:
            parts.append(text[end : start + len(word)])
            end = start + len(word)
    return "".join(parts) + text[end:]


def _has_aggregate(expression: nodes.Expression | None) -> bool:
    if expression is None:
        return False
    return any(isinstance(node, nodes.Call) and node.kind == "aggregate" for node in nodes.walk(expression))


def _path(path: nodes.Path) -> Path:
    match path:
        case nodes.Iri():
            return _iri(path)
        case nodes.Inverse():
            return Inverse(_path(path.path))
        case nodes.Sequence():
            return Sequence(tuple(map(_path, path.parts)))
        case nodes.Alternative():
            return Alternative(tuple(map(_path, path.parts)))
        case nodes.Repeated():
            return Repeated(_path(path.path), zero=path.sign != "+", many=path.sign != "?")
    return Excluded(tuple(map(_iri, path.forward)), tuple(map(_iri, path.backward)))


def _iri(iri: nodes.Iri) -> str:
    return f"<{iri.value}>"


def _literal(literal: nodes.Literal) -> str:
    if literal.language:
        return literals.quoted(literal.value, f"@{literal.language.lower()}")
    kind = _iri(literal.datatype)
    return literals.quoted(literal.value, "" if kind == literals.STRING else f"^^{kind}")
