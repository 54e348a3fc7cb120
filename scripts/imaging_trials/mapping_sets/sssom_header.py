"""The header of a mapping set: commented YAML at the top of an SSSOM/TSV file.

The header has the keys that every set of the project needs, and no others. Values are taken as text: the version
``1.0`` is not a number, and the date not an object. That is why the YAML is composed and not loaded; its nodes also
have the lines for messages, and show a key that is given twice.
Source: SSSOM, "TSV" (https://mapping-commons.github.io/sssom/spec-formats-tsv/).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rdfkit.base import UserError, is_unicode

if TYPE_CHECKING:
    import yaml

DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")

_TEXTS = (
    "mapping_set_id",
    "mapping_set_version",
    "mapping_set_title",
    "mapping_set_description",
    "license",
    "publication_date",
    "comment",
)
_KEYS = (*_TEXTS, "creator_label", "curie_map")


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a file says about its mappings as a whole."""

    iri: str
    version: str
    title: str
    description: str
    license: str
    date: str
    comment: str
    creators: tuple[str, ...]
    prefixes: dict[str, str]


def read_header(path: Path, lines: Sequence[str], known: Mapping[str, str]) -> Header:
    """Return the header in the first lines of a file, each of which begins with ``#``.

    Raises UserError with file and line for invalid YAML, for a key that is missing, unknown or given twice, for a value
    of the wrong kind, and for a prefix with another namespace than in ``known``, the prefixes of the project.
    """
    values = _top_level(path, "\n".join(line[1:] for line in lines))
    missing = [key for key in _KEYS if key not in values]
    if missing:
        raise UserError(f"{path}: its header lacks {', '.join(missing)}; add what is missing.")
    text = {key: _text(path, key, values[key]) for key in _TEXTS}
    if not DATE.fullmatch(text["publication_date"]):
        raise UserError(f"{path}: its publication_date must be a day such as 2026-11-26; fix it.")
    return Header(
        iri=text["mapping_set_id"],
        version=text["mapping_set_version"],
        title=text["mapping_set_title"],
        description=text["mapping_set_description"],
        license=text["license"],
        date=text["publication_date"],
        comment=text["comment"],
        creators=tuple(_list(path, "creator_label", values["creator_label"])),
        prefixes=_prefixes(path, values["curie_map"], known),
    )


def _top_level(path: Path, text: str) -> "dict[str, yaml.Node]":
    import yaml

    try:
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        # What is scanned (a quoted text, a key) is wrong where it begins; a block is wrong where its parts do not fit.
        is_scanned = error.context_mark and (error.context or "").startswith("while scanning")
        mark = error.context_mark if is_scanned else error.problem_mark
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UserError(f"{place}: the header is not valid YAML ({error.problem}); fix it there.") from None
    except (yaml.YAMLError, ValueError):  # ValueError: an escape such as \UFFFFFFFF that is no character
        raise UserError(f"{path}: the header has a character that YAML forbids; remove it.") from None
    except RecursionError:
        raise UserError(f"{path}: the header is nested too deep; write only '#key: value' and lists.") from None
    if not isinstance(top, yaml.MappingNode):
        raise UserError(f"{path}:1: the file must begin with a header of '#key: value' lines; add it.")
    found: dict[str, yaml.Node] = {}
    for key, value in _pairs(path, top):
        if key not in _KEYS:
            import difflib

            near = difflib.get_close_matches(key[:100], _KEYS, n=1, cutoff=0)
            raise UserError(f"{_line(path, value)}: there is no header key '{key}'; did you mean {near[0]}?")
        if key in found:
            raise UserError(f"{_line(path, value)}: '{key}' is given twice; keep one.")
        found[key] = value
    return found


def _pairs(path: Path, node: "yaml.MappingNode") -> "Iterator[tuple[str, yaml.Node]]":
    for key, value in node.value:
        yield _text(path, "a key", key), value


def _line(path: Path, node: "yaml.Node") -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _text(path: Path, key: str, node: "yaml.Node") -> str:
    import yaml

    if not isinstance(node, yaml.ScalarNode) or not node.value:
        raise UserError(f"{_line(path, node)}: '{key}' needs a text as its value; fix it.")
    if not is_unicode(node.value):
        raise UserError(f"{_line(path, node)}: '{key}' has a surrogate, which is not a character; remove the escape.")
    return str(node.value)


def _list(path: Path, key: str, node: "yaml.Node") -> list[str]:
    import yaml

    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise UserError(f"{_line(path, node)}: '{key}' needs a list as its value; write it as lines '#  - item'.")
    return [_text(path, key, item) for item in node.value]


def _prefixes(path: Path, node: "yaml.Node", known: Mapping[str, str]) -> dict[str, str]:
    import yaml

    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise UserError(f"{_line(path, node)}: 'curie_map' needs prefixes as its value; write lines '#  prefix: IRI'.")
    found: dict[str, str] = {}
    for prefix, value in _pairs(path, node):
        iri = _text(path, prefix, value)
        if prefix in found:
            raise UserError(f"{_line(path, value)}: the prefix '{prefix}' is given twice; keep one.")
        expected = known.get(prefix, iri)
        if iri != expected:
            raise UserError(f"{_line(path, value)}: {prefix} is <{expected}> in this project; use that in curie_map.")
        found[prefix] = iri
    return found
