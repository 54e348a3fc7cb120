"""Parse SPARQL 1.1 into a syntax tree in which every node has its offsets in the text.

Code point escapes are decoded first (SPARQL 1.1 Query Language, section 19.2). A text is valid only if Oxigraph's
parser and tree-sitter-sparql both accept it: Oxigraph checks what the grammar cannot express (scope of variables,
labels of blank nodes), and tree-sitter returns the structure. Nothing is evaluated, and no server is contacted.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rdfkit.base import UserError
from rdfkit.sparql import guard, nodes
from rdfkit.sparql.builder import Builder, TooDeep
from rdfkit.sparql.grammar import Source, Word, error_sentence, position

if TYPE_CHECKING:
    from pyoxigraph import NamedNode
    from tree_sitter import Node as TreeNode
    from tree_sitter import Tree

MAX_TEXT_BYTES = 1_000_000
"""Larger texts are refused: the tree of a text takes up to 200 times its size in memory."""

MAX_NESTING_DEPTH = 100
"""The maximum number of open brackets: functions that process a tree recurse once for each."""

MAX_GROUP_DEPTH = 50
"""The maximum number of open braces: the time to process groups grows with their depth."""

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_STAND_IN = "urn:x-undeclared:"


class Token(NamedTuple):
    """A token of a text: its kind, what is written, and the offset of its first character.

    Kinds: ``iri``, ``name``, ``variable``, ``string``, ``language``, ``number``, ``blank``, ``word`` (keywords) and
    ``mark`` (brackets, operators, punctuation).
    """

    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The keyword that this token is, in capitals, or ""."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True)
class Document:
    """A parsed SPARQL text: a query, or the operations of an update."""

    text: str
    parts: tuple[nodes.Query | nodes.Operation, ...]
    declarations: tuple[nodes.Declaration, ...]
    undeclared: frozenset[str]
    """The prefixes that are used and not declared."""
    has_escapes: bool
    """Whether the text writes any character as ``\\\\uXXXX`` or ``\\\\UXXXXXXXX``."""
    _source: "Source"
    _tree: "Tree"

    @property
    def query(self) -> nodes.Query:
        """The query. Raises UserError if the text is an update."""
        if len(self.parts) == 1 and isinstance(self.parts[0], nodes.Query):
            return self.parts[0]
        raise UserError("This text is a SPARQL update: write a query.")

    @property
    def operations(self) -> tuple[nodes.Operation, ...]:
        """The operations of an update. Raises UserError if the text is a query."""
        found = tuple(part for part in self.parts if isinstance(part, nodes.Operation))
        if len(found) != len(self.parts):
            raise UserError("This text is a SPARQL query: write an update.")
        return found

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the text declares, with their namespaces."""
        return {one.prefix: one.iri.value for one in self.declarations if one.prefix is not None}

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the text in order, without comments."""
        return tuple(_tokens(self._tree.root_node, self._source))

    def walk(self) -> Iterator[nodes.Node]:
        """Yield every node of every part, each before those in it."""
        for part in self.parts:
            yield from nodes.walk(part)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both counted from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    @cached_property
    def _lines(self) -> list[int]:
        """The offsets at which lines begin."""
        return [0, *(end.end() for end in re.finditer("\n", self.text))]


def read(
    text: str,
    where: str = "The query",
    *,
    prefixes: Mapping[str, str] | None = None,
    base: str = "",
    undeclared: bool = False,
) -> Document:
    """Return the syntax tree of a SPARQL query or update.

    ``where`` begins the sentence of an error. ``prefixes`` need not be declared in the text. Relative IRIs are resolved
    against ``base``. ``undeclared`` allows prefixes that are not declared.

    Raises UserError, in one sentence with line and column, for text that is not valid SPARQL 1.1 or is too large.

    >>> query = read("SELECT ?s WHERE { ?s a <http://example.org/Thing> }").query
    >>> query.form, [column.variable.name for column in query.columns]
    ('SELECT', ['s'])
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise UserError(f"{where} holds a broken character at position {error.start}: write it in UTF-8.") from None
    if size > MAX_TEXT_BYTES:
        raise UserError(f"{where} has {size:,} bytes; the limit is {MAX_TEXT_BYTES:,}: shorten it.")
    decoded, places = _decoded(text)
    guard.refuse_long_prefixes(decoded)
    tokens = list(guard.tokens(decoded))
    guard.refuse_what_is_too_large(tokens)
    _refuse_what_is_too_deep(tokens, where)
    known = dict(prefixes or {})
    stand_ins = dict.fromkeys(_used(tokens), _STAND_IN) if undeclared else {}
    _refuse_by_oxigraph(decoded, tokens, where, {**stand_ins, **known}, base)
    source = Source(decoded, tokens, places)
    tree = source.tree()
    if tree.root_node.has_error:
        raise UserError(error_sentence(text, source, tree.root_node, where))
    builder = Builder(source, known, base)
    try:
        parts = builder.unit(tree.root_node)
    except TooDeep:
        raise UserError(f"{where} has too many operators in a row: put lists of values into VALUES.") from None
    missing = frozenset(builder.undeclared)
    return Document(text, tuple(parts), tuple(builder.declarations), missing, places is not None, source, tree)


def words(text: str, without: tuple[int, int] = (0, 0)) -> list[str]:
    """Return the tokens of a text, to compare it with another; those between two offsets are left out.

    If the text cannot be read, the result is the text itself as one word.
    """
    try:
        tokens = read(text, undeclared=True).tokens
    except UserError:
        return [text]
    return [token.text for token in tokens if not without[0] <= token.offset < without[1]]


