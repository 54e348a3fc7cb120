"""SELECT texts of the shapes, changed in one place: a statement, filter or branch left out, a comparison reversed.

A small parser for the SPARQL in the project's shapes (groups, statements with ``;``, FILTER, EXISTS, OPTIONAL, UNION,
BIND, property paths). Any other feature is an error, so that no part of a query is silently left unchanged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rdfkit.sparql import guard
from tools.mutation import patterns

Token = tuple[str, str, int]
Change = tuple[str, str]
"""A description of the change, and the changed text of the query."""

_TURNED = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "=": ["!="], "!=": ["="]}
_ANY = "?anyValue"


@dataclass(frozen=True)
class _Text:
    text: str
    tokens: tuple[Token, ...]

    def start(self, index: int) -> int:
        return self.tokens[index][2]

    def end(self, index: int) -> int:
        return self.tokens[index][2] + len(self.tokens[index][1])

    def span(self, first: int, last: int) -> str:
        """Return the text of the tokens from ``first`` to just before ``last``."""
        return self.text[self.start(first) : self.end(last - 1)]

    def without(self, first: int, last: int, instead: str = "") -> str:
        return self.text[: self.start(first)] + instead + self.text[self.end(last - 1) :]


def changes(text: str) -> list[Change]:
    """Return every change of a query, each with its name.

    Raises AssertionError for a query with a feature that this parser does not support.
    """
    query = _Text(text, tuple(guard.tokens(text)))
    opening = next(index for index, token in enumerate(query.tokens) if token[1] == "{")
    found: dict[str, str] = {}
    for name, changed in _group(query, opening):
        found.setdefault(changed, name)
    return [(name, changed) for changed, name in found.items() if changed != text]


def _closing(query: _Text, opening: int) -> int:
    depth = 0
    for index in range(opening, len(query.tokens)):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(query.tokens[index][1], 0)
        if depth == 0:
            return index
    raise AssertionError(f"an open bracket: {query.text}")


def _word(query: _Text, index: int) -> str:
    kind, word, _ = query.tokens[index]
    return word.upper() if kind == "word" and word != "a" else word


def _group(query: _Text, opening: int) -> Iterator[Change]:
    """Yield the changes within a group."""
    index, closing = opening + 1, _closing(query, opening)
    while index < closing:
        word = _word(query, index)
        start = index
        if word in {"OPTIONAL", "{"} or (word == "FILTER" and query.tokens[index + 1][1] != "("):
            while query.tokens[index][1] not in {"{", "("}:
                index += 1
            made, index = (_blocks if query.tokens[index][1] == "{" else _called)(query, start, index, closing)
            yield from made
        elif word == "FILTER":
            index = _closing(query, index + 1) + 1
            yield f"without {_short(query.span(start, index))}", query.without(start, index)
            yield from _expression(query, start + 2, index - 1)
        elif word == "BIND":
            index = _closing(query, index + 1) + 1
            yield from _expression(query, start + 2, index - 3)
        else:
            assert query.tokens[index][0] in {"variable", "name", "iri"}, f"unknown: {word} in {query.text}"
            index, statements = _statements(query, start)
            yield from _of_statements(query, start, index, statements)


def _called(query: _Text, start: int, bracket: int, _: int) -> tuple[list[Change], int]:
    """Return the changes of a filter that is a call of a function, and where it ends."""
    end = _closing(query, bracket) + 1
    whole = (f"without {_short(query.span(start, end))}", query.without(start, end))
    return [whole, *_expression(query, start + 1, end)], end


def _blocks(query: _Text, start: int, brace: int, closing: int) -> tuple[list[Change], int]:
    """Return the changes of a clause with a group in braces, or several combined by UNION, and where it ends."""
    branches, end = [brace], _closing(query, brace) + 1
    while end < closing and _word(query, end) == "UNION":
        branches.append(end + 1)
        end = _closing(query, end + 1) + 1
    found = [(f"without {_short(query.span(start, end))}", query.without(start, end))]
    texts = [query.span(branch, _closing(query, branch) + 1) for branch in branches]
    for number, text in enumerate(texts if len(texts) > 1 else []):
        kept = " UNION ".join([*texts[:number], *texts[number + 1 :]])
        found.append((f"without UNION branch {_short(text)}", query.without(start, end, kept)))
    return [*found, *(change for branch in branches for change in _group(query, branch))], end


Statement = tuple[str, list[str], str]


def _statements(query: _Text, index: int) -> tuple[int, list[Statement]]:
    """Return where a block of statements with one subject ends, and the statements: subject, path, object."""
    subject = query.tokens[index][1]
    found: list[Statement] = []
    index += 1
    while True:
        path, index = _path(query, index)
        first = index
        index += 1
        if query.tokens[index][0] == "language":
            index += 1
        elif query.tokens[index][1] == "^" and query.tokens[index + 1][1] == "^":
            index += 3
        found.append((subject, path, query.span(first, index)))
        while query.tokens[index][1] == ",":
            found.append((subject, path, query.tokens[index + 1][1]))
            index += 2
        if query.tokens[index][1] != ";":
            return index + (query.tokens[index][1] == "."), found
        index += 1


def _path(query: _Text, index: int) -> tuple[list[str], int]:
    """Return the alternatives of a property path, and the index behind it."""
    alternatives = []
    start = index
    while True:
        while query.tokens[index][1] == "^":
            index += 1
        index = _closing(query, index) + 1 if query.tokens[index][1] == "(" else index + 1
        while query.tokens[index][1] in {"*", "+", "?"}:
            index += 1
        if query.tokens[index][1] == "|":
            alternatives.append(query.span(start, index))
            start = index + 1
        elif query.tokens[index][1] != "/":
            alternatives.append(query.span(start, index))
            return alternatives, index
        index += 1


def _of_statements(query: _Text, start: int, end: int, statements: list[Statement]) -> Iterator[Change]:
    def written(statements: list[Statement]) -> str:
        return " ".join(f"{subject} {'|'.join(path)} {value} ." for subject, path, value in statements)

    def changed(number: int, *instead: Statement) -> str:
        return query.without(start, end, written([*statements[:number], *instead, *statements[number + 1 :]]))

    for number, (subject, path, value) in enumerate(statements):
        statement = f"{subject} {'|'.join(path)} {value}"
        yield f"without {_short(statement)}", changed(number)
        if not value.startswith(("?", "$")):
            yield f"{_short(statement)} with any value", changed(number, (subject, path, _ANY))
        for part in path if len(path) > 1 else []:
            kept = [other for other in path if other != part]
            yield f"{_short(statement)} without {part}", changed(number, (subject, kept, value))
        for position, part in enumerate(path):
            for less, name in _less(part):
                weaker = [*path[:position], less, *path[position + 1 :]]
                yield f"{_short(statement)} {name}", changed(number, (subject, weaker, value))


def _less(path: str) -> Iterator[tuple[str, str]]:
    """Yield a path without one repetition, or without one alternative in brackets."""
    if path.endswith(("+", "*")):
        yield path[:-1], "one step only"
    inner, bracket, behind = path.rpartition(")")
    if bracket and path.startswith("(") and "|" in inner:
        alternatives = inner[1:].split("|")
        for one in alternatives:
            yield f"({'|'.join(other for other in alternatives if other != one)}){behind}", f"without {one}"


def _expression(query: _Text, first: int, last: int) -> Iterator[Change]:
    """Yield the changes in an expression: an operand or list member left out, a comparison reversed."""
    for joint in ("|", "&"):
        parts = _split(query, first, last, joint)
        if len(parts) > 1:
            for part in parts:
                kept = [query.span(*other) for other in parts if other != part]
                name = f"{_short(query.span(first, last))} without {_short(query.span(*part))}"
                yield name, query.without(first, last, f" {joint * 2} ".join(kept))
            for part in parts:
                yield from _expression(query, *part)
            return
    if query.tokens[first][1] == "(" and _closing(query, first) == last - 1:
        yield from _expression(query, first + 1, last - 1)
        return
    yield from _atom(query, first, last)


def _split(query: _Text, first: int, last: int, joint: str) -> list[tuple[int, int]]:
    parts = []
    depth, start, index = 0, first, first
    while index < last:
        word = query.tokens[index][1]
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(word, 0)
        if depth == 0 and word == joint and query.tokens[index + 1][1] == joint:
            parts.append((start, index))
            index += 1
            start = index + 1
        index += 1
    return [*parts, (start, last)]


def _atom(query: _Text, first: int, last: int) -> Iterator[Change]:
    index = first
    while index < last:
        kind, word, _ = query.tokens[index]
        if kind == "operator" and word in "<>=!":
            long = word + "=" if query.tokens[index + 1][1] == "=" and word != "=" else word
            behind = index + len(long)
            if long == "!":
                yield f"{_short(query.span(first, last))} without !", query.without(index, behind)
            for turned in _TURNED.get(long, ()):
                name = f"{_short(query.span(first, last))} with {turned} for {long}"
                yield name, query.without(index, behind, f" {turned} ")
            index = behind
        elif _word(query, index) == "IN":
            end = _closing(query, index + 1)
            listed = [m for m in range(index + 2, end) if query.tokens[m][1] != ","]
            for member in listed if len(listed) > 1 else []:
                kept = ", ".join(query.tokens[other][1] for other in listed if other != member)
                name = f"{_short(query.span(first, last))} without {query.tokens[member][1]}"
                yield name, query.without(index + 1, end + 1, f"({kept})")
            index = end + 1
        elif kind == "number" and query.tokens[index - 1][1] != "," and query.tokens[index + 1][1] != ",":
            more = str(int(word) + 1)
            yield f"{_short(query.span(first, last))} with {more} for {word}", query.without(index, index + 1, more)
            index += 1
        elif word == "{":
            yield from _group(query, index)
            index = _closing(query, index) + 1
        else:
            if _word(query, index) == "REGEX":
                yield from _regex(query, index)
            index += 1


def _regex(query: _Text, index: int) -> Iterator[Change]:
    """Yield the changes of a call of REGEX whose pattern is one string: the pattern weakened."""
    at = _closing(query, index + 1) - 1
    if (pattern := _pattern(query, at)) is not None:
        for weaker in patterns.weaker(pattern):
            written = weaker.replace("\\", "\\\\")
            yield f"REGEX {weaker} for {pattern}", query.without(at, at + 1, f'"{written}"')


def _pattern(query: _Text, at: int) -> str | None:
    kind, word, _ = query.tokens[at]
    behind_comma = query.tokens[at - 1][1] == ","
    return word[1:-1].replace("\\\\", "\\") if kind == "string" and behind_comma else None


def regexes(text: str) -> list[str]:
    """Return the patterns that a query passes to REGEX as one string each."""
    query = _Text(text, tuple(guard.tokens(text)))
    calls = (index for index in range(len(query.tokens)) if _word(query, index) == "REGEX")
    found = (_pattern(query, _closing(query, index + 1) - 1) for index in calls)
    return list(dict.fromkeys(pattern for pattern in found if pattern is not None))


def _short(text: str) -> str:
    """Return a part of a query on one line."""
    return " ".join(text.split())
