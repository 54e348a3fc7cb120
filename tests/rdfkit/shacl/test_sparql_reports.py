"""Queries of constraints as people report them in public, each with its results or the reason why it is refused."""

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from rdfkit.shacl.engine import plan, query
from rdfkit.shacl.engine.graph import Graph
from rdfkit.shacl.engine.shapes import Unsupported
from tests.support.validators import PREFIXES

EX = "http://example.org/"

# Made up for these tests.
DATA = """
ex:scan1 a ex:Scan ; ex:dose 4 ; ex:start "2024-05-01T08:00:00Z"^^xsd:dateTime ;
  ex:end "2024-05-01T10:30:00+03:00"^^xsd:dateTime ; ex:title "Scan"@en , "scan"@de ; ex:site ex:north .
ex:scan2 a ex:Scan ; ex:start "2024-05-01T08:00:00"^^xsd:dateTime ; ex:end "2024-05-03T08:00:00Z"^^xsd:dateTime ;
  ex:dose 2 , 3 ; ex:code "007"^^xsd:token ; ex:site ex:north .
ex:scan3 a ex:Scan ; ex:title "SCAN" ; ex:dose "many" ; ex:previous ex:scan1 .
[] a ex:Report ; ex:about ex:scan1 , ex:scan2 .
"""
FOCUS = ("scan1", "scan2", "scan3")

FOUND = {
    "dateTime variables (RDFLib/rdflib #630)": (
        "SELECT $this { $this ex:start ?start ; ex:end ?end FILTER(?end < ?start) }",
        ["scan1"],
    ),
    "the 14 hours of a time zone (sparq-org/sparq #3407)": (
        "SELECT $this { $this ex:start ?start ; ex:end ?end FILTER(?start < ?end) }",
        ["scan2"],
    ),
    "NOT EXISTS where some nodes conform (fabio-rovai/open-ontologies #132)": (
        'SELECT $this { FILTER NOT EXISTS { $this ex:site ?site . ?site ^ex:site/ex:code "007"^^xsd:token } }',
        ["scan3"],
    ),
    "a filter of a second sub-select (RDFLib/rdflib #619)": (
        "SELECT $this { { SELECT $this { $this a ex:Scan } } { SELECT $this { FILTER(isIRI($this)) } } }",
        ["scan1", "scan2", "scan3"],
    ),
    "a variable in a filter of EXISTS (RDFLib/rdflib #615)": (
        "SELECT $this { $this ex:dose ?dose FILTER EXISTS { ?other ex:dose ?more FILTER(?more > ?dose) } }",
        ["scan2"],
    ),
    "HAVING without GROUP BY (entsoe/application-profiles-library #70)": (
        "SELECT $this ?n { { SELECT $this (COUNT(?d) AS ?n) { $this ex:dose ?d } GROUP BY $this } } HAVING(?n = 2)",
        ["scan2"],
    ),
    "a count with a path (entsoe/application-profiles-library #120)": (
        "SELECT $this { { SELECT $this (COUNT(?t) AS ?n) { $this ^ex:about/a ?t } GROUP BY $this } FILTER(?n = 1) }",
        ["scan1", "scan2"],
    ),
    "ways along a path are counted (w3c/data-shapes, datacube IC-17)": (
        "SELECT $this (COUNT(?x) AS ?n) { $this ex:site/^ex:site ?x } GROUP BY $this HAVING(COUNT(?x) = 2)",
        ["scan1", "scan2"],
    ),
    "MIN of truth values (RDFLib/pySHACL #102)": (
        """SELECT $this { { SELECT $this (MIN(?equal) AS ?all) { $this ex:dose ?a . ?o ex:dose ?b
             FILTER(?o != $this) BIND(?a = ?b AS ?equal) } GROUP BY $this } FILTER(?all = false) }""",
        ["scan1", "scan2", "scan3"],
    ),
    "the same text in two languages (w3c/data-shapes, SKOS labels)": (
        "SELECT $this ?x { $this ex:title ?x , ?y FILTER(LANG(?x) < LANG(?y) && LCASE(STR(?x)) = LCASE(STR(?y))) }",
        ["scan1"],
    ),
    "a string that is another datatype (RDFLib/pySHACL #289)": (
        'SELECT $this { $this ex:code ?code FILTER(?code != "007") }',
        [],
    ),
    "an ill-typed value in a comparison (RDFLib/pySHACL #151)": (
        "SELECT $this { $this ex:dose ?dose FILTER(?dose > 3) }",
        ["scan1"],
    ),
    "a full stop at a name (ad-freiburg/qlever #250)": ("SELECT $this { $this a ex:Scan.$this ex:dose 4.}", ["scan1"]),
    "only FILTER has $this (corese-stack/corese-core #137)": ("SELECT $this { FILTER($this = ex:scan2) }", ["scan2"]),
}

