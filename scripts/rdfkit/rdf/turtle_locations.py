"""The location of each triple in its file: a scanner for Turtle and TriG 1.1, and so for N-Triples and N-Quads.

pyoxigraph, which reads the files, does not report locations. So a file with something to point at is read a second time
here, by one regular expression for the tokens (the terminals of the W3C recommendations "RDF 1.1 Turtle", section 6.5,
and "RDF 1.1 TriG", section 4.5) and a stack of open brackets. It assumes that a strict parser has accepted the text. A
location is an offset in characters; ``Lines`` converts it to line and column.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from rdfkit.base import namespaces

Term: TypeAlias = NamedNode | BlankNode | Literal

SYNTAXES = ("turtle", "trig", "ntriples", "nquads")
"""The syntaxes that can be scanned, by their names in ``reading.FORMATS``."""

_RDF, _XSD = namespaces.RDF, namespaces.XSD
_TYPE, _FIRST, _REST, _NIL = (NamedNode(_RDF + name) for name in ("type", "first", "rest", "nil"))


class Node(NamedTuple):
    """A term and where it is written: the text from ``start`` up to, and without, ``end``.

    The location of a literal includes its language or datatype. A blank node without a label is at its opening bracket.
    The nodes of a collection are at its bracket, and then each at its item; ``rdf:first`` and ``rdf:rest`` are at their
    object.
    """

    term: Term
    start: int
    end: int


class Statement(NamedTuple):
    """One triple as it is written, and the name of its graph (None: the default graph)."""

    subject: Node
    predicate: Node
    object: Node
    graph: Term | None


@dataclass(frozen=True)
class Location:
    """A part of a file: lines and columns count from 1, in characters; ``end_column`` is the first column after it.

    ``text`` is the whole line on which it starts, without its end.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Lines:
    """The lines of a text, to convert offsets. They end with LF, CR LF or CR, as Turtle's comments do."""

    def __init__(self, text: str) -> None:
        """Find the line ends of ``text``."""
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]

    def location(self, file: str, start: int, end: int) -> Location:
        """Return the location from offset ``start`` up to ``end`` in the file of this name."""
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, max(start, end - 1))
        first, last = self._starts[line - 1], self._starts[end_line - 1]
        following = self._starts[line] if line < len(self._starts) else len(self._text)
        shown = self._text[first:following].rstrip("\r\n")
        return Location(file, line, start - first + 1, end_line, end - last + 1, shown)


# Terminals; a possessive quantifier (*+) never backtracks, so that every text takes linear time.

