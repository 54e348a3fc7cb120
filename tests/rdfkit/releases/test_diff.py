"""`imt diff`: reads releases, files and git revisions, says what changed, and refuses a version that is too low."""

import gzip
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, RdfFormat, parse, serialize

import imaging_trials
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases.diff import compare, counts
from rdfkit.releases.diff import release_check as released
from rdfkit.releases.diff import report as words
from rdfkit.releases.diff import snapshots as states
from rdfkit.releases.diff.changes import Difference
from tests.conftest import ROOT, Imt
from tests.support.small_checkout import CONCEPTS, PAGE, checkout, write
from tests.support.small_checkout import imt as imt_in

BONE = 'bodysite:bone skos:prefLabel "bone" .'


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a small checkout that is a git repository of one commit."""
    folder = checkout(tmp_path / "repository")
    write(folder / "CHANGELOG.md", "# Changelog\n\n## 1.0.0 - 2026-11-26\n")
    git(folder, "init", "--quiet")
    return committed(folder)


def committed(folder: Path) -> Path:
    """Commit all that stands in a repository."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = path.stat().st_mtime
    path.write_text(text.replace(old, new), encoding="utf-8")
    # Python takes a module for unchanged that has the same size and was written in the same second.
    os.utime(path, (before + 2, before + 2))


def difference(old: Path | str, new: Path | str, repository: Path = ROOT) -> Difference:
    """Return the difference of two states."""
    return compare.compare(states.read(str(old), repository), states.read(str(new), repository))


def kinds(found: Difference) -> set[str]:
    """Return the kinds of the changes."""
    return {change.kind for change in found.changes}


def built(checkout_: Path, name: str) -> Path:
    """Build a small checkout, and return the release under another name."""
    done = imt_in(checkout_, "build", "--no-validate", "--quiet", "--output", name)
    assert done.returncode == 0, done.stderr
    return checkout_ / name


# The graph that ships


def test_the_work_tree_does_not_differ_from_itself(imt: Imt) -> None:
    done = imt("diff", ".", ".")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No difference between the work tree and the work tree.\n"


def test_other_blank_node_labels_and_another_order_are_no_difference(tmp_path: Path) -> None:
    quads = list(parse(path=str(ROOT / "ontology" / "imaging-trials.ttl"), format=RdfFormat.TURTLE))
    nodes = {q.subject for q in quads if isinstance(q.subject, BlankNode)}
    assert len(nodes) > 30
    mixed = random.Random(4).sample(sorted(nodes, key=str), len(nodes))
    new = dict(zip(sorted(nodes, key=str), mixed, strict=True))
    shuffled = [
        Quad(new.get(q.subject, q.subject), q.predicate, new.get(q.object, q.object), q.graph_name)
        for q in random.Random(5).sample(quads, len(quads))
    ]
    for name, of in (("old", quads), ("new", shuffled)):
        (tmp_path / f"{name}.nt").write_bytes(serialize((q.triple for q in of), format=RdfFormat.N_TRIPLES) or b"")
    assert difference(tmp_path / "old.nt", tmp_path / "new.nt").changes == []


def test_one_changed_class_expression_is_the_only_difference(tmp_path: Path) -> None:
    text = (ROOT / "ontology" / "imaging-trials.ttl").read_text(encoding="utf-8")
    old = "owl:onProperty imt:hasRadionuclide ; owl:someValuesFrom imt:Radionuclide"
    assert text.count(old) == 1
    write(tmp_path / "new.ttl", text.replace(old, old.replace("some", "all")))
    (change,) = difference(ROOT / "ontology" / "imaging-trials.ttl", tmp_path / "new.ttl").changes
    assert (change.kind, change.subject) == ("expression-changed", "imt:Radiopharmaceutical")


def test_the_line_of_counts_is_that_of_the_changelog(imt: Imt) -> None:
    line = counts.line(states.read(str(ROOT), ROOT))
    done = imt("diff", "--counts")
    assert (done.returncode, done.stdout) == (0, f"{line}\n")
    assert imt("diff", ".", "--counts").stdout == f"{line}\nSince {imaging_trials.__version__}: nothing.\n"
    assert line.startswith("Counts: ")
    assert "saved queries." in line


def test_the_table_of_levels_is_printed_with_its_reasons(imt: Imt) -> None:
    done = imt("diff", "--levels")
    assert done.returncode == 0
    assert "\nmajor\n" in done.stdout
    assert "  a saved query is gone: programs that ask it by name stop working\n" in done.stdout


