"""Drawings: their marks are the rows of the saved question, and nothing overlaps or leaves the picture."""

import re
from collections import Counter
from datetime import date
from math import log10

import pytest

from imaging_trials.model.project import PROJECT
from imaging_trials.site import pictures_decay, pictures_societies, pictures_time_line
from imaging_trials.site.pictures_drawing import Box, Line
from imaging_trials.site.typography import typeset
from rdfkit.base import UserError
from tests.support.drawings import DAY, SVG, Row, answer, boxes, check_room, drawn

SECONDS = {"SEC": 1, "MIN": 60, "HR": 3600, "DAY": 86400}

# The time line


def day(words: str) -> int:
    return date.fromisoformat(words).toordinal()


@pytest.mark.parametrize("width", [pictures_time_line.WIDTH, pictures_time_line.NARROW_WIDTH])
def test_bars_reach_from_date_to_date(width: float) -> None:
    """Each bar begins at the first confirmed publication and ends at the first confirmed replacement, or today."""
    rows = answer("edition-time-line")
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY, width))
    first, last = seen.tick("2005"), float(seen.all("line", "limit")[0].get("x1", ""))
    per_day = (last - first) / (day(DAY) - day("2005-01-01"))
    edges: dict[str, list[float]] = {}
    for box in seen.all("rect", "bar"):
        title = box.findtext(f"{SVG}title") or ""
        begin = float(box.get("x", ""))
        edges.setdefault(title.rpartition("; ")[0].rpartition(": ")[0], []).extend(
            [begin, begin + float(box.get("width", ""))]
        )
    counted = [row for row in rows if row["event"] and not row["assertionStatus"].endswith("/reported")]
    compared = 0
    for name in {row["editionName"] for row in rows}:
        found = edges.pop(typeset(name))
        own = [row for row in counted if row["editionName"] == name]
        begun = [row["earliestDay"] for row in own if not row["newer"]]
        ended = [row["latestDay"] for row in own if row["newer"]]
        if begun:
            assert min(found) == pytest.approx(first + (day(min(begun)) - day("2005-01-01")) * per_day, abs=0.3), name
            compared += 1
        assert max(found) == pytest.approx(first + (day(min([*ended, DAY])) - day("2005-01-01")) * per_day, abs=0.3)
    assert edges == {}
    assert compared > 30


def test_arrows_and_question_marks_are_those_of_the_answer() -> None:
    rows = answer("edition-time-line")
    steps = {(row["edition"], row["newer"], row["assertionStatus"].rpartition("/")[2]) for row in rows if row["newer"]}
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY))
    assert len(seen.all("line", "step")) == len(seen.all("path", "head")) == len(steps)
    assert len(seen.all("line", "step said")) == sum(status == "reported" for _, _, status in steps) == 1
    dated = {row["edition"] for row in rows if row["event"] and not row["newer"]}
    said = {newer for _, newer, status in steps if status == "reported"}
    unknown = {row["edition"] for row in rows} - dated - said
    assert len(seen.all("text", "open")) == len(seen.all("rect", "open")) == len(unknown) == 3
    assert len(seen.all("rect", "bar said")) == len(said - dated) == 1


def test_successors_are_neighbors() -> None:
    for group in pictures_time_line.lines(answer("edition-time-line")).groups:
        assert len({one.series for one in group}) == 1
    found = [one.iri for one in pictures_time_line.lines(answer("edition-time-line")).editions]
    at = found.index(PROJECT.expand("edition:eanm-fdg-pet-ct-tumour-imaging-1-0"))
    assert [iri[-3:] for iri in found[at : at + 3]] == ["1-0", "2-0", "3-0"]


def edition(name: str, *, newer: str = "", days: str = "", status: str = "confirmed", kind: str = "") -> Row:
    """Return a row: a publication, or with ``newer`` a replacement; without days one of which no event is known."""
    first, _, last = days.partition("/")
    event = PROJECT.expand(kind or ("eventkind:supersession" if newer else "eventkind:online-publication"))
    return {
        "edition": f"urn:{name}", "editionName": f"guideline {name}", "series": "urn:s", "seriesName": "guideline",
        "event": "urn:e" if days else "", "kind": event if days else "", "newer": f"urn:{newer}" if newer else "",
        "assertionStatus": PROJECT.expand(f"assertion:{status}") if days else "",
        "earliestDay": first, "latestDay": last or first,
    }  # fmt: skip


