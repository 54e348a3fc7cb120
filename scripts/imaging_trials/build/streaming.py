"""Validation of files of any size, a window of records at a time, with the results of validating them as one graph.

A record is a run of quads of one named graph; in a file without named graphs, a run of triples about one subject. The
shapes and rules say what they can read from other records (`rdfkit.shacl.reach`, `rdfkit.inference.roles`). Records
that are linked in this way over several windows are judged again at the end, each group as one graph, and what was
found about their nodes before is dropped. Memory holds one window, the groups of one batch, and what was found.
"""

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode

from imaging_trials.build import validation
from imaging_trials.build.records import File, Record, batches_of, counts, records_of, sources_of
from imaging_trials.build.validation import Context, with_files
from imaging_trials.model import PROJECT
from rdfkit.inference import Contradiction, roles, rules
from rdfkit.rdf import reading
from rdfkit.shacl import judge, linking, locate, reach, report, term_text, undefined_terms

WINDOW_TRIPLES = 200_000
"""After so many triples a window ends with its record. Linked records are judged in batches of that size, too."""


MAX_BYTES_IN_MEMORY = 50_000_000
"""Of the files of one validation: larger ones pass a window of records at a time, with the same report."""

_TRIPLES_TRIED = 10_000
"""How many triples of each large file are read before the graph is."""

_GZIP_RATIO = 15
"""How many times larger decompressed N-Quads usually are."""


class AxiomsError(Exception):
    """No record can be judged alone: there are axioms, or a shape reads what nothing connects with its focus node."""


def validate_files(
    files: Sequence[Path], syntax: str | None = None, *, engine: str = "auto", curation: bool = False
) -> report.Report:
    """Return what is wrong with a user's RDF files, as `validation.validate_files` does.

    Large ones pass a window at a time, unless the engine is pySHACL, or one statement can change what follows from all.
    """
    context = None
    if engine != "pyshacl" and _are_large(files):
        for path in files:  # what is no RDF is refused before the graph takes time and memory
            deque(islice(reading.stream(path, syntax, base=reading.file_base(path)), _TRIPLES_TRIED), maxlen=0)
        context = validation.load_context(curation=curation)
        if not isinstance(context.given.prepared, str):
            with suppress(AxiomsError):
                return validate_streams([File(path, reading.syntax_of(path, syntax)) for path in files], context)
    return validation.validate_files(files, syntax, context, engine=engine, curation=curation)


def _are_large(files: Iterable[Path]) -> bool:
    """Return whether files are larger than what is read into memory, and can be read several times."""
    size = 0
    for path in files:
        try:
            is_file = path.is_file()
        except OSError:  # the name is too long, say: the reader reports it
            is_file = False
        if not is_file:
            return False
        size += path.stat().st_size * (_GZIP_RATIO if path.suffix.lower() == ".gz" else 1)
    return size > MAX_BYTES_IN_MEMORY


def validate_streams(
    files: Sequence[File],
    context: Context,
    *,
    window: int = WINDOW_TRIPLES,
    watch: Callable[[int], None] = lambda _: None,
) -> report.Report:
    """Return what is wrong with RDF files, as `validate_data` does for files that fit into memory.

    The files are read several times. ``window`` is in triples; ``watch`` is called with the number of triples judged.
    Raises UserError for a file that cannot be read as RDF, and AxiomsError if no record can be judged alone.
    """
    run = _Run(files, context, window, watch)
    found = run.whole(infer=True)
    if found.contradictions:
        # Anything follows from a contradiction, so with one nothing is inferred.
        contradictions = found.contradictions
        found = run.whole(infer=False)
        found.contradictions = contradictions
    return run.report(found)


@dataclass(frozen=True)
class _Judged:
    results: list[report.Result]
    checked: set[str]
    roots: set[str]
    contradictions: list[Contradiction]


@dataclass
class _Found:
    """What was found in the files."""

    results: list[report.Result]
    unchecked: set[str]
    contradictions: dict[tuple[str, frozenset[str]], Contradiction]
    undefined: list[undefined_terms.UndefinedTerm]
    triples: int
    checked: int
    places: dict[int, set[int]]
    """By the key of each focus node with a result, the records that name it, and those that are linked with them."""


class _AgainError(Exception):
    """A shape has its first focus node late, or a record describes a node that many mention: records may be linked."""

    def __init__(self, roots: frozenset[str], described: frozenset[str]) -> None:
        super().__init__()
        self.roots = roots
        self.described = described


