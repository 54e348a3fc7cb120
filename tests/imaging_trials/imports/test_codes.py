"""The codes that the importer knows are the notations of the schemes."""

import pyoxigraph as ox
import pytest

from imaging_trials.imports import codes, trials
from imaging_trials.model import read
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs

FIELDS = {"study-type": codes.STUDY_TYPE, "masking": codes.MASKING} | {
    name.replace("_", "-"): coded for name, coded in codes.DESIGN.items()
}


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return named_graphs.read_sources(PROJECT)


def notations(store: ox.Store, scheme: str) -> dict[str, str]:
    """Return the concepts of a scheme by their codes."""
    concepts = read.subjects(
        store, ox.NamedNode(PROJECT.expand("skos:inScheme")), ox.NamedNode(PROJECT.expand(f"concept:{scheme}"))
    )
    return {
        code: one.value
        for one in concepts
        for code in read.texts(store, one, ox.NamedNode(PROJECT.expand("skos:notation")))
    }


@pytest.mark.parametrize("scheme", FIELDS)
def test_each_code_of_a_scheme_becomes_its_concept(store: ox.Store, scheme: str) -> None:
    expected = {code: f"<{concept}>" for code, concept in notations(store, scheme).items()}
    found = {code: said.split()[1] for code, said in FIELDS[scheme].said.items()}
    assert len(found) > 2
    assert found == expected


def test_each_status_becomes_its_concept(store: ox.Store) -> None:
    assert sorted(trials.STATUSES) == sorted(notations(store, "trial-status"))
