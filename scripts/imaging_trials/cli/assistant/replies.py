"""Replies to assistants: CSV or quoted text, never longer than an assistant can read, and what was cut.

Text that comes from the graph, from records or from a caller's list is data. It is in double quotes in CSV, and behind
``> `` in a text, so that nothing in it looks like a line of ours. Lines of ours begin with ``# ``.
"""

from collections.abc import Iterable, Sequence

from imaging_trials import questions
from rdfkit.base import UserError, visible

MAX_ROWS = 60
"""How many rows a reply has."""

MAX_REPLY_BYTES = 16_000
"""How long a reply is, in UTF-8, with all notes."""

_ROOM_FOR_NOTES_BYTES = 1_500
_MAX_NOTE_CHARACTERS = 300
_CUT = "…[cut]"


def table(
    columns: Sequence[str],
    rows: Sequence[questions.Row],
    notes: Iterable[str],
    *,
    offset: int = 0,
    limit: int = MAX_ROWS,
) -> str:
    """Return rows of an answer as CSV, from an offset on, as many as fit, and then the notes.

    The first note says which rows these are, and how to ask for the next. Values of a row that is too long alone are
    cut, and a note says so. Raises UserError for an offset after the last row.
    """
    wanted = questions.part(len(rows), offset, min(limit, MAX_ROWS))
    head, *lines = questions.csv_lines(
        columns, rows[wanted.first - 1 if wanted.total else 0 : wanted.last], quoted=True
    )
    room = MAX_REPLY_BYTES - _ROOM_FOR_NOTES_BYTES - len(head.encode())
    fitting: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        fitting.append(line)
    cut = []
    if lines and not fitting:
        budget = (MAX_REPLY_BYTES - _ROOM_FOR_NOTES_BYTES - len(head.encode())) // (4 * max(len(columns), 1))
        cells = [_clipped(cell, budget) for cell in questions.texts_of(rows[wanted.first - 1])]
        fitting = questions.csv_lines(columns, [tuple(cells)], quoted=True)[1:]
        cut = [f"values of this row are cut at {budget} characters; ask for fewer columns, or a part of the value"]
    shown = wanted._replace(last=wanted.first + len(fitting) - 1) if fitting else wanted
    return "\n".join([head, *fitting, "", *_noted([shown.words(), *cut, *notes])])


def text(found: str, notes: Iterable[str], more: str = "", *, offset: int = 0) -> str:
    """Return text as quoted lines, from a line on, as many as fit, and then the notes; ``more`` says how to go on."""
    lines = [f"> {visible(line)}".rstrip() for line in found.rstrip("\n").split("\n")]
    if offset < 0 or (offset and offset >= len(lines)):
        raise UserError(f"offset takes a number of lines to leave out, 0 to {len(lines) - 1}, and not {offset}.")
    room = MAX_REPLY_BYTES - _ROOM_FOR_NOTES_BYTES
    fitting: list[str] = []
    for line in lines[offset:]:
        cut = line if len(line) <= MAX_REPLY_BYTES // 8 else line[: MAX_REPLY_BYTES // 8] + _CUT
        room -= len(cut.encode()) + 1
        if room < 0:
            break
        fitting.append(cut)
    last = offset + len(fitting)
    is_whole = not offset and last == len(lines)
    left = f"; ask with offset={last}" if last < len(lines) else "; the last"
    where = [] if is_whole else [f"lines {offset + 1} to {last} of {len(lines)}{left}{more}"]
    return "\n".join([*fitting, "", *_noted([*where, *notes])])


def _noted(notes: Iterable[str]) -> list[str]:
    return [f"# {_clipped(' '.join(visible(note).split()), _MAX_NOTE_CHARACTERS)}" for note in notes if note]


def _clipped(value: str, most: int) -> str:
    return value if len(value) <= most else value[:most] + _CUT