class _Run:
    """The validation of some files."""

    def __init__(self, files: Sequence[File], context: Context, window: int, watch: Callable[[int], None]) -> None:
        self.files = files
        self.context = context
        self.window = window
        self.watch = watch
        self.roles = roles.of_rules(rules.read_rules(context.root / "ontology" / "rules"), context.store)
        self.known = frozenset(str(quad.subject) for quad in context.quads)
        self.infer = True

    # Reading

    def records(self) -> Iterator[Record]:
        """Yield the records of all files, in their order."""
        return records_of(self.files)

    def windows(self) -> Iterator[list[Record]]:
        """Yield the records in windows."""
        records: list[Record] = []
        size = total = 0
        for record in self.records():
            records.append(record)
            size += len(record.quads)
            if size >= self.window:
                total += size
                yield records
                self.watch(total)
                records, size = [], 0
        if records:
            yield records

    # Judging

    def whole(self, *, infer: bool) -> _Found:
        """Return what is wrong with all records."""
        self.infer = infer
        roots: frozenset[str] = frozenset()
        described: frozenset[str] = frozenset()
        while True:
            try:
                with linking.Table() as table:
                    return _Pass(self, table, roots, described).whole()
            except _AgainError as again:
                roots, described = again.roots, again.described

    def signs(self, roots: Collection[str], described: frozenset[str]) -> linking.Signs:
        """Return what finds the signs of records for the shapes in ``roots``."""
        wanted = reach.Reach()
        prepared = self.context.given.prepared
        assert not isinstance(prepared, str)  # noqa: S101 - the caller has the fast engine
        for shape in prepared.shapes.roots:
            if shape.node in roots:
                wanted.add(reach.of_shape(prepared, shape, self.context.given.graph))
        if wanted.everything:
            raise AxiomsError
        return linking.Signs(wanted, self.roles, self.known, described)

    def judge(self, records: Iterable[Record]) -> _Judged:
        """Return what is wrong with records as one graph, with the context."""
        records = list(records)
        triples = dict.fromkeys(triple for record in records for triple in record.triples)
        if any(roles.is_axiom(predicate, value) for _, predicate, value in triples):
            raise AxiomsError
        quads = [quad for record in records for quad in record.quads]
        inferred, contradictions = self.context.closed.infer(quads, types=False) if self.infer else (set(), [])
        nodes = {subject for subject, _, _ in triples}
        nodes.update(value for _, _, value in triples if value not in self.known)
        added = [*map(" ".join, triples), *map(str, inferred)]
        outcome = judge(self.context.given, added, nodes)
        return _Judged(outcome.results, outcome.checked, outcome.roots, contradictions)

    # The report

    def report(self, found: _Found) -> report.Report:
        """Return the report, with locations."""
        contradictions = sorted(found.contradictions.values(), key=lambda each: (each.rule, each.members))
        about = {(f"<{each.subject}>", f"<{each.predicate}>") for each in found.undefined}
        members = {text for each in contradictions for text in each.members}
        wanted = set().union(*found.places.values())
        focus = {str(result.focus) for result in found.results}
        sources, files = sources_of(self.files, wanted, focus, about, members)
        made = report.Report(
            PROJECT,
            triples=found.triples,
            checked=found.checked,
            unchecked=tuple(sorted(term_text(PROJECT, NamedNode(node[1:-1])) for node in found.unchecked)),
            results=with_files(found.results, files, "-"),
            undefined=tuple(sorted(found.undefined)),
            contradictions=tuple(contradictions),
        )
        return locate(made, sources, self.context.store, self.context.given.shape_quads)


