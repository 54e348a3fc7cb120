"""The SPARQL queries in shapes: syntax, prefixes, and the rules for variables that have a value before (appendix A)."""

from collections.abc import Iterator

from rdfkit.base import UserError, namespaces
from rdfkit.shacl import components, prefixes
from rdfkit.shacl.checking.problems import SH, Names, Problem
from rdfkit.shacl.engine.graph import TYPE
from rdfkit.shacl.engine.literals import lexical
from rdfkit.sparql import nodes, syntax

_VALIDATORS = ("validator", "nodeValidator", "propertyValidator")
_REFUSED = {
    nodes.Minus: ("MINUS", "write FILTER NOT EXISTS { ... }"),
    nodes.Values: ("VALUES", "write FILTER(?x IN (...))"),
    nodes.Service: ("SERVICE", "validation asks no other server"),
    nodes.Graph: ("GRAPH", "the data is one graph, so leave GRAPH out"),
    nodes.Dataset: ("FROM", "the data is one graph, so leave FROM out"),
}
"""What a query must not have (appendix A), and what to do instead."""


def check(names: Names) -> Iterator[Problem]:
    """Yield what is wrong with the queries of a shapes graph; each of it stops every engine."""
    graph = names.graph
    done: set[str] = set()
    for shape, values in graph.objects(f"<{SH}sparql>").items():
        for node in values:
            if node not in done:
                done.add(node)
                link = (shape, f"<{SH}sparql>", node)
                has_path = any(
                    graph.values(each, f"<{SH}path>") for each in graph.subjects(f"<{SH}sparql>").get(node, ())
                )
                yield from _query(names, link, ("select",), {"this"}, has_path=has_path)
    for component in components.declared(graph):
        given = {"this", *(each.name for each in component.parameters)}
        yield from _component(names, component)
        for name in _VALIDATORS:
            for node in graph.values(component.node, f"<{SH}{name}>"):
                forms = ("ask",) if name == "validator" else ("select",)
                link = (component.node, f"<{SH}{name}>", node)
                yield from _query(names, link, forms, given, has_path=name == "propertyValidator")


def _component(names: Names, component: components.Component) -> Iterator[Problem]:
    graph = names.graph
    name = names.shape(component.node)
    triple = (component.node, TYPE, next(iter(graph.values(component.node, TYPE)), ""))
    if all(each.optional for each in component.parameters):
        text = "a constraint component needs sh:parameter with a sh:path, and one of them without sh:optional: add it."
        yield Problem(triple, f"{name}: {text}", always=True)
    for has_path in (False, True):
        users = [
            shape
            for each in component.parameters
            for shape in graph.objects(each.property)
            if component.given(graph, shape) and bool(graph.values(shape, f"<{SH}path>")) == has_path
        ]
        if users and component.validator(graph, has_path=has_path) is None:
            kind = "sh:propertyValidator" if has_path else "sh:nodeValidator"
            text = f"it has no validator for {names.shape(users[0])}: add {kind} with sh:select, or sh:validator."
            yield Problem(triple, f"{name}: {text}")
    for each in component.parameters:
        if each.name in components.RESERVED:
            text = f"a parameter cannot be called {each.name} (SHACL 6.2.1): give its sh:path another last part."
            yield Problem(triple, f"{name}: {text}", always=True)
        for shape in graph.objects(each.property):
            if property_ := component.several(graph, shape):
                values = graph.values(shape, property_)
                text = f"{names.property(property_)} has {len(values)} values, but {name} takes one: keep one."
                yield Problem((shape, property_, values[1]), f"{names.shape(shape)}: {text}", always=True)


def _query(
    names: Names, link: tuple[str, str, str], forms: tuple[str, ...], given: set[str], *, has_path: bool
) -> Iterator[Problem]:
    """Yield what is wrong with the query of a SPARQL constraint or a validator; ``link`` leads to its node."""
    graph, node = names.graph, link[2]
    owner = names.shape(link[0])
    texts = [(form, text) for form in forms for text in graph.values(node, f"<{SH}{form}>")]
    if len(texts) != 1 or texts[0][1][0] != '"':
        wanted = " or ".join(f"sh:{form}" for form in forms)
        what = f"has {len(texts)} of them" if texts else "has none"
        property_ = names.property(link[1])
        yield Problem(link, f"{owner}: {property_} needs a node with one {wanted}, and this {what}.", always=True)
        return
    form, literal = texts[0]
    triple = (node, f"<{SH}{form}>", literal)
    found = [*_of_declarations(names, node)]
    known = {**prefixes.DEFAULT, **prefixes.of_query(graph, node)}
    try:
        document = syntax.read(lexical(literal), "its query", prefixes=known, undeclared=True)
        query = document.query
    except UserError as error:
        found.append(str(error))
    else:
        found += [_undeclared(names, prefix) for prefix in sorted(document.undeclared)]
        if query.form != form.upper():
            found.append(f"sh:{form} needs a {form.upper()} query, and this is {query.form}.")
        else:
            found += [] if form == "ask" else _of_columns(query)
            found += _of_parts(query, given | {"value"} if form == "ask" else given, has_path=has_path)
    for text in found:
        yield Problem(triple, f"{owner}: {text}", always=True)


