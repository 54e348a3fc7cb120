"""What a changed statement about a subject means: about a class, a property, a concept, a thing, a mapping."""

import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from imaging_trials.model.project import PROJECT
from rdfkit.releases.diff.changes import Change
from rdfkit.releases.diff.facts import TYPE, View, iri, plain, show
from rdfkit.releases.diff.renames import MAPS, REPLACED

_LABELS = {iri("skos:prefLabel"), iri("rdfs:label")}
_DEFINITIONS = {iri("skos:definition"), iri("rdfs:comment")}
_NOTES = {
    iri(curie)
    for curie in ("skos:altLabel", "skos:hiddenLabel", "skos:example", "skos:scopeNote", "skos:editorialNote",
                  "skos:note", "skos:changeNote", "skos:historyNote", "rdfs:seeAlso", "rdfs:isDefinedBy",
                  "dcterms:description")
}  # fmt: skip
_VERSIONS = {
    iri(curie)
    for curie in ("owl:versionInfo", "owl:versionIRI", "owl:priorVersion", "dcat:version", "dcterms:issued",
                  "dcterms:created", "dcterms:modified")
}  # fmt: skip
_LICENCES = {iri("dcterms:license"), iri("schema:license")}
_PARENTS = {iri("rdfs:subClassOf"): "superclass", iri("rdfs:subPropertyOf"): "superproperty"}
_EDGES = {iri("rdfs:domain"): "domain", iri("rdfs:range"): "range"}
_INFER = {
    iri(curie): words
    for curie, words in {
        "owl:inverseOf": "inverse",
        "owl:equivalentClass": "equivalent class",
        "owl:equivalentProperty": "equivalent property",
        "owl:propertyChainAxiom": "chain",
        "owl:sameAs": "same as",
        "owl:TransitiveProperty": "transitive",
        "owl:SymmetricProperty": "symmetric",
        "owl:ReflexiveProperty": "reflexive",
    }.items()
}
_RESTRICT = {
    iri(curie): words
    for curie, words in {
        "owl:disjointWith": "disjoint with",
        "owl:propertyDisjointWith": "disjoint with",
        "owl:differentFrom": "different from",
        "owl:hasKey": "key",
        "owl:FunctionalProperty": "functional",
        "owl:InverseFunctionalProperty": "inverse functional",
        "owl:AsymmetricProperty": "asymmetric",
        "owl:IrreflexiveProperty": "irreflexive",
    }.items()
}
_PLACES = {
    iri(curie)
    for curie in ("skos:broader", "skos:narrower", "skos:broaderTransitive", "skos:narrowerTransitive", "skos:inScheme",
                  "skos:topConceptOf", "skos:hasTopConcept")
}  # fmt: skip
_CLASSES = {iri("owl:Class"), iri("rdfs:Class"), iri("rdfs:Datatype")}
_PROPERTIES = {
    iri(curie)
    for curie in ("rdf:Property", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty",
                  "owl:OntologyProperty")
}  # fmt: skip
_ABOUT = {iri(curie) for curie in ("owl:Ontology", "dcat:Dataset", "void:Dataset", "dcat:Distribution")}
_DEPRECATED = iri("owl:deprecated")
_NOTATION = iri("skos:notation")
_MAPPING = iri("imt:Mapping")
MATCHES = {
    iri(f"skos:{name}")
    for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "mappingRelation")
}

_DEFINED = {"class", "property", "concept", "concept scheme"}

_NOTHING: frozenset[str] = frozenset()

AREA = {
    "class": "vocabulary",
    "property": "vocabulary",
    "axiom": "vocabulary",
    "foreign": "vocabulary",
    "concept": "concepts",
    "concept scheme": "concepts",
    "mapping": "mappings",
    "mapping set": "mappings",
    "about": "names",
}
"""Sort of a subject, and its part of the report; things stand under ``things``."""


