"""SPARQL as text: what a query is, before an engine sees it.

Not a parser: it knows strings, IRIs and comments, so that a keyword inside one of them is not taken for a keyword.
Grammar: SPARQL 1.1 Query Language, section 19.8.
"""

import re
from collections.abc import Iterator

from imaging_trials.errors import ImtError
from imaging_trials.terms import PREFIXES

QUERY_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATE_FORMS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})

MOST_BYTES = 4_000_000
"""A query text above this is no query but a mistake in the file name."""

DEEPEST = 500
MOST_OPERATORS = 5000
"""The engine recurses over brackets and operators and overflows its stack (no exception, the process dies) at some
2500 brackets in one another and between 2500 and 10000 operators in a row; we refuse well before that."""

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>"{3}(?:"{0,2}(?:[^"\\]|\\.))*"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<variable>[?$]\w+)
    | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?|_)?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\.)?(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*)
    | (?P<number>[0-9][0-9.eE]*)
    | (?P<bracket>[{}()\[\]])
    | (?P<operator>[!+*/|&=<>^-])
    | (?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL,
)


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

    Raises ImtError for what is refused: no query at all, an update, what would bring down the engine, characters that
    no file can hold, and, on the embedded engine, SERVICE, since that engine does not go to the network.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise ImtError(f"The query holds a broken character at position {error.start}: write it in UTF-8.") from None
    if size > MOST_BYTES:
        raise ImtError(f"The query has {size:,} bytes, and the most a query may have is {MOST_BYTES:,}.")
    first = form(text)
    if not first:
        raise ImtError("There is no query in this text: write SPARQL, such as 'SELECT * WHERE { ?s ?p ?o } LIMIT 10'.")
    if first in UPDATE_FORMS:
        raise ImtError(f"{first} is a SPARQL update, and here the graph is only read: use SELECT, ASK or CONSTRUCT.")
    depth = operators = 0
    for kind, word, _ in tokens(text):
        if kind == "bracket":
            depth += 1 if word in "{([" else -1
        elif kind in {"operator", "word"}:
            operators += 1
            if embedded and kind == "word" and word.upper() == "SERVICE":
                raise ImtError(
                    "SERVICE asks another server, and the embedded engine does not use the network: "
                    "send the query to a server with --endpoint URL, or leave SERVICE out."
                )
        if depth > DEEPEST or operators > MOST_OPERATORS:
            raise ImtError(
                f"The query is too large for the engine (more than {DEEPEST} brackets in one another, or more than "
                f"{MOST_OPERATORS} operators): put lists of values into VALUES."
            )
    return first


def names_its_dataset(text: str) -> bool:
    """Tell whether a query says by FROM or FROM NAMED what it is asked over."""
    for kind, word, _ in tokens(text):
        if kind == "bracket" and word == "{" and form(text) != "CONSTRUCT":
            return False
        if kind == "word" and word.upper() == "FROM":
            return True
    return False


def declared_prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a query declares, with their namespaces."""
    found: dict[str, str] = {}
    before = ["", ""]
    for kind, word, _ in tokens(text):
        if kind == "iri" and before[0].upper() == "PREFIX" and before[1].endswith(":"):
            found[before[1][:-1]] = word[1:-1]
        before = [before[1], word]
    return found


def with_prefixes(text: str) -> str:
    """Return a query with a PREFIX line for each house prefix that it uses and does not declare.

    One a line: some parsers take the ``#`` of a namespace for a comment where a keyword follows on the same line.
    """
    used = {word.partition(":")[0] for kind, word, _ in tokens(text) if kind == "name"}
    missing = sorted((used - declared_prefixes(text).keys()) & PREFIXES.keys())
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in missing) + text


def syntax_sentence(text: str, error: SyntaxError, where: str = "The query") -> str:
    """Return the engine's syntax error as one sentence with line, column and what stands there."""
    found = re.match(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
    if not found:
        return f"{where} is no valid SPARQL: {_first_line(str(error))}."
    line, column, expected = int(found[1]), int(found[2]), found[3]
    lines = text.split("\n")
    row = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    place = f"{where} cannot be read at line {line}, column {column}"
    if "Prefix not found" in expected:
        name = re.search(r"([\w.-]*):[^\s:]*$", row[: column - 1])
        prefix = f"'{name[1]}:'" if name else "a prefix"
        return f"{place}: {prefix} is declared nowhere and is none of the house's; write a PREFIX line for it."
    rest = row[column - 1 :].strip()
    near = f"before '{rest[:30]}'" if rest else "at the end of the line" if line < len(lines) else "at the end"
    if "\n" not in expected and len(expected) <= 120 and "[_]" not in expected:
        return f"{place}, {near}: {expected}."
    return f"{place}, {near}: look for a misspelt keyword, an open bracket or a missing full stop."


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[0][:200].rstrip(".")
