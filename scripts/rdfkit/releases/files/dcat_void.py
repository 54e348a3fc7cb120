"""A release described in RDF: DCAT 3 and VoID in one file, and a SPARQL 1.1 service description.

They are not part of the graph, in no named graph: a graph cannot contain its own checksum.
Specifications: https://www.w3.org/TR/vocab-dcat-3/, https://www.w3.org/TR/void/,
https://www.w3.org/TR/sparql11-service-description/.
"""

import re
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from rdfkit.base import Project, namespaces
from rdfkit.rdf import writing
from rdfkit.releases.files.manifest import Manifest
from rdfkit.releases.files.statistics import Counts, Linkset

_MEDIA = "https://www.iana.org/assignments/media-types/"
_FORMATS = "http://www.w3.org/ns/formats/"
_FEATURES = {"text/turtle": "Turtle", "application/n-triples": "N-Triples", "application/n-quads": "N-Quads"} | {
    "application/trig": "TriG",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
}
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_HERE = "https://example.org/here"
"""A placeholder for the endpoint, which is written as a relative IRI; nothing else uses this namespace."""

Value = NamedNode | Literal
Facts = Iterator[Triple]


def dcat_void(project: Project, of: Manifest) -> bytes:
    """Return the description of a release by DCAT 3 and VoID, as Turtle."""
    return _turtle(project, [*_versions(of), *_distributions(of), *_statistics(project, of), *_access(of)])


def service(project: Project, of: Manifest) -> bytes:
    """Return the description, as Turtle, of a SPARQL service that offers the release.

    If no endpoint is known, it is ``<>``, the address of the description itself: a service returns its description at
    the endpoint for a request without a query (SPARQL 1.1 Service Description, section 2).
    """
    node = f"{of.about.iri}#service"
    default, dataset = f"{of.about.iri}#default-graph", f"{of.about.iri}#default-dataset"
    facts = [
        *_say(node, a="sd:Service"),
        *_say(
            node,
            sd__endpoint=NamedNode(of.endpoint or _HERE),
            sd__supportedLanguage=_iri("sd:SPARQL11Query"),
            sd__resultFormat=[NamedNode(_FORMATS + name) for name in (*_RESULTS, "Turtle", "N-Triples")],
            sd__feature=_iri("sd:UnionDefaultGraph"),
            sd__defaultDataset=NamedNode(dataset),
        ),
        *_say(dataset, a="sd:Dataset"),
        *_say(dataset, dcterms__title=_en(of.about.title), sd__defaultGraph=NamedNode(default)),
        *_say(default, a="sd:Graph"),
        *_numbers(default, of.counts),
    ]
    for name, counts in of.graphs.items():
        named = _graph_node(of, name)
        facts += _say(dataset, sd__namedGraph=NamedNode(named))
        facts += _say(named, a="sd:NamedGraph")
        facts += _say(named, sd__name=project.graph_iri(name), sd__graph=NamedNode(f"{named}-triples"))
        facts += _say(f"{named}-triples", a="sd:Graph")
        facts += _numbers(f"{named}-triples", counts)
    return _turtle(project, facts).replace(f"<{_HERE}>".encode(), b"<>")


def _versions(of: Manifest) -> Facts:
    about = of.about
    yield from _say(about.dataset, a="dcat:Dataset")
    yield from _say(about.dataset, dcterms__title=_en(about.title), dcat__hasCurrentVersion=NamedNode(about.iri))
    for kind in ("dcat:Dataset", "void:Dataset"):
        yield from _say(about.iri, a=kind)
    creators = [f"{about.iri}#creator-{number}" for number in range(1, len(about.creators) + 1)]
    yield from _say(
        about.iri,
        dcterms__title=_en(about.title),
        dcterms__description=_en(about.description),
        dcterms__license=NamedNode(about.license),
        dcterms__rights=_en(about.rights),
        dcterms__issued=Literal(about.issued, datatype=_iri("xsd:date")),
        dcterms__creator=[NamedNode(node) for node in creators],
        dcat__version=Literal(about.version),
        dcat__isVersionOf=NamedNode(about.dataset),
        dcat__previousVersion=[NamedNode(about.previous)] if about.previous else [],
    )
    for node, name in zip(creators, about.creators, strict=True):
        yield from _say(node, a="foaf:Agent")
        yield from _say(node, foaf__name=Literal(name))


