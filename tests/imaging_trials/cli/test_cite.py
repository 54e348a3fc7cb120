"""``imt cite``: the page's citations to the letter, corrected, and in formats that other programs read back."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from imaging_trials.bibliography import bibtex, csl, model, nlm, ris
from imaging_trials.bibliography.model import Author, Citation, Date, Erratum, Person
from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT, Imt

PAGE = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared")) / "source" / "imaging-trials-resources.txt"

ARTICLES = """
SELECT ?article ?year ?listing ?title ?doi ?pmid ?pmcid ?volume ?issue ?pages ?journal ?first ?last WHERE {
  ?listing imt:lists ?article ; imt:labelYear ?year ; imt:position ?place ; imt:isUnderTopic/imt:position ?topic .
  ?article dcterms:title ?title ; imt:doi ?doi ; imt:pmid ?pmid ; imt:isPublishedIn/imt:printedName ?journal .
  OPTIONAL { ?article imt:pmcid ?pmcid }
  OPTIONAL { ?article imt:volume ?volume ; imt:issue ?issue ; imt:pages ?pages }
  ?event imt:concerns ?article ; imt:hasEventKind ?kind ; imt:earliestDay ?first ; imt:latestDay ?last ;
         imt:isStatedIn ?section .
  FILTER(?kind IN (eventkind:issue-publication, eventkind:ahead-of-print))
}
ORDER BY ?topic ?place
"""
AUTHORS = """
SELECT ?name (EXISTS { ?authorship a imt:GroupAuthorship } AS ?group) WHERE {
  ?authorship imt:isAuthorshipOf <ARTICLE> ; imt:position ?position ; imt:printedName ?name
}
ORDER BY ?position
"""


def rows(store: Store, query: str) -> list[dict[str, str]]:
    """Return the rows of a query as texts; what is unbound is empty."""
    solutions = store.query(query, prefixes=PROJECT.prefixes, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{n: t.value if isinstance(t := row[n], NamedNode | Literal) else "" for n in names} for row in solutions]


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def articles(store: Store) -> list[dict[str, str]]:
    """What the graph says of the twenty articles in page order, asked for without the code under test."""
    return rows(store, ARTICLES)


@pytest.fixture(scope="module")
def citations(store: Store) -> list[Citation]:
    return [model.read(store, article) for article in model.in_page_order(store)]


def authors(store: Store, article: str) -> list[tuple[str, bool]]:
    found = rows(store, AUTHORS.replace("ARTICLE", article))
    return [(row["name"], row["group"] == "true") for row in found]


def printed(imt: Imt, *arguments: str) -> str:
    done = imt("cite", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(imt: Imt, *arguments: str) -> str:
    done = imt("cite", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert done.stderr.count("\n") == 1
    assert "Something went wrong" not in done.stderr
    return done.stderr


def a_citation(**changes: Any) -> Citation:
    usual: dict[str, Any] = {
        "iri": NamedNode("https://example.org/id/article/smith-2020"),
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
    return Citation(**{**usual, **changes})


# NLM style, which is the page's own


@pytest.mark.skipif(not PAGE.exists(), reason=f"the page itself is not here: looked for {PAGE.name} under IMT_SHARED")
def test_the_pages_twenty_citations_are_printed_character_for_character(imt: Imt) -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"[0-9]{4}: ", line)]
    assert len(lines) == 20
    expected = "".join(f"{line.removeprefix(line[:6])}\n" for line in lines)
    assert printed(imt) == printed(imt, "--style", "nlm") == expected


def test_each_citation_hashes_to_its_line_of_the_page(store: Store, articles: list[dict[str, str]]) -> None:
    with (ROOT / "data" / "page" / "coverage.tsv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    hash_of = {curie: row["sha256"] for row in lines for curie in row["models"].split()}
    assert len(articles) == 20
    for row in articles:
        line = nlm.line(model.read(store, NamedNode(row["article"])))
        digest = hashlib.sha256(f"{row['year']}: {line}".encode()).hexdigest()
        assert digest == hash_of[PROJECT.shorten(row["listing"])], line


def test_citations_come_in_the_order_of_the_page(citations: list[Citation], articles: list[dict[str, str]]) -> None:
    assert [citation.iri.value for citation in citations] == [row["article"] for row in articles]


def test_corrected_mends_the_misprint_and_adds_the_missing_pmcid_and_nothing_else(imt: Imt) -> None:
    before, after = printed(imt).splitlines(), printed(imt, "--corrected").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    (vali, vali_mended), (ljungberg, ljungberg_mended) = changed
    assert vali_mended == vali.removesuffix("PMID: 33334912.") + "PMID: 33334912; PMCID: PMC8679588."
    assert "Sjögreen- Gleisner K" in ljungberg
    assert ljungberg_mended == ljungberg.replace("Sjögreen- Gleisner K", "Sjögreen-Gleisner K")


def test_the_corrections_are_listed_with_printed_and_corrected_form_and_source(imt: Imt) -> None:
    listed = printed(imt, "--list-corrections")
    assert "  printed    Sjögreen- Gleisner K\n  corrected  Sjögreen-Gleisner K\n" in listed
    assert "Vali 2021: PMCID\n  printed    (nothing)\n  corrected  PMC8679588\n" in listed
    assert listed.count("  source     source:") == listed.count("  because    ") == 2
    assert printed(imt, "--list-corrections", "Vali 2021") == listed.split("\n\n")[0] + "\n"
    assert printed(imt, "--list-corrections", "Liu 2015") == "No corrections.\n"


def test_a_correction_of_what_is_not_printed_is_an_error(store: Store) -> None:
    changed = Store()
    changed.extend(store)
    authorship, name = (
        NamedNode(PROJECT.expand("authorship:ljungberg-2016-06")),
        NamedNode(PROJECT.vocabulary + "printedName"),
    )
    changed.remove(Quad(authorship, name, Literal("Sjögreen- Gleisner K"), PROJECT.graph_iri("page")))
    changed.add(Quad(authorship, name, Literal("Sjögreen-Gleisner K"), PROJECT.graph_iri("page")))
    article = NamedNode(PROJECT.expand("article:ljungberg-2016"))
    assert "Sjögreen-Gleisner K" in nlm.line(model.read(changed, article))
    with pytest.raises(UserError, match="correction:ljungberg-2016-sjogreen-gleisner corrects 'Sjögreen- Gleisner K'"):
        model.read(changed, article, corrected=True)


def test_an_erratum_whose_place_is_known_is_cited_with_it() -> None:
    erratum = Erratum("J Test", "2021 May", "2", "3", "9")
    assert "Erratum in: J Test. 2021 May;2(3):9. PMID: 1." in nlm.line(a_citation(errata=(erratum,)))


def test_a_title_that_is_a_question_gets_no_full_stop() -> None:
    assert ". Which scan? J Test. 2020" in nlm.line(a_citation(title="Which scan?")).replace("AB.", "AB..")


# Which article is meant


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        (["27262701"], ["van-den-wyngaert-2016"]),
        (["Ljungberg"], ["ljungberg-2016"]),
        (["edition:aua-renal-mass-2017", "liu-2015"], None),
        (["edition:esur-cervical-cancer-mri-2011"], ["balleyguier-2011"]),
        (["listing:bone-2"], ["beheshti-2015"]),
        (["erratum:avula-2021"], ["avula-2021"]),
        (["authorship:ljungberg-2016-06"], ["ljungberg-2016"]),
        (["guideline:esur-cervical-cancer-mri"], ["manganaro-2021", "balleyguier-2011"]),
        (["bone"], ["van-den-wyngaert-2016", "beheshti-2015"]),
        (["liu-2015", "PMID: 25709541", "ha-2018"], ["liu-2015", "ha-2018"]),
    ],
)
def test_what_leads_to_articles_is_cited_once_each_in_the_order_asked_for(
    imt: Imt, what: list[str], keys: list[str] | None
) -> None:
    if keys is None:  # an edition that an article only discusses is published as none
        assert "is no article and none is listed for it" in refusal(imt, *what)
    else:
        assert [item["id"] for item in json.loads(printed(imt, "--style", "csl-json", *what))] == keys


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FES"], "agent:fes ([18F]FES) is no article"),
        (["nothing of this name"], "Nothing in the graph is called 'nothing of this name'"),
        ([""], "The name is empty"),
        (["2015"], "'2015' may mean"),
        (["10.1000/x"], "has the DOI '10.1000/x'"),
        (["Ljungberg", "} DROP ALL"], "Nothing in the graph is called '} DROP ALL'"),
        (["--style", "apa"], "invalid choice: 'apa'"),
        (["--style", "ris", "--list-corrections"], "leave --style out"),
        (["--corrected", "--list-corrections"], "not allowed with argument"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(imt: Imt, arguments: list[str], words: str) -> None:
    assert words in refusal(imt, *arguments)


def test_citing_loads_no_heavy_package() -> None:
    code = "import sys; from imaging_trials.cli import main; main(['cite', '--style', 'bibtex']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pyoxigraph" in loaded
    assert not {"rdflib", "pyshacl", "owlrl", "SPARQLWrapper"} & loaded


# BibTeX, read back by bibtexparser

BIBTEX_FIELDS = {"doi": "doi", "pmid": "pmid", "pmcid": "pmcid", "volume": "volume", "number": "issue"}


def read_bibtex(text: str, *layers: middlewares.middleware.Middleware) -> dict[str, dict[str, Any]]:
    """Return the entries of a BibTeX text by key, each a dictionary of its fields; nothing may fail to parse."""
    library = parse_string(text, append_middleware=list(layers))
    assert library.failed_blocks == []
    assert all(entry.entry_type == "article" for entry in library.entries)
    return {entry.key: {field.key: field.value for field in entry.fields} for entry in library.entries}


def test_bibtex_is_read_back_as_the_graph_has_it(imt: Imt, store: Store, articles: list[dict[str, str]]) -> None:
    decoded = read_bibtex(
        printed(imt, "--style", "bibtex"),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.LatexDecodingMiddleware(),
    )
    assert list(decoded) == [row["article"].rpartition("/")[2] for row in articles]
    for row, entry in zip(articles, decoded.values(), strict=True):
        assert entry["title"].strip("{}") == row["title"]
        assert entry["journal"] == row["journal"]
        assert entry["year"] == row["first"][:4]
        for field, name in BIBTEX_FIELDS.items():
            assert entry.get(field, "") == row[name]
        assert shortened(entry.get("pages", "").replace("–", "-")) == shortened(row["pages"])
        assert [bibtex_name(name) for name in entry["author"]] == authors(store, row["article"])


def bibtex_name(name: middlewares.NameParts) -> tuple[str, bool]:
    """Return a name as the page prints it, and whether it is a group's, which has no first names."""
    initials = "".join(name.first).replace(".", "").replace(" ", "")
    return " ".join([*name.von, *name.last, initials]).strip(" {}").replace("\\&", "&"), not initials


