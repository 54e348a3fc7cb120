"""A text as words and radionuclides, each with its place: what the matching of agents looks at.

Notations of a nuclide are those that `nuclide_notation` normalizes; here their places are kept. Signs outside ASCII
become what they mean: a dash, the digits of a raised number, the name of a Greek letter.
"""

import re
from typing import NamedTuple
from unicodedata import combining
from unicodedata import normalize as normal_form

from imaging_trials.model import nuclide_notation

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ω": "omega",
}  # fmt: skip
GREEK_NAMES = frozenset(GREEK.values())

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SIGNS = {**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("®™©℠", ""), **dict.fromkeys("’‘′", "'"), **GREEK, "ᵐ": "m"}
_OTHER = "."  # a sign that no name has: it parts phrases
_TOKEN = re.compile(r"</?su[bp]>|[A-Za-z]+|[0-9]+")
_RAISED = frozenset(("", "-", ")", "]", "^", "}", ")-", "]-", "^-"))
"""What may be between the mass number and the symbol behind it."""

_BEHIND = frozenset(("", "-", " ", "(", " (", " -", "- ", "^", "-("))
"""What may be between a symbol, or the name of an element, and the mass number behind it."""

_SPACED = frozenset((" ", " (", ""))
TIED = -1
_MAX_MASS_DIGITS = 3
_SYMBOLS = frozenset(nuclide_notation.SYMBOLS)
_MEDICAL_FOLDED = {nuclide.lower(): nuclide for nuclide in nuclide_notation.MEDICAL}
ELEMENTS = dict(zip(nuclide_notation.NAMES, nuclide_notation.SYMBOLS, strict=True)) | {
    "aluminum": "Al",
    "cesium": "Cs",
    "sulphur": "S",
}
_LETTERS_ONLY = str.maketrans(
    {chr(code): chr(code).lower() if chr(code).isascii() and chr(code).isalpha() else " " for code in range(128)}
)


class Item(NamedTuple):
    """A word (``nuclide`` is "") or a radionuclide such as ``18F`` of a text, and its place in the text as given.

    ``word`` is in lower case; ``gap`` is what is between the item before and this one, with other dashes as ``-``.
    """

    word: str
    raw: str
    start: int
    end: int
    gap: str
    nuclide: str = ""


def folded(text: str) -> str:
    """Return a text in ASCII, for looking up words.

    >>> folded("16α–[¹⁸F]"), folded("Sjögreen")
    ('16alpha-[18F]', 'Sjogreen')
    """
    return text if text.isascii() else _NOT_ASCII.sub(lambda found: _plain(found[0]), text)


def words_of(text: str) -> list[str]:
    """Return the runs of letters of a text in lower case."""
    return folded(text).translate(_LETTERS_ONLY).split()


def _plain(sign: str) -> str:
    if (found := _SIGNS.get(sign)) is not None:
        return found
    decomposed = "".join(one for one in normal_form("NFKD", sign) if not combining(one))
    if decomposed.isascii():
        return decomposed  # "" for a combining sign itself
    return "".join(_SIGNS.get(one, one if one.isascii() else _OTHER) for one in decomposed)


def plain_items(text: str) -> list[Item]:
    """Return the words and numbers of a text in their order, without nuclides; tags of raised text are no gap."""
    places: list[int] | None = None
    plain = text
    if not text.isascii():
        parts = [one if one.isascii() else _plain(one) for one in text]
        plain = "".join(parts)
        places = [at for at, part in enumerate(parts) for _ in part]
    lower = plain.lower()
    found = []
    before, done = "", 0
    for one in _TOKEN.finditer(plain):
        start, end = one.span()
        gap = before + plain[done:start] if before else plain[done:start]
        done = end
        if plain[start] == "<":
            before = gap
            continue
        before = ""
        word, raw = lower[start:end], plain[start:end]
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        found.append(Item(word, raw, start, end, gap))
    return found


def items(text: str, glued: dict[str, int]) -> list[Item]:
    """Return the words and radionuclides of a text in their order.

    ``glued`` has runs of letters that begin with the symbol of a nuclide, such as ``gapsma`` and ``fdg``, and how many
    of their letters are the symbol alone: 18FDG is FDG with fluorine-18, 68GaPSMA is PSMA with gallium-68. It is `TIED`
    for letters that a nuclide may follow without a gap: Na18F.
    """
    tokens = plain_items(text)
    made: list[Item] = []
    at = 0
    while at < len(tokens):
        one = tokens[at]
        is_tied = at > 0 and one.gap == "" and glued.get(tokens[at - 1].raw.lower()) == TIED
        nuclide, size = _mass_first(tokens, at) if is_tied and one.raw.isdigit() else _nuclide_at(tokens, at)
        if nuclide:
            _add_nuclide(made, nuclide, tokens[at], tokens[at + size - 1])
            at += size
        elif found := _glued_at(tokens, at, glued):
            nuclide, letters = found
            behind = tokens[at + 1]
            made.append(Item("", one.raw, one.start, behind.start + letters, one.gap, nuclide))
            raw = behind.raw[letters:]
            made.append(Item(raw.lower(), raw, behind.start + letters, behind.end, ""))
            at += 2
        else:
            made.append(one)
            at += 1
    return made


