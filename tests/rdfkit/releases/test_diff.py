"""`imt diff`: compares git revisions with the work tree, checks the version number, and refuses bad input."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from imaging_trials.cli.diff import BASELINE, COUNTED
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases import (
    changelog_changes,
    changelog_counts,
    check_version,
    diff_text,
    newest_release,
    read_snapshot,
)
from tests.conftest import ROOT, Imt
from tests.rdfkit.releases.comparing import BONE, NEXT, VERSION, built, committed, difference, edit, git
from tests.rdfkit.releases.small_sources import MIGRATION, migration
from tests.support.small_checkout import CONCEPTS, PAGE, checkout, write
from tests.support.small_checkout import imt as imt_in

pytestmark = pytest.mark.prove

ONTOLOGY = "ontology/imaging-trials.ttl"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a small checkout that is a git repository with one commit, in which everything states one version."""
    folder = checkout(tmp_path / "repository")
    edit(folder / ONTOLOGY, "a owl:Ontology", f'a owl:Ontology ; owl:versionInfo "{VERSION}"')
    write(folder / "CHANGELOG.md", f"# Changelog\n\n## {VERSION} - 2026-11-26\n")
    git(folder, "init", "--quiet")
    return committed(folder)


# The project itself


def test_the_work_tree_does_not_differ_from_itself(imt: Imt) -> None:
    done = imt("diff", ".", ".")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No difference between the work tree and the work tree.\n"


def test_counts_prints_the_line_of_the_changelog(imt: Imt) -> None:
    line = changelog_counts(PROJECT, read_snapshot(PROJECT, str(ROOT)), COUNTED)
    done = imt("diff", "--counts")
    assert (done.returncode, done.stdout) == (0, f"{line}\n")
    assert imt("diff", ".", "--counts").stdout == f"{line}\nSince {VERSION}: nothing.\n"
    assert line.startswith("Counts: ")
    assert "saved queries." in line


def test_explain_prints_the_table_with_its_reasons(imt: Imt) -> None:
    done = imt("diff", "--explain")
    assert done.returncode == 0
    assert "\nmajor\n" in done.stdout
    assert "  a saved query was removed: programs that run it by name stop working\n" in done.stdout


# Git revisions


def test_a_revision_is_compared_with_the_work_tree(repository: Path) -> None:
    write(
        repository / "ontology/concepts/body-site.ttl",
        PROJECT.sparql_prologue() + CONCEPTS.replace('"bone"', '"bones"'),
    )
    edit(repository / "queries" / "editions" / "editions-by-site.rq", "SELECT ?edition ?title", "SELECT ?edition")
    done = imt_in(repository, "diff", "HEAD")
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.splitlines()
    assert shown[0] == f"HEAD ({VERSION}) -> the work tree ({VERSION})"
    assert "Concepts: 1 changed" in shown
    assert "  patch  ~ bodysite:bone 'bones': label" in shown
    assert any(line.startswith("  major  ~ editions-by-site 'Which editions are about a body site?'") for line in shown)
    assert f"Minimum version bump: major: {NEXT['major']} after {VERSION}" in shown
    line = changelog_changes(difference("HEAD", repository, repository))
    assert line == f"Since {VERSION}: concepts 1 changed; saved queries 1 changed."


def test_json_has_full_iris_and_terms(repository: Path) -> None:
    edit(repository / "data/page/page.ttl", "imt:position 3", "imt:position 4")
    done = imt_in(repository, "diff", "HEAD", "--format", "json")
    document = json.loads(done.stdout)
    assert (document["level"], document["minimumVersion"]) == ("patch", NEXT["patch"])
    (change,) = document["changes"]
    assert change == {
        "area": "things",
        "kind": "value-corrected",
        "level": "patch",
        "change": "changed",
        "subject": PROJECT.expand("edition:lung"),
        "label": "",
        "type": "edition",
        "predicate": PROJECT.expand("imt:position"),
        "note": "",
        "before": ['"3"^^<http://www.w3.org/2001/XMLSchema#integer>'],
        "after": ['"4"^^<http://www.w3.org/2001/XMLSchema#integer>'],
    }