class _Pass:
    """One pass over the windows, and then over the groups of linked records."""

    def __init__(self, run: _Run, table: linking.Table, roots: frozenset[str], described: frozenset[str]) -> None:
        self.run = run
        self.table = table
        self.roots = roots
        self.described = described
        self.suspects = undefined_terms.Suspects(PROJECT, run.context.known)
        self.sizes = array("I")
        self.starts: list[int] = []
        self.results: list[tuple[int, report.Result]] = []
        self.unchecked: set[str] = set()
        self.contradictions: dict[tuple[str, frozenset[str]], Contradiction] = {}

    def whole(self) -> _Found:
        """Return what is wrong with all records."""
        signs: linking.Signs | None = None
        for number, records in enumerate(self.run.windows(), 1):
            judged = self.run.judge(records)
            if signs is None:
                self.roots |= judged.roots
                signs = self.run.signs(self.roots, self.described)
            self.note(judged)
            self.results += ((number, result) for result in judged.results)
            self.starts.append(records[0].number)
            self.enter(records, signs, judged.checked)
            self.suspect(records)
        if signs is None:
            return _Found([], set(), {}, [], 0, 0, {})
        if missed := signs.missed - self.described:
            raise _AgainError(self.roots, self.described | missed)
        return self.together(linking.links(self.table, signs.pairs))

    def note(self, judged: _Judged) -> None:
        """Keep contradictions; start again if a shape has its first focus node here."""
        if not judged.roots <= self.roots:
            raise _AgainError(self.roots | judged.roots, self.described)
        for each in judged.contradictions:
            key = (each.rule, frozenset(each.members))
            if key not in self.contradictions or each.members < self.contradictions[key].members:
                self.contradictions[key] = each

    def enter(self, records: Sequence[Record], signs: linking.Signs, checked: set[str]) -> None:
        """Enter the signs of a window's records into the table."""
        found = [(record.number, signs.of_record(record.triples)) for record in records]
        stated: dict[str, list[linking.Sign]] = {}
        for _, several in found:
            for node, sign in several.items():
                if sign.own:
                    stated.setdefault(node, []).append(sign)
        counted = counts(records, {node for node, signs_ in stated.items() if len({each.own for each in signs_}) > 1})
        left = set(checked)
        for record, several in found:
            self.sizes.append(sum(sign.size for sign in several.values()))
            for node, sign in several.items():
                is_checked = node in checked and (bool(sign.own) or node not in stated)
                left.discard(node)
                kept = sign._replace(size=counted[node]) if node in counted and sign.own else sign
                self.table.add(node, record, kept, is_checked=is_checked)
        for node in left:
            self.table.add(node, records[-1].number, linking.Sign(0, 0, 0, 0), is_checked=True)
        self.unchecked.update(node for node in stated if node[0] == "<" and node not in checked)

    def suspect(self, records: Sequence[Record]) -> None:
        """Note the terms that may be undefined."""
        for place in dict.fromkeys(record.file for record in records):
            quads = [quad for record in records if record.file == place for quad in record.quads]
            self.suspects.add(quads, str(self.run.files[place].path))

    def together(self, linked: linking.Links) -> _Found:
        """Return everything that was found, with groups of linked records in several windows judged again."""
        apart = linked.apart(self.starts)
        far = {record for group in apart for record in group}
        keys = {linking.key_of(str(result.focus)) for _, result in self.results}
        suspects = {linking.key_of(f"<{term}>"): term for term in self.suspects.terms()}
        unchecked = {linking.key_of(node): node for node in self.unchecked}
        again: set[int] = set()
        differing: set[int] = set()
        first: dict[int, int] = {}
        described: set[str] = set()
        triples = checked = 0
        for key, entries in self.table.nodes():
            stated = [entry for entry in entries if entry.sign.own]
            if stated:
                if len({entry.sign.own for entry in stated}) > 1 and (
                    bisect_right(self.starts, stated[0].record) != bisect_right(self.starts, stated[-1].record)
                ):
                    differing.add(key)
                else:
                    triples += stated[0].sign.size
                if key in suspects:
                    described.add(suspects[key])
            judged = [entry for entry in entries if entry.is_checked]
            if any(entry.record in far for entry in (*stated, *judged)):
                again.add(key)
            elif judged:
                checked += 1
                unchecked.pop(key, None)
                if key in keys:
                    first[key] = bisect_right(self.starts, judged[0].record)
        results = [each for at, each in self.results if first.get(linking.key_of(str(each.focus))) == at]
        more, of_groups, stated_apart = self.of_groups(apart, again, differing)
        for node in of_groups:
            unchecked.pop(linking.key_of(node), None)
        results += more
        return _Found(
            results=results,
            unchecked=set(unchecked.values()),
            contradictions=self.contradictions,
            undefined=self.suspects.undefined(described),
            triples=triples + stated_apart,
            checked=checked + len(of_groups),
            places=self.places({linking.key_of(str(each.focus)) for each in results}, linked),
        )

    def of_groups(
        self, groups: Sequence[list[int]], again: set[int], differing: set[int]
    ) -> tuple[list[report.Result], set[str], int]:
        """Return the results for groups of linked records, the focus nodes, and how many triples some subjects have.

        ``again`` are the keys of the focus nodes, and ``differing`` those of the subjects, which records of several
        windows state differently: so these records are linked, and their group is judged here as a whole.
        """
        count = 0
        results: list[report.Result] = []
        checked: set[str] = set()
        for records in batches_of(self.run.files, [*self.batches(groups)]):
            judged = self.run.judge(records)
            self.note(judged)
            triples = (triple for record in records for triple in record.triples) if differing else ()
            count += len({hash(triple) for triple in triples if linking.key_of(triple[0]) in differing})
            new = {node for node in judged.checked if linking.key_of(node) in again} - checked
            results += (result for result in judged.results if str(result.focus) in new)
            checked |= new
        return results, checked, count

    def batches(self, groups: Sequence[list[int]]) -> Iterator[set[int]]:
        """Yield the records of some groups together, up to the size of a window, or of one larger group."""
        batch: set[int] = set()
        size = 0
        for group in groups:
            more = sum(self.sizes[record] for record in group)
            if batch and size + more > self.run.window:
                yield batch
                batch, size = set(), 0
            batch |= {*group}
            size += more
        if batch:
            yield batch

    def places(self, keys: set[int], linked: linking.Links) -> dict[int, set[int]]:
        """Return the records that name the nodes with these keys, and those that are linked with them."""
        group_of = {record: group for group in linked.groups for record in group} if keys else {}
        found: dict[int, set[int]] = {}
        for key, entries in self.table.nodes() if keys else ():
            if key in keys:
                found[key] = {each for entry in entries for each in group_of.get(entry.record, [entry.record])}
        return found
