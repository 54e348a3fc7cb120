"""Reading mapping sets: strict, with file and line in every message."""

from pathlib import Path

import pytest

from imaging_trials.mapping_sets.sssom import read_set
from rdfkit.base.errors import UserError
from tests.conftest import ROOT

MADE_UP = ROOT / "tests" / "fixtures" / "links" / "madeup.sssom.tsv"


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        (
            "#mapping_set_title: ",
            "#mapping_set_tilte: ",
            ":3",
            "did you mean mapping_set_title?",
        ),
        ("#license: https", "#mapping_set_version: https", ":5", "'mapping_set_version' is given twice"),
        ("#publication_date: 2026-11-26\n", "", "", "lacks publication_date"),
        ("#publication_date: 2026-11-26", "#publication_date: 2026-13-01", "", "publication_date must be a day"),
        ("#publication_date: 2026-11-26", "#publication_date:", ":8", "'publication_date' needs a text"),
        ("#curie_map:\n", "#curie_map: x\n", ":11", "not valid YAML"),
        ("#curie_map:\n", "", ":10", "not valid YAML"),
        ("#  agent:", "#  MADE:", ":12", "the prefix 'MADE' is given twice"),
        ("id/agent/\n", "id/agents/\n", ":12", "agent is <https://w3id.org/imaging-trials/id/agent/>"),
        ('source: ours, CC0."', "source: ours, CC0.", ":9", "not valid YAML"),
        ('"License of the source: ours, CC0."', "License of the source: ours", ":9", "not valid YAML"),
        ("#license: ", "#license:", ":5", "not valid YAML"),
        ("mapping-set/madeup", "mapping-set/other", "", "must end with the file's name"),
        ("subject_id\tsubject_label", "subject_label\tsubject_id", ":15", "the columns must be"),
        ("[18F]FES\tskos", "[18F]FES skos", ":16", "has 11 cells for 12 columns"),
        ("[18F]FES\tskos", '"[18F]FES"\tskos', ":16", "subject_label must have no quotation mark"),
        ("[18F]FES\tskos", "\tskos", ":16", "subject_label is empty"),
        ("agent:fes", "agent fes", ":16", "'agent fes' is not a CURIE"),
        ("agent:fes", "substance:fes", ":16", "add substance to it"),
        ("agent:fes", "MADE:9", ":16", "MADE:9 is not a thing of this project"),
        ("skos:closeMatch\tMADE:2", "skos:match\tMADE:2", ":17", "no relation 'skos:match'"),
        ("semapv:ManualMappingCuration", "manual", ":16", "must be a term of semapv"),
        ("2026-11-26\t0.5", "26.11.2026\t0.5", ":16", "'26.11.2026' is not a day"),
        ("\t0.5\t", "\t0.50\t", ":16", "'0.50' is not a confidence"),
        ("\t0.5\t", "\t1.5\t", ":16", "'1.5' is not a confidence"),
        ("MADE:vocabulary\t1", "http://example.org/<\t1", ":16", "'http://example.org/<' is not an IRI"),
        ("MADE:vocabulary\t1", "madeup\t1", ":16", "'madeup' is not a CURIE"),
        ("MADE:vocabulary\t1", "EY:madeup\t1", ":16", "add EY to it"),
        (
            "agent:flt\t[18F]FLT\tskos:closeMatch\tMADE:2",
            "agent:fes\t[18F]FES\tskos:exactMatch\tMADE:1",
            ":17",
            "line 16",
        ),
        ("made up\n", "made up\r\n", "", "each line must end in a line feed"),
    ],
)
def test_a_faulty_file_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, place: str, sentence: str
) -> None:
    path = tmp_path / MADE_UP.name
    path.write_bytes(MADE_UP.read_bytes().replace(old.encode(), new.encode(), 1))
    assert path.read_bytes() != MADE_UP.read_bytes()
    with pytest.raises(UserError) as raised:
        read_set(path)
    assert str(raised.value).startswith(f"{path}{place}:")
    assert sentence in str(raised.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / MADE_UP.name
    path.write_bytes(MADE_UP.read_bytes().replace(b"made up", b"m\xe4de up"))
    with pytest.raises(UserError, match="is not UTF-8"):
        read_set(path)


def test_values_of_the_header_are_texts() -> None:
    made_up = read_set(MADE_UP)
    assert (made_up.version, made_up.date) == ("1.0.0", "2026-11-26")
    assert made_up.prefixes["MADE"] == "http://example.org/madeup/MADE_"


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "must begin with a header"),
        ("#- a\n", "must begin with a header"),
        ("#a: b: c\n", ":1: the header is not valid YAML"),
        ("#a: \x01\n", "has a character that YAML forbids"),
        ("#" + "[" * 5000 + "\n", "nested too deep"),
        ("#? [a]\n#: b\n", ":1: 'a key' needs a text"),
        ("#license: [a]\n", "lacks mapping_set_id"),
    ],
)
def test_another_header_is_refused(tmp_path: Path, header: str, sentence: str) -> None:
    path = tmp_path / MADE_UP.name
    path.write_text(header + "subject_id\n", encoding="utf-8")
    with pytest.raises(UserError, match=sentence):
        read_set(path)
