"""Each kind of edit, made on a small checkout, is reported as what it is and needs the version bump of the table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imaging_trials.cli.diff import COUNTED
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases import Difference, Snapshot, changelog_counts, compare, read_snapshot
from rdfkit.releases.diff import report, semver
from tests.rdfkit.releases.cases import CASES, Case
from tests.rdfkit.releases.small_sources import ADDED, DATA, FILES, TERMS, checkout
from tests.support.small_checkout import write

pytestmark = pytest.mark.prove

ELSEWHERE_TESTED = {"file-added", "file-removed", "graph-added", "graph-removed", "deprecated-unused", "moved"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return the snapshot of the small checkout before any edit."""
    return read_snapshot(PROJECT, str(checkout(tmp_path_factory.mktemp("base"), {})))


@pytest.fixture
def differs(base: Snapshot, tmp_path: Path) -> Callable[[dict[str, str]], Difference]:
    """Return a function that compares the small checkout with one in which some files have other texts."""

    def compared(files: dict[str, str]) -> Difference:
        return compare(PROJECT, base, read_snapshot(PROJECT, str(checkout(tmp_path / "edited", files))))

    return compared


@pytest.mark.parametrize("case", CASES, ids=[f"{case.kinds} {case.name}".strip() for case in CASES])
def test_an_edit_is_reported_as_its_kinds_only(case: Case, differs: Callable[[dict[str, str]], Difference]) -> None:
    difference = differs(case.files())
    kinds = {change.kind for change in difference.changes}
    assert kinds == set(case.kinds.split()), difference.changes
    assert difference.not_compared == []
    assert difference.level == semver.highest(case.kinds.split())


def test_every_kind_of_edit_has_a_case() -> None:
    made = {kind for case in CASES for kind in case.kinds.split()} | ELSEWHERE_TESTED
    assert made == semver.TABLE.keys()
    assert len(semver.TABLE) >= 20


AGREED = {
    "major": "renamed deprecated-unused graph-removed prefix-changed prefix-removed file-removed license-changed "
    "term-removed term-retyped parent-added parent-removed domain-narrowed domain-widened range-narrowed range-widened "
    "restriction-added inference-added inference-removed expression-changed alignment-removed closure-changed "
    "meaning-replaced concept-removed concept-moved notation-changed thing-removed thing-retyped rule-added "
    "rule-tightened rule-raised query-removed parameter-removed parameter-retyped default-changed column-removed "
    "columns-reordered form-changed dataset-changed query-loses",
    "minor": "deprecated deprecation-withdrawn graph-added prefix-added file-added class-added "
    "property-added parent-new restriction-removed axiom-about-new alignment-added concept-added notation-added "
    "thing-added type-added value-added mapping-added mapping-removed mapping-changed warning-added warning-tightened "
    "rule-lowered rule-relaxed rule-removed rule-about-new query-added "
    "parameter-added column-added service-changed query-gains",
    "patch": "metadata-changed label-changed definition-reworded note-changed external-changed value-corrected "
    "value-removed moved mapping-annotated rule-reworded curation-changed query-rewritten query-reworded "
    "answer-changed",
    "none": "version-stated",
}
"""The agreed level of each kind; the table in semver.py has the reasons."""


def test_each_kind_has_the_agreed_level() -> None:
    found = {level: {kind for kind, entry in semver.TABLE.items() if entry.level == level} for level in semver.LEVELS}
    assert found == {level: set(kinds.split()) for level, kinds in AGREED.items()}


def test_a_deprecated_term_without_statements_is_major(differs: Callable[[dict[str, str]], Difference]) -> None:
    """A query with the term still runs but finds nothing."""
    deprecated = FILES[TERMS].replace(
        "imt:note a", "imt:note owl:deprecated true ; dcterms:isReplacedBy imt:follows ; a"
    )
    moved = FILES[DATA].replace("imt:note", "imt:follows")
    kinds = {change.kind for change in differs({TERMS: deprecated, DATA: moved}).changes}
    assert kinds == {"deprecated", "deprecated-unused", "value-added", "value-removed"}


