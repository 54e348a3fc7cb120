"""PubMed's XML as statements: every element of the field table, on made-up records in the published format."""

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.imports import articles
from imaging_trials.model.project import PROJECT
from tests.support.records import MADE_UP, imported, of_thing, store_of, values

ARTICLE, ERRATUM, NOTICE, BOOK = (f"https://pubmed.ncbi.nlm.nih.gov/9000010{number}/" for number in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return store_of(imported(MADE_UP / "pubmed.xml")[1])


@pytest.mark.parametrize(
    ("curie", "expected"),
    [
        ("rdf:type", ["imt:Article", "imt:Publication"]),
        ("imt:pmid", ["90000101"]),
        ("imt:doi", ["10.5555/made.up.101"]),
        ("imt:pmcid", ["PMC9000101"]),
        ("imt:publisherItemId", ["MU-101"]),
        ("dcterms:title", ["[18F]FDG PET & made-up trials: Kd of x=2."]),
        ("dcterms:alternative", ["Ensayos inventados de PET con [18F]FDG."]),
        ("dcterms:language", ["eng", "spa"]),
        ("imt:volume", ["12"]),
        ("imt:issue", ["3"]),
        ("imt:pages", ["101-9"]),
        ("imt:isPublishedIn", ["https://www.ncbi.nlm.nih.gov/nlmcatalog/90000001X"]),
        ("imt:hasPublicationType", ["http://id.nlm.nih.gov/mesh/D016428", "http://id.nlm.nih.gov/mesh/D017065"]),
        ("imt:publicationTypeAsPrinted", ["Journal Article", "Practice Guideline"]),
        (
            "imt:hasMeshHeading",
            [f"http://id.nlm.nih.gov/mesh/{name}" for name in ("D006801", "D049268", "D049268Q000379")],
        ),
        ("imt:hasMajorMeshHeading", ["http://id.nlm.nih.gov/mesh/D049268"]),
        (
            "imt:namesSubstance",
            [
                "http://id.nlm.nih.gov/mesh/D019275",
                "http://id.nlm.nih.gov/mesh/D019788",
                "https://precision.fda.gov/uniisearch/srs/unii/0Z5B2CJX4D",
            ],
        ),
        ("dcat:keyword", ["made-up keyword"]),
        ("imt:reportsTrial", ["https://clinicaltrials.gov/study/NCT90000101"]),
        ("imt:isIncompleteInAuthors", ["true"]),
        ("dcterms:abstract", []),
    ],
)
def test_a_field_becomes_its_term(store: ox.Store, curie: str, expected: list[str]) -> None:
    assert of_thing(store, ARTICLE, curie) == expected


def test_titles_have_their_language(store: ox.Store) -> None:
    found = {
        (quad.predicate.value.rpartition("/")[2], quad.object.language)
        for quad in store.quads_for_pattern(ox.NamedNode(ARTICLE), None, None, None)
        if isinstance(quad.object, ox.Literal) and quad.object.language
    }
    assert found == {("title", "en"), ("alternative", "es")}


def test_authors_are_in_order_and_groups_are_organizations(store: ox.Store) -> None:
    names = [of_thing(store, f"authorship:pubmed-90000101-{place}", "imt:nameAsPrinted") for place in (1, 2, 3)]
    assert names == [["Made-Up AB Jr"], ["Made-Up Imaging Group."], ["Único"]]
    assert of_thing(store, "authorship:pubmed-90000101-1", "imt:isByPerson") == [
        "https://orcid.org/0000-0002-1825-0097"
    ]
    assert of_thing(store, "authorship:pubmed-90000101-2", "imt:isByOrganization") == ["organization:pubmed-90000101-2"]
    assert of_thing(store, "authorship:pubmed-90000101-3", "imt:isByPerson") == []


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(
            '<Author ValidYN="N"><LastName>Misprint</LastName><Initials>X</Initials></Author>',
            id="as it was before its correction",
        ),
        pytest.param("<LastName>Nobody</LastName>", id="outside of an author"),
    ],
)
def test_a_name_that_is_no_author_is_left_out(tmp_path: Path, wrong: str) -> None:
    """PubMed keeps a name as it was first, and marks it as not valid."""
    path = tmp_path / "one.xml"
    text = (MADE_UP / "article.xml").read_text(encoding="utf-8")
    begin = text.index("<Author ", text.index("<AuthorList"))
    path.write_text(text[:begin] + wrong + text[begin:], encoding="utf-8")
    names = [store_of(imported(one)[1]) for one in (path, MADE_UP / "article.xml")]
    assert values(names[0], "imt:nameAsPrinted") == values(names[1], "imt:nameAsPrinted")
    assert values(names[0], "imt:position") == values(names[1], "imt:position")


