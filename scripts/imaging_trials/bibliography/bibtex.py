"""BibTeX entries in UTF-8, for BibTeX and biber alike."""

import re
from collections.abc import Sequence

from imaging_trials.bibliography.model import Author, Citation

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_SPECIAL = re.compile(f"[{re.escape(''.join(_ESCAPES))}]")


def write(citations: Sequence[Citation]) -> str:
    """Return an ``@article`` for each citation, its key the article's slug.

    A person is "Family, I. I."; a group stands in braces, in its place. The title is in braces too, so that no style
    changes its capitals. Pages are written out. Epub dates and errata are in the note.
    """
    return "\n".join(_entry(citation) for citation in citations)


def _entry(citation: Citation) -> str:
    date = citation.date
    parts = date.parts if date else []
    fields = {
        "author": _braced(" and ".join(_name(author) for author in citation.authors)),
        "title": _braced(f"{{{_escaped(citation.title)}}}"),
        "journal": _braced(_escaped(citation.journal)),
        "year": _braced(str(parts[0][0]) if parts else ""),
        "month": _month(parts),
        "volume": _braced(_escaped(citation.volume)),
        "number": _braced(_escaped(citation.issue)),
        "pages": _braced(_escaped(citation.full_pages).replace("-", "--")),
        "doi": _braced(_verbatim(citation.doi)),
        "pmid": _braced(_verbatim(citation.pmid)),
        "pmcid": _braced(_verbatim(citation.pmcid)),
        "note": _braced(_escaped(" ".join(citation.notes))),
    }
    lines = [f"  {name:<7} = {value}," for name, value in fields.items() if value.strip("{}")]
    return "\n".join([f"@article{{{citation.key},", *lines, "}", ""])


def _name(author: Author) -> str:
    person = author.person
    if not person:
        return f"{{{_escaped(author.name)}}}"
    return ", ".join(_escaped(part) for part in (person.family, person.generation, person.given) if part)


def _month(parts: list[list[int]]) -> str:
    """Return the month by the name that every style defines; a range of months is two names with a dash between."""
    names = [_MONTHS[part[1] - 1] for part in parts if len(part) > 1]
    return ' # "--" # '.join(dict.fromkeys(names))


def _braced(text: str) -> str:
    return f"{{{text}}}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], " ".join(text.split()))


def _verbatim(text: str) -> str:
    """Return an identifier, which styles take as it stands; braces would end the field, so they are percent-encoded."""
    return text.replace("{", "%7B").replace("}", "%7D")
