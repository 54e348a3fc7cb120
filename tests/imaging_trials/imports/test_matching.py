"""Agents and imaging techniques in imported records: identifiers, names in texts, and why a trial makes images."""

import re
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging_trials.bibliography import Citation
from imaging_trials.bibliography.citation import Heading
from imaging_trials.cli import main
from imaging_trials.imports import match_reasons, matches, versions
from imaging_trials.imports.matching import search
from imaging_trials.imports.matching.text import items, words_of
from imaging_trials.imports.statements import Statements
from imaging_trials.model import PROJECT, nuclide_notation
from imaging_trials.views import explanation
from tests.support import agent_names
from tests.support.records import MADE_UP, imported, of_thing, real, store_of

FILE = MADE_UP / "matching.json"
TEXTS = agent_names.labeled()


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return store_of(imported(FILE, of="clinicaltrials")[1])


def trial(number: int) -> str:
    return f"https://clinicaltrials.gov/study/NCT9000{number}"


def of_trial(store: ox.Store, number: int) -> list[str]:
    """Return the matches of a trial."""
    found = store.quads_for_pattern(None, term("imt:isMatchOf"), ox.NamedNode(trial(number)), None)
    return sorted(quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode))


def term(curie: str) -> ox.NamedNode:
    return ox.NamedNode(PROJECT.expand(curie))


def found_in(text: str) -> list[tuple[str, str, str]]:
    """Return what is found in a text: the thing, the rule, the text at its place."""
    those = search.filtered(text, matches.lexicon())
    return [(PROJECT.shorten(one.thing), one.rule, text[one.start : one.end]) for one in those]


# The labeled texts


@pytest.mark.parametrize(
    ("part", "texts", "precision", "recall"),
    [("tuned", 170, 1.0, 1.0), ("held-out", 70, 1.0, 1.0), ("second held-out", 80, 1.0, 0.96)],
)
def test_agents_in_labeled_texts(part: str, texts: int, precision: float, recall: float) -> None:
    those = [one for one in TEXTS if one.part == part]
    wrong = {one.text: (set(one.expected), set(agent_names.found(one.text))) for one in those}
    result = agent_names.score((one.expected, agent_names.found(one.text)) for one in those)
    assert len(those) >= texts
    assert result.precision >= precision, {text: pair for text, pair in wrong.items() if pair[1] - pair[0]}
    assert result.recall >= recall, {text: pair for text, pair in wrong.items() if pair[0] - pair[1]}


def test_every_agent_is_in_a_labeled_text() -> None:
    agents = {PROJECT.shorten(agent) for agent in matches.lexicon().pharmaceuticals}
    assert agents - {agent for one in TEXTS for agent in one.expected} == set()


@pytest.mark.parametrize(("folder", "of"), [("pubmed", "pubmed"), ("clinicaltrials/v2", "clinicaltrials")])
def test_agents_in_real_records(folder: str, of: str) -> None:
    """The files were searched for stems of names: the label file names all records that have an agent."""
    expected = {tuple(line.split("\t")) for line in agent_names.REAL.read_text(encoding="utf-8").splitlines()[1:]}
    got = set()
    for path in real(folder):
        store = store_of(imported(path, of=of)[1])
        for quad in store.quads_for_pattern(None, term("imt:hasMatchedAgent"), None, None):
            match = str(quad.subject)[1:-1]
            (record,) = of_thing(store, match, "imt:isMatchOf")
            name = re.sub(r".*pubmed.ncbi.nlm.nih.gov/([0-9]+)/", r"PMID \1", record)
            fields = of_thing(store, match, "imt:matchField")
            got |= {(name, field, PROJECT.shorten(str(quad.object)[1:-1])) for field in fields}
    assert got == (expected if of == "pubmed" else set())


