"""What README, CONTRIBUTING and docs/ show is true: commands are run, and their output compared."""

import doctest
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

import imaging_trials
from imaging_trials.cli import COMMANDS
from imaging_trials.cli.diff import COUNTED
from imaging_trials.model.project import PROJECT
from rdfkit.releases import changelog_counts, read_snapshot
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support.documents import DOCUMENTS, Block, blocks, commands, unlike

pytestmark = pytest.mark.xdist_group("docs")

STANDS_FOR = {"make run": "imt build --output dist", "make": "make help"}
"""A command that is not run as written, and the one that is run instead: the same work without the environment."""

NOT_RUN = {
    "git clone": "needs the network",
    "oxigraph serve": "does not end; test_remote starts a server",
    "imt query agents-with-both-documents --endpoint": "needs that server; test_remote asks one",
    "imt serve": "does not end; test_serve starts it and asks what is shown below it",
    "curl -sG http://127.0.0.1:7878/query": "needs that server; test_serve runs it",
    "curl -s 'http://127.0.0.1:7878/questions/guidelines-by-body-site?site=lung&format=csv'": "as the one above",
    "curl -s 'http://127.0.0.1:7878/questions/guidelines-by-body-sites'": "as the one above",
    "pip install": "needs the network; test_wheel installs the wheel",
    "make run": "sets up the environment that this test runs in",
    "make test": "runs this very test",
    "make check": "CI runs it as a step of its own",
    "make prove": "CI runs it as a step of its own",
    "make bench": "its figures differ on each machine",
    "make format": "changes files",
    "make answers": "changes files",
    "make lock": "needs the network",
    "make wheel": "test_wheel builds the same wheel",
    "make mutation": "`make prove` holds the same scores",
    "imt site": "takes ten seconds; tests/proofs/test_site.py makes it",
    "make site": "is `imt site`",
    "make release": "tests/rdfkit/releases/test_files.py builds one",
    "make context": "changes files",
    "make matches": "changes files",
    "make fonts": "needs the network; tests/proofs/test_site_checkers.py makes them",
    "make released": "changes files",
    "make clean": "removes the environment that this test runs in",
}
"""A command of which only the existence is checked, and why."""

AUTHORED = {"rq", "fixture", "check", "tsv", "renames", "sssom"}
"""The file formats of docs/authoring.md: tests/graph/test_authoring.py reads their examples."""

LANGUAGES = {"console", "python", "sparql", "turtle", "text", "sh", *AUTHORED}
"""The languages of fenced blocks. All are tested but ``text``, for drawings, and ``sh``, for stores that are not
available here: tests/graph/test_stores.py allows it only if the page says so."""

ELSEWHERE = "docs/stores.md"
"""Its console blocks need servers: tests/graph/test_stores.py runs them."""

CELLS = "docs/notebook.md"
"""Its Python blocks are cells that follow each other: tests/proofs/test_notebooks.py runs them."""


LATER = {"docs/cookbook.md", "docs/scale.md", "docs/start.md"}
"""Their console blocks, a dozen processes, are run by `make prove`."""

LATER_COMMANDS = ("$ make run\n", "$ python -m benchmarks.made_up_trials ")
"""A block with one of these is run by `make prove`: it validates the whole graph, or imports 1,000 records."""


def of_language(language: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test once for each block of a language."""
    chosen = [block for block in blocks() if block.language == language and block.file not in {ELSEWHERE, CELLS}]
    is_slow = [
        language == "console" and (one.file in LATER or any(start in one.text for start in LATER_COMMANDS))
        for one in chosen
    ]
    marks = [pytest.mark.prove if slow else () for slow in is_slow]
    cases = [
        pytest.param(block, marks=mark, id=f"{block.file}:{block.line}")
        for block, mark in zip(chosen, marks, strict=True)
    ]
    return pytest.mark.parametrize("block", cases)


def reason_not_run(command: str) -> str | None:
    """Return why a command is not run, or None."""
    return next((why for start, why in NOT_RUN.items() if re.match(rf"{re.escape(start)}(\s|$)", command)), None)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that looks like a checkout after `make run`; what a command writes beside it stays in there."""
    folder = tmp_path_factory.mktemp("workplace")
    for entry in ROOT.iterdir():
        if entry.name not in {".git", "dist", "build"}:
            (folder / entry.name).symlink_to(entry)
    for block in blocks():
        if named := re.match(r"# ([\w-]+\.ttl)\n", block.text):
            (folder / named[1]).write_text(block.text, encoding="utf-8")
    run("imt build --no-validate --quiet --output dist", folder)
    return folder


def run(command: str, folder: Path) -> str:
    """Run a line of shell as a reader would, with the environment's programs first, and return what it printed.

    Exit code 1 is an answer (data that does not conform); any other but 0 means that the document is wrong.
    """
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, timeout=300, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode in (0, 1), f"{command}: {done.stdout}"
    return done.stdout


@cache
def usage(command: str) -> str:
    """Return what `imt COMMAND --help` prints."""
    return run(f"imt {command} --help", ROOT)


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))


