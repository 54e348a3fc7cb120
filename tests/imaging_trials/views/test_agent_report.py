"""``imt dossier``: what a trial with an agent needs, each line with its source, and nothing that the graph lacks."""

import json
import re

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from imaging_trials.views import agent_report as dossier
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

DAY = "2026-11-26"


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def made(store: Store, agent: str, on: str = DAY) -> dict[str, list[dossier.Line]]:
    return {title: [*lines] for title, lines in dossier.make(store, node(f"agent:{agent}"), on).sections}


def words(lines: list[dossier.Line], label: str) -> list[str]:
    return [line.words for line in lines if line.label == label]


# Which agent


@pytest.mark.parametrize("name", ["FES", "F-18 FES", "[18F]FES", "¹⁸F-FES", "agent:fes", node("agent:fes").value])
def test_an_agent_is_found_however_its_notation_is_spelt(store: Store, name: str) -> None:
    assert dossier.find_agent(store, name) == node("agent:fes")


def test_radium_223_is_the_agent_here_and_not_the_nuclide(store: Store) -> None:
    assert dossier.find_agent(store, "radium-223") == node("agent:radium-223")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "nuclide:zr-89",
            "nuclide:zr-89 (zirconium-89) is no agent: ask for agent:zr-89-panitumumab ([89Zr]-panitumumab)",
        ),
        ("vector:panitumumab", "is no agent: ask for agent:zr-89-panitumumab"),
        ("document:fes-caepr", "document:fes-caepr (CAEPR for [18F]FES) is no agent: ask for agent:fes ([18F]FES)."),
        ("agentgroup:sentinel-node-agents", "is no agent: ask for agent:tc-99m-nanocolloid"),
        ("Fendler 2017", "article:fendler-2017 (Fendler 2017) is no agent: a dossier is about an agent"),
        ("no such agent", "Nothing in the graph is called 'no such agent'"),
        ("", "The name is empty"),
    ],
)
def test_what_is_no_agent_is_named_with_what_to_ask_for(store: Store, name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        dossier.find_agent(store, name)


# What it says


def test_it_tells_what_the_agent_is(store: Store) -> None:
    lines = made(store, "fes")["What it is"]
    told = {label: words(lines, label) for label in ("kind", "vector", "target", "modality", "radionuclide", "element")}
    assert told == {
        "kind": ["imaging agent", "radiopharmaceutical"],
        "vector": ["fluoroestradiol"],
        "target": ["estrogen receptor alpha"],
        "modality": ["positron emission tomography"],
        "radionuclide": ["fluorine-18"],
        "element": ["fluorine (F, 9)"],
    }
    assert words(lines, "half-life") == ["109.77 ± 0.05 min (ENSDF)"]
    assert words(made(store, "ferumoxytol")["What it is"], "half-life") == []


def test_every_kind_of_document_is_there_or_said_to_be_missing(store: Store) -> None:
    lines = made(store, "fmiso")["Documents"]
    assert [(line.label, line.words.startswith("missing")) for line in lines] == [
        ("Investigational New Drug application", False),
        ("protocol component template", False),
        ("CAEPR", False),
        ("investigator's brochure", True),
        ("chemistry template", True),
        ("New Drug Application", True),
    ]
    assert "number 76042" in lines[0].words
    assert "version 4.0; dated 1 November 2011; read in a stored copy" in lines[1].words
    assert "filed under IND for [18F]FMISO" in lines[1].words


def test_it_tells_whom_to_ask_and_which_board_reviews(store: Store) -> None:
    sections = made(store, "fes")
    assert words(sections["Where to ask"], "holder") == ["National Cancer Institute"]
    assert "imaging-ind-resources" in words(sections["Where to ask"], "where to read")[0]
    assert [one.partition(",")[0] for one in words(sections["Where to ask"], "programme")] == [
        "Safety and Preliminary Efficacy Imaging Clinical Trials",
        "NCI Clinical Trials Stewardship Initiative",
        "Experimental Therapeutics Clinical Trials Network",
    ]
    assert words(sections["Review and support"], "review board") == ["Central Institutional Review Board (CIRB)"]
    assert len(words(sections["Review and support"], "support")) == 4


def test_an_agent_that_nobody_is_known_to_hold_gets_no_holder_and_no_board(store: Store) -> None:
    sections = made(store, "fluciclovine")
    assert words(sections["Where to ask"], "holder") == ["the graph knows of none"]
    assert words(sections["Review and support"], "review board") == ["the graph knows of none for this agent"]


def test_sizes_keep_their_hedges(store: Store) -> None:
    lines = made(store, "fes")["Phases and sizes of the trials"]
    assert words(lines, "size") == ["approximately 10 participants", "estimated 25 participants"]


def test_guidelines_come_with_their_status_and_each_only_once(store: Store) -> None:
    sections = made(store, "ga-68-psma")
    found = [line.words for title, lines in sections.items() if title.startswith("Guidelines") for line in lines]
    (fendler,) = [one for one in found if "(Fendler 2017)" in one]
    assert fendler in words(sections["Guidelines for the same agent"], "guideline")
    assert "superseded by EANM/SNMMI PSMA PET/CT for prostate cancer, version 2.0" in fendler
    names = [one.partition(":")[0] for one in found if not one.startswith("the graph knows")]
    assert len(names) == len(set(names)) > 5


def test_the_day_decides_the_status_of_a_guideline(store: Store) -> None:
    (line,) = [
        line
        for line in made(store, "ga-68-psma", "2020-01-01")["Guidelines for the same agent"]
        if "Fendler" in line.words
    ]
    assert ": current;" in line.words


def test_guidelines_for_the_target_are_those_of_agents_that_share_it(store: Store) -> None:
    sections = made(store, "dcfbc")
    assert any("(Fendler 2017)" in one for one in words(sections["Guidelines for the same target"], "guideline"))
    assert any("(Afaq 2019)" in one for one in words(sections["Guidelines for the same modality"], "guideline"))
    medronate, fluoride = made(store, "tc-99m-mdp"), made(store, "naf")
    assert any("(Beheshti 2015)" in one for one in words(medronate["Guidelines for the same target"], "guideline"))
    assert any(
        "(Van den Wyngaert 2016)" in one for one in words(fluoride["Guidelines for the same target"], "guideline")
    )


def test_a_group_takes_its_members_to_its_guideline(store: Store) -> None:
    assert any("(Law 2019)" in one for one in words(made(store, "fet")["Guidelines for the same agent"], "guideline"))


@pytest.fixture(scope="module")
def dossiers(store: Store) -> list[dossier.Dossier]:
    """The dossier of every agent that there is."""
    return [dossier.make(store, agent, DAY) for agent in facts.members(store, "Agent")]


def check_sources(printed: str) -> None:
    """See that each line ends in its marks, and that the marks and the list of sources belong together."""
    body, _, sources = printed.partition("\n\nSources\n")
    lines = [line for line in body.splitlines()[2:] if line.startswith("  ")]
    assert lines
    assert [line for line in lines if not re.search(r"  (\[\d+\])+( \(computed\))?$|  \(computed\)$", line)] == []
    numbers = [int(number) for number in re.findall(r"(?m)^  \[(\d+)\] (?:page: |curated: )", sources)]
    assert numbers == [*range(1, sources.count("\n") + 1)]
    cited = {int(number) for line in lines for number in re.findall(r"\[(\d+)\]", line.rpartition("  ")[2])}
    assert cited == set(numbers)


def test_every_line_of_every_agent_has_a_source_or_says_that_it_is_computed(
    store: Store, dossiers: list[dossier.Dossier]
) -> None:
    assert len(dossiers) > 15
    for one in dossiers:
        check_sources(dossier.text(store, one))


def test_every_triple_of_the_json_ld_stands_in_the_graph(store: Store, dossiers: list[dossier.Dossier]) -> None:
    known = {quad.triple for quad in store}
    for one in dossiers:
        text = dossier.json_ld(store, one)
        triples = {quad.triple for quad in parse(text, format=RdfFormat.JSON_LD)}
        assert len(triples) > 20
        assert triples - known == set()
        assert {quad.triple for _, lines in one.sections for line in lines for quad in line.quads} <= triples


def test_the_json_ld_carries_its_own_context_of_house_prefixes_and_names_its_sources(store: Store) -> None:
    data = json.loads(dossier.json_ld(store, dossier.make(store, node("agent:fes"), DAY)))
    assert data["@context"].items() <= PROJECT.prefixes.items()
    by_id = {one["@id"]: one for one in data["@graph"]}
    assert by_id["agent:fes"]["dcterms:source"] == [{"@id": "source:nci-dictionary-fes"}]
    assert by_id["source:nci-dictionary-fes"]["schema:url"][0]["@id"].startswith("https://www.cancer.gov/")
    assert by_id["target:estrogen-receptor-alpha"]["skos:prefLabel"][0]["@value"] == "estrogen receptor alpha"


def test_markdown_has_a_footnote_for_every_mark(imt: Imt) -> None:
    done = imt("dossier", "FES", "--format", "markdown")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# \\[18F\\]FES\n")
    body, _, notes = done.stdout.partition("\n[^1]: ")
    assert set(re.findall(r"\[\^(\d+)\]", body)) == {"1", *re.findall(r"(?m)^\[\^(\d+)\]: ", notes)}


def test_the_command_prints_the_dossier_and_refuses_what_is_no_agent(imt: Imt) -> None:
    done = imt("dossier", "FES")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("[18F]FES\nagent:fes, guidelines as of 2026-11-26\n\nWhat it is\n")
    wrong = imt("dossier", "Fendler 2017")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
    assert imt("dossier", "FES", "--on", "soon").returncode == 2
