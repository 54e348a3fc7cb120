"""Mapping sets: how our things relate to things of other vocabularies, read strictly from ``data/links/``.

The files are SSSOM/TSV (https://mapping-commons.github.io/sssom/): a commented YAML header, then a table. The table has
twelve columns in a fixed order, without quoting.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode

from imaging_trials.mapping_sets.sssom_header import DATE, Header, read_header
from imaging_trials.model import PROJECT
from rdfkit.base import UserError

FOLDER = "data/links"
ENDING = ".sssom.tsv"

CODE_ONLY = frozenset({"atc", "loinc", "snomed-ct"})
"""Sets of vocabularies whose labels we may not publish: their rows have codes only."""

RELATIONS = {
    "skos:exactMatch": "exact match",
    "skos:closeMatch": "close match",
    "skos:broadMatch": "broad match",
    "skos:narrowMatch": "narrow match",
    "skos:relatedMatch": "related match",
}
"""The predicates that a row can have, and the words for them. A broad match is to something broader."""

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "object_source",
    "object_source_version",
    "mapping_justification",
    "author_label",
    "mapping_date",
    "confidence",
    "comment",
)
_MAY_BE_EMPTY = frozenset({"object_label", "comment"})

_CURIE = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*+):(\S+)")
_CONFIDENCE = re.compile(r"1|0\.\d?[1-9]")


@dataclass(frozen=True)
class Mapping:
    """One row: a thing of the project, its relation to a thing of another vocabulary, and who says so, when and why.

    ``subject``, ``object`` and ``object_source`` are CURIEs as in the file; the names with ``_iri`` are their IRIs.
    Sets before 2.0.0 have the IRI itself as ``object_source``.
    """

    line: int
    subject: str
    subject_iri: str
    subject_label: str
    predicate: str
    object: str
    object_iri: str
    object_label: str
    object_source: str
    object_source_iri: str
    object_source_version: str
    justification: str
    author: str
    date: str
    confidence: str
    comment: str

    @property
    def code(self) -> str:
        """Return the object's identifier without its prefix."""
        return self.object.partition(":")[2]


@dataclass(frozen=True, kw_only=True)
class MappingSet(Header):
    """One file: its header, and the mappings to one vocabulary."""

    name: str
    path: Path
    mappings: tuple[Mapping, ...] = field(repr=False)


def files(root: Path) -> list[Path]:
    """Return the files of the mapping sets under ``root``, sorted."""
    return sorted((root / FOLDER).glob(f"*{ENDING}"))


def read_sets(root: Path, known: dict[str, str] | None = None) -> list[MappingSet]:
    """Return the mapping sets under ``root``, sorted by name. Raises UserError as `read_set` does.

    ``known`` are the prefixes that must mean the same in the sets: those of the project, if they are not given.
    """
    return [read_set(path, known) for path in files(root)]


def named(sets: Sequence[MappingSet], name: str) -> MappingSet:
    """Return the set of that name. Raises UserError, with the nearest names, if there is none."""
    for one in sets:
        if one.name == name:
            return one
    import difflib

    near = difflib.get_close_matches(name, [one.name for one in sets], n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(one.name for one in sets)}."
    raise UserError(f"There is no mapping set '{name}': {hint}")


def read_set(path: Path, known: dict[str, str] | None = None) -> MappingSet:
    """Return one mapping set; ``known`` is as in `read_sets`.

    Raises UserError with file and line for a faulty header (see `read_header`), for other columns, for a row with too
    few or too many cells, for an empty cell in a column that needs a value, for a prefix that the header does not
    declare, for a subject that is not ours, for an unknown relation, justification, date or confidence, and for a row
    that is given twice.
    """
    lines = _lines(path)
    size = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = read_header(path, lines[:size], PROJECT.prefixes if known is None else known)
    _check_iri(str(path), header.license)
    name = path.name.removesuffix(ENDING)
    expected = PROJECT.prefixes["mappingset"] + name
    if header.iri != expected:
        raise UserError(f"{path}: its mapping_set_id must end with the file's name: write {expected}.")
    if size == len(lines) or tuple(lines[size].split("\t")) != COLUMNS:
        raise UserError(
            f"{path}:{size + 1}: the columns must be, in this order and tab-separated, {', '.join(COLUMNS)}."
        )
    mappings: dict[tuple[str, str], Mapping] = {}
    for number, line in enumerate(lines[size + 1 :], size + 2):
        mapping = _mapping(f"{path}:{number}", number, line, header.prefixes)
        first = mappings.setdefault((mapping.subject, mapping.object), mapping)
        if first is not mapping:
            raise UserError(
                f"{path}:{number}: {mapping.subject} and {mapping.object} are mapped in line {first.line} already; "
                "keep one of the two rows."
            )
    return MappingSet(**vars(header), name=name, path=path, mappings=tuple(mappings.values()))


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 at byte {error.start}; save the file as UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); make it readable and run again.") from error
    if "\r" in text or not text.endswith("\n"):
        raise UserError(f"{path}: each line must end in a line feed and nothing else; save it so.")
    return text[:-1].split("\n")


