"""The scanner finds the triples that pyoxigraph reads, in the same order, and each term where it is written."""

import contextlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading as rdf
from rdfkit.rdf import turtle_locations as positions
from tests.conftest import ROOT
from tests.support.growth import is_linear
from tests.support.writings import EXTENSION, STYLES, write

BASE = "http://example.org/folder/file?query"
FILES = sorted(
    path
    for folder in ("ontology", "data", "shapes", "queries", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".ttl", ".trig", ".nt", ".nq"}
)


def quads(text: str, syntax: str, base: str | None = BASE) -> list[Quad]:
    return list(parse(input=text.encode(), format=rdf.FORMATS[syntax], base_iri=base))


def agreed(text: str, syntax: str, base: str | None = BASE) -> list[positions.Statement]:
    """Return what the scanner finds, held against what pyoxigraph reads: one by one, unnamed nodes one to one."""
    read, scanned = quads(text, syntax, base), list(positions.scan(text, syntax, base))
    to, back = dict[Any, Any](), dict[Any, Any]()

    def same(mine: Any, theirs: Any) -> bool:
        if isinstance(mine, BlankNode) and isinstance(theirs, BlankNode):
            return bool(to.setdefault(mine, theirs) == theirs and back.setdefault(theirs, mine) == mine)
        return bool(mine == theirs)

    assert len(scanned) == len(read)
    for found, quad in zip(scanned, read, strict=True):
        parts = (found.subject.term, found.predicate.term, found.object.term, found.graph or DefaultGraph())
        pairs = zip(parts, (quad.subject, quad.predicate, quad.object, quad.graph_name), strict=True)
        assert all(same(mine, theirs) for mine, theirs in pairs), (found, quad)
    return scanned


def syntax_of(path: Path) -> str:
    return rdf.EXTENSIONS[path.suffix]


@pytest.fixture(scope="module", params=range(4))
def some_files(request: pytest.FixtureRequest) -> list[Path]:
    return FILES[request.param :: 4]


def test_it_finds_the_triples_of_every_file_of_the_repository_in_the_order_of_pyoxigraph(
    some_files: list[Path],
) -> None:
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
    """Return the term that a piece of a file means at a place of a triple, by pyoxigraph."""
    parts = {"subject": "<urn:s>", "predicate": "<urn:p>", "object": "<urn:o>"} | {place: text}
    statement = f"{prologue} {parts['subject']} {parts['predicate']} {parts['object']} ."
    (quad,) = parse(statement, format=RdfFormat.TURTLE, base_iri=BASE)
    return getattr(quad, place)


def check_slices(text: str, prologue: str, scanned: list[positions.Statement]) -> int:
    """Hold the text at each place against the term that was found there; return how many were looked at."""
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


def test_the_text_at_each_place_reads_as_the_term_that_stands_there() -> None:
    count = 0
    for path in [*FILES[::9], *sorted((ROOT / "shapes").glob("*.ttl")), ROOT / "ontology" / "imaging-trials.ttl"]:
        text = path.read_text(encoding="utf-8")
        prologue = "".join(line for line in text.splitlines(keepends=True) if line.startswith("@prefix"))
        count += check_slices(text, prologue, agreed(text, syntax_of(path)))
    assert count > 20_000


@pytest.mark.parametrize("style", STYLES)
def test_places_are_those_at_which_a_writer_put_the_terms(style: str) -> None:
    """The writer counts lines and columns as it writes: it shares nothing with the scanner."""
    count = 0
    for path in [*FILES[::40], ROOT / "ontology" / "imaging-trials.ttl"]:
        written = write([quad.triple for quad in rdf.read(path)], style)
        syntax = rdf.EXTENSIONS[f".{EXTENSION[style]}"]
        lines = positions.Lines(written.text)
        for found in agreed(written.text, syntax):
            key = (found.subject.term, found.predicate.term, found.object.term)
            if not any(isinstance(term, BlankNode) for term in key):
                places = [lines.place("", start, end) for _, start, end in found[:3]]
                assert tuple((place.line, place.column) for place in places) in written.at[key]
                count += 1
    assert count > 1000


