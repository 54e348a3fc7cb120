"""A study of ClinicalTrials.gov's API version 2 as read: its number, the day of its last change, and its modules.

Source: NLM, OpenAPI description of the API, version 2. Values are looked up by their path; what is of another type than
expected counts as absent, with a warning.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from imaging_trials.bibliography import Dated, Unusable, date_of_parts
from imaging_trials.model import identifiers
from rdfkit.base import UserError, clip

MAX_LINE_CHARACTERS = 16_000_000
"""The length of a record in a file of one record a line."""

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:T[0-9:.]{5,20}Z?)?", re.ASCII)


class Study(NamedTuple):
    """A study: its NCT number, the day of its last change as ``YYYY-MM-DD``, its JSON object, and warnings."""

    nct_id: str
    revised: str
    data: dict[str, Any]
    warnings: list[str]

    @property
    def name(self) -> str:
        """What messages call the record by."""
        return self.nct_id

    def at(self, path: str) -> object:
        """Return the value at a path such as ``statusModule.whyStopped`` in the protocol section, or None."""
        value: object = (
            self.data if path.startswith(("derivedSection", "documentSection", "annotationSection")) else None
        )
        value = self.data.get("protocolSection") if value is None else value
        for name in path.split("."):
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    def text(self, path: str) -> str:
        """Return the text at a path, or ""."""
        return self.as_text(self.at(path), path)

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return the objects in the list at a path."""
        return [one for one in self._list(path) if isinstance(one, dict)]

    def texts(self, path: str) -> list[str]:
        """Return the different texts in the list at a path, in their order."""
        return list(dict.fromkeys(text for one in self._list(path) if (text := self.as_text(one, path))))

    def as_text(self, value: object, path: str) -> str:
        """Return a value as a text; one of another type is left out, with a warning."""
        if value is None or isinstance(value, str):
            return value or ""
        self.warnings.append(f"the value of '{path}' is no text")
        return ""

    def _list(self, path: str) -> list[object]:
        value = self.at(path)
        if value is None or isinstance(value, list):
            return value or []
        self.warnings.append(f"the value of '{path}' is no list")
        return []


def date_of(text: str) -> Dated | None:
    """Return a date of the API: a year, a month or a day.

    >>> date_of("2013-06").latest, date_of("2023-09-11T03:34").printed, date_of("soon")
    ('2013-06-30', '2023 Sep 11', None)
    """
    found = _DAY.fullmatch(text)
    return date_of_parts(*(part or "" for part in found.groups())) if found else None


def studies(text: str, where: str) -> Iterator[Study | Unusable]:
    """Yield the studies of a text: one, an array, a page of ``studies``, or one a line.

    Raises UserError for JSON that is broken or of another kind; the API of version 1 and XML are named.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise UserError(
            f"{where} is XML, such as the legacy XML of ClinicalTrials.gov: download the studies as JSON from "
            "https://clinicaltrials.gov/api/v2/studies."
        )
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(line.strip().startswith("{") and line.strip().endswith("}") for line in lines):
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_LINE_CHARACTERS:
                yield Unusable(f"line {number}", f"it has more than {MAX_LINE_CHARACTERS // 1_000_000} MB")
            else:
                yield from _of_value(_parsed(line, f"{where}, line {number}"), where)
        return
    yield from _of_value(_parsed(text, where), where)


def study(record: bytes, place: str) -> Study | Unusable:
    """Return the study in the bytes of one JSON object, or why it is none; ``place`` is what messages call it by.

    A record that is broken is no error here: a file may have others.
    """
    try:
        return _study(json.loads(record.decode("utf-8")), place)
    except UnicodeDecodeError as error:
        return Unusable(place, f"byte {error.start + 1} is no UTF-8")
    except json.JSONDecodeError as error:
        return Unusable(place, f"the JSON is broken or cut off ({error.msg})")
    except (ValueError, RecursionError):
        return Unusable(place, "a number is too long or the nesting is too deep")


def _parsed(text: str, where: str) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{where}, line {error.lineno}: the JSON is broken or cut off ({error.msg}): download it again."
        ) from None
    except (ValueError, RecursionError):
        raise UserError(f"{where}: a number is too long or the nesting is too deep; download it again.") from None
    return value


def _of_value(value: object, where: str) -> Iterator[Study | Unusable]:
    if isinstance(value, dict) and "FullStudiesResponse" in value:
        raise UserError(
            f"{where} is of the API of version 1, which was retired in June 2024: download the studies again from "
            "https://clinicaltrials.gov/api/v2/studies."
        )
    if isinstance(value, dict) and isinstance(value.get("studies"), list):
        value = value["studies"]
    values = value if isinstance(value, list) else [value]
    if not any(isinstance(one, dict) and "protocolSection" in one for one in values):
        raise UserError(
            f"{where} is JSON, but no study of ClinicalTrials.gov's API of version 2: none has a protocolSection."
        )
    for number, one in enumerate(values, 1):
        yield _study(one, f"study {number}")


def _study(value: object, place: str) -> Study | Unusable:
    data = _surrogates_replaced(value) if isinstance(value, dict) else {}
    warnings: list[str] = []
    study = Study("", "", data, warnings)
    written = study.text("identificationModule.nctId")
    nct_id = identifiers.normalize("nctId", written)
    if not nct_id:
        return Unusable(f"{place}, '{clip(written)}'", "it has no NCT number")
    revised = date_of(study.text("statusModule.lastUpdateSubmitDate"))
    return study._replace(nct_id=nct_id, revised=revised.earliest if revised else "")


def _surrogates_replaced(value: dict[str, Any]) -> dict[str, Any]:
    """Return JSON without halves of surrogate pairs, which no UTF-8 has."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found: dict[str, Any] = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        return found
    return value
