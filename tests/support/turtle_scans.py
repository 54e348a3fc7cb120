"""The scanner of Turtle beside the parser of pyoxigraph, for tests that compare the two."""

from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, parse

from rdfkit.rdf import reading as rdf
from rdfkit.rdf import turtle_locations as positions

BASE = "http://example.org/folder/file?query"


def quads(text: str, syntax: str, base: str | None = BASE) -> list[Quad]:
    """Return what pyoxigraph reads."""
    return list(parse(input=text.encode(), format=rdf.FORMATS[syntax], base_iri=base))


def agreed(text: str, syntax: str, base: str | None = BASE) -> list[positions.Statement]:
    """Return what the scanner finds; fail where pyoxigraph reads something else, labels of blank nodes apart."""
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


def check_document(text: str, syntax: str) -> None:
    """Compare the scanner with the parser on a text, and the text at each place with the term."""
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
            location = lines.location("f", start, end)
            split = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            assert location.text == split[location.line - 1]
            assert location.text[location.column - 1] == piece[0]
            assert split[location.end_line - 1][location.end_column - 2] == piece[-1]
