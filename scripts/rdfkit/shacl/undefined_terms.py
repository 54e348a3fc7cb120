"""The undefined-term gate: every IRI of ours, and every term of a vocabulary with a closed list, is really there.

A misspelt optional property passes any SHACL engine, and a misspelt term in a query gives an empty answer. So each
IRI in data, shapes, rules and query text is looked up, and a name that is not found is reported with the nearest one.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from imaging_trials.graph.project import PROJECT
from imaging_trials.mappings import sssom as links
from rdfkit.base import namespaces
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import reading as rdf

_RDF, _RDFS, _OWL, _SH = (PROJECT.prefixes[prefix] for prefix in ("rdf", "rdfs", "owl", "sh"))
_TYPE = _RDF + "type"

_PROPERTY_TYPES = {
    _RDF + "Property",
    *(f"{_OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation", "Ontology", "Deprecated")),
    *(f"{_OWL}{kind}Property" for kind in ("Functional", "InverseFunctional", "Transitive")),
    *(f"{_OWL}{kind}Property" for kind in ("Symmetric", "Asymmetric", "Reflexive", "Irreflexive")),
}
_CLASS_TYPES = {_OWL + "Class", _RDFS + "Class", _RDFS + "Datatype", _OWL + "DeprecatedClass"}

_PLACES_OF_CLASSES = {
    _TYPE,
    *(_RDFS + name for name in ("subClassOf", "domain", "range")),
    *(_OWL + name for name in ("someValuesFrom", "allValuesFrom", "onClass", "disjointWith", "equivalentClass")),
    *(_SH + name for name in ("class", "targetClass")),
    namespaces.VOID + "class",
}
_PLACES_OF_PROPERTIES = {
    _RDFS + "subPropertyOf",
    *(_OWL + name for name in ("inverseOf", "onProperty", "equivalentProperty", "propertyDisjointWith")),
    *(_SH + name for name in ("path", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")),
    *(_SH + name for name in ("targetSubjectsOf", "targetObjectsOf", "equals", "disjoint", "lessThan")),
    _SH + "lessThanOrEquals",
    namespaces.VOID + "property",
}
_NAMES_A_VERSION = {_OWL + name for name in ("versionIRI", "priorVersion", "backwardCompatibleWith")}

_CLOSED = (
    *("CSVW", "DC", "DCAM", "DCMITYPE", "DCTERMS", "FOAF", "ORG", "OWL", "PROV"),
    *("QB", "RDF", "RDFS", "SH", "SKOS", "VANN", "VOID", "XSD"),
)
"""rdflib's names for its lists of vocabularies that are finished."""

_GROWING = ("DCAT", "SDO")
"""Its names for lists that lag behind their vocabularies (DCAT, schema.org): the ontology may declare more."""


@dataclass(frozen=True)
class Terms:
    """What is defined: things of any kind, and those of them that are properties, and classes."""

    defined: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def __or__(self, other: "Terms") -> "Terms":
        """Return what is defined in either."""
        return Terms(self.defined | other.defined, self.properties | other.properties, self.classes | other.classes)