# Structures


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:x owl:sameAs _:y . _:y owl:sameAs _:x .", False),
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:a owl:sameAs _:a .", False),  # the same to every reader
        ("_:a owl:sameAs _:b . _:b owl:sameAs _:a .", "_:a rdfs:seeAlso _:b . _:b rdfs:seeAlso _:a .", True),
        ("imt:a owl:sameAs _:b . _:b owl:sameAs _:b .", "imt:a owl:sameAs _:b . _:b rdfs:seeAlso _:b .", True),
        ("imt:a rdfs:seeAlso ( 1 2 3 ) .", "imt:a rdfs:seeAlso ( 1 3 2 ) .", True),
        ("imt:a rdfs:seeAlso [ imt:b 1 ; imt:c 2 ] .", "imt:a rdfs:seeAlso [ imt:c 2 ; imt:b 1 ] .", False),
        ("[] imt:b 1 .", "[] imt:b 2 .", True),
    ],
)
def test_blank_nodes_are_compared_by_what_hangs_on_them(tmp_path: Path, old: str, new: str, differs: bool) -> None:
    for name, text in (("old", old), ("new", new)):
        write(tmp_path / f"{name}.ttl", PROJECT.sparql_prologue() + text)
    assert bool(difference(tmp_path / "old.ttl", tmp_path / "new.ttl").changes) == differs


def test_long_lists_and_nodes_shared_many_times_end_soon(tmp_path: Path) -> None:
    long = "imt:a rdfs:seeAlso ( " + " ".join(map(str, range(3000))) + " ) ."
    shared = "".join(f"_:n{i} imt:b _:n{i + 1} ; imt:c _:n{i + 1} . " for i in range(60)) + "imt:d imt:b _:n0 ."
    for name, text in (("old", long + shared), ("new", long.replace(" 2999 ", " 0 ") + shared)):
        write(tmp_path / f"{name}.ttl", PROJECT.sparql_prologue() + text)
    (change,) = difference(tmp_path / "old.ttl", tmp_path / "new.ttl").changes
    assert change.subject == "imt:a"


# Releases and files


