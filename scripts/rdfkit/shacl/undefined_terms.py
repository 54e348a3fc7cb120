"""Undefined terms: IRIs of the project that no file defines, and terms that a well-known vocabulary lacks.

No SHACL engine notices a misspelled optional property, and a misspelled term in a query gives an empty answer. So each
IRI in data, shapes, rules and queries is looked up, and one that is not defined is reported with the nearest names.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from rdfkit.base import Project, UserError, namespaces, printable
from rdfkit.rdf import named_graphs, reading
from rdfkit.shacl.terms import term_text
from rdfkit.sparql import nodes, syntax

_RDF, _RDFS, _OWL, _SH = namespaces.RDF, namespaces.RDFS, namespaces.OWL, namespaces.SH
_TYPE = _RDF + "type"

PROPERTY_TYPES = {
    _RDF + "Property",
    *(f"{_OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation", "Ontology", "Deprecated")),
    *(f"{_OWL}{kind}Property" for kind in ("Functional", "InverseFunctional", "Transitive")),
    *(f"{_OWL}{kind}Property" for kind in ("Symmetric", "Asymmetric", "Reflexive", "Irreflexive")),
}
CLASS_TYPES = {_OWL + "Class", _RDFS + "Class", _RDFS + "Datatype", _OWL + "DeprecatedClass"}

_VALUES_ARE_CLASSES = {
    _TYPE,
    *(_RDFS + name for name in ("subClassOf", "domain", "range")),
    *(_OWL + name for name in ("someValuesFrom", "allValuesFrom", "onClass", "disjointWith", "equivalentClass")),
    *(_SH + name for name in ("class", "targetClass")),
    namespaces.VOID + "class",
}
_VALUES_ARE_PROPERTIES = {
    _RDFS + "subPropertyOf",
    *(_OWL + name for name in ("inverseOf", "onProperty", "equivalentProperty", "propertyDisjointWith")),
    *(_SH + name for name in ("path", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")),
    *(_SH + name for name in ("targetSubjectsOf", "targetObjectsOf", "equals", "disjoint", "lessThan")),
    _SH + "lessThanOrEquals",
    namespaces.VOID + "property",
}
_VALUES_ARE_VERSIONS = {_OWL + name for name in ("versionIRI", "priorVersion", "backwardCompatibleWith")}

_CLOSED = (
    *("CSVW", "DC", "DCAM", "DCMITYPE", "DCTERMS", "FOAF", "ORG", "OWL", "PROV"),
    *("QB", "RDF", "RDFS", "SH", "SKOS", "VANN", "VOID", "XSD"),
)
"""Vocabularies that are finished, by the name of the list of their terms in rdflib."""

_GROWING = ("DCAT", "SDO")
"""Vocabularies that still grow (DCAT, schema.org): the project's ontology may declare more terms."""


@dataclass(frozen=True)
class DefinedTerms:
    """The IRIs that are defined: those of any kind, and those of them that are properties and classes."""

    defined: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    def __or__(self, other: "DefinedTerms") -> "DefinedTerms":
        """Return the terms that are defined in either."""
        return DefinedTerms(
            self.defined | other.defined, self.properties | other.properties, self.classes | other.classes
        )


@dataclass(frozen=True, order=True)
class UndefinedTerm:
    """An IRI that is not defined, or not for the way it is used.

    ``where`` is the file, for queries and rules with line and column; ``term`` the IRI; ``problem`` says what is wrong;
    ``nearest`` has the IRIs with the most similar names. ``statement`` is the first triple with the term in Turtle
    notation; ``subject`` and ``predicate`` are its IRIs.
    """

    where: str
    term: str
    problem: str
    nearest: tuple[str, ...] = ()
    statement: str = ""
    subject: str = field(default="", compare=False)
    predicate: str = field(default="", compare=False)


def sentence(project: Project, term: UndefinedTerm) -> str:
    """Return what is wrong with an undefined term, without its place."""
    names = " or ".join(project.shorten(name) for name in term.nearest)
    hint = f"; did you mean {names}?" if names else ""
    statement = f" (in: {term.statement})" if term.statement else ""
    return f"{project.shorten(term.term)} {term.problem}{hint}{statement}"


