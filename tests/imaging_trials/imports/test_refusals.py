"""Bad input: a sentence, exit code 2, and nothing half-written."""

import gzip
import io
from collections import defaultdict
from pathlib import Path

import pytest

from imaging_trials import imports
from imaging_trials.bibliography import pubmed_xml
from imaging_trials.cli import main
from rdfkit.base import UserError
from tests.support.records import MADE_UP, imported

GOOD = (MADE_UP / "pubmed.xml").read_bytes()
HEAD = b'<?xml version="1.0"?>'
RECORD = (
    b"<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article><ArticleTitle>%s</ArticleTitle></Article>"
    b"</MedlineCitation></PubmedArticle>"
)


def record(title: bytes, pmid: int = 90000301) -> bytes:
    return RECORD % (pmid, title)


def bomb() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (number, b"&e%d;" % (number - 1) * 10) for number in range(1, 9))
    return HEAD + b'<!DOCTYPE PubmedArticleSet [<!ENTITY e0 "made up">%s]><PubmedArticleSet>%s</PubmedArticleSet>' % (
        entities,
        record(b"&e8;"),
    )


def external(path: Path) -> bytes:
    return HEAD + b'<!DOCTYPE PubmedArticleSet [<!ENTITY e SYSTEM "%s">]><PubmedArticleSet>%s%s</PubmedArticleSet>' % (
        path.as_uri().encode(),
        record(b"before", 90000302),
        record(b"a &e; b"),
    )


