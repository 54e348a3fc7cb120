"""Checks of a SPARQL text before it is parsed: its form, size, SERVICE, FROM and prefixes.

The parser is `syntax`. This module only splits a text into tokens, which distinguish strings, IRIs and comments from
keywords in any text, valid or not, so that a text can be refused before it is parsed. Grammar: SPARQL 1.1 Query
Language, section 19.8.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from rdfkit.base import UserError

QUERY_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATE_FORMS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})

MAX_QUERY_BYTES = 4_000_000
"""A larger text is most likely not a query but a wrong file name."""

MAX_NESTING_DEPTH = 500
MAX_OPERATORS = 5000
"""The engine recurses over brackets and operators. Its stack overflows (no exception: the process ends) at about 2500
nested brackets and between 2500 and 10000 operators in a row; the limits are well below that."""

MAX_NESTED_STRING_FUNCTIONS = 10
"""Oxigraph's parser takes twice the time for each SUBSTR, REGEX or REPLACE in another: hours at thirty (0.5.13)."""

MAX_PREFIX_CHARACTERS = 200
"""Longer prefixes are refused, because the time to tokenize them grows with the square of the length of the text."""

# Names may contain letters, digits, _ and everything outside ASCII (engines reject what of that is not a letter).
# The classes list the characters that are excluded, because Python compiles that ten times faster. The suffix of each
# class names which of . : - it also includes.
_NO = r"\[-^`{-\x7f"
_LETTER = rf"[^\x00-@{_NO}_]"
_WORD = rf"[^\x00-/:-@{_NO}]"
_WORD_DASH = rf"[^\x00-,./:-@{_NO}]"
_WORD_DASH_DOT = rf"[^\x00-,/:-@{_NO}]"
_WORD_DASH_COLON = rf"[^\x00-,./;-@{_NO}]"
_WORD_DASH_DOT_COLON = rf"[^\x00-,/;-@{_NO}]"
_PREFIX = rf"(?:{_LETTER}(?:{_WORD_DASH_DOT}{{0,{MAX_PREFIX_CHARACTERS}}}{_WORD_DASH})?|_)?:"
_LOCAL = rf"(?:{_WORD_DASH_COLON}|%[0-9A-Fa-f]{{2}}|\\.)?(?:{_WORD_DASH_DOT_COLON}|%[0-9A-Fa-f]{{2}}|\\.)*"
_IRI = r"""<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>"""
_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri>{_IRI})
    | (?P<string>"{{3}}(?:"{{0,2}}(?:[^"\\]|\\.))*"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<variable>[?$]{_WORD}+)
    | (?P<name>{_PREFIX}{_LOCAL})
    | (?P<word>[A-Za-z][A-Za-z0-9_]*)
    | (?P<number>[0-9][0-9.eE]*)
    | (?P<bracket>[{{}}()\[\]])
    | (?P<operator>[!+*/|&=<>^-])
    | (?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL,
)

_RUN = re.compile(rf"{_WORD_DASH_DOT}{{{MAX_PREFIX_CHARACTERS},}}+")
_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*(?![^\r\n]))*"
_CLAUSE = "".join(f"[{letter}{letter.upper()}]" for letter in "service")  # (?i) compiles ten times slower
_SILENT = "".join(f"[{letter}{letter.upper()}]" for letter in "silent")
_SERVICE = re.compile(
    rf"(?s)(?:[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])?{_CLAUSE}{_GAP}(?:{_SILENT}{_GAP})?"
    rf"(?:[?$]{_WORD}+|{_IRI}|{_PREFIX}{_LOCAL}){_GAP}\{{"
)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_DOUBLING = frozenset({"SUBSTR", "REGEX", "REPLACE"})
_OPERANDS = frozenset({"iri", "string", "language", "variable", "name", "number"})


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, text, offset) of each token of a query, without comments."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "comment":
            yield match.lastgroup, match.group(), match.start()


def form(text: str) -> str:
    """Return the first keyword after the prologue in capitals (``SELECT``, ``INSERT`` …), or "" if there is none."""
    for kind, word, _ in tokens(text):
        if kind == "word" and word.upper() not in {"PREFIX", "BASE", "VERSION"}:
            return word.upper()
    return ""


