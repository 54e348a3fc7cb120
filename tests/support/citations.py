"""What the tests of citations share: a made-up record, and what the graph states about the page's articles."""

from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from imaging_trials.bibliography.record import Author, Date, Record
from imaging_trials.model.project import PROJECT

ARTICLES = """
SELECT ?article ?year ?listing ?title ?doi ?pmid ?pmcid ?volume ?issue ?pages ?journal ?first ?last WHERE {
  ?listing imt:lists ?article ; imt:labelYear ?year ; imt:position ?place ; imt:isUnderTopic/imt:position ?topic .
  ?article dcterms:title ?title ; imt:doi ?doi ; imt:pmid ?pmid ; imt:isPublishedIn/imt:nameAsPrinted ?journal .
  OPTIONAL { ?article imt:pmcid ?pmcid }
  OPTIONAL { ?article imt:volume ?volume ; imt:issue ?issue ; imt:pages ?pages }
  ?event imt:isEventOf ?article ; imt:hasEventKind ?kind ; imt:earliestDay ?first ; imt:latestDay ?last ;
         imt:isStatedIn ?section .
  FILTER(?kind IN (eventkind:issue-publication, eventkind:ahead-of-print))
}
ORDER BY ?topic ?place
"""
AUTHORS = """
SELECT ?name (EXISTS { ?authorship a imt:GroupAuthorship } AS ?group) WHERE {
  ?authorship imt:isAuthorshipOf <ARTICLE> ; imt:position ?position ; imt:nameAsPrinted ?name
}
ORDER BY ?position
"""


def a_record(**changes: Any) -> Record:
    """Return a record of a made-up article, with some of its fields changed."""
    usual: dict[str, Any] = {
        "iri": "https://example.org/id/article/smith-2020",
        "key": "smith-2020",
        "authors": (Author("Smith AB", is_group=False, is_listed_under_group=False),),
        "title": "A title",
        "journal": "J Test",
        "issued": Date("2020 Mar", "2020-03-01", "2020-03-31"),
        "online": None,
        "ahead_of_print": None,
        "volume": "1",
        "issue": "2",
        "pages": "3-4",
        "doi": "10.1000/1",
        "pmid": "1",
        "pmcid": "",
        "errata": (),
    }
    return Record(**{**usual, **changes})


def articles(store: Store) -> list[dict[str, str]]:
    """Return what the graph states about the page's articles, in page order, queried without the code under test."""
    return _rows(store, ARTICLES)


def authors(store: Store, article: str) -> list[tuple[str, bool]]:
    """Return the authors of an article in order: name, and whether it is the name of a group."""
    found = _rows(store, AUTHORS.replace("ARTICLE", article))
    return [(row["name"], row["group"] == "true") for row in found]


def shortened(pages: str) -> str:
    """Return a page range whose last number is as short as it can be: 1723-1738 is 1723-38."""
    first, dash, last = pages.partition("-")
    if len(first) != len(last):
        return pages if len(last) < len(first) else first + dash + last
    while len(last) > 2 and last[0] == first[len(first) - len(last)]:
        last = last[1:]
    return first + dash + last


def _rows(store: Store, query: str) -> list[dict[str, str]]:
    """Return the rows of a query as texts; what is unbound is empty."""
    solutions = store.query(query, prefixes=PROJECT.prefixes, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{n: t.value if isinstance(t := row[n], NamedNode | Literal) else "" for n in names} for row in solutions]
