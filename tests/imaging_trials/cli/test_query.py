"""The command ``imt query`` over a small graph."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import small_checkout

FOLDER_OF_EDITIONS = "https://w3id.org/imaging-trials/id/edition/"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkout.checkout(tmp_path_factory.mktemp("checkout"))


def answer(root: Path, *arguments: str, stdin: str | bytes = b"") -> str:
    done = small_checkout.imt(root, "query", *arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(root: Path, *arguments: str, stdin: str | bytes = b"") -> str:
    """Return the one sentence with which a command ends with exit code 2."""
    done = small_checkout.imt(root, "query", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("imt: ")
    assert done.stderr.count("\n") == 1
    assert "Unexpected error" not in done.stderr
    return done.stderr


def test_without_arguments_the_questions_are_listed_by_topic(root: Path) -> None:
    printed = """\
editions
  editions-by-site    Which editions are about a body site?

history
  superseded          Which edition supersedes which?
  supersedes-on-page  Does the page say what supersedes what?

3 questions. Answer one: imt query NAME. Its parameters: imt query --describe NAME.
"""
    assert answer(root) == printed
    assert answer(root, "--list") == printed


def test_describing_a_query_shows_question_parameters_and_sparql(root: Path) -> None:
    printed = answer(root, "--describe", "editions-by-site")
    assert printed.startswith("Which editions are about a body site?\n\nA row is an edition.\n")
    assert "\n--param site=bodysite:bone\n  the body site (iri bodysite:)\n  for example bodysite:lung\n" in printed
    assert "dataset: what was stated, without what follows from it" in printed
    assert "\nORDER BY ?edition\n" in printed
    assert "#+" not in printed


def test_a_saved_query_is_a_table_with_short_names_and_bare_text(root: Path) -> None:
    assert (
        answer(root, "editions-by-site")
        == """\