_BASE_CHARS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = _BASE_CHARS + r"_0-9\-" + "\u00b7\u0300-\u036f\u203f\u2040"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_SKIP = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
_PREFIX = rf"(?:[{_BASE_CHARS}](?:[{_CHARS}]|\.++(?=[{_CHARS}]))*+)?+"
_LOCAL = rf"(?:(?:[{_CHARS}:]|{_ESCAPED})(?:[{_CHARS}:]|{_ESCAPED}|\.++(?=[{_CHARS}:]|{_ESCAPED}))*+)?+"
_IRI = r"<[^<>]*+>"
_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""' r"|'''(?:[^'\\]|\\.|'(?!''))*+'''" r'|"(?:[^"\\]|\\.)*+"' r"|'(?:[^'\\]|\\.)*+'"
)
_TOKEN = re.compile(
    rf"""{_SKIP}(?:
    (?P<prefix> (?: @prefix | [Pp][Rr][Ee][Ff][Ii][Xx](?=[ \t\r\n\#]) ) {_SKIP}
                (?P<declared> {_PREFIX} ) : {_SKIP} (?P<namespace> {_IRI} ) )
  | (?P<base> (?: @base | [Bb][Aa][Ss][Ee] ) {_SKIP} (?P<new_base> {_IRI} ) )
  | (?P<version> (?: @version | [Vv][Ee][Rr][Ss][Ii][Oo][Nn] ) {_SKIP} (?: {_STRING} ) )
  | (?P<iri> {_IRI} )
  | (?P<blank> _: [{_CHARS}] (?: [{_CHARS}] | \.++(?=[{_CHARS}]) )*+ )
  | (?P<name> {_PREFIX} : {_LOCAL} )
  | (?P<literal> (?P<string> {_STRING} )
                 (?: {_SKIP} (?: @(?P<language> [A-Za-z]++ (?: -[A-Za-z0-9]++ )*+ )
                               | \^\^ {_SKIP} (?P<datatype> {_IRI} | {_PREFIX} : {_LOCAL} ) ) )?+ )
  | (?P<number> [+-]? (?: (?P<double> (?: [0-9]++ (?: \.[0-9]*+ )?+ | \.[0-9]++ ) [eE] [+-]? [0-9]++ )
                        | (?P<decimal> [0-9]*+ \.[0-9]++ ) | [0-9]++ ) )
  | (?P<word> [A-Za-z]++ )
  | (?P<mark> [\[\](){{}}.;,] )
  | (?P<end> \Z )
    )""",
    re.VERBOSE | re.DOTALL,
)


def scan(text: str, syntax: str, base: str | None = None) -> Iterator[Statement]:
    """Yield every triple of a text with its locations, in the order in which pyoxigraph's parser yields them.

    So the i-th statement is the location of the i-th triple that was read, blank nodes included. That order is
    the order of the text, but triples that one token completes come in reverse, and a string without language and
    datatype is complete only with the token after it.

    ``syntax`` is one of ``SYNTAXES``; relative IRIs are resolved against ``base`` if the text declares none.
    Raises ValueError, with the offset, for what is not in the syntax.
    """
    reader = _Reader(syntax, base)
    at = 0
    while token := _TOKEN.match(text, at):
        at = token.end()
        try:
            reader.take(token)
        except IndexError:
            raise ValueError(f"unmatched closing bracket before offset {at}") from None
        if reader.made:
            yield from reader.made
            reader.made.clear()
        if token.lastgroup == "end":
            return
    raise ValueError(f"no token of {syntax} at offset {at}")


class _OpenStatement:
    """An open statement, or an open bracket in it: the following triples have its subject."""

    __slots__ = ("kind", "predicate", "start", "subject")

    def __init__(self, kind: str, subject: Node | None, start: int = 0) -> None:
        self.kind = kind
        self.subject = subject
        self.predicate: Node | None = None
        self.start = start


class _Reader:
    """The state of reading: prefixes, base, graph, open brackets, and complete triples."""

    def __init__(self, syntax: str, base: str | None) -> None:
        self.made: list[Statement] = []
        self._at_once: list[Statement] = []
        self._names_graph_last = syntax == "nquads"
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._iris: dict[str, NamedNode] = {}
        self._graph: Term | None = None
        self._open: list[_OpenStatement] = []
        self._whole: Statement | None = None
        self._string: Node | None = None

    def take(self, token: re.Match[str]) -> None:
        """Read one token; the triples that it completes are added to ``made``."""
        if self._string:
            ended, self._string = self._string, None
            self._complete(ended)
        kind = token.lastgroup or ""
        if kind != "end":
            self._take(token, kind, *token.span(kind))
        self._flush()

    def _flush(self) -> None:
        self.made += reversed(self._at_once)
        self._at_once.clear()

    def _take(self, token: re.Match[str], kind: str, start: int, end: int) -> None:
        if kind == "mark":
            self._mark(token["mark"], start)
        elif kind == "prefix":
            self._prefixes[token["declared"]] = self._resolve(token["namespace"])
            self._iris.clear()
        elif kind == "base":
            self._base = self._resolve(token["new_base"])
            self._iris.clear()
        elif kind == "literal":
            self._begin_item(start, end)
            self._flush()
            node = Node(self._literal(token), start, end)
            if token["language"] or token["datatype"]:
                self._complete(node)
            else:
                self._string = node
        elif kind != "version" and token[kind].upper() != "GRAPH":
            self._term(Node(self._read(token[kind], token, kind), start, end))

    def _literal(self, token: re.Match[str]) -> Literal:
        value = _unescaped(_unquoted(token["string"]))
        if token["language"]:
            return Literal(value, language=token["language"])
        return Literal(value, datatype=self._iri(token["datatype"])) if token["datatype"] else Literal(value)

    def _read(self, text: str, token: re.Match[str], kind: str) -> Term:
        if kind in {"iri", "name"}:
            return self._iri(text)
        if kind == "blank":
            return BlankNode(text[2:])
        if kind == "number":
            name = "double" if token["double"] else "decimal" if token["decimal"] else "integer"
            return Literal(text, datatype=NamedNode(_XSD + name))
        if text in {"true", "false"}:
            return Literal(text, datatype=NamedNode(_XSD + "boolean"))
        if text == "a":
            return _TYPE
        raise ValueError(f"'{text}' is not a term, at offset {token.start(kind)}")

    def _iri(self, text: str) -> NamedNode:
        iri = self._iris.get(text)
        if iri is None:
            if text.startswith("<"):
                iri = NamedNode(self._resolve(text))
            else:
                prefix, _, local = text.partition(":")
                if prefix not in self._prefixes:
                    raise ValueError(f"the prefix '{prefix}:' is not declared")
                iri = NamedNode(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))
            self._iris[text] = iri
        return iri

    def _resolve(self, text: str) -> str:
        iri = _unescaped(text[1:-1])
        return resolve(self._base, iri) if self._base else iri

    def _mark(self, mark: str, start: int) -> None:
        """Process a bracket or a punctuation mark."""
        stack = self._open
        if mark == "[":
            self._begin_item(start, start + 1)
            stack.append(_OpenStatement("[", Node(BlankNode(), start, start + 1)))
        elif mark == "(":
            self._begin_item(start, start + 1)
            stack.append(_OpenStatement("(", None, start))
        elif mark == "]":
            self._complete(_node(stack.pop()))
        elif mark == ")":
            self._end_list(stack.pop(), start)
        elif mark == ";":
            stack[-1].predicate = None
        elif mark == "." and stack:
            stack.pop()
            if self._whole:
                self._at_once.append(self._whole)
                self._whole = None
        elif mark == "{":
            self._graph = _node(stack.pop()).term if stack else None
        elif mark == "}":
            stack.clear()
            self._graph = None

    def _term(self, node: Node) -> None:
        if self._whole:  # the fourth term of N-Quads
            self._whole = self._whole._replace(graph=node.term)
            return
        self._begin_item(node.start, node.end)
        self._complete(node)

    def _complete(self, node: Node) -> None:
        """Add a complete node to what is open: as item, object, predicate or subject."""
        if not self._open:
            self._open.append(_OpenStatement("", node))
            return
        within = self._open[-1]
        if within.kind == "(":
            self._emit(_node(within), Node(_FIRST, node.start, node.end), node)
        elif within.predicate is None:
            within.predicate = node
        else:
            self._emit(_node(within), within.predicate, node)

    def _begin_item(self, start: int, end: int) -> None:
        """If a collection is open, make the node for its next item, which starts here."""
        if not self._open or self._open[-1].kind != "(":
            return
        within = self._open[-1]
        before = within.subject
        if before:
            within.subject = Node(BlankNode(), start, end)
            self._emit(before, Node(_REST, start, end), within.subject)
            return
        # The first node represents the whole collection in the statement around it.
        within.subject = head = Node(BlankNode(), within.start, within.start + 1)
        self._open.pop()
        self._complete(head)
        self._open.append(within)

    def _end_list(self, ended: _OpenStatement, start: int) -> None:
        if ended.subject is None:
            self._complete(Node(_NIL, ended.start, start + 1))
        else:
            self._emit(ended.subject, Node(_REST, start, start + 1), Node(_NIL, start, start + 1))

    def _emit(self, subject: Node, predicate: Node, value: Node) -> None:
        made = Statement(subject, predicate, value, self._graph)
        if self._names_graph_last:
            self._whole = made
        else:
            self._at_once.append(made)


def _node(opened: _OpenStatement) -> Node:
    if opened.subject is None:
        raise ValueError(f"an empty bracket at offset {opened.start}")
    return opened.subject


_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: _ESCAPES.get(m[3], m[3]) if m[3] else chr(int(m[1] or m[2], 16)), text)


def _unquoted(text: str) -> str:
    return text[3:-3] if len(text) > 5 and text[:3] in {'"""', "'''"} else text[1:-1]


_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
"""Scheme, authority, path, query and fragment of an IRI (RFC 3986, appendix B)."""


def resolve(base: str, reference: str) -> str:
    """Return the IRI that a reference means relative to ``base`` (RFC 3986, 5.2); one with a scheme stays as it is."""
    scheme, authority, path, query, fragment = _parts(reference)
    if scheme is not None:
        return reference
    base_scheme, base_authority, base_path, base_query, _ = _parts(base)
    if authority is not None:
        path = _without_dots(path)
    else:
        authority = base_authority
        if not path:
            path, query = base_path, base_query if query is None else query
        elif path.startswith("/"):
            path = _without_dots(path)
        else:
            folder = base_path[: base_path.rfind("/") + 1] or ("/" if authority is not None else "")
            path = _without_dots(folder + path)
    return "".join(
        (
            f"{base_scheme}:" if base_scheme is not None else "",
            f"//{authority}" if authority is not None else "",
            path,
            f"?{query}" if query is not None else "",
            f"#{fragment}" if fragment is not None else "",
        )
    )


def _parts(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(iri)
    assert match is not None  # noqa: S101 - every text has these parts
    return match[1], match[2], match[3], match[4], match[5]


def _without_dots(path: str) -> str:
    """Return a path with its steps ``.`` and ``..`` taken (RFC 3986, 5.2.4)."""
    steps = path.split("/")
    kept: list[str] = []
    for step in steps:
        if step == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif step != ".":
            kept.append(step)
    if steps[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)