def sort(subject: str, view: View, ours: AbstractSet[str]) -> str:
    """Return what sort of thing a subject is: ``class``, ``concept`` …, or its kind as its IRI says (``agent``)."""
    types = view.values(subject, TYPE)
    kind = re.match(rf"<{re.escape(PROJECT.base)}id/([^/]+)/", subject)
    sorts = {
        "axiom": not subject.startswith("<"),
        "foreign": subject not in ours,
        "about": types & _ABOUT or subject.startswith(f"<{PROJECT.prefixes['graph']}"),
        "concept scheme": iri("skos:ConceptScheme") in types,
        "concept": iri("skos:Concept") in types or subject.startswith(f"<{PROJECT.prefixes['concept']}"),
        "class": types & _CLASSES,
        "property": types & (_PROPERTIES | _INFER.keys() | _RESTRICT.keys()),
        "mapping": is_mapping(subject, view),
    }
    return next((name for name, holds in sorts.items() if holds), kind[1].replace("-", " ") if kind else "thing")


def is_mapping(subject: str, view: View) -> bool:
    """Tell whether a subject is the record of a mapping."""
    return _MAPPING in view.values(subject, TYPE)


class Pair:
    """Two states side by side, as far as judging a statement needs them."""

    def __init__(self, before: View, after: View, ours: AbstractSet[str]) -> None:  # noqa: D107
        self.before = before
        self.after = after
        self.ours = ours
        self._known = {term for s, p, o in before.facts for term in (s, p, o) if term.startswith("<")}

    def was_known(self, term: str) -> bool:
        """Tell whether a term stood anywhere in the old state; somebody else's always may have been used."""
        ours = term in self.ours or term.startswith(f"<{PROJECT.base}")
        return term in self._known or not ours

    def lost(self, subject: str, predicate: str) -> frozenset[str]:
        """Return what was asserted and neither is nor follows any more."""
        values = self.before.values(subject, predicate)
        return frozenset(value for value in values if (subject, predicate, value) not in self.after.closed)

    def gained(self, subject: str, predicate: str) -> frozenset[str]:
        """Return what is asserted and neither was nor followed before."""
        values = self.after.values(subject, predicate)
        return frozenset(value for value in values if (subject, predicate, value) not in self.before.closed)


def judge(pair: Pair, subject: str) -> Iterator[Change]:
    """Yield the changes of a subject that is described in both states."""
    of = sort(subject, pair.after, pair.ours)
    predicates = pair.before.about.get(subject, {}).keys() | pair.after.about.get(subject, {}).keys()
    lost = {predicate: values for predicate in predicates if (values := pair.lost(subject, predicate))}
    gained = {predicate: values for predicate in predicates if (values := pair.gained(subject, predicate))}
    if _DEPRECATED in gained:
        # What its replacement now says is not lost.
        heirs = pair.after.values(subject, REPLACED)
        lost = {
            p: left
            for p, values in lost.items()
            if (left := frozenset(v for v in values if not any((heir, p, v) in pair.after.closed for heir in heirs)))
        }
    made = _Maker(pair, subject, of)
    if of == "mapping":
        yield from _mapping(made, lost, gained)
        return
    told: set[str] = set()
    if of in _DEFINED:
        yield from _wording(made, lost, gained)
        told = _LABELS | _DEFINITIONS
    for predicate in sorted((lost.keys() | gained.keys()) - told):
        yield from _statement(made, predicate, lost.get(predicate, frozenset()), gained.get(predicate, frozenset()))


_Says = Callable[["_Maker", str, frozenset[str], frozenset[str]], Iterator[Change]]


class _Maker:
    """Makes changes of one subject."""

    def __init__(self, pair: Pair, subject: str, of: str) -> None:
        self.pair = pair
        self.subject = subject
        self.of = of

    def change(
        self, kind: str, what: str, lost: AbstractSet[str] = _NOTHING, gained: AbstractSet[str] = _NOTHING
    ) -> Change:
        return Change(
            area=AREA.get(self.of, "things"),
            kind=kind,
            sign="~",
            subject=show(self.subject),
            label=self.pair.after.label(self.subject) or self.pair.before.label(self.subject),
            sort=self.of,
            words=what,
            before=tuple(sorted(map(plain, lost))),
            after=tuple(sorted(map(plain, gained))),
        )


_Values = dict[str, frozenset[str]]


