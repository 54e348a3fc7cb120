# ruff: noqa: E501 - tables of files
"""Lists in the formats and with the oddities that people report in public: each file is read as its references, or refused.

The files are made up.
"""

from pathlib import Path

import pytest

from imaging_trials.bibliography import decode_references, read_references
from imaging_trials.bibliography.reference import Reference
from rdfkit.base.errors import UserError
from tests.conftest import ROOT

LISTS = ROOT / "tests" / "fixtures" / "lists"

READ = {
    "biblatex-subtitle-eprint.bib": ["line 1 [doi:10.1000/a pmid:28283702] 68Ga-PSMA PET/CT: Joint EANM"],
    "bibtex-at-in-value.bib": ["line 1 [] mail me@x.orgy"],
    "bibtex-blank-in-key.bib": ["line 1 [doi:10.1000/a] A"],
    "bibtex-comma-between.bib": ["line 1 [] A", "line 1 [] B"],
    "bibtex-commented-out.bib": ["line 2 [] A"],
    "bibtex-escaped-underscore.bib": [
        "line 1 [doi:10.1007/978-3-031-38100-3_13] A",
        "line 5 [doi:10.1007/978-3-031-38100-3_2] B",
    ],
    "bibtex-jabref-comments.bib": ["line 3 [pmid:28283702] A"],
    "bibtex-macros.bib": ["line 2 [] T and U"],
    "bibtex-month.bib": ["line 1 [] Parametric"],
    "bibtex-no-key.bib": ["line 1 [doi:10.1000/a] A"],
    "bibtex-same-key.bib": ["line 1 [] A", "line 4 [] B"],
    "crossref-work.json": ["item 1 [doi:10.1000/a] A: B"],
    "crossref-works.json": ["item 1 [doi:10.1000/a] ", "item 2 [doi:10.1000/b] "],
    "csl-better-bibtex.json": ["item 1 [pmid:5] A"],
    "csl-folded.yaml": ["item 1 [doi:10.1093/annonc/mdr0] Preclinical and multiply"],
    "csl-in-markdown.md": ["item 1 [] A"],
    "csl-list.yaml": ["item 1 [] The Historical Novel"],
    "csl-one-a-line.json": ["item 1 [doi:10.1000/a] ", "item 2 [doi:10.1000/b] "],
    "csl-two-marks.yaml": ["item 1 [doi:10.1000/a] Who did break my yaml?!"],
    "csl-zotero-api.json": ["item 1 [doi:10.1000/a pmid:28283702 pmcid:PMC12] A"],
    "endnote-styles.xml": ["line 2 [doi:10.1000/a pmid:28283702 pmcid:PMC12] A 18F", "line 3 [] B"],
    "enw-pmcid.enw": ["line 1 [pmid:28283702 pmcid:PMC4932135] A"],
    "enw-refer.txt": ["line 1 [] A", "line 5 [doi:10.1000/b] B"],
    "enw-two-records.enw": ["line 1 [pmid:28283702] A", "line 6 [doi:10.1000/b] B"],
    "latin-1-declared.bib": ["line 2 [doi:10.1000/a] Sjögren"],
    "nbib-double-spaced.nbib": ["line 1 [pmid:28283702] A", "line 7 [pmid:27262701] B"],
    "nbib-eric.nbib": ["line 1 [] New Beginnings.", "line 7 [doi:10.1000/b] B"],
    "plain-all-ones.md": ["line 1 [] A 2017", "line 2 [] B 2018", "line 3 [] C 2019"],
    "plain-brackets.txt": [
        "line 1 [doi:10.1000/a] Fendler, doi:10.1000/a",
        'line 2 [] B, "title", 2017.',
        "line 3 [] C",
    ],
    "plain-bullets.md": ["line 3 [doi:10.1000/a] [A](https://doi.org/10.1000/a)", "line 4 [] *B* 2017", "line 5 [] C"],
    "plain-groups.txt": [
        "line 1 [pmid:28283702] 28283702",
        "line 2 [pmid:27262701] 27262701",
        "line 4 [doi:10.1000/x] 10.1000/x",
    ],
    "plain-hanging.txt": [
        "line 1 [doi:10.1000/a] Fendler WP, Eiber M. A long title that g",
        "line 3 [doi:10.1000/b] MacMahon H. Another title Radiology. doi",
    ],
    "plain-heading.txt": ["line 2 [pmid:28283702] 28283702", "line 3 [pmid:27262701] 27262701"],
    "plain-number-first.txt": [
        "line 1 [?pmid:28283702] 28283702 A title",
        "line 2 [?pmid:27262701] 27262701, B title",
    ],
    "plain-numbered.txt": [
        "line 3 [doi:10.1007/s00259-017-3670-z] Fendler WP. 68Ga-PSMA PET/CT: Joint EANM",
        "line 5 [pmid:28240562] MacMahon H. PMID: 28240562",
    ],
    "plain-paragraphs.txt": [
        "line 1 [doi:10.1000/a] Fendler WP, Eiber M. 68Ga-PSMA PET/CT: J",
        "line 5 [] MacMahon H. Guidelines for Management. 2",
        "line 8 [] Short one 2018",
    ],
    "plain-pmids.txt": [
        "line 1 [pmid:28283702] PMIDs: 28283702",
        "line 1 [pmid:27262701] 27262701",
        "line 1 [pmid:30519867] and 30519867",
    ],
    "plain-pubmed-abstracts.txt": [
        "line 1 [doi:10.1007/s00259-017-3670-z pmid:28283702] Eur J Nucl Med Mol Imaging. 2017 Jun;44(",
        "line 21 [doi:10.1148/radiol.2017161659 pmid:28240562] Radiology. 2017. doi: 10.1148/radiol.201",
    ],
    "plain-pubmed-summary.txt": [
        "line 1 [doi:10.1007/s00259-017-3670-z pmid:28283702] Fendler WP, Eiber M. 68Ga-PSMA PET/CT: J",
        "line 3 [pmid:28240562] MacMahon H. Guidelines. PMID: 28240562.",
    ],
    "plain-scholar.txt": [
        "line 1 [] A title of mine W Fendler, M Eiber Eur J",
        "line 5 [] Another title H MacMahon Radiology, 2017",
    ],
    "pubmed.xml": [
        "line 4 [doi:10.1000/a pmid:28283702 pmcid:PMC12] 68Ga-PSMA PET",
        "line 5 [pmid:20301546] A chapter",
    ],
    "ris-accession-of-nobody.ris": ["line 1 [?pmid:28283702] X"],
    "ris-accession-of-pubmed.ris": ["line 1 [pmid:28283702] X"],
    "ris-blank-lines.ris": ["line 1 [doi:10.1000/a] Testing"],
    "ris-carriage-returns.ris": ["line 1 [doi:10.1000/a] A"],
    "ris-cochrane-headers.ris": ["line 5 [doi:10.1000/a] A", "line 15 [] B"],
    "ris-embase-accession.ris": ["line 1 [pmid:28240562] X"],
    "ris-empty-tag.ris": ["line 1 [doi:10.1177/2325967120950040] A"],
    "ris-er-in-abstract.ris": ["line 1 [doi:10.1000/a] A"],
    "ris-lower-case.ris": ["line 1 [doi:10.1000/a] A"],
    "ris-no-end.ris": ["line 1 [] A", "line 3 [doi:10.1000/b] B"],
    "ris-no-type.ris": ["line 1 [doi:10.1000/a] A", "line 5 [] B"],
    "ris-note.ris": ["line 1 [pmid:28283702] X"],
    "ris-one-blank.ris": ["line 1 [doi:10.1000/a] A", "line 5 [] B"],
    "ris-ovid-between-records.ris": ["line 2 [doi:10.1000/a] A", "line 17 [] B"],
    "ris-pm-and-c7.ris": ["line 1 [pmid:28283702 pmcid:PMC4932135] X"],
    "ris-two-tools.ris": ["line 1 [doi:10.1000/a] A", "line 6 [] B"],
    "ris-type-is-not-first.ris": ["line 1 [doi:10.1000/a] Population", "line 11 [] B"],
    "utf-16.ris": ["line 1 [doi:10.1186/s40981-020-0316-0] "],
    "utf-8-mark.ris": ["line 1 [doi:10.1186/s40981-020-0316-0] "],
    "wos-lines-like-tags.txt": ["line 3 [doi:10.1000/a] Use of reagent preparation", "line 16 [pmid:28283702] B"],
    "zotero-shared-journal.rdf": ["item 1 [] A", "item 2 [doi:10.1000/b] B"],
    "zotero.rdf": ["item 1 [doi:10.1007/s00259-017-3670-z pmid:28283702] A title", "item 2 [] B"],
}
"""The place, the identifiers (with ? if uncertain) and the title, or the words, of each reference of a file."""

