"""Pictures of statements: a box for each thing with its values, and a line for each relation.

Guides show statements of the graph as Turtle; the site draws them below.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from imaging_trials.model import PROJECT, read, vocabulary
from imaging_trials.site.pictures_classes import Class, Diagram, Property, Relation, drawing, layout
from imaging_trials.site.pictures_drawing import Drawing
from imaging_trials.site.typography import typeset


def drawings(store: Store, texts: Iterable[tuple[str, str]]) -> list[Drawing]:
    """Return a drawing of each text: pairs of a title and Turtle in the prefixes of the project.

    Raises UserError if the program that lays them out is missing or fails.
    """
    found = [_diagram(store, title, _triples(text)) for title, text in texts]
    if not found:
        return []
    made = []
    for number, (one, places) in enumerate(zip(found, layout(found), strict=True), 1):
        names = ", ".join(each.label for each in one.classes)
        about = f"Boxes for {names}. Lines are the statements above that lead from one to another."
        made.append(drawing(one, f"picture-{number}", places)._replace(description=about))
    return made


def _triples(text: str) -> list[Triple]:
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PROJECT.prefixes.items())
    return [quad.triple for quad in parse(declared + text, format=RdfFormat.TURTLE)]


def _diagram(store: Store, title: str, triples: list[Triple]) -> Diagram:
    values: dict[NamedNode, list[Property]] = {}
    relations = []
    subjects = {triple.subject for triple in triples}
    for triple in triples:
        one, name, value = triple.subject, triple.predicate, triple.object
        assert isinstance(one, NamedNode)  # noqa: S101 - a test holds the guides to IRIs
        label = typeset(read.label(store, name))
        own = values.setdefault(one, [])
        if isinstance(value, Literal):
            own.append(Property(name.value, label, typeset(value.value)))
        elif isinstance(value, NamedNode) and name == vocabulary.TYPE:
            own.append(Property(name.value, "is a", typeset(read.label(store, value))))
        elif isinstance(value, NamedNode):
            values.setdefault(value, [])
            relations.append(Relation(one.value, value.value, (Property(name.value, label),)))
    classes = [
        Class(one.value, typeset(read.label(store, one)), tuple(lines), one in subjects)
        for one, lines in values.items()
    ]
    return Diagram(title, tuple(classes), tuple(relations), ())