def check(text: str, *, embedded: bool = True) -> str:
    """Return the form of a query from a user (``SELECT``, ``ASK``, ``CONSTRUCT``, ``DESCRIBE``).

    Raises UserError for a text without a query, an update, a query that would crash the engine, characters that UTF-8
    cannot encode, and, if ``embedded``, for SERVICE, because the embedded engine does not use the network.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise UserError(f"The query holds a broken character at position {error.start}: write it in UTF-8.") from None
    if size > MAX_QUERY_BYTES:
        raise UserError(f"The query has {size:,} bytes; the limit is {MAX_QUERY_BYTES:,}.")
    first = form(text)
    if not first:
        raise UserError("There is no query in this text: write SPARQL, such as 'SELECT * WHERE { ?s ?p ?o } LIMIT 10'.")
    if first in UPDATE_FORMS:
        raise UserError(f"{first} is a SPARQL update, but the graph is read-only here: use SELECT, ASK or CONSTRUCT.")
    refuse_long_prefixes(text)
    refuse_what_is_too_large(tokens(text))
    if embedded and asks_another_server(text):
        raise UserError(
            "SERVICE asks another server, and the embedded engine does not use the network: "
            "send the query to a server with --endpoint URL, or leave SERVICE out."
        )
    return first


def refuse_long_prefixes(text: str) -> None:
    """Raise UserError if a prefix is too long to tokenize in time; call it before `tokens`."""
    if any(text[run.end() : run.end() + 1] == ":" for run in _RUN.finditer(text)):
        raise UserError(f"The query has a prefix of more than {MAX_PREFIX_CHARACTERS} characters: use a shorter one.")


def refuse_what_is_too_large(words: Iterable[tuple[str, str, int]]) -> None:
    """Raise UserError if these tokens have more nested brackets or more operators than a parser can process."""
    depth = operators = nested = 0
    before = ""
    doubling: list[bool] = []  # for each open bracket, whether it belongs to one of these functions
    for kind, word, _ in words:
        if kind == "bracket":
            depth += 1 if word in "{([" else -1
            if word in "{([":
                doubling.append(before in _DOUBLING)
                nested += doubling[-1]
            elif doubling:
                nested -= doubling.pop()
            if nested > MAX_NESTED_STRING_FUNCTIONS:
                raise UserError(
                    f"The query has more than {MAX_NESTED_STRING_FUNCTIONS} calls of SUBSTR, REGEX and REPLACE in each "
                    "other: name the inner ones with BIND."
                )
        elif kind in {"operator", "word"}:
            operators += 1
        before = word.upper() if kind == "word" else ""
        if depth > MAX_NESTING_DEPTH or operators > MAX_OPERATORS:
            raise UserError(
                f"The query is too large for the engine (more than {MAX_NESTING_DEPTH} nested brackets, or more than "
                f"{MAX_OPERATORS} operators): put lists of values into VALUES."
            )


def names_its_dataset(text: str) -> bool:
    """Return whether a query names its dataset with FROM or FROM NAMED."""
    for kind, word, _ in tokens(text):
        if kind == "bracket" and word == "{" and form(text) != "CONSTRUCT":
            return False
        if kind == "word" and word.upper() == "FROM":
            return True
    return False


def asks_another_server(text: str) -> bool:
    """Return whether any engine could read a SERVICE clause, or the keyword ``SERVICE``, in a query.

    Engines differ in how they read adjacent tokens, and ``<`` as the start of an IRI or as a comparison, so `tokens`
    alone is not enough. Oxigraph, for example, accepts ``trueSERVICE<...>{}``, ``SERVICESILENTex:a{}`` and, as a
    comparison, ``(?a<?b)SERVICE?x#>``. SPARQL 1.1, section 19.2, lets an engine resolve ``\\u0053`` before it
    tokenizes: the resolved text is checked too.
    """
    resolved = _CODEPOINT.sub(_character, text)
    return any(map(_has_service, {text, resolved}))


def _has_service(text: str) -> bool:
    if "service" not in text.lower():
        return False
    if any(kind == "word" and word.upper() == "SERVICE" for kind, word, _ in tokens(text)):
        return True
    return any(_SERVICE.match(text, start) for kind, start in _every_reading(text) if kind in {"word", "name"})


def _every_reading(text: str) -> Iterator[tuple[str, int]]:
    """Yield (kind, offset) of the tokens of a text, after an operand with ``<`` read both ways."""
    seen: set[tuple[int, bool]] = set()
    waiting = [(0, False)]
    while waiting:
        at, operand = waiting.pop()
        match = _TOKEN.search(text, at)
        if match is None or (match.start(), operand) in seen:
            continue
        seen.add((match.start(), operand))
        kind = match.lastgroup or "other"
        yield kind, match.start()
        if kind == "comment":
            waiting.append((match.end(), operand))
            continue
        if kind == "iri" and operand:
            waiting.append((match.start() + 1, False))
        waiting.append(
            (match.end(), kind in _OPERANDS or match.group().lower().endswith((")", "]", ">", "true", "false")))
        )


def _character(escape: "re.Match[str]") -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code < 0x110000 else escape[0]


def dataset_iris(text: str) -> list[str] | None:
    """Return the IRIs after FROM and FROM NAMED in a query, or None if it has neither.

    A prefixed name is expanded with the query's own prefixes; one whose prefix is not declared is returned unchanged.
    """
    found: list[str] = []
    prefixes = declared_prefixes(text)
    base = ""
    before = ""
    for kind, token, _ in tokens(text):
        if kind == "iri" and before == "BASE":
            base = token[1:-1]
        elif kind in {"iri", "name"} and before.endswith(("FROM", "FROMNAMED", "FROM NAMED")):
            found.append(_expanded(token, prefixes, base))
        before = f"{before} NAMED" if before.endswith("FROM") and token.upper() == "NAMED" else token.upper()
        before = before if kind == "word" else ""
    return found or None


def _expanded(token: str, prefixes: dict[str, str], base: str) -> str:
    from urllib.parse import urljoin

    if token.startswith("<"):
        iri = _CODEPOINT.sub(_character, token[1:-1])
        try:
            return urljoin(base, iri)
        except ValueError:  # a bracket in the host name: the engine reports it
            return iri
    prefix, _, local = token.partition(":")
    return prefixes[prefix] + local.replace("\\", "") if prefix in prefixes else token


def declared_prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a query declares, with their namespaces."""
    found: dict[str, str] = {}
    before = ["", ""]
    for kind, word, _ in tokens(text):
        if kind == "iri" and before[0].upper() == "PREFIX" and before[1].endswith(":"):
            found[before[1][:-1]] = word[1:-1]
        before = [before[1], word]
    return found


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """Return a query with a PREFIX line for each of the prefixes that it uses and does not declare.

    Each has its own line: some parsers read the ``#`` of a namespace as a comment if a keyword follows on the line.
    """
    used = {word.partition(":")[0] for kind, word, _ in tokens(text) if kind == "name"}
    missing = sorted((used - declared_prefixes(text).keys()) & prefixes.keys())
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in missing) + text


