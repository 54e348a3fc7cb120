"""The groups of a SPARQL query, with the place of each part in the text.

Not a parser: it takes a query that an engine accepts, and tells which clause stands in which group.
Grammar: SPARQL 1.1 Query Language, section 19.8.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from rdfkit.base.errors import UserError
from rdfkit.sparql import guard as sparql

DEEPEST = 50
"""How deep groups may nest: what looks at them calls itself, and takes time that grows with the depth."""


class Token(NamedTuple):
    """A token of a query: its kind (see ``sparql.tokens``), text and offset."""

    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The keyword that this token is, in capitals, or ""."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass
class Part:
    """A piece of a group: a keyword's clause (``OPTIONAL``, ``FILTER`` …), a plain group ("{") or triples ("")."""

    kind: str
    offset: int
    tokens: list[Token] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)

    def variables(self) -> set[str]:
        """The variables of this part, those of groups inside it included."""
        return self._variables

    @cached_property
    def _variables(self) -> set[str]:
        own = {token.text[1:] for token in self.tokens if token.kind == "variable"}
        return own.union(*(group.variables() for group in self.groups))


@dataclass
class Group:
    """What stands between { and }; ``head`` is what comes before the body of a SELECT, ``tail`` what comes after."""

    offset: int
    parts: list[Part] = field(default_factory=list)
    head: list[Token] = field(default_factory=list)
    tail: list[Token] = field(default_factory=list)

    def variables(self) -> set[str]:
        """The variables that are seen in this group from outside: of a sub-select, those it gives."""
        return self._variables

    @cached_property
    def _variables(self) -> set[str]:
        return self._given() or set().union(*(part.variables() for part in self.parts))

    def binds(self, *, seen_inside: bool = False) -> set[str]:
        """The variables that the group gives values to: not those that only a FILTER or BIND reads."""
        if not seen_inside and (given := self._given()):
            return given
        return self._bound

    @cached_property
    def _bound(self) -> set[str]:
        found: set[str] = set()
        for part in self.parts:
            if part.kind == "BIND":
                found |= {token.text[1:] for token in part.tokens[-2:] if token.kind == "variable"}
            elif part.kind not in {"FILTER", "MINUS"}:
                own = {token.text[1:] for token in part.tokens if token.kind == "variable"}
                found |= own.union(*(group.binds() for group in part.groups))
        return found

    def _given(self) -> set[str]:
        """The variables that a sub-select names; none for any other group, and for SELECT *."""
        named = {token.text[1:] for token in self.head if token.kind == "variable"}
        return named if self.head and self.head[0].word == "SELECT" else set()


_CLAUSES = {"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES", "UNION"}
_AFTER_BODY = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}


def parse(text: str) -> Group:
    """Return the groups of a query; the outermost has the query's head and tail. Unclosed groups end with the text.

    Raises UserError where they nest too deep.
    """
    words = [Token(*token) for token in sparql.tokens(text)]
    _refuse_what_is_too_deep(words)
    start = next((at for at, token in enumerate(words) if token.word in sparql.QUERY_FORMS), len(words))
    group, _ = _select(words, start)
    return group


def _refuse_what_is_too_deep(words: list[Token]) -> None:
    depth = 0
    for token in words:
        depth = max(0, depth + {"{": 1, "}": -1}.get(token.text, 0))
        if depth > DEEPEST:
            raise UserError(f"The query's groups nest more than {DEEPEST} deep: write it with fewer brackets.")


def _select(words: list[Token], at: int) -> tuple[Group, int]:
    """Read a query from its form on: head, body, tail; return it and the place after it."""
    head: list[Token] = []
    template = at < len(words) and words[at].word == "CONSTRUCT"
    level = 0  # of round brackets: an EXISTS among the columns has a group, too
    while at < len(words) and (words[at].text != "{" or level or template):
        if words[at].text == "{" and not level:  # a template: triples, and no group
            while at < len(words) and words[at].text != "}":
                at += 1
            template = False
        level += {"(": 1, ")": -1}.get(words[at].text, 0) if at < len(words) else 0
        head += words[at : at + 1]
        at += 1
    group, at = _group(words, at + 1)
    group.head = head
    while at < len(words) and words[at].text != "}":
        group.tail.append(words[at])
        at += 1
    return group, at


def _group(words: list[Token], at: int) -> tuple[Group, int]:
    """Read what follows a {, and return it with the place after its }."""
    if at < len(words) and words[at].word == "SELECT":
        inner, at = _select(words, at)
        return inner, at + 1
    group = Group(words[at - 1].offset if 0 < at <= len(words) else 0)
    part: Part | None = None
    while at < len(words) and words[at].text != "}":
        token = words[at]
        if token.word in _CLAUSES:
            part, at = _clause(words, at)
            group.parts.append(part)
            part = None
        elif token.text == "{":
            inner, at = _group(words, at + 1)
            group.parts.append(Part("{", token.offset, groups=[inner]))
            part = None
        else:
            if part is None:
                part = Part("", token.offset)
                group.parts.append(part)
            part.tokens.append(token)
            at += 1
    return group, at + 1


def _clause(words: list[Token], at: int) -> tuple[Part, int]:
    """Read a clause from its keyword on: with its group if it has one, else with what is in round brackets."""
    part = Part(words[at].word, words[at].offset)
    at += 1
    level = 0
    data = part.kind == "VALUES"
    while at < len(words):
        token = words[at]
        if token.text == "{" and data:
            end = next((place for place in range(at, len(words)) if words[place].text == "}"), len(words))
            part.tokens += words[at:end]
            return part, end + 1
        if token.text == "{":
            inner, at = _group(words, at + 1)
            part.groups.append(inner)
            if level == 0:
                return part, at
            continue
        level += {"(": 1, ")": -1}.get(token.text, 0)
        if level < 0 or (token.text == "}"):
            return part, at
        part.tokens.append(token)
        at += 1
        if level == 0 and token.text == ")" and part.kind in {"FILTER", "BIND"}:
            return part, at
    return part, at
