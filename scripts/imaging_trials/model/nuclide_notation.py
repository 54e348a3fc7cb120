"""Normalize radionuclide notations: the many ways to write one nuclide.

``(18)F``, ``18F``, ``F-18``, ``[18F]``, ``¹⁸F``, ``^18^F``, ``18-F``, ``F 18``, ``fluorine-18`` and ``Fluorine F 18``
all become ``18F``; ``Tc-99m``, ``99Tcm`` and ``technetium Tc 99m`` become ``99mTc``. Symbols are those of IUPAC.

Text that only looks like a nuclide is not changed: a symbol with more letters (``PSMA-11``), a mass that the element
cannot have (``S-100``, ``p53``, ``MIRD 26``), wrong capitals (``CD105``) unless the nuclide is in medical use
(``TC-99M``, ``f18``), and a letter with a number that usually means something else (``H2``, ``vitamin B12``).
"""

import re
from collections.abc import Callable
from unicodedata import combining
from unicodedata import normalize as normal_form

_ELEMENTS = """
H-hydrogen He-helium Li-lithium Be-beryllium B-boron C-carbon N-nitrogen O-oxygen F-fluorine Ne-neon Na-sodium
Mg-magnesium Al-aluminium Si-silicon P-phosphorus S-sulfur Cl-chlorine Ar-argon K-potassium Ca-calcium Sc-scandium
Ti-titanium V-vanadium Cr-chromium Mn-manganese Fe-iron Co-cobalt Ni-nickel Cu-copper Zn-zinc Ga-gallium Ge-germanium
As-arsenic Se-selenium Br-bromine Kr-krypton Rb-rubidium Sr-strontium Y-yttrium Zr-zirconium Nb-niobium Mo-molybdenum
Tc-technetium Ru-ruthenium Rh-rhodium Pd-palladium Ag-silver Cd-cadmium In-indium Sn-tin Sb-antimony Te-tellurium
I-iodine Xe-xenon Cs-caesium Ba-barium La-lanthanum Ce-cerium Pr-praseodymium Nd-neodymium Pm-promethium Sm-samarium
Eu-europium Gd-gadolinium Tb-terbium Dy-dysprosium Ho-holmium Er-erbium Tm-thulium Yb-ytterbium Lu-lutetium Hf-hafnium
Ta-tantalum W-tungsten Re-rhenium Os-osmium Ir-iridium Pt-platinum Au-gold Hg-mercury Tl-thallium Pb-lead Bi-bismuth
Po-polonium At-astatine Rn-radon Fr-francium Ra-radium Ac-actinium Th-thorium Pa-protactinium U-uranium Np-neptunium
Pu-plutonium Am-americium Cm-curium Bk-berkelium Cf-californium Es-einsteinium Fm-fermium Md-mendelevium No-nobelium
Lr-lawrencium
"""

SYMBOLS = tuple(element.partition("-")[0] for element in _ELEMENTS.split())
"""Symbols of the elements up to lawrencium, by atomic number from 1."""

NAMES = tuple(element.partition("-")[2] for element in _ELEMENTS.split())
"""English names of the elements in the same order (IUPAC spelling)."""

_NUMBER = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
_BY_NAME = dict(zip(NAMES, SYMBOLS, strict=True)) | {"aluminum": "Al", "cesium": "Cs", "sulphur": "S"}

_MEDICAL = """
11C 14C 13N 15O 18F 22Na 24Na 32P 33P 35S 42K 45Ca 47Ca 43Sc 44Sc 47Sc 45Ti 51Cr 52Mn 52Fe 59Fe 55Co 57Co 58Co 60Co
60Cu 61Cu 62Cu 64Cu 67Cu 62Zn 63Zn 65Zn 66Ga 67Ga 68Ga 68Ge 72As 75Se 76Br 77Br 81mKr 82Rb 82Sr 85Sr 89Sr 90Sr 86Y 88Y
90Y 89Zr 90Nb 99Mo 94mTc 99mTc 97Ru 103Pd 111Ag 111In 113mIn 117mSn 120I 123I 124I 125I 131I 127Xe 133Xe 131Cs 137Cs
131Ba 153Sm 149Tb 152Tb 155Tb 161Tb 165Er 169Er 166Ho 169Yb 175Yb 177Lu 186Re 188Re 188W 191Pt 192Ir 198Au 199Au 197Hg
201Tl 203Pb 212Pb 212Bi 213Bi 211At 223Ra 224Ra 225Ac 226Th 227Th 230U 241Am
"""
MEDICAL = frozenset(_MEDICAL.split())
"""Nuclides in medical use: these are also recognized without correct capitals."""

_PARTS = re.compile(r"([0-9]{1,3}m?)([A-Z][a-z]?)")
_MASS_AND_SYMBOL = {nuclide: (found[1], found[2].lower()) for nuclide in MEDICAL if (found := _PARTS.match(nuclide))}

MAX_READ_CHARACTERS = 200
"""How many characters of a text `readings` looks at: longer than any name of an agent."""

