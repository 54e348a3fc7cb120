"""The pure function from the bytes of one record to its statements."""

import json
import re

import pytest

from imaging_trials.bibliography import Unusable
from imaging_trials.imports.convert import convert
from imaging_trials.imports.versions import Made
from tests.support.records import MADE_UP, imported

STUDIES = json.loads((MADE_UP / "studies.json").read_text(encoding="utf-8"))["studies"]
ARTICLES = re.findall(
    rb"(?s)<Pubmed(?:Book)?Article>.*?</Pubmed(?:Book)?Article>", (MADE_UP / "pubmed.xml").read_bytes()
)


def made_of(record: bytes, of: str) -> Made:
    made = convert(record, of, "record 1")
    assert isinstance(made, Made), made
    return made


def test_a_record_gives_what_its_file_gives() -> None:
    data = imported(MADE_UP / "studies.json", of="clinicaltrials")[1]
    found = [made_of(json.dumps(one).encode(), "clinicaltrials") for one in STUDIES[:2]]
    assert [one.number for one in found] == ["NCT90000301", "NCT90000302"]
    assert found[0].revised == "2024-02-03"
    assert all(one.data in data and one.data.count(b"\n") == one.quads for one in found)
    data = imported(MADE_UP / "pubmed.xml")[1]
    articles = [made_of(one, "pubmed") for one in ARTICLES if b'"1">0</PMID>' not in one]
    assert [one.name for one in articles] == [f"PMID 9000010{number}" for number in (1, 2, 3, 4)]
    assert all(one.data in data for one in articles)


@pytest.mark.parametrize(
    ("record", "of", "name", "words"),
    [
        (b'{"protocolSection": ', "clinicaltrials", "record 7", "the JSON is broken or cut off"),
        (b"\xff", "clinicaltrials", "record 7", "no UTF-8"),
        (b"[" * 100_000, "clinicaltrials", "record 7", "nesting is too deep"),
        (b"[]", "clinicaltrials", "record 7, ''", "it has no NCT number"),
        (b"<PubmedArticle>", "pubmed", "record 7", "the XML is broken"),
        (b"<PubmedArticle>&e;</PubmedArticle>", "pubmed", "record 7", "'e' not defined"),
        (b"<PubmedArticle>\xff</PubmedArticle>", "pubmed", "record 7", "the XML is broken"),
        (b"", "pubmed", "record 7", "the XML is broken"),
        (b"<DeleteCitation/>", "pubmed", "record 7", "its element is 'DeleteCitation'"),
        (b"<PubmedArticle/>", "pubmed", "record 7, PMID ''", "it has no PMID"),
    ],
)
def test_a_broken_record_is_no_exception(record: bytes, of: str, name: str, words: str) -> None:
    found = convert(record, of, "record 7")
    assert isinstance(found, Unusable)
    assert found.name == name
    assert words in found.reason
