# ruff: noqa: E501 - tables of inputs
"""Each reader accepts any input or reports in one line why not: no crash, no hang, no traceback.

Three kinds of input: damaged real files (`hostile_texts.spoiled`), pieces of a language in any order, and named
dangerous texts. All of it runs in processes with limits on time and memory.
"""

import contextlib
import os
from pathlib import Path

import pytest

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.base import sandbox
from rdfkit.rdf import reading, turtle_locations
from rdfkit.shacl import report
from rdfkit.sparql import guard, parameters, portability, results, saved
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support import hostile
from tests.support.hostile_texts import is_accepted, made_of, names, spoiled, try_all

PREFIXES = "".join(f"@prefix {name}: <{PROJECT.prefixes[name]}> .\n" for name in ("imt", "rdf", "sh", "skos", "xsd"))
TURTLE = [
    (ROOT / "tests" / "fixtures" / "valid" / name).read_bytes()[:6000] for name in ("articles.ttl", "mappings.ttl")
] + [
    f'{PREFIXES}<http://e/a> a imt:Event ; imt:earliestDay "2016-02-29"^^xsd:date ; skos:prefLabel "x"@en-GB, """y\n"""'
    " ; imt:x ( 1 1.0 -1e5 [ a skos:Concept ] ) .\n".encode()
]
RDFXML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
    b'  xmlns:e="http://e/" xml:base="http://e/"><!-- x --><e:A rdf:about="a" xml:lang="en"><e:b rdf:resource="#c"/>'
    b'<e:b rdf:parseType="Collection"><e:C/></e:b><e:b rdf:parseType="Literal"><i>x</i></e:b>\n'
    b'<e:b rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2016-02-29</e:b></e:A></rdf:RDF>\n'
)
JSONLD = (
    b'{"@context": {"@base": "http://e/", "@vocab": "http://e/", "xsd": "http://www.w3.org/2001/XMLSchema#", "day": '
    b'{"@id": "b", "@type": "xsd:date"}}, "@id": "a", "@type": ["A"], "day": "2016-02-29", "c": [1, 1.5, true, null, '
    b'{"@list": [{"@value": "x", "@language": "en"}]}], "@graph": [{"@id": "g", "@reverse": {"d": {"@id": "x"}}}]}\n'
)
TRIPLES = b'<http://e/a> <http://e/b> "x\\u00e9\\n"@en-gb <http://e/g> .\n_:a <http://e/b> "1"^^<http://e/c> .\n' * 3
FILES = {
    "turtle": TURTLE,
    "trig": [
        *TURTLE,
        b"@prefix e: <http://e/> .\ne:g { e:a e:b [ e:c ( 1 2 ) ] ; a e:D . }\nGRAPH e:h { e:a e:b 1 }\n",
    ],
    "ntriples": [TRIPLES.replace(b" <http://e/g>", b"")],
    "nquads": [TRIPLES],
    "jsonld": [JSONLD],
    "rdfxml": [RDFXML],
}
PIECES = (
    "e:a", "e:b", "<http://e/c>", "<a>", "_:b", "a", ".", ";", ",", "[", "]", "(", ")", "{", "}", '"x"', '"""', "'", "@en",
    "^^", "xsd:date", "1", "-1e5", "+.5", "true", "@prefix e: <http://e/> .", "PREFIX", "BASE", "@base", "GRAPH", "<<", ">>",
    "<<(", ")>>", "{|", "|}", "~", "#", "\n", "\\", "e:a\\~b", "%41", "é", "\0", "VERSION", '"1.2"', '{"@id":', '"@list":',
    '"@context":', ":", "null", "<e:A>", "</e:A>", "<!DOCTYPE a [", "<!ENTITY a 'b'>", "]>", "&a;", "<?xml version='1.0'?>",
    "<rdf:RDF", "xmlns:e='http://e/'", "/>", "<![CDATA[", "]]>",
)  # fmt: skip

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def context() -> validation.Context:
    return validation.load_context()


# RDF


@pytest.mark.parametrize("syntax", FILES)
def test_rdf_is_read_and_located_or_refused_in_a_line(tmp_path: Path, syntax: str) -> None:
    """RDF is read and its triples located, or it is refused in one line."""
    path = tmp_path / "a.rdf"

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        base = reading.file_base(path)
        if syntax in turtle_locations.SYNTAXES:
            with contextlib.suppress(ValueError):  # the one error of the reader; UnicodeDecodeError is a subclass
                list(turtle_locations.scan(data.decode("utf-8-sig"), syntax, base))
        quads = reading.read(path, syntax, base=base)
        if syntax in turtle_locations.SYNTAXES:
            found = turtle_locations.scan(data.decode("utf-8-sig"), syntax, base)
            assert len(list(found)) == len(quads)

    garbage = made_of(PIECES).map(lambda text: text.encode("utf-8", "surrogatepass"))
    try_all(spoiled(FILES[syntax]) | garbage, 120, read)


def test_a_file_is_validated_and_reported_or_refused(tmp_path: Path, context: validation.Context) -> None:
    """A file is validated and reported in every format, or refused in one line."""
    path = tmp_path / "a.ttl"

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        write_formats(validation.validate_files([path], context=context))

    small = [TURTLE[-1], TURTLE[0][:1500]]
    try_all(spoiled(small), 6, read, seconds=40)


def write_formats(found: report.Report) -> None:
    report.as_json(found)
    report.as_turtle(found)
    report.as_sarif(found, "imt validate")
    for text in (*report.lines_with_snippets(found), report.summary(found), report.as_github(found)):
        assert all(line.isprintable() for line in text.split("\n")), ascii(text)


