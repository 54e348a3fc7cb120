"""The formats in which citations are written, by the name that ``imt cite --format`` takes."""

from collections.abc import Callable, Sequence

from imaging_trials.bibliography import bibtex, csl, nlm, ris
from imaging_trials.bibliography.record import Record

WRITERS: dict[str, Callable[[Sequence[Record]], str]] = {
    "nlm": nlm.write,
    "bibtex": bibtex.write,
    "ris": ris.write,
    "csl-json": csl.write,
}
"""Name of a format, and the function that writes records in it."""