@dataclass(frozen=True)
class _Use:
    """An IRI that is used somewhere, as a ``property``, a ``class`` or a ``thing``."""

    term: str
    role: str
    where: str
    statement: Quad | None = None


def defined_in(quads: Iterable[Quad]) -> DefinedTerms:
    """Return the terms that some quads define: subjects with a type, and which of these are properties and classes."""
    defined, properties, classes = set(), set(), set()
    for quad in quads:
        if quad.predicate.value == _TYPE and isinstance(quad.subject, NamedNode):
            kind = quad.object.value if isinstance(quad.object, NamedNode) else ""
            defined.add(quad.subject.value)
            if kind in PROPERTY_TYPES:
                properties.add(quad.subject.value)
            elif kind in CLASS_TYPES:
                classes.add(quad.subject.value)
    return DefinedTerms(frozenset(defined), frozenset(properties), frozenset(classes))


def defined_in_store(project: Project, store: Store) -> DefinedTerms:
    """Return the terms that the sources of a graph define, and its named graphs.

    Inferred types do not count: a misspelled name gets a type from the range of its property.
    """
    inferred = project.graph_iri(named_graphs.INFERRED)
    types = store.quads_for_pattern(None, NamedNode(_TYPE), None, None)
    names = _graph_iris(project, project.folders.values())
    names |= {name.value for name in store.named_graphs() if isinstance(name, NamedNode)}
    return defined_in(quad for quad in types if quad.graph_name != inferred) | DefinedTerms(frozenset(names))


def check_quads(
    project: Project, quads: Collection[Quad], where: str, known: DefinedTerms, own: Collection[str] = frozenset()
) -> list[UndefinedTerm]:
    """Return the undefined terms in the quads of a user's file ``where``, sorted.

    A term below the project's base IRI must be in ``known``, or be a subject of these quads, or be in ``own`` (what
    other files of the user describe). A term of another vocabulary must be in rdflib's list of it, if there is one.
    """
    described = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    return _undefined(project, _uses(quads, where), known, described.union(own), strict=False)


class Suspects:
    """The terms of large files that may be undefined: a later record can still describe them."""

    def __init__(self, project: Project, known: DefinedTerms) -> None:
        """Take the terms that are defined already."""
        self._project = project
        self._known = known
        self._lists = _lists()
        self._found: dict[tuple[str, str, str], _Use] = {}

    def add(self, quads: Collection[Quad], where: str) -> None:
        """Add a part of a file."""
        described = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
        for use in _uses(quads, where):
            key = (use.where, use.term, use.role)
            if key not in self._found and use.term not in described and self._is_suspect(use):
                self._found[key] = use

    def terms(self) -> set[str]:
        """Return the IRIs of the terms."""
        return {term for _, term, _ in self._found}

    def undefined(self, described: Collection[str]) -> list[UndefinedTerm]:
        """Return what `check_quads` returns for the whole files, of which ``described`` are those described."""
        return _undefined(self._project, self._found.values(), self._known, described, strict=False)

    def _is_suspect(self, use: _Use) -> bool:
        if self._project.is_own(use.term):
            return use.term not in _own_candidates(use, self._known)
        if self._project.is_own(use.term.replace("http://", "https://", 1)):
            return True
        namespace, local = _split(use.term)
        return namespace in self._lists and bool(local) and local not in self._lists[namespace]


def check_repository(project: Project) -> list[UndefinedTerm]:
    """Return the undefined terms in the sources, shapes, rules and saved queries of a project, sorted.

    A term of another vocabulary that has no list must be declared in ``ontology/``. Raises UserError for a file that
    cannot be read.
    """
    data = [(project.relative(path), reading.read(path)) for _, path in named_graphs.source_files(project)]
    data += [(f"{each.folder}/*{each.ending}", list(each.read(project.root))) for each in project.readers]
    shapes = [(project.relative(path), reading.read(path)) for path in named_graphs.shape_files(project)]
    graphs = _graph_iris(project, (name for name, _ in named_graphs.source_files(project)))
    of_shapes = {q.subject.value for _, quads in shapes for q in quads if isinstance(q.subject, NamedNode)}
    known = DefinedTerms(frozenset(graphs | {iri for iri in of_shapes if iri.startswith(project.shapes)}))
    for _, quads in data + shapes:
        known |= defined_in(quads)
    uses: list[_Use] = []
    undeclared: list[UndefinedTerm] = []
    for where, quads in data + shapes:
        uses += _uses(quads, where)
    prefixes = _declared_prefixes(quad for _, quads in shapes for quad in quads)
    for where, quads in shapes:
        for owner, text in _queries_in_shapes(project, quads):
            uses += _uses_in_text(text, f"{where} (query of {owner})", undeclared, prefixes)
    for path in named_graphs.rule_files(project.rules) + sorted((project.root / "queries").glob("**/*.rq")):
        uses += _uses_in_text(_text(path), project.relative(path), undeclared)
    found = [_with_file(project, term) for term in _undefined(project, uses, known, frozenset(), strict=True)]
    return sorted(undeclared + found)


