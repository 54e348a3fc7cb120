"""The page with forms for contributions, drawn from the shapes: fields, groups, order, lists, and what is owed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.model import PROJECT, read, vocabulary
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from rdfkit.base import UserError

PAGE = "add.html"

FORMS = {
    "edition": ("imt:GuidelineEdition", "a guideline edition"),
    "agent": ("imt:PharmaceuticalAgent", "an agent"),
    "document": ("imt:AgentDocument", "a document of an agent"),
}
"""By the prefix of its IRIs: the class of what a form describes, and the words for it."""

SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
"""The part of an IRI that a contributor chooses, as the shape imtsh:thing-iri has it."""

_SH = {
    name: NamedNode(PROJECT.expand(f"sh:{name}"))
    for name in (
        "class", "datatype", "description", "disjoint", "group", "hasValue", "in", "maxCount", "message", "minCount",
        "minInclusive", "node", "order", "path", "pattern", "property", "targetClass",
    )
}  # fmt: skip
_RANGE = NamedNode(PROJECT.expand("rdfs:range"))
_DATATYPES = {
    "xsd:string": "text", "xsd:integer": "integer", "xsd:decimal": "decimal", "xsd:date": "date",
    "xsd:boolean": "boolean", "rdf:langString": "words",
}  # fmt: skip


class Field(NamedTuple):
    """A field: property, label, what to enter, and what the shapes require of its values.

    ``kind`` is ``thing`` (with the name of its list in ``choices``) or the kind of a literal. ``owed`` is ``always``,
    ``here`` for what only this repository wants, or ``""``, and ``owed_words`` says so as the shape does. ``apart`` are
    the properties that must not have the same value.
    """

    name: str
    label: str
    hint: str
    kind: str
    choices: str
    many: bool
    owed: str
    owed_words: str
    pattern: str
    least: str
    apart: tuple[str, ...]


class Form(NamedTuple):
    """A form: the prefix of the IRIs, the class, words for it, and the groups of fields, each with its label."""

    prefix: str
    kind: str
    words: str
    groups: tuple[tuple[str, tuple[Field, ...]], ...]


Choices = dict[str, tuple[tuple[str, str], ...]]
"""Lists to choose from, by name: CURIEs with labels."""


def page(store: Store, rules: Store) -> parts.Page:
    """Return the page with the forms."""
    found, choices = forms(store, rules)
    return parts.Page(
        path=PAGE,
        title="Add to the graph",
        trail=(Link("Home", addresses.HOME),),
        lead="Describe a guideline edition, an agent or a document, and get the Turtle for a pull request.",
        template="add.html",
        more={
            "forms": found,
            "choices": choices,
            "slug": SLUG,
            "namespaces": {form.prefix: PROJECT.prefixes[form.prefix] for form in found},
        },
    )


def forms(store: Store, rules: Store) -> tuple[list[Form], Choices]:
    """Return the forms and the lists of their fields. Raises UserError for a field that no form can ask for."""
    maker = _Maker(store, rules)
    found = [maker.form(prefix, kind, words) for prefix, (kind, words) in FORMS.items()]
    maker.add_list("Source", "imt:Source")
    return found, dict(sorted(maker.choices.items()))


class _Maker:
    """Makes the fields of forms, and collects the lists that they need."""

    def __init__(self, store: Store, rules: Store) -> None:
        self._store = store
        self._rules = rules
        self.choices: Choices = {}

    def form(self, prefix: str, kind: str, words: str) -> Form:
        """Return a form for the instances of a class; what is there already is a list named after the prefix."""
        target = NamedNode(PROJECT.expand(kind))
        self.add_list(prefix, kind)
        by_path: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for shape in read.subjects(self._rules, _SH["targetClass"], target):
            for one in read.objects(self._rules, shape, _SH["property"]):
                for path in read.objects(self._rules, one, _SH["path"]):
                    by_path[path].append(one)
        placed = []
        for path, shapes in by_path.items():
            for shape in shapes:
                if order := self._literal([shape], "order"):
                    (group,) = read.objects(self._rules, shape, _SH["group"])
                    rank = (int(self._literal([group], "order")), int(order), path.value)
                    placed.append((rank, group, self._field(path, shape, shapes)))
        placed.sort(key=lambda one: one[0])
        groups: dict[str, list[Field]] = defaultdict(list)
        for _, group, field in placed:
            groups[read.text(self._rules, group, vocabulary.LABEL)].append(field)
        return Form(prefix, kind, words, tuple((name, tuple(fields)) for name, fields in groups.items()))

    def add_list(self, name: str, kind: str) -> None:
        """Add a list of the instances of a class."""
        self._list(name, self._instances([NamedNode(PROJECT.expand(kind))]))

    def _field(self, path: NamedNode, first: NamedNode, shapes: list[NamedNode]) -> Field:
        kind, choices = self._values(path, shapes)
        owing = [one for one in shapes if int(self._literal([one], "minCount") or 0) > 0]
        owed = "" if not owing else "always" if any(map(self._is_common, owing)) else "here"
        return Field(
            name=PROJECT.shorten(path.value),
            label=read.label(self._store, path),
            hint=typeset(read.text(self._rules, first, _SH["description"])),
            kind=kind,
            choices=choices,
            many=self._literal(shapes, "maxCount") != "1",
            owed=owed,
            owed_words=read.text(self._rules, owing[0], _SH["message"]) if owing else "",
            pattern=self._literal(shapes, "pattern"),
            least=self._literal(shapes, "minInclusive"),
            apart=tuple(
                sorted(
                    PROJECT.shorten(other.value)
                    for one in shapes
                    for other in read.objects(self._rules, one, _SH["disjoint"])
                )
            ),
        )

    def _values(self, path: NamedNode, shapes: list[NamedNode]) -> tuple[str, str]:
        """Return the kind of the values of a field, and the name of the list if they are things."""
        for one in shapes:
            for datatype in read.objects(self._rules, one, _SH["datatype"]):
                if found := _DATATYPES.get(PROJECT.shorten(datatype.value)):
                    return found, ""
            for node in read.objects(self._rules, one, _SH["node"]):
                for inner in read.objects(self._rules, node, _SH["property"]):
                    for scheme in read.objects(self._rules, inner, _SH["hasValue"]):
                        members = read.subjects(self._store, vocabulary.IN_SCHEME, scheme)
                        return "thing", self._list(addresses.stem(scheme.value).rpartition("/")[2], members)
        classes = [each for one in shapes for each in read.objects(self._rules, one, _SH["class"])]
        classes = classes or read.objects(self._store, path, _RANGE)
        ours = [each for each in classes if PROJECT.is_own(each.value)]
        if not ours:
            raise UserError(f"No shape says what the values of {PROJECT.shorten(path.value)} are: a form needs that.")
        return "thing", self._list(PROJECT.shorten(ours[0].value).partition(":")[2], self._instances(ours[:1]))

    def _instances(self, classes: Iterable[NamedNode]) -> list[NamedNode]:
        return [one for each in classes for one in read.subjects(self._store, vocabulary.TYPE, each)]

    def _list(self, name: str, things: Iterable[NamedNode]) -> str:
        found = {PROJECT.shorten(one.value): typeset(read.label(self._store, one)) for one in things}
        self.choices[name] = tuple(sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0])))
        return name

    def _literal(self, shapes: list[NamedNode], name: str) -> str:
        """Return the first value of a parameter of some shapes, or ""."""
        for one in shapes:
            for quad in self._rules.quads_for_pattern(one, _SH[name], None, None):
                if isinstance(quad.object, Literal):
                    return quad.object.value
        return ""

    def _is_common(self, shape: NamedNode) -> bool:
        quad = next(iter(self._rules.quads_for_pattern(shape, None, None, None)))
        return isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.endswith(":common")
