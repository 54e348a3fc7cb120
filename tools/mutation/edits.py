"""One edit on a record, made from the parameter of a constraint: what it must report, and what it must let pass.

For ``sh:sparql`` and for shapes joined by ``sh:or`` and its like there is no telling from the parameter: there every
edit on what the constraint reads is tried (``tries``), and the search keeps those that are reported.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import rdflib_adapter as bridge
from tools.mutation import patterns, queries
from tools.mutation.aims import NUMBERS, Aim, members, query_of, read_by
from tools.mutation.ground import ground
from tools.mutation.records import Base, Edit, Node, copied, renamed, valid_bases

XSD = PROJECT.prefixes["xsd"]
TYPE = NamedNode(PROJECT.expand("rdf:type"))
_IN = NamedNode(PROJECT.expand("skos:inScheme"))
NOTHING = NamedNode("https://example.org/nothing-describes-this")
OTHERS = [
    NamedNode(PROJECT.expand(name))
    for name in ("agent:fes", "organisation:nci", "section:general", "article:boellaard-2015", "phase:phase-1")
]
"""Shipped things of five classes that no other joins."""


def of_type(text: str, kind: str) -> Literal:
    """Return a literal of an XML Schema type."""
    return Literal(text, datatype=NamedNode(XSD + kind))


@cache
def pool() -> dict[str, list[Any]]:
    """Return the values that each property has in valid records and in the data, and all concepts beside them."""
    found: dict[str, dict[Any, None]] = defaultdict(dict)
    for base in valid_bases():
        for triple in base.triples:
            found[triple.predicate.value][triple.object] = None
    kept = {PROJECT.graph_iri(name) for name in ("page", "curated", "concepts", "links", "vocabulary", "dataset")}
    for quad in sorted((q for q in ground().context.quads if q.graph_name in kept), key=lambda q: str(q.object)):
        if not isinstance(quad.object, BlankNode):
            found[quad.predicate.value][quad.object] = None
    for values in found.values():
        schemes = {
            quad.object for value in values for quad in ground().of_subject.get(value, ()) if quad.predicate == _IN
        }
        for scheme in sorted(schemes, key=str):
            members_of = (quad.subject for quad in ground().of_object[scheme] if quad.predicate == _IN)
            values.update(dict.fromkeys(sorted(members_of, key=str)))
    return {name: list(values) for name, values in found.items()}


def is_a(node: Any, kind: Any) -> bool:
    """Tell whether the shipped graph has a node as an instance of a class (given as rdflib's)."""
    on = ground()
    kinds = on.of_subject.get(node, ())
    return any(
        kind in on.above.get(bridge.to_rdflib(quad.object), {bridge.to_rdflib(quad.object)})
        for quad in kinds
        if quad.predicate == TYPE
    )


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
        """Return the edit that puts a value in the place of the first one."""
        return Edit(name, (Triple(self.focus, self.path, self.old),), (Triple(self.focus, self.path, new),))

    def add(self, name: str, new: Any) -> Edit:
        """Return the edit that puts a value beside those that are there."""
        return Edit(name, (), (Triple(self.focus, self.path, new),))


def spot(aim: Aim, base: Base, focus: Node) -> Spot:
    """Return the spot that a constraint on a property looks at."""
    path = NamedNode(str(aim.path))
    has = tuple(triple.object for triple in base.triples if triple.subject == focus and triple.predicate == path)
    return Spot(aim, base, focus, path, has)


def breaking(aim: Aim, base: Base, focus: Node) -> Iterator[Edit]:
    """Yield edits that the constraint must report, the plainest first. None where the record lacks what they edit."""
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
    """Yield edits against a constraint on the node itself: here those are patterns of IRIs."""
    assert aim.parameter == "pattern", aim
    assert isinstance(focus, NamedNode)
    for name, wrong in off(str(aim.value), focus.value):
        if _IRI.fullmatch(wrong):
            yield renamed(base, focus, NamedNode(wrong), name)
    yield renamed(base, focus, BlankNode("unnamed"), "blank-node")


def _others(at: Spot) -> Iterator[Any]:
    """Yield values like those that are there, others of the same property first where they are things."""
    if isinstance(at.old, Literal):
        yield from near(at.old)
    for value in pool().get(at.path.value, ()):
        if value not in at.has and (at.old is None or isinstance(value, Literal) == isinstance(at.old, Literal)):
            yield value
    yield NOTHING


def near(literal: Literal) -> Iterator[Literal]:
    """Yield literals of the same kind that lie next to one."""
    value, kind = literal.value, literal.datatype.value.removeprefix(XSD)
    if literal.language:
        yield from (Literal(text, language=literal.language) for text in (value + " again", "Another text"))
    elif kind == "integer":
        yield from (of_type(str(int(value) + step), kind) for step in (1, -1, 10, -4))
    elif kind == "decimal":
        yield from (of_type(str(float(value) + step), kind) for step in (0.05, -0.05, 100.0))
    elif kind == "boolean":
        yield of_type("false" if value == "true" else "true", kind)
    elif kind == "date":
        day = dt.date.fromisoformat(value)
        for step in (1, -1, 31, -31, 366, -366):
            yield of_type((day + dt.timedelta(step)).isoformat(), kind)
    else:
        yield Literal(value + "x")
        yield from (Literal(text) for text in one_character_off(value))


def one_character_off(text: str) -> Iterator[str]:
    """Yield texts that differ from one in a character: left out, doubled, put in its place, before or behind."""
    for extra in ("x", "0", "X", " ", "-", "é"):
        yield text + extra
        yield extra + text
    for index in range(len(text)):
        yield text[:index] + text[index + 1 :]
        yield text[: index + 1] + text[index:]
        for other in ("a", "Z", "0", "7", " ", ".", "_", "-", "é"):
            if other != text[index]:
                yield text[:index] + other + text[index + 1 :]
    yield text.swapcase()
    yield ""


def off(pattern: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield near texts that a pattern (SHACL 4.4.3; in XPath's syntax, as far as Python's is the same) refuses.

    First come those that a pattern weakened in one place would let pass.
    """
    wrong = [near for near in dict.fromkeys(one_character_off(text)) if not re.search(pattern, near)]
    for weaker in patterns.weaker(pattern):
        twice = (other for near in wrong for other in one_character_off(near) if not re.search(pattern, other))
        passing = next((near for near in chain(wrong, islice(twice, 3000)) if re.search(weaker, near)), None)
        if passing is not None:
            yield "off-pattern", passing
    yield from (("out-of-pattern", near) for near in wrong)


_IRI = re.compile(r"[a-z]+://[!-;=?-[\]_a-z~]+")
"""What is surely an IRI."""

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
        typed = (q.subject for q in on.of_object.get(NamedNode(str(kind)), ()) if q.predicate == TYPE)
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
    """Yield edits that the constraint must let pass: another allowed value, a second, none; what is at the border."""
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
    """Yield values that may stand in the place of the one that is there."""
    parameter, value = at.aim.parameter, at.aim.value
    if parameter == "in":
        new: Any
        for new in map(bridge.from_rdflib, members(value)):
            if new != at.old:
                yield new
    elif parameter in {"class", "node", "nodeKind"}:
        yield from islice((new for new in _others(at) if new != NOTHING), 12)
    elif isinstance(at.old, Literal):
        yield from (new for new in near(at.old) if parameter != "pattern" or re.search(str(value), new.value))


def tries(aim: Aim, base: Base, focus: Node, *, wide: bool = False) -> Iterator[Edit]:
    """Yield every edit on what a constraint reads, those close to the focus node first; many more if ``wide``."""
    reads = read_by(aim)
    most = 60 if wide else 15
    nodes = list(dict.fromkeys(triple.subject for triple in base.triples if not isinstance(triple.subject, Triple)))
    read = [t for t in base.triples if t.predicate.value in reads or "" in reads]
    if not wide:
        read = [t for t in read if focus in {t.subject, t.object}]
    read.sort(key=lambda triple: (triple.subject != focus, triple.object != focus))
    for triple in read:
        yield Edit("drop", (triple,))
    for triple in read:
        for new in _values(triple, focus, nodes, most):
            yield Edit("change", (triple,), (Triple(triple.subject, triple.predicate, new),))
            yield Edit("second", (), (Triple(triple.subject, triple.predicate, new),))
    for name in sorted(reads - {""}):
        yield from _where_it_lacks(base, NamedNode(name), focus, nodes if wide else [focus], most)
    yield from _of_names(base, nodes)


def off_regexes(aim: Aim, base: Base) -> Iterator[Edit]:
    """Yield edits of texts that fit a pattern in the query of a constraint, so that they fit it only if weakened."""
    regexes = queries.regexes(query_of(aim))
    for triple in base.triples:
        old = triple.object
        if not isinstance(old, Literal) or triple.predicate.value not in read_by(aim):
            continue
        for text in dict.fromkeys(chain.from_iterable(_near_misses(pattern, old.value) for pattern in regexes)):
            new = Literal(text, language=old.language) if old.language else Literal(text, datatype=old.datatype)
            yield Edit("change", (triple,), (Triple(triple.subject, triple.predicate, new),))


def _near_misses(pattern: str, text: str, most: int = 12) -> Iterator[str]:
    """Yield, if a text fits a pattern, up to ``most`` near it that do not, for each weaker pattern that they fit."""
    if not re.search(pattern, text):
        return
    runs = [(run[0], *run.span()) for run in re.finditer(r"[0-9]+|[A-Za-z]+", text)]
    lengths = [text[:start] + run[:-less] + text[end:] for run, start, end in runs for less in range(1, len(run) + 1)]
    lengths += [text[:end] + run[-1] * more + text[end:] for run, _, end in runs for more in (1, 2, 3)]
    twice = [text[:at] + c * 2 + text[at:] for c in re.findall(r"(\w)\?", pattern) for at in range(len(text))]
    wrong = [new for new in (*lengths, *twice, *one_character_off(text)) if not re.search(pattern, new)]
    for weaker in patterns.weaker(pattern):
        yield from islice((new for new in wrong if re.search(weaker, new)), most)


def _where_it_lacks(base: Base, path: NamedNode, focus: Node, nodes: list[Node], most: int) -> Iterator[Edit]:
    for node in nodes:
        if not any(t.subject == node and t.predicate == path for t in base.triples):
            for new in islice((*pool().get(path.value, ()), focus, *nodes), most):
                yield Edit("add", (), (Triple(node, path, new),))
        yield Edit("add", (), (Triple(node, path, focus),))


def _of_names(base: Base, nodes: list[Node]) -> Iterator[Edit]:
    for node in nodes:
        if isinstance(node, NamedNode):
            yield copied(base, node, NamedNode(node.value + "-copy"))
    for node in nodes:
        if isinstance(node, NamedNode):
            yield renamed(base, node, NamedNode(node.value + "-X"), "rename-wrong")
            yield renamed(base, node, NamedNode(re.sub(r"([/#])(\w)([\w-]*)$", _swapped, node.value)), "rename-wrong")


def _swapped(match: "re.Match[str]") -> str:
    return f"{match[1]}{match[2].swapcase()}{match[3]}"


def _values(triple: Triple, focus: Node, nodes: list[Any], most: int) -> Iterator[Any]:
    old = triple.object
    if isinstance(old, Literal):
        yield from islice((new for new in near(old) if new != old), most)
    yield from islice((v for v in pool().get(triple.predicate.value, ()) if v != old), most)
    if not isinstance(old, Literal):
        yield from (node for node in (focus, *nodes) if node != old)
