"""The syntax rules of SHACL (appendix B), with a sentence for each: what SHACL-SHACL checks, and some more.

SHACL-SHACL itself reports only that a shape is "neither a node shape nor a property shape", without the reason.
"""

from collections.abc import Callable, Iterator

from rdfkit.base import namespaces
from rdfkit.shacl.checking.problems import SH, Names, Problem
from rdfkit.shacl.checking.vocabulary import OF_PROPERTY_SHAPES, SINGLE
from rdfkit.shacl.engine.core import compiled_pattern
from rdfkit.shacl.engine.graph import FIRST, NIL, REST, TYPE, Graph
from rdfkit.shacl.engine.literals import BOOLEAN, INTEGER, is_well_typed, lexical, suffix

_NODE_KINDS = ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
_REPEATED = ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
_CLASSES = {f"<{namespaces.expand(name)}>" for name in ("rdfs:Class", "owl:Class")}
_SHAPE_CLASSES = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}

VALUES = {
    **dict.fromkeys(("targetClass", "targetObjectsOf", "targetSubjectsOf", "class", "datatype", "severity"), "an IRI"),
    **dict.fromkeys(("disjoint", "equals", "lessThan", "lessThanOrEquals"), "an IRI"),
    "targetNode": "an IRI or a literal",
    "message": "a text",
    **dict.fromkeys(("pattern", "flags"), "a string"),
    **dict.fromkeys(("deactivated", "closed", "uniqueLang", "qualifiedValueShapesDisjoint"), "true or false"),
    **dict.fromkeys(("maxCount", "minCount", "maxLength", "minLength"), "an xsd:integer"),
    **dict.fromkeys(("qualifiedMaxCount", "qualifiedMinCount"), "an xsd:integer"),
    **dict.fromkeys(("maxExclusive", "maxInclusive", "minExclusive", "minInclusive"), "a literal"),
    "nodeKind": "one of " + ", ".join(f"sh:{name}" for name in _NODE_KINDS),
    **dict.fromkeys(("and", "or", "xone"), "a list of shapes"),
    "in": "a list",
    "ignoredProperties": "a list of IRIs",
    "languageIn": "a list of strings",
    **dict.fromkeys(("node", "not", "property", "qualifiedValueShape"), "a shape"),
    "sparql": "a SPARQL constraint",
    "hasValue": "a value",
}
"""What the value of each property of a shape must be."""

_MAY_BE_1 = {"uniqueLang", "qualifiedValueShapesDisjoint"}
"""The test suite of W3C has "1"^^xsd:boolean there, where it does not mean true."""


def check(names: Names) -> Iterator[Problem]:
    """Yield what is not well-formed in the shapes of a shapes graph."""
    for node in shapes(names.graph):
        yield from _shape(names, node)


def shapes(graph: Graph) -> list[str]:
    """Return the nodes that are shapes (SHACL 2.1): by type, target, parameter, or the use as a shape."""
    found: dict[str, None] = {}
    for kind in _SHAPE_CLASSES:
        found.update(dict.fromkeys(graph.instances(kind)))
    for name in VALUES:
        if name not in {"severity", "message", "deactivated"}:
            found.update(dict.fromkeys(graph.objects(f"<{SH}{name}>")))
    for name in ("node", "not", "property", "qualifiedValueShape"):
        found.update(dict.fromkeys(value for value in graph.all_values(f"<{SH}{name}>") if value[0] != '"'))
    for name in ("and", "or", "xone"):
        for head in graph.all_values(f"<{SH}{name}>"):
            found.update(dict.fromkeys(each for each in _members(graph, head) or () if each[0] != '"'))
    # A parameter of a constraint component has constraints on its values, and is no shape in use.
    parameters = graph.all_values(f"<{SH}parameter>")
    return [node for node in found if node not in parameters]


def classes(graph: Graph) -> set[str]:
    """Return the nodes that are classes."""
    return set().union(*(graph.instances(kind) for kind in _CLASSES))


