"""Drawings of the site as a parser of XML reads them, and whether they have room for what is in them."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from imaging_trials.model.project import PROJECT
from imaging_trials.site import parts, pictures
from imaging_trials.site.addresses import Link
from imaging_trials.site.pictures_drawing import Drawing, Text, text_width
from imaging_trials.site.rendering import Renderer
from rdfkit.sparql import saved

DAY = "2026-11-30"
SVG = "{http://www.w3.org/2000/svg}"
Row = dict[str, str]


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
    return {"shown": shown, "question": Link("x", "")}


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