def _add_nuclide(made: list[Item], nuclide: str, first: Item, last: Item) -> None:
    """Add a nuclide, without names of its element and notations of the same nuclide directly before it."""
    start, gap = first.start, first.gap
    symbol = nuclide.lstrip("0123456789").removeprefix("m") if nuclide[-1] != "m" else nuclide
    while made and gap in _SPACED and (made[-1].nuclide == nuclide or ELEMENTS.get(made[-1].word) == symbol):
        before = made.pop()
        start, gap = before.start, before.gap
    made.append(Item("", "", start, last.end, gap, nuclide))


def _nuclide_at(tokens: list[Item], at: int) -> tuple[str, int]:
    """Return the nuclide that begins with a token and how many tokens it has, or ("", 0)."""
    one = tokens[at]
    if one.raw[0].isdigit():
        if at and one.gap == "" and tokens[at - 1].raw[-1].isalpha():
            return "", 0
        if at and one.gap == "." and tokens[at - 1].raw[-1].isdigit():
            return "", 0
        return _mass_first(tokens, at)
    if at and one.gap == "" and tokens[at - 1].raw[-1].isdigit():
        return "", 0
    return _symbol_first(tokens, at)


def _mass_first(tokens: list[Item], at: int) -> tuple[str, int]:
    mass = tokens[at].raw
    if len(mass) > _MAX_MASS_DIGITS or at + 1 == len(tokens):
        return "", 0
    size, meta, behind = 2, "", tokens[at + 1]
    gaps = _RAISED
    if behind.raw in ("m", "M") and behind.gap in ("", "(", "^") and at + 2 < len(tokens):
        meta, size, behind, gaps = "m", 3, tokens[at + 2], _RAISED | {" "}
    last = tokens[at + size] if at + size < len(tokens) else None
    goes_on = last is not None and last.gap == "" and last.raw[0].isdigit() and behind.gap != "-"
    if behind.gap not in gaps or goes_on:
        return "", 0
    symbol = behind.raw
    if not meta and len(symbol) > 1:
        for turned in (symbol, f"m{symbol[:-1]}" if symbol[-1] == "m" else ""):  # 99mTc, 99Tcm
            if turned[:1] in ("m", "M") and (found := _MEDICAL_FOLDED.get(f"{mass}{turned}".lower())):
                return found, size
    is_tied_behind = behind.gap == "-" and _symbol_first(tokens, at + size - 1)[0]
    # "PSMA-11-Li-6": the number behind the symbol is preferred
    found = "" if is_tied_behind else _nuclide(symbol, mass, meta, exactly=False)
    return (found, size) if found else ("", 0)


def _symbol_first(tokens: list[Item], at: int) -> tuple[str, int]:
    name = tokens[at].raw
    element = ELEMENTS.get(name.lower(), "")
    if (not element and len(name) > 2) or at + 1 == len(tokens):  # letters of a symbol
        return "", 0
    behind = tokens[at + 1]
    mass = behind.raw
    if behind.gap not in _BEHIND or not mass.isdigit() or len(mass) > _MAX_MASS_DIGITS:
        return "", 0
    size, meta = 2, ""
    if at + 2 < len(tokens) and tokens[at + 2].gap == "" and tokens[at + 2].raw[0].isalpha():
        if tokens[at + 2].raw not in ("m", "M"):
            return "", 0
        size, meta = 3, "m"
    is_bare = behind.gap in ("", " ")
    found = _nuclide(element or name, mass, meta, exactly=behind.gap == " " and not element)
    if is_bare and not element and found in ("1H", "2H", "3H", "12B"):
        return "", 0  # histone H3, an H2 blocker, vitamin B12
    return (found, size) if found else ("", 0)


def _nuclide(symbol: str, mass: str, meta: str, *, exactly: bool) -> str:
    symbol = ELEMENTS.get(symbol.lower(), symbol)
    if symbol in _SYMBOLS:
        return f"{int(mass)}{meta}{symbol}" if nuclide_notation.is_plausible(symbol, int(mass)) else ""
    return "" if exactly else _MEDICAL_FOLDED.get(f"{int(mass)}{meta}{symbol}".lower(), "")


def _glued_at(tokens: list[Item], at: int, glued: dict[str, int]) -> tuple[str, int] | None:
    """Return the nuclide, and the letters of the next token that are its symbol only, of such as 18FDG."""
    mass = tokens[at].raw
    if not mass.isdigit() or len(mass) > _MAX_MASS_DIGITS or at + 1 == len(tokens) or tokens[at + 1].gap:
        return None
    raw = tokens[at + 1].raw
    letters = glued.get(raw.lower())
    if letters is None or letters == TIED:
        return None
    for size in (letters,) if letters else (1, 2):
        if nuclide := _MEDICAL_FOLDED.get(f"{mass}{raw[:size]}".lower()):
            return nuclide, letters
    return None
