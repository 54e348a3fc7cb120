"""The editions of guidelines on a time line: a bar from the first publication until a newer edition replaced it.

A bar never says more than the graph. Where no date is known, it is open and has a "?". What is only reported is dotted
and shortens no bar. Where a date is a month or a year, that part of the bar is pale.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from imaging_trials.model import vocabulary
from imaging_trials.site.pictures_drawing import (
    Box,
    Drawing,
    Legend,
    Line,
    Mark,
    Path,
    Text,
    place,
    text_width,
)
from imaging_trials.site.typography import typeset

Row = Mapping[str, str]

WIDTH, NARROW_WIDTH = 800.0, 326.0
"""Widths of the picture in units: for most windows, and for a phone."""

_LEFT, _RIGHT = 46.0, 14.0
_HEAD, _FOOT = 26.0, 26.0
_TEXT_LINE, _BAR, _ROW_GAP, _GROUP_GAP = 16.0, 12.0, 8.0, 10.0
_STUB = 28.0
_YEARS_BETWEEN_LINES = (5, 10, 25, 50, 100, 250, 500, 1000, 2500)
"""How many years may lie between two lines of the grid: the fewest of these that leave room for the numbers."""

_ROOM = 48.0


class Span(NamedTuple):
    """The days between which something happened, as ISO dates: the day itself twice if it is known."""

    earliest: str
    latest: str

    @property
    def words(self) -> str:
        """The span as people write it: a year, a month, a day, or two days.

        >>> Span("2010-01-01", "2010-12-31").words, Span("2015-02-01", "2015-02-28").words
        ('2010', '2015-02')
        """
        first, last = self
        if first == last:
            return first
        if (first[4:], last[4:], first[:4]) == ("-01-01", "-12-31", last[:4]):
            return first[:4]
        after = date.fromordinal(min(date.fromisoformat(last).toordinal() + 1, date.max.toordinal()))
        if first[:7] == last[:7] and first[8:] == "01" and after.day == 1:
            return first[:7]
        return f"{first} to {last}"


class Step(NamedTuple):
    """A replacement or an update of an edition by a newer one; ``span`` is None if no event of it is known."""

    older: str
    newer: str
    span: Span | None
    is_reported: bool
    is_update: bool


class Edition(NamedTuple):
    """An edition: its names, first publication, the first one that is only reported, and its end.

    ``since`` is the last day by which it must have existed, if its publication is not known. ``is_replaced`` is true
    without ``ended`` if the day is not known.
    """

    iri: str
    name: str
    series: str
    series_name: str
    begun: Span | None
    reported: Span | None
    since: str
    ended: Span | None
    is_replaced: bool


class Lines(NamedTuple):
    """What the picture shows: groups of editions that belong together, in order, and the steps between them."""

    groups: tuple[tuple[Edition, ...], ...]
    steps: tuple[Step, ...]

    @property
    def editions(self) -> list[Edition]:
        """All editions in the order of the picture."""
        return [one for group in self.groups for one in group]


def lines(rows: Iterable[Row]) -> Lines:
    """Return what the rows of ``edition-time-line`` say, sorted by series so that successors are neighbors."""
    by_edition: dict[str, list[Row]] = {}
    for row in rows:
        by_edition.setdefault(row["edition"], []).append(row)
    steps = tuple(dict.fromkeys(_step(row) for found in by_edition.values() for row in found if row["newer"]))
    editions = {iri: _edition(iri, found, steps) for iri, found in by_edition.items()}
    groups = _groups(editions, steps)
    return Lines(tuple(sorted(groups, key=_first_day)), steps)


def drawing(found: Lines, as_of: str, width: float = WIDTH) -> Drawing:
    """Return the picture, with a bar for each edition that ends on the day of the release if nothing replaced it.

    The name of an edition stands above its bar, and no arrow crosses it.
    """
    scale = _Scale(found, as_of, width)
    known = {one.iri: one for one in found.editions}
    order = {iri: place for place, iri in enumerate(known)}
    drawn = [one for one in found.steps if one.older in known and one.newer in known]
    moments = {one: scale.x(_moment(one, known[one.newer], known[one.older], as_of)) for one in drawn}
    bars: dict[str, float] = {}
    names: list[Mark] = []
    top = _HEAD + 6
    for group in found.groups:
        for one in group:
            crossing = [moments[step] for step in drawn if _crosses(step, order, order[one.iri])]
            start, words = place(typeset(one.name), scale.start(one), crossing, scale.x(as_of) - 4)
            names += [Text(start, top + 13 + _TEXT_LINE * number, line, "name") for number, line in enumerate(words)]
            bars[one.iri] = top + _TEXT_LINE * len(words) + 2
            top = bars[one.iri] + _BAR + _ROW_GAP
        top += _GROUP_GAP
    marks = [*scale.grid(top)]
    for one in found.editions:
        marks += _bar(one, bars[one.iri], scale)
    for step in drawn:
        marks += _arrow(step, moments[step], bars)
    return Drawing(
        "time-line" if width == WIDTH else "time-line-narrow",
        "Guidelines on a time line",
        _description(found, scale.years[0], as_of),
        width,
        top + _FOOT,
        (*marks, *names),
    )


def legend() -> tuple[Legend, ...]:
    """Return what the marks mean."""
    arrow = (Line(20, 0, 20, 8, "step"), Path(((16, 7), (24, 7), (20, 14)), "head", is_closed=True))
    said = (Line(20, 0, 20, 8, "step said"), Path(((16, 7), (24, 7), (20, 14)), "head said", is_closed=True))
    return (
        Legend((Box(1, 2, 38, _BAR, "bar now"),), "no newer edition known, up to the day of this release"),
        Legend((Box(1, 2, 38, _BAR, "bar gone"),), "replaced by a newer edition"),
        Legend(
            (Box(1, 2, 12, _BAR, "bar now maybe"), Box(13, 2, 26, _BAR, "bar now")),
            "only the month or the year is known",
        ),
        Legend(
            (Text(1, 13, "?", "open"), Box(11, 2, 28, _BAR, "bar now open")),
            "no date is known: the length says nothing",
        ),
        Legend((Box(1, 2, 38, _BAR, "bar said"),), "its publication is only reported"),
        Legend(arrow, "replaced by"),
        Legend(said, "replaced by, as is only reported: the bar above goes on"),
    )


class _Scale:
    """Days to places along the picture."""

    def __init__(self, found: Lines, as_of: str, width: float) -> None:
        days = [as_of]
        for one in found.editions:
            days += [day for span in (one.begun, one.reported, one.ended) if span for day in span]
            days += [one.since] if one.since else []
        days += [day for step in found.steps if step.span for day in step.span]
        first, last = min(days), max(days)
        self.as_of = as_of
        self.years = range(int(first[:4]), int(last[:4]) + 1)
        self._width = width - _LEFT - _RIGHT
        self._begin = date(self.years[0], 1, 1).toordinal()
        self._days = max(date.fromisoformat(last).toordinal() - self._begin, 1)

    def x(self, day: str) -> float:
        """Return where a day is."""
        passed = date.fromisoformat(day).toordinal() - self._begin
        return _LEFT + passed / self._days * self._width

    def start(self, one: Edition) -> float:
        """Return where the bar of an edition begins."""
        if one.begun:
            return self.x(one.begun.earliest)
        if one.reported:
            return self.x(one.reported.earliest)
        return self.x(one.since or self.end(one)[0]) - _STUB

    def end(self, one: Edition) -> Span:
        """Return between which days the bar of an edition ends."""
        return one.ended or Span(self.as_of, self.as_of)

    def grid(self, bottom: float) -> list[Mark]:
        """Return lines for years, with their numbers above and below, and one for the day of the release."""
        marks: list[Mark] = []
        now = self.x(self.as_of)
        per_year = self._width / self._days * 365
        between = next((one for one in _YEARS_BETWEEN_LINES if one * per_year > _ROOM), _YEARS_BETWEEN_LINES[-1])
        taken = text_width(self.as_of) + _ROOM / 2
        for year in self.years:
            x = self.x(f"{year:04}-01-01")
            if year % between == 0:
                marks.append(Line(x, _HEAD, x, bottom, "grid"))
                if x < now - taken or x > now + _ROOM / 2:
                    marks += [Text(x, y, str(year), "tick", "middle") for y in (_HEAD - 8, bottom + 16)]
        marks.append(Line(now, _HEAD, now, bottom, "limit"))
        return marks + [Text(now, y, self.as_of, "tick", "end") for y in (_HEAD - 8, bottom + 16)]


def _edition(iri: str, rows: list[Row], steps: Iterable[Step]) -> Edition:
    row = rows[0]
    published = [one for one in rows if one["event"] and not one["newer"]]
    steps_here = [one for one in steps if iri in (one.older, one.newer)]
    ends = [one for one in steps_here if one.older == iri and not one.is_reported and not one.is_update]
    begins = [one for one in steps_here if one.newer == iri]
    said = [Span(one["earliestDay"], one["latestDay"]) for one in published if _is_reported(one)]
    said += [one.span for one in begins if one.is_reported and one.span]
    return Edition(
        iri,
        row["editionName"],
        row["series"],
        row["seriesName"],
        _first(Span(one["earliestDay"], one["latestDay"]) for one in published if not _is_reported(one)),
        _first(said),
        min((one.span.latest for one in begins if not one.is_reported and one.span), default=""),
        _first(one.span for one in ends if one.span),
        bool(ends),
    )


def _step(row: Row) -> Step:
    span = Span(row["earliestDay"], row["latestDay"]) if row["event"] else None
    is_update = row["kind"] == vocabulary.UPDATE.value
    return Step(row["edition"], row["newer"], span, _is_reported(row), is_update)


def _is_reported(row: Row) -> bool:
    return row["assertionStatus"] == vocabulary.REPORTED.value


def _first(spans: Iterable[Span]) -> Span | None:
    """Return between which days the first of several things happened."""
    found = list(spans)
    return Span(min(one.earliest for one in found), min(one.latest for one in found)) if found else None


def _groups(editions: Mapping[str, Edition], steps: Iterable[Step]) -> list[tuple[Edition, ...]]:
    """Return the editions that a series or a step connects, each group with the oldest edition first."""
    group_of = {iri: {iri} for iri in editions}
    by_series: dict[str, str] = {}
    pairs = [(one.older, one.newer) for one in steps]
    pairs += [(by_series.setdefault(one.series or iri, iri), iri) for iri, one in editions.items()]
    for one, other in pairs:
        if one in group_of and other in group_of and group_of[one] is not group_of[other]:
            group_of[one] |= group_of[other]
            for each in group_of[other]:
                group_of[each] = group_of[one]
    older: dict[str, set[str]] = {}
    for step in steps:
        older.setdefault(step.newer, set()).add(step.older)

    def age(iri: str) -> tuple[int, str, str]:
        return _depth(iri, older, frozenset()), _day(editions[iri]), iri

    distinct = {min(group): group for group in group_of.values()}
    return [tuple(editions[iri] for iri in sorted(group, key=age)) for group in distinct.values()]


def _depth(iri: str, older: Mapping[str, set[str]], seen: frozenset[str]) -> int:
    """Return how many editions one replaces, one after the other; a circle ends."""
    if iri in seen:
        return 0
    return max((_depth(one, older, seen | {iri}) + 1 for one in older.get(iri, ())), default=0)


def _day(one: Edition) -> str:
    spans = [span.earliest for span in (one.begun, one.reported, one.ended) if span]
    return min([*spans, one.since] if one.since else spans, default="9999")


def _first_day(group: tuple[Edition, ...]) -> tuple[str, str, str]:
    return min(_day(one) for one in group), group[0].series_name, group[0].iri


def _moment(step: Step, newer: Edition, older: Edition, as_of: str) -> str:
    """Return the day at which a step is drawn: the first publication of the newer edition, as far as it fits."""
    span = step.span or older.ended or Span(as_of, as_of)
    begun = newer.begun.earliest if newer.begun else span.earliest
    return min(max(begun, span.earliest), span.latest)


def _bar(one: Edition, y: float, scale: _Scale) -> list[Mark]:
    state = "gone" if one.is_replaced else "now"
    about = f"{typeset(one.name)}: {published(one)}; {replaced(one)}"
    until = scale.end(one)
    first, last = scale.x(until.earliest), scale.x(until.latest)
    start = scale.start(one)
    if one.reported and not one.begun:
        return [Box(start, y, max(last - start, 2), _BAR, "bar said", about)]
    marks: list[Mark] = []
    if one.begun:
        solid = scale.x(one.begun.latest)
    else:
        solid = scale.x(one.since) if one.since else first
        marks += [
            Text(start - 4, y + 11, "?", "open", "end"),
            Box(start, y, solid - start, _BAR, f"bar {state} open", about),
        ]
    if one.begun and solid > start:
        marks.append(Box(start, y, min(solid, last) - start, _BAR, f"bar {state} maybe", about))
    if first > solid:
        marks.append(Box(solid, y, first - solid, _BAR, f"bar {state}", about))
    if last > max(first, solid):
        marks.append(Box(max(first, solid), y, last - max(first, solid), _BAR, f"bar {state} maybe", about))
    if one.is_replaced and not one.ended:
        marks.append(Text(last + 3, y + 11, "?", "open"))
    return marks or [Box(start, y, 2, _BAR, f"bar {state}", about)]


def _arrow(step: Step, x: float, bars: Mapping[str, float]) -> list[Mark]:
    look = " said" if step.is_reported else ""
    down = bars[step.newer] > bars[step.older]
    begin = bars[step.older] + (_BAR if down else 0)
    end = bars[step.newer] + (0 if down else _BAR)
    neck = end - 7 if down else end + 7
    return [
        Line(x, begin, x, neck, f"step{look}"),
        Path(((x - 4, neck), (x + 4, neck), (x, end)), f"head{look}", is_closed=True),
    ]


def _crosses(step: Step, order: Mapping[str, int], place: int) -> bool:
    """Return whether the arrow of a step passes the name of the edition at a place, which is above its bar."""
    first, last = sorted((order[step.older], order[step.newer]))
    return first < place <= last


def published(one: Edition) -> str:
    """Return in words when an edition was first published."""
    if one.begun:
        return f"published {one.begun.words}"
    if one.reported:
        return f"publication reported for {one.reported.words}"
    return "no date of publication known"


def replaced(one: Edition) -> str:
    """Return in words when an edition was replaced."""
    if one.ended:
        return f"replaced {one.ended.words}"
    return "replaced, no date known" if one.is_replaced else "no newer edition known"


def _description(found: Lines, first: int, as_of: str) -> str:
    editions = found.editions
    gone = sum(one.is_replaced for one in editions)
    said = sum(one.is_reported for one in found.steps)
    undated = sum(not one.begun for one in editions)
    return (
        f"{len(editions)} editions in {len(found.groups)} groups from {first} to {as_of}, a bar for each. {gone} were "
        f"replaced, and an arrow leads to the newer edition; of {said} that is only reported. Of {undated} no "
        "date of publication is confirmed. The table below has the same dates."
    )
