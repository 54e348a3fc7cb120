"""Each constraint of the shapes that report results, with the target declarations of its shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from imaging_trials.model.project import PROJECT
from tests.support.fixtures import PARAMETERS
from tools.mutation.ground import Declaration, ground, node_name

if TYPE_CHECKING:
    from rdflib.term import Node

NUMBERS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
LOGIC = ("or", "xone", "and", "not")


@dataclass(frozen=True)
class Aim:
    """A constraint: the shape that reports it, the parameter and value that declare it, and the shape's targets."""

    shape: Any
    owner: Any
    parameter: str
    value: Any
    path: Any
    declared: tuple[Declaration, ...]

    @property
    def name(self) -> str:
        """Return the name under which it is reported, as fixtures have it."""
        return node_name(self.shape)

    @property
    def component(self) -> str:
        """Return the CURIE of its constraint component."""
        return f"sh:{PARAMETERS[self.parameter]}ConstraintComponent"

    @property
    def id(self) -> tuple[str, str]:
        """Return shape and component, which identify the constraint."""
        return self.name, self.component


@cache
def aims() -> list[Aim]:
    """Return all constraints, in the order of their names."""
    return sorted(_aims(), key=lambda aim: (*aim.id, str(aim.value), str(aim.owner)))


def _aims() -> Iterator[Aim]:
    from rdflib import SH

    shapes = ground().shapes
    owners: dict[Node, list[Declaration]] = {}
    for declaration in ground().declared:
        owners.setdefault(declaration[0], []).append(declaration)
    for owner, declared in owners.items():
        for shape in (owner, *shapes.objects(owner, SH.property)):
            for parameter in PARAMETERS:
                for value in shapes.objects(shape, SH[parameter]):
                    yield Aim(shape, owner, parameter, value, shapes.value(shape, SH.path), tuple(declared))


def members(head: Any) -> list[Any]:
    """Return the members of a list in the shapes."""
    from rdflib.collection import Collection

    return list(Collection(ground().shapes, head))


def query_of(aim: Aim) -> str:
    """Return the SELECT of a SPARQL constraint."""
    from rdflib import SH

    return str(ground().shapes.value(aim.value, SH.select))


def read_by(aim: Aim) -> set[str]:
    """Return the properties that a constraint reads; "" is among them if it reads any property."""
    from rdflib import RDF, SH

    from rdfkit.sparql import guard

    shapes = ground().shapes
    if aim.parameter == "sparql":
        found = set()
        for kind, word, _ in guard.tokens(query_of(aim)):
            if kind == "name":
                found.add(PROJECT.expand(word))
            elif word == "a":
                found.add(str(RDF.type))
        return found | ({""} if "?predicate" in query_of(aim) or "?property" in query_of(aim) else set())
    found = {str(aim.path)} if aim.path is not None else set()
    waiting = [aim.shape]
    seen = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        found |= {str(path) for path in shapes.objects(node, SH.path)}
        if (node, SH["class"], None) in shapes and (node, SH.path, None) not in shapes:
            found.add(str(RDF.type))
        for parameter in (*LOGIC, "node", "property"):
            for value in shapes.objects(node, SH[parameter]):
                waiting += [value] if parameter in {"not", "node", "property"} else members(value)
    return found