def _graph_iris(project: Project, names: Iterable[str]) -> set[str]:
    """Return the IRIs of these named graphs, of the inferred graph, and of those that the project's readers read."""
    every = (named_graphs.INFERRED, *names, *(reader.graph for reader in project.readers))
    return {project.graph_iri(name).value for name in every}


def _with_file(project: Project, term: UndefinedTerm) -> UndefinedTerm:
    """Return an undefined term of a project's reader with the first file whose text has its IRI or its CURIE.

    A reader yields the quads of all its files and does not say which is from which file.
    """
    for reader in project.readers:
        if term.where == f"{reader.folder}/*{reader.ending}":
            for graph, path in named_graphs.other_files(project):
                text = _text(path) if graph == reader.graph else ""
                if term.term in text or project.shorten(term.term) in text:
                    return replace(term, where=project.relative(path))
    return term


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path} cannot be read as UTF-8 text ({error}): fix that and run the command again."
        ) from error


def _uses(quads: Iterable[Quad], where: str) -> Iterator[_Use]:
    """Yield every IRI of some quads in each role that it has, with the first statement."""
    seen = set()
    for quad in quads:
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        found = [(predicate, "property")]
        if isinstance(subject, NamedNode):
            found.append((subject.value, "thing"))
        if isinstance(value, Literal):
            found.append((value.datatype.value, "class"))
        elif isinstance(value, NamedNode) and predicate not in _VALUES_ARE_VERSIONS:
            role = "class" if predicate in _VALUES_ARE_CLASSES else "thing"
            found.append((value.value, "property" if predicate in _VALUES_ARE_PROPERTIES else role))
        for use in found:
            if use not in seen:
                seen.add(use)
                yield _Use(*use, where, quad)


def _statement(project: Project, statement: Quad | None) -> tuple[str, str, str]:
    """Return a statement in Turtle notation, and the IRIs of its subject and predicate."""
    if statement is None:
        return "", "", ""
    subject, predicate = statement.subject, statement.predicate
    shown = " ".join(_show(project, term) for term in (subject, predicate, statement.object))
    return shown, subject.value if isinstance(subject, NamedNode) else "", predicate.value


def _show(project: Project, term: object) -> str:
    if isinstance(term, NamedNode):
        return term_text(project, term)
    return "[]" if isinstance(term, BlankNode) else printable(str(term), 60)


def _undefined(
    project: Project, uses: Iterable[_Use], known: DefinedTerms, own: Collection[str], *, strict: bool
) -> list[UndefinedTerm]:
    lists = _lists()
    spaces = set(project.prefixes.values())
    found = []
    for use in uses:
        if use.term in spaces or use.term in own:
            continue
        with_https = use.term.replace("http://", "https://", 1)
        if project.is_own(use.term):
            verdict = _verdict_on_own(project, use, known)
        elif project.is_own(with_https):
            verdict = ("is written with http:", [with_https])
        else:
            verdict = _verdict_on_foreign(project, use, known, lists, strict=strict)
        if verdict:
            statement = _statement(project, use.statement)
            found.append(UndefinedTerm(use.where, use.term, verdict[0], tuple(verdict[1]), *statement))
    return sorted(found)


def _verdict_on_own(project: Project, use: _Use, known: DefinedTerms) -> tuple[str, list[str]] | None:
    candidates = _own_candidates(use, known)
    if use.term in candidates:
        return None
    problem = f"is not a {use.role}" if use.term in known.defined else "is not defined"
    return problem, _nearest(project, use.term, candidates)


