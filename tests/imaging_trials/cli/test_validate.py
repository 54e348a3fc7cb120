"""``imt validate``: formats, exit codes, own shapes, and the same validation from Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyshacl
import pytest
import rdflib

import imaging_trials as it
from imaging_trials import cli
from imaging_trials.model.project import PROJECT
from rdfkit.base import UserError
from rdfkit.shacl import ENGINES
from tests.conftest import ROOT, Imt

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


# Curation shapes


def test_curation_adds_what_this_repository_owes(imt: Imt) -> None:
    article = "tests/fixtures/registry/article-without-author.ttl"
    answer = imt("validate", article)
    assert (answer.returncode, answer.stdout.partition(":")[0]) == (0, "Conforms")
    answer = imt("validate", article, "--curation")
    assert answer.returncode == 1
    assert "An article must have at least one author." in answer.stdout
    assert not it.validate(ROOT / article, curation=True)[0]


def test_own_shapes_have_no_curation(imt: Imt, own: tuple[Path, Path]) -> None:
    shapes, data = own
    answer = imt("validate", str(data), "--shapes", str(shapes), "--curation")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "leave out --shapes or --curation" in answer.stderr
    with pytest.raises(UserError, match="leave out shapes or curation"):
        it.validate(data, shapes=shapes, curation=True)


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
    [
        ("sh:Violation", [], 1),
        ("sh:Warning", [], 0),
        ("sh:Warning", ["--strict"], 1),
        ("sh:Info", ["--strict"], 0),
        ("ex:Critical", [], 1),
    ],
)
def test_exit_codes_and_conformance(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, severity: str, options: list[str], code: int
) -> None:
    """A result of any severity makes sh:conforms false, in each format; the exit code depends on the severity."""
    mine, shapes = tmp_path / "mine.ttl", tmp_path / "shapes.ttl"
    mine.write_text(f"{PROLOGUE}ex:a a ex:T .")
    shapes.write_text(PROLOGUE + SHAPE.format(severity))
    outputs = {}
    for form in ("text", "json", "ttl", "sarif", "github"):
        assert cli.main(["validate", str(mine), "--shapes", str(shapes), *options, "--format", form]) == code
        outputs[form] = capsys.readouterr().out
    assert "\nDoes not conform: 1 " in outputs["text"]
    assert ("so the exit code is 0" in outputs["text"]) == (code == 0)
    assert json.loads(outputs["json"])["conforms"] is False
    assert "sh:conforms false" in outputs["ttl"]
    level = {"sh:Warning": "warning", "sh:Info": "note"}.get(severity, "error")
    assert json.loads(outputs["sarif"])["runs"][0]["results"][0]["level"] == level
    assert outputs["github"].startswith(f"::{level.replace('note', 'notice')} ")


# What is refused, or noted


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run `imt validate` in this process."""
    code = cli.main(["validate", *arguments])
    return code, *capsys.readouterr()


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    """Return a file for shapes, and a file with made-up data."""
    data = tmp_path / "scan.ttl"
    data.write_text(f"{PROLOGUE}ex:scan a ex:Scan ; ex:operator ex:kim . ex:report ex:about ex:scan .")
    return tmp_path / "own.ttl", data


