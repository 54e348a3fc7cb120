r"""The regular expressions of XPath (Functions and Operators 5.6, XSD 1.1 part 2, appendix G) as those of Python.

SHACL's `sh:pattern` and SPARQL's REGEX and REPLACE are defined by them. What Python lacks is translated: `\p{L}`,
`\p{IsGreek}`, `\i`, `\c`, `[a-z-[aeiou]]`, the flags `x` and `q`, and anchors that ignore a last line feed. What XPath
lacks is refused: lookaround, `\b`, `\x41`, inline flags, possessive quantifiers.

Where every engine in use differs from the letter of XSD, and all in the same way, this follows the engines: `\w` is a
letter, a digit or `_` (in XSD it has the symbols and lacks `_`); `]`, `}` and an escaped punctuation mark mean
themselves.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from rdfkit.base import printable
from rdfkit.rdf import xml_names
from rdfkit.sparql import unicode_sets

MAX_PATTERN_CHARACTERS = 10_000
"""How many characters of a regular expression are read."""

MAX_NESTED_GROUPS = 50
"""How deep groups may be nested; Python's own limit is near 100."""

MAX_REPETITIONS = 65_535
"""The greatest number in a quantifier."""

MAX_CACHED_PATTERNS = 1000

MAX_SHOWN_CHARACTERS = 200
"""How many characters of a pattern an error message has."""

_FLAGS = "smixq"
_SPACE = "\t\n\r "
_SPACES = r"\t\n\r "
_NOT_SPACES = r"\x00-\x08\x0B\x0C\x0E-\x1F\x21-\U0010FFFF"
_NAMES = {"I": xml_names.NAME_START, "C": xml_names.NAME}
_SETS = {
    "i": xml_names.class_of(xml_names.NAME_START),
    "c": xml_names.class_of(xml_names.NAME),
    **{letter: xml_names.class_of(xml_names.complement(ranges)) for letter, ranges in _NAMES.items()},
    "d": r"\d",
    "D": r"\D",
    "w": r"\w",
    "W": r"\W",
    "s": _SPACES,
    "S": _NOT_SPACES,
}
"""Each escape for several characters, as the inside of a class of Python."""

_SINGLE = {"n": "\n", "r": "\r", "t": "\t"}
_ANY = r"[\x00-\U0010FFFF]"
_QUANTIFIER = re.compile(r"\{([0-9]{1,9})(?:(,)([0-9]{1,9})?)?\}")
_NO_LETTER = {
    "b": "mark the edges of a word with (^|\\W) and (\\W|$)",
    "u": "write the character itself",
    "x": "write the character itself",
    "A": "write ^ without the flag m",
    "Z": "write $ without the flag m",
    "z": "write $ without the flag m",
}


class PatternError(ValueError):
    """A text is no regular expression of XPath: where, why, and how to fix it."""

    def __init__(self, at: int | None, why: str, fix: str) -> None:
        """Take the index of the character, or None, and the parts of the sentence."""
        place = "" if at is None else f" at character {at + 1}"
        super().__init__(f"cannot be read{place}: {why}; {fix}")


def explained(pattern: str, error: PatternError) -> str:
    """Return the part of a sentence that says what is wrong with a pattern."""
    return f"'{printable(pattern, MAX_SHOWN_CHARACTERS)}', which {error}"


class _Class(NamedTuple):
    """A set of characters: the inside of a class of Python, of one that ignores the flag i, and what it lacks."""

    members: str
    exact: str
    is_negative: bool
    without: "_Class | None"


@lru_cache(maxsize=MAX_CACHED_PATTERNS)
def compiled(pattern: str, flags: str = "") -> "re.Pattern[str]":
    """Return Python's regular expression for one of XPath; it is used with ``search``, as XPath anchors nothing.

    ``flags`` are letters among ``s m i x q``. Raises PatternError if pattern or flags are not those of XPath.
    """
    for flag in flags:
        if flag not in _FLAGS:
            raise PatternError(None, f"the flag '{flag}' is unknown", f"the flags are {' '.join(_FLAGS)}")
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise PatternError(MAX_PATTERN_CHARACTERS, "the pattern is too long", f"limit: {MAX_PATTERN_CHARACTERS:,}")
    options = (re.IGNORECASE if "i" in flags else 0) | (re.DOTALL if "s" in flags else 0)
    text = re.escape(pattern) if "q" in flags else _Translation(pattern, flags).translated()
    try:
        return re.compile(text, options)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(None, f"Python cannot use it ({error})", "write it in another way") from None


