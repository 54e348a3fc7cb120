"""The questions in a release: tables as CSV, their description as Croissant, and all queries as Turtle.

Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) describes tables and has no notion of
triples. The Turtle has the form of the examples of SIB (https://github.com/sib-swiss/sparql-examples).
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, Store, Triple

from imaging_trials.model import PROJECT
from imaging_trials.questions import asking, catalogue, frames, paging
from rdfkit.base import XSD
from rdfkit.rdf import writing
from rdfkit.releases import More, json_bytes

TABLES = (
    "agents", "held-agents", "agents-at-a-glance", "agent-names", "radionuclides", "half-lives", "documents-of-a-kind",
    "missing-documents", "applications", "approvals", "superseded-editions", "listed-but-superseded",
    "replacements-with-identifiers", "supersession-chains",
)  # fmt: skip
"""The questions whose answers are tables of a release, as far as a checkout has them."""

CROISSANT = "croissant.json"
QUERIES = "saved-queries.ttl"
ENDPOINT = "http://127.0.0.1:7878/query"
"""The address of the endpoint of `imt serve`, which the queries name if a release has no endpoint of its own."""

_LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
_TYPES = {"Int64": "sc:Integer", "Float64": "sc:Float", "boolean": "sc:Boolean", "datetime64[s]": "sc:Date"}
_SPEX = "https://purl.expasy.org/sparql-examples/ontology#"
_KINDS = {"SELECT": "Select", "ASK": "Ask", "CONSTRUCT": "Construct", "DESCRIBE": "Describe"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the specification, appendix 1, whole: readers warn of any other."""


def release_files(store: Store, issued: str, endpoint: str | None = None) -> dict[str, More]:
    """Return the files by name, made from a graph that was issued on a day (``YYYY-MM-DD``)."""
    found: dict[str, More] = {}
    tables: list[tuple[dict[str, Any], dict[str, Any]]] = []
    queries = catalogue.every()
    for query in sorted((one for one in queries if one.id in TABLES), key=lambda one: one.id):
        columns, rows = paging.rows_of(asking.answer(store, asking.bound(query, {}, store)))
        name = f"{query.id}.csv"
        data = "".join(f"{line}\r\n" for line in paging.csv_lines(columns, rows)).encode()
        found[name] = More("text/csv", query.summary, data)
        tables.append((_file(name, query.summary, data), _record_set(catalogue.record(query), name, rows)))
    if tables:
        words = "the tables, described for tools of machine learning (Croissant)"
        found[CROISSANT] = More("application/ld+json", words, json_bytes(_croissant(tables, issued)))
    if queries:
        words = "the saved queries, as `sh:SPARQLExecutable` with keywords and target"
        made = writing.turtle(PROJECT, sorted(_queries(queries, endpoint or ENDPOINT), key=str))
        found[QUERIES] = More("text/turtle", words, made)
    return found


def _croissant(tables: list[tuple[dict[str, Any], dict[str, Any]]], issued: str) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": PROJECT.name,
        "description": "Answers of saved questions to the Imaging Trials Graph, as tables. IRIs are CURIEs. "
        "Information, not medical advice.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "url": PROJECT.base,
        "license": _LICENSE,
        "version": PROJECT.version,
        "datePublished": issued,
        "citeAs": f"The Imaging Trials Graph developers. Imaging Trials Graph, version {PROJECT.version}. {issued}.",
        "distribution": [file for file, _ in tables],
        "recordSet": [records for _, records in tables],
    }


def _file(name: str, words: str, data: bytes) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": words,
        "contentUrl": name,
        "contentSize": f"{len(data)} B",
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _record_set(record: catalogue.Record, file: str, rows: Sequence[paging.Row]) -> dict[str, Any]:
    fields = []
    for place, column in enumerate(record["columns"]):
        dtype = frames.column_type([row[place] for row in rows])
        fields.append(
            {
                "@type": "cr:Field",
                "@id": f"{record['name']}/{column}",
                "name": column,
                "description": f"{column} of: {record['title']}",
                "dataType": _TYPES.get(dtype, "sc:Text"),
                "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
            }
        )
    return {
        "@type": "cr:RecordSet",
        "@id": record["name"],
        "name": record["name"],
        "description": f"{record['title']} {record['description']}",
        "field": fields,
    }


def _queries(queries: "Sequence[Any]", endpoint: str) -> Iterator[Triple]:
    """Yield the triples of all queries, and of the prefixes of the project, which they share."""

    def term(curie: str) -> NamedNode:
        return NamedNode(PROJECT.expand(curie))

    prefixes = NamedNode(f"{PROJECT.base}question/prefixes")
    kind = term("rdf:type")
    for prefix, namespace in PROJECT.prefixes.items():
        declared = NamedNode(f"{prefixes.value}#{prefix}")
        yield Triple(prefixes, term("sh:declare"), declared)
        yield Triple(declared, term("sh:prefix"), Literal(prefix))
        yield Triple(declared, term("sh:namespace"), Literal(namespace, datatype=NamedNode(f"{XSD}anyURI")))
    for query in queries:
        iri = NamedNode(f"{PROJECT.base}question/{query.id}")
        form = catalogue.form(query)
        yield Triple(iri, kind, term("sh:SPARQLExecutable"))
        yield Triple(iri, kind, term(f"sh:SPARQL{_KINDS[form]}Executable"))
        yield Triple(iri, term("sh:prefixes"), prefixes)
        yield Triple(iri, term("rdfs:label"), Literal(query.id))
        yield Triple(iri, term("rdfs:comment"), Literal(query.summary, language="en"))
        yield Triple(iri, term(f"sh:{form.lower()}"), Literal(catalogue.sparql(query) + "\n"))
        yield Triple(iri, term("schema:target"), NamedNode(endpoint))
        for tag in query.tags:
            yield Triple(iri, term("schema:keywords"), Literal(tag))
        if query.service:
            yield Triple(iri, NamedNode(f"{_SPEX}federatesWith"), NamedNode(query.service))
