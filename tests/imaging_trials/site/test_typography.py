"""Letters of the site: the fonts are those of their lock, and mass numbers are raised where people read."""

import re
from hashlib import sha256

import pytest

from imaging_trials.site import guides, rendering
from imaging_trials.site.typography import typeset
from tests.conftest import ROOT

FONTS = ROOT / "scripts" / "imaging_trials" / "site" / "fonts"


def test_the_fonts_are_those_of_the_lock() -> None:
    """Each file has the checksum of the lock, the license is among them, and the site has each."""
    locked = dict(re.findall(r"(?m)^sha256 (\w{64}) (\S+)$", (FONTS / "fonts.lock").read_text(encoding="utf-8")))
    assert {sha256((FONTS / name).read_bytes()).hexdigest(): name for name in rendering.FONTS} == locked
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert {f"static/{name}" for name in rendering.FONTS} < rendering.static_files().keys()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("100 %, to O-18", "100\u202f%, to ¹⁸O"),
        ("to Xx-18", "to Xx-18"),
        ("to C-400", "to C-400"),
        ("PSMA-11", "PSMA-11"),
    ],
)
def test_a_daughter_has_its_mass_raised(text: str, shown: str) -> None:
    assert typeset(text) == shown


def the_html(text: str) -> str:
    (html,) = guides.rendered("x.md", text, ()).body
    return str(html)


def test_prose_of_a_guide_is_typeset_and_code_is_not() -> None:
    html = the_html("# x\n\nOf [18F]FES, 5 keV: `[18F]FES`.\n")
    assert html == "<p>Of [¹⁸F]FES, 5\u202fkeV: <code>[18F]FES</code>.</p>\n"


def test_each_table_of_a_guide_has_a_name_of_its_own() -> None:
    table = "\n| a |\n| - |\n| b |\n"
    html = the_html(f"# x\n\n## one & `two`\n{table}\n{table}\n## three\n{table}")
    assert re.findall(r'aria-label="([^"]*)"', html) == ["one &amp; two, table 1", "one &amp; two, table 2", "three"]


def test_statements_of_the_graph_are_drawn() -> None:
    """A block of Turtle with prefixes of its own is an example, and is not."""
    shown = "agent:fes imt:hasTarget target:era .\n"
    text = f"# x\n\n## one\n\n```turtle\n{shown}```\n\nMore.\n\n```turtle\n@prefix a: <b:> .\n```\n"
    _, facts, rest = guides.rendered("x.md", text, ()).body
    assert facts == ("one", shown)
    assert "@prefix" in rest
