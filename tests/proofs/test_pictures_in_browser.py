"""The pictures in a browser, at two widths, light and dark, with two fonts: nothing overlaps, leaves or fades.

What the widths of texts are is known to a browser only; `pictures_drawing.text_width` estimates them.
"""

from typing import Any

import pytest

from imaging_trials import views
from imaging_trials.model.project import PROJECT
from imaging_trials.site import pictures
from imaging_trials.site.rendering import Renderer, static_files
from rdfkit.stores.embedded import open_store
from tests.support.tours import needs_browser, seen_on_tour

MIN_CONTRAST = 4.5
"""The contrast that WCAG 2.2 asks of text of this size (success criterion 1.4.3)."""

pytestmark = [
    pytest.mark.prove,
    needs_browser,
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a browser saw of the pages of all pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    store = open_store(PROJECT)
    made = list(pictures.pages(store, views.release_day(store)))
    renderer = Renderer(version="0", issued="2026-11-30", paths=frozenset())
    files = {page.path: renderer.html(page) for page in made} | static_files()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return seen_on_tour("browser_pictures", folder, *(page.path for page in made), seconds=300)


def test_nothing_overlaps_or_leaves_a_picture(seen: dict[str, Any]) -> None:
    assert seen["found"] == []


def test_one_drawing_is_shown_at_a_time(seen: dict[str, Any]) -> None:
    """A phone shows the narrow drawing, and other windows the wide one."""
    shown = {where: number for where, number in seen["drawings"].items() if "classes" not in where}
    drawings = {"time-line": 1, "decay": 1, "societies": 1}
    assert shown == {where: next((number for name, number in drawings.items() if name in where), 0) for where in shown}
    assert len(shown) == 36


def test_no_page_of_a_picture_is_wider_than_the_window(seen: dict[str, Any]) -> None:
    assert seen["wide"] == []


def test_texts_of_pictures_have_contrast(seen: dict[str, Any]) -> None:
    pale = {
        f"{where}: {look}": ratio
        for where, looks in seen["contrast"].items()
        for look, ratio in looks.items()
        if ratio < MIN_CONTRAST
    }
    assert pale == {}
    assert sum(map(len, seen["contrast"].values())) > 40


def test_axe_finds_nothing_serious_in_pictures(seen: dict[str, Any]) -> None:
    assert {where: found for where, found in seen["axe"].items() if found} == {}
    assert seen["axe"]


def test_pictures_say_nothing_in_the_console(seen: dict[str, Any]) -> None:
    assert seen["said"] == []