def test_a_deprecated_term_that_is_still_inferred_is_minor(
    differs: Callable[[dict[str, str]], Difference],
) -> None:
    deprecated = FILES[TERMS].replace(
        "imt:note a", "imt:note owl:deprecated true ; dcterms:isReplacedBy imt:remark ; a"
    )
    heir = "imt:remark a owl:DatatypeProperty ; rdfs:subPropertyOf imt:note ."
    moved = FILES[DATA].replace("imt:note", "imt:remark")
    kinds = {change.kind for change in differs({TERMS: deprecated + heir, DATA: moved}).changes}
    assert kinds == {"deprecated", "property-added", "value-added", "moved"}


def test_a_statement_in_another_graph_is_moved(differs: Callable[[dict[str, str]], Difference]) -> None:
    statement = 'substance:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .'
    files = {DATA: FILES[DATA].replace(statement, ""), ADDED: FILES[ADDED] + statement}
    (change,) = differs(files).changes
    assert (change.kind, change.subject) == ("moved", str(PROJECT.graph_iri("page")))
    shown = report.show(PROJECT, change.note)
    assert shown.startswith("2 statements moved to graph:curated, such as: substance:estradiol ")


@pytest.mark.parametrize("kind", ["graph-removed", "graph-added"])
def test_named_graphs_are_added_and_removed(kind: str, tmp_path: Path) -> None:
    texts = ['imt:a rdfs:label "a" . imt:b rdfs:label "b" .', 'imt:c rdfs:label "c" .']
    old = {"page": texts[0], "curated": texts[1]}
    new = {
        "graph-removed": {"page": " ".join(texts)},
        "graph-added": {**old, "extra": 'imt:d rdfs:label "d" .'},
    }[kind]
    for name, graphs in (("old", old), ("new", new)):
        blocks = "".join(f"graph:{graph} {{ {text} }}\n" for graph, text in graphs.items())
        write(tmp_path / f"{name}.trig", PROJECT.sparql_prologue() + blocks)
    found = compare(PROJECT, *(read_snapshot(PROJECT, str(tmp_path / f"{name}.trig")) for name in ("old", "new")))
    assert [change.kind for change in found.changes if change.area == "names"] == [kind]
    assert {change.kind for change in found.changes} - {kind} <= {"moved", "thing-added"}


def test_each_level_raises_its_part_of_the_version() -> None:
    assert [semver.minimum_version("1.4.2", level) for level in semver.LEVELS] == ["1.4.2", "1.4.3", "1.5.0", "2.0.0"]
    assert semver.minimum_version("0.4.2", "major") == "0.5.0"
    assert semver.version("v1.10.0-rc.1") == (1, 10, 0) > semver.version("1.9.9")


@pytest.mark.parametrize(
    "text", ["1.2", "1.2.x", "1.2.3-", "1.2.3 4", "version 1.2.3", pytest.param("1.2." + "9" * 5000, id="long"), ""]
)
def test_a_text_that_is_not_a_version_is_refused(text: str) -> None:
    assert not semver.is_version(text)
    with pytest.raises(UserError, match="is not a version number"):
        semver.version(text)


def test_the_changelog_counts_each_thing_once(base: Snapshot) -> None:
    assert report.counts(PROJECT, base, COUNTED) == {
        "vocabulary terms": 1, "concepts": 3, "agents": 2, "guideline listings": 0, "articles": 0, "organizations": 0,
        "rules that data is checked against": 5, "saved queries": 3,
    }  # fmt: skip


def test_a_file_lacks_what_the_changelog_counts(tmp_path: Path) -> None:
    write(tmp_path / "data.ttl", PROJECT.sparql_prologue() + FILES[DATA])
    with pytest.raises(UserError, match="has no shapes or no saved queries to count"):
        changelog_counts(PROJECT, read_snapshot(PROJECT, str(tmp_path / "data.ttl")), COUNTED)