# Rules and places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Uptake of [18F]FES (PET)", [("agent:fes", "acronym-and-nuclide", "[18F]FES")]),
        ("Dose of fluciclovine (18F).", [("agent:fluciclovine", "name-and-nuclide", "fluciclovine (18F)")]),
        ("16α–[¹⁸F]fluoroestradiol", [("agent:fes", "name-and-nuclide", "16α–[¹⁸F]fluoroestradiol")]),
        ("Cerianna®", [("agent:fes", "full-name", "Cerianna")]),
        ("FES-PET/CT", [("agent:fes", "acronym-and-modality", "FES-PET/CT")]),
        ("an FDG study", [("agent:fdg", "acronym-alone", "FDG")]),
        ("fluoroestradiol PET", [("agent:fes", "name-and-modality", "fluoroestradiol PET")]),
        ("68Ga-PSMA", [("agentgroup:ga-68-psma-ligands", "group-name", "68Ga-PSMA")]),
        ("with Panitumumab", [("substance:panitumumab", "base-substance", "Panitumumab")]),
        ("68Ga-PSMA-999", []),  # a number that is tied to a name makes it another one
        ("FDG-7", []),
        (
            "Panitumumab [18F]FDG",
            [
                ("substance:panitumumab", "base-substance", "Panitumumab"),
                ("agent:fdg", "acronym-and-nuclide", "[18F]FDG"),
            ],
        ),
    ],
)
def test_a_match_has_rule_and_place(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found_in(text) == expected


NOTATIONS = (
    "F-18", "[18F]", "Tc-99m", "99Tcm", "(99m)Tc", "technetium Tc 99m", "fluorine-18", "^18^F", "^{18}F", "18 F", "H2",
    "<sup>18</sup>F", "Lu(177)", "PSMA-11", "S-100", "p53", "0.18F", "CD105", "f18", "TC-99M", "¹⁸F", "Gallium 68",
    "I 131", "89-Zr", "18F-FES and Zr-89", "PSMA-11-Li-6",
)  # fmt: skip


@pytest.mark.parametrize("text", [*sorted(nuclide_notation.MEDICAL)[:12], *NOTATIONS])
def test_nuclides_are_those_that_notation_normalizes(text: str) -> None:
    known = nuclide_notation.search_key(text).split()
    expected = [one for one in known if one == nuclide_notation.normalize(one) and one in nuclide_notation.MEDICAL]
    got = [one.nuclide for one in items(text, {}) if one.nuclide in nuclide_notation.MEDICAL]
    assert got == expected


WORDS = [word for one in TEXTS for word in re.findall(r"\S+|\s+", one.text)]


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*WORDS, "-", ", ", " and ", "18F", "PET", "α", "é", "\u2011", "]"]), max_size=9))
def test_filter_and_match_give_what_match_gives(pieces: list[str]) -> None:
    text = "".join(pieces)
    lexicon = matches.lexicon()
    assert search.filtered(text, lexicon) == search.agents_in(text, lexicon)
    assert search.may_name_techniques(words_of(text), lexicon) or not search.techniques_in(text, lexicon)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_read_and_places_are_in_it(text: str) -> None:
    for one in [*search.agents_in(text, matches.lexicon()), *search.techniques_in(text, matches.lexicon())]:
        assert 0 <= one.start < one.end <= len(text)
    for item in items(text, {}):
        assert 0 <= item.start <= item.end <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MRI at baseline", ["modality:mri"]),
        ("PET/CT and ultrasound", ["modality:pet-ct", "modality:ultrasound"]),
        ("CT scan of the chest", ["modality:ct"]),
        ("chemotherapy (CT)", []),
        ("pet therapy with dogs", []),
        ("PET bottle", []),
        ("High-intensity focused ultrasound", []),
        ("Ultrasound-guided nerve block", []),
        ("the US population", []),
    ],
)
def test_imaging_techniques(text: str, expected: list[str]) -> None:
    assert [PROJECT.shorten(one.thing) for one in search.techniques_in(text, matches.lexicon())] == expected


# Records


@pytest.mark.parametrize(
    ("number", "agents", "reasons"),
    [
        (4001, ["agent:fes"], {"imaging-agent", "imaging-modality", "imaging-outcome"}),
        (4002, [], set()),
        (4003, ["substance:panitumumab"], set()),
        (4004, [], set()),
        (4005, [], {"imaging-heading"}),
        (4006, ["agent:ferumoxytol"], set()),
        (4007, ["agent:fmiso"], {"imaging-agent"}),
        (4008, [], set()),
        (4009, [], {"imaging-outcome"}),
        (4010, ["agent:fdg"], set()),
        (4011, [], set()),
    ],
)
def test_agents_and_evidence_of_trials(store: ox.Store, number: int, agents: list[str], reasons: set[str]) -> None:
    """Two of them are diagnostic by their purpose and no imaging trials."""
    assert of_thing(store, trial(number), "imt:investigatesAgent") == agents
    evidence = of_thing(store, trial(number), "imt:isImagingTrialBy")
    got = {reason for one in evidence for reason in of_thing(store, one, "imt:hasImagingReason")}
    assert got == {f"imagingreason:{reason}" for reason in reasons}


def test_an_intervention_refers_to_the_agent(store: ox.Store) -> None:
    assert of_thing(store, "trialintervention:nct90004001-1", "imt:refersToAgent") == ["agent:fes"]
    assert of_thing(store, "trialintervention:nct90004001-2", "imt:refersToAgent") == []
    assert of_thing(store, "trialintervention:nct90004003-2", "imt:refersToAgent") == []
    assert of_thing(store, "arm:nct90004001-1", "imt:refersToAgent") == []


def rules_of(store: ox.Store, number: int) -> set[str]:
    return {rule for one in of_trial(store, number) for rule in of_thing(store, one, "imt:hasMatchRule")}


