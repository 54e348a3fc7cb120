"""One edit on a record, made from the parameter of a constraint: what it must report, and what it must let pass.

The parameter does not determine the edits for ``sh:sparql``, or for shapes combined by ``sh:or`` and the like. For
these, every edit of the properties that the constraint reads is tried (``tries``), and the search keeps those that are
reported.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter
from tools.mutation.aims import NUMBERS, Aim, members
from tools.mutation.ground import ground, stated
from tools.mutation.records import Base, Edit, Node, renamed
from tools.mutation.tries import tries
from tools.mutation.values import NOTHING, OTHERS, TYPE, XSD, is_a, near, of_type, off, pool


@dataclass(frozen=True)
class Spot:
    """What is edited: the values that a node of a record has for the property of a constraint."""

    aim: Aim
    base: Base
    focus: Node
    path: NamedNode
    has: tuple[Any, ...]

    @property
    def old(self) -> Any:
        """Return the first of the values, or None."""
        return self.has[0] if self.has else None

    def others(self, name: str) -> Iterator[Any]:
        """Yield the values of another property of the node."""
        return (t.object for t in self.base.triples if t.subject == self.focus and t.predicate.value == name)

    def change(self, name: str, new: Any) -> Edit:
        """Return the edit that replaces the first value."""
        return Edit(name, (Triple(self.focus, self.path, self.old),), (Triple(self.focus, self.path, new),))

    def add(self, name: str, new: Any) -> Edit:
        """Return the edit that adds a value."""
        return Edit(name, (), (Triple(self.focus, self.path, new),))


def spot(aim: Aim, base: Base, focus: Node) -> Spot:
    """Return the spot that a constraint on a property checks."""
    path = NamedNode(str(aim.path))
    has = tuple(triple.object for triple in base.triples if triple.subject == focus and triple.predicate == path)
    return Spot(aim, base, focus, path, has)


def breaking(aim: Aim, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield edits that the constraint must report, the simplest first; none if the record lacks what they edit."""
    if aim.parameter in SEARCHED:
        yield from tries(aim, base, focus)
        return
    if aim.path is None:
        yield from _of_the_node(aim, base, focus)
        return
    at = spot(aim, base, focus)
    if aim.parameter == "minCount":
        if at.has:
            # A statement the other way round would give the value back.
            back = [t for t in base.triples if t.object == focus and t.subject in at.has]
            yield Edit("drop", (*(Triple(focus, at.path, value) for value in at.has), *back))
    elif aim.parameter == "maxCount":
        if len(at.has) == int(aim.value):
            for new in islice(_others(at), 2):
                yield at.add("second" if at.has else "add", new)
    else:
        for name, new in _WRONG[aim.parameter](at):
            if new not in at.has:
                yield at.change(name, new) if at.has else at.add(name, new)