def _of_declarations(names: Names, node: str) -> Iterator[str]:
    """Yield what is wrong with the declarations of the prefixes of a query."""
    graph = names.graph
    known: dict[str, str] = {}
    found = prefixes.declarations(node, lambda each, name: graph.values(each, f"<{name}>"))
    for _, prefix, namespace in found:
        if known.setdefault(lexical(prefix), lexical(namespace)) != lexical(namespace):
            yield f"the prefix {lexical(prefix)}: is declared for two namespaces: keep one (SHACL 5.2.1)."


def _of_columns(query: nodes.Query) -> Iterator[str]:
    columns = {column.variable.name for column in query.columns if column.variable is not None}
    if query.star is None and "this" not in columns:
        yield "its query does not select $this: write SELECT $this before the other variables (SHACL 5.2)."
    if query.star is not None and not any(
        isinstance(part, nodes.Variable) and part.name == "this"
        for element in _patterns(query)
        for part in nodes.walk(element)
    ):
        yield "its query does not select $this, because no pattern has it: write SELECT $this (SHACL 5.2)."
    if "failure" in columns:
        yield "its query selects ?failure, which is not supported: select $this, ?path, ?value and ?message only."


def _patterns(query: nodes.Query) -> Iterator[nodes.Node]:
    """Yield the triple patterns of a query, at any depth."""
    return (part for part in nodes.walk(query) if isinstance(part, nodes.Triples))


def _of_parts(query: nodes.Query, given: set[str], *, has_path: bool) -> Iterator[str]:
    """Yield what the parts of a query break: SHACL, appendix A."""
    predicates = {part.predicate.start for part in nodes.walk(query) if isinstance(part, nodes.Triple)}
    for part in nodes.walk(query):
        if isinstance(part, nodes.Variable):
            yield from _of_variable(part, is_predicate=part.start in predicates, has_path=has_path)
        elif isinstance(part, nodes.Bind | nodes.Column):
            yield from _of_computed(part, given)
        elif isinstance(part, nodes.SubSelect):
            inner = {column.variable.name for column in part.query.columns if column.variable is not None}
            lacking = [f"${name}" for name in sorted(given - inner)]
            if lacking:
                yield f"a sub-select of its query must select {' '.join(lacking)} by name (SHACL, appendix A): add it."
        elif not (isinstance(part, nodes.Graph) and _is(part.name, "shapesGraph")):
            for kind, (word, instead) in _REFUSED.items():
                if isinstance(part, kind):
                    yield f"its query has {word}, which is not allowed there: {instead} (SHACL, appendix A)."


def _of_variable(variable: nodes.Variable, *, is_predicate: bool, has_path: bool) -> Iterator[str]:
    if variable.name == "shapesGraph":
        yield "its query uses $shapesGraph, which is not supported: write what it needs into the query."
    elif variable.name == "PATH" and not has_path:
        yield "its query uses $PATH, and the shape has no sh:path: write the property instead."
    elif variable.name == "PATH" and not is_predicate:
        yield "its query uses $PATH, which may only be the predicate of a triple (SHACL 5.2)."


def _of_computed(part: nodes.Bind | nodes.Column, given: set[str]) -> Iterator[str]:
    """Yield what is wrong with a variable that an expression gives a value."""
    variable = part.variable if part.expression is not None else None
    if variable is not None and variable.name in given | {"shapesGraph", "currentShape"}:
        yield f"its query computes ${variable.name}, which has a value already: use another variable (appendix A)."


def _is(part: nodes.Node, name: str) -> bool:
    return isinstance(part, nodes.Variable) and part.name == name


def _undeclared(names: Names, prefix: str) -> str:
    graph = names.graph
    start = f"its query uses the prefix {prefix}:, which is not declared for it: "
    text = f'"{prefix}"'
    for declared in graph.subjects(f"<{SH}prefix>").get(text, ()):
        for owner in graph.subjects(f"<{SH}declare>").get(declared, ()):
            return f"{start}add sh:prefixes {names.term(owner)} beside its text."
    known = names.project.prefixes.get(prefix) or namespaces.WELL_KNOWN.get(prefix, "")
    return (
        f"{start}write PREFIX {prefix}: <{known or '...'}> at its start, or add sh:prefixes ex:onto beside it and "
        f'ex:onto sh:declare [ sh:prefix "{prefix}" ; sh:namespace "{known or "..."}"^^xsd:anyURI ].'
    )
