"""Studies as files have them: JSON of API version 2, the legacy XML, JSON of NCI's API; version 1 is refused by name.

A record with an odd value is decoded again, value by value, and what does not fit is left out with a warning.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from imaging_trials.bibliography import Unusable
from imaging_trials.imports.studies.fields import Part, Record
from imaging_trials.imports.studies.study import Study, of_record
from rdfkit.base import UserError

MAX_LINE_CHARACTERS = 16_000_000
"""The length of a record in a file of one record a line."""
_XML = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]{0,1000}<")
_KEYS = (b'"protocolSection"', b'"nci_id"')
_RETIRED = {"FullStudiesResponse", "Study", "ProtocolSection"}
_DOWNLOAD = "download the studies again from https://clinicaltrials.gov/api/v2/studies"
_MAX_HEAD_CHARACTERS = 2000
_DECODER = msgspec.json.Decoder(Record)


def study(record: bytes, place: str) -> Study | Unusable:
    """Return the study in the bytes of one record, or why it is none; ``place`` is what messages call it by.

    The record is a JSON object of API version 2 or of NCI's API, or an element of the legacy XML, in UTF-8. One that is
    broken is no error here: a file may have others.
    """
    if _XML.match(record):
        from imaging_trials.imports.studies import legacy_xml

        return legacy_xml.study(record, place)
    try:
        found = of_record(_DECODER.decode(record), place, [])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None  # it is decoded again, value by value
    if isinstance(found, Study):
        return found
    try:
        value = json.loads(record.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return Unusable(place, _why_not_json(error))
    return _of_value(value, place)


def _why_not_json(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is no UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"the JSON is broken or cut off ({error.msg})"
    return "a number is too long or the nesting is too deep"


def _of_value(value: object, place: str) -> Study | Unusable:
    if isinstance(value, dict) and "nci_id" in value:
        from imaging_trials.imports.studies import nci

        return nci.study(value, place)
    if isinstance(value, dict) and _RETIRED & value.keys():
        return Unusable(place, f"it is of the API of version 1, which was retired in June 2024: {_DOWNLOAD}")
    warnings: list[str] = []
    return of_record(_fitting(value, Record, "", warnings) or Record(), place, warnings)


def _fitting(value: Any, kind: Any, path: str, warnings: list[str]) -> Any:
    """Return a value as the class of its field, without what does not fit; None if nothing is left of it."""
    kinds: tuple[Any, ...] = getattr(kind, "__args__", ())
    if type(None) in kinds:
        kind = kinds[0]
    if value is None:
        return None
    if getattr(kind, "__origin__", None) is list:
        if isinstance(value, list):
            return [fits for one in value if (fits := _fitting(one, kinds[0], path, warnings)) is not None]
        return _odd(path, "no list", warnings)
    if issubclass(kind, Part):
        return _object(value, kind, path, warnings) if isinstance(value, dict) else _odd(path, "no object", warnings)
    if type(value) is not kind:
        return _odd(path, {str: "no text", bool: "neither true nor false"}.get(kind, "no number"), warnings)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _object(value: dict[str, Any], kind: type[Part], path: str, warnings: list[str]) -> Part:
    found = {}
    for one in msgspec.structs.fields(kind):
        inside = f"{path}.{one.encode_name}".removeprefix(".").removeprefix("protocolSection.")
        if (fits := _fitting(value.get(one.encode_name), one.type, inside, warnings)) is not None:
            found[one.name] = fits
    return kind(**found)


def _odd(path: str, what: str, warnings: list[str]) -> None:
    warnings.append(f"the value of '{path}' is {what}")


def format_of(text: str) -> str:
    """Return what people call the format of a text with studies."""
    start = text[:_MAX_HEAD_CHARACTERS].lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return "legacy XML"
    return "NCI API JSON" if '"nci_id"' in text and '"protocolSection"' not in text else "API v2 JSON"


def studies(text: str, where: str) -> Iterator[Study | Unusable]:
    """Yield the studies of a text: one, an array, a page (``studies``, NCI's ``data``), one a line, or legacy XML.

    Raises UserError for a text that is broken or of another kind; the API of version 1 is named.
    """
    text = text.removeprefix("\ufeff")
    if format_of(text) == "legacy XML":
        from imaging_trials.imports.studies import legacy_xml

        yield legacy_xml.only_study(text, where)
        return
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(line.strip().startswith("{") and line.strip().endswith("}") for line in lines):
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_LINE_CHARACTERS:
                yield Unusable(f"line {number}", f"it has more than {MAX_LINE_CHARACTERS // 1_000_000} MB")
            else:
                yield study(line.encode("utf-8"), f"line {number}")
        return
    for number, record in enumerate(_split(text, where), 1):
        yield study(record, f"study {number}")


def _split(text: str, where: str) -> list[bytes]:
    """Return the records of a text of JSON, each as the bytes of one value."""
    if not text.strip():
        raise UserError(f"{where} is empty: name a file with records.")
    if text.strip()[:1] not in ("{", "["):
        raise UserError(f"{where} is neither JSON nor XML (tables are not imported): {_DOWNLOAD}.")
    data = text.strip().encode("utf-8")
    try:
        if data.startswith(b"["):
            records = [bytes(one) for one in msgspec.json.decode(data, type=list[msgspec.Raw])]
        else:
            page = msgspec.json.decode(data, type=_Page)
            if page.retired is not msgspec.UNSET:
                raise UserError(f"{where} is of the API of version 1, which was retired in June 2024: {_DOWNLOAD}.")
            many = next((one for one in (page.studies, page.data) if one is not msgspec.UNSET), None)
            records = (
                [data] if many is None else [bytes(one) for one in msgspec.json.decode(many, type=list[msgspec.Raw])]
            )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        records = _split_in_full(text, where)
    if not any(key in one for one in records for key in _KEYS):
        if b'"resourceType"' in data:
            raise UserError(f"{where} is JSON of FHIR, which is not imported: {_DOWNLOAD} without format=fhir.json.")
        raise UserError(
            f"{where} is JSON, but no study of ClinicalTrials.gov's API of version 2: none has a protocolSection."
        )
    return records


def _split_in_full(text: str, where: str) -> list[bytes]:
    """Return the same, more slowly, for what the fast decoder does not read. Raises UserError for broken JSON."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{where}, line {error.lineno}: the JSON is broken or cut off ({error.msg}): download it again."
        ) from None
    except (ValueError, RecursionError):
        raise UserError(f"{where}: a number is too long or the nesting is too deep; download it again.") from None
    if isinstance(value, dict):
        value = next((one for name in ("studies", "data") if isinstance(one := value.get(name), list)), value)
    return [json.dumps(one).encode() for one in (value if isinstance(value, list) else [value])]


class _Page(msgspec.Struct):
    """A page of studies, which are not decoded yet, or one study."""

    studies: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    retired: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="FullStudiesResponse", default=msgspec.UNSET)
