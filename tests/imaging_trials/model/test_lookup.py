"""What a person may type for a thing, and which thing is found."""

from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from imaging_trials.model import agent_names
from imaging_trials.model.lookup import Fit, NameIndex, rank, resolve
from imaging_trials.model.project import PROJECT
from imaging_trials.model.read import described
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def index(store: Store) -> NameIndex:
    return shared_index(store)


shared_index = cache(NameIndex)


def rows(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    solutions = store.query(query, prefixes=PROJECT.prefixes, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    for solution in solutions:
        yield tuple(term.value for term in solution if isinstance(term, NamedNode | Literal))


def found(store: Store, text: str) -> str:
    return PROJECT.shorten(resolve(store, text, index=shared_index(store)).value)


def refusal(store: Store, text: str) -> str:
    with pytest.raises(UserError) as caught:
        resolve(store, text, index=shared_index(store))
    return str(caught.value)


def outcome(store: Store, text: str) -> str:
    """Return what is found, or the sentence of the refusal."""
    try:
        return described(store, resolve(store, text, index=shared_index(store)))
    except UserError as error:
        return str(error)


@pytest.mark.parametrize(
    "text",
    [
        "FES", "fes", "[18F]FES", "[18F] FES", "(18)F-FES", "18F-FES", "F-18 FES", "F18-FES", "¹⁸F-FES", "^18^F-FES",
        "FES F-18", "f-18 fes", "fluorine F 18 FES", "fluorine-18 FES", "agent:fes", "  [18F]   FES ",
        "https://w3id.org/imaging-trials/id/agent/fes", "<https://w3id.org/imaging-trials/id/agent/fes>",
    ],
)  # fmt: skip
def test_an_agent_is_found_by_any_spelling_of_its_name(store: Store, text: str) -> None:
    assert found(store, text) == "agent:fes"


@pytest.mark.parametrize(
    "text",
    [
        "Van den Wyngaert 2016", "van-den-wyngaert-2016", "Wyngaert", "article:van-den-wyngaert-2016",
        "The EANM practice guidelines for bone scintigraphy", "10.1007/s00259-016-3415-4", "10.1007/S00259-016-3415-4",
        "doi:10.1007/s00259-016-3415-4", "doi: 10.1007/s00259-016-3415-4", "https://doi.org/10.1007/s00259-016-3415-4",
        "http://dx.doi.org/10.1007/s00259-016-3415-4", "10.1007/s00259-016-3415-4.", "27262701", "PMID:27262701",
        "PMID: 27262701", "https://pubmed.ncbi.nlm.nih.gov/27262701/", "https://pubmed.ncbi.nlm.nih.gov/27262701",
        "PMC4932135", "pmc4932135", "PMCID: PMC4932135", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC4932135/",
    ],
)  # fmt: skip
def test_an_article_is_found_by_its_names_and_identifiers(store: Store, text: str) -> None:
    assert found(store, text) == "article:van-den-wyngaert-2016"


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("18F", "nuclide:f-18"),
        ("F-18", "nuclide:f-18"),
        ("Fluorine F 18", "nuclide:f-18"),
        ("EANM", "organization:eanm"),
        ("eanm", "organization:eanm"),
        ("PSMA", "target:psma"),
        ("panitumumab", "substance:panitumumab"),
        ("phase I", "phase:phase-1"),
        ("EARLY_PHASE1", "phase:early-phase-1"),
        ("SPECT", "modality:spect"),
        ("Eur Radiol", "journal:european-radiology"),
        ("Thyroid", "section:thyroid"),
        ("is held by", "imt:isListedAsHeldBy"),
        ("isListedAsHeldBy", "imt:isListedAsHeldBy"),
        ("web page", "imt:WebPage"),
        ("graph:page", "graph:page"),
        ("Ljungberg", "article:ljungberg-2016"),
        ("Sjogreen- Gleisner K", "authorship:ljungberg-2016-06"),
        ("Imaging Trials Resources", "page:imaging-trials-resources"),
        ("skos:prefLabel", "skos:prefLabel"),
    ],
)
def test_other_things_and_terms_are_found(store: Store, text: str, curie: str) -> None:
    assert found(store, text) == curie


def test_an_identifier_that_only_a_correction_gives_is_found(store: Store) -> None:
    assert found(store, "PMC8679588") == "article:vali-2021"