REFUSED = {
    "a sub-select with * (fabio-rovai/open-ontologies #192)": (
        "SELECT $this { { SELECT * { FILTER($this = ex:scan1) } } }",
        "a sub-select without \\$this",
    ),
    "a sub-select without $this (RDFLib/pySHACL #277)": (
        "SELECT $this { { SELECT ?t { ?c ex:title ?t } GROUP BY ?t HAVING(COUNT(?c) > 1) } $this ex:title ?t }",
        "a sub-select without \\$this",
    ),
    "MINUS (TopQuadrant/shacl #129)": ("SELECT $this { $this a ex:Scan MINUS { ?x ex:previous $this } }", "MINUS"),
    "BIND of $this (w3c/data-shapes #61)": ("SELECT $this { BIND(5 AS $this) }", "AS \\?this"),
    "VALUES (w3c/data-shapes, unsupported-sparql-002)": ("SELECT $this { VALUES $this { ex:scan1 } }", "VALUES"),
    "GROUP BY $PATH (entsoe/application-profiles-library #129)": (
        "SELECT $this (COUNT(?v) AS ?n) { $this $PATH ?v } GROUP BY $this $PATH",
        "\\$PATH in a query",
    ),
    "an alias that is a key (entsoe/application-profiles-library #120)": (
        "SELECT $this (COUNT(?t) AS ?n) { $this a ?t } GROUP BY $this ?n",
        "a query that is refused",
    ),
}


def graph() -> Graph:
    return Graph.from_triples(parse(PREFIXES + DATA, format=RdfFormat.TURTLE))


def focus_of(text: str) -> list[str]:
    """Return the local names of the focus nodes with a solution."""
    solutions = plan.compiled(query.parse(text, {"ex": EX, "xsd": "http://www.w3.org/2001/XMLSchema#"}), graph())
    return sorted({this[1:-1].removeprefix(EX) for this, *_ in solutions({f"<{EX}{name}>" for name in FOCUS})})


@pytest.mark.parametrize("report", FOUND)
def test_what_a_reported_query_finds(report: str) -> None:
    text, expected = FOUND[report]
    assert focus_of(text) == expected


@pytest.mark.parametrize("report", REFUSED)
def test_a_reported_query_that_is_refused(report: str) -> None:
    text, why = REFUSED[report]
    with pytest.raises(Unsupported, match=why):
        query.parse(text, {"ex": EX}, f"<{EX}dose>")


def test_a_blank_node_is_the_focus_node() -> None:
    """Its triples are found, and no others (tggo/goRDFlib #20)."""
    one, other, p = BlankNode("one"), BlankNode("other"), NamedNode(EX + "p")
    data = Graph.from_triples([Triple(one, p, NamedNode(EX + "a")), Triple(other, p, NamedNode(EX + "b"))])
    solutions = plan.compiled(query.parse("SELECT $this ?x { $this ex:p ?x }", {"ex": EX}), data)
    assert list(solutions({str(one)})) == [("_:one", "_:one", f"<{EX}a>")]


def test_a_query_with_parameters_and_value_nodes() -> None:
    """Parameters of a constraint component are constants, and ASK has the value node as another input (SHACL 6.3)."""
    parsed = query.parse(
        "ASK { FILTER(datatype($value) = $kind && bound($kind) && !bound($other)) }",
        {},
        inputs=("this", "value"),
        constants={"kind": "<http://www.w3.org/2001/XMLSchema#string>"},
    )
    ask = plan.compiled(parsed, graph(), ("this", "value"))
    nodes = [("<x:a>", '"text"'), ("<x:a>", "<x:b>"), ("<x:b>", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>')]
    assert list(ask(nodes)) == [("<x:a>", '"text"')]
