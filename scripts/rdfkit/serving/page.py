"""The start page for a browser, and the SPARQL 1.1 Service Description for machines."""

import html
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from rdfkit.base import RDF, XSD
from rdfkit.serving.protocol import Limits
from rdfkit.serving.service import Introduction

_STYLE = """\
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
textarea { width: 100%; font: 0.9rem/1.4 ui-monospace, monospace; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: 0.1rem 1rem 0.1rem 0; }
"""

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
"""Headers of every page that this module writes."""

_MAX_GRAPHS = 100
"""Graphs on the start page, and in the description: a folder of imports has one for each record."""

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")


def document(title: str, body: str) -> str:
    """Return a complete HTML page that loads nothing else."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def problem(title: str, sentence: str, near: tuple[str, ...]) -> bytes:
    """Return the page for a request that is refused; ``near`` are the nearest right names."""
    names = "".join(f"<li>{html.escape(name)}</li>" for name in near)
    hint = f"\n<p>Near:</p>\n<ul>{names}</ul>" if near else ""
    return document(title, f"<h1>{html.escape(title)}</h1>\n<p>{html.escape(sentence)}</p>{hint}").encode()


def start(introduction: Introduction, graphs: dict[str, int], limits: Limits) -> str:
    """Return the page at ``/``; ``graphs`` are IRIs with numbers of triples."""
    shown = list(graphs.items())[:_MAX_GRAPHS]
    rows = "\n".join(f"<tr><td>{html.escape(name)}</td><td>{count:,}</td></tr>" for name, count in shown)
    if len(shown) < len(graphs):
        rows += f"\n<tr><td>and {len(graphs) - len(shown):,} more</td><td></td></tr>"
    return document(
        introduction.title,
        f"""<h1>{html.escape(introduction.title)}</h1>
<p>{html.escape(introduction.text)} This is its SPARQL 1.1 endpoint on this machine, read-only, at
<a href="/query">/query</a> (<a href="/health">health check</a>).</p>
<form action="/query" method="get">
<p><label for="query">SPARQL query</label></p>
<p><textarea id="query" name="query" rows="12" spellcheck="false">{html.escape(introduction.example)}</textarea></p>
<p><button>Run</button></p>
</form>
<p>A query may take {limits.max_seconds:g} seconds, have {limits.max_body_bytes:,} bytes, and return
{limits.max_rows:,} rows. One that exceeds a limit gets no answer; no answer is truncated. Without FROM, a query runs
over all of these graphs:</p>
<table>
<tr><th>graph</th><th>triples</th></tr>
{rows}
</table>
<p>{html.escape(introduction.note)}</p>""",
    )


def description(endpoint: str, graphs: dict[str, int]) -> list[Triple]:
    """Return the description of the service (SPARQL 1.1 Service Description), for graphs with their sizes."""
    service, dataset, merge = BlankNode("service"), BlankNode("dataset"), BlankNode("merge")
    a = NamedNode(RDF + "type")

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    def size(count: int) -> Literal:
        return Literal(str(count), datatype=NamedNode(XSD + "integer"))

    triples = [
        Triple(service, a, sd("Service")),
        Triple(service, sd("endpoint"), NamedNode(endpoint)),
        Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        Triple(service, sd("feature"), sd("UnionDefaultGraph")),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, a, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), merge),
        Triple(merge, a, sd("Graph")),
        Triple(merge, NamedNode(_VOID + "triples"), size(sum(graphs.values()))),
    ]
    triples += [Triple(service, sd("resultFormat"), NamedNode(_FORMATS + name)) for name in (*_RESULTS, *_GRAPHS)]
    for number, (name, count) in enumerate(islice(graphs.items(), _MAX_GRAPHS)):
        named, graph = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
        triples += [
            Triple(dataset, sd("namedGraph"), named),
            Triple(named, a, sd("NamedGraph")),
            Triple(named, sd("name"), NamedNode(name)),
            Triple(named, sd("graph"), graph),
            Triple(graph, a, sd("Graph")),
            Triple(graph, NamedNode(_VOID + "triples"), size(count)),
        ]
    return triples
