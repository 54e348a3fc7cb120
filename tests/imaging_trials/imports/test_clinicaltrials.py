"""Studies of ClinicalTrials.gov's API of version 2 as statements: made-up ones, the fields of its description, real."""

import copy
import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from imaging_trials.build import validation
from imaging_trials.cli import main
from imaging_trials.imports import trials
from imaging_trials.imports.studies import reading
from imaging_trials.imports.studies.study import Study
from tests.conftest import ROOT
from tests.support.records import MADE_UP, imported, of_thing, real, store_of, values

FILE = MADE_UP / "studies.json"
TRIAL = "https://clinicaltrials.gov/study/NCT90000301"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return store_of(imported(FILE, of="clinicaltrials")[1])


@pytest.mark.parametrize(
    ("thing", "curie", "expected"),
    [
        (TRIAL, "rdf:type", ["imt:Trial"]),
        (TRIAL, "imt:nctId", ["NCT90000301"]),
        (TRIAL, "imt:formerNctId", ["NCT90000299"]),
        (TRIAL, "skos:prefLabel", ["Made-up trial"]),
        (TRIAL, "dcterms:title", ['A made-up trial of "nothing"']),
        (TRIAL, "imt:hasTrialStatus", ["trialstatus:unknown"]),
        (TRIAL, "imt:hasLastKnownStatus", ["trialstatus:recruiting"]),
        (TRIAL, "imt:reasonStopped", ["Nobody came,"]),
        (TRIAL, "imt:hasPhase", ["phase:phase-1-2"]),
        (TRIAL, "imt:hasPrimaryPurpose", ["primarypurpose:diagnostic"]),
        (TRIAL, "imt:maskedRoleAsPrinted", ["INVESTIGATOR", "PARTICIPANT"]),
        (TRIAL, "imt:participantCount", ["12"]),
        (TRIAL, "imt:minimumAgeYears", ["1.5"]),
        (TRIAL, "imt:maximumAgeYears", []),
        (TRIAL, "imt:isOpenToHealthyVolunteers", ["false"]),
        (TRIAL, "imt:conditionAsPrinted", ["Made-up disease"]),
        (TRIAL, "imt:hasConditionHeading", ["http://id.nlm.nih.gov/mesh/D009369"]),
        (TRIAL, "imt:statusOfResultsAsPrinted", ["submitted"]),
        (TRIAL, "dcterms:abstract", []),
        ("arm:nct90000301-1", "imt:usesInArm", ["trialintervention:nct90000301-1"]),
        ("arm:nct90000301-2", "imt:usesInArm", [f"trialintervention:nct90000301-{number}" for number in (1, 2)]),
        ("trialintervention:nct90000301-1", "imt:hasInterventionKind", ["intervention:drug"]),
        ("trialintervention:nct90000301-1", "skos:altLabel", ["Madeup F 18"]),
        ("trialintervention:nct90000301-2", "imt:interventionKindAsPrinted", ["MADE_UP_KIND"]),
        ("trialintervention:nct90000301-3", "imt:nameAsPrinted", ["[18F]Madeup"]),
        ("sponsorship:nct90000301-1", "imt:sponsorRoleAsPrinted", ["lead"]),
        ("sponsorship:nct90000301-2", "imt:nameAsPrinted", ["Made-Up Fund"]),
        ("trialidentifier:nct90000301-2", "imt:identifierTypeAsPrinted", ["EUDRACT_NUMBER"]),
        ("outcome:nct90000301-2", "imt:outcomeLevelAsPrinted", ["secondary"]),
        ("site:nct90000301-1", "imt:siteStatusAsPrinted", ["RECRUITING"]),
        ("reference:nct90000301-1", "imt:isReferenceTo", ["https://pubmed.ncbi.nlm.nih.gov/90000201/"]),
        ("reference:nct90000301-2", "imt:isReferenceTo", ["article:nct90000301-2"]),
        (
            "trialdocument:nct90000301-1",
            "imt:documentKindAsPrinted",
            ["informed consent form", "protocol", "statistical analysis plan"],
        ),
        ("event:nct90000301-start", "imt:latestDay", ["2023-05-31"]),
        ("event:nct90000301-start", "imt:dateBasisAsPrinted", ["ACTUAL"]),
        ("event:nct90000301-verification", "imt:dateAsPrinted", ["2024-01"]),
        ("https://clinicaltrials.gov/study/NCT90000302", "imt:hasPhase", []),
        ("https://clinicaltrials.gov/study/NCT90000302", "imt:phaseAsPrinted", ["PHASE9"]),
        ("https://clinicaltrials.gov/study/NCT90000302", "imt:statusAsPrinted", ["MADE_UP_STATUS"]),
    ],
)
def test_a_field_becomes_its_term(store: ox.Store, thing: str, curie: str, expected: list[str]) -> None:
    assert of_thing(store, thing, curie) == expected