def _wording(made: _Maker, lost: _Values, gained: _Values) -> Iterator[Change]:
    labels = _both(lost, gained, _LABELS)
    texts = _both(lost, gained, _DEFINITIONS)
    replaced = _all_else(labels, 0.6, by_word=False) and _all_else(texts, 0.5, by_word=True)
    for words, kind, sides in (("label", "label-changed", labels), ("definition", "definition-reworded", texts)):
        if any(sides):
            yield made.change("meaning-replaced" if replaced else kind, words, *sides)


def _both(lost: _Values, gained: _Values, predicates: AbstractSet[str]) -> tuple[frozenset[str], frozenset[str]]:
    empty: frozenset[str] = frozenset()
    return (
        empty.union(*(lost.get(predicate, empty) for predicate in predicates)),
        empty.union(*(gained.get(predicate, empty) for predicate in predicates)),
    )


def _all_else(sides: tuple[frozenset[str], frozenset[str]], least: float, *, by_word: bool) -> bool:
    """Tell whether texts went and came, and none that came has a fair share of one that went."""
    went, came = ([plain(text).lower() for text in side] for side in sides)
    pairs = [(a.split(), b.split()) if by_word else (a, b) for a in went for b in came]
    return bool(pairs) and all(SequenceMatcher(None, a, b, autojunk=False).ratio() < least for a, b in pairs)