def shortened(pages: str) -> str:
    """Return a page range with no more of its last number than differs from the first: 1723-1738 is 1723-38."""
    first, dash, last = pages.partition("-")
    if len(first) != len(last):
        return pages if len(last) < len(first) else first + dash + last
    while len(last) > 2 and last[0] == first[len(first) - len(last)]:
        last = last[1:]
    return first + dash + last


def test_bibtex_months_are_the_names_that_styles_define(imt: Imt) -> None:
    text = printed(imt, "--style", "bibtex", "liu-2015", "ward-2018", "manganaro-2021")
    assert re.findall(r"month   = (.*),", text) == ['jan # "--" # apr', 'nov # "--" # dec', "apr"]


def test_bibtex_page_ranges_have_a_long_dash_and_both_numbers_in_full(imt: Imt) -> None:
    assert "  pages   = {1723--1738},\n" in printed(imt, "--style", "bibtex", "van-den-wyngaert-2016")


def test_bibtex_notes_tell_epub_ahead_of_print_and_erratum(imt: Imt) -> None:
    text = printed(imt, "--style", "bibtex", "manganaro-2021", "beheshti-2015")
    assert "note    = {Epub ahead of print. Erratum in: Eur Radiol. 2021 Jun 17.}" in text
    assert "note    = {Epub 2015 Jul 23. Erratum in: Eur J Nucl Med Mol Imaging. 2017 Nov 13.}" in text


