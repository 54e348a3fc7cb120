"""Entries of formats with a tag at the beginning of each line, while their lines are read."""

from imaging_trials.bibliography.reference import Entry


class Draft:
    """An entry that is being read: its place, and the lines of each value of each field."""

    def __init__(self, line: int) -> None:
        """Begin an entry at a line of the file, counted from 1."""
        self._place = f"line {line}"
        self._fields: dict[str, list[list[str]]] = {}
        self._last: list[str] | None = None

    def __contains__(self, tag: str) -> bool:
        """Return whether the entry has a field."""
        return tag in self._fields

    def count(self, tag: str) -> int:
        """Return how many values of a field there are so far."""
        return len(self._fields.get(tag, ()))

    def add(self, tag: str, value: str) -> None:
        """Add a value of a field."""
        self._last = [value]
        self._fields.setdefault(tag, []).append(self._last)

    def go_on(self, value: str) -> None:
        """Add a line to the value that was added last."""
        if self._last is not None:
            self._last.append(value)

    def entry(self, number: int) -> Entry:
        """Return the entry, which is the one of this number in the list; values are without blanks at their ends."""
        values = {tag: [" ".join(lines).strip() for lines in values] for tag, values in self._fields.items()}
        return Entry(self._place, number, {tag: [one for one in found if one] for tag, found in values.items()})