def syntax_sentence(text: str, error: SyntaxError, where: str = "The query", *, project_prefixes: bool = True) -> str:
    """Return the engine's syntax error as one sentence with line, column and the text at that place.

    ``project_prefixes`` says whether the prefixes of the project were available without a declaration.
    """
    from rdfkit.base import visible

    found = re.match(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
    if not found:
        return f"{where} is not valid SPARQL: {visible(_first_line(str(error)))}."
    line, column, expected = int(found[1]), int(found[2]), found[3]
    lines = text.split("\n")
    row = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    place = f"{where} cannot be read at line {line}, column {column}"
    if "Prefix not found" in expected:
        before, colon, local = row[: column - 1].rpartition(":")
        # Matched backwards from the colon, which is linear; a search for the end would start at each character.
        name = re.match(r"[\w.-]*+", before[::-1])
        prefix = f"'{name[0][::-1]}:'" if name and colon and not re.search(r"\s", local) else "a prefix"
        ours = " and is not a prefix of the project" if project_prefixes else ""
        return f"{place}: {prefix} is not declared{ours}; write a PREFIX line for it."
    rest = visible(row[column - 1 :].strip()[:30])
    near = f"before '{rest}'" if rest else "at the end of the line" if line < len(lines) else "at the end"
    if "\n" not in expected and len(expected) <= 120 and "[_]" not in expected:
        return f"{place}, {near}: {expected}."
    return f"{place}, {near}: look for a misspelled keyword, an open bracket or a missing full stop."


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0][:200].rstrip(".")