def _distributions(of: Manifest) -> Facts:
    for file in of.files:
        node, checksum, url = (
            f"{of.about.iri}#{file.name}",
            f"{of.about.iri}#{file.name}-sha256",
            NamedNode(of.download + file.name),
        )
        yield from _say(of.about.iri, dcat__distribution=NamedNode(node))
        yield from _say(node, a="dcat:Distribution")
        yield from _say(
            node,
            dcterms__title=_en(file.name),
            dcterms__description=_en(f"{_sentence(file.holds)}. Inferences: {file.inferences.replace('`', '')}."),
            dcterms__license=NamedNode(of.about.license),
            dcat__downloadURL=url,
            dcat__accessURL=NamedNode(of.download),
            dcat__mediaType=NamedNode(_MEDIA + file.media_type),
            dcat__compressFormat=[NamedNode(_MEDIA + "application/gzip")] if file.unpacked else [],
            dcat__byteSize=Literal(str(file.bytes), datatype=_iri("xsd:nonNegativeInteger")),
            spdx__checksum=NamedNode(checksum),
        )
        yield from _say(checksum, a="spdx:Checksum")
        yield from _say(
            checksum,
            spdx__algorithm=_iri("spdx:checksumAlgorithm_sha256"),
            spdx__checksumValue=Literal(file.sha256, datatype=_iri("xsd:hexBinary")),
        )
        # A dump of the dataset (VoID, section 3.2), or of some of its graphs; gzipped or not.
        whole = set(file.graphs) == set(of.graphs)
        of_graphs = [of.about.iri] if whole else [_graph_node(of, name) for name in file.graphs]
        for dataset in of_graphs:
            yield from _say(dataset, void__dataDump=url)
        if whole:
            yield from _say(of.about.iri, void__feature=NamedNode(_FORMATS + _FEATURES[file.media_type]))


def _statistics(project: Project, of: Manifest) -> Facts:
    root = of.about.iri
    yield from _say(root, void__uriSpace=Literal(project.base), void__vocabulary=_vocabularies(project, of.counts))
    yield from _numbers(root, of.counts)
    yield from _partitions(project, root, of.counts)
    for name, counts in of.graphs.items():
        node = _graph_node(of, name)
        yield from _say(root, void__subset=NamedNode(node))
        for kind in ("void:Dataset", "sd:NamedGraph"):
            yield from _say(node, a=kind)
        yield from _say(node, sd__name=project.graph_iri(name), dcterms__title=_en(name))
        yield from _say(node, dcterms__license=NamedNode(of.about.license))
        if name in of.about.graphs:
            yield from _say(node, dcterms__description=_en(of.about.graphs[name]))
        yield from _numbers(node, counts)
        yield from _partitions(project, root, counts, name, node)
    for links in of.linksets:
        yield from _linkset(project, root, links)


def _linkset(project: Project, root: str, of: Linkset) -> Facts:
    """Describe a mapping set: a linkset of all links, and in it one for each predicate (VoID, section 5)."""
    node = f"{root}#links-{of.name}"
    yield from _say(root, void__subset=NamedNode(node))
    yield from _say(node, dcterms__title=_en(of.title), dcterms__source=NamedNode(of.iri))
    yield from _say(of.target, a="void:Dataset")
    parts = {node: of.triples}
    for predicate, triples in of.by_predicate.items():
        part = f"{node}-{_slug(project, predicate).rpartition('-')[2]}"
        parts[part] = triples
        yield from _say(node, void__subset=NamedNode(part))
        yield from _say(part, void__linkPredicate=NamedNode(predicate))
    for part, triples in parts.items():
        yield from _say(part, a="void:Linkset")
        yield from _say(
            part,
            void__subjectsTarget=NamedNode(root),
            void__objectsTarget=NamedNode(of.target),
            void__triples=_integer(triples),
        )


