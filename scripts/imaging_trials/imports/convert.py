"""One record in, its statements out: a pure function of bytes, for one process, a pool, shards and engines elsewhere.

A file is cut into records by its reader; what is cut out of it goes through `convert`, wherever that runs. Equal bytes
give equal results, in every process.
"""

from imaging_trials.bibliography import Unusable, pubmed_xml
from imaging_trials.imports import versions
from imaging_trials.imports.studies import reading
from imaging_trials.imports.versions import Made


def convert(record: bytes, of: str, place: str, *, abstracts: bool = False) -> Made | Unusable:
    """Return what one record became, or why it cannot be imported.

    ``record`` is UTF-8: with ``of`` as ``clinicaltrials`` one study of API version 2 as a JSON object, with ``pubmed``
    one element PubmedArticle or PubmedBookArticle. ``place`` is what messages call the record by until its own number
    is known, such as ``line 3``. Never raises for bad input: a record that is broken is `Unusable`.
    """
    return _OF[of](record, place, abstracts=abstracts)


def _article(record: bytes, place: str, *, abstracts: bool) -> Made | Unusable:
    found = pubmed_xml.citation(record, place, abstracts=abstracts)
    return found if isinstance(found, Unusable) else versions.of_citation(found, "pubmed", abstracts=abstracts)


def _study(record: bytes, place: str, *, abstracts: bool) -> Made | Unusable:
    found = reading.study(record, place)
    return found if isinstance(found, Unusable) else versions.of_study(found, abstracts=abstracts)


_OF = {"clinicaltrials": _study, "pubmed": _article}