CASES = {
    "nothing is known": [edition("a")],
    "one, published today": [edition("a", days=DAY)],
    "replaced, the day unknown": [
        edition("a", days="2001-05-01"), edition("a", newer="b"), edition("b", days="2026-11-29"),
    ],
    "a circle": [edition("a", newer="b", days="2005-01-01/2005-12-31"), edition("b", newer="a", days="2001-02-03")],
    "replaced by itself": [edition("a", newer="a", days="2005-01-01")],
    "replaced by one that is not here": [edition("a", newer="z", days="2005-01-01")],
    "replaced in the year of its publication": [
        edition("a", days="2005-01-01/2005-12-31"), edition("a", newer="b", days="2005-01-01/2005-12-31"), edition("b"),
    ],
    "a day after the release": [
        edition("a", days="2031-01-01"), edition("a", newer="b", days="2032-01-01"), edition("b"),
    ],
    "the first and last days": [
        edition("a", days="0001-01-01"), edition("a", newer="b", days="9999-12-31"), edition("b"),
    ],
    "many at once": [
        row for number in range(12)
        for row in (edition(f"of a very long name, number {number}", newer="last", days="2015-06-01"),)
    ] + [edition("last", days="2015-06-01"), edition("of-a-name-without-any-space-" + "x" * 80, days="2026-01-01")],
}  # fmt: skip
"""Rows at the limits."""


@pytest.mark.parametrize("width", [pictures_time_line.WIDTH, pictures_time_line.NARROW_WIDTH])
@pytest.mark.parametrize("case", ["the answer", *CASES])
def test_the_time_line_has_room_for_everything(case: str, width: float) -> None:
    lines = pictures_time_line.lines(CASES.get(case) or answer("edition-time-line"))
    drawing = pictures_time_line.drawing(lines, DAY, width)
    check_room(drawing)
    arrows = [one for one in drawing.marks if isinstance(one, Line) and one.look.startswith("step")]
    for left, top, right, bottom, words in boxes(drawing):
        for one in arrows:
            first, last = sorted((one.y1, one.y2))
            assert not (left < one.x1 < right and first < bottom and last > top), words
    assert len({one.about for one in drawing.marks if isinstance(one, Box)}) == len(lines.editions)


def bar_ends(rows: list[Row], name: str) -> tuple[float, bool]:
    """Return where the bar of an edition ends, and whether that is at the day of the release."""
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY))
    ends = [
        float(one.get("x", "")) + float(one.get("width", ""))
        for one in seen.all("rect", "bar")
        if (one.findtext(f"{SVG}title") or "").startswith(f"guideline {name}:")
    ]
    return max(ends), max(ends) == pytest.approx(float(seen.all("line", "limit")[0].get("x1", "")), abs=0.2)


def test_a_date_that_is_a_year_is_a_pale_part() -> None:
    """The bar is solid only where the edition was valid whatever the days were."""
    rows = [edition("a", days="2001-01-01/2001-12-31"), edition("b", days="2010-01-01/2010-12-31")]
    rows.append(edition("a", newer="b", days="2010-01-01/2010-12-31"))
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY))
    widths = [float(one.get("width", "")) for one in seen.all("rect", "bar gone")]
    looks = [one.get("class") for one in seen.all("rect", "bar gone")]
    assert looks == ["bar gone maybe", "bar gone", "bar gone maybe"]
    days = [day("2001-12-31") - day("2001-01-01"), day("2010-01-01") - day("2001-12-31"), 364]
    assert [width / sum(widths) for width in widths] == pytest.approx([one / sum(days) for one in days], abs=0.002)


def test_what_is_reported_or_a_part_shortens_no_bar() -> None:
    begun, newer = edition("a", days="2001-01-01"), edition("b", days="2010-01-01")
    assert not bar_ends([begun, newer, edition("a", newer="b", days="2010-01-01")], "a")[1]
    assert bar_ends([begun, newer, edition("a", newer="b", days="2010-01-01", status="reported")], "a")[1]
    assert bar_ends([begun, newer, edition("a", newer="b", days="2010-01-01", kind="eventkind:update")], "a")[1]