def test_what_is_not_mapped_is_reported() -> None:
    report = imported(FILE, of="clinicaltrials")[0]
    assert (report.read, report.written, report.refused, report.warned) == (4, 3, 1, 2)
    assert [reason for _, _, reason in report.details] == [
        "intervention 2 has no name",
        "the kind of intervention 'MADE_UP_KIND' is in no list: it was kept as printed",
        "reference 2 was retracted: import its record of PubMed for the notice",
        "the value of 'identificationModule.officialTitle' is no text",
        "the status 'MADE_UP_STATUS' is in no list: it was kept as printed",
        "the date 'soon' is not understood",
        "the phases 'PHASE9' are in no list: they were kept as printed",
        "it has no NCT number",
    ]


def test_no_person_is_imported() -> None:
    data = imported(FILE, of="clinicaltrials", abstracts=True)[1]
    assert b"Secret" not in data
    assert b"example.org" not in data
    assert b"555" not in data
    assert b'"Uptake >5 of ^68Ga; ask ."@en' in data


def test_the_description_of_the_version_names_the_register(store: ox.Store) -> None:
    rights = values(store, "dcterms:rights")
    assert len(rights) == 1
    assert "ClinicalTrials.gov" in next(iter(rights))
    assert values(store, "imt:recordVersionDay") == {"2024-02-03": 2}


# Which fields are mapped


