"""SPARQL functions of strings (section 17.4.3) and hashes (17.4.6) as Python functions of a row.

Where all arguments are known to be without a language, texts are computed; else terms, which keep their language.
"""

import hashlib
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from rdfkit.base import UserError
from rdfkit.shacl.engine import literals
from rdfkit.shacl.engine.expressions import Compiled, Compiler, Row
from rdfkit.shacl.engine.literals import NoValue
from rdfkit.shacl.engine.operators import Arguments
from rdfkit.shacl.engine.shapes import Unsupported
from rdfkit.sparql import xpath_regex


def text_test(test: Callable[[str, str], bool], compiler: Compiler, given: Arguments) -> Compiled:
    """Compile CONTAINS, STRSTARTS or STRENDS."""
    if _are_texts(compiler, given[1:]):
        text, part = compiler.text(given[0]), compiler.text(given[1])
        return "truth", lambda row: test(text(row), part(row))
    first, second = compiler.string(given[0]), compiler.string(given[1])

    def function(row: Row) -> bool:
        one, other = first(row), second(row)
        _refuse_other_language(one, other)
        return test(one[0], other[0])

    return "truth", function


def text_part(part_of: Callable[[str, str], str | None], compiler: Compiler, given: Arguments) -> Compiled:
    """Compile STRBEFORE or STRAFTER; ``part_of`` returns None where the text does not have the part."""
    if _are_texts(compiler, given):
        text, part = compiler.text(given[0]), compiler.text(given[1])
        return "text", lambda row: part_of(text(row), part(row)) or ""
    first, second = compiler.string(given[0]), compiler.string(given[1])

    def function(row: Row) -> str:
        one, other = first(row), second(row)
        _refuse_other_language(one, other)
        found = part_of(one[0], other[0])
        return '""' if found is None else literals.quoted(found, one[1])

    return "term", function


def before(text: str, part: str) -> str | None:
    """Return what is before a part of a text."""
    return text[: text.index(part)] if part in text else None


def after(text: str, part: str) -> str | None:
    """Return what is after a part of a text."""
    return text[text.index(part) + len(part) :] if part in text else None


def text_changed(change: Callable[[str], str], compiler: Compiler, given: Arguments) -> Compiled:
    """Compile LCASE or UCASE."""
    return _changed(compiler, given[0], lambda text, _row: change(text))


def length(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile STRLEN."""
    text = compiler.text(given[0])
    return "number", lambda row: len(text(row))


def concatenation(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile CONCAT."""
    if _are_texts(compiler, given):
        texts = [compiler.text(each) for each in given]
        return "text", lambda row: "".join([text(row) for text in texts])
    strings = [compiler.string(each) for each in given]

    def function(row: Row) -> str:
        found = [string(row) for string in strings]
        languages = {language for _, language in found}
        return literals.quoted("".join(text for text, _ in found), languages.pop() if len(languages) == 1 else "")

    return "term", function


def substring(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile SUBSTR."""
    start = compiler.number(given[1])
    size = compiler.number(given[2]) if len(given) == 3 else None
    return _changed(compiler, given[0], lambda text, row: _part(text, start(row), size(row) if size else None))


def _part(text: str, start: Any, size: Any) -> str:
    """Return SUBSTR: characters are counted from 1, and there are none before the first."""
    try:
        first = _rounded(start)
        end = len(text) if size is None else first - 1 + _rounded(size)
    except (ValueError, OverflowError):  # NaN and the infinities
        raise NoValue from None
    return text[max(first - 1, 0) : max(end, 0)]


def _rounded(value: Any) -> int:
    return value if isinstance(value, int) else math.floor(value * 2 + 1) // 2


def encoded(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile ENCODE_FOR_URI."""
    text = compiler.text(given[0])
    return "text", lambda row: quote(text(row), safe="-_.~")


def digest(name: str, compiler: Compiler, given: Arguments) -> Compiled:
    """Compile a hash function."""
    text = compiler.simple(given[0])
    return "text", lambda row: hashlib.new(name, text(row).encode(), usedforsecurity=False).hexdigest()


def language_matches(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile langMatches: basic filtering (RFC 4647, section 3.3.1)."""
    tag, wanted = compiler.simple(given[0]), compiler.simple(given[1])
    return "truth", lambda row: _matches(tag(row).lower(), wanted(row).lower())


def _matches(tag: str, wanted: str) -> bool:
    if wanted == "*":
        return bool(tag)
    return tag == wanted or (wanted != "" and tag.startswith(wanted + "-"))


def with_language(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile STRLANG."""
    text, tag = compiler.simple(given[0]), compiler.simple(given[1])
    return "term", lambda row: literals.quoted(text(row), f"@{_tag(tag(row))}")


def _tag(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,100}", text):
        raise NoValue
    return text.lower()


def with_datatype(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile STRDT."""
    text, kind = compiler.simple(given[0]), compiler.term(given[1])

    def function(row: Row) -> str:
        datatype = kind(row)
        if datatype[0] != "<" or datatype == literals.LANG_STRING:
            raise NoValue
        return literals.quoted(text(row), "" if datatype == literals.STRING else f"^^{datatype}")

    return "term", function


# Regular expressions


def matches(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile REGEX."""
    text, pattern, flags = compiler.text(given[0]), compiler.simple(given[1]), _flags(given[2:])
    if isinstance(given[1], str):
        search = _written(given[1], flags).search
        return "truth", lambda row: search(text(row)) is not None
    return "truth", lambda row: _compiled(pattern(row), flags).search(text(row)) is not None


def replaced(compiler: Compiler, given: Arguments) -> Compiled:
    """Compile REPLACE."""
    pattern, by, flags = compiler.simple(given[1]), compiler.simple(given[2]), _flags(given[3:])
    if isinstance(given[1], str):
        _written(given[1], flags)

    def change(text: str, row: Row) -> str:
        expression = _compiled(pattern(row), flags)
        try:
            return expression.sub(xpath_regex.replacement(by(row), expression.groups, flags), text)
        except xpath_regex.PatternError:
            raise NoValue from None

    return _changed(compiler, given[0], change)


def _flags(given: Arguments) -> str:
    if given and not isinstance(given[0], str):
        raise Unsupported("flags of a regular expression that are no constant")
    return literals.lexical(str(given[0])) if given else ""


def _written(term: str, flags: str) -> re.Pattern[str]:
    """Return a pattern that is written in the query; raises UserError if XPath has no such pattern."""
    pattern = literals.lexical(term)
    try:
        return xpath_regex.compiled(pattern, flags)
    except xpath_regex.PatternError as error:
        raise UserError(f"A query in the shapes has the pattern {xpath_regex.explained(pattern, error)}.") from None


def _compiled(pattern: str, flags: str) -> re.Pattern[str]:
    try:
        return xpath_regex.compiled(pattern, flags)
    except xpath_regex.PatternError:
        raise NoValue from None


# Helpers


def _are_texts(compiler: Compiler, given: Arguments) -> bool:
    return all(compiler.compile(each)[0] == "text" for each in given)


def _changed(compiler: Compiler, expression: Any, change: Callable[[str, Row], str]) -> Compiled:
    """Compile a change of a string that keeps its language."""
    kind, function = compiler.compile(expression)
    if kind == "text":
        return kind, lambda row: change(function(row), row)
    string = compiler.string(expression)

    def changed(row: Row) -> str:
        text, language = string(row)
        return literals.quoted(change(text, row), language)

    return "term", changed


def _refuse_other_language(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Raise NoValue for arguments that are not compatible (17.4.3.1.2)."""
    if other[1] and other[1] != one[1]:
        raise NoValue