@dataclass(frozen=True, order=True)
class Finding:
    """A term that is not defined, or not for the place it stands in: where, which, what is wrong, nearest names."""

    where: str
    term: str
    problem: str
    nearest: tuple[str, ...] = ()
    statement: str = ""
    subject: str = field(default="", compare=False)
    predicate: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the finding as the line that is printed."""
        hint = f"; did you mean {' or '.join(PROJECT.shorten(name) for name in self.nearest)}?" if self.nearest else ""
        said = f" (in: {self.statement})" if self.statement else ""
        return f"{self.where}: {PROJECT.shorten(self.term)} {self.problem}{hint}{said}"


@dataclass(frozen=True)
class _Use:
    """An IRI that is used somewhere, as a property, a class, or anything else."""

    term: str
    role: str
    where: str
    statement: Quad | None = None


def terms_of(quads: Iterable[Quad]) -> Terms:
    """Return what some quads define: their typed subjects, and which of these are properties and classes."""
    defined, properties, classes = set(), set(), set()
    for quad in quads:
        if quad.predicate.value == _TYPE and isinstance(quad.subject, NamedNode):
            kind = quad.object.value if isinstance(quad.object, NamedNode) else ""
            defined.add(quad.subject.value)
            if kind in _PROPERTY_TYPES:
                properties.add(quad.subject.value)
            elif kind in _CLASS_TYPES:
                classes.add(quad.subject.value)
    return Terms(frozenset(defined), frozenset(properties), frozenset(classes))


def terms_of_store(store: Store) -> Terms:
    """Return what the graph's sources define, and its named graphs.

    What is only inferred does not count: a misspelt name gets a type from the range of the property it stands behind.
    """
    inferred = PROJECT.graph_iri(layers.INFERRED)
    types = store.quads_for_pattern(None, NamedNode(_TYPE), None, None)
    names = {PROJECT.graph_iri(name).value for name in (layers.INFERRED, "links", *PROJECT.folders.values())}
    names |= {name.value for name in store.named_graphs() if isinstance(name, NamedNode)}
    return terms_of(quad for quad in types if quad.graph_name != inferred) | Terms(frozenset(names))


def check_quads(quads: Collection[Quad], where: str, known: Terms, own: Collection[str] = frozenset()) -> list[Finding]:
    """Return the terms in a user's ``quads`` that are not defined, sorted; ``where`` is the file they were read from.

    Terms of ours must be in ``known``, or be described in these quads, or be among ``own``: what the user describes
    elsewhere. Terms of other vocabularies must be in the list of that vocabulary, where there is one.
    """
    described = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    return _judge(_uses(quads, where), known, described.union(own), house=False)


def check_repository(root: Path) -> list[Finding]:
    """Return the undefined terms in the sources, shapes, rules and saved queries under ``root``, sorted.

    Raises UserError for a file that can't be read.
    """
    data = [(path, rdf.read(path)) for _, path in layers.source_files(PROJECT.at(root))]
    data += [(path, list(links.to_quads([links.read_set(path)]))) for path in links.files(root)]
    shapes = [(path, rdf.read(path)) for path in sorted((root / "shapes").glob("*.ttl"))]
    named = (layers.INFERRED, "links", *(name for name, _ in layers.source_files(PROJECT.at(root))))
    graphs = {PROJECT.graph_iri(name).value for name in named}
    of_shapes = {q.subject.value for _, quads in shapes for q in quads if isinstance(q.subject, NamedNode)}
    known = Terms(frozenset(graphs | {iri for iri in of_shapes if iri.startswith(PROJECT.prefixes["imtsh"])}))
    for _, quads in data + shapes:
        known |= terms_of(quads)
    uses: list[_Use] = []
    undeclared: list[Finding] = []
    for path, quads in data + shapes:
        uses += _uses(quads, _relative(path, root))
    prefixes = _declared_prefixes(quad for _, quads in shapes for quad in quads)
    for path, quads in shapes:
        for owner, text in _queries_in_shapes(quads):
            name = f"{_relative(path, root)} (query of {owner})"
            uses += _uses_in_text(text, name, undeclared, prefixes)
    rules = layers.rule_files(root / "ontology" / "rules")
    for path in rules + sorted((root / "queries").glob("**/*.rq")):
        uses += _uses_in_text(_text(path), _relative(path, root), undeclared)
    return sorted(undeclared + _judge(uses, known, frozenset(), house=True))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read as UTF-8 text ({error}); mend that and run again.") from error


def _uses(quads: Iterable[Quad], where: str) -> Iterator[_Use]:
    """Yield every IRI of some quads with the role its place gives it, the first statement for each standing for all."""
    seen = set()
    for quad in quads:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        found = [(predicate, "property")]
        if isinstance(subject, NamedNode):
            found.append((subject.value, "thing"))
        if isinstance(value, Literal):
            found.append((value.datatype.value, "class"))
        elif isinstance(value, NamedNode) and predicate not in _NAMES_A_VERSION:
            role = "class" if predicate in _PLACES_OF_CLASSES else "thing"
            found.append((value.value, "property" if predicate in _PLACES_OF_PROPERTIES else role))
        for use in found:
            if use not in seen:
                seen.add(use)
                yield _Use(*use, where, quad)


def _told(statement: Quad | None) -> tuple[str, str, str]:
    """Return a statement as a person would write it, and the IRIs of its subject and predicate, for a finding."""
    if statement is None:
        return "", "", ""
    subject, predicate = statement.subject, statement.predicate
    shown = " ".join(_show(term) for term in (subject, predicate, statement.object))
    return shown, subject.value if isinstance(subject, NamedNode) else "", predicate.value


def _show(term: object) -> str:
    if isinstance(term, NamedNode):
        short = PROJECT.shorten(term.value)
        return rdf.printable(f"<{short}>" if short == term.value else short)
    return "[]" if isinstance(term, BlankNode) else rdf.printable(str(term), 60)


def _judge(uses: Iterable[_Use], known: Terms, own: Collection[str], *, house: bool) -> list[Finding]:
    lists = _lists()
    spaces = set(PROJECT.prefixes.values())
    found = []
    for use in uses:
        if use.term in spaces or use.term in own:
            continue
        if PROJECT.is_own(use.term):
            verdict = _judge_ours(use, known)
        elif PROJECT.is_own(use.term.replace("http://", "https://", 1)):
            verdict = ("is written with http:", [use.term.replace("http://", "https://", 1)])
        else:
            verdict = _judge_foreign(use, known, lists, house=house)
        if verdict:
            found.append(Finding(use.where, use.term, verdict[0], tuple(verdict[1]), *_told(use.statement)))
    return sorted(found)


def _judge_ours(use: _Use, known: Terms) -> tuple[str, list[str]] | None:
    candidates = {"property": known.properties, "class": known.classes}.get(use.role, known.defined)
    if use.term in candidates:
        return None
    problem = f"is no {use.role}" if use.term in known.defined else "is not defined"
    return problem, _nearest(use.term, candidates)


def _judge_foreign(use: _Use, known: Terms, lists: dict[str, Any], *, house: bool) -> tuple[str, list[str]] | None:
    namespace, local = _split(use.term)
    if namespace in lists and local:
        closed = namespace in lists["closed"]
        if local in lists[namespace] or (not closed and use.term in known.defined):
            return None
        # A vocabulary that grows may have more than the list: in a user's file only a near miss is a mistake.
        names = {str(name) for name in dir(lists[namespace])}  # without names that are Python's, such as title
        names |= {name for name in known.defined if name.startswith(namespace)}
        near = _nearest(use.term, names, 0.6 if house or closed else 0.85)
        return ("is not in that vocabulary", near) if house or closed or near else None
    if house and use.role != "thing" and use.term not in known.defined:
        near = _nearest(use.term, known.properties if use.role == "property" else known.classes, 0.85)
        return "is a term of another vocabulary that ontology/imaging-trials.ttl does not declare", near
    return None


def _split(iri: str) -> tuple[str, str]:
    cut = iri.rfind("#") + 1 or iri.rfind("/") + 1
    return iri[:cut], iri[cut:]


def _lists() -> dict[str, Any]:
    """Return rdflib's lists of the terms of a vocabulary, by its namespace; under ``closed``, the finished ones."""
    import rdflib.namespace

    lists = {name: getattr(rdflib.namespace, name) for name in (*_CLOSED, *_GROWING)}
    return {**{str(terms): terms for terms in lists.values()}, "closed": {str(lists[name]) for name in _CLOSED}}


