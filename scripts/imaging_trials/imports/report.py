"""What an import did: counts, and for each record that was refused or warned about the reason."""

import json
import re
from dataclasses import dataclass, field

MAX_DETAILS = 1000
"""How many refused records and warnings are listed one by one; the counts have all of them."""

_VALUE = re.compile(r"'[^']{0,400}'|\b[0-9]{1,10}\b")


@dataclass
class Report:
    """Counts of records (``read``, ``written``, ``refused``, ``warned``, ``deleted``) and of ``quads`` of one file."""

    file: str
    format: str = ""
    read: int = 0
    written: int = 0
    refused: int = 0
    warned: int = 0
    deleted: int = 0
    quads: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """A reason, without its values: how many records it was given for."""
    details: list[tuple[str, str, str]] = field(default_factory=list)
    """``refused`` or ``warned``, the record, the reason."""
    imported_as: str = ""
    """The file in the folder, or ""."""
    elsewhere: int = 0
    """Records of other shards that were passed over."""

    def refuse(self, record: str, reason: str) -> None:
        """Count a record that was not written."""
        self.refused += 1
        self._note("refused", record, reason)

    def warn(self, record: str, reasons: tuple[str, ...]) -> None:
        """Count a record that was written without a part of it, or that is odd."""
        self.warned += bool(reasons)
        for reason in reasons:
            self._note("warned", record, reason)

    def _note(self, kind: str, record: str, reason: str) -> None:
        key = f"{kind}: {_VALUE.sub('...', reason)}"
        self.reasons[key] = self.reasons.get(key, 0) + 1
        if len(self.details) < MAX_DETAILS:
            self.details.append((kind, record, reason))


def as_text(reports: list[Report]) -> str:
    """Return reports for people: a line of counts for each file, and below it the records and reasons."""
    lines = []
    for one in reports:
        stored = f", as {one.imported_as}" if one.imported_as else ""
        lines.append(
            f"{one.file} ({one.format}){stored}: {one.read} read, {one.written} written, {one.refused} refused, "
            f"{one.warned} with warnings, {one.quads} quads"
        )
        lines += [f"  {kind}: {record}: {reason}" for kind, record, reason in one.details]
        left = sum(one.reasons.values()) - len(one.details)
        if left:
            lines.append(f"  and {left} more; per reason:")
            lines += [f"  {number} {reason}" for reason, number in sorted(one.reasons.items())]
    return "".join(f"{line}\n" for line in lines)


def as_json(reports: list[Report]) -> str:
    """Return reports as a JSON array, with the counts for each reason."""
    rows = [
        {
            "file": one.file,
            "format": one.format,
            "importedAs": one.imported_as,
            **{name: getattr(one, name) for name in ("read", "written", "refused", "warned", "deleted", "quads")},
            "reasons": one.reasons,
            "details": [dict(zip(("kind", "record", "reason"), detail, strict=True)) for detail in one.details],
        }
        for one in reports
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