def leaves(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths of the values in JSON."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict | list):
        for one in value:
            yield from leaves(one, path)
    else:
        yield path


def without(value: Any, path: list[str]) -> Any:
    """Return JSON without the values at a path."""
    if isinstance(value, list):
        return [without(one, path) for one in value]
    if not isinstance(value, dict):
        return value
    name, *rest = path
    return {
        key: without(one, rest) if rest and key == name else one for key, one in value.items() if rest or key != name
    }


def lines_of(data: dict[str, Any]) -> str:
    (one,) = reading.studies(json.dumps(data), "made up")
    assert isinstance(one, Study), one
    return trials.statements(one)[0].written()


def left_out() -> dict[str, str]:
    with (ROOT / "tests" / "fixtures" / "studies-left-out.tsv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}


def is_left_out(path: str) -> bool:
    return path.startswith(tuple(left_out()))


def mapped_in_the_fixture() -> dict[str, bool]:
    """Return each path of the made-up studies, and whether its removal changes the statements of one of them."""
    found: dict[str, bool] = {}
    for one in json.loads(FILE.read_text(encoding="utf-8"))["studies"]:
        if len(one["protocolSection"]) < 2:
            continue
        whole = lines_of(copy.deepcopy(one))
        for path in set(leaves(one)) - {"protocolSection.identificationModule.nctId"}:
            found[path] = found.get(path, False) or lines_of(without(one, path.split("."))) != whole
    return found


REVISED = {"protocolSection.identificationModule.nctId", "protocolSection.statusModule.lastUpdateSubmitDate"}
"""What identifies a version: in its description, and in every IRI."""


def test_a_field_is_mapped_or_left_out_with_a_reason() -> None:
    """Removing a value changes what is written, or the field is in the list of those left out, and never both."""
    found = mapped_in_the_fixture()
    assert len(found) > 70
    assert {path for path, is_mapped in found.items() if is_mapped == is_left_out(path)} - REVISED == set()


def test_every_field_of_the_description_is_accounted_for() -> None:
    """NLM's OpenAPI file: each field is in a made-up study, where its effect is seen, or is listed as left out."""
    (path,) = [one for one in real("clinicaltrials/spec") if one.suffix == ".yaml"]
    schemas = yaml.safe_load(path.read_text(encoding="utf-8"))["components"]["schemas"]

    def walk(schema: dict[str, Any], path: str, above: tuple[str, ...]) -> Iterator[str]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in above:
                yield from walk(schemas[name], path, (*above, name))
        elif schema.get("type") == "array":
            yield from walk(schema["items"], path, above)
        elif "properties" in schema:
            for name, one in schema["properties"].items():
                yield from walk(one, f"{path}.{name}" if path else name, above)
        else:
            yield path

    fields = set(walk(schemas["Study"], "", ()))
    assert len(fields) > 300
    unknown = {one for one in fields if not is_left_out(one)} - set(mapped_in_the_fixture()) - REVISED
    assert unknown == set()
    assert [one for one in left_out() if not any(field.startswith(one) for field in fields)] == []


# Real studies


def test_counts_are_those_of_the_files() -> None:
    studies = [json.loads(path.read_text(encoding="utf-8"))["protocolSection"] for path in real("clinicaltrials/v2")]
    found = ox.Store()
    for path in real("clinicaltrials/v2"):
        report, data = imported(path, of="clinicaltrials", abstracts=True)
        assert (report.written, report.refused) == (1, 0)
        assert b"@" not in data.replace(b'"@en', b"")
        found.extend(store_of(data))
    phases = Counter("-".join(one["designModule"].get("phases", [])) for one in studies)
    names = {
        "PHASE1-PHASE2": "phase-1-2",
        "PHASE2-PHASE3": "phase-2-3",
        "NA": "not-applicable",
        "EARLY_PHASE1": "early-phase-1",
    }
    del phases[""]
    assert values(found, "imt:hasPhase") == {
        f"phase:{names.get(code, code.lower().replace('phase', 'phase-'))}": number for code, number in phases.items()
    }
    status = Counter(one["statusModule"]["overallStatus"].lower().replace("_", "-") for one in studies)
    assert values(found, "imt:hasTrialStatus") == {f"trialstatus:{code}": number for code, number in status.items()}
    purpose = Counter(one["designModule"].get("designInfo", {}).get("primaryPurpose") for one in studies)
    del purpose[None]
    assert values(found, "imt:hasPrimaryPurpose") == {
        f"primarypurpose:{code.lower().replace('_', '-')}": number for code, number in purpose.items()
    }
    kinds = Counter(
        one["type"].lower().replace("_", "-")
        for study in studies
        for one in study.get("armsInterventionsModule", {}).get("interventions", [])
    )
    assert values(found, "imt:hasInterventionKind") == {
        f"intervention:{kind}": number for kind, number in kinds.items()
    }


def test_the_common_shapes_accept_them(tmp_path: Path) -> None:
    path = tmp_path / "made.nq"
    files = [FILE, *real("clinicaltrials/v2")]
    path.write_bytes(b"".join(imported(one, of="clinicaltrials", abstracts=True)[1] for one in files))
    assert [str(result) for result in validation.validate_files([path]).results] == []


# Bad input


def test_the_retired_api_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    for path in real("clinicaltrials/v1"):
        assert main(["import", "clinicaltrials", str(path)]) == 2
        assert "API of version 1, which was retired" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"protocolSection": {"a": ', "broken or cut off"),
        ("[1, 2]", "no study"),
        ('{"title": "a"}', "no study"),
        ("[" * 100_000, "nesting is too deep"),
        ('{"a": ' + "9" * 5000 + "}", "none has a protocolSection"),
        ('{"studies": [' + "9" * 5000 + "]}", "none has a protocolSection"),
        ("<other/>", "whose first element is 'other', not a study"),
        ("<clinical_study>", "broken or cut off"),
        (" \n", "is empty: name a file with records"),
    ],
)
def test_bad_json_is_one_sentence(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    assert main(["import", "clinicaltrials", str(path), "--into", str(tmp_path / "folder")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "folder" / "manifest.json").exists()


def test_one_a_line_and_an_array_give_the_same(tmp_path: Path) -> None:
    studies = json.loads(FILE.read_text(encoding="utf-8"))["studies"][:2]
    found = []
    for name, text in (
        ("array.json", json.dumps(studies)),
        ("lines.ndjson", "".join(json.dumps(one) + "\n" for one in studies)),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        data = imported(path, of="clinicaltrials")[1]
        found.append({quad for quad in store_of(data) if "/import/nct" in str(quad.graph_name)})
    assert found[0] == found[1]
    assert len(found[0]) > 150