def _nearest(iri: str, candidates: Collection[str], cutoff: float = 0.6) -> list[str]:
    """Return up to two of the candidates that look most like ``iri``, those of its own namespace first."""
    import difflib

    namespace, local = _split(iri)
    locals_ = {name[len(namespace) :]: name for name in sorted(candidates) if name.startswith(namespace)}
    near = [locals_[name] for name in difflib.get_close_matches(local, locals_, 2, cutoff)]
    if not near:
        ours = sorted(name for name in candidates if PROJECT.is_own(name)) if PROJECT.is_own(iri) else []
        near = difflib.get_close_matches(iri, ours, 1, 0.85)
    return near


# Query text: shapes, rules and saved queries


_TOKEN = re.compile(
    r"""
    (?P<blank> \s+ | \#[^\n]* )
  | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
  | (?P<string> \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
              | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
  | (?P<variable> [?$]\w+ | _:[\w.-]* )
  | (?P<name> (?P<prefix> [^\W\d_] (?:[\w.-]*[\w-])? )? : (?P<local> (?: [\w:%-] | \\. | \.+(?=[\w:%\\-]) )* ) )
  | (?P<word> @?[^\W\d][\w-]* )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return (token for token in _TOKEN.finditer(text) if token.lastgroup != "blank")


def _uses_in_text(
    text: str, where: str, undeclared: list[Finding], prefixes: dict[str, str] | None = None
) -> Iterator[_Use]:
    """Yield the IRIs in a SPARQL text, written out or as prefixed names; strings and comments are passed over.

    ``prefixes`` are those that hold before the text declares its own. What has a prefix that is not declared goes to
    ``undeclared``.
    """
    known = dict(prefixes or {})
    tokens = list(_tokens(text))
    places = enumerate(tokens)
    before = ""
    for index, token in places:
        kind = token.lastgroup
        start = token.start()
        place = f"{where}:{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"
        iri = ""
        if kind == "word" and token[0].upper() == "PREFIX" and index + 2 < len(tokens):
            known[tokens[index + 1]["prefix"] or ""] = tokens[index + 2][0][1:-1]
            next(places)
            next(places)
        elif kind == "iri" and ":" in token[0]:
            iri = token[0][1:-1]
        elif kind == "name":
            prefix = token["prefix"] or ""
            if prefix in known:
                iri = known[prefix] + re.sub(r"\\(.)", r"\1", token["local"])
            else:
                undeclared.append(Finding(place, token[0], "has a prefix that the query does not declare"))
        if iri:
            yield _Use(iri, "class" if before in {"a", _TYPE} else "thing", place)
        before = iri or token[0]


def _declared_prefixes(quads: Iterable[Quad]) -> dict[str, str]:
    """Return the prefixes that shapes declare for their queries (sh:declare)."""
    prefix, namespace = {}, {}
    for quad in quads:
        if isinstance(quad.object, Literal):
            if quad.predicate.value == _SH + "prefix":
                prefix[quad.subject] = quad.object.value
            elif quad.predicate.value == _SH + "namespace":
                namespace[quad.subject] = quad.object.value
    return {name: namespace[node] for node, name in prefix.items() if node in namespace}


def _queries_in_shapes(quads: Iterable[Quad]) -> Iterator[tuple[str, str]]:
    """Yield the SPARQL texts in shapes, each with the name of its node, or of the shape that holds it."""
    holder = {quad.object: quad.subject for quad in quads if quad.predicate.value == _SH + "sparql"}
    for quad in quads:
        if quad.predicate.value in {_SH + "select", _SH + "ask"} and isinstance(quad.object, Literal):
            node = quad.subject if isinstance(quad.subject, NamedNode) else holder.get(quad.subject, quad.subject)
            yield _show(node), quad.object.value
