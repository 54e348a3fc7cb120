"""Author matching: which printed names may belong to one person, and which may not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.bibliography import author_matching
from imaging_trials.model import read, vocabulary
from imaging_trials.model.project import PROJECT
from rdfkit.rdf.named_graphs import read_sources
from tests.conftest import ROOT
from tools import author_matches


@pytest.fixture(scope="module")
def sources() -> Store:
    return read_sources(PROJECT)


@pytest.fixture(scope="module")
def matches(sources: Store) -> list[author_matching.Match]:
    return author_matching.find(sources)


def an_article(name: str, *authors: str) -> list[Quad]:
    """Return the quads of an article with authors, as in the page graph."""
    quads, page = [], PROJECT.graph_iri("page")
    article = NamedNode(PROJECT.expand(f"article:{name}"))
    for number, author in enumerate(authors, 1):
        one = NamedNode(PROJECT.expand(f"authorship:{name}-{number:02}"))
        quads += [
            Quad(one, vocabulary.TYPE, vocabulary.PERSON_AUTHORSHIP, page),
            Quad(one, vocabulary.IS_AUTHORSHIP_OF, article, page),
            Quad(one, vocabulary.NAME_AS_PRINTED, Literal(author), page),
        ]
    return quads


def pairs(*articles: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """Return the matches between lists of authors, with their scores."""
    store = Store()
    for number, authors in enumerate(articles):
        store.extend(an_article(f"a{number}", *authors))
    return {(match.first, match.second): match.score for match in author_matching.find(store)}


def test_the_page_has_these_matches_and_no_others(matches: list[author_matching.Match]) -> None:
    assert [(match.first, match.second) for match in matches] == [
        ("Cunha TM", "Da Cunha T"),
        ("Delgado Bolton RC", "Delgado-Bolton R"),
        ("Krause B", "Krause BJ"),
        ("Kubik-Huch R", "Kubik-Huch RA"),
    ]


def test_the_committed_file_is_what_the_rule_finds(sources: Store) -> None:
    assert (ROOT / author_matching.FILE).read_text(encoding="utf-8") == author_matching.turtle(sources)


def test_the_program_writes_the_file_in_normal_form(tmp_path: Path) -> None:
    for folder in ("data", "ontology"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    written = tmp_path / author_matching.FILE
    written.unlink()
    author_matches.main(PROJECT.at(tmp_path))
    assert written.read_bytes() == (ROOT / author_matching.FILE).read_bytes()
    assert (
        subprocess.run([Path(sys.executable).with_name("turtlefmt"), "--check", written], check=False).returncode == 0
    )


def test_the_file_names_the_program_that_writes_it() -> None:
    assert "python -m tools.author_matches" in (ROOT / author_matching.FILE).read_text(encoding="utf-8")


def test_all_authorships_under_either_name_are_candidates(sources: Store, matches: list[author_matching.Match]) -> None:
    for match in matches:
        named = {
            authorship
            for authorship in read.members(sources, vocabulary.PERSON_AUTHORSHIP)
            if read.text(sources, authorship, vocabulary.NAME_AS_PRINTED) in (match.first, match.second)
        }
        assert set(match.candidates) == named
        assert match.first < match.second
        assert 1 <= match.score <= 99
    assert "sameAs" not in author_matching.turtle(sources)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Krause B", "Krause BJ"),
        ("Da Cunha T", "Cunha TM"),
        ("Delgado Bolton RC", "Delgado-Bolton R"),
        ("Schöder H", "Schoder HJ"),
        ("van der Bruggen W", "Bruggen W"),
        ("la Fougère C", "Fougere C"),
        ("Smith AB Jr", "Smith A"),
    ],
)
def test_accents_hyphens_particles_and_initials_may_differ(one: str, other: str) -> None:
    assert list(pairs((one,), (other,))) == [tuple(sorted((one, other)))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Krause B", "Krause B"),
        ("Wong WL", "Wong WW"),
        ("Hoekstra OS", "Hoekstra CJ"),
        ("Schaefer-Prokop CM", "Prokop CM"),
        ("Lee KS", "Leed K"),
        ("Krause B", "Krause JB"),
    ],
)
def test_equal_names_and_other_differences_do_not_match(one: str, other: str) -> None:
    assert pairs((one,), (other,)) == {}


def test_two_names_of_one_article_do_not_match() -> None:
    assert pairs(("Kim J",), ("Kim JH",)) != {}
    assert pairs(("Kim J",), ("Kim JH",), ("Kim J", "Kim JH")) == {}


def test_a_corrected_misprint_is_no_match(matches: list[author_matching.Match]) -> None:
    assert not [match for match in matches if "Gleisner" in match.first]


def test_up_to_three_co_authors_in_common_raise_the_score() -> None:
    others = ("Alpha A", "Beta B", "Gamma G", "Delta D")
    scores = [
        pairs(("Krause B", *others[:number]), ("Krause BJ", *others[:number]))["Krause B", "Krause BJ"]
        for number in range(5)
    ]
    assert scores == [50, 58, 66, 74, 74]


def test_what_lowers_the_score() -> None:
    two = pairs(("Krause BJ",), ("Krause BJM",))["Krause BJ", "Krause BJM"]
    one = pairs(("Krause B",), ("Krause BJ",))["Krause B", "Krause BJ"]
    with_others = pairs(("Krause B",), ("Krause BJ",), ("Krause Z",))["Krause B", "Krause BJ"]
    particle = pairs(("Cunha T",), ("Da Cunha TM",))["Cunha T", "Da Cunha TM"]
    assert two > one > particle > with_others


def test_the_reason_adds_up_to_the_score(matches: list[author_matching.Match]) -> None:
    for match in matches:
        points = [int(part.rpartition(": ")[2]) for part in match.reason.rstrip(".").split("; ")]
        assert sum(points) == match.score


def test_names_without_initials_are_left_out() -> None:
    assert pairs(("EANM",), ("EANM B",), ("",)) == {}