@pytest.mark.parametrize("title", ["50% of A & B_c #1 ~ 2 $3 \\alpha", "\\", "a ^ b", "an open { brace", "} {"])
def test_no_sign_in_a_title_breaks_the_bibtex(title: str) -> None:
    text = bibtex.write([a_citation(title=title), a_citation(key="next")])
    # The reader does not know LaTeX's names of braces, and has a caret of its own.
    text = text.replace("\\textbraceleft{}", "(OPEN)").replace("\\textbraceright{}", "(CLOSE)")
    entries = read_bibtex(text, middlewares.LatexDecodingMiddleware())
    assert list(entries) == ["smith-2020", "next"]
    read = entries["smith-2020"]["title"].replace("ˆ", "^")
    assert read.replace("(OPEN)", "{").replace("(CLOSE)", "}") == title


# RIS, read back by rispy

RIS_FIELDS = {"doi": "doi", "accession_number": "pmid", "custom2": "pmcid", "volume": "volume", "number": "issue"}


def test_ris_is_read_back_as_the_graph_has_it(imt: Imt, store: Store, articles: list[dict[str, str]]) -> None:
    records = rispy.loads(printed(imt, "--style", "ris"))
    assert len(records) == 20
    for row, record in zip(articles, records, strict=True):
        assert record["type_of_reference"] == "JOUR"
        assert record["id"] == row["article"].rpartition("/")[2]
        assert record["primary_title"] == row["title"]
        assert record["journal_name"] == record["alternate_title2"] == row["journal"]
        assert record["year"] == row["first"][:4]
        for field, name in RIS_FIELDS.items():
            assert record.get(field, "") == row[name]
        pages = "-".join(record[end] for end in ("start_page", "end_page") if end in record)
        assert shortened(pages) == shortened(row["pages"])
        assert [ris_name(name) for name in record["authors"]] == authors(store, row["article"])
        assert "unknown_tag" not in record


