"""Core constraints (SHACL, section 4) as patterns and expressions of SPARQL.

`Tests.violation` gives the pattern and the test that a violation matches. An expression never has an error: it is true
for a wrong value and false for any other, so that it can be negated.
"""

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

from pyoxigraph import QuerySolutions, Store

from rdfkit.rdf import datatypes
from rdfkit.shacl.engine import paths
from rdfkit.shacl.engine.graph import SUBCLASS, TYPE
from rdfkit.shacl.engine.literals import LANG_STRING, XSD, NoValue, lexical, quoted
from rdfkit.shacl.engine.shapes import SH, TRUE, Constraint, Shape, Unsupported
from rdfkit.shacl.engine.values import number

MAX_COUNT = 4
"""The greatest count that is written as so many variables: all ways to choose values for them are tried."""

_NODE_KINDS = {
    "IRI": ("isIRI",),
    "BlankNode": ("isBlank",),
    "Literal": ("isLiteral",),
    "BlankNodeOrIRI": ("isBlank", "isIRI"),
    "BlankNodeOrLiteral": ("isBlank", "isLiteral"),
    "IRIOrLiteral": ("isIRI", "isLiteral"),
}
_RANGES = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}
_SIGNED = {
    "integer": r"[+-]?[0-9]+",
    "nonNegativeInteger": r"\+?[0-9]+|-0+",
    "positiveInteger": r"\+?0*[1-9][0-9]*",
    "nonPositiveInteger": r"-[0-9]+|\+?0+",
    "negativeInteger": r"-0*[1-9][0-9]*",
}
_FORMS = (
    "boolean", "decimal", "double", "float", "date", "time", "dateTime", "dateTimeStamp", "gYear", "gYearMonth",
    "gMonth", "gDay",
)  # fmt: skip
_TEXTS = ("string", "anyURI")
_NO_TEXT = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_NO_DAY = "-(02-3[01]|(04|06|09|11)-31)"
_LEAP_DAY = "^-?[0-9]*((0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"


class Violation(NamedTuple):
    """What a violation matches: a pattern, which may be "", and a test of its variables, which may be "" too."""

    pattern: str
    test: str

    @property
    def expression(self) -> str:
        """The same as one expression."""
        if not self.pattern:
            return f"({self.test})"
        return f"EXISTS {{ {self.pattern}{f' FILTER({self.test})' if self.test else ''} }}"


