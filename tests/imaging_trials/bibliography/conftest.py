"""Fixtures of the bibliography's tests: the graph, and the records of the page's articles."""

import pytest
from pyoxigraph import Store

from imaging_trials.bibliography import in_page_order, read_record
from imaging_trials.bibliography.record import Record
from imaging_trials.model.project import PROJECT
from rdfkit.stores.embedded import open_store
from tests.support import citations


@pytest.fixture(scope="package")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="package")
def articles(store: Store) -> list[dict[str, str]]:
    return citations.articles(store)


@pytest.fixture(scope="package")
def records(store: Store) -> list[Record]:
    found = [read_record(store, article) for article in in_page_order(store)]
    assert len(found) == 20
    return found