def ris_name(name: str) -> tuple[str, bool]:
    """Return a name as the page prints it, and whether it is a group's, which ends in a comma."""
    if name.endswith(","):
        return name[:-1], True
    family, _, initials = name.partition(", ")
    return f"{family} {initials.replace('.', '').replace(' ', '')}", False


def test_ris_dates_are_as_exact_as_what_is_printed(imt: Imt) -> None:
    records = rispy.loads(printed(imt, "--style", "ris", "liu-2015", "van-den-wyngaert-2016", "manganaro-2021"))
    assert [record["date"] for record in records] == ["2015///Jan-Apr", "2016/08//", "2021/04/14/"]


def test_ris_notes_tell_epub_and_erratum(imt: Imt) -> None:
    (record,) = rispy.loads(printed(imt, "--style", "ris", "beheshti-2015"))
    assert record["notes"] == ["Epub 2015 Jul 23.", "Erratum in: Eur J Nucl Med Mol Imaging. 2017 Nov 13."]


def test_a_line_break_in_a_title_does_not_break_the_ris() -> None:
    (record,) = rispy.loads(ris.write([a_citation(title="One\nER  - \nTY  - BOOK")]))
    assert record["primary_title"] == "One ER - TY - BOOK"


# CSL-JSON, held against the csl-data schema's types

CSL_TYPES: dict[str, type] = {
    **dict.fromkeys(("id", "type", "title", "container-title", "status", "volume", "issue", "page", "note"), str),
    **dict.fromkeys(("DOI", "PMID", "PMCID"), str),
    "author": list,
    **dict.fromkeys(("issued", "available-date"), dict),
}


def assert_is_csl(item: dict[str, Any]) -> None:
    assert {"id", "type", "author", "title", "issued"} <= item.keys()
    for name, value in item.items():
        assert type(value) is CSL_TYPES[name], name
        assert value
    assert item["type"] == "article-journal"
    for name in item["author"]:
        assert set(name) in ({"literal"}, {"family", "given"}, {"family", "given", "suffix"})
        assert all(type(part) is str and part for part in name.values())
    for date in (item[name] for name in ("issued", "available-date") if name in item):
        assert set(date) == {"date-parts"}
        assert len(date["date-parts"]) in (1, 2)
        for parts in date["date-parts"]:
            assert len(parts) in (1, 2, 3)
            assert all(type(part) is int for part in parts)


