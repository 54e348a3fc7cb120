"""What may be done with a SPARQL text that nobody has parsed yet: its form, its size, SERVICE, FROM and prefixes.

Not a parser, which is `syntax`. Its tokens tell strings, IRIs and comments from keywords in any text, valid or not, so
that a text can be refused before a parser sees it. Grammar: SPARQL 1.1 Query Language, section 19.8.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from rdfkit.base import UserError

QUERY_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATE_FORMS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})

MOST_BYTES = 4_000_000
"""A query text above this is no query but a mistake in the file name."""

DEEPEST = 500
MOST_OPERATORS = 5000
"""The engine recurses over brackets and operators and overflows its stack (no exception, the process dies) at some
2500 brackets in one another and between 2500 and 10000 operators in a row; we refuse well before that."""

LONGEST_PREFIX = 200
"""A prefix above this is refused, since reading such names would take time that grows with the square of the text."""

# Names may hold letters, digits, _ and all that is not ASCII (engines end the query at what of that is no letter).
# Written as what they may not hold, which Python compiles ten times faster. After each: what of . : - is allowed too.
_NO = r"\[-^`{-\x7f"
_LETTER = rf"[^\x00-@{_NO}_]"
_WORD = rf"[^\x00-/:-@{_NO}]"
_WORD_DASH = rf"[^\x00-,./:-@{_NO}]"
_WORD_DASH_DOT = rf"[^\x00-,/:-@{_NO}]"
_WORD_DASH_COLON = rf"[^\x00-,./;-@{_NO}]"
_WORD_DASH_DOT_COLON = rf"[^\x00-,/;-@{_NO}]"
_PREFIX = rf"(?:{_LETTER}(?:{_WORD_DASH_DOT}{{0,{LONGEST_PREFIX}}}{_WORD_DASH})?|_)?:"
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

_RUN = re.compile(rf"{_WORD_DASH_DOT}{{{LONGEST_PREFIX},}}+")
_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*(?![^\r\n]))*"
_CLAUSE = "".join(f"[{letter}{letter.upper()}]" for letter in "service")  # (?i) compiles ten times slower
_SILENT = "".join(f"[{letter}{letter.upper()}]" for letter in "silent")
_SERVICE = re.compile(
    rf"(?s)(?:[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])?{_CLAUSE}{_GAP}(?:{_SILENT}{_GAP})?"
    rf"(?:[?$]{_WORD}+|{_IRI}|{_PREFIX}{_LOCAL}){_GAP}\{{"
)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPERANDS = frozenset({"iri", "string", "language", "variable", "name", "number"})


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, text, offset) of each token of a query that is no comment."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "comment":
            yield match.lastgroup, match.group(), match.start()


def form(text: str) -> str:
    """Return the first keyword after the prologue in capitals (``SELECT``, ``INSERT`` …), or "" where there is none."""
    for kind, word, _ in tokens(text):
        if kind == "word" and word.upper() not in {"PREFIX", "BASE", "VERSION"}:
            return word.upper()
    return ""


def check(text: str, *, embedded: bool = True) -> str:
    """Return the form of a query that somebody typed (``SELECT``, ``ASK``, ``CONSTRUCT``, ``DESCRIBE``).

    Raises UserError for what is refused: no query at all, an update, what would bring down the engine, characters that
    no file can hold, and, on the embedded engine, SERVICE, since that engine does not go to the network.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise UserError(f"The query holds a broken character at position {error.start}: write it in UTF-8.") from None
    if size > MOST_BYTES:
        raise UserError(f"The query has {size:,} bytes, and the most a query may have is {MOST_BYTES:,}.")
    first = form(text)
    if not first:
        raise UserError("There is no query in this text: write SPARQL, such as 'SELECT * WHERE { ?s ?p ?o } LIMIT 10'.")
    if first in UPDATE_FORMS:
        raise UserError(f"{first} is a SPARQL update, and here the graph is only read: use SELECT, ASK or CONSTRUCT.")
    refuse_long_prefixes(text)
    refuse_what_is_too_large(tokens(text))
    if embedded and asks_another_server(text):
        raise UserError(
            "SERVICE asks another server, and the embedded engine does not use the network: "
            "send the query to a server with --endpoint URL, or leave SERVICE out."
        )
    return first


def refuse_long_prefixes(text: str) -> None:
    """Raise UserError for a prefix that takes too long to read; to be called before `tokens`."""
    if any(text[run.end() : run.end() + 1] == ":" for run in _RUN.finditer(text)):
        raise UserError(f"The query holds a name of more than {LONGEST_PREFIX} letters before ':': take a shorter one.")