def _mapping(where: str, number: int, line: str, prefixes: dict[str, str]) -> Mapping:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise UserError(f"{where}: has {len(cells)} cells for {len(COLUMNS)} columns; fix the tabs.")
    row = dict(zip(COLUMNS, cells, strict=True))
    for column, cell in row.items():
        if cell != cell.strip() or '"' in cell:
            raise UserError(f"{where}: {column} must have no quotation mark, and no blank at its ends; remove them.")
        if not cell and column not in _MAY_BE_EMPTY:
            raise UserError(f"{where}: {column} is empty; fill it in.")
    _check_values(where, row)
    subject_iri = _expand(where, row["subject_id"], prefixes)
    if not PROJECT.is_own(subject_iri):
        raise UserError(f"{where}: {row['subject_id']} is not a thing of this project; a row must begin with one.")
    _expand(where, row["mapping_justification"], prefixes)
    return Mapping(
        line=number,
        subject=row["subject_id"],
        subject_iri=subject_iri,
        subject_label=row["subject_label"],
        predicate=row["predicate_id"],
        object=row["object_id"],
        object_iri=_expand(where, row["object_id"], prefixes),
        object_label=row["object_label"],
        object_source=row["object_source"],
        object_source_iri=_source(where, row["object_source"], prefixes),
        object_source_version=row["object_source_version"],
        justification=row["mapping_justification"],
        author=row["author_label"],
        date=row["mapping_date"],
        confidence=row["confidence"],
        comment=row["comment"],
    )


def _check_values(where: str, row: dict[str, str]) -> None:
    if row["predicate_id"] not in RELATIONS:
        raise UserError(f"{where}: there is no relation '{row['predicate_id']}'; choose one of {', '.join(RELATIONS)}.")
    if not row["mapping_justification"].startswith("semapv:"):
        raise UserError(
            f"{where}: mapping_justification must be a term of semapv; write, for example, "
            "semapv:ManualMappingCuration."
        )
    if not DATE.fullmatch(row["mapping_date"]):
        raise UserError(f"{where}: '{row['mapping_date']}' is not a day such as 2026-11-26; fix mapping_date.")
    if not _CONFIDENCE.fullmatch(row["confidence"]):
        raise UserError(
            f"{where}: '{row['confidence']}' is not a confidence; give a number from 0.01 to 1 without a zero at its "
            "end."
        )


def _source(where: str, text: str, prefixes: dict[str, str]) -> str:
    # Versions are compared with one reader, and the first has IRIs; `rules.problems` reports them in a set of today.
    return _check_iri(where, text) if "://" in text else _expand(where, text, prefixes)


def _expand(where: str, curie: str, prefixes: dict[str, str]) -> str:
    found = _CURIE.fullmatch(curie)
    if not found or found[2].startswith("//"):
        raise UserError(f"{where}: '{curie}' is not a CURIE such as NCIT:C49093; fix it.")
    if found[1] not in prefixes:
        raise UserError(f"{where}: '{curie}' has a prefix that curie_map lacks; add {found[1]} to it.")
    return _check_iri(where, prefixes[found[1]] + found[2])


def _check_iri(where: str, text: str) -> str:
    try:
        return NamedNode(text).value
    except ValueError:
        raise UserError(f"{where}: '{text}' is not an IRI; fix it.") from None
