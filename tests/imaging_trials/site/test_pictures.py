"""Pictures: their marks are the rows of the saved question, nothing overlaps or leaves the picture, labels are text."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import combinations
from math import log10
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, Store, parse_query_results

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.site import (
    parts,
    pictures,
    pictures_classes,
    pictures_decay,
    pictures_societies,
    pictures_tables,
    pictures_time_line,
)
from imaging_trials.site.pictures_drawing import Drawing, Text, text_width
from imaging_trials.site.rendering import Renderer, static_files
from imaging_trials.site.typography import typeset
from rdfkit.base import UserError
from rdfkit.sparql import saved
from rdfkit.stores.embedded import open_store
from tests.imaging_trials.site.test_pages import HOSTILE, Reader

DAY = "2026-11-30"
SECONDS = {"SEC": 1, "MIN": 60, "HR": 3600, "DAY": 86400}
CLASS = NamedNode("http://www.w3.org/2002/07/owl#Class")
SVG = "{http://www.w3.org/2000/svg}"
Row = dict[str, str]


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def diagrams(store: Store) -> list[pictures_classes.Diagram]:
    return pictures_classes.diagrams(store)


@pytest.fixture(scope="module")
def pages(store: Store) -> dict[str, parts.Page]:
    return {page.path: page for page in pictures.pages(store, DAY)}


@cache
def renderer() -> Renderer:
    return Renderer(version="0", issued=DAY, paths=frozenset())


@cache
def answer(name: str) -> list[Row]:
    """Return the committed answer of a saved question."""
    data = saved.find(PROJECT, name).answer_stem.with_suffix(".tsv").read_bytes()
    found = parse_query_results(data, format=QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    names = [one.value for one in found.variables]
    return [
        {name: "" if term is None else str(getattr(term, "value", term)) for name, term in zip(names, row, strict=True)}
        for row in found
    ]


class Drawn(NamedTuple):
    """A drawing as a parser of XML reads it."""

    root: ET.Element

    def all(self, tag: str, look: str = "") -> list[ET.Element]:
        """Return the elements with a tag that have all classes of ``look``."""
        wanted = set(look.split())
        return [one for one in self.root.iter(SVG + tag) if wanted <= set(one.get("class", "").split())]

    def tick(self, words: str) -> float:
        """Return where a number of the axis is."""
        return float(next(one.get("x", "") for one in self.all("text", "tick") if one.text == words))


def drawn(drawing: Drawing) -> Drawn:
    page = parts.Page("x.html", "x", template="picture.html", more=more(pictures.Shown(drawing)))
    html = renderer().html(page).decode()
    return Drawn(ET.fromstring(html[html.index("<svg") : html.index("</svg>") + 6]))


def more(shown: pictures.Shown) -> dict[str, object]:
    return {"shown": shown, "question": pictures.Link("x", "")}


def boxes(drawing: Drawing) -> Iterable[tuple[float, float, float, float, str]]:
    """Yield left, top, right and bottom of each text."""
    for one in drawing.marks:
        if isinstance(one, Text):
            width = text_width(one.words)
            left = one.x - {"start": 0.0, "middle": width / 2, "end": width}[one.anchor]
            yield left, one.y - 10, left + width, one.y + 3, one.words


def on_path(data: str) -> list[tuple[float, float]]:
    """Return points on the path: its corners, or for Bézier segments some between their ends."""
    found = [(float(x), float(y)) for x, y in re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", data)]
    if "C" not in data:
        return found
    made = []
    for at in range(0, len(found) - 3, 3):
        for step in range(11):
            share = step / 10
            weights = ((1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3)
            pairs = list(zip(weights, found[at : at + 4], strict=True))
            made.append((sum(weight * x for weight, (x, _) in pairs), sum(weight * y for weight, (_, y) in pairs)))
    return made


def check_texts(drawing: Drawing) -> None:
    """Fail if a text leaves the drawing, or if two overlap."""
    texts = list(boxes(drawing))
    for left, top, right, bottom, words in texts:
        assert min(left, top, drawing.width - right, drawing.height - bottom) > -0.1, words
    for one, other in combinations(texts, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1], (one, other)


def check_room(drawing: Drawing) -> None:
    """Fail if a mark leaves the drawing, or if two texts overlap."""
    check_texts(drawing)
    for element in list(drawn(drawing).root)[2:]:
        ends = {name: float(element.get(name, "0")) for name in ("x", "y", "width", "height", "x1", "x2", "y1", "y2")}
        points = [(ends["x"] + ends["width"], ends["y"] + ends["height"]), (ends["x1"], ends["y1"])]
        points += [(ends["x"], ends["y"]), (ends["x2"], ends["y2"])]
        for x, y in [*points, *on_path(element.get("d", ""))]:
            assert -0.1 <= x <= drawing.width + 0.1, ET.tostring(element)
            assert -0.1 <= y <= drawing.height + 0.1, ET.tostring(element)


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
    assert len({one.about for one in drawing.marks if hasattr(one, "about")}) == len(lines.editions)


def bar_ends(rows: list[Row], name: str) -> tuple[float, bool]:
    """Return where the bar of an edition ends, and whether that is at the day of the release."""
    seen = drawn(pictures_time_line.drawing(pictures_time_line.lines(rows), DAY))
    ends = [
        float(one.get("x", "")) + float(one.get("width", ""))
        for one in seen.all("rect", "bar")
        if (one.findtext(f"{SVG}title") or "").startswith(f"guideline {name}:")
    ]
    return max(ends), max(ends) == pytest.approx(float(seen.all("line", "limit")[0].get("x1", "")), abs=0.2)


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


# Tables


def entries(matrix: pictures_tables.Matrix) -> set[tuple[str, str, str, str]]:
    """Return the four names of each entry: group, head, column and words."""
    found = set()
    group = ""
    for row in matrix.rows:
        group = text(row.group) or group
        assert len(row.cells) == len(matrix.columns)
        for column, cell in zip(matrix.columns, row.cells, strict=True):
            found |= {(group, text(row.head), text(column), text(one)) for one in cell}
    return found


def text(cell: parts.Cell) -> str:
    return "".join(one if isinstance(one, str) else one.words for one in cell)


def test_each_edition_is_in_the_cells_of_its_row() -> None:
    rows = answer("sites-by-modality-and-agent")
    found = entries(pictures_tables.by_site(rows))
    used = [(row["edition"], row["agent"]) for row in rows if row["usedWith"]]
    for row in rows:
        site, edition = typeset(row["siteName"]) or "no body site named", typeset(row["editionName"])
        modality, agent = row["modalityName"] or "No modality named", typeset(row["agentName"]) or "no agent named"
        if row["agent"] and row["modality"] and not row["usedWith"]:
            assert (site, "no agent named", modality, edition) in found
            assert ((site, agent, "No modality named", edition) in found) == (
                (row["edition"], row["agent"]) not in used
            )
        else:
            assert (site, agent, modality, edition) in found
    assert {one[3] for one in found} == {typeset(row["editionName"]) for row in rows}
    assert len(found) == len(rows)


def test_mri_is_not_used_with_a_tracer_of_pet() -> None:
    found = entries(pictures_tables.by_site(answer("sites-by-modality-and-agent")))
    name = "ESUR MRI of uterine cervical cancer, 2021"
    assert {one[1:3] for one in found if one[3] == name} == {
        ("[¹⁸F]FDG", "PET/CT"),
        ("no agent named", "magnetic resonance imaging"),
    }


def test_agents_have_the_documents_and_approvals_of_the_answer() -> None:
    rows = answer("agents-at-a-glance")
    found = entries(pictures_tables.agents(rows))
    assert {one[1] for one in found} == {typeset(row["agentName"]) for row in rows}
    for kind, begin in (("hasDocumentKind", "has "), ("hasRegulatoryStatus", "")):
        for row in rows:
            if row["property"].endswith(kind):
                words = f"{begin or row['valueName'] + ' '}{typeset(row['recordName'])}"
                reported = " (reported)" if row["assertionStatus"].endswith("/reported") else ""
                assert any(one[1] == typeset(row["agentName"]) and one[3] == words + reported for one in found), words
    documents = [row for row in rows if row["property"].endswith("hasDocumentKind")]
    assert sum(one[3].startswith("has ") for one in found) == len(documents) > 15
    assert ("", "[¹⁸F]DCFBC", "CAEPR", "none known") in found


# Class diagrams


def test_each_class_is_in_one_diagram(store: Store, diagrams: list[pictures_classes.Diagram]) -> None:
    here = Counter(one.iri for diagram in diagrams for one in diagram.classes if one.is_here)
    own = {
        quad.subject.value
        for quad in store.quads_for_pattern(None, vocabulary.TYPE, CLASS, PROJECT.graph_iri("vocabulary"))
        if isinstance(quad.subject, NamedNode) and PROJECT.is_own(quad.subject.value)
    }
    assert here == dict.fromkeys(own, 1)
    assert len(here) > 40


def test_diagrams_have_their_classes_and_relations(
    diagrams: list[pictures_classes.Diagram], pages: dict[str, parts.Page]
) -> None:
    sections = pages[pictures_classes.PATH].more
    assert isinstance(sections, list)
    for diagram, section in zip(diagrams, sections, strict=True):
        check_room(section.drawing)
        seen = drawn(section.drawing)
        titles = Counter(one.text for one in seen.all("text", "title"))
        assert titles == Counter(one.label for one in diagram.classes)
        assert len(seen.all("rect", "class here")) == sum(one.is_here for one in diagram.classes)
        labels = Counter(one.text for one in seen.all("text", "name"))
        assert labels == Counter(each.label for one in diagram.relations for each in one.properties)
        assert len(seen.all("path", "relation")) == len(seen.all("path", "head")) == len(diagram.relations)
        assert len(seen.all("path", "hollow")) == sum(not one.properties for one in diagram.relations)
        assert len(section.table.rows) == len(diagram.classes)


def test_a_relation_leads_from_its_domain_to_its_range(diagrams: list[pictures_classes.Diagram]) -> None:
    agents = next(one for one in diagrams if one.title == "Agents and their components")
    named = {
        (one.tail, one.head): [each.label for each in one.properties] for one in agents.relations if one.properties
    }
    assert named[PROJECT.expand("imt:Radionuclide"), PROJECT.expand("imt:ChemicalElement")] == ["is nuclide of"]
    kinds = [(one.tail, one.head) for one in agents.relations if not one.properties]
    assert (PROJECT.expand("imt:PharmaceuticalAgent"), PROJECT.expand("imt:Substance")) in kinds
    nuclide = next(one for one in agents.classes if one.label == "radionuclide")
    assert {"mass number: integer", "decays by: concept"} <= set(nuclide.lines)


def test_a_missing_program_is_named(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(UserError, match=r"needs the command graphviz-pure.*pip install 'imaging-trials\[site\]'"):
        pictures_classes.page(store)


# Pages


def test_drawings_are_accessible_and_have_no_style(pages: dict[str, parts.Page]) -> None:
    known = set(re.findall(r"\.([a-z-]+)", static_files()["static/style.css"].decode()))
    for path, page in pages.items():
        html = renderer().html(page).decode()
        assert "<table" in html or path == pictures.LISTING
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            root = ET.fromstring(svg)
            assert not [one for one in root.iter() if "style" in one.attrib]
            assert {name for one in root.iter() for name in one.get("class", "").split()} <= known
            if root.get("aria-hidden") != "true":
                (title, about) = root[0], root[1]
                assert (title.tag, about.tag, root.get("role")) == (f"{SVG}title", f"{SVG}desc", "img")
                assert title.text
                assert about.text
                assert root.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"


def test_each_picture_is_drawn_from_the_committed_answer(store: Store) -> None:
    for one in pictures.PICTURES:
        assert pictures.rows(store, saved.find(PROJECT, one.query)) == answer(one.query), one.name


@pytest.mark.parametrize("one", pictures.PICTURES, ids=lambda one: one.name)
def test_labels_of_strangers_are_text(one: pictures.Picture) -> None:
    def page(label: str) -> bytes:
        rows = [
            {
                key: label if (value and key.endswith("Name")) or key == "notation" else value
                for key, value in row.items()
            }
            for row in answer(one.query)
        ]
        shown = one.show(rows, DAY)
        return renderer().html(parts.Page("x.html", "x", parts=shown.tables, template="picture.html", more=more(shown)))

    html = page(" ".join(HOSTILE))
    found, safe = Reader(html), Reader(page("a word"))
    assert {tag for tag, _ in found.tags} == {tag for tag, _ in safe.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    for svg in re.findall(r"<svg.*?</svg>", html.decode(), re.DOTALL):
        ET.fromstring(svg)
    shown = "".join(found.texts)
    assert all(words.split(maxsplit=1)[0] in shown for words in HOSTILE)
