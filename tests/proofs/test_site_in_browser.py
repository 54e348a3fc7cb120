"""The site in a browser: search, copying, keyboard, two widths, dark, print, no script, accessibility.

Chromium (of Debian) is driven by playwright, which wants an environment of its own: `make prove` names its Python in
IMT_BROWSER. The screenshots lie in ``build/screenshots/``.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.tours import needs_browser, seen_on_tour

pytestmark = [
    pytest.mark.prove,
    pytest.mark.xdist_group("site"),
    needs_browser,
]


@pytest.fixture(scope="module")
def seen(site: Path) -> dict[str, Any]:
    """Return what a tour of the site saw."""
    return seen_on_tour("browser_tour", site, seconds=500)


def test_nothing_breaks_the_policy_or_fails(seen: dict[str, Any]) -> None:
    """The console has no error and no violation of the policy, on any page of the tour."""
    assert seen["said"] == []


def test_no_request_leaves_the_site(seen: dict[str, Any]) -> None:
    assert seen["asked elsewhere"] == []


def test_no_page_is_wider_than_the_window(seen: dict[str, Any]) -> None:
    assert seen["too wide"] == []


def test_axe_finds_nothing_serious(seen: dict[str, Any]) -> None:
    assert seen["axe"] == {}


@pytest.mark.parametrize("place", ["searches", "searches from files"])
def test_search_finds_any_spelling_first(seen: dict[str, Any], place: str) -> None:
    first = {text: (found[0] if found else "") for text, found in seen[place].items()}
    spellings = ("F-18 FES", "18F-FES", "¹⁸F FES", "[18F]FES", "18FFES", "fluorine-18 fes", "f18 fes")
    assert {first.pop(text) for text in spellings} == {"[¹⁸F]FES"}
    article = ("10.1007/s00259-020-05112-2", "https://doi.org/10.1007/s00259-020-05112-2", "PMID 33275178", "33275178")
    assert {first.pop(text) for text in (*article, "Loft A")} == {"Adam 2021"}
    assert first == {
        "18FDG": "[¹⁸F]FDG",
        "Ga-68 PSMA-11": "[⁶⁸Ga]Ga-PSMA-11",
        "99mTc-MDP": "[⁹⁹ᵐTc]Tc-medronate",
        "hasTarget": "has target",
        "Axumin": "¹⁸F-fluciclovine",
        "Axumin®": "¹⁸F-fluciclovine",
        "cervical cancer": "uterine cervical cancer",
        "zzzz": "",
        "<script>": "",
        "": "",
    }


def test_the_keyboard_is_enough(seen: dict[str, Any]) -> None:
    """Search from the header, open the first result, and come back to the same results."""
    found = seen["keyboard"]
    assert (found["skip"], found["title"], found["back"]) == ("Skip to the content", "[¹⁸F]DCFBC", "DCFBC")
    assert found["address"].endswith("search.html?q=DCFBC")


def test_the_bibtex_is_copied_as_shown(seen: dict[str, Any]) -> None:
    assert seen["copied"]["copied"] == seen["copied"]["shown"]
    assert seen["copied"]["shown"].startswith("@article{macmahon-2017,")


def test_errands_of_a_stranger(seen: dict[str, Any]) -> None:
    found = seen["errands"]
    assert found["does DCFBC have a CAEPR"].split("\t")[:2] == ["CAEPR", "lacks"]
    assert found["is the cervical cancer guideline of 2011 the newest"] == "superseded"
    assert found["its successor"] == "ESUR MRI of uterine cervical cancer, 2021"
    assert found["which guidelines deal with FDG in children"] == [
        "EANM FDG PET and PET-CT in pediatric oncology, 2008",
        "SNMMI/EANM pediatric ¹⁸F-FDG PET/CT for oncology, version 1.0",
        "EANM/SIOPE/RAPNO/SNMMI PET imaging of paediatric gliomas, version 1.0",
    ]
    assert found["which agents carry zirconium-89"] == ["[⁸⁹Zr]-panitumumab"]


def test_type_is_one_family_in_four_sizes(seen: dict[str, Any]) -> None:
    """Two weights, both loaded, and at most 70 characters a line; code has a typeface of the system."""
    found = seen["type"]
    assert len(found["sizes"]) <= 4
    assert set(found["families"]) == {'"Reading Sans"', "ui-monospace"}
    assert set(found["weights"]) == {"400", "600"}
    assert found["not loaded"] == []
    assert found["widest"][0] <= 70, found["widest"]


def test_pages_can_be_read_without_scripts(seen: dict[str, Any]) -> None:
    found = seen["without scripts"]
    assert (found["rows"], found["buttons"]) == (3, 0)
    assert "needs JavaScript" in found["note"]


def test_dark_and_print_have_their_colors(seen: dict[str, Any]) -> None:
    assert seen["looks"] == {
        "light": "rgb(255, 255, 255)",
        "dark": "rgb(20, 24, 29)",
        "print": "rgb(255, 255, 255)",
        "search in print": "False",
        "search of the home page in print": "False",
    }
