"""What `imt cite` prints of an article imports again to the same statements, for what each format carries."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.bibliography import Citation, in_page_order, read_citations, read_record
from imaging_trials.model import read
from imaging_trials.model.project import PROJECT
from imaging_trials.views import formats
from rdfkit.rdf import named_graphs
from tests.support.records import MADE_UP, imported, of_thing, real, store_of, values

THING = "https://pubmed.ncbi.nlm.nih.gov/90000201/"

CARRIED = {
    "nbib": {"imt:pmid", "imt:doi", "imt:pmcid", "dcterms:title", "imt:volume", "imt:issue", "imt:pages"},
    "ris": {"imt:pmid", "imt:doi", "imt:pmcid", "dcterms:title", "imt:volume", "imt:issue", "imt:pages"},
    "csl-json": {"imt:pmid", "imt:doi", "imt:pmcid", "dcterms:title", "imt:volume", "imt:issue", "imt:pages"},
    "bibtex": {"imt:pmid", "imt:doi", "imt:pmcid", "dcterms:title", "imt:volume", "imt:issue", "imt:pages"},
}
"""A format of `imt cite`: the properties of the article that it carries. All carry authors in order, and dates."""

NEVER = {
    "dcterms:language", "dcat:keyword", "dcterms:abstract", "imt:hasMeshHeading", "imt:meshHeadingAsPrinted",
    "imt:hasPublicationType", "imt:publicationTypeAsPrinted", "imt:isPublishedIn",
}  # fmt: skip
"""What a citation does not print; the journal is there by its abbreviation alone, without an identifier."""


Said = tuple[str, str, str]


def statements(data: bytes, thing: str = THING) -> dict[str, set[Said]]:
    """Return the statements of the article itself, of its authorships, and of its dates; without its journal."""
    found: dict[str, set[Said]] = {"article": set(), "authors": set(), "dates": set()}
    for quad in store_of(data):
        subject, predicate, value = (
            PROJECT.shorten(term.value) for term in (quad.subject, quad.predicate, quad.object)
        )
        if subject == thing:
            found["article"].add((subject, predicate, value))
        elif subject.startswith(("authorship:", "organization:pubmed")):
            found["authors"].add((subject, predicate, value))
        elif subject.startswith("event:") and "publication" in subject:
            found["dates"].add((subject, predicate, value))
    return found


@pytest.mark.parametrize("name", CARRIED)
def test_a_citation_imports_again(name: str, tmp_path: Path) -> None:
    data = imported(MADE_UP / "article.xml")[1]
    store = named_graphs.read_sources(PROJECT)
    store.extend(store_of(data))
    path = tmp_path / "citation"
    path.write_text(formats.renderer("citations", name)([read_record(store, ox.NamedNode(THING))]), encoding="utf-8")
    report, again = imported(path)
    assert (report.written, report.refused, report.warned) == (1, 0, 0)
    before, after = statements(data), statements(again)
    assert len(before["authors"]) == 15
    assert len(before["dates"]) == 12
    assert after["authors"] == before["authors"]
    assert after["dates"] == before["dates"]
    both = CARRIED[name] | {"rdf:type", "schema:sameAs"}
    assert {one for one in after["article"] if one[1] != "imt:isPublishedIn"} == {
        one for one in before["article"] if one[1] in both
    }
    assert {predicate for _, predicate, _ in before["article"]} - both <= NEVER
    assert b'"J Made Up Imaging"' in again


WRITTEN_IN_FULL = ("ris", "csl-json", "bibtex")
"""Formats with a first and a last page: 637-41 becomes 637-641."""


def carried(name: str, found: dict[str, set[Said]]) -> dict[str, set[Said]]:
    """Return the statements that a format has a place for, as it has them.

    None has ORCIDs and types of publications, so that an erratum is an article; BibTeX has no day.
    """
    both = CARRIED[name] | {"schema:sameAs"}
    kept = {
        "article": {one for one in found["article"] if one[1] in both},
        "authors": {one for one in found["authors"] if one[1] != "imt:isByPerson"},
        "dates": found["dates"],
    }
    if name in WRITTEN_IN_FULL:
        kept["article"] = {
            (thing, said, in_full(value) if said == "imt:pages" else value) for thing, said, value in kept["article"]
        }
    if name == "bibtex":
        kept["dates"] = {
            (event, said, value[:7])
            for event, said, value in found["dates"]
            if said in ("imt:earliestDay", "imt:latestDay")
        }
    return kept


def in_full(pages: str) -> str:
    """Return pages with the digits that are left out of the last one."""
    first, _, rest = pages.partition("-")
    last, *others = rest.split(",")
    left_out = first[: len(first) - len(last)] if rest and first.isdigit() and last.isdigit() else ""
    return ",".join([f"{first}-{left_out}{last}" if rest else first, *others])


@pytest.mark.parametrize("name", CARRIED)
def test_real_records_import_again(name: str, tmp_path: Path) -> None:
    """Each real article that has a PMID, from PubMed's XML, NBIB and CSL-JSON: what the format carries is the same."""
    store = named_graphs.read_sources(PROJECT)
    path = tmp_path / "citation"
    checked = 0
    for file in (one for folder in ("xml", "nbib", "csl") for one in real(f"pubmed/{folder}")):
        data = imported(file)[1]
        records = store_of(data)
        store.extend(records)
        for curie in ("imt:Article", "imt:Erratum"):
            for thing in read.members(records, ox.NamedNode(PROJECT.expand(curie))):
                if not thing.value.startswith("https://pubmed.ncbi.nlm.nih.gov/"):
                    continue
                pmid = thing.value.strip("/").rpartition("/")[2]
                written = formats.renderer("citations", name)([read_record(store, thing)])
                path.write_text(written, encoding="utf-8")
                report, again = imported(path)
                assert (report.written, report.refused) == (1, 0), (thing, written)
                before = {
                    part: {one for one in found if part == "article" or f"pubmed-{pmid}-" in one[0]}
                    for part, found in statements(data, thing.value).items()
                }
                assert carried(name, statements(again, thing.value)) == carried(name, before), (thing, written)
                checked += 1
    assert checked >= 25