def _shape(names: Names, node: str) -> Iterator[Problem]:
    graph = names.graph
    has = names.terms_of.get(node, set())
    values = {each: graph.values(node, f"<{SH}{each}>") for each in (*VALUES, "path") if each in has}
    wrong: list[tuple[str, str, str]] = [*_of_kind(graph, node, values)]
    for parameter, several in values.items():
        if parameter in SINGLE:
            text = f"sh:{parameter} has {len(several)} values: keep one."
            wrong += [(parameter, value, text) for value in several[1:]]
        if parameter in OF_PROPERTY_SHAPES and "path" not in values:
            text = (
                f"sh:{parameter} belongs in a property shape, and this shape has no sh:path: add one, or move it into "
                "sh:property [ sh:path ... ]."
            )
            wrong.append((parameter, several[0], text))
        wrong += [(parameter, value, text) for value in several if (text := _of_value(names, parameter, value))]
    if text := _of_pattern(values):
        # No engine can use it: it is refused even if the check is switched off.
        name = names.shape(node)
        yield Problem((node, f"<{SH}pattern>", values["pattern"][0]), f"{name}: {text}", always=True)
    for parameter, value, text in wrong:
        predicate = f"<{SH}{parameter}>" if parameter else TYPE
        yield Problem((node, predicate, value), f"{names.shape(node)}: {text}")


def _of_pattern(values: dict[str, list[str]]) -> str:
    """Return why the pattern of a shape cannot be used, or an empty string."""
    found = [values.get(name, [""])[0] for name in ("pattern", "flags")]
    if not found[0] or not all(_is_string(each) for each in found if each):
        return ""
    try:
        compiled_pattern(*(lexical(each) if each else "" for each in found))
    except ValueError as error:
        return f"its sh:pattern {error}."
    return ""


