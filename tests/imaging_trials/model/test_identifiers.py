"""Identifiers: read in every form in which people write them, in the form that the shapes demand."""

import doctest
import random
import re
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from imaging_trials.model import doi, identifiers
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from tests.conftest import ROOT

CHECKED = {"orcid": "person-orcid", "issn": "journal-issn"}
"""The schemes with a check digit, and how the shapes of them are called."""


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(identifiers) == (0, 7)
    assert doctest.testmod(doi) == (0, 2)


@pytest.fixture(scope="module")
def shapes() -> Store:
    store = Store()
    for name in ("articles", "organizations", "trials"):
        store.extend(reading.read(ROOT / "shapes" / "common" / f"{name}.ttl"))
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
        ("doi", "https://doi.org/10.1000%2Fa?b=c#d", "10.1000/a"),
        ("doi", "10.1000/a.pdf", "10.1000/a"),
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
        ("nctId", "nct01234567", "NCT01234567"),
        ("nctId", "https://clinicaltrials.gov/ct2/show/NCT01234567", "NCT01234567"),
        ("nctId", "https://www.clinicaltrials.gov/study/NCT01234567/", "NCT01234567"),
        ("nctId", "NCT0123456", ""),
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
        ("doi", "https://e.org/doi/10.1000/a/abstract", "10.1000/a"),  # papis #45
        ("doi", "https://doi.org/10.1093/analys/anw053", "10.1093/analys/anw053"),
        ("doi", "https://academic.oup.com/a/article/doi/10.1093/analys/anw053/467523", "10.1093/analys/anw053"),
        (
            "doi",
            "https://doi.org/10.1000/1(1951)4:2%3C387::AID-1%3E3.0.CO;2-Y",
            "10.1000/1(1951)4:2<387::AID-1>3.0.CO;2-Y",
        ),
        ("doi", "10.1000/1(2002)130<1913:E>2.0.CO;2", "10.1000/1(2002)130<1913:E>2.0.CO;2"),  # JabRef #11084
        ("doi", "https://e.org/?eid=1&doi=10.1148%2fradiol.1&partner=40", "10.1148/radiol.1"),
        ("doi", "https://www.biorxiv.org/content/10.1101/2020.01.01.123456v1.full.pdf", "10.1101/2020.01.01.123456"),
        ("doi", "10.1016/j.x.2017v2", "10.1016/j.x.2017v2"),
        ("doi", "10.1021/ja047156+", "10.1021/ja047156+"),  # org-ref #654
        ("doi", "10.1000/a‐1–2", "10.1000/a-1-2"),
        ("doi", "[10.1000/a](https://doi.org/10.1000/a)", "10.1000/a"),
        ("doi", "http://e.org/{10.1000/a}", "10.1000/a"),  # zotero #1110
        ("doi", "10.1000/x&amp;y", "10.1000/x&y"),
        ("pmid", "PubMed ID 28283702", "28283702"),
        ("pmid", "PubMed PMID: 28283702", "28283702"),
        ("pmid", "PMID - 28283702", "28283702"),
        ("pmid", "PMID28283702", "28283702"),
        ("pmid", "https://europepmc.org/article/MED/28283702", "28283702"),
        ("pmid", "http://www.ncbi.nlm.nih.gov/pubmed?term=28283702", "28283702"),
        ("pmid", "MEDLINE:28283702", "28283702"),
        ("pmid", "in PubMed 2017", ""),
        ("pmcid", "PMCID: 4932135", "PMC4932135"),
        ("pmcid", "PMC4932135.2", "PMC4932135"),
        ("pmid", "Epub 2016. PMID: 028283702; PMCID: PMC1.", "28283702"),
        ("pmid", "PMID: 123456789", ""),
        ("pmid", "28283702", ""),
        ("pmcid", "PMID: 1; PMCID: PMC0042.", "PMC42"),
        ("nctId", "registered (nct01234567)", "NCT01234567"),
        ("nctId", "NCT012345678", ""),
        ("orcid", "A Smith (0000-0002-1694-2330, 0000-0002-1694-233X)", "0000-0002-1694-233X"),
        ("issn", "2015-2016, ISSN 1619-7070", "1619-7070"),
    ],
)
def test_the_first_in_running_text_is_found(scheme: str, text: str, value: str) -> None:
    assert identifiers.find(scheme, text) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10.1000/a,10.1000/b;10.1000/c", ["10.1000/a", "10.1000/b", "10.1000/c"]),
        ("doi:10.1000/a https://doi.org/10.1000/b.", ["10.1000/a", "10.1000/b"]),
        ("10.1000/ahttps://doi.org/10.1000/b", ["10.1000/a", "10.1000/b"]),
        ("10.1000/stat10.1234/5", ["10.1000/stat10.1234/5", "10.1234/5"]),
    ],
)
def test_several_dois_are_found(text: str, values: list[str]) -> None:
    assert [value for _, _, value in identifiers.find_places("doi", text)] == values


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("pmid", "28283702 [pmid]", "28283702"),
        ("pmid", "28283702.0", "28283702"),
        ("pmid", "2017-12345-001", ""),
        ("pmcid", "4932135", "PMC4932135"),
        ("doi", "28283702", ""),
    ],
)
def test_field_of_an_identifier_needs_no_label(scheme: str, text: str, value: str) -> None:
    assert identifiers.read_field(scheme, text) == value


ENDS = st.sampled_from(string.ascii_letters + string.digits)
DOIS = st.builds(
    "10.{}/{}{}{}".format,
    st.integers(1000, 99999),
    ENDS,
    st.text(st.sampled_from(string.ascii_letters + string.digits + "-._()"), max_size=20),
    ENDS,
).filter(
    lambda doi: doi.count("(") == doi.count(")") and not re.search(r"(?i)\.(full|pdf|short|long|abstract)|v\d", doi)
)
WRITTEN = (
    "{}", "doi:{}", "DOI: {}.", "({})", "[{}],", "https://doi.org/{}", "http://dx.doi.org/{};", "<https://doi.org/{}>",
    "https://e.org/doi/full/{}", "https://e.org/doi/pdf/{}?download=true", "https://e.org/doi/{}#sec-1", "https://e.org/{}.pdf",
    "https://e.org/doi/{}/full", "https://e.org/doi/{}/abstract", "https://e.org/content/{}.full.pdf+html", "“{}”",
    "https://e.org/record?eid=1&doi={}&partner=40", "https://doi.org/{}?a=b",
    "https://e.org/a?doi={}#top", '<a href="https://doi.org/{}">', "*{}*",
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(doi=DOIS, written=st.sampled_from(WRITTEN), is_encoded=st.booleans())
def test_doi_is_found_in_any_address(doi: str, written: str, is_encoded: bool) -> None:
    text = written.format(quote(doi, safe="") if is_encoded and "://" in written else doi)
    assert identifiers.find("doi", f"Smith A. A title. {text} 2017") == doi


@settings(deadline=None)
@given(
    dois=st.lists(DOIS, min_size=2, max_size=4, unique=True), between=st.sampled_from([", ", "; ", " ", ",", "; doi:"])
)
def test_several_dois_are_found_in_order(dois: list[str], between: str) -> None:
    assert [doi for _, _, doi in identifiers.find_places("doi", between.join(dois))] == dois