_LOOKALIKES = frozenset({"1H", "2H", "3H", "12B"})
"""Not recognized if the number follows the symbol without a hyphen: histone H3, an H2 blocker, vitamin B12."""

_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹ᵐM", "0123456789mm")

_SIGNS = str.maketrans({**dict.fromkeys("®™©℠"), "α": "alpha", "β": "beta", "γ": "gamma"})
"""Signs of trademarks do not count, and Greek letters are written out, as in systematic names."""

_DASHES = "-‐‑‒–—−"
_GAPS = _DASHES + " \t\n\r\f\v\u00a0\u2007\u2009\u200a\u202f"

_GAP = f"[{re.escape(_GAPS)}]"
_DASH = f"[{re.escape(_DASHES)}]"
_META = r"(?:[mMᵐ]|\([mM]\)|\^m\^|<sup>m</sup>)"
_MASS = rf"[0-9⁰¹²³⁴-⁹]{{1,3}}{_META}??"
_RAISED = rf"\({_MASS}\)|\[{_MASS}\]|\^\{{{_MASS}\}}|\^{_MASS}\^|\^{_MASS}|<sup>{_MASS}</sup>|{_MASS}"

_NUMBER_OF_MASS = re.compile(r"(?<![0-9])(?:[0-9]{1,3}|[⁰¹²³⁴-⁹]+)(?![0-9])")
_NOTATION = re.compile(
    rf"""
    (?: (?P<open>[\[(])\s? | (?<!\w)(?<!\d\.) )
    (?: (?P<mass1>{_RAISED}) (?:(?P<dash>{_DASH})|(?<=m)\s)?
        (?P<symbol1>(?![mM]\b|m[A-Z])[A-Za-z]{{1,2}}) (?P<meta>{_META})?
      | (?P<symbol2>[A-Za-z]{{1,2}}) (?P<between>\s?{_DASH}\s?|\s|\()? (?P<mass2>{_RAISED}) \)?
    )
    (?(open)  # anything may follow brackets, such as the element again: [68Ga]Ga-PSMA-11
        \s?[\])] (?:(?:(?P=symbol1)|(?P=symbol2))(?={_DASH}))?
      | (?!\w)
    )
    {_GAP}*
    """,
    re.VERBOSE,
)
_NAME = "(?i:(" + "|".join(sorted(_BY_NAME, key=len, reverse=True)) + "))"
_NAME_AND_MASS = re.compile(rf"(?<!\w){_NAME}{_GAP}{{0,3}}({_RAISED})(?!\w){_GAP}*")
_CANONICAL = r"([0-9]{1,3}m?([A-Z][a-z]?))(?!\w)"
_TOKEN = re.compile(rf"(?<!\w)(?<!\d\.){_CANONICAL}")
# The nuclide after the names may be missing. A run of names is matched once as a whole, so that work stays linear.
_NAMES_BEFORE = re.compile(rf"(?<!\w)(?:{_NAME} )+(?:(?={_CANONICAL}))?")
_NO_LETTERS = re.compile(r"[\W_]+")
_TWICE = re.compile(rf"(?<!\w){_CANONICAL}(?: \1(?!\w))+")


def normalize(name: str) -> str:
    """Return ``name`` with every nuclide notation in it as a word such as ``18F``; other text is unchanged.

    Brackets, hyphens and spaces around a notation become one space. The function is idempotent.

    >>> [normalize(name) for name in ("[18F]FES", "F-18 FES", "¹⁸F-FES", "PSMA-11")]
    ['18F FES', '18F FES', '18F FES', 'PSMA-11']
    """
    if not _NUMBER_OF_MASS.search(name):
        return name
    for _ in range(len(name)):
        before = name
        name = _replace(_NOTATION, name, _of_notation)
        name = _replace(_NAME_AND_MASS, name, lambda found: _token(_BY_NAME[found[1].lower()], found[2]))
        name = _NAMES_BEFORE.sub(_without_element_names, name)
        name = _TWICE.sub(r"\1", name)
        if name == before:
            break
    return name


def search_key(name: str) -> str:
    """Return the key by which names are compared: nuclides, then the folded words without punctuation.

    >>> [search_key(name) for name in ("F-18 FES", "[18F] FES", "FES F-18")]
    ['18F fes', '18F fes', '18F fes']
    """
    if not _NUMBER_OF_MASS.search(name):
        return " ".join(_words(name))
    name = normalize(name)
    nuclides = {found[0] for found in _TOKEN.finditer(name) if _is_nuclide(found[0])}
    rest = _TOKEN.sub(lambda found: " " if found[0] in nuclides else found[0], name)
    return " ".join([*sorted(nuclides), *_words(rest)])


def without_nuclides(key: str) -> str:
    """Return a search key without the nuclides at its beginning.

    >>> without_nuclides("18F fes")
    'fes'
    """
    return " ".join(word for word in key.split() if not _is_nuclide(word))


def compact(key: str) -> str:
    """Return a search key with the words beside its nuclides in one, or "" if there are none: see `readings`.

    >>> compact("68Ga psma 11")
    '68Ga psma11'
    """
    words = key.split()
    rest = "".join(word for word in words if not _is_nuclide(word))
    return f"{' '.join(word for word in words if _is_nuclide(word))} {rest}" if rest else ""


