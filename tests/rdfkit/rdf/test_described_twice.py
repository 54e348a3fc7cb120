"""A thing that is described in two files of one named graph, or in two blocks of one file, is found."""

from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf.described_twice import described_twice, sentence
from tests.conftest import ROOT

PREFIXES = f"@prefix ex: <http://example.org/> .\n@prefix agent: <{PROJECT.prefixes['agent']}> .\n"


def found(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(PREFIXES + text, encoding="utf-8")
    project = PROJECT.at(root)
    return [sentence(project, each) for each in described_twice(project)]


def test_two_files_of_one_graph(tmp_path: Path) -> None:
    files = {"data/curated/agents.ttl": "agent:fdopa ex:p 1 .\n", "data/curated/new.ttl": "\nagent:fdopa ex:p 2 ."}
    places = "data/curated/agents.ttl:3 and data/curated/new.ttl:4"
    assert found(tmp_path, files) == [f"agent:fdopa is described in {places}: put its statements in one block."]


def test_two_blocks_of_one_file(tmp_path: Path) -> None:
    files = {"data/page/agents.ttl": "ex:a ex:p 1 .\nex:b ex:p ex:a .\nex:a ex:p 2 .\nex:a ex:p 3 ."}
    places = "data/page/agents.ttl:3 and data/page/agents.ttl:5 and data/page/agents.ttl:6"
    assert found(tmp_path, files) == [
        f"http://example.org/a is described in {places}: put its statements in one block."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ex:a ex:p 1 ;\n  ex:q 2 , 3 .",
        "ex:a ex:p [ ex:q ex:a ; ex:r ( ex:a ex:a ) ] ;\n  ex:q ex:a .",
        "[] ex:p 1 . [] ex:p 1 . _:x ex:p 1 . _:x ex:p 2 .",
    ],
)
def test_one_block_is_right_with_any_nesting(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"data/page/agents.ttl": text}) == []


def test_each_named_graph_may_describe_a_thing(tmp_path: Path) -> None:
    assert found(tmp_path, {"data/page/a.ttl": "ex:a ex:p 1 .", "data/curated/a.ttl": "ex:a ex:p 2 ."}) == []


def test_a_file_that_is_not_turtle_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.ttl cannot be read as Turtle .*: fix it and run the command again\."):
        found(tmp_path, {"data/page/a.ttl": "ex:a nothing:p 1 ."})


def test_the_sources_describe_each_thing_once() -> None:
    assert described_twice(PROJECT.at(ROOT)) == []