def test_investigators_are_no_authors(store: ox.Store) -> None:
    place = "investigatorship:pubmed-90000101-1"
    assert of_thing(store, place, "imt:nameAsPrinted") == ["Other Z"]
    assert of_thing(store, place, "imt:isInvestigatorshipOf") == [ARTICLE]
    assert "Other Z" not in [
        name for at in (1, 2, 3, 4) for name in of_thing(store, f"authorship:pubmed-90000101-{at}", "imt:nameAsPrinted")
    ]


@pytest.mark.parametrize(
    ("event", "printed", "earliest", "latest"),
    [
        ("90000101-issue-publication", ["2023 Nov-Dec"], "2023-11-01", "2023-12-31"),
        ("90000101-online-publication", ["2023 Oct 5"], "2023-10-05", "2023-10-05"),
        ("90000103-ahead-of-print", ["2024 Spring"], "2024-03-01", "2024-05-31"),
        ("90000101-5-correction", ["2024 Feb 1"], "2024-02-01", "2024-02-01"),
        ("90000101-6-expression-of-concern", [], "2023-10-05", "2024-02-03"),
    ],
)
def test_dates_keep_their_precision(
    store: ox.Store, event: str, printed: list[str], earliest: str, latest: str
) -> None:
    """A season, a range of months, and, where no date is printed, the days between which it must have been."""
    name = f"event:pubmed-{event}"
    assert of_thing(store, name, "imt:dateAsPrinted") == printed
    assert of_thing(store, name, "imt:earliestDay") + of_thing(store, name, "imt:latestDay") == [earliest, latest]


@pytest.mark.parametrize(
    ("event", "of", "by"),
    [
        ("90000101-3-comment", ARTICLE, "https://pubmed.ncbi.nlm.nih.gov/90000111/"),
        ("90000101-4-comment", "https://pubmed.ncbi.nlm.nih.gov/90000112/", ARTICLE),
        ("90000101-5-correction", ARTICLE, ERRATUM),
        ("90000102-1-correction", ARTICLE, ERRATUM),
        ("90000101-7-retraction", ARTICLE, NOTICE),
        ("90000103-1-retraction", ARTICLE, NOTICE),
        ("90000101-6-expression-of-concern", ARTICLE, "article:pubmed-90000101-6"),
        ("90000101-8-update", "https://pubmed.ncbi.nlm.nih.gov/90000113/", ARTICLE),
    ],
)
def test_a_correction_has_both_ends(store: ox.Store, event: str, of: str, by: str) -> None:
    """Both records say the same of a retraction: the thing that it happened to, and the notice."""
    assert of_thing(store, f"event:pubmed-{event}", "imt:isEventOf") == [of]
    assert of_thing(store, f"event:pubmed-{event}", "imt:isAnnouncedBy") == [by]


def test_an_erratum_has_authors_and_says_what_it_corrects(store: ox.Store) -> None:
    assert "imt:Erratum" in of_thing(store, ERRATUM, "rdf:type")
    assert of_thing(store, ERRATUM, "imt:corrects") == [ARTICLE]
    assert of_thing(store, "authorship:pubmed-90000102-1", "imt:isAuthorshipOf") == [ERRATUM]


