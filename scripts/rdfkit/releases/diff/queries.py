"""What differs in saved queries: their header, what their text finds in the same data, and their answers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import QueryBoolean, QueryTriples, Store

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.base.text import visible
from rdfkit.releases.diff.changes import Change
from rdfkit.releases.diff.semver import LEVELS, highest
from rdfkit.releases.diff.snapshots import State
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.sparql import syntax
from rdfkit.sparql.saved import SavedQuery

_SHOWN = 20
"""Rows of an answer to show, lost and gained."""

Row = tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    """An answer as a bag of rows, and the names of its columns (none for triples and yes or no)."""

    form: str
    columns: Sequence[str]
    rows: Counter[Row]


def compare(old: State, new: State, not_compared: list[str]) -> Iterator[Change]:
    """Yield the changes of saved queries and of their answers.

    Where a side has no queries (a release), the other's are asked of both, or else those that this package ships.
    """
    if old.queries is not None and new.queries is not None:
        for id_ in sorted((old.queries.keys() | new.queries.keys()) - old.unread.keys() - new.unread.keys()):
            was, now = old.queries.get(id_), new.queries.get(id_)
            if was and now:
                yield from _header(was, now)
            elif now:
                yield replace(_head(now, "+"), kind="query-added")
            elif was:
                yield replace(_head(was, "-"), kind="query-removed")
    else:
        not_compared.append("saved queries (a release or file holds none)")
    if not (old.has_graphs and new.has_graphs):
        not_compared.append("answers (a side has no named graphs of ours to ask)")
        return
    asked = new.queries if new.queries is not None else old.queries
    now_asked = (
        asked if asked is not None else {path.stem: catalog.read(PROJECT, path) for path in catalog.files(PROJECT)}
    )
    same_data = {quad.triple for quad in old.closed} == {quad.triple for quad in new.closed}
    was_asked = old.queries if old.queries is not None else now_asked
    yield from _answers(old.closed, new.closed, was_asked, now_asked, same_data=same_data)


def _change(query: SavedQuery, kind: str, words: str, before: Sequence[str] = (), after: Sequence[str] = ()) -> Change:
    return replace(_head(query, "~"), kind=kind, words=words, before=tuple(before), after=tuple(after))


def _head(query: SavedQuery, sign: str) -> Change:
    return Change("saved queries", "", sign, query.id, query.summary, "saved query")


def _header(was: SavedQuery, now: SavedQuery) -> Iterator[Change]:
    before, after = ({parameter.name: parameter for parameter in query.parameters} for query in (was, now))
    for name in [name for name in before if name not in after]:
        yield _change(
            now, "parameter-removed", f"parameter {name} removed or renamed", [name], sorted(after.keys() - before)
        )
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
        yield _change(now, "dataset-changed", "asked over", [was.dataset], [now.dataset])
    if was.service != now.service:
        yield _change(now, "service-changed", "asks besides the graph", [was.service], [now.service])
    reading = [(query.summary, query.description, query.tags, query.topic) for query in (was, now)]
    told = [[(p.name, p.description, p.examples) for p in query.parameters if p.name in before.keys() & after.keys()]
            for query in (was, now)]  # fmt: skip
    if reading[0] != reading[1] or told[0] != told[1]:
        yield _change(now, "query-reworded", "question, summary, tags, examples", [was.summary], [now.summary])


def _answers(old: Store, new: Store, was_asked: Mapping[str, SavedQuery], now_asked: Mapping[str, SavedQuery], *,
             same_data: bool) -> Iterator[Change]:  # fmt: skip
    for id_ in sorted(was_asked.keys() & now_asked.keys()):
        was, now = was_asked[id_], now_asked[id_]
        rewritten = _code(was) != _code(now)
        if was.service or now.service:
            if rewritten:
                yield _change(now, "query-rewritten", "asks another server, so what it finds was not compared")
            continue
        if not rewritten and same_data:
            continue
        if rewritten:
            yield from _text(new, was, now)
        before, text_before = _ask(old, was, {}), _ask(new, was, {})
        if before.form == text_before.form and before.columns == text_before.columns:
            yield from _rows(now, before, text_before)


def _code(query: SavedQuery) -> list[str]:
    """Return the tokens of a query, less the block that its parameters enter by."""
    return syntax.words(query.text, without=query.block)


def _text(store: Store, was: SavedQuery, now: SavedQuery) -> Iterator[Change]:
    """Yield what it means that a text was rewritten, by the answers of both to the same data.

    Asked is with the defaults and with every example that both take, and the gravest difference is told.
    """
    known = {(p.name, p.type, p.prefix): p for p in was.parameters}
    both = [p for p in now.parameters if (p.name, p.type, p.prefix) in known]
    settings: list[dict[str, str]] = [{}] if _same_call(was, now) else []
    settings += [
        {p.name: value} for p in both for value in p.examples if value in known[p.name, p.type, p.prefix].examples
    ]
    found = [list(_judged(now, _ask(store, was, set_), _ask(store, now, set_))) for set_ in settings or [{}]]
    if not settings:  # nothing can be asked of both
        found = [[change for change in found[0] if change.kind in _FORM]]
    yield from max(found, key=lambda changes: LEVELS.index(highest([change.kind for change in changes])))


def _same_call(was: SavedQuery, now: SavedQuery) -> bool:
    """Tell whether asking with nothing set is still the same question, as far as the header says."""
    defaults = [{p.name: p.default for p in query.parameters} for query in (was, now)]
    return was.dataset == now.dataset and defaults[0].items() <= defaults[1].items()


def _ask(store: Store, query: SavedQuery, settings: Mapping[str, str]) -> _Answer:
    try:
        answer = answers.ask(PROJECT, store, catalog.bind(PROJECT, query, settings), query.dataset)
        if isinstance(answer, QueryTriples):
            return _Answer("triples", (), Counter((str(t.subject), str(t.predicate), str(t.object)) for t in answer))
        if isinstance(answer, QueryBoolean):
            return _Answer("yes or no", (), Counter({("true" if answer else "false",): 1}))
        columns = [variable.value for variable in answer.variables]
        return _Answer("rows", columns, Counter(tuple("" if v is None else str(v) for v in row) for row in answer))
    except UserError as error:
        raise UserError(f"The saved query '{query.id}': {error}") from None


_FORM = {"form-changed", "column-removed", "columns-reordered", "column-added"}


def _judged(query: SavedQuery, was: _Answer, now: _Answer) -> Iterator[Change]:
    """Yield how the answers of two texts to the same data differ."""
    if was.form != now.form:
        yield _change(query, "form-changed", "answers with", [was.form], [now.form])
        return
    gone = [column for column in was.columns if column not in now.columns]
    come = [column for column in now.columns if column not in was.columns]
    if gone:
        yield _change(query, "column-removed", "columns removed or renamed", gone, come)
    elif list(now.columns[: len(was.columns)]) != list(was.columns):
        yield _change(query, "columns-reordered", "columns", was.columns, now.columns)
    elif come:
        yield _change(query, "column-added", "columns added", [], come)
    if gone:
        return
    places = [now.columns.index(column) for column in was.columns]
    kept = Counter(tuple(row[i] for i in places) if now.form == "rows" else row for row in now.rows.elements())
    lost, gained = was.rows - kept, kept - was.rows
    if lost:
        yield _change(query, "query-loses", f"finds {_count(lost)} less in the same data", _shown(lost), _shown(gained))
    elif gained:
        yield _change(query, "query-gains", f"finds {_count(gained)} more in the same data", [], _shown(gained))
    elif not come and list(now.columns) == list(was.columns):
        yield _change(query, "query-rewritten", "the same answer from the same data")


def _rows(query: SavedQuery, before: _Answer, after: _Answer) -> Iterator[Change]:
    """Yield that the same text has another answer since the data is another."""
    lost, gained = before.rows - after.rows, after.rows - before.rows
    if lost or gained:
        words = f"loses {_count(lost)}, gains {_count(gained)} as the data changed"
        yield _change(query, "answer-changed", words, _shown(lost), _shown(gained))


def _count(rows: Counter[Row]) -> str:
    return f"{rows.total()} {'row' if rows.total() == 1 else 'rows'}"


def _shown(rows: Counter[Row]) -> list[str]:
    from rdfkit.releases.diff.facts import plain

    shown = [" | ".join(plain(cell) if cell else "" for cell in row) for row in sorted(rows.elements())[:_SHOWN]]
    more = rows.total() - _SHOWN
    return [visible(row) for row in shown] + ([f"and {more} more"] if more > 0 else [])