def test_a_replacement_of_unknown_day_has_a_question_mark() -> None:
    rows = CASES["replaced, the day unknown"]
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY))
    assert [one.text for one in seen.all("text", "open")] == ["?"]
    assert len(seen.all("rect", "bar gone")) == 1


# Decay curves


@pytest.mark.parametrize("width", [pictures_decay.WIDTH, pictures_decay.NARROW_WIDTH])
def test_half_is_left_at_the_half_life(width: float) -> None:
    rows = answer("half-lives")
    drawing = pictures_decay.drawing(pictures_decay.nuclides(rows), width)
    check_room(drawing)
    seen = drawn(drawing)
    curves, marks = seen.all("path", "curve"), seen.all("line", "half")
    assert len(curves) == len(marks) == len(rows) == 19
    hour, per_decade = seen.tick("1\u202fh"), (seen.tick("30\u202fd") - seen.tick("1\u202fmin")) / log10(30 * 24 * 60)
    for row, curve, mark in zip(rows, curves, marks, strict=True):
        hours = float(row["halfLife"]) * SECONDS[row["unit"].rpartition("/")[2]] / 3600
        middle = float(mark.get("x1", ""))
        assert middle == pytest.approx(hour + log10(hours) * per_decade, abs=0.3), row["notation"]
        points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", curve.get("d", ""))][1:-1]
        before = max(one for one in points if one[0] <= middle)
        after = min(one for one in points if one[0] > middle)
        height = before[1] + (after[1] - before[1]) * (middle - before[0]) / (after[0] - before[0])
        assert height == pytest.approx(float(mark.get("y2", "")), abs=0.3), row["notation"]


def test_the_table_says_what_remains() -> None:
    (fluorine,) = pictures_decay.nuclides([row for row in answer("half-lives") if row["notation"] == "18F"])
    assert fluorine.remaining(109.77 * 60 * 2) == pytest.approx(0.25)
    assert pictures_decay.percent(fluorine.remaining(3600)) == "68.5\u202f%"
    assert [pictures_decay.percent(one) for one in (1.0, 0.0123, 0.0)] == [
        "100.0\u202f%", "1.23\u202f%", "less than 0.01\u202f%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit"), [("0", "unit:MIN"), ("-1", "unit:MIN"), ("INF", "unit:MIN"), ("1", "unit:M")]
)
def test_a_half_life_that_cannot_be_drawn_is_refused(value: str, unit: str) -> None:
    row = {**answer("half-lives")[0], "halfLife": value, "unit": PROJECT.expand(unit)}
    with pytest.raises(UserError, match="cannot be drawn"):
        pictures_decay.nuclides([row])


@pytest.mark.parametrize("half_lives", [[], ["1e-9"], ["1e12"], ["1e-9", "1e12"]])
def test_any_half_life_has_room(half_lives: list[str]) -> None:
    row = answer("half-lives")[0]
    found = pictures_decay.nuclides({**row, "halfLife": one} for one in half_lives)
    for width in (pictures_decay.WIDTH, pictures_decay.NARROW_WIDTH):
        check_room(pictures_decay.drawing(found, width))


# Societies


def test_a_cell_is_where_its_societies_meet() -> None:
    rows = answer("society-pairs")
    drawing = pictures_societies.drawing(pictures_societies.matrix(rows))
    check_room(drawing)
    seen = drawn(drawing)
    row_of = {round(float(one.get("y", ""))): one.text for one in seen.all("text", "name")}
    column_of = {round(float(one.get("x", "")) + 7): one.text for one in seen.all("text", "name")}
    found = {
        (frozenset((row_of[round(float(one.get("y", "")))], column_of[round(float(one.get("x", "")))])), one.text)
        for one in seen.all("text", "number")
    }
    expected = {(frozenset((typeset(one["firstName"]), typeset(one["secondName"]))), one["guidelines"]) for one in rows}
    assert found == expected
    assert len(seen.all("rect", "cell")) == len(rows) > 40
    totals = Counter[str]()
    for row in rows:
        totals.update({row["firstName"]: int(row["guidelines"])})
        totals.update({row["secondName"]: int(row["guidelines"])})
    order = [totals[str(row_of[key])] for key in sorted(row_of)]
    assert order == sorted(order, reverse=True)


def test_no_society_is_no_picture_to_fail_at() -> None:
    check_room(pictures_societies.drawing(pictures_societies.matrix([])))