def readings(text: str) -> frozenset[str]:
    """Return what a text without gaps may mean, in the form of `compact`.

    A nuclide in medical use may be anywhere in it, and its symbol may be a part of the name as well: `18FDG` is read as
    DG and as FDG with fluorine-18, `Na18F` as Na and as NaF. A text without digits has no readings.

    >>> sorted(readings("18FDG"))
    [' 18fdg', '18F dg', '18F fdg']
    """
    plain = "".join(_words(text))
    if len(plain) > MAX_READ_CHARACTERS or not any(c.isdigit() for c in plain):
        return frozenset()
    found = {f" {plain}"}
    for nuclide in MEDICAL:
        mass, symbol = _MASS_AND_SYMBOL[nuclide]
        for notation in {mass + symbol, symbol + mass, mass.rstrip("m") + symbol + "m" if mass[-1] == "m" else ""}:
            at = plain.find(notation) if notation else -1
            end = at + len(notation)
            if (
                at >= 0
                and not (plain[at].isdigit() and plain[at - 1 : at].isdigit())
                and not (plain[end - 1].isdigit() and plain[end : end + 1].isdigit())
            ):
                before, after = plain[:at], plain[end:]
                rests = {before + after, before + symbol + after, before + after.removeprefix(symbol)}
                found |= {f"{nuclide} {rest}" for rest in rests if rest and rest != symbol}
    return frozenset(found)


def fold(text: str) -> str:
    """Return text in lower case, without accents, and with single spaces.

    >>> fold("  Sjögreen-  Gleisner K ")
    'sjogreen- gleisner k'
    """
    if not text.isascii():
        text = "".join(c for c in normal_form("NFKD", text) if not combining(c))
    return " ".join(text.casefold().split())


def is_plausible(symbol: str, mass: int) -> bool:
    """Return whether an element can have a nuclide of this mass number: a rough rule that excludes other codes.

    It accepts every nuclide that was ever observed, except a few extreme ones. No element has an unknown symbol.
    """
    number = _NUMBER.get(symbol)
    if number is None:
        return False
    return mass in (1, 2, 3) if number == 1 else 1.35 * number <= mass <= 3 * number + 4


def _words(text: str) -> list[str]:
    return [word for word in _NO_LETTERS.split(fold(text.translate(_SIGNS))) if word]


def _replace(expression: "re.Pattern[str]", text: str, token: Callable[["re.Match[str]"], str]) -> str:
    """Replace each match by ``token(match)``, if that is not empty, and the gaps around it by one space."""
    parts: list[str] = []
    done = at = 0
    while found := expression.search(text, at):
        new = token(found)
        if not new:
            at = found.start() + 1  # a notation may begin one character later
            continue
        before = text[done : found.start()]
        kept = before.rstrip(_GAPS)
        done = at = found.end()
        gap_before = kept and (kept != before or kept[-1].isalnum())
        gap_after = done < len(text) and (text[done - 1] in _GAPS or text[done].isalnum())
        parts += [kept, " " if gap_before else "", new, " " if gap_after else ""]
    return "".join([*parts, text[done:]])


def _of_notation(found: "re.Match[str]") -> str:
    if found["symbol1"]:
        # "PSMA-11-Li-6": with a hyphen on both sides of the symbol, the number after it is preferred.
        behind = _NOTATION.match(found.string, found.start("symbol1")) if found["dash"] else None
        if behind and behind["symbol2"] and _of_notation(behind):
            return ""
        return _token(found["symbol1"], found["mass1"] + (found["meta"] or ""))
    between = found["between"] or ""
    token = _token(found["symbol2"], found["mass2"], exactly=not found["open"] and between.isspace())
    in_doubt = not found["open"] and (not between or between.isspace()) and found["mass2"].isascii()
    return "" if in_doubt and token in _LOOKALIKES else token


def _token(symbol: str, mass: str, *, exactly: bool = False) -> str:
    """Return the canonical notation of a nuclide, or "" if symbol and mass number are not one.

    With ``exactly`` the capitals of the symbol must be correct even if the nuclide is in medical use.
    """
    plain = mass.replace("sup>", "").translate(_PLAIN)
    number = int("".join(c for c in plain if c.isdigit()))
    metastable = "m" if "m" in plain else ""
    if symbol in _NUMBER:
        return f"{number}{metastable}{symbol}" if is_plausible(symbol, number) else ""
    token = f"{number}{metastable}{symbol.capitalize()}"
    return token if token in MEDICAL and not exactly else ""


def _without_element_names(found: "re.Match[str]") -> str:
    if found[3] is None:  # names that no nuclide follows
        return found[0]
    names = found[0].split()
    while names and _BY_NAME[names[-1].lower()] == found[3]:
        names.pop()
    return "".join(f"{name} " for name in names)


def _is_nuclide(word: str) -> bool:
    found = _TOKEN.fullmatch(word)
    return found is not None and _token(found[2], found[1].removesuffix(found[2])) == word