def test_every_fenced_block_has_a_known_language() -> None:
    """Every fenced block is marked with a language, so that it can be checked."""
    assert [block for block in blocks() if block.language not in LANGUAGES] == []
    assert {block.file for block in blocks() if block.language == "sh"} <= {ELSEWHERE}
    assert {block.file for block in blocks() if block.language in AUTHORED} == {"docs/authoring.md"}


@of_language("console")
def test_each_command_shown_prints_what_is_shown(block: Block, workplace: Path) -> None:
    pairs = list(commands(block.text))
    assert pairs, "a console block shows at least one line that starts with '$ '"
    for command, shown in pairs:
        if command.startswith("make "):
            assert command.split()[1] in targets()
        if (command in STANDS_FOR and shown) or reason_not_run(command) is None:
            assert unlike(shown, run(STANDS_FOR.get(command, command), workplace)) == "", command


@of_language("python")
def test_each_python_example_gives_what_is_shown(block: Block) -> None:
    example = doctest.DocTestParser().get_doctest(block.text, {}, block.file, block.file, block.line)
    assert example.examples, "a Python block is written with >>> and its output"
    output: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=output.append)
    assert "".join(output) == ""


@of_language("sparql")
def test_each_query_shown_has_an_answer(block: Block) -> None:
    assert len(imaging_trials.query(block.text)) > 0


@cache
def statements() -> set[Triple]:
    """Return all statements of the graph."""
    return {quad.triple for quad in open_store(PROJECT)}


@of_language("turtle")
def test_each_turtle_example_is_turtle(block: Block) -> None:
    """A block that declares no prefix shows statements of the graph, in the prefixes of the project."""
    is_of_graph = "@prefix" not in block.text
    prefixes = PROJECT.prefixes if is_of_graph else {}
    declared = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items())
    shown = {quad.triple for quad in parse(declared + block.text, format=RdfFormat.TURTLE, base_iri=PROJECT.base)}
    assert shown
    if is_of_graph:
        assert shown <= statements()


MODULES = {
    ".".join(path.relative_to(ROOT / "scripts").with_suffix("").parts)
    for path in (ROOT / "scripts").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
}
"""The modules whose docstrings have examples."""


def test_some_module_has_examples() -> None:
    assert MODULES, "no docstring in scripts/ has an example (>>>)"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_examples_in_docstrings_give_what_is_shown(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0


def test_every_test_named_in_a_document_exists() -> None:
    files = list((ROOT / "tests").rglob("*.py"))
    tests = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))}
    named = {name for file in DOCUMENTS for name in re.findall(r"`(test_\w+)`", file.read_text(encoding="utf-8"))}
    assert sorted(named - tests - {file.stem for file in files}) == []


def test_every_command_and_option_named_in_a_sentence_exists() -> None:
    unknown = []
    for file in DOCUMENTS:
        for command, rest in re.findall(r"`imt ([a-z]+)([^`\n]*)`", file.read_text(encoding="utf-8")):
            help_text = usage(command)
            unknown += [f"{file.name}: imt {command}"] if command not in COMMANDS else []
            unknown += [
                f"{file.name}: imt {command} {word}" for word in re.findall(r"--[a-z-]+", rest) if word not in help_text
            ]
    assert unknown == []


def test_a_shown_output_that_differs_in_one_letter_is_noticed() -> None:
    assert unlike("20 rows", "21 rows")
    assert unlike("first\n...\nlast", "first\nmiddle\n")
    assert unlike("a ... c", "a b\nc")
    assert not unlike("first\n...\nlast", "first\nmiddle\n\nlast")
    assert not unlike("first\n...\nlast a ... c", "first\nlast a b c")


def test_every_make_target_is_in_the_contributors_guide() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [target for target in sorted(targets()) if f"make {target}" not in text] == []


def test_links_between_the_documents_lead_somewhere() -> None:
    dead = [
        f"{file.relative_to(ROOT)}: {target}"
        for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if "://" not in target and not (file.parent / target).exists()
    ]
    assert dead == []


def test_every_path_named_in_a_document_exists() -> None:
    """Paths from the root, in backticks. What is written, and names with a placeholder, are not in a checkout."""
    written = ("build/", "dist/", "ontology/migrations/")
    named = {
        (file.name, path)
        for file in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md"))
        for path in re.findall(r"`([\w.*/-]+/[\w.*/-]*)`", file.read_text(encoding="utf-8"))
        if (ROOT / path.split("/")[0]).is_dir() and not path.startswith(("/", *written))
    }
    assert len(named) > 20
    assert sorted((file, path) for file, path in named if not [*ROOT.glob(path.rstrip("/"))]) == []


def test_changelog_counts_what_a_version_counts() -> None:
    """`make released` writes the numbers at a release; between releases they are those of the last one."""
    line = changelog_counts(PROJECT, read_snapshot(PROJECT, str(ROOT)), COUNTED)
    _, *sections = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")
    newest = next(section for section in sections if not section.startswith("Unreleased"))
    pattern = re.sub(r"\d+", r"\\d+", re.escape(line).replace(r"\ ", " "))
    assert re.search(pattern, " ".join(newest.split())), f"write a line like this, or run make released: {line}"