def test_lost_and_gained_rows_of_an_answer_are_reported(repository: Path) -> None:
    edit(repository / "data/page/page.ttl", "edition:bone-1 imt:coversBodySite bodysite:bone ;", "edition:bone-1")
    found = difference("HEAD", repository, repository)
    (change,) = [change for change in found.changes if change.kind == "answer-changed"]
    assert change.subject == "editions-by-site"
    title = '"Bone scan, \\"first\\" edition"'
    assert (change.before, change.after) == (((f"<{PROJECT.expand('edition:bone-1')}>", title),), ())
    assert '- edition:bone-1 | Bone scan, "first" edition' in diff_text(PROJECT, found)
    assert found.level == "patch"


def test_update_writes_the_renames_of_the_table(repository: Path) -> None:
    for path in [repository / "ontology/concepts/body-site.ttl", repository / "data/page/page.ttl"]:
        edit(path, "bodysite:bone ", "bodysite:skeleton ")
    write(repository / MIGRATION, migration("bodysite:bone bodysite:skeleton"))
    done = imt_in(repository, "diff", "HEAD", "--update", "rename.ru")
    assert done.stderr == "rename.ru: 1 rename.\n"
    text = (repository / "rename.ru").read_text(encoding="utf-8")
    assert "#   bodysite:bone -> bodysite:skeleton  (a better name)" in text
    assert imt_in(repository, "diff", "HEAD", "--update", "no/such/folder.ru").returncode == 2


# The check in CI


def test_before_the_first_release_a_commit_is_compared(repository: Path) -> None:
    """No tag is needed; a clone without the whole history is refused."""
    assert newest_release(PROJECT.at(repository), "HEAD") == "HEAD"
    done = imt_in(repository, "diff", "--check")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"no commit {BASELINE[:12]}, with which the first release is compared: fetch the whole" in done.stderr