class Tests:
    """Writes the constraints of one query; ``name`` is that of the shape in errors."""

    def __init__(self, name: str) -> None:
        """Begin with no variable used."""
        self._name = name
        self._count = 0

    def violation(self, constraint: Constraint, shape: Shape, this: str, value: str) -> Violation:
        """Return what a violation of a core constraint matches, with variables for focus node and value node.

        Raises Unsupported if SPARQL cannot say it exactly.
        """
        path = None if shape.path is None else paths.written(shape.path)
        if constraint.parameter in _OF_VALUES:
            return _OF_VALUES[constraint.parameter](self, constraint, path, this, value)
        if path is None:
            return Violation("", self._wrong(constraint, shape, this))
        return Violation(f"{this} {path} {value} .", self._wrong(constraint, shape, value))

    def fails(self, shape: Shape, node: str) -> str:
        """Return the expression that is true if a node does not conform to a shape."""
        if not shape.active:
            return "false"
        parts = []
        for constraint in shape.constraints:
            if constraint.node is not None:
                raise Unsupported(f"{self._name} refers to {shape.name}, which has a query")
            value = self.new()
            if constraint.parameter != "property":
                parts.append(self.violation(constraint, shape, node, value).expression)
            elif shape.path is None:
                parts.append(self.fails(constraint.shapes[0], node))
            else:
                inner = self.fails(constraint.shapes[0], value)
                parts.append(f"EXISTS {{ {node} {paths.written(shape.path)} {value} FILTER({inner}) }}")
        return f"({' || '.join(sorted(parts))})" if parts else "false"

    def unsupported(self, constraint: Constraint, why: str) -> Unsupported:
        """Return the error for a constraint that is refused."""
        return Unsupported(f"{self._name} has a sh:{constraint.parameter} {why}")

    def new(self) -> str:
        """Return a variable that is not used yet."""
        self._count += 1
        return f"?v{self._count}"

    def _wrong(self, constraint: Constraint, shape: Shape, value: str) -> str:
        """Return the expression that is true if a value violates a constraint on one value at a time."""
        make = _OF_VALUE.get(constraint.parameter)
        if make is None:
            raise self.unsupported(constraint, "that is not written as SPARQL")
        return make(self, constraint, shape, value)

    def typed(self, constraint: Constraint, value: str) -> str:
        """Return the test that a literal has a datatype and is valid for it (SHACL 4.1.2)."""
        kind = constraint.value
        if kind == LANG_STRING:
            return f'LANG({value}) != ""'
        same, name, text = f"DATATYPE({value}) = {kind}", kind[1 + len(XSD) : -1], f"STR({value})"
        if kind.startswith(f"<{XSD}") and name in _TEXTS:
            return f"{same} && !REGEX({text}, {quoted(_NO_TEXT)})"
        if kind.startswith(f"<{XSD}") and name in (*_FORMS, *_SIGNED):
            form = _SIGNED.get(name) or datatypes.FORMS[name].replace("(?P<", "(?:").replace("(?:", "(")
            for group in ("year", "month", "day", "clock", "zone"):
                form = form.replace(f"({group}>", "(")
            tests = [same, self.regex(constraint, text, f"^({form})$")]
            if name in {"date", "dateTime", "dateTimeStamp"}:
                tests.append(f"!REGEX({text}, {quoted(_NO_DAY)})")
                tests.append(f'(!CONTAINS({text}, "-02-29") || REGEX({text}, {quoted(_LEAP_DAY)}))')
            return " && ".join(tests)
        raise self.unsupported(constraint, f"{kind}, whose forms have no pattern in SPARQL")

    def regex(self, constraint: Constraint, text: str, pattern: str, flags: str = "") -> str:
        """Return the test that a text matches a pattern; raises Unsupported if Oxigraph cannot read the pattern."""
        rest = f", {quoted(pattern)}{f', {quoted(flags)}' if flags else ''})"
        tried = Store().query(f'SELECT (REGEX(""{rest} AS ?found) WHERE {{}}')
        if not isinstance(tried, QuerySolutions) or next(tried)[0] is None:
            raise self.unsupported(constraint, f"{quoted(pattern)}, which Oxigraph cannot read")
        return f"REGEX({text}{rest}"

    def size(self, constraint: Constraint) -> int:
        """Return the value of a constraint as a count."""
        try:
            size = number(constraint.value)
        except NoValue:
            size = None
        if not isinstance(size, int):
            raise self.unsupported(constraint, "that is not a count")
        return size

    def several(self, constraint: Constraint, count: int, this: str, path: str, test: str = "") -> str:
        """Return the pattern for so many values, all different, that pass a test with ``{}`` for the value."""
        if count > MAX_COUNT:
            raise self.unsupported(constraint, f"above {MAX_COUNT}")
        values = [self.new() for _ in range(count)]
        tests = [f"!sameTerm({one}, {other})" for one, other in combinations(values, 2)]
        tests += [test.format(value) for value in values if test]
        found = " ".join(f"{this} {path} {value} ." for value in values)
        return found + (f" FILTER({' && '.join(tests)})" if tests else "")


# Constraints on one value at a time