CORNERS = [
    # what a prefix and a base mean changes on the way
    "@prefix p: <a#> . p:x p:y <b> . @prefix p: <c#> . p:x p:y <b> .",
    "@base <http://example.org/a/b> . <c> <d> <e> . BASE <../f/> <c> <d> <e> . base <g> <c> <d> <> , <#h> , <?i> .",
    "PREFIX : <a#> PREFIX a: <b#> PREFIX prefix: <c#> PREFIX base: <d#> :x a a:a , prefix: , base:base . prefix:<x>1 .",
    # names that end where one would not think, or go on
    "@prefix : <a#> . :a.b :c :d. :e :f :g.h.<i> : :.",
    "@prefix p: <a#> . p:a\\.b p:c\\~ p:%4Ad , p:a:b:c , p:1 , p:_ , p:a·.",
    "@prefix p: <a#> . p:a p:b.\\~ p:c.%20 , p:d..e .",
    "_:a.b <p> _:a , _:1. _:x <p> _:a.",
    # numbers and the dot after them
    "<s> <p> 1 , 1.5 , 1.5e3 , 1.e3 , .5 , -1.<t> <p> 2.",
    # strings, with what looks like something else in them, and what may stand behind them
    r"""<s> <p> '# . \' ;' , "\"" , '''x'y''' @en-GB , 'z' ^^ <t> , '' , "" , ''@EN , ''''''.""",
    r'''<s> <p> """a""b\"""" , """""" , """ ' ''' + "'''" + r''' """^^<t> .''',
    "<s> <p> '''a\r\nb''' . # the end",
    # brackets in brackets, and strings in them, which are complete with the token after them
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
        list(positions.scan(text, "turtle", BASE))


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
        assert positions.resolve("http://a/b/c/d;p?q", reference) == whole
    assert positions.resolve("http://a/b/c/d;p?q", "//g") == "http://g"
    assert positions.resolve("http://a/b/c/d;p?q", "") == "http://a/b/c/d;p?q"


def test_lines_and_columns_count_characters_from_one() -> None:
    lines = positions.Lines("a\r\n𝄞b\rc\n\nd")
    assert lines.place("f", 0, 1) == positions.Place("f", 1, 1, 1, 2, "a")
    assert lines.place("f", 4, 5) == positions.Place("f", 2, 2, 2, 3, "𝄞b")
    assert lines.place("f", 3, 7) == positions.Place("f", 2, 1, 3, 2, "𝄞b")
    assert lines.place("f", 9, 10) == positions.Place("f", 5, 1, 5, 2, "d")


# Texts made at random, of everything that the grammar has

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes minutes: a failing text is short enough."""
CHARACTERS = "aZ0_é日𝄞·-"
PREFIXES = ("", "p", "P.q", "é-1")


def spaced(draw: st.DrawFn, *, needed: bool = True) -> str:
    """Draw white space and comments; at least one character where two tokens would else be one."""
    kinds = [" ", "\n", "\t", "\r\n", "# <a> ; [ \" ' .\n", "#\r"]
    return "".join(draw(st.lists(st.sampled_from(kinds), min_size=1 if needed else 0, max_size=2)))


@st.composite
def iris(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    if kind < 3:
        local = draw(st.text(CHARACTERS + ":.", max_size=4)).strip(".").lstrip("-·.")
        local += draw(st.sampled_from(["", "", "\\~", "%4a", "\\,x", "a.b", "\\.", ":"]))
        return f"{draw(st.sampled_from(PREFIXES))}:{local}"
    path = draw(
        st.sampled_from(["", "#a", "?x=y", "a/../b", "../../../c", "/d/./e/", "//host/f", "..", "./g:h", ".", "é"])
    )
    if kind == 3:
        return f"<{path}>"
    escape = draw(st.sampled_from(["", "\\u00e9", "\\U0001D11E", "~", "%20"]))
    return f"<http://example.org/{draw(st.text('abc/.', max_size=4))}{escape}>"


@st.composite
def literals(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 3)) == 0:
        numbers = ["0", "-12", "+7", "1.5", ".5", "-0.0", "1e3", "1.E-3", ".5E+2", "007", "true", "false"]
        return str(draw(st.sampled_from(numbers)))
    quote = draw(st.sampled_from(['"', "'", '"""', "'''"]))
    pieces = [
        "a",
        "é",
        "𝄞",
        "\\n",
        "\\u0041",
        "\\U0001D11E",
        "\\\\",
        "\\'",
        '\\"',
        "#",
        "<a>",
        "@en",
        "^^",
        " . ",
        "{ [ (",
    ]
    pieces += (
        ["\n", "\r\n", "\t", quote[0] + "x", quote[0] * 2 + "x"] if len(quote) == 3 else ["'" if quote == '"' else '"']
    )
    body = "".join(draw(st.lists(st.sampled_from(pieces), max_size=5)))
    tag = draw(st.sampled_from(["", "", "@en", "@de-AT", "^^"]))
    between = draw(st.sampled_from(["", "", " ", "#\n"])) if tag else ""
    return f"{quote}{body}{quote}{between}{tag}" + (between + draw(iris()) if tag == "^^" else "")


LABELS = st.sampled_from(["_:a", "_:b.c", "_:1", "_:é-"])


@st.composite
def nodes(draw: st.DrawFn, depth: int, *, subject: bool = False) -> str:
    kind = draw(st.integers(0, 9))
    if depth and kind == 0:
        return f"[{spaced(draw, needed=False)}{draw(predicates(depth - 1))}{spaced(draw)}]"
    if depth and kind == 1:
        items = draw(st.lists(nodes(depth - 1), max_size=3))
        return f"({spaced(draw, needed=False)}" + "".join(item + spaced(draw) for item in items) + ")"
    if kind == 2:
        return draw(st.sampled_from(["[]", "[ ]", "[#\n]"]))
    if kind == 3:
        return draw(LABELS)
    return draw(iris()) if subject or kind < 6 else draw(literals())


@st.composite
def predicates(draw: st.DrawFn, depth: int) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        values = draw(st.lists(nodes(depth), min_size=1, max_size=3))
        comma = spaced(draw) + "," + spaced(draw, needed=False)
        parts.append(draw(st.one_of(st.just("a"), iris())) + spaced(draw) + comma.join(values))
    end = draw(st.sampled_from(["", "", " ;", " ; ;"]))
    return (spaced(draw) + draw(st.sampled_from([";", "; ;"])) + spaced(draw)).join(parts) + end


@st.composite
def statements(draw: st.DrawFn) -> str:
    subject = draw(nodes(2, subject=True))
    return f"{subject}{spaced(draw)}{draw(predicates(2))}"


@st.composite
def directives(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(PREFIXES))
    iri = draw(st.sampled_from(["<http://example.org/ns#>", "<other/>", "<../x\\u00e9>", "<>"]))
    return str(
        draw(
            st.sampled_from(
                [
                    f"@prefix {prefix}: {iri} .",
                    f"PREFIX {prefix}:{iri}",
                    f"pReFiX # a\n{prefix}: {iri}",
                    f"@base {iri}.",
                    f"BASE{iri}",
                ]
            )
        )
    )


@st.composite
def documents(draw: st.DrawFn, *, trig: bool) -> str:
    text = spaced(draw, needed=False) + "".join(
        f"@prefix {prefix}: <http://example.org/{i}#> .\n" for i, prefix in enumerate(PREFIXES)
    )
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 5 if trig else 3))
        if kind == 0:
            text += draw(directives())
        elif kind < 4:
            text += draw(statements()) + spaced(draw) + "."
        else:
            label = draw(st.one_of(st.just(""), iris(), LABELS, st.just("[]")))
            label = draw(st.sampled_from(["GRAPH ", "graph\n", ""])) + label + " " if label else ""
            inner = draw(st.lists(statements(), max_size=2))
            text += f"{label}{{{spaced(draw, needed=False)}" + f"{spaced(draw)}.{spaced(draw)}".join(inner)
            text += spaced(draw) + (draw(st.sampled_from(["", "."])) if inner else "") + "}"
        text += spaced(draw)
    return text + draw(st.sampled_from(["", "# the end", "\n\n"]))