# Code point escapes


def _decoded(text: str) -> tuple[str, list[int] | None]:
    """Return a text with its code point escapes decoded, and the offset that each character had (None: the same).

    A backslash that is itself escaped does not begin an escape.
    """
    if "\\u" not in text and "\\U" not in text:
        return text, None
    found: list[str] = []
    places: list[int] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        code = match[1] or match[2]
        if code is None or not _is_character(int(code, 16)):
            continue
        found.append(text[end : match.start()] + chr(int(code, 16)))
        places += range(end, match.start() + 1)
        end = match.end()
    if not found:
        return text, None
    return "".join(found) + text[end:], [*places, *range(end, len(text) + 1)]


def _is_character(code: int) -> bool:
    return code < 0x110000 and not 0xD800 <= code < 0xE000


# Limits and errors


def _refuse_what_is_too_deep(tokens: list[Word], where: str) -> None:
    depths = {"{": 0, "(": 0, "[": 0}
    opened = {"}": "{", ")": "(", "]": "["}
    for kind, word, _ in tokens:
        if kind != "bracket":
            continue
        if word in depths:
            depths[word] += 1
        else:
            depths[opened[word]] = max(0, depths[opened[word]] - 1)
        if depths["{"] > MAX_GROUP_DEPTH:
            raise UserError(
                f"{where} has groups that nest more than {MAX_GROUP_DEPTH} deep: write it with fewer brackets."
            )
        if sum(depths.values()) > MAX_NESTING_DEPTH:
            raise UserError(f"{where} has more than {MAX_NESTING_DEPTH} nested brackets: write it with fewer brackets.")


def _refuse_by_oxigraph(text: str, tokens: list[Word], where: str, prefixes: Mapping[str, str], base: str) -> None:
    """Raise UserError if Oxigraph's parser does not accept a text.

    Oxigraph has no separate parser in Python. It parses a query before it reads the list of graphs that the query may
    use, so an iterator of graphs that raises stops the work after parsing. It parses an update completely before the
    first operation, which fails here. So nothing is optimized, which can take hours, or evaluated.
    """
    from pyoxigraph import Store

    start = _start_of_update(tokens)
    known = dict(prefixes)
    base_iri = base or None
    try:
        if start is not None:
            Store().update(text[:start] + _FAILS + text[start:], prefixes=known, base_iri=base_iri)
        else:
            Store().query(text, named_graphs=_EndOfParsing(), prefixes=known, base_iri=base_iri)  # type: ignore[arg-type]
    except SyntaxError as error:
        raise UserError(
            guard.syntax_sentence(text, error if start is None else _moved_back(error, text, start), where)
        ) from None
    except ValueError as error:  # a base or namespace that is not an IRI
        raise UserError(f"{where} cannot be read: {str(error).rstrip('.')}.") from None
    except (_ParsedError, RuntimeError):
        return
    raise AssertionError("Oxigraph evaluated a text that was only to be parsed")


_FAILS = "DROP GRAPH <urn:x-none>;"


class _ParsedError(Exception):
    """A query was parsed."""


class _EndOfParsing:
    """The graphs that a query may use, as an iterator that raises as soon as Oxigraph reads it."""

    def __iter__(self) -> "Iterator[NamedNode]":
        raise _ParsedError


def _start_of_update(tokens: list[Word]) -> int | None:
    """Return the offset of the first operation of an update, or None for any other text.

    Only a plain prologue may precede it. Oxigraph reads ``LOADa:b`` as LOAD, but `guard.tokens` as one name; the
    failing operation would then be inserted too late, and Oxigraph would contact a server.
    """
    kinds = [(kind, word.upper() if kind == "word" else "") for kind, word, _ in tokens]
    at = 0
    while at < len(kinds):
        if kinds[at : at + 3] == [("word", "PREFIX"), ("name", ""), ("iri", "")]:
            at += 3
        elif kinds[at : at + 2] == [("word", "BASE"), ("iri", "")]:
            at += 2
        else:
            return tokens[at][2] if kinds[at][1] in guard.UPDATE_FORMS else None
    return None


def _moved_back(error: SyntaxError, text: str, start: int) -> SyntaxError:
    """Return an error with the column that it has without the operation inserted at ``start``."""
    line, column = position(text, start)

    def corrected(match: "re.Match[str]") -> str:
        after = int(match[1]) == line and int(match[2]) > column
        return f"error at {match[1]}:{max(column, int(match[2]) - len(_FAILS)) if after else match[2]}:"

    return SyntaxError(re.sub(r"^error at (\d+):(\d+):", corrected, str(error)))


def _used(tokens: list[Word]) -> set[str]:
    """Return the prefixes of all tokens that are prefixed names."""
    return {word.partition(":")[0] for kind, word, _ in tokens if kind == "name"} - {"_"}


# Tokens

_WHOLE = {
    "string": "string", "iri_reference": "iri", "prefixed_name": "name", "namespace": "name", "var": "variable",
    "lang_tag": "language", "integer": "number", "decimal": "number", "double": "number", "nil": "mark",
    "anon": "blank", "blank_node_label": "blank", "boolean_literal": "word",
}  # fmt: skip


def _tokens(root: "TreeNode", source: Source) -> Iterator[Token]:
    waiting = [root]
    while waiting:
        tree = waiting.pop()
        if tree.type in _WHOLE or not tree.child_count:
            text = source.written(tree)
            kind = _WHOLE.get(tree.type) or ("word" if text[:1].isalpha() else "mark")
            if tree.type != "comment" and text:
                yield Token(kind, text, source.place(tree.start_byte))
        else:
            waiting += reversed(tree.children)
