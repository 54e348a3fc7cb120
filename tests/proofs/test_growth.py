"""Readers that once took quadratic time: sixteen times the input must be sixteen times the work."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imaging_trials.bibliography import read_references
from imaging_trials.imports import matches
from imaging_trials.imports.matching import search
from imaging_trials.mapping_sets import compare, read_sets
from rdfkit.rdf import reading
from rdfkit.sparql import guard, portability
from tests.conftest import ROOT
from tests.support.growth import is_linear
from tests.support.hostile_texts import is_accepted

RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'

FILES: dict[str, Callable[[int], str]] = {
    "attributes.rdf": lambda n: f"{RDF_XML}<e:A " + " ".join(f'e:a{at}="x"' for at in range(n)) + "/></rdf:RDF>",
    "namespaces.rdf": lambda n: (
        f"{RDF_XML}<e:A " + " ".join(f'xmlns:a{at}="http://e/"' for at in range(n)) + "/></rdf:RDF>"
    ),
}

QUERIES: dict[str, Callable[[int], str]] = {
    "a name of dots": lambda n: "SELECT * { " + "a." * n,
    "names that nearly ask a server": lambda n: "SELECT * { " + "xservicea:" * n,
    "words that nearly ask a server": lambda n: "SELECT * { " + "xservice " * n,
    "many servers": lambda n: "SELECT ?x {" + "SERVICE ?x {} " * n + "}",
}

LISTS: dict[str, Callable[[int], str]] = {
    "blanks after PMID": lambda n: f"PMID{' ' * n}!",
    "blanks after the key of an entry": lambda n: f"@article{{a{' ' * n}!",
    "lines that go on": lambda n: "TY  - JOUR\nN2  - a\n" + "a\n" * (n // 2),
    "elements with text": lambda n: "<xml><records>" + "<record>a</record>" * (n // 18) + "</records></xml>",
    "brackets of YAML": lambda n: "references: " + "[" * n,
    "comments that do not end": lambda n: "@comment{\n" * (n // 10),
}


@pytest.mark.parametrize("name", FILES)
def test_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    def read(size: int) -> None:
        path.write_text(FILES[name](size), encoding="utf-8")
        is_accepted(lambda: reading.read(path, base=reading.file_base(path)))

    assert is_linear(read, 4800)


@pytest.mark.parametrize("reader", [guard.check, guard.asks_another_server, portability.findings])
@pytest.mark.parametrize("name", QUERIES)
def test_query(name: str, reader: Callable[[str], object]) -> None:
    assert is_linear(lambda size: is_accepted(lambda: reader(QUERIES[name](size))), 2400)


@pytest.mark.parametrize("name", LISTS)
def test_list_of_references(name: str) -> None:
    assert is_linear(lambda size: is_accepted(lambda: read_references(LISTS[name](size), "it")), 20_000)


def test_copy_of_a_vocabulary(tmp_path: Path) -> None:
    path, sets = tmp_path / "ncit.tsv", read_sets(ROOT)

    def read(size: int) -> None:
        path.write_text("id\tlabel\nhttp://a/#" + "/#_:=" * size + "\tx\n", encoding="utf-8")
        is_accepted(lambda: compare(sets, path, "ncit"))

    assert is_linear(read, 100_000)


@pytest.mark.parametrize(
    "piece",
    ["16α-", "fluoro-1-1-", "MET PET ", "psma 18F ", "PET bottle ", "FES cycling FES PET ", "18F labeled ", "("],
)
def test_text_of_a_record(piece: str) -> None:
    def read(size: int) -> None:
        text = piece * (size // len(piece))
        search.agents_in(text, matches.lexicon())
        search.techniques_in(text, matches.lexicon())

    assert is_linear(read, min(search.MAX_TEXT_CHARACTERS, 9600))
