"""Finding and reading saved queries, and the index of their headers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import query_tests, saved
from tests.support.queries import QUERY

BONE = "https://w3id.org/imaging-trials/concept/body-site/bone"


def save(root: Path, text: str = QUERY, topic: str = "guidelines", name: str = "editions-by-site") -> Path:
    path = root / "queries" / topic / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def parsed(text: str = QUERY, name: str = "editions-by-site") -> saved.SavedQuery:
    return saved.parse(PROJECT, Path("queries/guidelines") / f"{name}.rq", text)


def _root(tmp_path: Path, text: str) -> Path:
    save(tmp_path, text)
    return tmp_path


def test_an_id_is_used_once_over_all_topics(tmp_path: Path) -> None:
    save(tmp_path)
    save(tmp_path, topic="sites")
    with pytest.raises(UserError, match="the name 'editions-by-site' is also"):
        query_tests.load(PROJECT.at(tmp_path))


def test_finding_a_query_reads_that_file_only(tmp_path: Path) -> None:
    save(tmp_path)
    save(tmp_path, "#+ rubbish", name="broken")
    assert saved.find(PROJECT.at(tmp_path), "editions-by-site").id == "editions-by-site"


def test_an_unknown_query_offers_the_nearest_names(tmp_path: Path) -> None:
    save(tmp_path)
    with pytest.raises(UserError, match=r"no saved query 'edition-by-sites': did you mean editions-by-site\?"):
        saved.find(PROJECT.at(tmp_path), "edition-by-sites")
    with pytest.raises(UserError, match="'imt query --list' shows all"):
        saved.find(PROJECT.at(tmp_path), "xyz")


@pytest.mark.parametrize(
    "name", ["../guidelines/editions-by-site", "", "/etc/passwd", "a\nb", "editions-by-site.rq", "x" * 10**6]
)
def test_a_name_is_never_taken_for_a_path(tmp_path: Path, name: str) -> None:
    save(tmp_path)
    with pytest.raises(UserError) as caught:
        saved.find(PROJECT.at(tmp_path), name)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_a_query_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    path.write_bytes(QUERY.replace("body site?", "Körper?").encode("latin-1"))
    with pytest.raises(UserError, match="is not UTF-8 at byte"):
        query_tests.load(PROJECT.at(tmp_path))


def test_without_values_the_text_is_that_of_the_file() -> None:
    assert saved.bind(PROJECT, parsed(), {}) == QUERY


def test_a_value_replaces_its_default_and_leaves_the_others() -> None:
    text = saved.bind(PROJECT, parsed(), {"site": "lung"})
    line = f'  VALUES (?site ?title) {{ (<{BONE.replace("bone", "lung")}> "Bone | scan") }}'
    assert [new for new, old in zip(text.split("\n"), QUERY.split("\n"), strict=True) if new != old] == [line]


def test_an_unknown_parameter_offers_the_nearest() -> None:
    with pytest.raises(UserError, match=r"has no parameter 'sites': did you mean site\?"):
        saved.bind(PROJECT, parsed(), {"sites": "bone"})
    with pytest.raises(UserError, match=r"did you mean site or title\?"):
        saved.bind(PROJECT, parsed(), {"year": "2014"})


def test_the_index_has_the_values_of_the_header(tmp_path: Path) -> None:
    """An entry counts as long as its file is unchanged; the YAML is then not read."""
    path = save(tmp_path)
    project = PROJECT.at(tmp_path)
    index = json.loads(saved.index_bytes(project))
    project.dist.mkdir()
    index["editions-by-site"]["summary"] = "From the index?"
    (project.dist / saved.INDEX).write_text(json.dumps(index), encoding="utf-8")
    assert saved.find(project, "editions-by-site").summary == "From the index?"
    path.write_text(QUERY.replace("Which editions", "What editions"), encoding="utf-8")
    assert saved.find(project, "editions-by-site").summary.startswith("What editions")


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"editions-by-site": {"digest": ""}}'])
def test_a_damaged_index_is_ignored(tmp_path: Path, data: bytes) -> None:
    save(tmp_path)
    project = PROJECT.at(tmp_path)
    project.dist.mkdir()
    (project.dist / saved.INDEX).write_bytes(data)
    assert saved.find(project, "editions-by-site").summary.startswith("Which editions")


def test_a_saved_query_is_read_without_yaml(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / saved.INDEX).write_bytes(saved.index_bytes(PROJECT.at(tmp_path)))
    program = (
        "import sys; from pathlib import Path; from imaging_trials.model.project import PROJECT; "
        f"from rdfkit.sparql import saved; saved.find(PROJECT.at(Path({str(tmp_path)!r})), 'editions-by-site'); "
        "print({'yaml', 'typing', 'dataclasses'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