def test_every_thing_is_found_by_curie_iri_and_label(store: Store) -> None:
    things = list(rows(store, "SELECT DISTINCT ?thing ?label WHERE { ?thing skos:prefLabel ?label }"))
    assert len(things) > 500
    for iri, name in things:
        assert resolve(store, iri).value == resolve(store, f"<{iri}>").value == iri
        assert resolve(store, PROJECT.shorten(iri)).value == iri
        if iri.startswith(PROJECT.prefixes["matchword"]):
            continue  # the words of texts of records, "FES" among them, are no names of theirs
        meant = agent_names.named(store, NamedNode(iri))
        assert PROJECT.shorten(meant.value) in outcome(store, name)


def test_every_identifier_leads_to_its_article(store: Store) -> None:
    query = "SELECT ?article ?id WHERE { VALUES ?p { imt:doi imt:pmid imt:pmcid } ?article a imt:Article ; ?p ?id }"
    identifiers = list(rows(store, query))
    assert len(identifiers) > 40
    for article, identifier in identifiers:
        assert resolve(store, identifier).value == article


def test_a_whole_name_is_preferred_to_a_part(store: Store) -> None:
    assert found(store, "bone") == "bodysite:bone"
    assert found(store, "Bone") == "section:bone"
    assert found(store, "bone scintigraphy") == "procedure:bone-scintigraphy"


def test_accepts_decides_between_candidates(store: Store) -> None:
    def is_section(iri: NamedNode) -> bool:
        return iri.value.startswith(PROJECT.prefixes["section"])

    assert PROJECT.shorten(resolve(store, "bone", accepts=is_section).value) == "section:bone"
    assert PROJECT.shorten(resolve(store, "FES", accepts=is_section).value) == "agent:fes"


def test_ambiguous_text_lists_the_candidates(store: Store) -> None:
    sentence = refusal(store, "withdrawn")
    assert sentence == (
        "'withdrawn' may mean 3 things: appstatus:withdrawn (withdrawn), regstatus:withdrawn (withdrawn), "
        "trialstatus:withdrawn (withdrawn); ask for one of these."
    )
    assert " and 8 more; ask for one of these." in refusal(store, "author 1")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("FESS", "agent:fes"),
        ("agent:fess", "agent:fes"),
        ("ferumoxitol", "agent:ferumoxytol"),
        ("is listed as hold by", "imt:isListedAsHeldBy"),
        ("imt:isListedAsHeldby", "imt:isListedAsHeldBy"),
        ("https://w3id.org/imaging-trials/id/agent/fess", "agent:fes"),
    ],
)
def test_an_unknown_name_offers_the_nearest(store: Store, text: str, near: str) -> None:
    sentence = refusal(store, text)
    assert sentence.startswith("Nothing in the graph is called ")
    assert near in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The name is empty"),
        (" \t\n", "The name is empty"),
        ("10.1000/nothing", "Nothing in the graph has the DOI '10.1000/nothing'"),
        ("PMID:1", "Nothing in the graph has the PMID 'PMID:1'"),
        ("PMC1", "Nothing in the graph has the PMCID"),
        ("NCT99999999", "Nothing in the graph has the NCT number"),
        ("99999999", "Nothing in the graph is called '99999999'"),
        ("<no iri>", "'<no iri>' is not a valid IRI"),
        ("http://{", "is not a valid IRI"),
        ("\udcff", "contains a broken character"),
        ("-", "Nothing in the graph is called '-'"),
        ("x" * 1_000, "Nothing in the graph is called 'xxx"),
        ("x" * 100_000, "has 100,000 characters, more than any name in the graph"),
        ("a\x1b[31mb\x00", r"'a\x1b[31mb\x00'"),
        ('"} ; DROP ALL ; #', "Nothing in the graph is called"),
    ],
)
def test_unknown_text_is_one_short_message(store: Store, text: str, words: str) -> None:
    sentence = refusal(store, text)
    assert words in sentence
    assert sentence.isprintable()
    assert len(sentence) < 500


@given(st.text(max_size=60))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_found_or_refused(store: Store, text: str) -> None:
    assert outcome(store, text).isprintable()


def test_names_are_read_once_for_several_texts(store: Store) -> None:
    index = NameIndex(store)
    assert PROJECT.shorten(resolve(store, "FES F-18", index=index).value) == "agent:fes"
    names = index.names
    for text, curie in (("Wyngaert", "article:van-den-wyngaert-2016"), ("f-18 fes", "agent:fes")):
        assert PROJECT.shorten(resolve(store, text, index=index).value) == curie
    assert index.names is names


@pytest.mark.parametrize("text", ["agent:fes", "27262701", "Fendler 2017", "https://doi.org/10.1007/s00259-016-3415-4"])
def test_iris_identifiers_and_exact_names_need_no_index(store: Store, text: str) -> None:
    index = NameIndex(store)
    resolve(store, text, index=index)
    assert "names" not in vars(index)


