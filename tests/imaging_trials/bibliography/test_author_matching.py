"""Possible same authors: which printed names may be those of one person, and which may not."""

import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.bibliography import author_matching as namesakes
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from rdfkit.rdf.named_graphs import read_sources
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def sources() -> Store:
    return read_sources(PROJECT)


@pytest.fixture(scope="module")
def matches(sources: Store) -> list[namesakes.Match]:
    return namesakes.find(sources)


def an_article(name: str, *authors: str) -> list[Quad]:
    """Return an article with authors, as the page graph holds one."""
    quads, page = [], PROJECT.graph_iri("page")
    article = NamedNode(PROJECT.expand(f"article:{name}"))
    for number, author in enumerate(authors, 1):
        one = NamedNode(PROJECT.expand(f"authorship:{name}-{number:02}"))
        quads += [
            Quad(one, facts.TYPE, facts.imt("PersonAuthorship"), page),
            Quad(one, facts.imt("isAuthorshipOf"), article, page),
            Quad(one, facts.imt("printedName"), Literal(author), page),
        ]
    return quads


def pairs(*articles: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """Return the matches and their scores between the author lists given."""
    store = Store()
    for number, authors in enumerate(articles):
        store.extend(an_article(f"a{number}", *authors))
    return {(match.first, match.second): match.score for match in namesakes.find(store)}


def test_the_page_has_these_possible_matches_and_no_others(matches: list[namesakes.Match]) -> None:
    assert [(match.first, match.second) for match in matches] == [
        ("Cunha TM", "Da Cunha T"),
        ("Delgado Bolton RC", "Delgado-Bolton R"),
        ("Krause B", "Krause BJ"),
        ("Kubik-Huch R", "Kubik-Huch RA"),
    ]


def test_the_committed_file_is_what_the_rule_finds(sources: Store) -> None:
    assert (ROOT / namesakes.FILE).read_text(encoding="utf-8") == namesakes.turtle(sources)


def test_the_file_is_in_normal_form_and_written_by_the_command_that_it_names(tmp_path: Path) -> None:
    copy = tmp_path / "possible-matches.ttl"
    code = (
        "from imaging_trials.bibliography import author_matching; from imaging_trials.graph.project import PROJECT; "
        "from rdfkit.rdf import named_graphs; text = author_matching.turtle(named_graphs.read_sources(PROJECT.root)); "
        f"open({str(copy)!r}, 'w', encoding='utf-8').write(text)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert subprocess.run([Path(sys.executable).with_name("turtlefmt"), "--check", copy], check=False).returncode == 0
    program = "python -m imaging_trials.bibliography.author_matching"
    assert program in copy.read_text(encoding="utf-8")
    assert program in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_authorship_under_either_name_is_a_candidate_and_nobody_is_made_one(
    sources: Store, matches: list[namesakes.Match]
) -> None:
    for match in matches:
        named = {
            authorship
            for authorship in facts.members(sources, "PersonAuthorship")
            if facts.text(sources, authorship, "printedName") in (match.first, match.second)
        }
        assert set(match.candidates) == named
        assert match.first < match.second
        assert 1 <= match.score <= 99
    assert "sameAs" not in namesakes.turtle(sources)


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
def test_names_match_but_for_accents_hyphens_particles_and_missing_initials(one: str, other: str) -> None:
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
def test_names_do_not_match_where_they_are_alike_or_differ_in_more(one: str, other: str) -> None:
    assert pairs((one,), (other,)) == {}


def test_two_names_in_one_list_of_authors_are_never_one_person() -> None:
    assert pairs(("Kim J",), ("Kim JH",)) != {}
    assert pairs(("Kim J",), ("Kim JH",), ("Kim J", "Kim JH")) == {}


def test_a_misprint_is_a_correction_and_no_match(matches: list[namesakes.Match]) -> None:
    assert not [match for match in matches if "Gleisner" in match.first]


def test_co_authors_in_common_raise_the_score_up_to_three() -> None:
    others = ("Alpha A", "Beta B", "Gamma G", "Delta D")
    scores = [
        pairs(("Krause B", *others[:number]), ("Krause BJ", *others[:number]))["Krause B", "Krause BJ"]
        for number in range(5)
    ]
    assert scores == [50, 58, 66, 74, 74]


def test_a_single_initial_or_a_shared_family_name_or_a_particle_lowers_the_score() -> None:
    two = pairs(("Krause BJ",), ("Krause BJM",))["Krause BJ", "Krause BJM"]
    one = pairs(("Krause B",), ("Krause BJ",))["Krause B", "Krause BJ"]
    with_others = pairs(("Krause B",), ("Krause BJ",), ("Krause Z",))["Krause B", "Krause BJ"]
    particle = pairs(("Cunha T",), ("Da Cunha TM",))["Cunha T", "Da Cunha TM"]
    assert two > one > particle > with_others


def test_the_reason_adds_up_to_the_score(matches: list[namesakes.Match]) -> None:
    for match in matches:
        points = [int(part.rpartition(": ")[2]) for part in match.reason.rstrip(".").split("; ")]
        assert sum(points) == match.score


def test_names_without_initials_and_groups_are_left_alone() -> None:
    assert pairs(("EANM",), ("EANM B",), ("",)) == {}
