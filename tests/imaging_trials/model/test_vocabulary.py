"""The constants of terms agree with the ontology and with the shipped graph."""

import re

import pytest
from pyoxigraph import NamedNode, Store

from imaging_trials.model import read, vocabulary
from imaging_trials.model.project import PROJECT
from rdfkit.stores.embedded import open_store

CONSTANTS = {name: value for name, value in vars(vocabulary).items() if isinstance(value, NamedNode)}


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


def in_capitals(iri: str) -> str:
    local = re.split("[/#]", iri)[-1]
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", local).replace("-", "_").upper()


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_has_the_name_of_its_term(name: str) -> None:
    assert name.removesuffix("_CLASS") == in_capitals(CONSTANTS[name].value)


def test_every_constant_is_a_term_that_exists(store: Store) -> None:
    """Own terms must be described; terms of other vocabularies are known by their use in the graph."""
    missing = []
    for name, iri in CONSTANTS.items():
        is_used = any(True for _ in store.quads_for_pattern(None, iri, None, None))
        if not (read.has_statements(store, iri) if PROJECT.is_own(iri.value) else is_used or read.exists(store, iri)):
            missing.append(name)
    assert missing == []


def test_no_two_constants_are_one_term() -> None:
    assert len({*CONSTANTS.values()}) == len(CONSTANTS)


def test_a_constant_ends_in_class_only_beside_a_property() -> None:
    assert [
        name for name in CONSTANTS if name.endswith("_CLASS") and name.removesuffix("_CLASS") not in CONSTANTS
    ] == []