def refuse_what_is_too_large(words: Iterable[tuple[str, str, int]]) -> None:
    """Raise UserError for more brackets or operators, among these tokens, than a parser can bear."""
    depth = operators = 0
    for kind, word, _ in words:
        if kind == "bracket":
            depth += 1 if word in "{([" else -1
        elif kind in {"operator", "word"}:
            operators += 1
        if depth > DEEPEST or operators > MOST_OPERATORS:
            raise UserError(
                f"The query is too large for the engine (more than {DEEPEST} brackets in one another, or more than "
                f"{MOST_OPERATORS} operators): put lists of values into VALUES."
            )


def names_its_dataset(text: str) -> bool:
    """Tell whether a query says by FROM or FROM NAMED what it is asked over."""
    for kind, word, _ in tokens(text):
        if kind == "bracket" and word == "{" and form(text) != "CONSTRUCT":
            return False
        if kind == "word" and word.upper() == "FROM":
            return True
    return False


def asks_another_server(text: str) -> bool:
    """Tell whether any engine could read a SERVICE clause in a query, or ``SERVICE`` as a word of its own.

    Engines differ where tokens touch or ``<`` may open an IRI or compare, so the plain reading by `tokens` is not
    enough. Oxigraph, for one, takes ``trueSERVICE<...>{}``, ``SERVICESILENTex:a{}`` and, as a comparison,
    ``(?a<?b)SERVICE?x#>``. SPARQL 1.1, section 19.2, lets an engine resolve ``\\u0053`` before all else: that reading
    counts too.
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


def graphs_asked(text: str) -> list[str] | None:
    """Return the IRIs after FROM and FROM NAMED in a query, or None where it has none of these.

    A prefixed name is written out by the query's own prefixes; one that is not declared stays as it is.
    """
    found: list[str] = []
    prefixes = declared_prefixes(text)
    base = ""
    before = ""
    for kind, token, _ in tokens(text):
        if kind == "iri" and before == "BASE":
            base = token[1:-1]
        elif kind in {"iri", "name"} and before.endswith(("FROM", "FROMNAMED", "FROM NAMED")):
            found.append(_written_out(token, prefixes, base))
        before = f"{before} NAMED" if before.endswith("FROM") and token.upper() == "NAMED" else token.upper()
        before = before if kind == "word" else ""
    return found or None


def _written_out(token: str, prefixes: dict[str, str], base: str) -> str:
    from urllib.parse import urljoin

    if token.startswith("<"):
        iri = _CODEPOINT.sub(_character, token[1:-1])
        try:
            return urljoin(base, iri)
        except ValueError:  # a bracket in the host's name: the engine will say so
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

    One a line: some parsers take the ``#`` of a namespace for a comment where a keyword follows on the same line.
    """
    used = {word.partition(":")[0] for kind, word, _ in tokens(text) if kind == "name"}
    missing = sorted((used - declared_prefixes(text).keys()) & prefixes.keys())
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in missing) + text


def syntax_sentence(text: str, error: SyntaxError, where: str = "The query", *, house: bool = True) -> str:
    """Return the engine's syntax error as one sentence with line, column and what stands there.

    ``house``: the house's prefixes need not be declared where this text was asked.
    """
    from rdfkit.base import visible

    found = re.match(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
    if not found:
        return f"{where} is no valid SPARQL: {visible(_first_line(str(error)))}."
    line, column, expected = int(found[1]), int(found[2]), found[3]
    lines = text.split("\n")
    row = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    place = f"{where} cannot be read at line {line}, column {column}"
    if "Prefix not found" in expected:
        before, colon, local = row[: column - 1].rpartition(":")
        # Matched backwards from the colon, which is linear; a search for the end would start at each character.
        name = re.match(r"[\w.-]*+", before[::-1])
        prefix = f"'{name[0][::-1]}:'" if name and colon and not re.search(r"\s", local) else "a prefix"
        ours = " and is none of the house's" if house else ""
        return f"{place}: {prefix} is declared nowhere{ours}; write a PREFIX line for it."
    rest = visible(row[column - 1 :].strip()[:30])
    near = f"before '{rest}'" if rest else "at the end of the line" if line < len(lines) else "at the end"
    if "\n" not in expected and len(expected) <= 120 and "[_]" not in expected:
        return f"{place}, {near}: {expected}."
    return f"{place}, {near}: look for a misspelt keyword, an open bracket or a missing full stop."


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0][:200].rstrip(".")
