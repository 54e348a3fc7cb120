"""The store that the tests of the catalogue ask."""

import pytest
from pyoxigraph import Store

from imaging_trials.model import PROJECT
from rdfkit.stores import embedded


@pytest.fixture(scope="session")
def store() -> Store:
    """Return the complete graph."""
    return embedded.open_store(PROJECT)