SHAPES = f"""{PREFIXES}
<http://e/S> a sh:NodeShape ; sh:targetClass skos:Concept ; sh:severity sh:Warning ; sh:message "m" ;
  sh:property [ sh:path ( rdf:first [ sh:inversePath rdf:rest ] ) ; sh:minCount 1 ; sh:maxCount 2 ;
    sh:pattern "^a+$" ; sh:flags "i" ; sh:in ( 1 "a" ) ; sh:datatype xsd:date ; sh:nodeKind sh:IRI ] ;
  sh:or ( [ sh:class skos:Concept ] [ sh:not <http://e/S2> ] ) ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
  sh:sparql [ sh:select "SELECT $this ?value {{ $this skos:broader+ ?value FILTER(REGEX(STR(?value), 'a')) }}" ] .
<http://e/S2> a sh:PropertyShape ; sh:path [ sh:alternativePath ( skos:broader [ sh:zeroOrMorePath rdf:rest ] ) ] ;
  sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 1 ; sh:lessThan skos:notation ;
  sh:languageIn ( "en" ) ; sh:uniqueLang true ; sh:minInclusive 1 ; sh:minLength 2 .
""".encode()
DATA = f'{PREFIXES}<http://e/x> a skos:Concept ; skos:broader <http://e/x>, "a", 1, "2016-02-30"^^xsd:date .\n'


@pytest.mark.parametrize("engine", ["auto", "pyshacl"])
def test_external_shapes_are_used_or_refused(tmp_path: Path, engine: str) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    data.write_text(DATA, encoding="utf-8")

    def read(text: object) -> None:
        assert isinstance(text, bytes)
        shapes.write_bytes(text)
        write_formats(validation.validate_files_by_shapes([data], [shapes], engine=engine))

    number = 40 if engine == "auto" else 8
    try_all(spoiled([SHAPES]), number, read, seconds=40)


# SPARQL

QUERIES = [
    path.read_bytes() for path in saved.files(PROJECT) if not path.parent.name.startswith("federated")
][::12]  # fmt: skip
SPARQL = (
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "{", "}", "(", ")", "[", "]", "?s", "$p", "?o", "*", "a", ".", ";",
    ",", "imt:PharmaceuticalAgent", "skos:prefLabel", "<http://e/a>", "<", ">", "=", "!=", "!", "&&", "||", "+", "-", "/", "^", "|", "_:b",
    '"x"', "'", '"""', "@en", "@EN", "^^", "xsd:integer", "1", "01.50", "FILTER", "OPTIONAL", "UNION", "MINUS", "GRAPH",
    "BIND", "AS", "VALUES", "UNDEF", "NOT", "EXISTS", "IN", "SERVICE", "SILENT", "ORDER", "BY", "GROUP", "HAVING", "LIMIT",
    "DISTINCT", "COUNT", "GROUP_CONCAT", "REGEX", "NOW()", "FROM", "NAMED", "PREFIX", "BASE", "x:", "#", "\n", "\\u0053",
    "<<", ">>", "{|", "|}", "\0", "\u202e", "\ud800", "e\\~:a", "trueSERVICE", "DROP", "INSERT", "DATA",
)  # fmt: skip


def test_sparql_is_looked_at_and_linted_or_refused() -> None:
    def read(text: object) -> None:
        assert isinstance(text, str)
        guard.form(text)
        guard.names_its_dataset(text)
        guard.asks_another_server(text)
        guard.dataset_iris(text)
        guard.with_prefixes(text, PROJECT.prefixes)
        for finding in portability.findings(text):
            assert finding.line >= 1
            assert finding.column >= 1
        guard.check(text, embedded=False)

    queries = spoiled(QUERIES).map(lambda data: data.decode("utf-8", "surrogateescape"))
    try_all(queries | made_of(SPARQL), 250, read)


def test_sparql_is_answered_or_refused_in_time() -> None:
    def answer(text: str) -> int:
        store = open_store(PROJECT)
        guard.check(text)
        found = results.ask(PROJECT, store, text, "all", project_prefixes=True)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
            results.write(PROJECT, found, "table", nowhere)
        return 0

    def read(text: object) -> None:
        assert isinstance(text, str)
        try:
            sandbox.run(lambda: answer(text), 2, "ask for less")
        except RuntimeError as error:
            pytest.fail(f"an error that was not foreseen: {error}")

    queries = spoiled(QUERIES).map(lambda data: data.decode("utf-8", "surrogateescape"))
    try_all(queries | made_of(SPARQL), 25, read, seconds=60)


def test_a_saved_query_is_read_or_refused_with_its_line() -> None:
    path = ROOT / "queries" / "guidelines" / "guidelines-by-body-site.rq"

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        saved.parse(PROJECT, path, data.decode("utf-8", "surrogateescape"))

    try_all(spoiled([path.read_bytes()]), 250, read)


def test_parameters_are_taken_or_refused() -> None:
    store = open_store(PROJECT)
    query = saved.find(PROJECT, "guidelines-by-body-site")

    def read(text: object) -> None:
        assert isinstance(text, str)
        for attempt in (
            lambda: saved.bind(PROJECT, query, {"site": text}, store),
            lambda: saved.bind(PROJECT, query, {text: "x"}),
            lambda: saved.settings([text, f"x={text}"]),
            lambda: saved.find(PROJECT, text),
            *(
                lambda kind=kind: parameters.term(
                    PROJECT,
                    parameters.Parameter({"name": "x", "type": kind, "default": "", "examples": [], "description": ""}),
                    text,
                    store,
                )
                for kind in (*parameters.TYPES, "iri agent:")
            ),
        ):
            is_accepted(attempt)

    try_all(names() | hostile.strings(), 15, read)
