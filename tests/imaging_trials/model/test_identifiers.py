"""Identifiers: read in every form in which people write them, in the form that the shapes demand."""

import doctest
import random
import re

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from imaging_trials.model import identifiers
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from tests.conftest import ROOT

CHECKED = {"orcid": "person-orcid", "issn": "journal-issn"}
"""The schemes with a check digit, and how the shapes of them are called."""


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(identifiers) == (0, 5)


@pytest.fixture(scope="module")
def shapes() -> Store:
    store = Store()
    for name in ("articles", "organisations", "trials"):
        store.extend(reading.read(ROOT / "shapes" / f"{name}.ttl"))
    return store


def objects(store: Store, subject: NamedNode, curie: str) -> list[str]:
    found = store.quads_for_pattern(subject, NamedNode(PROJECT.expand(curie)), None, None)
    return [quad.object.value for quad in found if isinstance(quad.object, Literal | NamedNode)]


def test_forms_are_the_patterns_of_the_shapes(shapes: Store) -> None:
    patterns: dict[str, set[str]] = {}
    for quad in shapes.quads_for_pattern(None, NamedNode(PROJECT.expand("sh:pattern")), None, None):
        assert isinstance(quad.subject, NamedNode)
        for path in objects(shapes, quad.subject, "sh:path"):
            if path.removeprefix(PROJECT.vocabulary) in identifiers.SCHEMES:
                patterns.setdefault(path.removeprefix(PROJECT.vocabulary), set()).update(
                    objects(shapes, quad.subject, "sh:pattern")
                )
    assert patterns == {name: {f"^{scheme.form}$"} for name, scheme in identifiers.SCHEMES.items()}


@pytest.mark.parametrize("scheme", CHECKED)
def test_check_digits_are_those_of_the_shapes(shapes: Store, scheme: str) -> None:
    query = NamedNode(f"https://w3id.org/imaging-trials/shapes#{CHECKED[scheme]}-check-digit-query")
    (select,) = objects(shapes, query, "sh:select")
    numbers = random.Random(7)
    right = set()
    for _ in range(200):
        digits = "".join(numbers.choices("0123456789", k=15 if scheme == "orcid" else 7)) + "?"
        value = "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))
        right.add(value[:-1] + identifiers.check_digit(scheme, value))
    assert {value[-1] for value in right} == set("0123456789X")
    wrong = {value[:-1] + ("1" if value[-1] == "0" else "0") for value in right}
    store = Store()
    for value in right | wrong:
        thing = NamedNode(f"https://example.org/{value}")
        store.add(Quad(thing, NamedNode(PROJECT.vocabulary + scheme), Literal(value)))
    found = store.query(select.replace("$this", "?this"), prefixes=PROJECT.prefixes)
    assert isinstance(found, QuerySolutions)
    refused = {row["this"].value.rpartition("/")[2] for row in found if isinstance(row["this"], NamedNode)}
    assert refused == wrong
    assert all(identifiers.normalize(scheme, value) == value for value in right)
    assert not any(identifiers.normalize(scheme, value) for value in wrong)


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("doi", "10.1007/s00259-017-3670-z", "10.1007/s00259-017-3670-z"),
        ("doi", "DOI: 10.1000/A(1).", "10.1000/A(1)"),
        ("doi", "doi10.1000/a", "10.1000/a"),
        ("doi", "http://dx.doi.org/10.1000/a", "10.1000/a"),
        ("doi", "10.1000/a b", ""),
        ("doi", "10.100/a", ""),
        ("pmid", "28283702", "28283702"),
        ("pmid", "pmid 0028283702", "28283702"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/28283702/", "28283702"),
        ("pmid", "https://www.ncbi.nlm.nih.gov/pubmed/28283702", "28283702"),
        ("pmid", "123456789", ""),
        ("pmid", "0", ""),
        ("pmcid", "PMCID: pmc8679588", "PMC8679588"),
        ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/PMC8679588/", "PMC8679588"),
        ("pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8679588", "PMC8679588"),
        ("pmcid", "8679588", ""),
        ("nctNumber", "nct01234567", "NCT01234567"),
        ("nctNumber", "https://clinicaltrials.gov/ct2/show/NCT01234567", "NCT01234567"),
        ("nctNumber", "https://www.clinicaltrials.gov/study/NCT01234567/", "NCT01234567"),
        ("nctNumber", "NCT0123456", ""),
        ("orcid", "https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("orcid", "0000-0002-1694-2330", ""),
        ("issn", "eISSN 1619-7089", "1619-7089"),
        ("issn", "https://portal.issn.org/resource/ISSN/1619-7089", "1619-7089"),
        ("issn", "2015-2016", ""),
    ],
)
def test_a_whole_text_is_normalized(scheme: str, text: str, value: str) -> None:
    assert identifiers.normalize(scheme, text) == value
    assert identifiers.normalize(scheme, value) == value
    assert not value or re.fullmatch(identifiers.SCHEMES[scheme].form, value)


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("doi", "([10.1000/a(b)].)", "10.1000/a(b)"),
        ("doi", 'see <a href="https://doi.org/10.1000/a">', "10.1000/a"),
        ("pmid", "Epub 2016. PMID: 028283702; PMCID: PMC1.", "28283702"),
        ("pmid", "PMID: 123456789", ""),
        ("pmid", "28283702", ""),
        ("pmcid", "PMID: 1; PMCID: PMC0042.", "PMC42"),
        ("nctNumber", "registered (nct01234567)", "NCT01234567"),
        ("nctNumber", "NCT012345678", ""),
        ("orcid", "A Smith (0000-0002-1694-2330, 0000-0002-1694-233X)", "0000-0002-1694-233X"),
        ("issn", "2015-2016, ISSN 1619-7070", "1619-7070"),
    ],
)
def test_the_first_in_running_text_is_found(scheme: str, text: str, value: str) -> None:
    assert identifiers.find(scheme, text) == value
