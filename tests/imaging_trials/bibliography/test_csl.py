"""CSL-JSON: of the types that the csl-data schema demands, and read back."""

import doctest
import json
from typing import Any

import pytest
from pyoxigraph import NamedNode, Store

from imaging_trials.bibliography import csl, read_record
from imaging_trials.bibliography.record import Author, Record
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from tests.support.citations import a_record, authors, shortened

TYPES: dict[str, type] = {
    **dict.fromkeys(("id", "type", "title", "container-title", "status", "volume", "issue", "page", "note"), str),
    **dict.fromkeys(("DOI", "PMID", "PMCID"), str),
    "author": list,
    **dict.fromkeys(("issued", "available-date"), dict),
}


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(csl) == (0, 2)


def assert_is_csl(item: dict[str, Any]) -> None:
    assert {"id", "type", "author", "title", "issued"} <= item.keys()
    for name, value in item.items():
        assert type(value) is TYPES[name], name
        assert value
    assert item["type"] == "article-journal"
    for name in item["author"]:
        assert set(name) in ({"literal"}, {"family", "given"}, {"family", "given", "suffix"})
        assert all(type(part) is str and part for part in name.values())
    for date in (item[name] for name in ("issued", "available-date") if name in item):
        assert set(date) == {"date-parts"}
        assert len(date["date-parts"]) in (1, 2)
        for parts in date["date-parts"]:
            assert len(parts) in (1, 2, 3)
            assert all(type(part) is int for part in parts)


def test_items_say_what_the_graph_says(store: Store, records: list[Record], articles: list[dict[str, str]]) -> None:
    items = json.loads(csl.write(records))
    assert len(items) == 20
    for row, item in zip(articles, items, strict=True):
        assert_is_csl(item)
        assert item["id"] == row["article"].rpartition("/")[2]
        assert item["container-title"] == row["journal"]
        for field in ("title", "DOI", "PMID", "PMCID", "volume", "issue"):
            assert item.get(field, "") == row[field.lower()]
        assert shortened(item.get("page", "")) == shortened(row["pages"])
        assert item["issued"]["date-parts"][0][0] == int(row["first"][:4])
        names = [
            (one["literal"], True)
            if "literal" in one
            else (f"{one['family']} {one['given'].replace('. ', '').replace('.', '')}", False)
            for one in item["author"]
        ]
        assert names == authors(store, row["article"])


def test_dates_are_as_exact_as_printed(records: list[Record]) -> None:
    items = {record.key: csl.item(record) for record in records}
    assert items["liu-2015"]["issued"] == {"date-parts": [[2015, 1], [2015, 4]]}
    assert items["van-den-wyngaert-2016"]["issued"] == {"date-parts": [[2016, 8]]}
    assert items["van-den-wyngaert-2016"]["available-date"] == {"date-parts": [[2016, 6, 4]]}
    assert items["manganaro-2021"]["issued"] == {"date-parts": [[2021, 4, 14]]}
    assert {key for key, item in items.items() if item.get("status") == "Epub ahead of print"} == {"manganaro-2021"}


def test_corrected_records_have_the_corrected_values(store: Store) -> None:
    ljungberg, vali = (
        csl.item(read_record(store, NamedNode(PROJECT.expand(f"article:{key}")), corrected=True))
        for key in ("ljungberg-2016", "vali-2021")
    )
    assert {"family": "Sjögreen-Gleisner", "given": "K."} in ljungberg["author"]
    assert vali["PMCID"] == "PMC8679588"


def test_a_generation_is_a_suffix() -> None:
    author = Author("Smith AB Jr", is_group=False, is_listed_under_group=False)
    assert csl.item(a_record(authors=(author,)))["author"] == [{"family": "Smith", "given": "A. B.", "suffix": "Jr"}]


def test_one_item_or_several_are_read() -> None:
    (one,) = csl.read('{"id": 7, "PMID": 28283702}', "list")
    assert (one.name, one.pmid) == ("7", "28283702")
    first, second = csl.read('[{"DOI": "10.1000/A"}, {"title": null, "PMCID": "PMC12"}]', "list")
    assert (first.doi, second.pmcid, second.place) == ("10.1000/A", "PMC12", "item 2")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\n[{"DOI": "10.1000/a"},\n {]', "list, line 3: the JSON is broken"),
        ('[{"DOI": 1}, 2]', "list, item 2: a CSL-JSON item must be an object"),
        ('{"a": ' + "[" * 100_000, "list is not CSL-JSON"),
        ('{"PMID": ' + "9" * 5000 + "}", "list is not CSL-JSON"),
    ],
)
def test_broken_json_is_reported_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        csl.read(text, "list")
    assert str(refused.value).startswith(sentence)