def _and(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return " || ".join(tests.fails(each, value) for each in constraint.shapes) or "false"


def _or(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return " && ".join(tests.fails(each, value) for each in constraint.shapes) or "true"


def _not(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"!{tests.fails(constraint.shapes[0], value)}"


def _xone(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"{' + '.join(f'IF({tests.fails(each, value)}, 0, 1)' for each in constraint.shapes) or '0'} != 1"


def _class(_tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"NOT EXISTS {{ {value} {TYPE}/{SUBCLASS}* {constraint.value} }}"


def _in(_tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return _none_of(value, constraint.members)


def _language_in(_tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    fitting = " || ".join(f"LANGMATCHES(LANG({value}), {quoted(lexical(each))})" for each in constraint.members)
    return f"!(isLiteral({value}) && ({fitting or 'false'}))"


def _range(_tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"!(isLiteral({value}) && COALESCE({value} {_RANGES[constraint.parameter]} {constraint.value}, false))"


def _node_kind(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    kinds = _NODE_KINDS.get(constraint.value[1 + len(SH) : -1])
    if kinds is None:
        raise tests.unsupported(constraint, "that is unknown")
    return f"!({' || '.join(f'{kind}({value})' for kind in kinds)})"


def _min_length(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    least = tests.size(constraint)
    return "false" if least <= 0 else f"!(!isBlank({value}) && STRLEN(STR({value})) >= {least})"


def _max_length(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"!(!isBlank({value}) && STRLEN(STR({value})) <= {tests.size(constraint)})"


def _datatype(tests: Tests, constraint: Constraint, _shape: Shape, value: str) -> str:
    return f"!(isLiteral({value}) && {tests.typed(constraint, value)})"


def _pattern(tests: Tests, constraint: Constraint, shape: Shape, value: str) -> str:
    flags = lexical(shape.values["flags"][0]) if "flags" in shape.values else ""
    return f"!(!isBlank({value}) && {tests.regex(constraint, f'STR({value})', lexical(constraint.value), flags)})"


_OF_VALUE: dict[str, Callable[[Tests, Constraint, Shape, str], str]] = {
    "and": _and,
    "class": _class,
    "datatype": _datatype,
    "in": _in,
    "languageIn": _language_in,
    "maxExclusive": _range,
    "maxInclusive": _range,
    "maxLength": _max_length,
    "minExclusive": _range,
    "minInclusive": _range,
    "minLength": _min_length,
    "node": _and,
    "nodeKind": _node_kind,
    "not": _not,
    "or": _or,
    "pattern": _pattern,
    "xone": _xone,
}


# Constraints on all values together


def _min_count(tests: Tests, constraint: Constraint, path: str | None, this: str, _value: str) -> Violation:
    least = tests.size(constraint)
    if least <= 0:
        return Violation("", "false")
    return Violation("", f"NOT EXISTS {{ {tests.several(constraint, least, this, str(path))} }}")


def _max_count(tests: Tests, constraint: Constraint, path: str | None, this: str, _value: str) -> Violation:
    most = tests.size(constraint)
    return Violation("", f"EXISTS {{ {tests.several(constraint, most + 1, this, str(path))} }}")


def _qualified(tests: Tests, constraint: Constraint, path: str | None, this: str, _value: str) -> Violation:
    bound, is_least = tests.size(constraint), constraint.parameter == "qualifiedMinCount"
    wanted, *others = constraint.shapes
    if is_least and bound <= 0:
        return Violation("", "false")
    marker = "?qualified"
    parts = [f"!{tests.fails(wanted, marker)}", *(tests.fails(other, marker) for other in others)]
    test = " && ".join(parts).replace("{", "{{").replace("}", "}}").replace(marker, "{0}")
    pattern = tests.several(constraint, bound if is_least else bound + 1, this, str(path), test)
    return Violation("", f"{'NOT ' if is_least else ''}EXISTS {{ {pattern} }}")


def _has_value(_tests: Tests, constraint: Constraint, path: str | None, this: str, _value: str) -> Violation:
    if path is None:
        return Violation("", f"!sameTerm({this}, {constraint.value})")
    return Violation("", f"NOT EXISTS {{ {this} {path} {constraint.value} }}")


def _unique_language(tests: Tests, constraint: Constraint, path: str | None, this: str, _value: str) -> Violation:
    if constraint.value != TRUE:
        return Violation("", "false")
    one, other = tests.new(), tests.new()
    same = f'!sameTerm({one}, {other}) && LANG({one}) != "" && LCASE(LANG({one})) = LCASE(LANG({other}))'
    return Violation("", f"EXISTS {{ {this} {path} {one} , {other} FILTER({same}) }}")


def _closed(tests: Tests, constraint: Constraint, path: str | None, this: str, value: str) -> Violation:
    if constraint.value != TRUE:
        return Violation("", "false")
    node = this if path is None else tests.new()
    reach = "" if path is None else f"{this} {path} {node} . "
    allowed = _none_of("?path", constraint.members) if constraint.members else "true"
    return Violation(f"{reach}{node} ?path {value} .", allowed)


def _disjoint(_tests: Tests, constraint: Constraint, path: str | None, this: str, value: str) -> Violation:
    if path is None:
        return Violation("", f"EXISTS {{ {this} {constraint.value} {this} }}")
    return Violation(f"{this} {path} {value} . {this} {constraint.value} {value} .", "")


def _equals(tests: Tests, constraint: Constraint, path: str | None, this: str, value: str) -> Violation:
    if path is None:
        raise tests.unsupported(constraint, "without sh:path")
    other = constraint.value
    one = f"{{ {this} {path} {value} FILTER NOT EXISTS {{ {this} {other} {value} }} }}"
    return Violation(f"{one} UNION {{ {this} {other} {value} FILTER NOT EXISTS {{ {this} {path} {value} }} }}", "")


def _less(tests: Tests, constraint: Constraint, path: str | None, this: str, value: str) -> Violation:
    other = tests.new()
    sign = "<" if constraint.parameter == "lessThan" else "<="
    pattern = f"{this} {path} {value} . {this} {constraint.value} {other} ."
    return Violation(pattern, f"!(isLiteral({value}) && COALESCE({value} {sign} {other}, false))")


_OF_VALUES: dict[str, Callable[[Tests, Constraint, str | None, str, str], Violation]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "qualifiedMinCount": _qualified,
    "qualifiedMaxCount": _qualified,
    "hasValue": _has_value,
    "uniqueLang": _unique_language,
    "closed": _closed,
    "disjoint": _disjoint,
    "equals": _equals,
    "lessThan": _less,
    "lessThanOrEquals": _less,
}


def _none_of(node: str, terms: tuple[str, ...]) -> str:
    return f"!({' || '.join(f'sameTerm({node}, {term})' for term in terms) or 'false'})"