def check_document(text: str, syntax: str) -> None:
    scanned = agreed(text, syntax)
    lines = positions.Lines(text)
    for statement in scanned:
        for term, start, end in statement[:3]:
            assert 0 <= start < end <= len(text)
            piece = text[start:end]
            if isinstance(term, Literal):
                assert piece[0] in "\"'" or term.value == piece
            elif isinstance(term, NamedNode) and piece.startswith("<"):
                assert piece.endswith(">")
            place = lines.place("f", start, end)
            split = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert place.text == split[place.line - 1]
            assert place.text[place.column - 1] == piece[0]
            assert split[place.end_line - 1][place.end_column - 2] == piece[-1]


@given(text=documents(trig=False))
@settings(max_examples=20, phases=QUICK, deadline=None)
def test_any_turtle_is_scanned_as_pyoxigraph_reads_it(text: str) -> None:
    check_document(text, "turtle")


@given(text=documents(trig=True))
@settings(max_examples=20, phases=QUICK, deadline=None)
def test_any_trig_is_scanned_as_pyoxigraph_reads_it(text: str) -> None:
    check_document(text, "trig")


@pytest.mark.prove
@given(text=st.one_of(documents(trig=False), documents(trig=True)))
@settings(max_examples=1000, phases=QUICK, deadline=None)
def test_thousands_of_texts_are_scanned_as_pyoxigraph_reads_them(text: str) -> None:
    check_document(text, "trig")


def test_work_grows_with_the_text_and_no_faster() -> None:
    def scan(count: int) -> None:
        text = "<urn:s> <urn:p> [ <urn:q> 'a' , ( 1 2.5 <urn:o> ) ; <urn:r> '''b'''@en ] . # c\n" * count
        assert sum(1 for _ in positions.scan(text, "turtle")) == 10 * count

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
def test_no_text_takes_time_by_its_square(piece: str) -> None:
    def scan(count: int) -> None:
        with contextlib.suppress(ValueError):
            list(positions.scan(piece * count, "turtle", BASE))

    assert is_linear(scan, 10_000)
