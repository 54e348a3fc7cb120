"""Answers as data frames of pandas, with a type for each column."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal

from imaging_trials.questions.paging import Row, texts_of
from rdfkit.base import XSD, UserError

if TYPE_CHECKING:
    import pandas as pd

_INTEGERS = frozenset(
    f"{XSD}{name}"
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger",
        "nonPositiveInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_NUMBERS = _INTEGERS | {f"{XSD}{name}" for name in ("decimal", "double", "float")}


def frame(columns: Sequence[str], rows: Sequence[Row]) -> "pd.DataFrame":
    """Return rows as a data frame; a value that is not bound is missing.

    A column whose values are all whole numbers is ``Int64``, numbers ``Float64``, booleans ``boolean``, days
    ``datetime64[s]``. Any other column is ``string``: IRIs as CURIEs, literals as their text. A column with values of
    different types, or with one that its type does not have, such as 30 February, is ``string`` too.

    Raises UserError if pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        if error.name != "pandas":
            raise
        raise UserError("'frame' needs another package: pip install 'imaging-trials[pandas]'.") from None
    found = {}
    for place, name in enumerate(columns):
        dtype, values = _column([row[place] for row in rows])
        found[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(found)


def column_type(terms: Sequence[object]) -> str:
    """Return the type of a column with these terms, as `frame` gives it."""
    return _column(terms)[0]


def _column(terms: Sequence[object]) -> tuple[str, list[Any]]:
    """Return the type of a column and its values."""
    datatypes = {term.datatype.value if isinstance(term, Literal) else "" for term in terms if term is not None}
    kinds: list[tuple[str, frozenset[str], Callable[[str], Any]]] = [
        ("Int64", _INTEGERS, _whole),
        ("Float64", _NUMBERS, float),
        ("boolean", frozenset({f"{XSD}boolean"}), {"true": True, "1": True, "false": False, "0": False}.__getitem__),
        ("datetime64[s]", frozenset({f"{XSD}date"}), _day),
    ]
    for dtype, own, read in kinds if datatypes else ():
        if datatypes <= own:
            try:
                return dtype, [None if term is None else read(term.value) for term in terms]  # type: ignore[attr-defined]
            except (ValueError, KeyError):
                break
    texts = texts_of(tuple(terms))
    return "string", [None if term is None else text for term, text in zip(terms, texts, strict=True)]


def _whole(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value


def _day(text: str) -> date:
    return date.fromisoformat(text)