SCAN = "ex:S a sh:NodeShape ; sh:targetClass ex:Scan ; "


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rest", "what"),
    [
        ("sh:sparql [ sh:select 'SELECT ?r { ?r <urn:p> $this }' ]", "its query does not select $this: write SELECT"),
        (
            "sh:sparql [ sh:select 'SELECT $this { $this ex:p 1 }' ]",
            "uses the prefix ex:, which is not declared for it",
        ),
        ("sh:target [ a sh:SPARQLTarget ]", "sh:target (targets of SHACL Advanced Features) is not supported"),
        ("sh:expression false", "sh:expression (expressions of SHACL Advanced Features) is not supported"),
        ("sh:pattern '((('", "its sh:pattern "),
        ("sh:mincount 1", "there is no term sh:mincount in SHACL: did you mean sh:minCount?"),
    ],
)
def test_a_shape_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], made: tuple[Path, Path], rest: str, what: str, engine: str
) -> None:
    shapes, data = made
    shapes.write_text(f"{PROLOGUE}{SCAN}{rest} .")
    code, out, err = run(capsys, str(data), "--shapes", str(shapes), "--engine", engine)
    assert (code, out) == (2, "")
    assert f"{shapes}:{PROLOGUE.count(chr(10)) + 1}:" in err
    assert what in err
    assert "http://example.org/S" in err
    assert not any(f"use {name}" in err for name in ("auto", "fast", "pyshacl"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_relative_iri_in_shapes_means_their_file(
    capsys: pytest.CaptureFixture[str], made: tuple[Path, Path], engine: str
) -> None:
    shapes, data = made
    text = "<> a owl:Ontology . :S a sh:NodeShape ; sh:targetClass ex:Scan ; sh:nodeKind sh:Literal ."
    shapes.write_text(f"{PROLOGUE}@prefix : <#> . {text}")
    code, out, _ = run(capsys, str(data), "--shapes", str(shapes), "--engine", engine, "--format", "json")
    assert code == 1
    assert [each["shape"] for each in json.loads(out)["results"]] == [f"<{shapes.as_uri()}#S>"]


def test_shapes_that_are_not_valid_can_be_used(capsys: pytest.CaptureFixture[str], made: tuple[Path, Path]) -> None:
    shapes, data = made
    shapes.write_text(f"{PROLOGUE}{SCAN}sh:property ex:nowhere , [ sh:path ex:dose ; sh:minCount 1 ] .")
    arguments = (str(data), "--shapes", str(shapes))
    assert run(capsys, *arguments)[0] == 2
    code, out, err = run(capsys, *arguments, "--no-check-shapes")
    assert (code, err) == (1, "")
    assert "Does not conform: 1 violation; 3 triples, 1 node checked.\nLeft out of the shapes" in out
    assert it.validate(data, shapes=shapes, check_shapes=False)[0] is False


def test_shapes_that_look_at_nothing_are_noted(capsys: pytest.CaptureFixture[str], made: tuple[Path, Path]) -> None:
    shapes, data = made
    shapes.write_text(f"{PROLOGUE}ex:S a sh:NodeShape ; sh:targetClass ex:Skan ; sh:class ex:Scan .")
    code, out, _ = run(capsys, str(data), "--shapes", str(shapes))
    assert code == 0
    assert out.startswith("Conforms: 3 triples, 0 nodes checked.\nNo node was checked: ")
    assert "http://example.org/S (sh:targetClass <http://example.org/Skan>)" in out
    assert "imt:" not in out


def test_an_empty_file_is_valid_data(capsys: pytest.CaptureFixture[str], made: tuple[Path, Path]) -> None:
    shapes, data = made
    shapes.write_text(f"{PROLOGUE}{SCAN}sh:class ex:T .")
    data.write_text("")
    code, out, _ = run(capsys, str(data), "--shapes", str(shapes))
    assert (code, out.splitlines()[0]) == (0, "Conforms: 0 triples, 0 nodes checked.")
    code, _, err = run(capsys, str(shapes), "--shapes", str(data))
    assert (code, "has no shape, so nothing would be checked" in err) == (2, True)


@pytest.mark.prove
def test_a_folder_of_imports_is_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "imports"
    made_up = ROOT / "tests" / "fixtures" / "imports"
    assert cli.main(["import", "pubmed", str(made_up / "article.nbib"), "--into", str(folder)]) == 0
    (folder / "left-over.nq").write_text("rubbish")
    capsys.readouterr()
    assert cli.main(["validate", str(folder)]) == 0
    of_folder = capsys.readouterr()
    assert of_folder.out.startswith("Conforms: ")
    assert cli.main(["validate", *map(str, sorted(folder.glob("[0-9a-f]*.nq")))]) == 0
    assert capsys.readouterr() == of_folder


@pytest.mark.prove
def test_large_files_pass_in_windows(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from imaging_trials.build import streaming

    mine.write_text(f'{PROLOGUE}ex:a a imt:Article ; imt:pmid "0" , "x" . ex:b a imt:Article ; imt:pmid "x" .')
    assert cli.main(["validate", str(mine)]) == 1
    whole = capsys.readouterr()
    monkeypatch.setattr(streaming, "MAX_BYTES_IN_MEMORY", 10)
    monkeypatch.setattr(streaming.validate_streams, "__kwdefaults__", {"window": 2, "watch": lambda _: None})
    assert cli.main(["validate", str(mine)]) == 1
    assert capsys.readouterr() == whole
    mine.write_text(f"{PROLOGUE}ex:a a imt:Article ; imt:pmid ")
    assert cli.main(["validate", str(mine)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