REFUSED = {
    "alias.yaml": "it, line 5: YAML aliases",
    "array-of-texts.json": "it, item 1: a CSL-JSON item must be an object",
    "bibliography.bbl": "it looks like LaTeX",
    "broken.yaml": "it, line 3: the YAML is broken",
    "central.txt": "it looks like lines of fields (AU, ID, SO, TI)",
    "citation.cff": 'it looks like lines of fields ("cff-version:"',
    "entity.xml": "it, line 1: the XML entity 'a' is there",
    "esummary.json": "it is JSON, but no item has a DOI",
    "external-entity.xml": "it, line 1: the XML entity 'a' is there",
    "fields.txt": 'it looks like lines of fields ("title:"',
    "fragment-of-json.txt": "it looks like markup or data",
    "list.rtf": "it looks like RTF",
    "mods.xml": "it is XML or HTML whose first element is 'modsCollection'",
    "old-word.doc": "it is not text but a file of an old Word",
    "openalex.json": "it is JSON, but no item has a DOI",
    "other-tags.txt": "it looks like lines of fields (ZZ, YY)",
    "other.rdf": "it is RDF/XML, but not Zotero's",
    "ovid-citations.txt": "it looks like Ovid's citation format",
    "page.html": "it is XML or HTML whose first element is 'html'",
    "pubmed.csv": "it looks like a table (CSV)",
    "refworks.txt": "it looks like RefWorks Tagged Format",
    "semicolons.csv": "it looks like a table (CSV)",
    "settings.ini": 'it looks like lines of fields ("key"',
    "table.md": "it looks like a table (Markdown)",
    "scopus.txt": "it looks like Scopus plain text",
    "triples.txt": "it looks like N-Triples",
    "turtle.txt": "it looks like Turtle",
    "two-letters.txt": "it looks like lines of fields (AU, PY, SO, TI)",
    "unknown-tags.txt": 'it looks like lines of fields ("TITL"',
    "web-of-science.tsv": "it looks like a table (tab-separated)",
    "word-sources.xml": "it is XML or HTML whose first element is 'Sources'",
    "zotero.csv": "it looks like a table (CSV)",
}
"""How the sentence begins that refuses a file."""


def read(path: Path) -> list[Reference]:
    return read_references(decode_references(path.read_bytes(), "it"), "it")


def shown(one: Reference) -> str:
    given = " ".join(f"{'' if found.is_certain else '?'}{found.scheme}:{found.value}" for found in one.identifiers)
    return f"{one.place} [{given}] {one.title or one.words[:40]}"


@pytest.mark.parametrize("name", READ)
def test_list_is_read(name: str) -> None:
    assert [shown(one) for one in read(LISTS / name)] == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_other_format_is_refused_by_name(name: str) -> None:
    with pytest.raises(UserError) as refused:
        read(LISTS / "refused" / name)
    assert str(refused.value).startswith(REFUSED[name])
    assert str(refused.value).isprintable()


def test_every_file_has_a_row() -> None:
    files = {path.relative_to(LISTS).as_posix() for path in LISTS.rglob("*") if path.is_file()}
    assert files == {*READ, *(f"refused/{name}" for name in REFUSED), "README.md"}
