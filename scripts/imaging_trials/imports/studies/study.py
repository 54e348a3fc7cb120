"""A study of a register as read: its number, the day of its last change, and the fields that are imported."""

import re
from functools import lru_cache
from typing import NamedTuple

from imaging_trials.bibliography import Dated, Unusable, date_of_parts
from imaging_trials.imports.studies.fields import Record
from imaging_trials.model import identifiers
from rdfkit.base import clip

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:T[0-9:.]{5,20}Z?)?", re.ASCII)
_DAY_IN_WORDS = re.compile(r"([A-Z][a-z]{2,8}) (?:([0-9]{1,2}), )?([0-9]{4})", re.ASCII)
_NUMBER = re.compile(r"NCT[0-9]{8}", re.ASCII)


class Elsewhere(NamedTuple):
    """What formats other than the API's have and it has not.

    ``condition_headings`` and ``intervention_headings`` are names of MeSH headings without their identifiers. The rest
    is NCI's: its number of the trial, and codes in its thesaurus, of interventions by their position, from 1.
    """

    condition_headings: tuple[str, ...] = ()
    intervention_headings: tuple[str, ...] = ()
    nci_id: str = ""
    disease_concepts: tuple[str, ...] = ()
    intervention_concepts: tuple[tuple[int, str], ...] = ()


class Study(NamedTuple):
    """A study: its NCT number, the day of its last change as ``YYYY-MM-DD``, its record, and warnings.

    ``source`` is a key of `versions.ATTRIBUTION`.
    """

    nct_id: str
    revised: str
    record: Record
    warnings: list[str]
    source: str = "clinicaltrials"
    elsewhere: Elsewhere = Elsewhere()

    @property
    def name(self) -> str:
        """What messages call the record by."""
        return self.nct_id


@lru_cache(maxsize=50_000)
def date_of(text: str) -> Dated | None:
    """Return a date of the API, or of the legacy XML: a year, a month or a day.

    >>> date_of("2013-06").latest, date_of("2023-09-11T03:34").printed, date_of("soon")
    ('2013-06-30', '2023 Sep 11', None)
    >>> date_of("June 2013").latest, date_of("February 16, 2017").earliest
    ('2013-06-30', '2017-02-16')
    """
    if found := _DAY.fullmatch(text):
        return date_of_parts(*(part or "" for part in found.groups()))
    found = _DAY_IN_WORDS.fullmatch(text)
    return date_of_parts(found[3], found[1], found[2] or "") if found else None


def of_record(record: Record, place: str, warnings: list[str]) -> Study | Unusable:
    """Return the study of a record, or why it is none."""
    protocol = record.protocol_section
    nct_id = written = protocol.identification_module.nct_id
    if not _NUMBER.fullmatch(written):
        nct_id = identifiers.normalize("nctId", written)
    if not nct_id:
        return Unusable(f"{place}, '{clip(written)}'", "it has no NCT number")
    revised = date_of(protocol.status_module.last_update_submit_date)
    return Study(nct_id, revised.earliest if revised else "", record, warnings)