def replacement(text: str, groups: int, flags: str = "") -> "Callable[[re.Match[str]], str]":
    r"""Return what replaces a match, by a text in which `$1` is a group, `\$` a dollar sign and `\\` a backslash.

    ``groups`` is how many groups the pattern has: `$12` is the first group and a 2 if there are fewer than twelve.
    Raises PatternError for another backslash or dollar sign.
    """
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if "q" in flags or sign not in "\\$":
            parts.append(sign)
        elif sign == "\\" and text[at + 1 : at + 2] in {"\\", "$"}:
            at += 1
            parts.append(text[at])
        elif sign == "$" and text[at + 1 : at + 2] in set("0123456789"):
            end = at + 2
            while text[end : end + 1] in set("0123456789") and int(text[at + 1 : end + 1]) <= groups:
                end += 1
            group = int(text[at + 1 : end])
            parts += [group] if group <= groups else []
            at = end - 1
        else:
            raise PatternError(at, f"the replacement has a '{sign}' alone", f"write '\\{sign}'")
        at += 1
    return lambda found: "".join([part if isinstance(part, str) else found[part] or "" for part in parts])


class _Translation:
    """The state of reading one pattern from left to right."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()

    def translated(self) -> str:
        text = self._choices(0)
        if self.at < len(self.pattern):
            raise PatternError(self.at, "a ')' closes no group", r"write '\)'")
        return text

    def _peek(self) -> str:
        """Return the next character that counts, or "" at the end."""
        while "x" in self.flags and self.pattern[self.at : self.at + 1] in set(_SPACE):
            self.at += 1
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        sign = self._peek()
        self.at += 1
        return sign

    def _choices(self, depth: int) -> str:
        parts: list[str] = []
        while (sign := self._peek()) not in {"", ")"}:
            if sign == "|":
                self.at += 1
                parts.append("|")
            else:
                parts += [self._atom(depth), self._quantifier()]
        return "".join(parts)

    def _atom(self, depth: int) -> str:
        start, sign = self.at, self._take()
        if sign == "(":
            return self._group(start, depth)
        if sign == "[":
            return self._written(self._class(start))
        if sign == "\\":
            return self._escape(start)
        if sign in "^$":
            return self._anchor(sign)
        if sign in "?*+{":
            raise PatternError(start, f"'{sign}' repeats nothing", rf"write '\{sign}' for the character")
        return "." if sign == "." else re.escape(sign)

    def _anchor(self, sign: str) -> str:
        """Return an anchor; with the flag m, no line begins after a line feed that ends the text."""
        if "m" not in self.flags:
            return r"(?:\A)" if sign == "^" else r"(?:\Z)"
        return r"(?:\A|(?<=\n)(?!\Z))" if sign == "^" else r"(?=\n|\Z)"

    def _group(self, start: int, depth: int) -> str:
        if depth >= MAX_NESTED_GROUPS:
            raise PatternError(start, "groups are nested too deep", f"limit: {MAX_NESTED_GROUPS}")
        number = 0
        if self._peek() != "?":
            self.groups += 1
            number = self.groups
        elif self.pattern[self.at + 1 : self.at + 2] == ":":
            self.at += 2
        else:
            raise PatternError(
                start,
                f"XPath has no '{self.pattern[start : start + 3]}'",
                "write (?: ) for a group, sh:flags for flags, and sh:not or a second condition for lookaround",
            )
        inside = self._choices(depth + 1)
        if self._take() != ")":
            raise PatternError(start, "a group is not closed", r"write ')' at its end, or '\(' for the character")
        if number:
            self.closed.add(number)
        return f"({inside})" if number else f"(?:{inside})"

    def _quantifier(self) -> str:
        start, sign = self.at, self._peek()
        if not sign or sign not in "?*+{":
            return ""
        if sign == "{":
            found = _QUANTIFIER.match(self.pattern, self.at)
            if found is None:
                raise PatternError(start, "'{' begins no quantifier as in {2}, {2,} or {2,5}", r"write '\{'")
            least, most = int(found[1]), int(found[3] or found[1])
            if most < least or most > MAX_REPETITIONS:
                raise PatternError(start, f"{found[0]} is no range up to {MAX_REPETITIONS:,}", "correct its numbers")
            self.at = found.end()
            text = found[0]
        else:
            text = self._take()
        if self._peek() == "?":
            text += self._take()
        if (more := self._peek()) and more in "?*+{":
            raise PatternError(self.at, "a quantifier follows a quantifier", "put the first in a group")
        return text

    def _escape(self, start: int) -> str:
        sign = self._take()
        if sign and sign in "123456789":
            return self._back_reference(start, sign)
        if sign and sign in "pP":
            return self._written(_Class("", self._category(start, sign == "P"), False, None))
        if sign in _SETS:
            return f"[{_SETS[sign]}]"
        return re.escape(self._single(start, sign))

    def _back_reference(self, start: int, digits: str) -> str:
        while (more := self._peek()).isdecimal() and int(digits + more) <= self.groups:
            digits += self._take()
        if int(digits) not in self.closed:
            raise PatternError(start, f"no group {digits} ends before it", "refer to a group that is closed")
        return rf"(?({digits})(?:\{digits}))"  # a group that took part in no match is empty

    def _single(self, start: int, sign: str) -> str:
        """Return the one character that an escape means."""
        if sign in _SINGLE:
            return _SINGLE[sign]
        if not sign:
            raise PatternError(start, "a backslash is the last character", r"write '\\'")
        if sign.isalnum():
            raise PatternError(start, rf"XPath has no '\{sign}'", _NO_LETTER.get(sign, "write the character itself"))
        return sign

    def _category(self, start: int, is_negative: bool) -> str:
        end = self.pattern.find("}", self.at)
        if self.pattern[self.at : self.at + 1] != "{" or end < 0:
            raise PatternError(start, r"\p without a name", r"write a category or block, such as \p{L} or \p{IsGreek}")
        name = self.pattern[self.at + 1 : end]
        found = unicode_sets.members(name, is_negative=is_negative)
        if found is None:
            raise PatternError(
                start, f"Unicode has no '{name[:40]}'", r"write a category or block, such as \p{L} or \p{IsGreek}"
            )
        self.at = end + 1
        return found

    # Classes: white space counts in them even with the flag x

    def _class(self, start: int, depth: int = 0) -> _Class:
        if depth > MAX_NESTED_GROUPS:
            raise PatternError(start, "classes are nested too deep", f"limit: {MAX_NESTED_GROUPS}")
        is_negative = self.pattern[self.at : self.at + 1] == "^"
        self.at += is_negative
        members: list[str] = []
        exact: list[str] = []
        without = None
        first = self.at
        while (sign := self.pattern[self.at : self.at + 1]) != "]" or self.at == first:
            if self.pattern.startswith("-[", self.at) and self.at > first:
                self.at += 2
                without = self._class(self.at - 1, depth + 1)
                if self.pattern[self.at : self.at + 1] != "]":
                    raise PatternError(self.at, "a class goes on after what it subtracts", "write ']' there")
                break
            if sign in {"", "[", "]"}:
                why = "a class is not closed" if not sign else f"a class has '{sign}' in it"
                raise PatternError(self.at if sign else start, why, rf"write '\{sign or '['}' for the character")
            one, is_exact = self._member()
            (exact if is_exact else members).append(one)
        self.at += 1
        return _Class("".join(members), "".join(exact), is_negative, without)

    def _member(self) -> tuple[str, bool]:
        """Return one part of a class, and whether the flag i does not touch it."""
        start = self.at
        low = self._class_character()
        if low[1] is not None:
            return low[1], low[0] == "p"
        follows = self.pattern[self.at : self.at + 2]
        if len(follows) == 2 and follows[0] == "-" and follows[1] not in "][":
            self.at += 1
            high = self._class_character()
            if high[1] is not None or high[0] < low[0]:
                shown = self.pattern[start : self.at]
                raise PatternError(start, f"'{shown}' is no range", r"write '\-' for the character")
            return f"{re.escape(low[0])}-{re.escape(high[0])}", False
        return re.escape(low[0]), False

    def _class_character(self) -> tuple[str, str | None]:
        """Return a character and None, or the letter of an escape and the set that it means."""
        start, sign = self.at, self.pattern[self.at]
        self.at += 1
        if sign != "\\":
            return sign, None
        sign = self.pattern[self.at : self.at + 1]
        self.at += 1
        if sign and sign in "pP":
            return "p", self._category(start, sign == "P")
        if sign in _SETS:
            return sign, _SETS[sign]
        return self._single(start, sign), None

    def _written(self, one: _Class) -> str:
        """Return a class as an expression for one character."""
        exact = f"(?-i:[{one.exact}])" if "i" in self.flags else f"[{one.exact}]"
        if one.members and one.exact and "i" in self.flags:
            text = f"(?:[{one.members}]|{exact})"
        elif "i" in self.flags and one.exact:
            text = exact
        else:
            text = f"[{one.members}{one.exact}]"
        if one.is_negative:
            text = f"(?!{text}){_ANY}"
        if one.without is not None:
            text = f"(?!{self._written(one.without)}){text}"
        return f"(?:{text})" if text[:1] == "(" else text
