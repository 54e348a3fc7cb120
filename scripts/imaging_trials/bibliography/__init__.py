"""Citations: read from the graph (``model``), and written in the styles that people ask for.

``nlm``, ``bibtex``, ``ris`` and ``csl`` each have ``write(citations) -> str``. Authors keep the order of the source: a
group author stands where it is printed, and those listed under it follow as authors of their own. That is how PubMed
prints them, and it keeps each name findable in a reference manager, which has no place for who belongs to which group;
the graph has (``imt:isListedUnder``).
"""

from collections.abc import Callable, Sequence

from imaging_trials.bibliography import bibtex, csl, nlm, ris
from imaging_trials.bibliography.model import Citation

STYLES: dict[str, Callable[[Sequence[Citation]], str]] = {
    "nlm": nlm.write,
    "bibtex": bibtex.write,
    "ris": ris.write,
    "csl-json": csl.write,
}
"""Name of a style, and the function that writes citations in it."""
