"""``imt validate``: formats, exit codes, own shapes, and the same validation from Python."""

import os
import subprocess
import sys
from pathlib import Path

import pyshacl
import pytest
import rdflib

import imaging_trials as it
from imaging_trials.model.project import PROJECT
from rdfkit.shacl import ENGINES
from tests.conftest import Imt

PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
PROLOGUE += "@prefix ex: <http://example.org/> .\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine.ttl"


def test_a_misspelled_property_ends_with_1(imt: Imt, mine: Path) -> None:
    mine.write_text(f'{PROLOGUE}ex:a a ex:Paper ; dcterms:titel "x" .')
    answer = imt("validate", str(mine))
    assert (answer.returncode, answer.stderr) == (1, "")
    assert "did you mean dcterms:title?" in answer.stdout


@pytest.mark.prove
def test_each_format_is_the_same_under_any_hash_seed(mine: Path) -> None:
    mine.write_text(f"{PROLOGUE}ex:a dcterms:titel 'x' . agent:fes a imt:Article , imt:Listing ; imt:doi 'x' , 'y' .")
    for form in ("text", "json", "ttl"):
        outputs = set()
        for seed in ("0", "1"):
            answer = subprocess.run(
                [sys.executable, "-m", "imaging_trials", "validate", str(mine), "--format", form],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=False,
            )
            assert answer.returncode == 1, answer.stderr
            outputs.add(answer.stdout)
        assert len(outputs) == 1


def test_a_file_without_extension_needs_its_syntax(imt: Imt, tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text('{"@id": "http://example.org/a", "http://example.org/b": 1}')
    answer = imt("validate", str(path), "--input-format", "jsonld")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("Conforms: 1 triple, 0 nodes checked.")


# Own shapes


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        f"@prefix sh: <{PROJECT.prefixes['sh']}> . @prefix ex: <http://example.org/> .\n"
        "ex:Person a sh:NodeShape ; sh:targetClass ex:Person ; sh:property ex:person-name .\n"
        'ex:person-name sh:path ex:name ; sh:minCount 1 ; sh:message "A person has a name. Add ex:name." .\n'
    )
    data.write_text('@prefix ex: <http://example.org/> .\nex:a a ex:Person ; ex:name "A" .\n\nex:b a ex:Person .\n')
    return shapes, data


@pytest.mark.parametrize("engine", ENGINES)
def test_own_shapes(imt: Imt, own: tuple[Path, Path], engine: str) -> None:
    shapes, data = own
    answer = imt("validate", str(data), "--shapes", str(shapes), "--engine", engine)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert f"{data}:4:1" in answer.stdout
    assert "A person has a name. Add ex:name." in answer.stdout
    assert "Does not conform: 1 violation; 3 triples, 2 nodes checked." in answer.stdout
    assert "undefined" not in answer.stdout


def test_own_shapes_as_files_or_graphs(own: tuple[Path, Path]) -> None:
    shapes, data = own
    for given_shapes in (shapes, [shapes], rdflib.Graph().parse(shapes)):
        for given_data in (data, rdflib.Graph().parse(data)):
            conforms, found, text = it.validate(given_data, shapes=given_shapes, engine="fast")
            assert conforms is False
            assert len(set(found.subjects(rdflib.SH.focusNode, rdflib.URIRef("http://example.org/b")))) == 1
            assert "A person has a name." in text


def test_own_shapes_need_data(imt: Imt, own: tuple[Path, Path]) -> None:
    answer = imt("validate", "--shapes", str(own[0]))
    assert answer.returncode == 2
    assert "name the RDF files to check" in answer.stderr


def test_invalid_own_shapes_are_reported_with_their_file(imt: Imt, own: tuple[Path, Path]) -> None:
    shapes, data = own
    shapes.write_text(shapes.read_text().replace("sh:minCount 1", "sh:minCount 'one'"))
    answer = imt("validate", str(data), "--shapes", str(shapes))
    assert answer.returncode == 2
    assert f"The shapes in {shapes} are not valid SHACL" in answer.stderr


# From Python


def graph_of(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=PROLOGUE + text, format="turtle")


SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:severity {} ] ."


@pytest.mark.parametrize("severity", ["sh:Violation", "sh:Warning", "sh:Info", "ex:Odd"])
@pytest.mark.parametrize("data", ["ex:a a ex:T .", "ex:a a ex:T ; ex:p 1 ."])
def test_conformance_is_that_of_pyshacl(severity: str, data: str) -> None:
    """First item, graph and text agree with each other, and with pySHACL."""
    shapes = SHAPE.format(severity)
    expected, _, _ = pyshacl.validate(graph_of(data), shacl_graph=graph_of(shapes))
    for engine in ENGINES:
        conforms, found, text = it.validate(graph_of(data), shapes=graph_of(shapes), engine=engine)
        assert conforms is expected
        assert list(found.objects(None, rdflib.SH.conforms)) == [rdflib.Literal(expected)]
        assert text.splitlines()[-1].startswith("Conforms:" if expected else "Does not conform:")


def test_a_graph_is_reported_without_a_file() -> None:
    """Twice the same bytes, and no path: the graph is in no file."""
    first, second = (it.validate(graph_of("ex:a dcterms:titel 'x' ; imt:doi 'y' .")) for _ in range(2))
    assert first[0] is False
    assert first[2] == second[2]
    assert first[2].startswith("graph: ")
    assert "/" not in first[2].replace("http://example.org/", "")
    assert set(first[1].objects(None, rdflib.URIRef(PROJECT.shapes + "file"))) == {rdflib.Literal("graph")}
    assert set(first[1]) == set(second[1])


@pytest.mark.parametrize(
    ("severity", "options", "code"),
    [("sh:Violation", [], 1), ("sh:Warning", [], 0), ("sh:Warning", ["--strict"], 1), ("sh:Info", ["--strict"], 0)],
)
def test_exit_codes(imt: Imt, tmp_path: Path, severity: str, options: list[str], code: int) -> None:
    mine, shapes = tmp_path / "mine.ttl", tmp_path / "shapes.ttl"
    mine.write_text(f"{PROLOGUE}ex:a a ex:T .")
    shapes.write_text(PROLOGUE + SHAPE.format(severity))
    answer = imt("validate", str(mine), "--shapes", str(shapes), *options)
    assert (answer.returncode, answer.stderr) == (code, "")
    assert answer.stdout.splitlines()[-1].startswith("Does not conform: 1 " if code else "Conforms: 1 ")
