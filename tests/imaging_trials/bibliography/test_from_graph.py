"""Records from the graph: the articles of the page in its order, as printed and corrected."""

import csv
import hashlib

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.bibliography import articles_of, nlm, read_record
from imaging_trials.bibliography.record import Record
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from tests.conftest import ROOT


def test_each_citation_hashes_to_its_line_of_the_page(store: Store, articles: list[dict[str, str]]) -> None:
    with (ROOT / "data" / "page" / "coverage.tsv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    hash_of = {curie: row["sha256"] for row in lines for curie in row["models"].split()}
    assert len(articles) == 20
    for row in articles:
        line = nlm.citation(read_record(store, NamedNode(row["article"])))
        digest = hashlib.sha256(f"{row['year']}: {line}".encode()).hexdigest()
        assert digest == hash_of[PROJECT.shorten(row["listing"])], line


def test_records_are_in_page_order(records: list[Record], articles: list[dict[str, str]]) -> None:
    assert [record.iri for record in records] == [row["article"] for row in articles]


def test_an_edition_that_is_only_discussed_has_no_article(store: Store) -> None:
    assert articles_of(store, NamedNode(PROJECT.expand("edition:aua-renal-mass-2017"))) == []


def test_a_correction_of_what_is_not_printed_is_an_error(store: Store) -> None:
    changed = Store()
    changed.extend(store)
    authorship = NamedNode(PROJECT.expand("authorship:ljungberg-2016-06"))
    name = NamedNode(PROJECT.vocabulary + "nameAsPrinted")
    changed.remove(Quad(authorship, name, Literal("Sjögreen- Gleisner K"), PROJECT.graph_iri("page")))
    changed.add(Quad(authorship, name, Literal("Sjögreen-Gleisner K"), PROJECT.graph_iri("page")))
    article = NamedNode(PROJECT.expand("article:ljungberg-2016"))
    assert "Sjögreen-Gleisner K" in nlm.citation(read_record(changed, article))
    with pytest.raises(UserError, match="correction:ljungberg-2016-sjogreen-gleisner corrects 'Sjögreen- Gleisner K'"):
        read_record(changed, article, corrected=True)


def test_an_incomplete_correction_is_an_error(store: Store) -> None:
    changed = Store()
    changed.extend(store)
    correction = NamedNode(PROJECT.expand("correction:ljungberg-2016-sjogreen-gleisner"))
    corrected = NamedNode(PROJECT.vocabulary + "correctedValue")
    for quad in list(changed.quads_for_pattern(correction, corrected, None, None)):
        changed.remove(quad)
    with pytest.raises(UserError, match="is an incomplete correction: give it one"):
        read_record(changed, NamedNode(PROJECT.expand("article:ljungberg-2016")), corrected=True)
