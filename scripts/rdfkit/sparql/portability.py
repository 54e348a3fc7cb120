"""Patterns of SPARQL that engines answer differently, found in a query before an engine sees it.

Each rule has an id, says what differs and how to write it instead. The rules come from trials: ``docs/stores.md`` names
the engines, tests/rdfkit/sparql/test_portability.py has for each rule a query on which two engines differ, or where the
recommendation (SPARQL 1.1 Query Language) leaves the answer open, and the mended query on which they agree.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from rdfkit.sparql import groups as querytree
from rdfkit.sparql import guard as sparql
from rdfkit.sparql.groups import Group, Part, Token


class Finding(NamedTuple):
    """A place in a query, counted from 1, the rule it breaks, and one sentence with what to do."""

    line: int
    column: int
    rule: str
    message: str


def findings(text: str) -> list[Finding]:
    """Return what in a query engines are known to answer differently, in the order of the text.

    The query is taken to be valid SPARQL 1.1; what is not is for the parser to say. Raises UserError where its groups
    nest too deep to be looked through.
    """
    query = querytree.parse(text)
    words = [Token(*token) for token in sparql.tokens(text)]
    starts = [0, *(end.end() for end in re.finditer("\n", text))]
    found: set[Finding] = set()
    for rule in RULES:
        for offset in rule.check(text, words, query):
            line = bisect_right(starts, offset)
            found.add(Finding(line, offset - starts[line - 1] + 1, rule.id, rule.message))
    return sorted(found)


Check = Callable[[str, list[Token], Group], Iterable[int]]
"""Takes a text, its tokens and its groups, and yields the offset of each place that breaks a rule."""


class Rule(NamedTuple):
    """A pattern to avoid: its id, the check for it, and what differs and what to write instead."""

    id: str
    check: Check
    message: str


def _all_groups(group: Group) -> Iterator[Group]:
    yield group
    for part in group.parts:
        for inner in part.groups:
            yield from _all_groups(inner)


def _values_and_optional(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        values = [part for part in group.parts if part.kind == "VALUES"]
        optional = [part for part in group.parts if part.kind == "OPTIONAL"]
        if not values or not optional:
            continue
        given = set().union(*(part.variables() for part in values))
        binding = [part for part in group.parts if part.kind in {"", "GRAPH", "{", "UNION"}]
        bound = set().union(*(part.variables() for part in binding))
        used = set().union(*(part.variables() for part in optional))
        if not binding or given & (used - bound):
            yield values[0].offset


def _read_from_outside(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    """A FILTER or BIND in a group of its own is worked out before the group is joined to what binds its variable."""

    def inside(group: Group, outer: set[str], *, joined: bool) -> Iterator[int]:
        own = group.binds(seen_inside=True) | (outer if joined else set())
        beside = _bound_beside(group)
        for part, bound in zip(group.parts, beside, strict=True):
            reads = part.kind in {"FILTER", "BIND"}
            if reads and not joined and part.variables() & (outer - own):
                yield part.offset
            for inner in part.groups:
                yield from inside(inner, outer | (own if reads else bound), joined=reads or part.kind == "OPTIONAL")

    yield from inside(query, set(), joined=False)


def _bound_beside(group: Group) -> Iterator[set[str]]:
    """Yield for each part of a group what the other parts bind: of a UNION, not what its other branches do."""
    unions: list[list[Part]] = []
    for part in group.parts:
        if part.kind == "UNION" and unions:
            unions[-1].append(part)
        else:
            unions.append([part])
    bound = [Group(group.offset, parts).binds(seen_inside=True) for parts in unions]
    times = Counter(name for names in bound for name in names)
    for parts, names in zip(unions, bound, strict=True):
        beside = {name for name, count in times.items() if count > (name in names)}
        yield from (beside for _ in parts)


def _overlapping_union(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    """Branches that bind the same variables can both give a row, and one of two equal rows is lost in a join."""

    def inside(group: Group, *, distinct: bool) -> Iterator[int]:
        if group.head:
            words = [token.word for token in group.head]
            counts = any(word in _COUNTING and words[at + 2] != "DISTINCT" for at, word in enumerate(words[:-2]))
            grouped = "GROUP" in {token.word for token in group.tail} and not counts
            distinct = words[0] != "SELECT" or words[1:2] == ["DISTINCT"] or grouped
        for before, part in zip(group.parts, group.parts[1:], strict=False):
            branches = [one.groups[0].binds() for one in (before, part) if one.groups]
            if part.kind == "UNION" and not distinct and branches[0] == branches[-1]:
                yield part.offset
        for part in group.parts:
            for inner in part.groups:
                yield from inside(inner, distinct=distinct or part.kind in {"FILTER", "MINUS"})

    yield from inside(query, distinct=False)


_COUNTING = {"COUNT", "SUM", "AVG", "GROUP_CONCAT", "SAMPLE"}


def _least_of_things(_text: str, words: list[Token], query: Group) -> Iterator[int]:
    """MIN and MAX of what is a subject somewhere, so an IRI."""
    subjects = {
        part.tokens[at].text
        for group in _all_groups(query)
        for part in group.parts
        if not part.kind
        for at in range(len(part.tokens))
        if part.tokens[at].kind == "variable" and (at == 0 or part.tokens[at - 1].text == ".")
    }
    for at, token in enumerate(words):
        if token.word in {"MIN", "MAX"} and {one.text for one in words[at + 2 : at + 4]} & subjects:
            yield token.offset


def _minus_in_vain(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        before: set[str] = set()
        for part in group.parts:
            if part.kind == "MINUS" and not before & part.variables():
                yield part.offset
            before |= part.variables()


def _cut_without_order(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        tail = {token.word for token in group.tail}
        if "ORDER" not in tail:
            yield from (token.offset for token in group.tail if token.word in {"LIMIT", "OFFSET"})


def _rows_without_order(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    first = query.head[0] if query.head else None
    if first is not None and first.word == "SELECT" and "ORDER" not in {token.word for token in query.tail}:
        yield first.offset


def _order_of_distinct(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        distinct = [token.word for token in group.head[1:2]] == ["DISTINCT"]
        start = next((at for at, token in enumerate(group.tail) if token.word == "ORDER"), None)
        if start is None or not distinct or any(token.text == "*" for token in group.head[2:3]):
            continue
        given = group.variables()
        yield from (
            token.offset for token in group.tail[start:] if token.kind == "variable" and token.text[1:] not in given
        )


def _keywords(*names: str) -> Check:
    """Return a check for keywords and functions; a function's name is one only with a bracket after it."""

    def check(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
        for token, after in zip(words, [*words[1:], Token("other", "", 0)], strict=False):
            if token.word in names and (after.text == "(" or token.word == "DESCRIBE"):
                yield token.offset

    return check


def _star(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    first = query.head[0].word if query.head else ""
    yield from (token.offset for token in query.head[1:3] if token.text == "*" and first == "SELECT")


_PARTIAL = {
    "gYear",
    "gYearMonth",
    "gMonth",
    "gMonthDay",
    "gDay",
    "duration",
    "dayTimeDuration",
    "yearMonthDuration",
    "time",
}


def _partial_dates(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    for token in words:
        if token.kind in {"name", "iri"} and re.split(r"[:#]", token.text.rstrip(">"))[-1] in _PARTIAL:
            yield token.offset


def _escaped_names(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    yield from (token.offset for token in words if token.kind == "name" and "\\" in token.text)


def _language_as_written(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    yield from (token.offset for token in words if token.kind == "language" and token.text != token.text.lower())
    for at, token in enumerate(words):
        compared = words[at + 1 : at + 8] if token.word == "LANG" else []
        if any(one.text == "=" for one in compared):
            yield from (one.offset for one in compared if one.kind == "string" and "-" in one.text)


def _written_numbers(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    """A number that is not in canonical form; or one in a triple, where some engines look for the form as written."""
    for token, up, up2, kind in zip(words, words[1:], words[2:], words[3:], strict=False):
        if token.kind == "string" and (up.text, up2.text) == ("^", "^") and kind.text.startswith("xsd:"):
            value = token.text.strip("'\"")
            if re.search(r"(?:integer|decimal|double|Integer|int|long|float)$", kind.text) and not _canonical(value):
                yield token.offset
    for token in words:
        if token.kind == "number" and not _canonical(token.text):
            yield token.offset


def _canonical(number: str) -> bool:
    return re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.(?:[0-9]*[1-9]|0))?(?:[eE]-?[0-9]+)?", number) is not None


def _service_on_the_line_of_a_prefix(text: str, words: list[Token], _query: Group) -> Iterator[int]:
    for token in words:
        if token.word == "SERVICE":
            line = text[text.rfind("\n", 0, token.offset) + 1 : token.offset]
            if "#" in line:
                yield token.offset


def _foreign_functions(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    before = Token("other", "", 0)
    for token, after in zip(words, [*words[1:], Token("other", "", 0)], strict=False):
        is_call = before.text in {"(", ",", "&", "=", "<", ">", "+", "-", "*"} or before.word in {"FILTER", "BIND"}
        is_cast = re.match(r"xsd:|<http://www\.w3\.org/2001/XMLSchema#", token.text)
        if token.kind in {"name", "iri"} and after.text == "(" and is_call and not is_cast:
            yield token.offset
        before = token


_TRUTHS = {"EXISTS", "NOT", "BOUND", "REGEX", "CONTAINS", "STRSTARTS", "STRENDS", "LANGMATCHES", "SAMETERM", "IN"}
_TRUTHS |= {"ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC"}


class _Expression(NamedTuple):
    tokens: list[Token]
    name: str


def _expressions(query: Group) -> Iterator[_Expression]:
    """Yield each "expression AS name", in BIND or in the head of a SELECT."""
    for group in _all_groups(query):
        for part in group.parts:
            if part.kind == "BIND" and len(part.tokens) >= 5:
                yield _Expression(part.tokens[1:-3], part.tokens[-2].text)
        level = start = 0
        for at, token in enumerate(group.head):
            level += {"(": 1, ")": -1}.get(token.text, 0)
            if token.text == "(" and level == 1:
                start = at + 1
            elif token.word == "AS" and level == 1 and at + 1 < len(group.head):
                yield _Expression(group.head[start:at], group.head[at + 1].text)


def _truth_as_value(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    given = {token.text for token in query.head}
    for tokens, name in _expressions(query):
        level = 0
        for token in tokens:
            level += {"(": 1, ")": -1}.get(token.text, 0)
            is_truth = token.text in {"=", "<", ">", "!", "&", "|"} or token.word in _TRUTHS
            if is_truth and level == 0 and (name in given or "*" in given):
                yield tokens[0].offset
                break


def _exists_in_head(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        yield from (token.offset for token in group.head if token.word == "EXISTS")


def _having_by_name(_text: str, _words: list[Token], query: Group) -> Iterator[int]:
    for group in _all_groups(query):
        words = [token.word for token in group.tail]
        if "HAVING" not in words:
            continue
        made = {up.text for token, up in zip(group.head, group.head[1:], strict=False) if token.word == "AS"}
        start = words.index("HAVING")
        stop = next((at for at in range(start, len(words)) if words[at] in {"ORDER", "LIMIT", "OFFSET"}), len(words))
        yield from (token.offset for token in group.tail[start:stop] if token.text in made)


def _division(_text: str, words: list[Token], query: Group) -> Iterator[int]:
    for tokens, _ in _expressions(query):
        for at, token in enumerate(tokens):
            if token.text == "/" and not {one.word for one in tokens[:at]} & {"ROUND", "FLOOR", "CEIL"}:
                yield token.offset
    yield from (token.offset for token in words if token.word == "AVG")


def _regex_beyond_xpath(_text: str, words: list[Token], _query: Group) -> Iterator[int]:
    for at, token in enumerate(words):
        if token.word in {"REGEX", "REPLACE"}:
            strings = [one for one in words[at : at + 14] if one.kind == "string"]
            if strings and re.search(r"\(\?|\\\\[bBAZzGQE]|[*+?}]\+", strings[0].text):
                yield strings[0].offset


RULES = (
    Rule(
        "values-for-optional",
        _values_and_optional,
        (
            "VALUES whose variable only OPTIONAL uses loses rows in some engines: let a triple pattern beside "
            "it bind the variable first."
        ),
    ),
    Rule(
        "read-from-outside",
        _read_from_outside,
        (
            "A FILTER or BIND in a group of its own cannot see a variable that is bound outside of it, and "
            "some engines let it: move it out of the group, or bind the variable in it."
        ),
    ),
    Rule(
        "overlapping-union",
        _overlapping_union,
        (
            "Where both branches of a UNION give the same row, some engines give it once: write SELECT DISTINCT, or "
            "VALUES for what the branches differ in."
        ),
    ),
    Rule(
        "least-of-things",
        _least_of_things,
        "MIN and MAX of IRIs are texts in some engines: take them of STR(?thing).",
    ),
    Rule(
        "minus-in-vain",
        _minus_in_vain,
        (
            "MINUS that shares no variable with what stands before it takes nothing away, but for some "
            "engines: use FILTER NOT EXISTS, or share a variable."
        ),
    ),
    Rule(
        "cut-without-order",
        _cut_without_order,
        (
            "Which rows LIMIT and OFFSET keep is each engine's own choice without an order: add ORDER BY with "
            "enough variables to tell the rows apart."
        ),
    ),
    Rule(
        "rows-without-order",
        _rows_without_order,
        "Rows come in each engine's own order: add ORDER BY.",
    ),
    Rule(
        "order-of-distinct",
        _order_of_distinct,
        (
            "SELECT DISTINCT ordered by a variable that it does not give is refused or ordered at will: give "
            "the variable, or order by one that is given."
        ),
    ),
    Rule(
        "star",
        _star,
        "SELECT * gives the columns in each engine's own order: name them.",
    ),
    Rule(
        "describe",
        _keywords("DESCRIBE"),
        "What DESCRIBE gives is each engine's own choice: write a CONSTRUCT.",
    ),
    Rule(
        "order-inside-a-group",
        _keywords("GROUP_CONCAT", "SAMPLE"),
        (
            "The order of GROUP_CONCAT and the choice of SAMPLE are left to the engine: give a row for each "
            "value, or use MIN or MAX."
        ),
    ),
    Rule(
        "never-twice-the-same",
        _keywords("NOW", "RAND", "UUID", "STRUUID", "BNODE"),
        "NOW, RAND, UUID, STRUUID and BNODE give another value each time: take the value as a parameter.",
    ),
    Rule(
        "partial-dates",
        _partial_dates,
        ("Years, months, times and durations are compared differently or not at all: compare days (xsd:date)."),
    ),
    Rule(
        "escaped-name",
        _escaped_names,
        "A backslash in a prefixed name is read differently: write the whole IRI in <>.",
    ),
    Rule(
        "language-as-written",
        _language_as_written,
        (
            "Engines write en-US as en-US or en-us: write a tag in small letters, and compare one that has a region "
            'with LANGMATCHES(LANG(?text), "en-us").'
        ),
    ),
    Rule(
        "number-as-written",
        _written_numbers,
        (
            "A number in a form of its own (01, 1.50, +1) is found by value in some engines and as written in "
            "others: write the canonical form."
        ),
    ),
    Rule(
        "service-after-hash",
        _service_on_the_line_of_a_prefix,
        ("Some parsers take the # of an IRI for a comment where SERVICE stands on the same line: begin a new line."),
    ),
    Rule(
        "function-of-one-engine",
        _foreign_functions,
        ("A function named by an IRI is one engine's own, but for the casts of xsd: use the functions of SPARQL 1.1."),
    ),
    Rule(
        "truth-as-value",
        _truth_as_value,
        ("A truth that is worked out is the number 1 or 0 in some engines: write xsd:boolean(...) around it."),
    ),
    Rule(
        "exists-in-head",
        _exists_in_head,
        (
            "EXISTS among the columns of a SELECT stops some engines: put it into the body, as BIND "
            "(xsd:boolean(EXISTS { ... }) AS ?name)."
        ),
    ),
    Rule(
        "having-by-name",
        _having_by_name,
        "HAVING cannot see a name that SELECT gives with AS in some engines: write the aggregate itself.",
    ),
    Rule(
        "division",
        _division,
        (
            "Division and AVG give as many digits as each engine likes, and some divide whole numbers to a whole "
            "number: give the numbers that are divided, or ROUND what a decimal (1.0 * ?number) is divided by."
        ),
    ),
    Rule(
        "regex-beyond-xpath",
        _regex_beyond_xpath,
        (
            "Lookaround, \\b and possessive repeats are no part of the regular expressions of SPARQL: write "
            "it without them."
        ),
    ),
)
"""Every rule, in the order in which docs/stores.md explains them."""