edition         title
--------------  --------------------------
edition:bone-1  Bone scan, "first" edition
edition:bone-2  Bone\\n scan
(2 rows)
"""
    )


def test_a_parameter_selects_rows_and_unbound_cells_are_empty(root: Path) -> None:
    for typed in ("lung", "LUNG", "bodysite:lung", "<https://w3id.org/imaging-trials/concept/body-site/lung>"):
        assert answer(root, "editions-by-site", "--param", f"site={typed}") == (
            "edition       title\n------------  -----\nedition:lung\n(1 row)\n"
        )


def test_csv_tsv_and_json_are_the_results_formats_of_sparql(root: Path) -> None:
    assert answer(root, "editions-by-site", "--format", "csv") == (
        f'edition,title\r\n{FOLDER_OF_EDITIONS}bone-1,"Bone scan, ""first"" edition"\r\n'
        f'{FOLDER_OF_EDITIONS}bone-2,"Bone\n scan"\r\n'
    )
    assert answer(root, "editions-by-site", "--format", "tsv") == (
        f'?edition\t?title\n<{FOLDER_OF_EDITIONS}bone-1>\t"Bone scan, \\"first\\" edition"\n'
        f'<{FOLDER_OF_EDITIONS}bone-2>\t"Bone\\n scan"@en\n'
    )
    result = json.loads(answer(root, "editions-by-site", "--format", "json"))
    assert result["head"]["vars"] == ["edition", "title"]
    assert [row["title"] for row in result["results"]["bindings"]] == [
        {"type": "literal", "value": 'Bone scan, "first" edition'},
        {"type": "literal", "value": "Bone\n scan", "xml:lang": "en"},
    ]


def test_a_construct_gives_sorted_triples_with_what_is_inferred(root: Path) -> None:
    supersedes = "<https://w3id.org/imaging-trials/vocab#supersedes>"
    pairs = [("bone-2", "bone-1"), ("bone-3", "bone-1"), ("bone-3", "bone-2")]
    lines = [f"<{FOLDER_OF_EDITIONS}{new}> {supersedes} <{FOLDER_OF_EDITIONS}{old}> .\n" for new, old in pairs]
    assert answer(root, "superseded", "--format", "nt") == "".join(lines)
    turtle = answer(root, "superseded", "--format", "ttl")
    assert turtle.startswith("@prefix edition: <https://w3id.org/imaging-trials/id/edition/> .\n@prefix imt:")
    assert "edition:bone-3 imt:supersedes edition:bone-1 , edition:bone-2 ." in turtle
    assert "@prefix agent:" not in turtle
    assert {answer(root, "superseded", "--format", "ttl") for _ in range(5)} == {turtle}
    assert answer(root, "superseded").endswith("edition:bone-3  imt:supersedes  edition:bone-2\n(3 triples)\n")


def test_a_question_of_yes_or_no_is_answered_true_or_false(root: Path) -> None:
    assert answer(root, "supersedes-on-page") == "false\n"
    assert json.loads(answer(root, "supersedes-on-page", "--format", "json"))["boolean"] is False
    assert answer(root, "--sparql", "ASK { ?new imt:supersedes ?old }", "--format", "csv") == "true\n"


def test_each_dataset_holds_its_graphs_and_no_other(root: Path) -> None:
    ask = "SELECT ?new ?old { ?new imt:supersedes ?old }"
    counts = {
        name: answer(root, "--sparql", ask, "--dataset", name).count("\n") - 3 for name in ("all", "asserted", "page")
    }
    assert counts == {"all": 3, "asserted": 2, "page": 0}
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    graphs = "g\n----------------\ngraph:concepts\ngraph:curated\ngraph:page\ngraph:vocabulary\n(4 rows)\n"
    assert answer(root, "--sparql", named, "--dataset", "asserted") == graphs
    assert "graph:inferred" in answer(root, "--sparql", named)


def test_own_sparql_comes_as_text_file_or_standard_input(root: Path, tmp_path: Path) -> None:
    text = "SELECT ?p { edition:lung imt:position ?p }"
    file = tmp_path / "own.rq"
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    printed = "p\n-\n3\n(1 row)\n"
    assert answer(root, "--sparql", text) == printed
    assert answer(root, "--file", str(file)) == printed
    for flags in (["--sparql", "-"], ["--file", "-"], ["-"]):
        assert answer(root, *flags, stdin=text) == printed


def test_from_in_own_sparql_selects_the_dataset(root: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) FROM graph:curated { ?s ?p ?o }"
    assert answer(root, "--sparql", text) == "n\n-\n2\n(1 row)\n"
    assert "leave out FROM, or --dataset" in refusal(root, "--sparql", text, "--dataset", "page")


def test_an_answer_that_must_not_be_empty_exits_with_1(root: Path) -> None:
    """An empty answer exits with 1 if the header says `may-be-empty: false`."""
    for form, printed in {
        "table": "edition  title\n-------  -----\n(0 rows)\n",
        "csv": "edition,title\r\n",
        "tsv": "?edition\t?title\n",
        "json": '{"head":{"vars":["edition","title"]},"results":{"bindings":[]}}\n',
    }.items():
        done = small_checkout.imt(root, "query", "editions-by-site", "--param", "site=brain", "--format", form)
        assert (done.returncode, done.stdout) == (1, printed)
        assert (
            done.stderr
            == "imt: The answer to 'editions-by-site' is empty, and its header says 'may-be-empty: false'.\n"
        )


def test_an_empty_answer_to_ones_own_sparql_is_an_answer(root: Path) -> None:
    assert answer(root, "--sparql", "SELECT ?s { ?s imt:nothing ?o }") == "s\n-\n(0 rows)\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["edition-by-site"], "There is no saved query 'edition-by-site': did you mean editions-by-site?"),
        (["--describe", "supersede"], "did you mean superseded or supersedes-on-page?"),
        (["editions-by-site", "--param", "sit=bone"], "has no parameter 'sit': did you mean site?"),
        (["superseded", "--param", "site=bone"], "has no parameter 'site': it has none."),
        (["editions-by-site", "--param", "site"], "--param takes KEY=VALUE"),
        (["editions-by-site", "--param", "site=bone", "--param", "site=lung"], "twice"),
        (["editions-by-site", "--param", "site=bon"], "did you mean bone?"),
        (["editions-by-site", "--param", "site=bone) } DROP ALL #"], "is not a value for site"),
        (["editions-by-site", "--format", "ttl"], "choose table, csv, tsv or json"),
        (["superseded", "--format", "json"], "choose table, ttl or nt"),
        (["editions-by-site", "--format", "papyrus"], "--format"),
        (["editions-by-site", "--dataset", "page"], "names its dataset"),
        (["editions-by-site", "--sparql", "ASK {}"], "one thing at a time"),
        (["--sparql", "ASK {}", "--param", "site=bone"], "has no parameters"),
        (["--sparql", ""], "There is no query in this text"),
        (["--sparql", "# SELECT"], "There is no query in this text"),
        (["--sparql", "INSERT DATA { <http://a> <http://b> <http://c> }"], "INSERT is a SPARQL update"),
        (["--sparql", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], "does not use the network"),
        (["--sparql", "SELECT ?s\nWHERE { ?s imt:x }"], "line 2, column 18"),
        (["--sparql", "SELECT ?s { ?s nope:x ?o }"], "line 1, column 22: 'nope:' is not declared"),
        (["--sparql", "SELECT ?s { ?s a ?o "], "line 1, column 21, at the end"),
        (["--sparql", "PICK ?s { ?s a ?o }"], "line 1, column 1"),
        (["--sparql", "ASK {}", "--dataset", "default"], "name the endpoint with --endpoint URL"),
        (["--sparql", "SELECT * " + "{" * 5000], "too large"),
        (["--file", "no-such-file.rq"], "no-such-file.rq cannot be read as a query: No such file"),
        (["--file", "queries"], "queries cannot be read as a query: Is a directory"),
        (["--file", ""], "cannot be read as a query"),
        (["-"], "There is no query in this text"),
    ],
)
def test_a_bad_query_gets_one_sentence_and_exit_code_2(root: Path, arguments: list[str], sentence: str) -> None:
    assert sentence in refusal(root, *arguments)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"SELECT ?\xff", "is not UTF-8 at byte 8"),
        (b"SELECT * { ?s ?p '\x00' \x00 }", "line 1"),
        (os.urandom(2_000_000), "is not UTF-8 at byte"),
        (b"x" * 100_000_000, "which is not a query"),
    ],
    ids=["latin-1", "nul", "noise", "100 MB"],
)
def test_rubbish_instead_of_a_query_gets_one_sentence(root: Path, tmp_path: Path, data: bytes, sentence: str) -> None:
    file = tmp_path / "rubbish.rq"
    file.write_bytes(data)
    assert sentence in refusal(root, "--file", str(file))
    assert sentence in refusal(root, "-", stdin=data)


def test_a_reader_that_stops_reading_is_no_error(root: Path) -> None:
    cross = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    command = [sys.executable, "-m", "imaging_trials", "query", "--sparql", cross, "--format", "csv"]
    environment = {**os.environ, "PYTHONPATH": str(root / "scripts"), "XDG_CACHE_HOME": str(root / "cache")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().strip() == b"a,b,c,d,e,f,g,h,i"
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == b""


def test_a_value_cannot_steer_the_terminal(root: Path) -> None:
    printed = answer(root, "--sparql", 'SELECT ("a\\u001B[31m\\tb" AS ?x) ("\\u6F22" AS ?wide) ("y" AS ?z) {}')
    assert printed == "x             wide  z\n------------  ----  -\na\\x1b[31m\\tb  漢    y\n(1 row)\n"


def test_committed_answers_are_updated_and_stale_ones_removed(tmp_path: Path) -> None:
    mine = small_checkout.checkout(tmp_path)
    small_checkout.write(mine / "queries/history/answers/gone.tsv", "?x\n")
    assert len(answer(mine, "--update-answers").splitlines()) == 4
    folder = mine / "queries"
    assert (folder / "history/answers/supersedes-on-page.txt").read_bytes() == b"false\n"
    assert (folder / "history/answers/superseded.nt").read_text().count("\n") == 3
    assert (folder / "editions/answers/editions-by-site.tsv").read_text() == answer(
        mine, "editions-by-site", "--format", "tsv"
    )
    assert sorted(path.name for path in folder.glob("*/answers/*")) == [
        "editions-by-site.tsv",
        "superseded.nt",
        "supersedes-on-page.txt",
    ]
    assert answer(mine, "--update-answers") == ""


def test_an_answer_that_must_not_be_empty_is_not_committed(tmp_path: Path) -> None:
    """No answers are written for a query that is empty where its header does not allow it."""
    mine = small_checkout.checkout(tmp_path)
    empty = small_checkout.BY_SITE.replace("default: bodysite:bone", "default: bodysite:brain").replace(
        "(bodysite:bone)", "(bodysite:brain)"
    )
    small_checkout.write(mine / "queries/editions/editions-by-site.rq", empty)
    assert "the answer is empty, and the header says 'may-be-empty: false'" in refusal(mine, "--update-answers")


HEAVY = (
    *("rdflib", "pyshacl", "owlrl", "rich", "typer", "SPARQLWrapper", "prettytable", "pyparsing"),
    *("dataclasses", "datetime", "difflib", "hashlib", "inspect", "random", "socket", "ssl", "subprocess"),
    *("tempfile", "yaml"),
)


def _modules(root: Path) -> Iterator[str]:
    code = "import sys; from imaging_trials.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    arguments = ("query", "editions-by-site", "--param", "site=lung")
    index = (
        "from imaging_trials.model import PROJECT; from rdfkit.sparql import saved; PROJECT.dist.mkdir(exist_ok=True); "
    )
    small_checkout.python(root, "-c", f"{index}(PROJECT.dist / saved.INDEX).write_bytes(saved.index_bytes(PROJECT))")
    small_checkout.python(root, "-c", code, *arguments)  # the first call fills the cache
    done = small_checkout.python(root, "-c", code, *arguments)
    assert done.returncode == 0
    assert done.stdout.endswith("(1 row)\n")
    yield from done.stderr.split()


def test_a_saved_query_imports_nothing_heavy(root: Path) -> None:
    imported = {name.partition(".")[0] for name in _modules(root)}
    assert "pyoxigraph" in imported
    assert imported & set(HEAVY) == set()
