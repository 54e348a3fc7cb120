"""Terms and expressions that engines answer differently. See `portability`."""

import re
from collections.abc import Iterator

from rdfkit.sparql import nodes
from rdfkit.sparql.groups import variables_of
from rdfkit.sparql.lint import Check, Linted, Rule
from rdfkit.sparql.term_builder import XSD


def _calls(*names: str) -> Check:
    """Return a check for functions and aggregates."""

    def check(query: Linted) -> Iterator[int]:
        yield from (call.start for call in query.calls if call.name in names)

    return check


_PARTIAL = {
    XSD + name
    for name in (
        *("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay", "time"),
        *("duration", "dayTimeDuration", "yearMonthDuration"),
    )
}


def _iris(query: Linted) -> Iterator[nodes.Iri]:
    return (node for node in query.all_nodes if isinstance(node, nodes.Iri))


def _literals(query: Linted) -> Iterator[nodes.Literal]:
    return (node for node in query.all_nodes if isinstance(node, nodes.Literal))


def _partial_dates(query: Linted) -> Iterator[int]:
    yield from (iri.start for iri in _iris(query) if iri.value in _PARTIAL)


def _escaped_names(query: Linted) -> Iterator[int]:
    yield from (iri.start for iri in _iris(query) if iri.prefix is not None and "\\" in iri.written)


def _language_as_written(query: Linted) -> Iterator[int]:
    for literal in _literals(query):
        if literal.language != literal.language.lower():
            yield literal.end - len(literal.language) - 1
    for call in query.calls:
        if call.name in {"=", "!="} and any(
            isinstance(one, nodes.Call) and one.name == "LANG" for one in call.arguments
        ):
            texts = (one for one in call.arguments if isinstance(one, nodes.Literal))
            yield from (text.start for text in texts if "-" in text.value)


_NUMERIC = re.compile(r"(?:integer|decimal|double|Integer|int|long|float)$")


def _written_numbers(query: Linted) -> Iterator[int]:
    """A number that is not in canonical form: some engines match it as it is written."""
    for literal in _literals(query):
        kind = literal.datatype.value
        if kind.startswith(XSD) and _NUMERIC.search(kind) and not _canonical(literal.value):
            yield literal.start


def _canonical(number: str) -> bool:
    return re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.(?:[0-9]*[1-9]|0))?(?:[eE]-?[0-9]+)?", number) is not None


def _foreign_functions(query: Linted) -> Iterator[int]:
    yield from (call.start for call in query.calls if call.kind == "iri" and not call.name.startswith(XSD))


_TRUTHS = {"=", "!=", "<", ">", "<=", ">=", "!", "&&", "||", "IN", "NOT IN", "BOUND", "REGEX", "CONTAINS", "STRSTARTS"}
_TRUTHS |= {"STRENDS", "LANGMATCHES", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC"}


def _truth_as_value(query: Linted) -> Iterator[int]:
    given = variables_of(query.query.columns)
    for expression, name in query.named:
        is_truth = isinstance(expression, nodes.Exists) or (
            isinstance(expression, nodes.Call) and expression.name in _TRUTHS
        )
        if is_truth and (name in given or query.query.star is not None):
            yield expression.start


_ROUNDING = {"ROUND", "FLOOR", "CEIL"}


def _division(query: Linted) -> Iterator[int]:
    for expression, _ in query.named:
        waiting: list[nodes.Node] = [expression]
        while waiting:
            node = waiting.pop()
            if isinstance(node, nodes.Call):
                if node.name in _ROUNDING:
                    continue
                if node.name == "/":
                    yield query.sign_after(node.arguments[0].end, "/")
            waiting += nodes.children(node)
    yield from (call.start for call in query.calls if call.name == "AVG")


def _regex_beyond_xpath(query: Linted) -> Iterator[int]:
    for call in query.calls:
        if call.name in {"REGEX", "REPLACE"}:
            pattern = call.arguments[1]
            if isinstance(pattern, nodes.Literal) and re.search(r"\(\?|\\[bBAZzGQE]|[*+?}]\+", pattern.value):
                yield pattern.start


RULES = (
    Rule(
        "order-inside-a-group",
        _calls("GROUP_CONCAT", "SAMPLE"),
        (
            "The order of GROUP_CONCAT and the choice of SAMPLE depend on the engine: return one row for each "
            "value, or use MIN or MAX."
        ),
    ),
    Rule(
        "never-twice-the-same",
        _calls("NOW", "RAND", "UUID", "STRUUID", "BNODE"),
        "NOW, RAND, UUID, STRUUID and BNODE return another value each time: pass the value as a parameter.",
    ),
    Rule(
        "partial-dates",
        _partial_dates,
        ("Years, months, times and durations are compared differently or not at all: compare days (xsd:date)."),
    ),
    Rule(
        "escaped-name",
        _escaped_names,
        "Engines read a backslash in a prefixed name differently: write the whole IRI in <>.",
    ),
    Rule(
        "language-as-written",
        _language_as_written,
        (
            "Engines return en-US as en-US or en-us: write a tag in lower case, and compare one that has a region "
            'with LANGMATCHES(LANG(?text), "en-us").'
        ),
    ),
    Rule(
        "number-as-written",
        _written_numbers,
        (
            "A number that is not in canonical form (01, 1.50, +1) is matched by value in some engines and as written "
            "in others: write the canonical form."
        ),
    ),
    Rule(
        "function-of-one-engine",
        _foreign_functions,
        ("A function named by an IRI, except the xsd casts, works in one engine only: use functions of SPARQL 1.1."),
    ),
    Rule(
        "truth-as-value",
        _truth_as_value,
        ("A computed boolean is the number 1 or 0 in some engines: write xsd:boolean(...) around it."),
    ),
    Rule(
        "division",
        _division,
        (
            "The number of digits of division and AVG depends on the engine, and some engines divide integers to an "
            "integer: return both operands, or ROUND the quotient of a decimal (1.0 * ?number)."
        ),
    ),
    Rule(
        "regex-beyond-xpath",
        _regex_beyond_xpath,
        (
            "Lookaround, \\b and possessive quantifiers are not in the regular expressions of SPARQL: write the "
            "pattern without them."
        ),
    ),
)