BAD = {
    "cut off": (GOOD[: len(GOOD) * 2 // 3], "broken or cut off after the record of PMID 9000010"),
    "cut off gzip": (gzip.compress(GOOD)[:-200], "broken or cut off"),
    "no gzip": (b"\x1f\x8b" + GOOD, "broken or cut off (gzip"),
    "entity bomb": (bomb(), "broken or cut off, before the first record"),
    "undefined entity": (HEAD + b"<PubmedArticleSet>" + record(b"&eacute;") + b"</PubmedArticleSet>", "eacute"),
    "undefined entity with a DTD": (
        HEAD
        + b'<!DOCTYPE PubmedArticleSet PUBLIC "a" "http://127.0.0.1:9/a.dtd"><PubmedArticleSet>'
        + record(b"&eacute;")
        + b"</PubmedArticleSet>",
        "eacute",
    ),
    "wrong encoding": (HEAD + b"<PubmedArticleSet>" + record(b"caf\xe9") + b"</PubmedArticleSet>", "broken or cut off"),
    "NUL in XML": (HEAD + b"<PubmedArticleSet>" + record(b"a\x00b") + b"</PubmedArticleSet>", "broken or cut off"),
    "NUL in a list": (b"TY  - JOUR\nTI  - a\x00b\nER  - \n", "has a byte 0"),
    "other XML": (HEAD + b"<clinical_study/>", "clinical_study"),
    "other root with records": (HEAD + b"<other>" + record(b"a") + b"</other>", "other"),
    "the format of MEDLINE": (
        HEAD + b"<MedlineCitationSet><MedlineCitation/></MedlineCitationSet>",
        "none of the formats",
    ),
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "cut off JSON": (b'[{"title": "a"}, {"ti', "the JSON is broken"),
    "a list of Ovid": (
        b"UI  - 90000301\nAU  - Made-Up A\nTI  - A title\nSO  - J Made Up 2020;1(1):1\nDP  - 2020 Mar\n",
        "lines of fields",
    ),
    "a plain list": (b"Made-Up A. A title. J Made Up. 2020;1(1):1.\n", "none of the formats"),
    "a table": (b"PMID,Title\n1,A\n2,B\n", "a table"),
    "nesting": (HEAD + b"<PubmedArticleSet>" + b"<a>" * 3000, "broken or cut off"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, words = BAD[name]
    path, folder = tmp_path / "file", tmp_path / "folder"
    path.write_bytes(data)
    assert main(["import", "pubmed", str(path), "--into", str(folder)]) == 2
    printed = capsys.readouterr()
    assert words in printed.err, printed.err
    assert printed.err.count("\n") == 1
    assert not folder.exists() or [one.name for one in folder.iterdir()] == []


OF_OTHERS = {
    "a table of the register": (b"NCT Number,Study Title\nNCT90000301,Made up\n", "tables are not imported"),
    "FHIR": (b'{"resourceType": "ResearchStudy", "id": "NCT90000301"}', "JSON of FHIR"),
    "a list of FHIR": (b'{"resourceType": "Bundle", "entry": []}', "JSON of FHIR"),
}


@pytest.mark.parametrize("name", OF_OTHERS)
def test_other_exports_of_studies_are_refused_by_name(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is printed for a file that is refused as a whole."""
    data, words = OF_OTHERS[name]
    path = tmp_path / "file"
    path.write_bytes(data)
    assert main(["import", "clinicaltrials", str(path)]) == 2
    printed = capsys.readouterr()
    assert words in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('{"doi": "https://doi.org/10.5555/a", "title": "A", "publication_year": 2020}', "OpenAlex"),
        ('{"resultList": {"result": [{"pmid": "90000301", "title": "A"}]}}', "Europe PMC"),
        ('{"header": {}, "result": {"90000301": {"title": "A"}}}', "PubMed's summaries"),
        ('[{"title": "A", "externalIds": {"DOI": "10.5555/a"}}]', "Semantic Scholar"),
    ],
)
def test_other_json_of_articles_is_refused_by_name(data: str, words: str, tmp_path: Path) -> None:
    """As CSL-JSON it would be an article with a title and without authors and dates."""
    path = tmp_path / "file.json"
    path.write_text(data, encoding="utf-8")
    report, _ = imported(path)
    assert (report.read, report.written, report.refused) == (1, 0, 1)
    assert any(words in reason for reason in report.reasons), report.reasons


def test_an_external_entity_is_never_read(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The records before it are written, the one that uses it is not."""
    secret, path = tmp_path / "secret", tmp_path / "file.xml"
    secret.write_text("THE-SECRET", encoding="utf-8")
    path.write_bytes(external(secret))
    assert main(["import", "pubmed", str(path)]) == 2
    printed = capsysbinary.readouterr()
    assert b"after the record of PMID 90000302" in printed.err
    assert b'"before"' in printed.out
    assert b"THE-SECRET" not in printed.out
    assert b"90000301" not in printed.out


def test_records_before_a_break_are_whole(tmp_path: Path) -> None:
    """Wherever a file is cut off, each record that is written is as in the whole file."""
    path = tmp_path / "file.xml"
    path.write_bytes(GOOD)
    whole = records_in(imported(path)[1])
    seen = set()
    for cut in range(2000, len(GOOD) - 30, 997):
        path.write_bytes(GOOD[:cut])
        out = io.BytesIO()
        with pytest.raises(UserError):
            imports.import_file(imports.find(str(path)), imports.Options("2026-11-30"), out)
        found = records_in(out.getvalue())
        assert found.items() <= whole.items()
        seen.add(len(found))
    assert seen >= {0, 1, 2, 3}


def records_in(data: bytes) -> dict[bytes, list[bytes]]:
    """Return the lines of each graph of a record that is not deleted."""
    found = defaultdict(list)
    for line in data.splitlines():
        graph = line.rpartition(b" <")[2]
        if b"/import/pubmed-" in graph and b"/deleted/" not in graph:
            found[graph].append(line)
    return found


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "pubmed", str(tmp_path)]) == 2
    assert "is a folder: name the files in it" in capsys.readouterr().err
    assert main(["import", "pubmed", str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_record_without_its_end_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed_xml, "MAX_RECORD_BYTES", 200_000)
    path = tmp_path / "file.xml"
    path.write_bytes(HEAD + b"<PubmedArticleSet>" + b"<a/>" * 200_000 + b"</PubmedArticleSet>")
    with pytest.raises(UserError, match="without the end of a record"):
        imported(path)


def test_strict_stops_at_a_record_that_is_refused() -> None:
    with pytest.raises(UserError, match="cannot be imported: it has no PMID"):
        imported(MADE_UP / "pubmed.xml", strict=True)


def test_odd_records_are_warned_about(tmp_path: Path) -> None:
    """A number in the file's name that is not the record's, a record twice, and a change after the import."""
    body = record(b"a").replace(
        b"<Article>", b"<DateRevised><Year>2027</Year><Month>1</Month><Day>1</Day></DateRevised><Article>"
    )
    path = tmp_path / "90000999.xml"
    path.write_bytes(HEAD + b"<PubmedArticleSet>" + body * 2 + body.replace(b">a<", b">b<") + b"</PubmedArticleSet>")
    report, data = imported(path)
    assert [reason for _, _, reason in report.details] == [
        "it was last changed on '2027-01-01', which is after the day of the import",
        "the file is named after 90000999: the record's own number, 90000301, was taken",
        "it was last changed on '2027-01-01', which is after the day of the import",
        "the record is in the file twice",
        "the record is in the file twice, with different content: the first was taken",
    ]
    assert (report.written, report.refused) == (2, 1)
    assert b'"b"' not in data


def test_a_broken_bibtex_entry_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.bib"
    path.write_text("@article{a, title = {A}}\n@article{b, title = {B\n@article{c, title = {C}}\n", encoding="utf-8")
    report, data = imported(path)
    assert (report.written, report.refused) == (2, 1)
    assert data.count(b"/terms/title> ") == 2
