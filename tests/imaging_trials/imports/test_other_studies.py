"""Studies in formats other than the API's version 2: legacy XML, and NCI's API with its concepts."""

import json
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.build import validation
from imaging_trials.cli import main
from tests.support.records import imported, of_thing, real, store_of, values

XML = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study><id_info><org_study_id>MU-9</org_study_id><nct_id>NCT90000401</nct_id></id_info>
<brief_title>A made-up study</brief_title><overall_status>Active, not recruiting</overall_status>
<start_date type="Actual">February 16, 2017</start_date><phase>Phase 1/Phase 2</phase>
<study_type>Interventional</study_type><study_design_info><primary_purpose>Basic Science</primary_purpose>
<masking>Double (Participant, Investigator)</masking></study_design_info>
<enrollment type="Anticipated">27</enrollment><condition>Made-up disease</condition>
<arm_group><arm_group_label>A</arm_group_label><arm_group_type>Active Comparator</arm_group_type></arm_group>
<intervention><intervention_type>Dietary Supplement</intervention_type><intervention_name>Madeup</intervention_name>
<arm_group_label>A</arm_group_label></intervention>
<overall_contact><last_name>Nobody Secret</last_name><phone>(202) 555-0100</phone></overall_contact>
<location><facility><name>Made-Up Hospital, ask (202) 555-0101</name><address><city>Nowhere</city></address></facility>
<contact><email>nobody@example.org</email></contact></location>
<last_update_submitted>March 22, 2018</last_update_submitted>
<condition_browse><mesh_term>Coma</mesh_term></condition_browse></clinical_study>
"""
TRIAL = "https://clinicaltrials.gov/study/NCT90000401"
NCI = {
    "nct_id": "NCT90000402", "nci_id": "NCI-1900-00001", "brief_title": "Made up at NCI", "phase": "I_II",
    "current_trial_status": "Active", "study_protocol_type": "Interventional",
    "diseases": [
        {"name": "Made-up disease", "inclusion_indicator": "TRIAL", "nci_thesaurus_concept_id": "C1"},
        {"name": "Broader", "inclusion_indicator": "TREE", "nci_thesaurus_concept_id": "C2"},
        {"name": "Odd", "inclusion_indicator": "TRIAL", "nci_thesaurus_concept_id": "C3> <x"},
    ],
    "arms": [
        {"name": name, "interventions": [
            {"name": "Madeup", "type": "Drug", "synonyms": ["MU"], "nci_thesaurus_concept_id": "C9"},
            {"name": "Broader", "type": "Drug", "inclusion_indicator": "TREE", "nci_thesaurus_concept_id": "C10"}]}
        for name in ("A", "B")
    ],
    "sites": [{"org_name": "Made-Up Hospital", "contact_email": "nobody@example.org", "contact_phone": "2025550100"}],
}  # fmt: skip


@pytest.fixture
def legacy(tmp_path: Path) -> ox.Store:
    path = tmp_path / "study.xml"
    path.write_text(XML, encoding="utf-8")
    data = imported(path, of="clinicaltrials")[1]
    assert not re.search(rb"Secret|555|example\.org", data)
    return store_of(data)


@pytest.mark.parametrize(
    ("thing", "curie", "expected"),
    [
        (TRIAL, "imt:hasTrialStatus", ["trialstatus:active-not-recruiting"]),
        (TRIAL, "imt:hasPhase", ["phase:phase-1-2"]),
        (TRIAL, "imt:hasPrimaryPurpose", ["primarypurpose:basic-science"]),
        (TRIAL, "imt:hasMasking", ["masking:double"]),
        (TRIAL, "imt:maskedRoleAsPrinted", ["INVESTIGATOR", "PARTICIPANT"]),
        (TRIAL, "imt:participantCountBasisAsPrinted", ["ESTIMATED"]),
        (TRIAL, "imt:conditionHeadingAsPrinted", ["Coma"]),
        ("arm:nct90000401-1", "imt:armTypeAsPrinted", ["ACTIVE_COMPARATOR"]),
        ("arm:nct90000401-1", "imt:usesInArm", ["trialintervention:nct90000401-1"]),
        ("trialintervention:nct90000401-1", "imt:hasInterventionKind", ["intervention:dietary-supplement"]),
        ("event:nct90000401-start", "imt:earliestDay", ["2017-02-16"]),
        ("event:nct90000401-start", "imt:dateAsPrinted", ["February 16, 2017"]),
        ("site:nct90000401-1", "imt:nameAsPrinted", ["Made-Up Hospital, ask"]),
    ],
)
def test_legacy_xml_has_the_terms_of_the_api(legacy: ox.Store, thing: str, curie: str, expected: list[str]) -> None:
    assert of_thing(legacy, thing, curie) == expected


def test_nci_concepts_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "trials.json"
    path.write_text(json.dumps({"total": 1, "data": [NCI]}), encoding="utf-8")
    report, data = imported(path, of="clinicaltrials")
    assert (report.written, report.warned) == (1, 0)
    found, trial, part = (
        store_of(data),
        "https://clinicaltrials.gov/study/NCT90000402",
        "trialintervention:nct90000402-1",
    )
    ncit = "obo:NCIT_"
    assert of_thing(found, trial, "imt:hasConditionConcept") == [f"{ncit}C1"]
    assert of_thing(found, part, "imt:hasInterventionConcept") == [f"{ncit}C9"]
    assert of_thing(found, part, "skos:altLabel") == ["MU"]
    assert of_thing(found, trial, "imt:conditionAsPrinted") == ["Made-up disease", "Odd"]
    assert of_thing(found, trial, "imt:hasPhase") == ["phase:phase-1-2"]
    assert of_thing(found, trial, "imt:statusAsPrinted") == ["Active"]
    assert values(found, "imt:identifierAsPrinted") == {"NCI-1900-00001": 1}
    assert sum(values(found, "imt:isArmOf").values()) == 2
    assert not re.search(rb"555|example\.org", data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><clinical_study>&e;</clinical_study>', "broken"),
        ("<clinical_study>&e;</clinical_study>", "broken"),
        (
            "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
            + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in ("ab", "bc", "cd", "de", "ef", "fg", "gh"))
            + "]><clinical_study>&h;</clinical_study>",
            "broken",
        ),
        ("<other/>", "not a study"),
    ],
)
def test_bad_xml_is_one_sentence(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "study.xml"
    path.write_text(text, encoding="utf-8")
    assert main(["import", "clinicaltrials", str(path)]) == 2
    assert words in capsys.readouterr().err


def test_real_ones_have_the_counts_of_their_files(tmp_path: Path) -> None:
    paths, found, data = real("clinicaltrials/xml"), ox.Store(), b""
    for path in [*paths, *real("clinicaltrials/nci-cts-v2")]:
        report, made = imported(path, of="clinicaltrials", abstracts=True)
        assert (report.written, report.refused) == (1, 0), path
        assert b"@" not in made.replace(b'"@en', b"")
        assert not re.search(rb"[0-9]{3}-[0-9]{4}\b(?!-)", re.sub(rb"<[^>]*>", b"", made)), path
        data += made
    found = store_of(data)
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert len(paths) == 5
    kinds = Counter(re.findall(r"<intervention_type>(\w+)<", text))
    (nci,) = [json.loads(path.read_text(encoding="utf-8")) for path in real("clinicaltrials/nci-cts-v2")]
    used = [one for arm in nci["arms"] for one in arm["interventions"] if one["inclusion_indicator"] == "TRIAL"]
    kinds += Counter(one["type"].partition("/")[0] for one in used)
    concepts = {one["nci_thesaurus_concept_id"] for one in nci["diseases"] if one["inclusion_indicator"] == "TRIAL"}
    assert set(values(found, "imt:hasConditionConcept")) == {f"obo:NCIT_{one}" for one in concepts}
    assert values(found, "imt:hasInterventionKind") == {f"intervention:{k.lower()}": n for k, n in kinds.items()}
    purposes = Counter(one.lower() for one in re.findall(r"<primary_purpose>(\w+)<", text)) + Counter(["other"])
    assert values(found, "imt:hasPrimaryPurpose") == {f"primarypurpose:{one}": n for one, n in purposes.items()}
    assert sum(values(found, "imt:hasTrialStatus").values()) == 5
    assert values(found, "imt:hasPhase") == {"phase:not-applicable": 3, "phase:phase-2": 1}
    written = tmp_path / "made.nq"
    written.write_bytes(data)
    assert [str(result) for result in validation.validate_files([written]).results] == []


def _api(title: str) -> str:
    module = {"identificationModule": {"nctId": "NCT90000403", "briefTitle": title}}
    return json.dumps({"protocolSection": {**module, "statusModule": {"lastUpdateSubmitDate": "2027-01-01"}}})


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        ([_api("a"), _api("a"), _api("b")], "NCT90000403"),
        (
            [json.dumps({**NCI, "record_verification_date": "2027-01", "brief_title": one}) for one in "aab"],
            "NCT90000402",
        ),
    ],
)
def test_odd_studies_are_warned_about(texts: list[str], number: str, tmp_path: Path) -> None:
    """A file named after another study, one study twice, once with other content, and a change after the import."""
    path = tmp_path / "NCT90000999.json"
    path.write_text("\n".join(texts), encoding="utf-8")
    report, data = imported(path, of="clinicaltrials")
    reasons = [reason for _, _, reason in report.details]
    assert f"the file is named after NCT90000999: the record's own number, {number}, was taken" in reasons
    assert reasons[-2:] == [
        "the record is in the file twice",
        "the record is in the file twice, with different content: the first was taken",
    ]
    is_late = "it was last changed on '2027-01-01', which is after the day of the import" in reasons
    assert is_late == (number == "NCT90000403")  # NCI gives no day of the last change
    assert (report.written, report.refused) == (2, 1)
    assert b'"b"' not in data


def test_a_legacy_file_may_be_named_after_another(tmp_path: Path) -> None:
    path = tmp_path / "NCT90000999.xml"
    path.write_text(XML.replace("March 22, 2018", "March 22, 2027"), encoding="utf-8")
    reasons = [reason for _, _, reason in imported(path, of="clinicaltrials")[0].details]
    assert "the file is named after NCT90000999: the record's own number, NCT90000401, was taken" in reasons
    assert "it was last changed on '2027-03-22', which is after the day of the import" in reasons
