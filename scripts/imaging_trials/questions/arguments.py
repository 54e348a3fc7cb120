"""The values of parameters as clients give them: lenient in form, strict in meaning.

A client may send ``true`` as a boolean or as text, a whole number as 14, "14" or 14.0, a day as a date or a time at
midnight, and a thing by any whole name: an IRI, a CURIE, a label, a notation in any spelling (``18F FES``), a DOI,
PMID, PMCID or NCT number. A part of a name is not a name here: it would answer another question than the one asked.
"""

from collections.abc import Mapping

from pyoxigraph import NamedNode, Store

from imaging_trials.model import PROJECT
from rdfkit.base import UserError, clip
from rdfkit.sparql import SavedQuery, parameters

_BOOLEANS = {"true": "true", "false": "false", "yes": "true", "no": "false", "1": "true", "0": "false"}


def texts(query: SavedQuery, values: Mapping[str, object], store: Store | None) -> dict[str, str]:
    """Return values as ``imt query --param`` takes them; None is a value that is not given.

    Names of parameters may differ in capitals, and have ``-`` for ``_``; an unknown one is kept, for
    `rdfkit.sparql.saved.bind` to refuse. Raises UserError for a value that is not one of its type, or that is given
    twice.
    """
    known = {_plain(one.name): one for one in query.parameters}
    found: dict[str, str] = {}
    for name, value in values.items():
        if value is None:
            continue
        parameter = known.get(_plain(name))
        key = name if parameter is None else parameter.name
        if key in found:
            raise UserError(f"The parameter '{clip(key)}' is given twice: give it one value.")
        found[key] = str(value) if parameter is None else text(parameter, value, store)
    return found


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


def text(parameter: parameters.Parameter, value: object, store: Store | None) -> str:
    """Return a value of a parameter as ``imt query --param`` takes it. Raises UserError for a list."""
    if isinstance(value, (list, tuple, set, dict)):
        raise UserError(
            f"{parameter.name} takes one value, not a list: ask once for each, such as {parameter.default}."
        )
    if parameter.type == "string":
        return _string(value)
    given = _string(value).strip()
    if parameter.type == "boolean":
        return _BOOLEANS.get(given.casefold(), given)
    if parameter.type == "integer":
        return _integer(given)
    if parameter.type == "date":
        return _day(value, given)
    return given if store is None else _thing(parameter, given, store)


def _string(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, NamedNode):
        return value.value
    return str(value)


def _integer(text: str) -> str:
    """Return ``14`` for ``14.0``; the text itself for what is no whole number."""
    whole, point, rest = text.partition(".")
    return whole if point and whole and rest and not rest.strip("0") else text


def _day(value: object, text: str) -> str:
    """Return ``2014-03-31`` for a date, or for a time at midnight: any other time of the day would be lost.

    Python writes a space between day and time, and JSON a T.
    """
    day, separator, clock = text.partition(" " if hasattr(value, "isoformat") else "T")
    is_midnight = clock in {"00:00:00", "00:00:00Z", "00:00:00.000Z", "00:00:00+00:00"}
    return day if separator and is_midnight else text


def _thing(parameter: parameters.Parameter, text: str, store: Store) -> str:
    """Return the IRI of the thing that a text names by a spelling that the type itself does not know, else the text."""
    try:
        term = parameters.term(PROJECT, parameter, text, store)
        refused = None
    except UserError as error:
        term, refused = None, error
    if isinstance(term, NamedNode) and next(store.quads_for_pattern(term, None, None), None) is not None:
        return text
    from imaging_trials.model import lookup

    namespace = PROJECT.prefixes[parameter.prefix] if parameter.prefix else ""
    found = lookup.named(store, text, lambda iri: iri.value.startswith(namespace))
    if len(found) == 1:
        return found[0].value
    if len(found) > 1 and refused is not None:
        listed = ", ".join(PROJECT.shorten(one.value) for one in found[: lookup.MAX_LISTED_CANDIDATES])
        raise UserError(f"'{clip(text)}' is not a value for {parameter.name}: it names {listed}; give one of these.")
    return text
