"""One made-up article in eight formats: the graphs agree as far as the formats say the same."""

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from tests.support.records import MADE_UP, imported

PUBMED_ONLY = {"imt:hasMeshHeading", "imt:hasPublicationType"}
"""Identifiers of MeSH: only PubMed's XML has them."""

LISTS_LACK = {
    *PUBMED_ONLY,
    "imt:meshHeadingAsPrinted",
    "imt:publicationTypeAsPrinted",
    "imt:citationAsPrinted",
    "imt:isAnnouncedBy",
    "imt:nlmId",
}
NO_PMCID = {*LISTS_LACK, "imt:pmcid"}
CARRIED = {
    "article.nbib": PUBMED_ONLY,
    "article.ris": LISTS_LACK,
    "article.csl.json": LISTS_LACK,
    "article.bib": LISTS_LACK,
    "article.enw": NO_PMCID,
    "article.endnote.xml": NO_PMCID,
}
"""A file: the properties of PubMed's XML that its format has no place for."""


def triples(name: str) -> set[tuple[str, str, str]]:
    """Return the statements about the article, with the journal under one name whichever identifier it has."""
    journals = ("https://portal.issn.org/resource/ISSN/2049-3630", "https://www.ncbi.nlm.nih.gov/nlmcatalog/90000001X")
    found = set()
    for quad in ox.parse(imported(MADE_UP / name, abstracts=True)[1], format=ox.RdfFormat.N_QUADS):
        if quad.graph_name == quad.subject or "/graph/import/pubmed-" not in str(quad.graph_name):
            continue
        terms = [PROJECT.shorten(term.value) for term in (quad.subject, quad.predicate, quad.object)]
        subject, predicate, value = ["the journal" if term in journals else term for term in terms]
        found.add((subject, predicate, value))
    return found


@pytest.mark.parametrize("name", CARRIED)
def test_a_format_says_the_same(name: str) -> None:
    """What a format lacks is in the table above, and nothing in it differs."""
    whole, part = triples("article.xml"), triples(name)
    notice = {"event:pubmed-90000201-1-retraction", "https://pubmed.ncbi.nlm.nih.gov/90000202/"}
    lacking = CARRIED[name]
    expected = {
        (subject, predicate, value)
        for subject, predicate, value in whole
        if predicate not in lacking
        and not (subject in notice and "imt:isAnnouncedBy" in lacking)
        and not ("imt:pmcid" in lacking and "/pmc/" in value)
    }
    assert part == expected
    assert {predicate for _, predicate, _ in whole} >= lacking


def test_crossref_says_the_same_under_the_doi() -> None:
    """Crossref has no PMID, so that the DOI is the name of the article; its update is a retraction of another one."""
    found = triples_of_crossref()
    assert (
        "https://doi.org/10.5555/madeup.201",
        "dcterms:title",
        "Made-up PET of nobody: a trial & its rules.",
    ) in found
    retracted = [
        subject
        for subject, predicate, value in found
        if (predicate, value) == ("imt:hasEventKind", "eventkind:retraction")
    ]
    assert [value for subject, predicate, value in found if subject in retracted and predicate == "imt:isEventOf"] == [
        "https://doi.org/10.5555/madeup.200"
    ]
    assert not [value for _, _, value in found if "@" in value]


def triples_of_crossref() -> set[tuple[str, str, str]]:
    data = imported(MADE_UP / "article.crossref.json")[1]
    return {
        (PROJECT.shorten(quad.subject.value), PROJECT.shorten(quad.predicate.value), PROJECT.shorten(quad.object.value))
        for quad in ox.parse(data, format=ox.RdfFormat.N_QUADS)
    }