@pytest.mark.parametrize(
    "in_order",
    [
        [(Fit.SAME, "agent"), (Fit.SAME, "authorship"), (Fit.SAME_FOLDED, "agent"), (Fit.SLUG, "mapping")],
        [(Fit.SLUG, "authorship"), (Fit.WORDS, "agent")],
        [(Fit.WORDS, "agent"), (Fit.LETTERS, "agent"), (Fit.WORDS, "authorship")],
    ],
)
def test_ranks_of_whole_names_and_of_parts(in_order: list[tuple[Fit, str]]) -> None:
    """Whole names are ranked by fit, parts of names by whether the thing is an accessory."""
    ranks = [rank(fit, NamedNode(PROJECT.expand(f"{prefix}:x"))) for fit, prefix in in_order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


# What people call the agents


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        (
            "fes",
            "18F-fluoroestradiol|fluoroestradiol F 18|Fluorine-18 fluoroestradiol|fluoroestradiol (18F)|18FFES",
        ),
        (
            "fes",
            "Cerianna|Cerianna®|CERIANNA™|18F\u2011FES|18F\u2013fluoroestradiol|\u00b9\u2078F-FES|16\u03b1-[18F]fluoroestradiol",
        ),
        (
            "fdg",
            "fludeoxyglucose F 18|2-[18F]FDG|18FDG|FDG-F18|F18FDG|2-deoxy-2-(18F)fluoro-D-glucose",
        ),
        ("naf", "sodium fluoride F 18|Na18F|Na[18F]F|18F-NaF"),
        ("fdopa", "18F-DOPA|6-[18F]fluoro-L-dopa|F-DOPA|fluorodopa (18F)|6-((18)F)fluoro-L-dopa"),
        ("fluciclovine", "18F-FACBC|anti-[18F]FACBC|anti-3[18F]FACBC|Axumin|fluciclovine F18|FACBC"),
        (
            "zr-89-panitumumab",
            "[89Zr]Zr-DFO-panitumumab|zirconium Zr 89 panitumumab|89Zr-panitumumab|Zr-89 panitumumab",
        ),
        ("ferumoxytol", "Feraheme|FeraBright|Rienso"),
        ("radium-223", "Xofigo|radium Ra 223 dichloride|Alpharadin|BAY 88-8223|BAY88-8223|223Ra dichloride"),
        ("flt", "18F-FLT|fluorothymidine F 18|3'-deoxy-3'-[18F]fluorothymidine|alovudine F-18"),
        ("fmiso", "18F-MISO|[18F]fluoromisonidazole|1H-1-(3-[18F]fluoro-2-hydroxypropyl)-2-nitroimidazole"),
        ("tc-99m-mdp", "99mTc-MDP|Tc99m MDP|99mTcMDP|technetium Tc 99m medronate|medronate"),
        ("ga-68-psma-11", "gallium Ga 68 gozetotide|68GaPSMA11|[68Ga]GaPSMA11|Illuccix|Locametz|68Ga-DKFZ-PSMA-11"),
        ("fet", "Pixclara|floretyrosine F18|18F-FET"),
        ("tc-99m-tilmanocept", "Lymphoseek|99mTc-tilmanocept|Tc 99m tilmanocept"),
    ],
)
def test_an_agent_is_found_by_what_people_call_it(store: Store, index: NameIndex, agent: str, names: str) -> None:
    meant = {name: PROJECT.shorten(resolve(store, name, index=index).value) for name in names.split("|")}
    assert meant == dict.fromkeys(names.split("|"), f"agent:{agent}")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("16\u03b2-[18F]fluoroestradiol", "agent:fes"),  # another isomer
        ("6-[18F]FDG", "agent:fdg"),
        ("18F-florbetapir", "agent:"),
        ("18F-PSMA-1007", "substance:psma-11"),
        ("F-18 fluoroestradiol SPECT", "agent:fes"),
    ],
)
def test_a_name_of_another_agent_is_refused(store: Store, text: str, nearest: str) -> None:
    """A source or an article that mentions a part of the name does not take its place."""
    message = refusal(store, text)
    assert message.startswith("Nothing in the graph is called")
    assert nearest in message


def test_a_name_without_an_agent_has_no_candidate(store: Store) -> None:
    assert refusal(store, "florbetapir").startswith("Nothing in the graph is called 'florbetapir'")


def test_every_recorded_name_is_found(store: Store, index: NameIndex) -> None:
    names = list(rows(store, "SELECT ?agent ?name WHERE { ?n imt:isNameOf ?agent ; skos:prefLabel ?name }"))
    assert len(names) > 35
    assert [(agent, name) for agent, name in names if resolve(store, name, index=index).value != agent] == []
