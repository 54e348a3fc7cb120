"""Markup in the fields of a citation, as text: HTML and JATS tags, entities, TeX.

Sources: D. Knuth, "The TeXbook", chapter 9 (accents); biblatex manual, 4.6 (its own commands); JATS (tags in titles).
"""

import re
from unicodedata import normalize

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]{0,30}(?:\s[^<>=]{1,30}=[^<>]{0,300})?\s?/?>")
_TEX = re.compile(
    r"""
    \\(?P<accent>["'`^~=.]) \s? (?P<group1>\{?) (?: \\(?P<dotless1>[ij])(?![A-Za-z]) | (?P<letter1>[^\W\d_]) ) \}?
  | \\(?P<hook>[cvuHkrdb]) (?: \s | (?=\{|\\) ) (?P<group2>\{?)
      (?: \\(?P<dotless2>[ij])(?![A-Za-z]) | (?P<letter2>[^\W\d_]) ) \}?
  | \\(?P<command>[A-Za-z]{1,40}) \*? [ ]?
  | \\(?P<sign>.)
  | (?P<math>\$) | (?P<raised>[\^_]) | (?P<brace>[{}]) | (?P<tie>~)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMBINING = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_COMMANDS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textbraceleft": "{", "textbraceright": "}",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "textdegree": "°", "textregistered": "®", "texttrademark": "™", "textpm": "±", "pm": "±",
    "times": "×", "leq": "≤", "geq": "≥", "le": "≤", "ge": "≥", "sim": "∼", "degree": "°", "textmu": "μ", "micro": "μ",
    "ldots": "…", "dots": "…", "slash": "/", "textless": "<", "textgreater": ">", "to": "→", "rightarrow": "→",
}  # fmt: skip
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
GREEK = {letter: name for name, letter in _GREEK.items()} | {"ς": "sigma", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}
"""The names of the small Greek letters."""

_LETTERS = {
    **_COMMANDS,
    **_GREEK,
    **{name.capitalize(): letter.upper() for name, letter in _GREEK.items()},
    **{f"text{name}": letter for name, letter in _GREEK.items()},
    **{f"up{name}": letter for name, letter in _GREEK.items()},
    **{f"var{name}": letter for name, letter in _GREEK.items()},
}


def plain_text(text: str) -> str:
    """Return text without tags and entities, on one line.

    >>> plain_text("<sup>68</sup>Ga-PSMA &amp; [<sup>18</sup>F]FDG, p < 0.05")
    '68Ga-PSMA & [18F]FDG, p < 0.05'
    """
    for _ in range(2):  # some databases escape twice
        if "<" in text:
            text = _TAG.sub("", text)
        if "&" in text:
            from html import unescape

            text = unescape(text)
    return " ".join(text.split())


def from_tex(text: str) -> str:
    r"""Return TeX as text: accents and letters as characters, commands as their arguments, without braces.

    >>> from_tex(r"{\textsuperscript{18}F} {FDG} bei K\"{u}chlin, $^{68}$Ga, \alpha, 50\% \& \emph{more}")
    '18F FDG bei Küchlin, 68Ga, α, 50% & more'
    """
    if not any(sign in text for sign in "\\{}$~"):
        return text
    in_math = False

    def character(found: "re.Match[str]") -> str:
        nonlocal in_math
        kind = found.lastgroup or ""
        if found["accent"] or found["hook"]:
            letter = found["letter1"] or found["dotless1"] or found["letter2"] or found["dotless2"] or ""
            return normalize("NFC", letter + _COMBINING[found["accent"] or found["hook"]])
        if kind == "command":
            return _of_command(found["command"], found[0])
        if kind == "sign":
            return {"\\": " ", "-": "", "/": "", "(": "", ")": "", "[": "", "]": "", ",": " ", ";": " "}.get(
                found["sign"], found["sign"]
            )
        if kind == "math":
            in_math = not in_math
            return ""
        if kind == "raised":
            return "" if in_math else found[0]
        return " " if kind == "tie" else ""

    return _TEX.sub(character, text)


def _of_command(name: str, written: str) -> str:
    letter = _LETTERS.get(name)
    if letter is not None:
        return letter
    return "" if written.endswith(name) else " " if name in ("newline", "quad", "qquad") else ""
