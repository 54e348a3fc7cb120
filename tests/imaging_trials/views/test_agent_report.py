"""``imt dossier``: what a trial with an agent needs, each line with its source."""

import json
import re
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

import imaging_trials
from imaging_trials.model import read, vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.views import agent_report, render_rdf, render_text
from imaging_trials.views.agent_report import AgentReport, ReportLine
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import Imt

pytestmark = pytest.mark.prove

DAY = "2026-11-26"


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def node(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def made(store: Store, agent: str, on: str = DAY) -> dict[str, list[ReportLine]]:
    report = agent_report.for_agent(store, node(f"agent:{agent}"), on)
    return {section.title: [*section.lines] for section in report.sections}


def words(lines: list[ReportLine], label: str) -> list[str]:
    return [line.text for line in lines if line.label == label]


# Which agent


@pytest.mark.parametrize("name", ["FES", "F-18 FES", "[18F]FES", "¹⁸F-FES", "agent:fes", node("agent:fes").value])
def test_an_agent_is_found_by_any_notation(store: Store, name: str) -> None:
    assert agent_report.find_agent(store, name) == node("agent:fes")


def test_radium_223_is_the_agent_and_not_the_nuclide(store: Store) -> None:
    assert agent_report.find_agent(store, "radium-223") == node("agent:radium-223")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "nuclide:zr-89",
            "nuclide:zr-89 (zirconium-89) is not an agent: ask for agent:zr-89-panitumumab ([89Zr]-panitumumab)",
        ),
        ("substance:fluoroestradiol", "is not an agent: ask for agent:fes"),
        (
            "document:fes-caepr",
            "document:fes-caepr (CAEPR for [18F]FES) is not an agent: ask for agent:fes ([18F]FES).",
        ),
        ("agentgroup:sentinel-node-agents", "is not an agent: ask for agent:tc-99m-nanocolloid"),
        ("Fendler 2017", "article:fendler-2017 (Fendler 2017) is not an agent: this report is about an agent"),
        ("no such agent", "Nothing in the graph is called 'no such agent'"),
        ("", "The name is empty"),
    ],
)
def test_other_things_are_refused_with_their_agents(store: Store, name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        agent_report.find_agent(store, name)


# Lines


def test_identity_of_the_agent(store: Store) -> None:
    lines = made(store, "fes")["What it is"]
    found = {
        label: words(lines, label)
        for label in ("kind", "parent compound", "target", "modality", "radionuclide", "element")
    }
    assert found == {
        "kind": ["imaging agent", "radiopharmaceutical"],
        "parent compound": ["fluoroestradiol"],
        "target": ["estrogen receptor alpha"],
        "modality": ["positron emission tomography"],
        "radionuclide": ["fluorine-18"],
        "element": ["fluorine (F, 9)"],
    }
    assert words(lines, "half-life") == ["109.77 ± 0.05 min (ENSDF)"]
    assert words(made(store, "ferumoxytol")["What it is"], "half-life") == []


def test_every_kind_of_document_is_there_or_missing(store: Store) -> None:
    lines = made(store, "fmiso")["Documents"]
    assert [(line.label, line.text.startswith("missing")) for line in lines] == [
        ("protocol component template", False),
        ("CAEPR", False),
        ("investigator's brochure", False),
        ("investigator's brochure", False),
        ("CMC template", True),
    ]
    assert "version 4.0; read in a stored copy" in lines[0].text
    assert "part of IND for [18F]FMISO; entry into effect Nov. 1st, 2011" in lines[0].text


def test_applications_have_a_holder_and_dated_events(store: Store) -> None:
    lines = made(store, "fmiso")["Applications"]
    assert [(line.label, line.text.startswith("missing")) for line in lines] == [
        ("Investigational New Drug application", False),
        ("New Drug Application", True),
    ]
    assert "number 76042; held by National Cancer Institute" in lines[0].text
    fluoride = words(made(store, "naf")["Applications"], "New Drug Application")
    assert "announcement February 1, 2011" in fluoride[0]


def test_contacts_and_review_board(store: Store) -> None:
    sections = made(store, "fes")
    assert words(sections["Where to ask"], "listed as held by") == ["National Cancer Institute"]
    assert "imaging-ind-resources" in words(sections["Where to ask"], "where to read")[0]
    assert [one.partition(",")[0] for one in words(sections["Where to ask"], "program")] == [
        "Safety and Preliminary Efficacy Imaging Clinical Trials",
        "NCI Clinical Trials Stewardship Initiative",
        "Experimental Therapeutics Clinical Trials Network",
    ]
    assert words(sections["Review and support"], "review board") == ["Central Institutional Review Board (CIRB)"]
    assert len(words(sections["Review and support"], "support")) == 4


def test_an_agent_without_holder_has_no_board(store: Store) -> None:
    sections = made(store, "fet")
    assert words(sections["Where to ask"], "holder") == ["the graph knows of none"]
    assert words(sections["Review and support"], "review board") == ["the graph knows of none for this agent"]


def test_sizes_keep_their_qualifiers(store: Store) -> None:
    lines = made(store, "fes")["Phases and sizes of the trials"]
    assert words(lines, "size") == ["approximately 10 participants", "estimated 25 participants"]


def test_guidelines_have_a_status_and_occur_once(store: Store) -> None:
    sections = made(store, "ga-68-psma-11")
    found = [line.text for title, lines in sections.items() if title.startswith("Guidelines") for line in lines]
    (fendler,) = [one for one in found if "(Fendler 2017)" in one]
    assert fendler in words(sections["Guidelines for the same group"], "guideline")
    assert "superseded by EANM/SNMMI PSMA PET/CT for prostate cancer, version 2.0" in fendler
    names = [one.partition(":")[0] for one in found if not one.startswith("the graph knows")]
    assert len(names) == len(set(names)) >= 3


def test_the_day_decides_the_status_of_a_guideline(store: Store) -> None:
    (line,) = [
        line
        for line in made(store, "ga-68-psma-11", "2020-01-01")["Guidelines for the same group"]
        if "(Fendler 2017)" in line.text
    ]
    assert ": no newer edition known (checked " in line.text


def test_guidelines_of_agents_with_the_same_target(store: Store) -> None:
    sections = made(store, "dcfbc")
    assert any("(Fendler 2017)" in one for one in words(sections["Guidelines for the same target"], "guideline"))
    assert any("(Afaq 2019)" in one for one in words(sections["Guidelines for the same disease"], "guideline"))
    medronate, fluoride = made(store, "tc-99m-mdp"), made(store, "naf")
    assert any("(Beheshti 2015)" in one for one in words(medronate["Guidelines for the same target"], "guideline"))
    assert any(
        "(Van den Wyngaert 2016)" in one for one in words(fluoride["Guidelines for the same target"], "guideline")
    )


def test_guidelines_of_a_group_are_those_of_its_members(store: Store) -> None:
    assert any("(Law 2019)" in one for one in words(made(store, "fet")["Guidelines for the same group"], "guideline"))


def test_same_modality_or_body_site_is_no_kinship(store: Store) -> None:
    """Nothing in the graph ties a guideline to FLT, though many are for PET."""
    titles = [f"Guidelines for the same {what}" for what in ("agent", "group", "target", "disease")]
    sections = made(store, "flt")
    assert [title for title in sections if title.startswith("Guidelines")] == titles
    assert all(words(sections[title], "guideline")[0].startswith("the graph knows of no") for title in titles)


def test_dossier_and_saved_query_rank_alike(store: Store) -> None:
    """Each edition is in the section of the first way in which the query finds it."""
    titles = {f"Guidelines for the same {what}": what for what in ("agent", "group", "target", "disease")}
    found = 0
    for agent in read.members(store, vocabulary.PHARMACEUTICAL_AGENT):
        if not agent.value.startswith(PROJECT.prefixes["agent"]):
            continue  # a substance that is a drug too
        rows: Any = imaging_trials.query("guidelines-for-agent-and-kin", agent=agent.value)
        ways: dict[str, str] = {}
        for way, edition, *_ in rows:
            ways.setdefault(str(edition), str(way).split()[-1])
        listed = {
            piece.iri.value: titles[section.title]
            for section in agent_report.for_agent(store, agent, DAY).sections
            if section.title in titles
            for one in section.lines
            for piece in one.phrase[:1]
            if isinstance(piece, read.Thing) and read.is_a(store, piece.iri, vocabulary.GUIDELINE_EDITION)
        }
        assert listed == ways
        found += len(listed)
    assert found > 20


@pytest.fixture(scope="module")
def reports(store: Store) -> list[AgentReport]:
    """The report about every agent in the graph."""
    return [agent_report.for_agent(store, agent, DAY) for agent in read.members(store, vocabulary.PHARMACEUTICAL_AGENT)]


def check_sources(printed: str) -> None:
    """Check that each line ends in its marks, and that the marks are the numbers of the list of sources."""
    body, _, sources = printed.partition("\n\nSources\n")
    lines = [line for line in body.splitlines()[2:] if line.startswith("  ")]
    assert lines
    assert [line for line in lines if not re.search(r"  (\[\d+\])+( \(computed\))?$|  \(computed\)$", line)] == []
    numbers = [int(number) for number in re.findall(r"(?m)^  \[(\d+)\] (?:page: |curated: )", sources)]
    assert numbers == [*range(1, sources.count("\n") + 1)]
    cited = {int(number) for line in lines for number in re.findall(r"\[(\d+)\]", line.rpartition("  ")[2])}
    assert cited == set(numbers)


def test_every_line_has_a_source_or_is_computed(reports: list[AgentReport]) -> None:
    assert len(reports) > 15
    for one in reports:
        check_sources(render_text.agent_report(one))


def test_lines_name_things_by_iri(store: Store) -> None:
    """A page made from the data can link the documents, organizations and guidelines of a line."""
    sections = made(store, "fmiso")
    template = sections["Documents"][0]
    iris = [PROJECT.shorten(piece.iri.value) for piece in template.phrase if isinstance(piece, read.Thing)]
    assert iris[0] == "document:fmiso-protocol-component-template"
    assert "application:fmiso-ind" in iris
    assert all(one.source for one in template.provenance if not one.is_inferred)


def test_every_triple_of_the_json_ld_is_in_the_graph(store: Store, reports: list[AgentReport]) -> None:
    known = {quad.triple for quad in store}
    for one in reports:
        text = render_rdf.agent_report_as_json_ld(one)
        triples = {quad.triple for quad in parse(text, format=RdfFormat.JSON_LD)}
        assert len(triples) > (20 if one.agent.iri.value.startswith(PROJECT.prefixes["agent"]) else 5)
        assert triples - known == set()
        assert {quad.triple for section in one.sections for line in section.lines for quad in line.quads} <= triples


def test_json_ld_has_prefixes_and_names_sources(store: Store) -> None:
    data = json.loads(render_rdf.agent_report_as_json_ld(agent_report.for_agent(store, node("agent:fes"), DAY)))
    assert data["@context"].items() <= PROJECT.prefixes.items()
    by_id = {one["@id"]: one for one in data["@graph"]}
    evidence = by_id["evidence:agent-fes-by-nci-dictionary-fes"]
    assert evidence["imt:isEvidenceFor"] == [{"@id": "agent:fes"}]
    assert evidence["dcterms:source"] == [{"@id": "source:nci-dictionary-fes"}]
    assert by_id["source:nci-dictionary-fes"]["schema:url"][0]["@id"].startswith("https://www.cancer.gov/")
    assert by_id["target:estrogen-receptor-alpha"]["skos:prefLabel"][0]["@value"] == "estrogen receptor alpha"


def test_markdown_has_a_footnote_for_every_mark(imt: Imt) -> None:
    done = imt("dossier", "FES", "--format", "markdown")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# \\[18F\\]FES\n")
    body, _, notes = done.stdout.partition("\n[^1]: ")
    assert set(re.findall(r"\[\^(\d+)\]", body)) == {"1", *re.findall(r"(?m)^\[\^(\d+)\]: ", notes)}


def test_the_command_prints_the_report(imt: Imt) -> None:
    done = imt("dossier", "FES")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("[18F]FES\nagent:fes, guidelines as of 2026-11-30\n\nWhat it is\n")
    wrong = imt("dossier", "Fendler 2017")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
    assert imt("dossier", "FES", "--as-of", "soon").returncode == 2
