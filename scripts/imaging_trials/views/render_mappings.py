"""Rows of mapping sets in the formats of ``imt mappings list``."""

import sys
from collections.abc import Sequence

from imaging_trials.mapping_sets import Mapping, MappingSet
from rdfkit.base import table as text_table
from rdfkit.base import terminal_columns

_COLUMNS = ("set", "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "confidence", "comment")
_COLUMNS_OF_TABLE = 6

Rows = Sequence[tuple[MappingSet, Mapping]]


def table(rows: Rows) -> str:
    """Return rows as a table for people, without confidence and comment."""
    shown = [row[:_COLUMNS_OF_TABLE] for row in _cells(rows)]
    return text_table(_COLUMNS[:_COLUMNS_OF_TABLE], shown, "mapping", terminal_columns(sys.stdout))


def tsv(rows: Rows) -> str:
    """Return rows with the column names of SSSOM, separated by tabs."""
    return "".join("\t".join(row) + "\n" for row in (_COLUMNS, *_cells(rows)))


def json(rows: Rows) -> str:
    """Return rows as a JSON list of objects, with the column names of SSSOM as keys."""
    from json import dumps

    return dumps([dict(zip(_COLUMNS, row, strict=True)) for row in _cells(rows)], indent=2, ensure_ascii=False) + "\n"


def _cells(rows: Rows) -> list[tuple[str, ...]]:
    return [
        (
            one.name,
            mapping.subject,
            mapping.subject_label,
            mapping.predicate,
            mapping.object,
            mapping.object_label,
            mapping.confidence,
            mapping.comment,
        )
        for one, mapping in rows
    ]