def test_a_chapter_of_a_book_is_no_article(store: ox.Store) -> None:
    assert of_thing(store, BOOK, "rdf:type") == ["imt:Publication"]
    assert of_thing(store, BOOK, "imt:titleOfBook") == ["A made-up book"]
    assert of_thing(store, BOOK, "dcterms:title") == ["A made-up chapter"]


def test_a_deleted_citation_ends_its_record(store: ox.Store) -> None:
    deleted = ox.NamedNode(PROJECT.expand("imt:isDeletion"))
    graphs = [quad.subject for quad in store.quads_for_pattern(None, deleted, None, None)]
    things = {thing for graph in graphs for thing in of_thing(store, str(graph)[1:-1], "imt:isVersionOf")}
    assert things == {f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" for pmid in (90000105, 90000106)}


def test_each_version_is_a_graph_with_its_description(store: ox.Store) -> None:
    title = ox.NamedNode(PROJECT.expand("dcterms:title"))
    graph = next(quad.graph_name for quad in store.quads_for_pattern(ox.NamedNode(ARTICLE), title, None, None))
    assert isinstance(graph, ox.NamedNode)
    assert "/graph/import/pubmed-90000101/2024-02-03/" in graph.value
    assert of_thing(store, graph.value, "imt:isVersionOf") == [ARTICLE]
    assert of_thing(store, graph.value, "imt:recordVersionDay") == ["2024-02-03"]
    assert "National Library of Medicine" in of_thing(store, graph.value, "dcterms:rights")[0]
    (activity,) = of_thing(store, graph.value, "prov:wasGeneratedBy")
    assert of_thing(store, activity, "imt:importedOn") == ["2026-11-30"]
    (file,) = of_thing(store, activity, "prov:used")
    assert file.startswith("urn:sha256:")
    assert of_thing(store, "https://w3id.org/imaging-trials/release/2.0.0", "imt:versionLabel") == ["2.0.0"]


def test_what_is_not_mapped_is_reported() -> None:
    report = imported(MADE_UP / "pubmed.xml")[0]
    assert (report.read, report.written, report.refused, report.warned, report.deleted) == (7, 6, 1, 2, 2)
    assert [(kind, record) for kind, record, _ in report.details] == [
        ("warned", "PMID 90000101"),
        ("warned", "PMID 90000101"),
        ("warned", "PMID 90000101"),
        ("warned", "PMID 90000103"),
        ("warned", "PMID 90000103"),
        ("refused", "line 39, PMID '0'"),
    ]
    assert report.reasons["warned: the NCT number ... is malformed"] == 1


def test_every_kind_of_relation_has_an_event_kind() -> None:
    """The 23 kinds of PubMed's DTD of 2025: all but the references of an article are events of a kind of ours."""
    assert len(articles.RELATIONS) + len(articles.LEFT_OUT_RELATIONS) == 23
    text = (PROJECT.root / "ontology" / "concepts" / "event-kind.ttl").read_text(encoding="utf-8")
    assert [kind for kind, _ in articles.RELATIONS.values() if f"eventkind:{kind} a skos:Concept" not in text] == []


def test_abstracts_are_read_on_demand_without_contact_data() -> None:
    found = store_of(imported(MADE_UP / "pubmed.xml", abstracts=True)[1])
    assert of_thing(found, ARTICLE, "dcterms:abstract") == ["AIM: To make it up. RESULTS: It was made up; , ."]


def test_a_compressed_file_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "pubmed.xml.gz"
    path.write_bytes(gzip.compress((MADE_UP / "pubmed.xml").read_bytes()))
    plain, packed = (store_of(imported(one)[1]) for one in (MADE_UP / "pubmed.xml", path))
    graphs = [
        {quad for quad in one if "/import/pubmed-" in str(quad.graph_name) and "/deleted/" not in str(quad)}
        for one in (plain, packed)
    ]
    assert graphs[0] == graphs[1]
    assert len(graphs[0]) > 200


def test_values_counts(store: ox.Store) -> None:
    assert values(store, "imt:hasEventKind")["eventkind:retraction"] == 2