def _access(of: Manifest) -> Facts:
    if of.endpoint:
        node = f"{of.about.iri}#sparql"
        yield from _say(of.about.iri, void__sparqlEndpoint=NamedNode(of.endpoint))
        yield from _say(node, a="dcat:DataService")
        yield from _say(
            node,
            dcterms__title=_en(f"{of.about.title}: SPARQL"),
            dcterms__conformsTo=NamedNode("https://www.w3.org/TR/sparql11-protocol/"),
            dcat__endpointURL=NamedNode(of.endpoint),
            dcat__servesDataset=NamedNode(of.about.iri),
        )


def _numbers(node: str, of: Counts) -> Facts:
    yield from _say(
        node,
        void__triples=_integer(of.triples),
        void__entities=_integer(of.entities),
        void__classes=_integer(of.classes),
        void__properties=_integer(of.properties),
        void__distinctSubjects=_integer(of.distinct_subjects),
        void__distinctObjects=_integer(of.distinct_objects),
    )


def _partitions(project: Project, root: str, of: Counts, graph: str = "", dataset: str = "") -> Facts:
    name = f"graph-{graph}-" if graph else ""
    for iri, members in of.by_class.items():
        part = f"{root}#{name}class-{_slug(project, iri)}"
        yield from _say(dataset or root, void__classPartition=NamedNode(part))
        yield from _say(part, void__class=NamedNode(iri), void__entities=_integer(members))
    for iri, use in of.by_property.items():
        part = f"{root}#{name}property-{_slug(project, iri)}"
        yield from _say(dataset or root, void__propertyPartition=NamedNode(part))
        yield from _say(
            part,
            void__property=NamedNode(iri),
            void__triples=_integer(use.triples),
            void__distinctSubjects=_integer(use.distinct_subjects),
            void__distinctObjects=_integer(use.distinct_objects),
        )


def _vocabularies(project: Project, of: Counts) -> list[Value]:
    """Return the namespaces of the classes and properties in use that have a prefix in the project."""
    curies = [project.shorten(iri) for iri in (*of.by_class, *of.by_property)]
    prefixes = {curie.partition(":")[0] for curie in curies} & project.prefixes.keys()
    return [NamedNode(project.prefixes[prefix]) for prefix in sorted(prefixes)]


def _graph_node(of: Manifest, name: str) -> str:
    """Return the node for a named graph as it is in this release; its name is the same in every one."""
    return f"{of.about.iri}#graph-{name}"


def _slug(project: Project, iri: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", project.shorten(iri)).strip("-")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].replace("`", "")


def _turtle(project: Project, facts: list[Triple]) -> bytes:
    """Return triples as Turtle without repetitions, those of one subject together, otherwise in their order."""
    by_subject: dict[object, dict[Triple, None]] = {}
    for triple in facts:
        by_subject.setdefault(triple.subject, {})[triple] = None
    return writing.turtle(project, (triple for triples in by_subject.values() for triple in triples))


def _say(subject: str, *, a: str = "", **facts: Value | Sequence[Value]) -> Facts:
    """Yield triples about a subject; a property is written as its CURIE with two underscores for the colon."""
    if a:
        yield Triple(NamedNode(subject), _iri("rdf:type"), _iri(a))
    for name, values in facts.items():
        predicate = _iri(name.replace("__", ":"))
        for value in [values] if isinstance(values, NamedNode | Literal) else values:
            yield Triple(NamedNode(subject), predicate, value)


def _iri(curie: str) -> NamedNode:
    return NamedNode(namespaces.expand(curie))


def _en(text: str) -> Literal:
    return Literal(text, language="en")


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=_iri("xsd:integer"))
