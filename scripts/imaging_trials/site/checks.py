"""The check of a visitor's own data in the page: everything that ``static/worker.js`` runs, as SPARQL.

The worker puts the data into `DATA`, infers into `NEW`, and merges the shipped graph, the data and what follows into
the default graph, which the queries of the constraints read. It gives the results of ``imt validate`` for the common
shapes. Of the undefined terms it gives those of this graph alone: other vocabularies are not in the page.
"""

import gzip
import json
from typing import Any

from pyoxigraph import Store

from imaging_trials.model import PROJECT
from imaging_trials.site import addresses, parts
from imaging_trials.site.addresses import Link
from rdfkit.base import UserError
from rdfkit.inference import increments
from rdfkit.rdf import named_graphs, reading
from rdfkit.shacl import constraint_queries, undefined_terms

PAGE = "check.html"

PROGRAM = "check.json.gz"
"""The path of the file in the site."""

_FORMATS = {"ttl": "Turtle", "trig": "TriG", "nt": "N-Triples", "nq": "N-Quads", "jsonld": "JSON-LD"}

DATA = PROJECT.graph_iri("user").value
"""The named graph with a visitor's data."""

NEW = "urn:x-imt:new"
_ADDED = "urn:x-imt:added"

_TYPE = f"<{PROJECT.expand('rdf:type')}>"
_LABELS = "|".join(
    f"<{PROJECT.expand(name)}>" for name in ("skos:prefLabel", "rdfs:label", "schema:name", "dcterms:title")
)


Program = dict[str, Any]


def page(made: Program) -> parts.Page:
    """Return the page, which says how many rules it checks."""
    return parts.Page(
        path=PAGE,
        title="Check your data",
        trail=(Link("Home", addresses.HOME),),
        lead="Check a file of your own by the shapes of this graph, in your browser.",
        template="check.html",
        more={"constraints": len(made["constraints"]), "formats": _FORMATS},
    )


def program(store: Store) -> Program:
    """Return what the worker runs. Raises UserError, with the name of the shape, for what SPARQL cannot say exactly."""
    files = named_graphs.shape_files(PROJECT, curation=False)
    try:
        found = constraint_queries.of_shapes(PROJECT, (quad for path in files for quad in reading.read(path)))
    except constraint_queries.Unsupported as error:
        raise UserError(f"The page that checks data cannot do that: {error}. Write the shape in another way.") from None
    rules = increments.increments(PROJECT, store, data=DATA, new=NEW)
    focus = constraint_queries.FOCUS
    return {
        "graphs": {"data": DATA, "new": NEW},
        "context": {"address": f"{PROJECT.base}context.jsonld", "value": _context()},
        "once": ["INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }", *rules.tables],
        "first": rules.first,
        "hasAxioms": rules.has_axioms,
        "rules": {"whole": rules.whole, "increments": rules.increments},
        "contradictions": {"whole": rules.whole_checks, "increments": rules.checks},
        "undefined": _undefined(),
        "apply": (
            f"INSERT {{ ?s ?p ?o . GRAPH <{_ADDED}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{NEW}> {{ ?s ?p ?o }} "
            f"FILTER NOT EXISTS {{ ?s ?p ?o }} "
            f"FILTER(EXISTS {{ GRAPH <{DATA}> {{ ?s ?p ?o }} }} || (?p != {_TYPE} && {rules.kept})) }}"
        ),
        "focus": [
            (
                f"INSERT {{ GRAPH <{focus}> {{ <{focus}> <{focus}> ?node }} }} WHERE {{ "
                f"{{ GRAPH <{DATA}> {{ ?node ?p ?o }} }} UNION {{ GRAPH <{DATA}> {{ ?s ?p ?node }} "
                f"FILTER NOT EXISTS {{ GRAPH ?g {{ ?node ?q ?x }} "
                f"FILTER(?g NOT IN (<{DATA}>, <{NEW}>, <{_ADDED}>, <{focus}>)) }} }} }}"
            ),
            *found.targets,
        ],
        "targets": f"SELECT DISTINCT ?target ?this WHERE {{ GRAPH <{focus}> {{ ?target <{focus}> ?this }} }}",
        "target": focus,
        "labels": f"SELECT ?this ?label WHERE {{ GRAPH <{focus}> {{ <{focus}> <{focus}> ?this }} "
        f"?this {_LABELS} ?label }}",
        "constraints": [
            {
                "shape": each.shape[1:-1],
                "name": each.name,
                "parameter": each.parameter,
                "severity": each.severity.rpartition("#")[2],
                "messages": each.messages,
                "path": each.shape_path,
                "valueIsFocus": each.value_is_focus,
                "target": each.target,
                "query": each.text,
            }
            for each in found.constraints
        ],
        "end": [
            f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH <{_ADDED}> {{ ?s ?p ?o }} }}",
            *(f"DROP SILENT GRAPH <{name}>" for name in (_ADDED, NEW, focus)),
        ],
    }


def packed(made: Program) -> bytes:
    """Return the program as the worker reads it."""
    text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def _context() -> Any:
    """Return the content of the JSON-LD context of the project, which the page cannot load from its address."""
    return json.loads((PROJECT.root / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def _undefined() -> list[tuple[str, str]]:
    """Return for each role what is wrong with a term below the base of the project that is not defined, and a query."""
    others = f"?g NOT IN (<{DATA}>, <{NEW}>, <{PROJECT.graph_iri(named_graphs.INFERRED).value}>)"

    def query(pattern: str, kinds: frozenset[str] | None) -> str:
        listed = f" && ?kind IN ({', '.join(f'<{one}>' for one in sorted(kinds))})" if kinds else ""
        return (
            f"SELECT DISTINCT ?term WHERE {{ {pattern} "
            f'FILTER(isIRI(?term) && STRSTARTS(STR(?term), "{PROJECT.base}")) '
            f"FILTER NOT EXISTS {{ GRAPH <{DATA}> {{ ?term ?q ?x }} }} "
            f"FILTER NOT EXISTS {{ GRAPH ?term {{ ?a ?b ?c }} }} "
            f"FILTER NOT EXISTS {{ GRAPH ?g {{ ?term {_TYPE} ?kind }} FILTER({others}{listed}) }} }}"
        )

    data = f"GRAPH <{DATA}>"
    return [
        ("property", query(f"{data} {{ ?s ?term ?o }}", frozenset(undefined_terms.PROPERTY_TYPES))),
        ("class", query(f"{data} {{ ?s {_TYPE} ?term }}", frozenset(undefined_terms.CLASS_TYPES))),
        ("thing", query(f"{data} {{ ?s ?p ?term }} FILTER(?p != {_TYPE})", None)),
    ]
