"""Parse SPARQL with tree-sitter-sparql 0.1.0: the adapted text, its tree, and the offset of each node."""

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from rdfkit.base import visible

if TYPE_CHECKING:
    from tree_sitter import Language, Parser, Tree
    from tree_sitter import Node as TreeNode

Word: TypeAlias = tuple[str, str, int]
"""A token as `guard.tokens` yields it."""


class Source:
    """The input of tree-sitter, and the offset of each of its bytes in the given text.

    ``text`` is the decoded text; ``code`` is the same in bytes, with some words spelled as the grammar requires.
    """

    def __init__(self, text: str, tokens: list[Word], places: list[int] | None) -> None:
        """Take a decoded text with its tokens; ``places`` are the offsets of its characters in the given text."""
        self.text = text
        written, self._moved = _as_the_grammar_spells(text, tokens)
        self.code = written.encode()
        self._places = places
        self._characters: list[int] | None = None
        if len(self.code) != len(text):
            self._characters = [at for at, one in enumerate(written) for _ in one.encode()] + [len(text)]

    def tree(self) -> "Tree":
        """Return the tree, which may contain error nodes."""
        return _parser().parse(self.code)

    def _character(self, byte: int) -> int:
        return byte if self._characters is None else self._characters[byte]

    def place(self, byte: int) -> int:
        """Return the offset in the given text of a byte."""
        place = self._character(byte)
        place = self._moved.get(place, place)
        return place if self._places is None else self._places[place]

    def written(self, tree: "TreeNode") -> str:
        """Return the decoded text of a tree node."""
        return self.text[self._character(tree.start_byte) : self._character(tree.end_byte)]


def _as_the_grammar_spells(text: str, tokens: list[Word]) -> tuple[str, dict[int, int]]:
    """Return a text of the same length with some words spelled as tree-sitter-sparql 0.1.0 requires.

    That grammar accepts ``INSERT DATA``, ``DELETE DATA`` and ``DELETE WHERE`` only in capitals with one space,
    GROUP_CONCAT only in capitals, ``isIRI``, ``true`` and others only in some spellings, no semicolon at the end of an
    update, and no prefix that is a keyword (``graph:``, ``a:``). If a keyword is moved, its new offset is returned with
    the original one.
    """
    changed: list[tuple[int, int, str]] = []
    moved: dict[int, int] = {}
    before = ("", 0)
    for kind, word, start in tokens:
        upper = word.upper() if kind == "word" else ""
        if upper in _SPELLED and word != _SPELLED[upper]:
            changed.append((start, start + len(word), _SPELLED[upper]))
        elif kind == "name" and word.partition(":")[0].upper() in _keywords():
            changed.append((start, start + 1, _NO_KEYWORD))
        pair = f"{before[0]} {upper}"
        end = start + len(word)
        if pair in {"INSERT DATA", "DELETE DATA", "DELETE WHERE"} and text[before[1] : end] != pair:
            changed.append((before[1], end, pair.rjust(end - before[1])))
            moved[end - len(pair)] = before[1]
        before = (upper or word, start)
    if before[0] == ";":
        changed.append((before[1], before[1] + 1, " "))
    pieces, end = [], 0
    for start, stop, spelled in changed:
        pieces += [text[end:start], spelled]
        end = stop
    return "".join(pieces) + text[end:], moved


_SPELLED = {
    word.upper(): word
    for word in ("GROUP_CONCAT", "isIRI", "isURI", "isBLANK", "isLITERAL", "isNUMERIC", "sameTerm", "true", "false")
}
"""Words in the only spelling that the grammar accepts, by their capitals."""

_NO_KEYWORD = "\u1d00"
"""A letter with which no keyword begins."""


@cache
def _language() -> "Language":
    import warnings

    import tree_sitter_sparql
    from tree_sitter import Language

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the grammar is handed over as a number
        return Language(tree_sitter_sparql.language())


@cache
def _parser() -> "Parser":
    from tree_sitter import Parser

    return Parser(_language())


@cache
def _keywords() -> frozenset[str]:
    """Return the keywords of the grammar, in capitals."""
    kinds = (_language().node_kind_for_id(id_) or "" for id_ in range(_language().node_kind_count))
    return frozenset(kind.upper() for kind in kinds if kind.isalpha())


def error_sentence(text: str, source: Source, root: "TreeNode", where: str) -> str:
    """Return the first error of tree-sitter as one sentence with line and column."""
    tree = root
    while not (tree.is_error or tree.is_missing):
        tree = next((part for part in tree.children if part.has_error or part.is_missing), root.children[-1])
        if not tree.has_error and not tree.is_missing:
            break
    offset = source.place(tree.start_byte)
    line, column = position(text, offset)
    rest = visible(text[offset : offset + 200].split("\n", 1)[0].strip()[:30])
    near = f"before '{rest}'" if rest else "at the end"
    return (
        f"{where} cannot be read at line {line}, column {column}, {near}: "
        "look for a misspelled keyword, an open bracket or a missing full stop."
    )


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset in a text, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