def _of_kind(graph: Graph, node: str, values: dict[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what does not fit the types of a shape: the parameter or "" for the type, the value, and the sentence."""
    kinds = graph.values(node, TYPE)
    if f"<{SH}PropertyShape>" in kinds and "path" not in values:
        yield "", f"<{SH}PropertyShape>", "a property shape needs sh:path: add one."
    if f"<{SH}NodeShape>" in kinds and "path" in values:
        text = "it is an sh:NodeShape and has sh:path: make it an sh:PropertyShape, or remove sh:path."
        yield "path", values["path"][0], text
    if node[0] == "_" and not _CLASSES.isdisjoint(kinds) and not _SHAPE_CLASSES.isdisjoint(kinds):
        yield "", kinds[0], "a shape that is a class needs an IRI: give it one."


def _of_value(names: Names, parameter: str, value: str) -> str:
    """Return what is wrong with a value of a parameter, or an empty string."""
    if parameter == "path":
        why = _path(names.graph, value)
        return f"sh:path is not a path: {why}." if why else ""
    if not _fits(names.graph, parameter, value):
        shown = "" if value[0] == "_" else f", not {names.term(value)}"
        return f"sh:{parameter} must be {VALUES[parameter]}{shown}."
    return _referred(names, parameter, value)


def _fits(graph: Graph, parameter: str, value: str) -> bool:
    """Return whether a value is what a parameter must have."""
    wanted = VALUES[parameter]
    if wanted in _LISTS:
        members = _members(graph, value)
        return members is not None and all(map(_LISTS[wanted], members))
    if wanted == "true or false":
        is_boolean = value[0] == '"' and is_well_typed(value, BOOLEAN)
        return is_boolean and (parameter in _MAY_BE_1 or lexical(value) in {"true", "false"})
    return _TERMS.get(wanted, _is_node_kind)(value)


def _is_string(value: str) -> bool:
    return value[0] == '"' and suffix(value) == ""


def _is_node_kind(value: str) -> bool:
    return value in {f"<{SH}{kind}>" for kind in _NODE_KINDS}


_TERMS: dict[str, Callable[[str], bool]] = {
    "an IRI": lambda value: value[0] == "<",
    "an IRI or a literal": lambda value: value[0] != "_",
    "a text": lambda value: value[0] == '"' and not suffix(value).startswith("^^"),
    "a string": _is_string,
    "an xsd:integer": lambda value: value[0] == '"' and is_well_typed(value, INTEGER),
    "a literal": lambda value: value[0] == '"',
    "a shape": lambda value: value[0] != '"',
    "a SPARQL constraint": lambda value: value[0] != '"',
    "a value": lambda _value: True,
}
_LISTS: dict[str, Callable[[str], bool]] = {
    "a list": lambda _member: True,
    "a list of IRIs": lambda member: member[0] == "<",
    "a list of strings": _is_string,
    "a list of shapes": lambda member: member[0] != '"',
}


def _referred(names: Names, parameter: str, value: str) -> str:
    """Return what is wrong with the node that a parameter refers to, if anything."""
    graph = names.graph
    has_path = bool(graph.values(value, f"<{SH}path>"))
    if parameter == "property" and not has_path:
        what = "has no sh:path" if value in names.described else "is not described in these shapes"
        where = names.term(value) if value[0] == "<" else "its value"
        return f"sh:property needs a property shape, and {where} {what}: add its sh:path."
    if parameter == "node" and has_path:
        return f"sh:node needs a node shape, and {names.term(value)} has sh:path: use sh:property."
    return ""


def _members(graph: Graph, head: str) -> list[str] | None:
    """Return the members of an RDF list; None if it is not well-formed."""
    try:
        return graph.items(head)
    except ValueError:
        return None


def _path(graph: Graph, node: str) -> str:
    """Return why a node is not a path (SHACL 2.3.1), or an empty string."""
    if _is_cyclic(graph, node):
        return "it contains itself"
    waiting, seen = [node], {node}
    while waiting:
        each = waiting.pop()
        if each[0] == '"' or each == NIL:
            return "a literal or an empty list is none"
        steps = [] if each[0] == "<" else _steps(graph, each)
        if isinstance(steps, str):
            return steps
        waiting += [step for step in dict.fromkeys(steps) if step not in seen]
        seen.update(steps)
    return ""


def _steps(graph: Graph, node: str) -> list[str] | str:
    """Return the paths that the path of a blank node is made of, or why it is none."""
    heads = graph.values(node, f"<{SH}alternativePath>")
    inner = [value for kind in ("inversePath", *_REPEATED) for value in graph.values(node, f"<{SH}{kind}>")]
    if not graph.values(node, FIRST) and len(heads) + len(inner) != 1:
        kinds = ", ".join(f"sh:{kind}" for kind in ("inversePath", "alternativePath", *_REPEATED))
        return f"a blank node in it must be a list, or have one value of one of {kinds}"
    if not graph.values(node, FIRST) and inner:
        return inner
    members = _members(graph, node if graph.values(node, FIRST) else heads[0])
    if members is None or len(members) < 2:
        return "a list in it must be well-formed and have two members or more"
    return members


def _is_cyclic(graph: Graph, node: str) -> bool:
    """Return whether a blank node of a path is below itself."""
    kinds = (FIRST, REST, *(f"<{SH}{kind}>" for kind in ("inversePath", "alternativePath", *_REPEATED)))
    done: set[str] = set()
    open_: dict[str, Iterator[str]] = {}

    def below(each: str) -> Iterator[str]:
        return (value for kind in kinds for value in graph.values(each, kind) if value[0] == "_")

    stack = [node]
    open_[node] = below(node)
    while stack:
        step = next(open_[stack[-1]], None)
        if step is None:
            done.add(stack[-1])
            del open_[stack.pop()]
        elif step in open_:
            return True
        elif step not in done:
            stack.append(step)
            open_[step] = below(step)
    return False