def test_csl_json_is_read_back_as_the_graph_has_it(imt: Imt, store: Store, articles: list[dict[str, str]]) -> None:
    items = json.loads(printed(imt, "--style", "csl-json"))
    assert len(items) == 20
    for row, item in zip(articles, items, strict=True):
        assert_is_csl(item)
        assert item["id"] == row["article"].rpartition("/")[2]
        assert item["container-title"] == row["journal"]
        for field in ("title", "DOI", "PMID", "PMCID", "volume", "issue"):
            assert item.get(field, "") == row[field.lower()]
        assert shortened(item.get("page", "")) == shortened(row["pages"])
        assert item["issued"]["date-parts"][0][0] == int(row["first"][:4])
        names = [
            (one["literal"], True)
            if "literal" in one
            else (f"{one['family']} {one['given'].replace('. ', '').replace('.', '')}", False)
            for one in item["author"]
        ]
        assert names == authors(store, row["article"])


def test_csl_dates_are_as_exact_as_what_is_printed(imt: Imt) -> None:
    items = json.loads(printed(imt, "--style", "csl-json", "liu-2015", "van-den-wyngaert-2016", "manganaro-2021"))
    assert [item["issued"]["date-parts"] for item in items] == [[[2015, 1], [2015, 4]], [[2016, 8]], [[2021, 4, 14]]]
    assert items[1]["available-date"]["date-parts"] == [[2016, 6, 4]]
    assert [item.get("status") for item in items] == [None, None, "Epub ahead of print"]


def test_a_corrected_export_has_the_corrected_values(imt: Imt) -> None:
    items = json.loads(printed(imt, "--style", "csl-json", "--corrected", "ljungberg-2016", "vali-2021"))
    assert {"family": "Sjögreen-Gleisner", "given": "K."} in items[0]["author"]
    assert items[1]["PMCID"] == "PMC8679588"


# The parts that citations are made of


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Smith AB", Person("Smith", "A. B.", "")),
        ("Van den Wyngaert T", Person("Van den Wyngaert", "T.", "")),
        ("Sjögreen- Gleisner K", Person("Sjögreen- Gleisner", "K.", "")),
        ("Behrendt FFF", Person("Behrendt", "F. F. F.", "")),
        ("Smith AB Jr", Person("Smith", "A. B.", "Jr")),
        ("Smith AB 3rd", Person("Smith", "A. B.", "3rd")),
        ("Madonna", None),
    ],
)
def test_the_last_word_of_a_printed_name_is_the_initials(name: str, person: Person | None) -> None:
    assert Author(name, is_group=False, is_listed_under_group=False).person == person
    assert Author(name, is_group=True, is_listed_under_group=False).person is None


def test_a_generation_stands_where_each_format_wants_it() -> None:
    citation = a_citation(authors=(Author("Smith AB Jr", is_group=False, is_listed_under_group=False),))
    assert "{Smith, Jr, A. B.}" in bibtex.write([citation])
    assert "AU  - Smith, A. B., Jr\n" in ris.write([citation])
    assert csl.item(citation)["author"] == [{"family": "Smith", "given": "A. B.", "suffix": "Jr"}]


@pytest.mark.parametrize(
    ("pages", "full"),
    [
        ("1723-38", "1723-1738"),
        ("151-62", "151-162"),
        ("1102-10", "1102-1110"),
        ("99-110", "99-110"),
        ("25-30", "25-30"),
        ("7", "7"),
        ("e12-e15", "e12-e15"),
        ("S1-12", "S1-S12"),
        ("S101-9", "S101-S109"),
        ("151-62, 170", "151-162, 170"),
        ("iii-x", "iii-x"),
        ("", ""),
    ],
)
def test_abbreviated_page_ranges_are_written_out(pages: str, full: str) -> None:
    assert a_citation(pages=pages).full_pages == full


@pytest.mark.parametrize(
    ("earliest", "latest", "parts"),
    [
        ("2021-04-14", "2021-04-14", [[2021, 4, 14]]),
        ("2016-08-01", "2016-08-31", [[2016, 8]]),
        ("2016-02-01", "2016-02-29", [[2016, 2]]),
        ("2015-01-01", "2015-04-30", [[2015, 1], [2015, 4]]),
        ("2015-01-01", "2015-12-31", [[2015]]),
        ("2015-12-01", "2016-01-31", [[2015, 12], [2016, 1]]),
        ("2015-03-02", "2015-03-09", [[2015, 3, 2], [2015, 3, 9]]),
        ("", "", [[2015]]),
    ],
)
def test_a_date_has_as_many_parts_as_it_is_exact(earliest: str, latest: str, parts: list[list[int]]) -> None:
    assert Date("2015 whatever", earliest, latest).parts == parts