def test_a_copy_that_is_no_clone_has_no_release(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a git repository, so it has no release to compare with: run this in"):
        newest_release(PROJECT.at(tmp_path), BASELINE)


def test_a_version_that_is_too_low_is_refused(repository: Path) -> None:
    git(repository, "tag", "v0.9.0")
    git(repository, "tag", f"v{VERSION}")
    git(repository, "tag", "v9.0.0-rc.1")
    git(repository, "tag", "vanity")
    same = imt_in(repository, "diff", "--check")
    assert (same.returncode, same.stderr) == (0, "")
    assert f"Version {VERSION} is high enough" in same.stdout
    edit(repository / "data/page/page.ttl", "edition:lung ", "edition:new imt:position 1 . edition:lung ")
    committed(repository)
    low = imt_in(repository, "diff", "--check")
    assert low.returncode == 1
    assert low.stderr == (
        f"Version {VERSION} is too low: the change since {VERSION} is minor. "
        f"Raise it to {NEXT['minor']} or higher, or undo the change.\n"
    )
    package = repository / "scripts/imaging_trials/__init__.py"
    edit(package, VERSION, NEXT["patch"])
    assert imt_in(repository, "diff", "--check").returncode == 1
    edit(package, NEXT["patch"], NEXT["minor"])
    assert imt_in(repository, "diff", "--check").returncode == 0


def test_the_newest_release_has_the_highest_number(repository: Path) -> None:
    for tag in ("v1.9.0", "v1.10.0", "v1.2", "v2.0.0-rc.1"):
        git(repository, "tag", tag)
    assert newest_release(PROJECT.at(repository), BASELINE) == "v1.10.0"


def test_a_version_below_the_released_one_is_refused(repository: Path) -> None:
    edit(repository / ONTOLOGY, VERSION, NEXT["major"])
    git(committed(repository), "tag", f"v{NEXT['major']}")
    edit(repository / "scripts/imaging_trials/__init__.py", VERSION, NEXT["minor"])
    done = imt_in(repository, "diff", "--check")
    assert done.returncode == 1
    assert f"Raise it to {NEXT['major']} or higher" in done.stderr


def test_a_clone_without_tags_is_refused(repository: Path) -> None:
    write(repository / "CHANGELOG.md", f"# Changelog\n\n## {VERSION} - 2026-11-26\n\n## 0.9.0 - 2026-11-01\n")
    with pytest.raises(UserError, match=r"version 0\.9\.0, but git has no tag v0\.9\.0 here: fetch the tags"):
        newest_release(PROJECT.at(repository), BASELINE)


def test_two_snapshots_can_be_checked(repository: Path) -> None:
    write(
        repository / "data/page/page.ttl", PROJECT.sparql_prologue() + PAGE.replace("edition:lung ", "edition:lungs ")
    )
    done = imt_in(repository, "diff", "HEAD", ".", "--check", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["level"] == "major"


# Bad input: one sentence, exit code 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-revision"], "'no-such-revision' is not a file, a folder or a git revision here"),
        (["--check", "HEAD~999"], "'HEAD~999' is not a file, a folder or a git revision"),
        (["gone.ttl"], "gone.ttl: there is no such file"),
        (["tests"], "tests is neither a release (it has no manifest.json) nor a checkout (it has no ontology/)"),
        ([], "Nothing to compare: name OLD"),
        (["README.md"], "README.md: its extension names no syntax"),
        (["HEAD", "--format", "xml"], "Argument --format: invalid choice"),
        (["-x"], "Unrecognized arguments"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(imt: Imt, arguments: list[str], message: str) -> None:
    done = imt("diff", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_broken_files_and_releases_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "broken.ttl", "imt:a imt:b")
    (tmp_path / "broken.nt.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.nt.gz").write_bytes(gzip.compress(b"<urn:a> <urn:b> <urn:c> ." * 99)[:-9])
    write(tmp_path / "empty/manifest.json", "{}")
    release = built(checkout(tmp_path / "checkout"), "dist")
    with (release / "imaging-trials.nq").open("a", encoding="utf-8") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    for name, message in {
        "broken.ttl": "broken.ttl:1:1: is not valid Turtle",
        "broken.nt.gz": "broken.nt.gz cannot be unpacked",
        "cut.nt.gz": "cut.nt.gz cannot be unpacked",
        "empty": "is not the manifest of a release",
        "checkout/dist": "does not have the SHA-256 that manifest.json states",
    }.items():
        with pytest.raises(UserError, match=message):
            read_snapshot(PROJECT, str(tmp_path / name))
    with pytest.raises(UserError, match="is not a git repository"):
        read_snapshot(PROJECT.at(tmp_path), "v1.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="git is not installed on this machine"):
        read_snapshot(PROJECT, "v1.0.0")


def test_a_broken_revision_is_refused_by_its_name(repository: Path) -> None:
    write(repository / "data/page/page.ttl", "imt:a imt:b")
    committed(repository)
    with pytest.raises(UserError, match=r"In the git revision 'HEAD': data/page/page\.ttl:1:1: "):
        read_snapshot(PROJECT.at(repository), "HEAD")
    shutil.rmtree(repository / "ontology")
    committed(repository)
    with pytest.raises(UserError, match="'HEAD' has no ontology/, so it has no graph"):
        read_snapshot(PROJECT.at(repository), "HEAD")


def test_a_snapshot_without_a_version_cannot_be_checked(tmp_path: Path) -> None:
    write(tmp_path / "old.ttl", PROJECT.sparql_prologue() + BONE)
    with pytest.raises(UserError, match=r"old\.ttl states no version"):
        check_version(difference(tmp_path / "old.ttl", tmp_path / "old.ttl"))


def test_an_unreadable_query_of_a_revision_is_not_removed(repository: Path) -> None:
    path = repository / "queries/history/superseded.rq"
    edit(path, "#+ may-be-empty", "#+ remark: of an older grammar\n#+ may-be-empty")
    committed(repository)
    edit(path, "#+ remark: of an older grammar\n", "")
    found = difference("HEAD", repository, repository)
    assert found.changes == []
    assert any("the saved query superseded of HEAD" in reason for reason in found.not_compared)
    assert "Not compared:\n" in diff_text(PROJECT, found)
