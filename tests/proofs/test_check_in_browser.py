"""The pages that check data and write Turtle, in a browser: every fixture, dropped files, forms, accessibility.

Chromium (of Debian) is driven by playwright, which wants an environment of its own: `make prove` names its Python in
IMT_BROWSER. The screenshots lie in ``build/screenshots/``. The 607 fixtures take most of the time: each is checked as
if it were dropped.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from imaging_trials.build import validation
from rdfkit.shacl import report
from tests.support import fixtures
from tests.support.page_check import by_fast_engine
from tests.support.tours import needs_browser, seen_on_tour

FILES = (*fixtures.VALID, *fixtures.INVALID)

pytestmark = [
    pytest.mark.prove,
    pytest.mark.xdist_group("site"),
    needs_browser,
]


@pytest.fixture(scope="module")
def seen(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a tour of the two pages saw."""
    files = tmp_path_factory.mktemp("check") / "files.json"
    files.write_text(
        json.dumps(
            {
                "files": [str(path) for path in FILES],
                "valid": str(fixtures.FIXTURES / "valid" / "agents.ttl"),
                "invalid": str(fixtures.FIXTURES / "invalid" / "agent-radionuclide-single.ttl"),
            }
        ),
        encoding="utf-8",
    )
    return seen_on_tour("check_tour", site, str(files), seconds=1800)


def test_every_fixture_has_the_results_of_the_fast_engine(seen: dict[str, Any]) -> None:
    """Focus, shape and constraint are the same for each file."""
    differing = {}
    for path in FILES:
        given = seen["fixtures"][str(path)]["results"]
        ours = {
            ("_:" if focus["type"] == "bnode" else f"<{focus['value']}>", f"<{shape}>", parameter)
            for focus, shape, parameter in given
        }
        theirs = by_fast_engine(path)
        if ours != theirs:
            differing[path.name] = (sorted(theirs - ours), sorted(ours - theirs))
    assert len(seen["fixtures"]) == len(FILES)
    assert differing == {}


def test_a_valid_file_conforms(seen: dict[str, Any]) -> None:
    found = seen["dropped"]["valid"]
    assert "Conforms: nothing found in 134 statements" in found["text"]
    assert found["rows"] == []


def test_a_finding_has_line_value_rule_and_fix(seen: dict[str, Any]) -> None:
    ((line, words, thing, value, rule),) = seen["dropped"]["invalid"]["rows"]
    text = (fixtures.FIXTURES / "invalid" / "agent-radionuclide-single.ttl").read_text(encoding="utf-8").split("\n")
    assert "imt:hasRadionuclide" in text[int(line) - 1]
    assert words.startswith("Violation An agent must have at most one radionuclide. Remove all but one")
    assert thing == "a made-up agent\nagent:example"
    assert value == "imt:hasRadionuclide"
    assert rule == "an agent has at most one radionuclide"
    assert seen["dropped"]["invalid"]["links"] == ["shapes.html#agent-radionuclide-single"]


@pytest.mark.parametrize(
    ("name", "line"),
    [("record.nt", "1"), ("record.nq", "1"), ("record.trig", "5"), ("record.jsonld", "none"), ("hostile.ttl", "3")],
)
def test_each_format_is_read(seen: dict[str, Any], name: str, line: str) -> None:
    """The value is text, and the line is that of the value; in JSON-LD no line is known."""
    ((found, words, _, value, _),) = seen["dropped"][name]["rows"]
    assert found == line
    assert words.startswith("Violation A DOI must begin with")
    assert value == ("<img src=x onerror=alert(1)>" if name == "hostile.ttl" else "no DOI") + "\nimt:doi"


def test_a_broken_file_has_its_line(seen: dict[str, Any]) -> None:
    assert seen["dropped"]["broken.ttl"]["text"].startswith("Line 4, column 11: ")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("latin-1.ttl", "latin-1.ttl is not UTF-8."),
        ("utf-16.ttl", "utf-16.ttl is not UTF-8."),
        ("data.rdf", "This is XML, which the page does not read."),
        ("elsewhere.jsonld", "The data refers to a JSON-LD context elsewhere, and the page loads nothing."),
        ("quoted.ttl", "The data has a quoted triple, which SHACL cannot validate."),
    ],
)
def test_what_is_not_supported_is_refused_by_name(seen: dict[str, Any], name: str, sentence: str) -> None:
    assert seen["dropped"]["refused"][name]["text"].startswith(sentence)


def test_the_line_is_shown_in_the_text(seen: dict[str, Any]) -> None:
    assert seen["dropped"]["went to"].endswith('"no DOI" .')


def test_own_data_is_asked_beside_ours(seen: dict[str, Any]) -> None:
    """The data goes on to the page with the editor, and is gone when it is left out."""
    found = seen["dropped"]
    assert ["https://example.org/record", "DOI", "no DOI"] in found["asked"]
    assert found["own"].startswith("Your data from dropped.nt is asked as well")
    assert found["left out"] is False


@pytest.mark.parametrize("prefix", ["edition", "agent", "document"])
def test_a_form_writes_turtle_that_conforms(seen: dict[str, Any], prefix: str, tmp_path: Path) -> None:
    """The Turtle is in the form of the project's files, and has no result of the common shapes, here as in the page."""
    found = seen["added"][prefix]
    file = tmp_path / "made.ttl"
    file.write_text(found["turtle"], encoding="utf-8")
    command = [str(Path(sys.executable).parent / "turtlefmt"), "--check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert report.lines(validation.validate_files([file], None, fixtures.common_context())) == []
    assert (found["status"], found["findings"]) == ("It conforms to the common shapes.", "")
    assert found["focus"] == "check"


def test_what_is_missing_is_listed(seen: dict[str, Any]) -> None:
    assert seen["added"]["edition"]["missing"] == []
    assert seen["added"]["agent"]["missing"] == ["Each curated statement needs its source: fill in where you read it."]


def test_errors_are_beside_their_fields(seen: dict[str, Any]) -> None:
    found = seen["added"]["refused"]
    assert {name.removeprefix("f-edition-"): text.split(":")[0].split(",")[0] for name, text in found.items()} == {
        "slug": "This address is taken by ESUR MRI of uterine cervical cancer",
        "label": "This is needed.",
        "imt-versionLabel": "This does not have the form that the shape asks for",
        "imt-coversModality": "“telepathy” is not in the list. Choose one of it",
        "imt-isIssuedBy": "This is written twice.",
        "imt-isEndorsedBy": "organization",
        "imt-reviewIntervalYears": "Write 1 or more.",
    }
    assert seen["added"]["focus"] == "f-edition-slug"
    assert seen["added"]["shown"] is False


def test_nothing_breaks_the_policy_or_leaves_the_site(seen: dict[str, Any]) -> None:
    assert seen["said"] == []
    assert seen["asked elsewhere"] == []


def test_the_pages_fit_and_can_be_used_by_all(seen: dict[str, Any]) -> None:
    assert seen["too wide"] == []
    assert seen["axe"] == {}
