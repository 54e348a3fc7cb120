"""The scanner finds the triples that pyoxigraph reads, in the same order, and each term where it is written."""

import contextlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading, turtle_locations
from tests.conftest import ROOT
from tests.support.growth import is_linear
from tests.support.scanned import BASE, agreed, check_document, quads
from tests.support.writings import EXTENSION, STYLES, write

pytestmark = pytest.mark.prove

FILES = sorted(
    path
    for folder in ("ontology", "data", "shapes", "queries", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".ttl", ".trig", ".nt", ".nq"}
)


def syntax_of(path: Path) -> str:
    return reading.EXTENSIONS[path.suffix]


@pytest.fixture(scope="module", params=range(4))
def some_files(request: pytest.FixtureRequest) -> list[Path]:
    return FILES[request.param :: 4]


def test_every_file_is_scanned_as_pyoxigraph_reads_it(
    some_files: list[Path],
) -> None:
    """The scanner finds the triples of every file of the repository in the order of pyoxigraph."""
    assert len(some_files) > 100
    for path in some_files:
        try:
            text = path.read_bytes().decode("utf-8-sig")
            quads(text, syntax_of(path))
        except (SyntaxError, UnicodeDecodeError):
            continue  # a fixture that is broken on purpose
        agreed(text, syntax_of(path))


@cache
def reads_as(text: str, prologue: str, place: str) -> Any:
    """Return the term that pyoxigraph reads from a piece of a file at a position of a triple."""
    parts = {"subject": "<urn:s>", "predicate": "<urn:p>", "object": "<urn:o>"} | {place: text}
    statement = f"{prologue} {parts['subject']} {parts['predicate']} {parts['object']} ."
    (quad,) = parse(statement, format=RdfFormat.TURTLE, base_iri=BASE)
    return getattr(quad, place)


def check_slices(text: str, prologue: str, scanned: list[turtle_locations.Statement]) -> int:
    """Compare the text at each location with the term that was found there; return how many were compared."""
    count = 0
    for statement in scanned:
        for place in ("subject", "predicate", "object"):
            term, start, end = getattr(statement, place)
            piece = text[start:end]
            if isinstance(term, BlankNode):
                if not piece.startswith("_:"):
                    continue  # an opening bracket, or the item of a collection
            elif term.value.startswith(PROJECT.prefixes["rdf"]) and term.value.endswith(("first", "rest", "nil")):
                continue
            assert reads_as(piece, prologue, place) == term
            count += 1
    return count


def test_the_text_at_each_location_is_the_term() -> None:
    count = 0
    for path in [*FILES[::9], *named_graphs.shape_files(PROJECT), ROOT / "ontology" / "imaging-trials.ttl"]:
        text = path.read_text(encoding="utf-8")
        prologue = "".join(line for line in text.splitlines(keepends=True) if line.startswith("@prefix"))
        count += check_slices(text, prologue, agreed(text, syntax_of(path)))
    assert count > 20_000


@pytest.mark.parametrize("style", STYLES)
def test_places_are_those_at_which_a_writer_put_the_terms(style: str) -> None:
    """The writer counts lines and columns as it writes: it shares nothing with the scanner."""
    count = 0
    for path in [*FILES[::40], ROOT / "ontology" / "imaging-trials.ttl"]:
        written = write([quad.triple for quad in reading.read(path)], style)
        syntax = reading.EXTENSIONS[f".{EXTENSION[style]}"]
        lines = turtle_locations.Lines(written.text)
        for found in agreed(written.text, syntax):
            key = (found.subject.term, found.predicate.term, found.object.term)
            if not any(isinstance(term, BlankNode) for term in key):
                places = [lines.location("", start, end) for _, start, end in found[:3]]
                assert tuple((place.line, place.column) for place in places) in written.at[key]
                count += 1
    assert count > 1000


CORNERS = [
    # prefixes and bases that change within the text
    "@prefix p: <a#> . p:x p:y <b> . @prefix p: <c#> . p:x p:y <b> .",
    "@base <http://example.org/a/b> . <c> <d> <e> . BASE <../f/> <c> <d> <e> . base <g> <c> <d> <> , <#h> , <?i> .",
    "PREFIX : <a#> PREFIX a: <b#> PREFIX prefix: <c#> PREFIX base: <d#> :x a a:a , prefix: , base:base . prefix:<x>1 .",
    # names with unexpected ends
    "@prefix : <a#> . :a.b :c :d. :e :f :g.h.<i> : :.",
    "@prefix p: <a#> . p:a\\.b p:c\\~ p:%4Ad , p:a:b:c , p:1 , p:_ , p:a·.",
    "@prefix p: <a#> . p:a p:b.\\~ p:c.%20 , p:d..e .",
    "_:a.b <p> _:a , _:1. _:x <p> _:a.",
    # numbers and the dot after them
    "<s> <p> 1 , 1.5 , 1.5e3 , 1.e3 , .5 , -1.<t> <p> 2.",
    # strings with special characters, and what may follow them
    r"""<s> <p> '# . \' ;' , "\"" , '''x'y''' @en-GB , 'z' ^^ <t> , '' , "" , ''@EN , ''''''.""",
    r'''<s> <p> """a""b\"""" , """""" , """ ' ''' + "'''" + r''' """^^<t> .''',
    "<s> <p> '''a\r\nb''' . # the end",
    # nested brackets with strings, which end with the token after them
    "<s> <p> ('a' 'b' ('c') () [<q> 'd'] [<q> 'e' ; <r> ('f')] 'g'@en 1 'h'^^<t> true _:v [] ) , [ <q> 'i' , 'j' ] .",
    "('a') <p> (('b') 'c') . (() <x>) <p> 'd' . [ <p> 'e' ] . [ <p> ([] [<q> <r>]) ] <s> 't' . [] <p> () .",
    "<s> <p> <o> ; ; <q> 'a' ; ; . [ <p> 'b' ; ] <q> [ <r> <s> ; ; <t> 'u' ; ] ; .",
    "@version '1.1' . VERSION \"1.2\" <s> <p> <o> .",
    "",
    " # nothing",
]


