"""Which versions of imported records are the newest: what queries see, or on an earlier day would have seen.

The newest version of a record is the one with the last day of change; of several, the one that was imported last, and
of those the one that says most. A citation that its database deleted has a version that ends it on the day of the
import that says so.
"""

from collections.abc import Iterable, Iterator

from imaging_trials.imports.versions import GRAPHS
from imaging_trials.model import PROJECT
from rdfkit.base import XSD

_VERSION = f"<{GRAPHS}".encode()
_ACTIVITY = f"<{PROJECT.base}id/import/".encode()
_IS_VERSION_OF = f"> <{PROJECT.vocabulary}isVersionOf> <".encode()
_DAY = f'> <{PROJECT.vocabulary}recordVersionDay> "'.encode()
_IS_DELETION = f'> <{PROJECT.vocabulary}isDeletion> "true"'.encode()
_IMPORTED_ON = f'> <{PROJECT.vocabulary}importedOn> "'.encode()
_GENERATED_BY = b"> <http://www.w3.org/ns/prov#wasGeneratedBy> <"
_DATE = f'"^^<{XSD}date> <'.encode()


class Versions:
    """The versions of records in the lines of N-Quads files: `note` all lines, then ask for those that count."""

    def __init__(self) -> None:
        """Begin without versions."""
        self._things: dict[bytes, bytes] = {}
        self._days: dict[bytes, str] = {}
        self._deletions: set[bytes] = set()
        self._activities: dict[bytes, list[bytes]] = {}
        self._imported: dict[bytes, str] = {}
        self._sizes: dict[bytes, int] = {}

    def note(self, lines: Iterable[bytes]) -> None:
        """Read what lines say about versions and imports. Each ends with an IRI as the name of its graph."""
        end, graph, size = b"<", b"", 0
        for line in lines:
            if not line.endswith(end):
                self._sizes[graph] = self._sizes.get(graph, 0) + size
                end = line[line.rindex(b"<") :]
                graph, size = end[1 : end.rindex(b">")], 0
            size += 1
            if line.startswith((_VERSION, _ACTIVITY)):
                self._note(line)
        self._sizes[graph] = self._sizes.get(graph, 0) + size

    def _note(self, line: bytes) -> None:
        subject, mark, rest = line[1:].partition(b"> <")
        rest = mark + rest
        if rest.startswith(_IS_VERSION_OF):
            self._things[subject] = rest[len(_IS_VERSION_OF) : rest.index(b">", len(_IS_VERSION_OF))]
        elif rest.startswith(_DAY) and _DATE in rest:
            self._days[subject] = rest[len(_DAY) : rest.index(b'"', len(_DAY))].decode()
        elif rest.startswith(_IS_DELETION):
            self._deletions.add(subject)
        elif rest.startswith(_IMPORTED_ON) and _DATE in rest:
            self._imported[subject] = rest[len(_IMPORTED_ON) : rest.index(b'"', len(_IMPORTED_ON))].decode()
        elif rest.startswith(_GENERATED_BY):
            activity = rest[len(_GENERATED_BY) : rest.index(b">", len(_GENERATED_BY))]
            self._activities.setdefault(subject, []).append(activity)

    def last_import(self) -> str:
        """Return the day of the last import (``YYYY-MM-DD``), or ""."""
        return max(self._imported.values(), default="")

    def former(self, as_of: str = "") -> frozenset[bytes]:
        """Return the graphs of the versions that do not count: all but the newest of each record.

        With ``as_of``, a day, only versions of that day or earlier can count: by the last change of the record, or
        where the record does not say it, and for a deletion, by the first import.
        """
        best: dict[bytes, tuple[tuple[str, str, int, bytes], bytes]] = {}
        for graph, thing in self._things.items():
            imported = [self._imported.get(one, "") for one in self._activities.get(graph, ())]
            first, last = min(imported, default=""), max(imported, default="")
            day = first if graph in self._deletions else self._days.get(graph, "")
            if as_of and (day or first) > as_of:
                continue
            rank = (day, last, self._sizes.get(graph, 0), graph)
            if thing not in best or best[thing][0] < rank:
                best[thing] = rank, graph
        return frozenset(self._things.keys() - {graph for _, graph in best.values()})


def merged(lines: Iterable[bytes], former: frozenset[bytes]) -> Iterator[bytes]:
    """Yield lines of N-Quads as N-Triples, without the graphs in ``former`` and without what is said about those."""
    end, counts = b"<", False
    for line in lines:
        if not line.endswith(end):
            end = line[line.rindex(b"<") :]
            counts = end[1 : end.rindex(b">")] not in former
        if counts and not (line.startswith(_VERSION) and line[1 : line.index(b">")] in former):
            yield line[: line.rindex(b" <")] + b" .\n"