@pytest.mark.parametrize("name", CARRIED)
def test_an_article_without_identifiers_imports_again(name: str, tmp_path: Path) -> None:
    """It is known by its words alone, a person by one name; in NBIB nothing but its date says what format it is."""
    path = tmp_path / "list.json"
    path.write_text(
        json.dumps(
            [
                {
                    "type": "article-journal",
                    "title": "Made-up title",
                    "author": [
                        {"family": "Nobody"},
                        {"literal": "Made-up Group"},
                        {"family": "Else", "given": "A. B."},
                    ],
                    "issued": {"date-parts": [[2020, 1], [2020, 3]]},
                    "container-title": "J Made Up",
                }
            ]
        ),
        encoding="utf-8",
    )
    data = imported(path)[1]
    (thing,) = read.members(store_of(data), ox.NamedNode(PROJECT.expand("imt:Article")))
    store = named_graphs.read_sources(PROJECT)
    store.extend(store_of(data))
    path.write_text(formats.renderer("citations", name)([read_record(store, thing)]), encoding="utf-8")
    again = imported(path)[1]
    for text in (b'"2020 Jan-Mar"', b'"Else AB"'):
        assert text in again
    kinds = values(store_of(again), "rdf:type")
    assert (kinds["imt:PersonAuthorship"], kinds["imt:GroupAuthorship"]) == (2, 1)
    (same,) = read.members(store_of(again), ox.NamedNode(PROJECT.expand("imt:Article")))
    assert of_thing(store_of(again), same.value, "dcterms:title") == ["Made-up title"]


@pytest.mark.parametrize(
    ("fields", "printed", "earliest", "latest"),
    [
        ("year = 2019, month = 5", "2019 May", "2019-05-01", "2019-05-31"),
        ("year = 2019, month = {January--March}", "2019 January-March", "2019-01-01", "2019-03-31"),
        ('year = 2019, month = jan # "/" # feb', "2019 Jan-Feb", "2019-01-01", "2019-02-28"),
        ("date = {2019-11/2020-02}", "2019 Nov-2020 Feb", "2019-11-01", "2020-02-29"),
    ],
)
def test_dates_of_bibtex_keep_their_precision(
    fields: str, printed: str, earliest: str, latest: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.bib"
    path.write_text(f"@article{{a, title = {{Made up}}, author = {{Nobody, A.}}, {fields}}}\n", encoding="utf-8")
    store = store_of(imported(path)[1])
    assert list(values(store, "imt:dateAsPrinted")) == [printed]
    assert (list(values(store, "imt:earliestDay")), list(values(store, "imt:latestDay"))) == ([earliest], [latest])


def test_every_citation_of_the_page_imports_again() -> None:
    """The twenty citations of the page, in NBIB: authors with groups at their place, dates, identifiers."""
    store = named_graphs.read_sources(PROJECT)
    records = [read_record(store, article) for article in dict.fromkeys(in_page_order(store))]
    name, found = read_citations(formats.renderer("citations", "nbib")(records), "the list")
    assert name == "NBIB"
    for record, one in zip(records, found, strict=True):
        assert isinstance(one, Citation)
        assert [(author.name, author.is_group) for author in one.authors] == [
            (author.name, author.is_group) for author in record.authors
        ], record.key
        assert (one.title, one.volume, one.issue, one.pages) == (
            record.title,
            record.volume,
            record.issue,
            record.pages,
        )
        assert (one.doi, one.pmid, one.pmcid) == (record.doi, record.pmid, record.pmcid)
        date = one.issued or one.ahead_of_print
        assert date
        assert record.date
        assert date.printed == record.date.printed
