"""What shapes do not look at, though it may seem so: notes that stop no engine."""

from rdfkit.base import namespaces
from rdfkit.shacl import components
from rdfkit.shacl.checking import wellformed
from rdfkit.shacl.checking.problems import MAX_PROBLEMS_SHOWN, SH, Names
from rdfkit.shacl.engine.graph import TYPE

_TARGETS = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_KINDS = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}

_NO_DATATYPES = {f"<{namespaces.RDFS}{name}>" for name in ("Literal", "Datatype")}

MAX_SHAPES_SHOWN = 5


def without_shapes(names: Names, where: str) -> str:
    """Return why a shapes graph without shapes is refused, or an empty string; ``where`` names its files."""
    if wellformed.shapes(names.graph):
        return ""
    near = {name.rpartition("#")[0] for name in (*names.graph.predicates(), *names.graph.all_values(TYPE))}
    like = sorted(name[1:] for name in near if "shacl" in name.lower() and f"{name}#" != f"<{SH}")
    if like:
        return f"{where}: has no shape; SHACL's namespace is {SH}, and not {like[0]}#: correct the prefix."
    return f"{where}: has no shape, so nothing would be checked; give a file with SHACL shapes."


def nothing_targeted(names: Names) -> str:
    """Return the sentence for shapes that target no node of the data, with what they target."""
    graph = names.graph
    found: dict[str, list[str]] = {}
    for name in _TARGETS:
        for shape, values in graph.objects(f"<{SH}{name}>").items():
            found.setdefault(shape, []).extend(f"sh:{name} {names.term(value)}" for value in values[:2])
    for shape in sorted({node for kind in _KINDS for node in graph.instances(kind)} & wellformed.classes(graph)):
        found.setdefault(shape, []).append("the class itself")
    if not found:
        return "No node was checked, because no shape has a target: add sh:targetClass, or another one, to a shape."
    shown = [f"{names.shape(shape)} ({', '.join(what)})" for shape, what in list(found.items())[:MAX_SHAPES_SHOWN]]
    more = f" and {len(found) - MAX_SHAPES_SHOWN} more" if len(found) > MAX_SHAPES_SHOWN else ""
    return (
        f"No node was checked: the data has none that these shapes target: {'; '.join(shown)}{more}. Compare the IRIs "
        "with those in the data."
    )


def undescribed(names: Names) -> list[str]:
    """Return a sentence for each shape that is referred to and not described, up to one more than are shown."""
    graph = names.graph
    references = [
        (shape, name, value)
        for name in ("node", "not", "qualifiedValueShape")
        for shape, values in graph.objects(f"<{SH}{name}>").items()
        for value in values
        if value[0] == "<" and value not in names.described
    ]
    return [
        f"{names.shape(shape)} refers to {names.term(value)} (sh:{name}), which these shapes do not describe, so it "
        "allows every node: check its IRI, or add the file that describes it."
        for shape, name, value in references[: MAX_PROBLEMS_SHOWN + 1]
    ]


def idle(names: Names) -> list[str]:
    """Return a sentence for each statement of the shapes that has no effect."""
    graph = names.graph
    queries = [(shape, node) for shape, values in graph.objects(f"<{SH}sparql>").items() for node in values]
    found = [
        f"{names.shape(node)} has sh:severity, which has no effect on a SPARQL constraint: put it on the shape."
        for shape, node in queries
        if node != shape and graph.values(node, f"<{SH}severity>")
    ]
    found += [
        f"{names.shape(shape)} has sh:datatype {names.term(value)}, which no literal has: use sh:nodeKind sh:Literal."
        for shape, values in graph.objects(f"<{SH}datatype>").items()
        for value in values
        if value in _NO_DATATYPES
    ]
    for component in components.declared(graph):
        required = [each for each in component.parameters if not each.optional]
        for shape in sorted({shape for each in required for shape in graph.objects(each.property)}):
            lacking = [each.property for each in required if not graph.values(shape, each.property)]
            if lacking:
                found.append(
                    f"{names.shape(shape)} does not use {names.term(component.node)}, because it lacks "
                    f"{' and '.join(map(names.term, lacking))}: add that."
                )
    return found