def test_two_releases_are_compared_with_their_files_and_the_answers_to_saved_queries(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    old = built(folder, "first")
    edit(folder / "data" / "page" / "page.ttl", "edition:lung imt:coversBodySite bodysite:lung ; imt:position 3 .",
         "edition:lung imt:coversBodySite bodysite:bone ; imt:position 3 .")  # fmt: skip
    new = built(folder, "second")
    found = difference(old, new)
    assert kinds(found) == {"value-corrected"}
    assert (found.old_version, found.least_version) == (imaging_trials.__version__, "1.0.1")
    manifest = json.loads((new / "manifest.json").read_text(encoding="utf-8"))
    name = next(name for name in manifest["files"] if name != "imaging-trials.nq")
    del manifest["files"][name]
    manifest["files"]["extra.nt"] = {}
    write(new / "manifest.json", json.dumps(manifest))
    found = difference(old, new)
    assert kinds(found) == {"value-corrected", "file-removed", "file-added"}
    assert [change.subject for change in found.changes if change.kind == "file-removed"] == [name]


def test_a_release_does_not_differ_from_the_sources_it_was_built_from(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    release = built(folder, "dist")
    for old, new in ((release, folder), (folder, release)):
        found = difference(old, new)
        assert found.changes == []
        assert any("rules for data" in reason for reason in found.not_compared)
    assert difference(release / "imaging-trials.nq", folder).changes == []
    quads = list(parse(path=str(release / "imaging-trials.nq"), format=RdfFormat.N_QUADS))
    (tmp_path / "merge.nt").write_bytes(serialize((q.triple for q in quads), format=RdfFormat.N_TRIPLES) or b"")
    assert difference(tmp_path / "merge.nt", release / "imaging-trials.nq").changes == []


def test_packed_files_are_read_as_they_are_unpacked(tmp_path: Path) -> None:
    text = PROJECT.sparql_prologue() + BONE
    write(tmp_path / "old.ttl", text)
    (tmp_path / "new.ttl.gz").write_bytes(gzip.compress(text.encode()))
    assert difference(tmp_path / "old.ttl", tmp_path / "new.ttl.gz").changes == []


def test_a_vocabulary_of_somebody_else_is_compared_too(tmp_path: Path) -> None:
    old = "@prefix : <https://example.org/> . :Dog a owl:Class ; rdfs:label 'dog'@en . :barks a owl:ObjectProperty ."
    write(tmp_path / "old.ttl", PROJECT.sparql_prologue() + old)
    write(
        tmp_path / "new.ttl", PROJECT.sparql_prologue() + old.replace(":barks a owl:ObjectProperty", ":Cat a owl:Class")
    )
    assert kinds(difference(tmp_path / "old.ttl", tmp_path / "new.ttl")) == {"class-added", "term-removed"}


# Git revisions


def test_a_revision_is_compared_with_the_work_tree_in_a_persons_words(repository: Path) -> None:
    write(
        repository / "ontology/concepts/body-site.ttl",
        PROJECT.sparql_prologue() + CONCEPTS.replace('"bone"', '"bones"'),
    )
    edit(repository / "queries" / "editions" / "editions-by-site.rq", "SELECT ?edition ?title", "SELECT ?edition")
    done = imt_in(repository, "diff", "HEAD")
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.splitlines()
    assert shown[0] == f"HEAD ({imaging_trials.__version__}) -> the work tree ({imaging_trials.__version__})"
    assert "Concepts: 1 changed" in shown
    assert "  patch  ~ bodysite:bone 'bones': label" in shown
    assert any(line.startswith("  major  ~ editions-by-site 'Which editions are about a body site?'") for line in shown)
    assert "Least honest version: major: 2.0.0 after 1.0.0" in shown
    said = words.since(difference("HEAD", repository, repository))
    assert said == "Since 1.0.0: concepts 1 changed; saved queries 1 changed."


def test_the_same_is_said_as_json(repository: Path) -> None:
    edit(repository / "data/page/page.ttl", "imt:position 3", "imt:position 4")
    done = imt_in(repository, "diff", "HEAD", "--format", "json")
    told = json.loads(done.stdout)
    assert (told["level"], told["leastVersion"]) == ("patch", "1.0.1")
    (change,) = told["changes"]
    assert change == {
        "area": "things", "kind": "value-corrected", "level": "patch", "sign": "changed", "subject": "edition:lung",
        "label": "", "sort": "edition", "words": "imt:position", "before": ["3"], "after": ["4"],
    }  # fmt: skip


def test_rows_that_an_answer_lost_and_gained_are_shown(repository: Path) -> None:
    edit(repository / "data/page/page.ttl", "edition:bone-1 imt:coversBodySite bodysite:bone ;", "edition:bone-1")
    found = difference("HEAD", repository, repository)
    (change,) = [change for change in found.changes if change.kind == "answer-changed"]
    assert change.subject == "editions-by-site"
    assert change.before == ('edition:bone-1 | Bone scan, "first" edition',)
    assert change.after == ()
    assert found.level == "patch"


def test_the_update_is_written_to_a_file_and_renames(repository: Path) -> None:
    for path in [repository / "ontology/concepts/body-site.ttl", repository / "data/page/page.ttl"]:
        edit(path, "bodysite:bone ", "bodysite:skeleton ")
    done = imt_in(repository, "diff", "HEAD", "--update", "rename.ru")
    assert done.stderr == "rename.ru: renames 1.\n"
    text = (repository / "rename.ru").read_text(encoding="utf-8")
    assert "#   bodysite:bone -> bodysite:skeleton  (nearly the same description)" in text
    assert imt_in(repository, "diff", "HEAD", "--update", "no/such/folder.ru").returncode == 2


# The check that CI makes


def test_before_the_first_release_any_version_passes_and_that_is_said(repository: Path) -> None:
    done = imt_in(repository, "diff", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{released.FIRST}\n", "")


def test_a_version_that_is_too_low_for_what_changed_since_the_tag_is_refused_until_it_is_raised(
    repository: Path,
) -> None:
    git(repository, "tag", "v0.9.0")
    git(repository, "tag", "v1.0.0")
    git(repository, "tag", "v9.0.0-rc.1")
    git(repository, "tag", "vanity")
    same = imt_in(repository, "diff", "--check")
    assert (same.returncode, same.stderr) == (0, "")
    assert "Version 1.0.0 is honest" in same.stdout
    edit(repository / "data/page/page.ttl", "edition:lung ", "edition:new imt:position 1 . edition:lung ")
    committed(repository)
    low = imt_in(repository, "diff", "--check")
    assert low.returncode == 1
    assert low.stderr == (
        "Version 1.0.0 is too low: the change since 1.0.0 is minor, so raise it to 1.1.0 at least, "
        "or take the change back.\n"
    )
    package = repository / "scripts/imaging_trials/__init__.py"
    edit(package, '"1.0.0"', '"1.0.1"')
    assert imt_in(repository, "diff", "--check").returncode == 1
    edit(package, '"1.0.1"', '"1.1.0"')
    assert imt_in(repository, "diff", "--check").returncode == 0


def test_the_newest_release_is_the_highest_number_and_not_the_last_in_the_alphabet(repository: Path) -> None:
    for tag in ("v1.9.0", "v1.10.0", "v1.2", "v2.0.0-rc.1"):
        git(repository, "tag", tag)
    assert states.newest_release(repository) == "v1.10.0"


def test_a_version_below_the_released_one_is_refused(repository: Path) -> None:
    edit(repository / "scripts/imaging_trials/__init__.py", '"1.0.0"', '"1.2.0"')
    git(committed(repository), "tag", "v1.2.0")
    edit(repository / "scripts/imaging_trials/__init__.py", '"1.2.0"', '"1.1.0"')
    done = imt_in(repository, "diff", "--check")
    assert done.returncode == 1
    assert "raise it to 1.2.0 at least" in done.stderr


def test_a_clone_without_tags_does_not_pass_for_a_project_without_releases(repository: Path) -> None:
    write(repository / "CHANGELOG.md", "# Changelog\n\n## 1.0.0 - 2026-11-26\n\n## 0.9.0 - 2026-11-01\n")
    with pytest.raises(UserError, match=r"version 0\.9\.0, and git has no tag v0\.9\.0 here: fetch the tags"):
        released.newest(repository)


def test_two_states_can_be_checked_against_one_another(repository: Path) -> None:
    write(
        repository / "data/page/page.ttl", PROJECT.sparql_prologue() + PAGE.replace("edition:lung ", "edition:lungs ")
    )
    done = imt_in(repository, "diff", "HEAD", ".", "--check", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["level"] == "major"


# Bad input: one sentence, exit code 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["no-such-revision"], "'no-such-revision' is no file, folder or git revision here"),
        (["--check", "HEAD~999"], "'HEAD~999' is no file, folder or git revision"),
        (["gone.ttl"], "gone.ttl: there is no such file"),
        (["tests"], "tests is no release (manifest.json is not there) and no checkout (no ontology/)"),
        ([], "Nothing to compare: name OLD"),
        (["README.md"], "README.md: its extension names no syntax"),
        (["HEAD", "--format", "xml"], "Argument --format: invalid choice"),
        (["-x"], "Unrecognized arguments"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(imt: Imt, given: list[str], said: str) -> None:
    done = imt("diff", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_broken_file_a_broken_release_and_a_folder_without_git_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "broken.ttl", "imt:a imt:b")
    (tmp_path / "broken.nt.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.nt.gz").write_bytes(gzip.compress(b"<urn:a> <urn:b> <urn:c> ." * 99)[:-9])
    write(tmp_path / "empty/manifest.json", "{}")
    release = built(checkout(tmp_path / "checkout"), "dist")
    with (release / "imaging-trials.nq").open("a", encoding="utf-8") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    for name, said in {
        "broken.ttl": "broken.ttl:1:1: is not valid Turtle",
        "broken.nt.gz": "broken.nt.gz can't be unpacked",
        "cut.nt.gz": "cut.nt.gz can't be unpacked",
        "empty": "is no manifest of a release",
        "checkout/dist": "is not what manifest.json says it is",
    }.items():
        with pytest.raises(UserError, match=said):
            states.read(str(tmp_path / name), ROOT)
    with pytest.raises(UserError, match="is no git repository"):
        states.read("v1.0.0", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="There is no git on this machine"):
        states.read("v1.0.0", ROOT)


def test_a_revision_without_a_graph_is_refused_and_a_broken_one_is_named(repository: Path) -> None:
    write(repository / "data/page/page.ttl", "imt:a imt:b")
    committed(repository)
    with pytest.raises(UserError, match=r"In the git revision 'HEAD': data/page/page\.ttl:1:1: "):
        states.read("HEAD", repository)
    shutil.rmtree(repository / "ontology")
    committed(repository)
    with pytest.raises(UserError, match="'HEAD' has no ontology/, so it holds no graph"):
        states.read("HEAD", repository)


def test_a_version_can_only_be_checked_where_both_sides_say_one(tmp_path: Path) -> None:
    write(tmp_path / "old.ttl", PROJECT.sparql_prologue() + BONE)
    with pytest.raises(UserError, match=r"old\.ttl says no version"):
        released.check(difference(tmp_path / "old.ttl", tmp_path / "old.ttl"))


def test_a_query_of_an_old_revision_that_this_version_cannot_read_is_named_and_not_called_gone(
    repository: Path,
) -> None:
    path = repository / "queries/history/superseded.rq"
    edit(path, "#+ empty", "#+ remark: of an older grammar\n#+ empty")
    committed(repository)
    edit(path, "#+ remark: of an older grammar\n", "")
    found = difference("HEAD", repository, repository)
    assert found.changes == []
    assert any("the saved query superseded of HEAD" in reason for reason in found.not_compared)
    assert "Not compared: " in words.text(found)
