"""Find what differs in saved queries: their headers, what their texts find in the same data, and their answers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import QueryBoolean, QueryTriples, Store

from rdfkit.base import Project, UserError
from rdfkit.releases.diff.changes import Change, Value
from rdfkit.releases.diff.semver import LEVELS, highest
from rdfkit.releases.diff.snapshots import Snapshot
from rdfkit.sparql import SavedQuery, results, saved, syntax

Row = tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    """An answer as a multiset of rows, and the names of its columns (none for triples and for yes or no)."""

    form: str
    columns: Sequence[str]
    rows: Counter[Row]


def compare(project: Project, old: Snapshot, new: Snapshot, not_compared: list[str]) -> Iterator[Change]:
    """Yield the changes of saved queries and of their answers.

    If a side has no queries (a release), those of the other side are run on both; if neither has any, the project's.
    """
    if old.queries is not None and new.queries is not None:
        for name in sorted((old.queries.keys() | new.queries.keys()) - old.unread.keys() - new.unread.keys()):
            was, now = old.queries.get(name), new.queries.get(name)
            if was and now:
                yield from _header(was, now)
            elif now:
                yield replace(_change(now, "query-added"), sign="added")
            elif was:
                yield replace(_change(was, "query-removed"), sign="removed")
    else:
        not_compared.append("saved queries (a release or file has none)")
    if not (old.has_graphs and new.has_graphs):
        not_compared.append("answers (one side has no named graphs of the project)")
        return
    now_run = new.queries if new.queries is not None else old.queries
    if now_run is None:
        now_run = {path.stem: saved.read(project, path) for path in saved.files(project)}
    was_run = old.queries if old.queries is not None else now_run
    same_data = {quad.triple for quad in old.closed} == {quad.triple for quad in new.closed}
    for name in sorted(was_run.keys() & now_run.keys()):
        yield from _compare_answers(project, old.closed, new.closed, was_run[name], now_run[name], same_data=same_data)


def _change(
    query: SavedQuery, kind: str, note: str = "", before: Sequence[Value] = (), after: Sequence[Value] = ()
) -> Change:
    return Change(
        area="saved queries",
        kind=kind,
        sign="changed",
        subject=query.id,
        label=query.summary,
        subject_type="saved query",
        note=note,
        before=tuple(before),
        after=tuple(after),
    )


def _header(was: SavedQuery, now: SavedQuery) -> Iterator[Change]:
    before, after = ({parameter.name: parameter for parameter in query.parameters} for query in (was, now))
    for name in [name for name in before if name not in after]:
        new_names = sorted(after.keys() - before)
        yield _change(now, "parameter-removed", f"parameter {name} removed or renamed", [name], new_names)
    for name in [name for name in after if name not in before]:
        yield _change(now, "parameter-added", f"parameter {name}, by default {after[name].default}", [], [name])
    for name in [name for name in before if name in after]:
        types = [f"{one[name].type} {one[name].prefix}".strip() for one in (before, after)]
        if types[0] != types[1]:
            yield _change(now, "parameter-retyped", f"type of {name}", types[:1], types[1:])
        defaults = [one[name].default for one in (before, after)]
        if defaults[0] != defaults[1]:
            yield _change(now, "default-changed", f"default of {name}", defaults[:1], defaults[1:])
    if was.dataset != now.dataset:
        yield _change(now, "dataset-changed", "dataset", [was.dataset], [now.dataset])
    if was.service != now.service:
        yield _change(now, "service-changed", "other server that the query uses", [was.service], [now.service])
    wording = [(query.summary, query.description, query.tags, query.topic) for query in (was, now)]
    of_parameters = [
        [(p.name, p.description, p.examples) for p in query.parameters if p.name in before.keys() & after.keys()]
        for query in (was, now)
    ]
    if wording[0] != wording[1] or of_parameters[0] != of_parameters[1]:
        yield _change(now, "query-reworded", "summary, description, tags or examples", [was.summary], [now.summary])


def _compare_answers(  # noqa: PLR0913 - two stores, two queries, and how they relate
    project: Project, old: Store, new: Store, was: SavedQuery, now: SavedQuery, *, same_data: bool
) -> Iterator[Change]:
    rewritten = _code(was) != _code(now)
    if was.service or now.service:
        if rewritten:
            yield _change(now, "query-rewritten", "it uses another server, so its answers were not compared")
        return
    if not rewritten and same_data:
        return
    if rewritten:
        yield from _compare_texts(project, new, was, now)
    before, after = _run(project, old, was, {}), _run(project, new, was, {})
    if before.form == after.form and before.columns == after.columns:
        lost, gained = before.rows - after.rows, after.rows - before.rows
        if lost or gained:
            note = f"loses {_count(lost)}, gains {_count(gained)} because the data changed"
            yield _change(now, "answer-changed", note, _sorted(lost), _sorted(gained))


def _code(query: SavedQuery) -> list[str]:
    """Return the tokens of a query, without the VALUES block of its parameters."""
    return syntax.words(query.text, without=query.block)


def _compare_texts(project: Project, store: Store, was: SavedQuery, now: SavedQuery) -> Iterator[Change]:
    """Yield what it means that a text was rewritten, by the answers of both texts to the same data.

    Both are run with the default values and with every example value that both have; the most severe difference
    counts.
    """
    known = {(p.name, p.type, p.prefix): p for p in was.parameters}
    both = [p for p in now.parameters if (p.name, p.type, p.prefix) in known]
    settings: list[dict[str, str]] = [{}] if _have_same_defaults(was, now) else []
    settings += [
        {p.name: value} for p in both for value in p.examples if value in known[p.name, p.type, p.prefix].examples
    ]
    found = [
        list(_judge(now, _run(project, store, was, values), _run(project, store, now, values)))
        for values in settings or [{}]
    ]
    if not settings:  # no values can be given to both
        found = [[change for change in found[0] if change.kind in _FORM]]
    yield from max(found, key=lambda changes: LEVELS.index(highest([change.kind for change in changes])))


def _have_same_defaults(was: SavedQuery, now: SavedQuery) -> bool:
    """Return whether a call without parameters is still the same question, as far as the header says."""
    defaults = [{p.name: p.default for p in query.parameters} for query in (was, now)]
    return was.dataset == now.dataset and defaults[0].items() <= defaults[1].items()


def _run(project: Project, store: Store, query: SavedQuery, values: Mapping[str, str]) -> _Answer:
    try:
        answer = results.ask(project, store, saved.bind(project, query, values), query.dataset)
        if isinstance(answer, QueryTriples):
            return _Answer("triples", (), Counter((str(t.subject), str(t.predicate), str(t.object)) for t in answer))
        if isinstance(answer, QueryBoolean):
            return _Answer("yes or no", (), Counter({("true" if answer else "false",): 1}))
        columns = [variable.value for variable in answer.variables]
        return _Answer("rows", columns, Counter(tuple("" if v is None else str(v) for v in row) for row in answer))
    except UserError as error:
        raise UserError(f"The saved query '{query.id}': {error}") from None


_FORM = {"form-changed", "column-removed", "columns-reordered", "column-added"}


def _judge(query: SavedQuery, was: _Answer, now: _Answer) -> Iterator[Change]:
    """Yield how the answers of two texts to the same data differ."""
    if was.form != now.form:
        yield _change(query, "form-changed", "form of the answer", [was.form], [now.form])
        return
    gone = [column for column in was.columns if column not in now.columns]
    added = [column for column in now.columns if column not in was.columns]
    if gone:
        yield _change(query, "column-removed", "columns removed or renamed", gone, added)
        return
    if list(now.columns[: len(was.columns)]) != list(was.columns):
        yield _change(query, "columns-reordered", "columns", was.columns, now.columns)
    elif added:
        yield _change(query, "column-added", "columns added", [], added)
    places = [now.columns.index(column) for column in was.columns]
    kept = Counter(tuple(row[i] for i in places) if now.form == "rows" else row for row in now.rows.elements())
    lost, gained = was.rows - kept, kept - was.rows
    if lost:
        note = f"finds {_count(lost)} fewer in the same data"
        yield _change(query, "query-loses", note, _sorted(lost), _sorted(gained))
    elif gained:
        yield _change(query, "query-gains", f"finds {_count(gained)} more in the same data", [], _sorted(gained))
    elif not added and list(now.columns) == list(was.columns):
        yield _change(query, "query-rewritten", "the same answer from the same data")


def _count(rows: Counter[Row]) -> str:
    return f"{rows.total()} {'row' if rows.total() == 1 else 'rows'}"


def _sorted(rows: Counter[Row]) -> list[Row]:
    return sorted(rows.elements())
