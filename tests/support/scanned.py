"""Compare the Turtle scanner with pyoxigraph on one text: the same triples, each term at its location."""

from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, parse

from rdfkit.rdf import reading, turtle_locations

BASE = "http://example.org/folder/file?query"


def quads(text: str, syntax: str, base: str | None = BASE) -> list[Quad]:
    return list(parse(input=text.encode(), format=reading.FORMATS[syntax], base_iri=base))


def agreed(text: str, syntax: str, base: str | None = BASE) -> list[turtle_locations.Statement]:
    """Return the scanner's triples; they must be those of pyoxigraph, in order, up to blank node labels."""
    read, scanned = quads(text, syntax, base), list(turtle_locations.scan(text, syntax, base))
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
    scanned = agreed(text, syntax)
    lines = turtle_locations.Lines(text)
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
