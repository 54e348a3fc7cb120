"""Real records, read in place: each imports, its counts are those of its file, the common shapes accept its graph."""

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials.build import validation
from imaging_trials.imports import articles
from tests.support.records import MADE_UP, imported, real, store_of, values

_ADDRESS = re.compile(rb"[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]", re.IGNORECASE)
_TELEPHONE = re.compile(
    rb"\+[0-9]{1,3}[ (.-]+[0-9]{2,4}[ ).-]+[0-9]{3}|\b(?:tel|fax|phone)\b[.:]? {0,2}[0-9+]", re.IGNORECASE
)
REFUSED = {"sample.bib": 2}
"""A file: how many of its records are refused, with a reason each."""


@pytest.mark.parametrize("abstracts", [False, True])
def test_every_record_imports(abstracts: bool) -> None:
    for path in real("pubmed"):
        report, data = imported(path, abstracts=abstracts)
        assert report.read == report.written + report.refused > 0, path
        assert report.refused == REFUSED.get(path.name, 0), path
        assert len(report.details) >= report.refused
        assert not _ADDRESS.search(data), path
        assert not _TELEPHONE.search(data), path


def test_counts_are_those_of_the_files() -> None:
    """The counts are taken from the XML by a few lines of their own."""
    text, found = "", ox.Store()
    for path in real("pubmed/xml"):
        text += path.read_text(encoding="utf-8")
        found.extend(store_of(imported(path)[1]))
    types = Counter(re.findall(r"<PublicationType UI=\"(\w+)\"", text))
    assert values(found, "imt:hasPublicationType") == {f"http://id.nlm.nih.gov/mesh/{ui}": n for ui, n in types.items()}
    lists = "".join(re.findall(r"(?s)<CommentsCorrectionsList>.*?</CommentsCorrectionsList>", text))
    relations = Counter(articles.RELATIONS[kind][0] for kind in re.findall(r"RefType=\"(\w+)\"", lists))
    kinds = values(found, "imt:hasEventKind")
    assert {kind: kinds[f"eventkind:{kind}"] for kind in relations} == relations
    assert len(relations) >= 3
    collective = len(re.findall(r"<CollectiveName>", re.sub(r"(?s)<InvestigatorList>.*?</InvestigatorList>", "", text)))
    assert values(found, "rdf:type")["imt:GroupAuthorship"] == collective
    assert values(found, "rdf:type")["imt:Investigatorship"] == len(re.findall(r"<Investigator ", text))
    assert sum(values(found, "dcterms:alternative").values()) == len(re.findall(r"<VernacularTitle", text))
    authors = re.sub(r"(?s)<AuthorList Type=\"editors\".*?</AuthorList>", "", text)
    people = re.findall(r"(?s)<Author .*?</Author>", authors)
    assert values(found, "rdf:type")["imt:PersonAuthorship"] == len([one for one in people if "<LastName>" in one])
    orcids = {re.sub(r"\W", "", one)[-16:] for one in re.findall(r"Source=\"ORCID\">([^<]*)<", text)}
    assert len(values(found, "imt:orcid")) == len(orcids)


def results_of(paths: list[Path], folder: Path) -> list[str]:
    """Return what the common shapes say of the graph of some files, abstracts included."""
    path = folder / "made.nq"
    path.write_bytes(b"".join(imported(one, abstracts=True)[1] for one in paths))
    return [str(result) for result in validation.validate_files([path]).results]


def test_the_common_shapes_accept_made_up_records(tmp_path: Path) -> None:
    """Also where Crossref and PubMed have one article, and one journal, under two names."""
    names = ("pubmed.xml", "article.xml", "article.crossref.json")
    assert results_of([MADE_UP / name for name in names], tmp_path) == []


def test_the_common_shapes_accept_real_records(tmp_path: Path) -> None:
    assert results_of(real("pubmed"), tmp_path) == []


@pytest.mark.prove
def test_the_common_shapes_are_asked(tmp_path: Path) -> None:
    """A record of a malformed PMID would be noticed."""
    path = tmp_path / "made.nq"
    path.write_bytes(imported(MADE_UP / "article.xml")[1].replace(b'"90000202"', b'"090000202"'))
    assert len(validation.validate_files([path]).results) == 1