@pytest.mark.parametrize("text", CORNERS)
@pytest.mark.parametrize("syntax", ["turtle", "trig"])
def test_corners_of_the_grammar(text: str, syntax: str) -> None:
    check_document(text, syntax)


GRAPHS = [
    "{ <s> <p> 'a' } <g> { <s> <p> 'b' . } GRAPH _:g { <s> <p> ('c') } [] {} [ ] { [ <p> 'd' ] <q> 'e' } <s> <p> 'f' .",
    "graph <g> { <a> <b> <c> ; <d> <e> . [] <f> 1 } <g>{<s><p><o>}(1)<p>[<q>()].{}",
]


@pytest.mark.parametrize("text", GRAPHS)
def test_graphs_of_trig(text: str) -> None:
    check_document(text, "trig")


def test_quads_name_their_graph_last() -> None:
    text = '<urn:s> <urn:p> "a" <urn:g> .\n_:b <urn:p> "c"@EN _:g .\n<urn:s> <urn:p> "1"^^<urn:t> . # d\n'
    check_document(text, "nquads")


REFUSED = [
    "<s> <p> ~",
    "<s> <p> 'a",
    "p:a <p> <o> .",
    "<s> <p> ) )",
    "<s> <p> TRUE .",
    "; <p> <o> .",
    ")",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_no_parser_accepts_is_refused_with_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|declared"):
        list(turtle_locations.scan(text, "turtle", BASE))


RFC_3986 = """
g:h g:h | g /b/c/g | ./g /b/c/g | g/ /b/c/g/ | /g /g | ?y /b/c/d;p?y | g?y /b/c/g?y | #s /b/c/d;p?q#s | g#s /b/c/g#s
g?y#s /b/c/g?y#s | ;x /b/c/;x | g;x /b/c/g;x | . /b/c/ | ./ /b/c/ | .. /b/ | ../ /b/ | ../g /b/g | ../.. / | ../../ /
../../g /g | ../../../g /g | ../../../../g /g | /./g /g | /../g /g | g. /b/c/g. | .g /b/c/.g
g.. /b/c/g.. | ..g /b/c/..g
./../g /b/g | ./g/. /b/c/g/ | g/./h /b/c/g/h | g/../h /b/c/h | g;x=1/./y /b/c/g;x=1/y | g;x=1/../y /b/c/y
g?y/./x /b/c/g?y/./x | g?y/../x /b/c/g?y/../x | g#s/./x /b/c/g#s/./x | g#s/../x /b/c/g#s/../x
"""
"""The examples of RFC 3986, section 5.4, for the base ``http://a/b/c/d;p?q``; ``http://a`` is left out."""


def test_references_are_resolved_as_the_examples_of_the_rfc() -> None:
    pairs = [pair.split() for pair in RFC_3986.replace("\n", "|").split("|") if pair.strip()]
    assert len(pairs) == 38
    for reference, meant in pairs:
        whole = f"http://a{meant}" if meant.startswith("/") else meant
        assert turtle_locations.resolve("http://a/b/c/d;p?q", reference) == whole
    assert turtle_locations.resolve("http://a/b/c/d;p?q", "//g") == "http://g"
    assert turtle_locations.resolve("http://a/b/c/d;p?q", "") == "http://a/b/c/d;p?q"


def test_lines_and_columns_count_characters_from_one() -> None:
    lines = turtle_locations.Lines("a\r\n𝄞b\rc\n\nd")
    assert lines.location("f", 0, 1) == turtle_locations.Location("f", 1, 1, 1, 2, "a")
    assert lines.location("f", 4, 5) == turtle_locations.Location("f", 2, 2, 2, 3, "𝄞b")
    assert lines.location("f", 3, 7) == turtle_locations.Location("f", 2, 1, 3, 2, "𝄞b")
    assert lines.location("f", 9, 10) == turtle_locations.Location("f", 5, 1, 5, 2, "d")


def test_work_grows_with_the_text_and_no_faster() -> None:
    def scan(count: int) -> None:
        text = "<urn:s> <urn:p> [ <urn:q> 'a' , ( 1 2.5 <urn:o> ) ; <urn:r> '''b'''@en ] . # c\n" * count
        assert sum(1 for _ in turtle_locations.scan(text, "turtle")) == 10 * count

    assert is_linear(scan, 1600)


PIECES = [
    "[<p>",
    "(",
    "<s> <p> '",
    '<s> <p> """',
    "p",
    "p.",
    "é",
    ".",
    "# ",
    "\\",
    "_:a.",
    "<",
    "1.",
    "@prefix ",
    "\n",
    "a:%",
]


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_takes_quadratic_time(piece: str) -> None:
    def scan(count: int) -> None:
        with contextlib.suppress(ValueError):
            list(turtle_locations.scan(piece * count, "turtle", BASE))

    assert is_linear(scan, 10_000)
