"""``imt show``: a card shows what a thing is, and which source states it."""

import subprocess
import sys

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from imaging_trials.model.project import PROJECT
from imaging_trials.model.read import label
from imaging_trials.views import render_text, summary_card
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT, Imt


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def card(store: Store, curie: str) -> str:
    """Return the printed card of a thing."""
    return render_text.cards([summary_card.for_thing(store, NamedNode(PROJECT.expand(curie)))])


def printed(imt: Imt, *arguments: str) -> str:
    done = imt("show", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def blocks(text: str) -> dict[str, str]:
    """Return the blocks of a card by their titles."""
    return {block.partition("\n")[0]: block for block in text.rstrip("\n").split("\n\n")}


def modules_loaded_by(*arguments: str) -> set[str]:
    """Return the names of the modules that ``imt`` has loaded when it ends."""
    code = (
        f"import sys; from imaging_trials.cli import main; main({[*arguments]}); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


CARD_OF_FES = """\
[18F]FES
agent:fes  <https://w3id.org/imaging-trials/id/agent/fes>
pharmaceutical agent

What the page says
  name as printed       [18F] FES
  has agent kind        imaging agent (agentkind:imaging-agent)
  has radionuclide      fluorine-18 (nuclide:f-18)
  is listed as held by  National Cancer Institute (organization:nci)
  is stated in          Protocol component templates for NCI-held Imaging agents \
(section:protocol-component-templates)
                        CAEPRs for NCI-held imaging agents (section:caeprs)

What we added
  has modality         positron emission tomography (modality:pet)  [nci-dictionary-fes, 2026-11-26]
  has parent compound  fluoroestradiol (substance:fluoroestradiol)  [nci-dictionary-fes, 2026-11-26]
  has target           estrogen receptor alpha (target:estrogen-receptor-alpha)  [nci-dictionary-fes, 2026-11-26]
  rationale            Fluoroestradiol binds to estrogen receptors, so PET with it shows where cells with these \
receptors are.  [nci-dictionary-fes]

What was computed
  has agent kind          radiopharmaceutical (agentkind:radiopharmaceutical)
  has application holder  National Cancer Institute (organization:nci)
                          Zionexa US Corp (organization:zionexa-us)
  has chemical element    fluorine (element:fluorine)
  is a                    schema:Substance
                          substance (imt:Substance)

Decay
  half-life  109.77 ± 0.05 min, of nuclide:f-18 (fluorine-18)
  data set   ENSDF
  source     Evaluated Nuclear Structure Data File, as packaged in paceENSDF 0.6.3 (source:ensdf), checked 2026-11-30

What points here
  <- covers agent        SNMMI/ACNM/LBCA appropriate use criteria for FES PET, 2022 \
(edition:fes-appropriate-use-criteria-2022)
                         SNMMI/EANM procedure standard for FES PET of breast cancer, 2024 \
(edition:snmmi-eanm-fes-pet-2024)
  <- investigates agent  18F-fluoroestradiol (FES) PET/CT for Breast Cancer (trial:nct04883814)
                         [18F]FES PET/CT in Endocrine Refractory Breast Cancer (trial:nct02409316)
                         Clinical Utility of FES F18 PET/CT in Metastatic Breast Cancer Patients (trial:nct05068726)
                         Diagnostic Accuracy and Safety Study of FES PET/CT in Assessment of ER Status of Recurrent \
or Metastatic Breast Cancer (trial:nct01986569)
                         F-18 FES PET/CT in Measuring Hormone Expression in Patients With Primary, Recurrent, or \
Metastatic Breast Cancer Undergoing Endocrine-Targeted Therapy (trial:nct02149173)
                         FES PET/CT in Predicting Response in Patients With Newly Diagnosed Metastatic Breast Cancer \
Receiving Endocrine Therapy (trial:nct02398773)
                         Serial FES PET/CT to Measure Hormone Expression in Patients Undergoing Endocrine Targeted \
Therapy (trial:nct04692103)
                         Study to Determine the Utility of FES-PET and FDG-PET in the Prediction of Response to \
Hormone Therapy in Women With Estrogen Positive Metastatic Breast Cancer (trial:nct00358098)
                         Test - Retest Reproducibility of 18F Fluoroestradiol (FES) PET (trial:nct03065712)
  <- is application for  French authorization of EstroTep (application:fr-estrotep)
                         IND for [18F]FES (application:fes-ind)
                         NDA 212155 (Cerianna) (application:fda-nda-212155)
  <- is document of      CAEPR for [18F]FES (document:fes-caepr)
                         protocol component template for [18F]FES (document:fes-protocol-component-template)
  <- is name of          16α-18F-Fluoro-17β-Fluoroestradiol (agentname:fes-16-alpha-18f-fluoro-17-beta-fluoroestradiol)
                         16α-[18F]fluoroestradiol (agentname:fes-16-alpha-18f-fluoroestradiol)
                         18F-16 alpha-fluoroestradiol (agentname:fes-18f-16-alpha-fluoroestradiol)
                         Cerianna (agentname:fes-cerianna)
                         fluoroestradiol F 18 (agentname:fes-fluoroestradiol-f-18)
  <- is status of        [18F]FES at ANSM (status:fes-ansm)
                         [18F]FES at EMA (status:fes-ema)
                         [18F]FES at FDA (status:fes-fda)

Sources
  Imaging Trials Resources (page:imaging-trials-resources) \
<https://dctd.cancer.gov/research/research-areas/imaging/resources>, checked 2026-11-22
  NCI Dictionary of Cancer Terms, 18F-16 alpha-fluoroestradiol (source:nci-dictionary-fes) \
<https://www.cancer.gov/publications/dictionaries/cancer-terms/def/18f-16-alpha-fluoroestradiol>, checked 2026-11-26
"""


@pytest.mark.parametrize("name", ["FES", "F-18 FES", "[18F]FES", "¹⁸F-FES", "agent:fes"])
def test_an_agent_is_shown_for_any_notation(imt: Imt, name: str) -> None:
    text = printed(imt, name)
    (elsewhere,) = [block for block in text.split("\n\n") if block.startswith("What it corresponds to elsewhere")]
    assert "FLUOROESTRADIOL F-18 <https://precision.fda.gov/uniisearch/srs/unii/T32277KB09>" in elsewhere
    assert text.replace(f"{elsewhere}\n\n", "") == CARD_OF_FES


def test_what_we_added_has_rationale_source_and_date(store: Store) -> None:
    parts = blocks(card(store, "agent:ferumoxytol"))
    assert "modality" not in parts["What the page says"]
    added = parts["What we added"]
    assert "has modality    magnetic resonance imaging (modality:mri)  [bashir-2015, 2026-11-26]" in added
    assert "\n  rationale       A review of 2015 says" in added
    assert "source:bashir-2015" in parts["Sources"]
    assert "contrast agent (agentkind:contrast-agent)" in added


def test_authors_are_on_one_line_and_dates_as_printed(imt: Imt) -> None:
    page = blocks(printed(imt, "26471692"))["What the page says"]
    (authors,) = [line.split(None, 1)[1] for line in page.splitlines() if line.startswith("  authors ")]
    assert authors.startswith("Ljungberg M, ")
    assert "Sjögreen- Gleisner K; SNMMI MIRD Committee, Bolch WE" in authors
    assert authors.endswith("Strigari L, Walrand S")
    assert "  published in its issue  2016 Jan\n" in page
    assert "  published online        2015 Oct 15\n" in page


def test_a_misprint_is_shown_with_its_correction(imt: Imt) -> None:
    for what in ("ljungberg-2016", "authorship:ljungberg-2016-06"):
        added = blocks(printed(imt, what))["What we added"]
        assert "printed 'Sjögreen- Gleisner K', should be 'Sjögreen-Gleisner K'" in added
        assert "source: RePub" in added
        assert "checked 2026-11-22" in added


def test_an_erratum_and_ahead_of_print_are_on_the_card(store: Store) -> None:
    page = blocks(card(store, "article:manganaro-2021"))["What the page says"]
    assert "  published ahead of print  2021 Apr 14\n" in page
    assert "  erratum in                Eur Radiol. 2021 Jun 17;:\n" in page


def test_sections_are_listed_in_page_order(store: Store) -> None:
    text = card(store, "organization:eanm")
    at = [
        text.index(f"(section:{name})") for name in ("bone", "brain", "general", "melanoma", "radiotherapy", "prostate")
    ]
    assert at == sorted(at)


def test_implied_statements_are_not_repeated(store: Store) -> None:
    text = card(store, "nuclide:f-18")
    assert "<- covers radionuclide (computed)" in text
    assert "<- covers (computed)" not in text


def test_terms_have_definition_and_use(imt: Imt) -> None:
    text = printed(imt, "is held by")
    assert "An organization that a web page lists as the holder of an agent for trials.\n" in text
    assert "object property\n" in text
    assert "in statements  6" in text


def test_class_expressions_are_readable(imt: Imt) -> None:
    expression = "[hasValue agentkind:radiopharmaceutical; onProperty imt:hasAgentKind]"
    assert expression in printed(imt, "imt:hasRadionuclide")


def test_long_lists_are_cut_without_all(imt: Imt) -> None:
    short, long = printed(imt, "Bone"), printed(imt, "Bone", "--all")
    assert "more (--all lists them)" in short
    assert "more (--all lists them)" not in long
    assert long.count("authorship:") > 20


def test_several_things_are_shown_once_each(imt: Imt) -> None:
    text = printed(imt, "FES", "agent:fes", "EANM")
    assert [line for line in text.splitlines() if line.startswith(("agent:", "organization:"))] == [
        "agent:fes  <https://w3id.org/imaging-trials/id/agent/fes>",
        "organization:eanm  <https://w3id.org/imaging-trials/id/organization/eanm>",
    ]


def test_turtle_has_all_triples_and_class_expressions(imt: Imt, store: Store) -> None:
    triples = {quad.triple for quad in parse(printed(imt, "FES", "18F", "--format", "ttl"), RdfFormat.TURTLE)}
    things = [NamedNode(PROJECT.expand(curie)) for curie in ("agent:fes", "nuclide:f-18")]
    assert triples == {quad.triple for thing in things for quad in store.quads_for_pattern(thing, None, None, None)}
    text = printed(imt, "imt:hasRadionuclide", "--format", "ttl")
    assert "owl:hasValue agentkind:radiopharmaceutical" in text
    assert text == printed(imt, "imt:hasRadionuclide", "--format", "ttl")


@pytest.mark.prove
def test_everything_in_the_graph_has_a_card(store: Store) -> None:
    things = {
        quad.subject for quad in store if isinstance(quad.subject, NamedNode) and PROJECT.is_own(quad.subject.value)
    }
    assert len(things) > 500
    for thing in things:
        text = render_text.cards([summary_card.for_thing(store, thing)])
        assert text.startswith(label(store, thing))
        assert thing.value in text
        assert text.replace("\n", "").isprintable()


def test_every_asserted_statement_of_a_thing_is_on_its_card(store: Store) -> None:
    for curie in ("agent:dcfbc", "program:etctn", "edition:eanm-snmmi-psma-pet-ct-2-0", "phase:phase-1-2"):
        thing = NamedNode(PROJECT.expand(curie))
        text = render_text.cards([summary_card.for_thing(store, thing, max_links=None)])
        for quad in store.quads_for_pattern(thing, None, None, None):
            if quad.graph_name == PROJECT.graph_iri("inferred"):
                continue
            said = (
                label(store, quad.object) if isinstance(quad.object, NamedNode) else getattr(quad.object, "value", "")
            )
            assert said.removeprefix("skos:").lower() in text.lower()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fesss"], "Nothing in the graph is called 'fesss'"),
        ([""], "The name is empty"),
        (["withdrawn"], "may mean 3 things: appstatus:withdrawn (withdrawn), regstatus:withdrawn (withdrawn), "),
        (["<x y>"], "is not a valid IRI"),
        (["FES", "\udcff"], "contains a broken character"),
        (["a\x1b[31m\n"], r"'a\x1b[31m'"),
        ([], "arguments are required: WHAT"),
        (["FES", "--format", "papyrus"], "invalid choice: 'papyrus'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(imt: Imt, arguments: list[str], words: str) -> None:
    done = imt("show", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Unexpected error" not in done.stderr


def test_showing_loads_no_heavy_package() -> None:
    for form in ("text", "ttl"):
        loaded = modules_loaded_by("show", "FES", "--format", form)
        assert "pyoxigraph" in loaded
        assert not {"rdflib", "pyshacl", "owlrl", "SPARQLWrapper"} & loaded
