"""Dates: how every command prints them, and how a day is typed.

To change how dates are printed in `imt show`, `imt audit`, `imt dossier` and `imt cite --list-corrections`, change
`shown` or `checked` here. Citation formats have dates of their own.
"""

import re

from imaging_trials.model import vocabulary
from rdfkit.base import UserError

PROPERTIES = frozenset(
    {
        vocabulary.CHECKED_ON,
        vocabulary.DATE_AS_PRINTED,
        vocabulary.EARLIEST_DAY,
        vocabulary.LATEST_DAY,
        vocabulary.ISSUED,
    }
)
"""Properties whose values are dates."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def shown(printed: str, earliest: str = "", latest: str = "") -> str:
    """Return a date for people: as its source prints it, or else the day or the span of days that it can mean.

    >>> shown("2016 Aug", "2016-08-01", "2016-08-31")
    '2016 Aug'
    >>> shown("", "2016-08-01", "2016-08-31"), shown("", "2016-08-01", "2016-08-01"), shown("")
    ('2016-08-01 to 2016-08-31', '2016-08-01', '')
    """
    if printed:
        return printed
    return " to ".join(dict.fromkeys(day for day in (earliest, latest) if day))


def checked(on: str) -> str:
    """Return the day on which a source was checked, for people; "" if it is not known.

    >>> checked("2026-11-26"), checked("")
    ('checked 2026-11-26', '')
    """
    return f"checked {shown(on)}" if on else ""


def day(words: str) -> str:
    """Return a day typed as ``YYYY-MM-DD``. Raises UserError for anything else, and for a day that does not exist.

    >>> day("2026-11-26")
    '2026-11-26'
    """
    from datetime import date

    try:
        if _DAY.fullmatch(words):
            return date.fromisoformat(words).isoformat()
    except ValueError:
        pass
    raise UserError(f"{words[:40]!r} is not a day: write it as YYYY-MM-DD, for example 2026-11-26.")