def _statement(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    if predicate in _LICENCES:
        yield made.change("licence-changed", "licence", lost, gained)
    elif predicate in _VERSIONS and made.of in {"about", "mapping set"}:
        yield made.change("version-stated", show(predicate), lost, gained)
    elif made.of == "about":
        if predicate != iri("dcterms:hasPart"):  # the named graphs have changes of their own
            yield made.change("about-changed", show(predicate), lost, gained)
    elif made.of == "foreign" and not (predicate in _RESTRICT and (lost | gained) & made.pair.ours):
        yield made.change("foreign-changed", show(predicate), lost, gained)
    else:
        says = next((says for predicates, says in _SAYS if predicate in predicates), _value)
        yield from says(made, predicate, lost, gained)


def _deprecation(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    deprecated = made.pair.after.values(made.subject, _DEPRECATED)
    if predicate == REPLACED:
        if not deprecated or not (made.pair.gained(made.subject, _DEPRECATED)):
            yield from _value(made, predicate, lost, gained)
    elif gained:
        heirs = " or ".join(sorted(show(value) for value in made.pair.after.values(made.subject, REPLACED)))
        yield made.change(
            "deprecated", f"deprecated, replaced by {heirs}" if heirs else "deprecated, with no heir named"
        )
        if _emptied(made.pair, made.subject):
            yield made.change("emptied", "no statement uses it any more")
    else:
        yield made.change("deprecation-taken-back", "no longer deprecated")


def _emptied(pair: Pair, term: str) -> bool:
    """Tell whether statements used a term as their predicate or class, and none does now."""

    def used(view: View) -> bool:
        return any(p == term or (p == TYPE and o == term) for _, p, o in view.closed)

    return used(pair.before) and not used(pair.after)


def _types(made: _Maker, _: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    characteristics = _INFER.keys() | _RESTRICT.keys()
    if made.of in {"class", "property"}:
        for kinds, name in ((_INFER, "inference"), (_RESTRICT, "restriction")):
            for one in sorted(gained & kinds.keys()):
                yield made.change(f"{name}-added", kinds[one])
            for one in sorted(lost & kinds.keys()):
                yield made.change(f"{name}-removed", f"no longer {kinds[one]}")
        lost, gained = lost - characteristics, gained - characteristics
        if lost:
            yield made.change("term-retyped", "kind of term", lost, gained)
        elif gained:
            yield made.change("type-added", "is also", _NOTHING, gained)
    elif lost:
        yield made.change("thing-retyped", "class", lost, gained)
    elif gained:
        yield made.change("type-added", "class", lost, gained)


def _matches(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    for kind, what, values in (("mapping-removed", "no longer", lost), ("mapping-added", "now", gained)):
        for value in sorted(values):
            yield made.change(kind, f"{what} {show(predicate)} {show(value)}")


def _is_alignment(made: _Maker, value: str) -> bool:
    return value.startswith("<") and value not in made.pair.ours


def _parents(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    yield from _expressions(made, predicate, lost, gained)
    pair, what = made.pair, _PARENTS[predicate]
    for value in sorted(filter(_is_named, lost)):
        kind = "alignment-removed" if _is_alignment(made, value) else "parent-removed"
        yield made.change(kind, f"{what} taken away", {value})
    old_parents = {o for s, p, o in pair.before.closed if s == made.subject and p == predicate}
    for value in sorted(filter(_is_named, gained)):
        above = {o for s, p, o in pair.after.closed if s == value and p == predicate} - old_parents - {made.subject}
        if _is_alignment(made, value):
            kind = "alignment-added"
        elif pair.was_known(value) or any(term in pair.ours and pair.was_known(term) for term in above):
            kind = "parent-added"
        else:
            kind = "parent-new"
        yield made.change(kind, f"{what} added", _NOTHING, {value})


def _is_named(value: str) -> bool:
    return value.startswith("<")


def _expressions(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    sides = [{value for value in side if not _is_named(value)} for side in (lost, gained)]
    if any(sides):
        yield made.change("expression-changed", show(predicate), *sides)


def _edges(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    edge = _EDGES[predicate]
    before, after = (view.values(made.subject, predicate) for view in (made.pair.before, made.pair.after))
    if not lost:
        yield made.change(f"{edge}-narrowed", f"{edge} narrowed", before, after)
    elif not gained:
        yield made.change(f"{edge}-widened", f"{edge} widened", before, after)
    else:
        yield made.change(f"{edge}-narrowed", f"{edge} changed", before, after)


def _axioms(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    name = "inference" if predicate in _INFER else "restriction"
    words = _INFER.get(predicate) or _RESTRICT[predicate]
    equivalent = predicate in {iri("owl:equivalentClass"), iri("owl:equivalentProperty")}
    if equivalent:
        yield from _expressions(made, predicate, lost, gained)
    for values, done in ((lost, "removed"), (gained, "added")):
        for value in sorted(values if not equivalent else filter(_is_named, values)):
            kind = f"{name}-{done}"
            if equivalent and _is_alignment(made, value):
                kind = f"alignment-{done}"
            elif done == "added" and not (made.pair.was_known(value) and made.pair.was_known(made.subject)):
                kind = "axiom-about-new"
            yield made.change(kind, f"{words} {done}", {value} & lost, {value} & gained)


def _place(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    # That a new concept lies below, or a removed one no longer, is said of that concept.
    gained = frozenset(value for value in gained if made.pair.was_known(value))
    if lost or gained:
        yield made.change("concept-moved", show(predicate), lost, gained)


def _notation(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    yield made.change("notation-changed" if lost else "notation-added", show(predicate), lost, gained)


def _note(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    if made.of in _DEFINED:
        yield made.change("note-changed", show(predicate), lost, gained)
    else:
        yield from _value(made, predicate, lost, gained)


def _value(made: _Maker, predicate: str, lost: frozenset[str], gained: frozenset[str]) -> Iterator[Change]:
    kind = "value-corrected" if lost and gained else "value-added" if gained else "value-removed"
    yield made.change(kind, show(predicate), lost, gained)


_SAYS: tuple[tuple[AbstractSet[str], _Says], ...] = (
    ({_DEPRECATED, REPLACED}, _deprecation),
    ({TYPE}, _types),
    (MATCHES, _matches),
    (_PARENTS.keys(), _parents),
    (_EDGES.keys(), _edges),
    (_INFER.keys() | _RESTRICT.keys(), _axioms),
    (_PLACES, _place),
    ({_NOTATION}, _notation),
    (_NOTES, _note),
)
"""What judges statements by which predicates; all others are values."""

_ROW = set(MAPS.values())


def _mapping(made: _Maker, lost: _Values, gained: _Values) -> Iterator[Change]:
    row = _both(lost, gained, _ROW)
    if any(row):
        yield made.change("mapping-changed", "says another relation", *row)
    for predicate in sorted((lost.keys() | gained.keys()) - _ROW - (_LABELS if any(row) else set())):
        yield made.change(
            "mapping-annotated", show(predicate), lost.get(predicate, frozenset()), gained.get(predicate, frozenset())
        )