def test_a_broader_identifier_supports_only(store: ox.Store) -> None:
    """MeSH C031843 is fluoromisonidazole with any label or none."""
    assert "matchrule:broader-identifier" in rules_of(store, 4007)
    assert rules_of(store, 4011) >= {"matchrule:broader-identifier", "matchrule:acronym-alone"}
    assert rules_of(store, 4008) == {"matchrule:exact-identifier"}
    (match,) = of_trial(store, 4008)
    assert of_thing(store, match, "imt:hasMatchedSubstance") == ["substance:fluoromisonidazole"]
    assert of_thing(store, match, "imt:hasMatchedAgent") == []


def test_identifiers_of_an_article() -> None:
    citation = Citation(
        name="made up",
        pmid="90000001",
        title="A made-up article on Panitumumab",
        mesh_headings=(Heading("made up", mesh=("D019788",)),),
        substances=(Heading("made up", unii="T32277KB09"),),
        keywords=("FLT PET",),
    )
    store = store_of(versions.of_citation(citation, "pubmed").data)
    named = of_thing(store, "https://pubmed.ncbi.nlm.nih.gov/90000001/", "imt:namesAgent")
    assert named == ["agent:fdg", "agent:fes", "agent:flt", "substance:panitumumab"]


def test_matches_are_not_in_the_hash_of_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A matcher that finds nothing makes the same graphs, with fewer statements."""

    def graphs(data: bytes) -> dict[str, int]:
        names = [line.rsplit(b"> .", 1)[0].rpartition(b"<")[2].decode() for line in data.splitlines()]
        return {name: names.count(name) for name in names}

    full = graphs(imported(FILE, of="clinicaltrials")[1])
    monkeypatch.setattr(matches, "of_study", lambda *_: Statements())
    bare = graphs(imported(FILE, of="clinicaltrials")[1])
    assert full.keys() == bare.keys()
    assert sum(full.values()) > sum(bare.values()) + 100


# Why


def lines(store: ox.Store, statements: Iterable[ox.Quad]) -> list[str]:
    return [str(reason) for quad in statements for reason in match_reasons.reasons(store, quad)]


def test_reasons_of_a_statement(store: ox.Store) -> None:
    about = store.quads_for_pattern(ox.NamedNode(trial(4001)), term("imt:investigatesAgent"), None, None)
    found = lines(store, about)
    assert (
        "full name (score 98): 'Cerianna' in armsInterventionsModule.interventions.otherNames, characters 0 to 8"
        in found
    )
    assert found[-1].startswith(
        "acronym and modality (score 80): 'FES PET/CT' in armsInterventionsModule.armGroups.label"
    )
    of_intervention = store.quads_for_pattern(
        term("trialintervention:nct90004007-1"), term("imt:refersToAgent"), None, None
    )
    assert lines(store, of_intervention) == [
        (
            "name and nuclide (score 95): '[18F]-fluoromisonidazole' in armsInterventionsModule.interventions.name, "
            "characters 0 to 24"
        )
    ]
    evidence = store.quads_for_pattern(ox.NamedNode(trial(4009)), term("imt:isImagingTrialBy"), None, None)
    assert lines(store, evidence) == [
        "modality name (score 90): 'MRI' in outcomesModule.primaryOutcomes.measure, characters 16 to 19"
    ]
    identifier = store.quads_for_pattern(ox.NamedNode(trial(4010)), term("imt:investigatesAgent"), None, None)
    assert lines(store, identifier) == [
        "exact identifier (score 100): 'D019788' in derivedSection.interventionBrowseModule.meshes"
    ]


def test_an_explanation_has_the_matches(store: ox.Store) -> None:
    about = store.quads_for_pattern(ox.NamedNode(trial(4010)), term("imt:investigatesAgent"), None, None)
    (statement,) = explanation.statements(store, about, PROJECT.root)
    assert statement.matches == (
        "exact identifier (score 100): 'D019788' in derivedSection.interventionBrowseModule.meshes",
    )


def test_a_statement_without_matches_has_no_reasons(store: ox.Store) -> None:
    assert lines(store, store.quads_for_pattern(ox.NamedNode(trial(4001)), term("rdf:type"), None, None)) == []


@pytest.mark.prove
@pytest.mark.parametrize("form", ["text", "json"])
def test_explain_shows_the_matches(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "imports"
    assert main(["import", "clinicaltrials", str(FILE), "--into", str(folder), "--day", "2026-11-30"]) == 0
    asked = ["explain", "trials-of-an-agent", "--param", "agent=agent:ferumoxytol", "--data", str(folder)]
    capsys.readouterr()
    assert main([*asked, "--format", form]) == 0
    assert (
        "full name (score 98): 'Ferumoxytol' in armsInterventionsModule.interventions.name" in capsys.readouterr().out
    )
