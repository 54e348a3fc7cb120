"""Other spellings of a SPARQL text, given as tokens, that keep its meaning (SPARQL 1.1, section 19)."""

import re
from random import Random

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_GAPS = (" ", " ", "\n", "\t", "  ", "\r\n", ' # a comment . } "\n', "\n#\n")
_STICKY = re.compile(r"[\w:.?$@<>=!&|^*+/\-\\%\"']")


def expanded(tokens: list[str], random: Random) -> list[str]:
    """Return tokens with some of the abbreviations ``;`` and ``,`` of triples written out."""
    made: list[str] = []
    depth, start, verb = 0, 0, 1
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        is_term = made[start:] and _is_term(made[start])
        if token == ";" and not depth and is_term and after not in {".", "}", ";", "]"} and random.randrange(2):
            made += [".", made[start]]
            start = len(made) - 1
            verb = start + 1
        elif token == "," and not depth and is_term and _is_verb(made[verb:]) and random.randrange(2):
            made += [";", made[verb]]
            verb = len(made) - 1
        else:
            made.append(token)
            verb = len(made) if token == ";" and not depth else verb
        depth += (token in {"(", "["}) - (token in {")", "]"})
        if token in {"{", "}"} or (token == "." and not depth) or (token == ")" and not depth and not is_term):
            start, depth = len(made), 0
            verb = start + 1
    return made


def _is_term(token: str) -> bool:
    return token[0] in "?$<" or (":" in token and token[0] not in "\"'")


def _is_verb(tokens: list[str]) -> bool:
    return len(tokens) > 1 and (_is_term(tokens[0]) or tokens[0] == "a") and tokens[1] not in {"/", "|", "*", "+", "?"}


def respelled(tokens: list[str], random: Random, prefixes: dict[str, str]) -> str:
    """Return tokens as a text in another spelling with the same meaning.

    Changed are the case of keywords, white space and comments, ``?`` and ``$``, quotation marks, prefixed names and
    ``a`` written out, characters written as code point escapes, and the abbreviations of triples.
    """
    tokens = expanded(tokens, random)
    made: list[str] = []
    declaring = False
    for token in tokens:
        declaring = declaring or token.upper() in {"PREFIX", "BASE"}
        made.append(
            token.swapcase()
            if declaring and token.upper() == "PREFIX"
            else token
            if declaring
            else _other(token, random, prefixes)
        )
        declaring = declaring and not token.startswith("<")
    text = ""
    for at, token in enumerate(made):
        text += token
        if at + 1 < len(made):
            text += _gap(token, made[at + 1], random)
    return text


def _gap(token: str, after: str, random: Random) -> str:
    """Return what is between two tokens: nothing where they stay apart."""
    if token + after in {"()", "[]"}:  # one token, which has no comment in it
        return random.choice(("", " ", "\n"))
    may_touch = token[-1] in "{}()[];," or after[0] in "{}()[];,"
    if after == "." and token[-1] not in ".?$":
        may_touch = True
    if token == "." and after[0] in "$?<}{[(":
        may_touch = True
    # A full stop after a name ends it, but only if no character of a name follows.
    if may_touch and random.randrange(100) < 60:
        return ""
    return random.choice(_GAPS)


def _other(token: str, random: Random, prefixes: dict[str, str]) -> str:  # noqa: PLR0911 - one for each kind
    if token[0] in "?$" and len(token) > 1:
        return random.choice("?$") + token[1:]
    if token == "a":
        return random.choice(("a", f"<{RDF}type>", "a"))
    if token[0] in "\"'":
        return _string(token, random)
    if _WORD.fullmatch(token):
        return "".join(random.choice((one.upper(), one.lower())) for one in token) if random.randrange(3) else token
    if token[0] == "<" and token[-1] == ">" and len(token) > 2:
        return _escaped(token, random)
    name, colon, local = token.partition(":")
    if colon and name in prefixes and re.fullmatch(r"[\w.-]*", local):
        kind = random.randrange(4)
        if kind == 0:
            return f"<{prefixes[name]}{local}>"
        return f"{name}:{_escaped(local, random)}" if kind == 1 else token
    return token


def _string(token: str, random: Random) -> str:
    match = re.fullmatch(r'("""|\'\'\'|"|\')(.*)\1', token, re.DOTALL)
    if match is None or re.search(r"[\\\"'\n\r]", match[2]):
        return token
    mark = random.choice(('"', "'", '"""', "'''"))
    return f"{mark}{_escaped(match[2], random)}{mark}"


def _escaped(text: str, random: Random) -> str:
    """Return a text with some letters as code point escapes (section 19.2)."""
    if random.randrange(3):
        return text
    escapes = (lambda one: f"\\u{ord(one):04x}", lambda one: f"\\U{ord(one):08X}")
    return "".join(random.choice(escapes)(one) if one.isalpha() and random.randrange(6) == 0 else one for one in text)