def _of_the_node(aim: Aim, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield edits against a constraint on the node itself: these are patterns of IRIs."""
    assert aim.parameter == "pattern", aim
    assert isinstance(focus, NamedNode)
    for name, wrong in off(str(aim.value), focus.value):
        if _IRI.fullmatch(wrong):
            yield renamed(base, focus, NamedNode(wrong), name)
    yield renamed(base, focus, BlankNode("unnamed"), "blank-node")


def _others(at: Spot) -> Iterator[Any]:
    """Yield values similar to the present ones; for things, other values of the same property first."""
    if isinstance(at.old, Literal):
        yield from near(at.old)
    for value in pool().get(at.path.value, ()):
        if value not in at.has and (at.old is None or isinstance(value, Literal) == isinstance(at.old, Literal)):
            yield value
    yield NOTHING


_IRI = re.compile(r"[a-z]+://[!-;=?-[\]_a-z~]+")
"""Texts that are certainly IRIs."""

Values = Iterator[tuple[str, Any]]


def _wrong_datatype(at: Spot) -> Values:
    kind = str(at.aim.value).removeprefix(XSD)
    value = at.old.value if isinstance(at.old, Literal) else "1"
    if kind == "string":
        yield "retype", Literal(value, language="en")
        yield "retype", of_type("1", "integer")
        yield "retype", of_type(value, "normalizedString")
    elif kind == PROJECT.expand("rdf:langString"):
        yield "retype", Literal(value)
        yield "retype", of_type("1", "integer")
    else:
        other = {"integer": "decimal", "decimal": "double", "date": "dateTime", "boolean": "integer"}[kind]
        text = {"integer": value, "decimal": value, "date": f"{value}T00:00:00", "boolean": "1"}[kind]
        yield "retype", Literal(value)
        yield "retype", of_type(text, other)
        yield "ill-formed", of_type("2024-02-30" if kind == "date" else "some", kind)
    yield "no-literal", OTHERS[1]


def _wrong_class(at: Spot) -> Values:
    on = ground()
    for node in OTHERS:
        if not is_a(node, at.aim.value):
            yield "wrong-class", node
            break
    higher = sorted(on.above.get(at.aim.value, {at.aim.value}) - {at.aim.value})
    for kind in higher:
        typed = (quad.subject for quad in stated(None, TYPE, NamedNode(str(kind))))
        above = sorted((node for node in typed if isinstance(node, NamedNode)), key=str)
        yield from islice((("class-above", node) for node in above if not is_a(node, at.aim.value)), 1)
    yield "undescribed", NOTHING
    yield "literal", Literal("only a name")
    yield "itself", at.focus


def _wrong_kind(at: Spot) -> Values:
    yield "literal", Literal(at.old.value if isinstance(at.old, NamedNode) else "https://example.org/")
    yield "blank-node", BlankNode("unnamed")


def _wrong_pattern(at: Spot) -> Values:
    if isinstance(at.old, NamedNode):
        for name, wrong in off(str(at.aim.value), at.old.value):
            if _IRI.fullmatch(wrong):
                yield name, NamedNode(wrong)
    if isinstance(at.old, Literal):
        for name, wrong in off(str(at.aim.value), at.old.value):
            yield name, Literal(wrong, language=at.old.language) if at.old.language else Literal(wrong)


def _wrong_list(_: Spot) -> Values:
    yield "out-of-list", NOTHING
    yield "literal", Literal("only a name")


def _wrong_language(at: Spot) -> Values:
    value = at.old.value if isinstance(at.old, Literal) else "text"
    yield "wrong-language", Literal(value, language="de")
    yield "no-language", Literal(value)


def _wrong_number(at: Spot) -> Values:
    limit = int(at.aim.value)
    kind = at.old.datatype.value.removeprefix(XSD) if isinstance(at.old, Literal) else "integer"
    down = at.aim.parameter.startswith("min")
    border = [limit] if at.aim.parameter.endswith("Exclusive") else []
    beyond = [limit - 1, limit - 50] if down else [limit + 1, limit + 50]
    for value in (*border, *beyond):
        yield "beyond", of_type(f"{value}.0" if kind == "decimal" else str(value), kind)
    if kind == "decimal":
        yield "beyond", of_type("-0.5" if down else str(limit + 0.5), kind)


def _not_less(at: Spot) -> Values:
    for value in at.others(str(at.aim.value)):
        yield "equal", value
        yield "beyond", of_type(str(float(value.value) + 1), "decimal")


def _not_disjoint(at: Spot) -> Values:
    for value in at.others(str(at.aim.value)):
        yield "the-same", value


def _wrong_scheme(at: Spot) -> Values:
    for name in ("phase:phase-1", "modality:pet"):
        node = NamedNode(PROJECT.expand(name))
        if not isinstance(at.old, NamedNode) or node.value.rpartition("/")[0] != at.old.value.rpartition("/")[0]:
            yield "out-of-list", node
            break
    yield "undescribed", NOTHING
    yield "literal", Literal("only a name")


_WRONG: dict[str, Callable[[Spot], Values]] = {
    "datatype": _wrong_datatype,
    "class": _wrong_class,
    "nodeKind": _wrong_kind,
    "pattern": _wrong_pattern,
    "in": _wrong_list,
    "languageIn": _wrong_language,
    "lessThan": _not_less,
    "disjoint": _not_disjoint,
    "node": _wrong_scheme,
    **dict.fromkeys(NUMBERS, _wrong_number),
}
SEARCHED = {"sparql", "or", "xone", "and", "not", "uniqueLang"}
"""Constraints that are searched for."""


def allowed(aim: Aim, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield edits that the constraint must accept: another allowed value, a second one, none; values at the limit."""
    if aim.path is None or aim.parameter in SEARCHED:
        return
    at = spot(aim, base, focus)
    if not at.has:
        return
    if aim.parameter == "maxCount":
        yield Edit("none", tuple(Triple(focus, at.path, value) for value in at.has))
    elif aim.parameter == "minCount":
        yield from (at.add("second", new) for new in islice(_others(at), 4))
    elif aim.parameter in NUMBERS:
        if aim.parameter.endswith("Inclusive"):
            kind = at.old.datatype.value.removeprefix(XSD)
            border = of_type(f"{aim.value}.0" if kind == "decimal" else str(aim.value), kind)
            if border != at.old:
                yield at.change("border", border)
    else:
        yield from (at.change("allowed", new) for new in _right(at))


def _right(at: Spot) -> Iterator[Any]:
    """Yield values that may replace the present one."""
    parameter, value = at.aim.parameter, at.aim.value
    if parameter == "in":
        new: Any
        for new in map(rdflib_adapter.from_rdflib, members(value)):
            if new != at.old:
                yield new
    elif parameter in {"class", "node", "nodeKind"}:
        yield from islice((new for new in _others(at) if new != NOTHING), 12)
    elif isinstance(at.old, Literal):
        yield from (new for new in near(at.old) if parameter != "pattern" or re.search(str(value), new.value))