def _own_candidates(use: _Use, known: DefinedTerms) -> frozenset[str]:
    return {"property": known.properties, "class": known.classes}.get(use.role, known.defined)


def _verdict_on_foreign(
    project: Project, use: _Use, known: DefinedTerms, lists: dict[str, Any], *, strict: bool
) -> tuple[str, list[str]] | None:
    namespace, local = _split(use.term)
    if namespace in lists and local:
        closed = namespace in lists["closed"]
        if local in lists[namespace] or (not closed and use.term in known.defined):
            return None
        # A growing vocabulary may have more terms than the list: in a user's file only a near miss is an error.
        names = {str(name) for name in dir(lists[namespace])}  # lacks names that Python also has, such as title
        names |= {name for name in known.defined if name.startswith(namespace)}
        near = _nearest(project, use.term, names, 0.6 if strict or closed else 0.85)
        return ("is not in that vocabulary", near) if strict or closed or near else None
    if strict and use.role != "thing" and use.term not in known.defined:
        candidates = known.properties if use.role == "property" else known.classes
        near = _nearest(project, use.term, candidates, 0.85)
        return "is a term of another vocabulary that no file in ontology/ declares", near
    return None


def _split(iri: str) -> tuple[str, str]:
    cut = iri.rfind("#") + 1 or iri.rfind("/") + 1
    return iri[:cut], iri[cut:]


def _lists() -> dict[str, Any]:
    """Return rdflib's lists of the terms of a vocabulary, by its namespace; ``closed`` has the finished ones."""
    import rdflib.namespace

    lists = {name: getattr(rdflib.namespace, name) for name in (*_CLOSED, *_GROWING)}
    return {**{str(terms): terms for terms in lists.values()}, "closed": {str(lists[name]) for name in _CLOSED}}


def _nearest(project: Project, iri: str, candidates: Collection[str], cutoff: float = 0.6) -> list[str]:
    """Return up to two candidates with a name similar to that of ``iri``, from its own namespace if it has any."""
    import difflib

    namespace, local = _split(iri)
    locals_ = {name[len(namespace) :]: name for name in sorted(candidates) if name.startswith(namespace)}
    near = [locals_[name] for name in difflib.get_close_matches(local, locals_, 2, cutoff)]
    if not near:
        ours = sorted(filter(project.is_own, candidates)) if project.is_own(iri) else []
        near = difflib.get_close_matches(iri, ours, 1, 0.85)
    return near


# Query text: shapes, rules and saved queries


def _uses_in_text(
    text: str, where: str, undeclared: list[UndefinedTerm], prefixes: dict[str, str] | None = None
) -> Iterator[_Use]:
    """Yield the IRIs in a SPARQL text, whole or as prefixed names.

    ``prefixes`` are those declared outside the text. Names with an undeclared prefix are added to ``undeclared``.
    Raises UserError if the text is not valid SPARQL.
    """
    document = syntax.read(text, where, prefixes=prefixes, undeclared=True)
    found: dict[int, nodes.Iri] = {}
    classes: set[int] = set()
    for node in document.walk():
        if isinstance(node, nodes.Iri) and (node.prefix is not None or node.written.startswith("<")):
            found[node.start] = node
        elif isinstance(node, nodes.Triple) and getattr(node.predicate, "value", "") == _TYPE:
            classes.add(node.object.start)
    for start, iri in found.items():
        place = ":".join(map(str, (where, *document.position(start))))
        if iri.value:
            yield _Use(iri.value, "class" if start in classes else "thing", place)
        else:
            undeclared.append(UndefinedTerm(place, iri.written, "has a prefix that the query does not declare"))


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


def _queries_in_shapes(project: Project, quads: Iterable[Quad]) -> Iterator[tuple[str, str]]:
    """Yield the SPARQL texts in shapes, each with the name of its node, or of the shape that has it."""
    holder = {quad.object: quad.subject for quad in quads if quad.predicate.value == _SH + "sparql"}
    for quad in quads:
        if quad.predicate.value in {_SH + "select", _SH + "ask"} and isinstance(quad.object, Literal):
            node = quad.subject if isinstance(quad.subject, NamedNode) else holder.get(quad.subject, quad.subject)
            yield _show(project, node), quad.object.value
