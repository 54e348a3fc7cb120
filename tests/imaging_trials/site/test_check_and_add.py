"""The pages that check data and write Turtle: what they are made from."""

import gzip
import json
from pathlib import Path

import pytest
from pyoxigraph import Store

from imaging_trials.model.project import PROJECT
from imaging_trials.site import adding, checks, shapes
from imaging_trials.site.rendering import ASKING_POLICY, Renderer
from rdfkit.base import UserError
from rdfkit.rdf import named_graphs
from rdfkit.stores.embedded import open_store


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def program(store: Store) -> checks.Program:
    return checks.program(store)


def test_the_program_has_every_rule_and_its_words(program: checks.Program) -> None:
    """Each constraint has a name, a message and a severity to show, and the same bytes come out twice."""
    assert len(program["constraints"]) >= 398
    assert [each["shape"] for each in program["constraints"] if not (each["name"] and each["messages"])] == []
    assert {each["severity"] for each in program["constraints"]} <= {"Violation", "Warning", "Info"}
    packed = checks.packed(program)
    assert packed == checks.packed(program)
    assert len(packed) < 45_000
    assert json.loads(gzip.decompress(packed))["graphs"]["data"] == f"{PROJECT.prefixes['graph']}user"


def test_a_shape_that_the_page_cannot_check_stops_the_build(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "odd.ttl"
    file.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix imtsh: <https://w3id.org/imaging-trials/shapes#> .\n"
        "imtsh:odd a sh:PropertyShape ; sh:targetNode imtsh:odd ; sh:path imtsh:p ; sh:minCount 50 .\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(named_graphs, "shape_files", lambda *_args, **_settings: [file])
    with pytest.raises(UserError, match=r"imtsh:odd has a sh:minCount above 4"):
        checks.program(store)


def test_forms_have_the_fields_of_the_shapes(store: Store) -> None:
    """Every property shape with a place in a form is a field, and each list has members."""
    forms, choices = adding.forms(store, shapes.load_shapes())
    fields = {field.name: field for form in forms for _, group in form.groups for field in group}
    assert [form.prefix for form in forms] == ["edition", "agent", "document"]
    assert [name for name, _ in forms[0].groups] == ["identity", "use and subject", "publication"]
    assert [one.name for one in forms[0].groups[0][1]][:2] == ["imt:isEditionOf", "imt:versionLabel"]
    assert fields["imt:isEditionOf"].owed == "here"
    assert not fields["imt:isEditionOf"].many
    assert fields["imt:isEndorsedBy"].apart == ("imt:isIssuedBy",)
    assert fields["imt:reviewIntervalYears"][3:9] == ("integer", "", False, "", "", "")
    assert fields["imt:reviewIntervalYears"].least == "1"
    assert ("modality:pet", "positron emission tomography") in choices[fields["imt:coversModality"].choices]
    assert [name for name, members in choices.items() if not members] == []
    assert all(field.hint for field in fields.values())


def test_the_pages_say_that_nothing_leaves_the_machine(store: Store, program: checks.Program) -> None:
    renderer = Renderer(version="0", issued="2026-11-30", paths=frozenset())
    for page in (checks.page(program), adding.page(store, shapes.load_shapes())):
        html = renderer.html(page).decode()
        assert "<strong>Nothing leaves this machine.</strong>" in html
        assert ASKING_POLICY.replace("'", "&#39;") in html
        assert "<noscript>" in html
