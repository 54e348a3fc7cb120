"""What `imt cite` prints of an article imports again to the same statements, for what each format carries."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.bibliography import Citation, in_page_order, read_citations, read_record
from imaging_trials.model.project import PROJECT
from imaging_trials.views import formats
from rdfkit.rdf import named_graphs
from tests.support.records import MADE_UP, imported, store_of

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


def statements(data: bytes) -> dict[str, set[tuple[str, str, str]]]:
    """Return the statements of the article itself, of its authorships, and of its dates; without its journal."""
    found: dict[str, set[tuple[str, str, str]]] = {"article": set(), "authors": set(), "dates": set()}
    for quad in store_of(data):
        subject, predicate, value = (
            PROJECT.shorten(term.value) for term in (quad.subject, quad.predicate, quad.object)
        )
        if subject == THING:
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
