"""Pages of the site: what they say, where they are, and that what is in the graph is text and never markup."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.cli import main
from imaging_trials.model.project import KINDS as PROJECT_KINDS
from imaging_trials.model.project import PROJECT
from imaging_trials.site import addresses, kinds, machines, making, parts, search, shapes, terms, things, writing
from imaging_trials.site.rendering import Renderer, json_ld
from imaging_trials.site.writing import MARKER, write_site
from rdfkit.base import UserError
from rdfkit.stores.embedded import open_store

DAY = "2026-11-30"
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "{{ 7 * 7 }} {% raw %}",
    "a &amp; b &lt;b&gt;",
    "\u202egnp.exe \u2028 \ud7ff",
)


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(version="0", issued=DAY, paths=frozenset())


def iri(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def page(store: Store, curie: str) -> parts.Page:
    return things.page(things.Graph(store, DAY), iri(curie))


class Reader(HTMLParser):
    """Collects the tags with their attributes, and the text."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def words(cell: parts.Cell) -> str:
    return "".join(one if isinstance(one, str) else one.words for one in cell)


def the(page: parts.Page, title: str) -> parts.Part:
    (found,) = [part for part in page.parts if part.title == title]
    return found


# What pages say


def test_an_agent_has_and_lacks_documents(store: Store) -> None:
    table = the(page(store, "agent:dcfbc"), "Documents")
    assert isinstance(table, parts.Table)
    assert {words(row[0]): words(row[1]) for row in table.rows} == {
        "protocol component template": "has",
        "CAEPR": "lacks",
        "investigator's brochure": "lacks",
        "CMC template": "lacks",
    }


def test_an_edition_shows_what_replaced_it(store: Store) -> None:
    table = the(page(store, "edition:esur-cervical-cancer-mri-2011"), "Place among the editions")
    assert isinstance(table, parts.Table)
    older, newer = table.rows
    assert (words(older[1]), [one.kind for one in newer[1] if isinstance(one, parts.Mark)]) == ("superseded", ["good"])
    assert words(newer[3]) == words(older[0]).removesuffix(" this edition")


def test_a_reported_replacement_is_marked(store: Store) -> None:
    table = the(page(store, "edition:eanm-fdg-pet-ct-tumour-imaging-2-0"), "Place among the editions")
    assert isinstance(table, parts.Table)
    assert [words(row[0])[-3:] for row in table.rows if "this" not in words(row[0])] == ["1.0", "3.0"]
    assert words(table.rows[-1][3]).endswith("version 2.0 (reported)")


def test_an_article_has_its_citation_in_four_formats(store: Store) -> None:
    texts = the(page(store, "article:adam-2021"), "Citation")
    assert isinstance(texts, parts.Texts)
    assert [name for name, _ in texts.texts] == ["NLM style", "BibTeX", "RIS", "CSL-JSON"]
    assert texts.texts[1][1].startswith("@article{adam-2021,")


def test_a_concept_is_marked_in_its_tree(store: Store) -> None:
    tree = the(page(store, "modality:pet"), "Place in the scheme: imaging modality")
    assert isinstance(tree, parts.Tree)

    def here(nodes: tuple[parts.Node, ...]) -> list[str]:
        return [one.link.words for one in nodes if one.is_here] + [name for one in nodes for name in here(one.children)]

    assert here(tree.nodes) == ["positron emission tomography"]


def test_each_statement_has_its_graph_and_source(store: Store) -> None:
    part = the(page(store, "agent:fes"), "All statements")
    assert isinstance(part, parts.Statements)
    assert [group.graph for group in part.groups] == ["page", "curated", "links", "inferred"]
    own = store.quads_for_pattern(iri("agent:fes"), None, None, None)
    assert sum(group.number for group in part.groups) == sum(1 for _ in own)
    curated = next(group for group in part.groups if group.graph == "curated")
    target = next(row for row in curated.rows if row.name.words == "has target")
    assert [source.words for source in target.sources] == [
        "NCI Dictionary of Cancer Terms, ¹⁸F-16 alpha-fluoroestradiol"
    ]
    assert target.days


def test_a_term_of_another_vocabulary_has_its_label(store: Store) -> None:
    part = the(page(store, "modality:pet"), "All statements")
    assert isinstance(part, parts.Statements)
    links = next(group for group in part.groups if group.graph == "links")
    shown = {value.words for row in links.rows for value in row.values}
    assert "Positron Emission Tomography (obo:NCIT_C17007)" in shown


def test_a_circle_of_concepts_ends() -> None:
    circle = Store()
    first, second, scheme = (iri(f"modality:{name}") for name in ("a", "b", "c"))
    for one, other in ((first, second), (second, first)):
        circle.add(Quad(one, iri("skos:broader"), other, PROJECT.graph_iri("concepts")))
        circle.add(Quad(one, iri("skos:inScheme"), scheme, PROJECT.graph_iri("concepts")))
    assert [link.words for link in page(circle, "modality:a").trail] == ["Home", "Schemes", "modality:c", "modality:b"]


# Hostile data


@pytest.mark.parametrize("text", HOSTILE)
def test_literals_are_text(text: str, renderer: Renderer) -> None:
    """No literal becomes a tag, an attribute or a template, wherever on the page it is."""
    plain = Store()
    thing, other = iri("agent:x"), iri("source:y")
    names = ("skos:prefLabel", "skos:definition", "skos:altLabel", "imt:nameAsPrinted", "dcterms:title", "imt:summary")
    for one in (thing, other):
        for name in names:
            plain.add(Quad(one, iri(name), Literal(text), PROJECT.graph_iri("page")))
    plain.add(Quad(other, iri("dcterms:source"), thing, PROJECT.graph_iri("curated")))
    plain.add(Quad(thing, iri("dcterms:source"), other, PROJECT.graph_iri("curated")))
    safe = Reader(renderer.html(page_of_text(plain, "a plain word", text)))
    found = Reader(renderer.html(page(plain, "source:y")))
    assert [tag for tag, _ in found.tags if tag in ("svg", "img")] == []
    assert [tag for tag, _ in found.tags].count("script") == [tag for tag, _ in safe.tags].count("script")
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    assert text.split(maxsplit=1)[0] in "".join(found.texts)


def page_of_text(store: Store, replaced: str, text: str) -> parts.Page:
    """Return the same page with another text."""
    harmless = Store()
    for quad in store:
        value = Literal(replaced) if quad.object == Literal(text) else quad.object
        harmless.add(Quad(quad.subject, quad.predicate, value, quad.graph_name))
    return page(harmless, "source:y")


def test_a_script_is_no_address(renderer: Renderer) -> None:
    plain = Store()
    for address in ("javascript:alert(1)", "data:text/html,x", "vbscript:x", "HTTPS://example.org/"):
        plain.add(Quad(iri("source:y"), iri("schema:url"), NamedNode(address), PROJECT.graph_iri("curated")))
    found = Reader(renderer.html(page(plain, "source:y")))
    leading = [attributes.get("href") or "" for tag, attributes in found.tags if tag == "a"]
    assert not [one for one in leading if ":" in one and not one.startswith(("https://", "http://"))]


def test_schema_org_cannot_end_its_element() -> None:
    hostile = parts.Page("x.html", "</script><b>", lead="<!-- & -->", iri="urn:x")
    text = json_ld(hostile)
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == "</script><b>"


@pytest.mark.parametrize("path", ["id/../x", "id/agent/a b", "id//x", "id/agent/.x", "id/agent/%2e%2e", "id/agent/é"])
def test_an_iri_that_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(UserError, match="cannot have a page"):
        addresses.stem(PROJECT.base + path)


def test_two_pages_need_two_paths() -> None:
    one = parts.Page("id/mapping/a.html", "a", iri="urn:a")
    with pytest.raises(UserError, match="the same page"):
        making.refuse_equal_paths([one, one._replace(path="id/mapping/A.html", iri="urn:b")])


# The index of the search


@pytest.fixture(scope="module")
def index(store: Store) -> dict[str, str]:
    names = ("agent:fes", "article:adam-2021", "agent:ga-68-psma-11")
    text = search.script(store, [page(store, name) for name in names]).decode()
    data = json.loads(text.removeprefix("window.imtSearch = ").removesuffix(";\n"))
    assert data["nuclides"]["f18"] == data["nuclides"]["18f"] == data["nuclides"]["fluorine18"] == "18f"
    return {path: keys for path, _, _, keys in data["entries"]}


def test_the_index_has_names_authors_and_numbers(index: dict[str, str]) -> None:
    assert "18f fes" in index["id/agent/fes.html"].split("|")
    assert "68ga psma 11" in index["id/agent/ga-68-psma-11.html"].split("|")
    article = index["id/article/adam-2021.html"].split("|")
    assert {"author loft a", "pmid 33275178", "doi 10 1007 s00259 020 05112 2"} <= set(article)


def test_terms_are_in_the_index(index: dict[str, str]) -> None:
    assert index["vocab.html#hasTarget"].startswith("has target")


def test_every_kind_of_thing_has_a_listing() -> None:
    """A thing of a kind without one would have a dead link in its breadcrumb."""
    assert set(PROJECT_KINDS.values()) - set(kinds.KINDS) == set()


# The feed


def test_the_feed_has_what_happened_to_guidelines(store: Store, renderer: Renderer) -> None:
    found = {entry.iri: entry for entry in machines.entries(store)}
    reported = found[iri("event:fdg-pet-ct-2-0-superseded-reported").value]
    assert reported.words.startswith("Date: 2025. reported. ")
    feed = ET.fromstring(renderer.feed(found.values()))
    titles = [one.findtext("{*}title") for one in feed.iter("{http://www.w3.org/2005/Atom}entry")]
    assert len(titles) == len(found) > 10


@pytest.mark.parametrize("text", [*HOSTILE, "]]>", "\x00\x0b\ufffe"])
def test_the_feed_stays_valid(text: str, renderer: Renderer) -> None:
    plain = Store()
    for name, value in (
        ("imt:hasEventKind", iri("eventkind:supersession")),
        ("imt:earliestDay", Literal("2020-01-01")),
        ("imt:dateAsPrinted", Literal(text)),
        ("skos:prefLabel", Literal(text)),
    ):
        plain.add(Quad(iri("event:x"), iri(name), value, PROJECT.graph_iri("curated")))
    feed = ET.fromstring(renderer.feed(machines.entries(plain)))
    assert {one.tag.rpartition("}")[2] for one in feed.iter()} == {
        "feed", "title", "id", "updated", "author", "name", "link", "rights", "entry", "summary",
    }  # fmt: skip


# Writing


@pytest.mark.parametrize("package", ["jinja2", "markdown_it"])
def test_a_missing_package_is_named(package: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=r"pip install 'imaging-trials\[site\]'"):
        making.make_site(store)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "site"
    assert [one.name for one in tmp_path.iterdir() if one.name != "site"] == [], "nothing is left beside the site"


def test_a_site_replaces_an_earlier_one(folder: Path) -> None:
    write_site({"index.html": b"1", "id/a.html": b"1"}, folder)
    written = write_site({"index.html": b"22"}, folder)
    assert written[1:] == (1, 1, 2)
    assert sorted(one.name for one in folder.iterdir()) == [MARKER, "index.html"]


def test_another_folder_is_not_replaced(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="something else than a site"):
        write_site({"index.html": b""}, folder)
    assert (folder / "thesis.txt").read_text() == "mine"


def test_a_failed_write_leaves_the_earlier_site(folder: Path) -> None:
    write_site({"index.html": b"1"}, folder)
    with pytest.raises(UserError, match="cannot be written"):
        write_site({"index.html": b"2", "x" * 300: b""}, folder)
    assert (folder / "index.html").read_bytes() == b"1"


def test_a_packed_site_depends_on_its_files_alone() -> None:
    files = {"index.html": b"1", "id/a.html": b"22"}
    packed = writing.packed(files)
    assert packed == writing.packed(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "site/.imaging-trials-site": b"", "site/id/a.html": b"22", "site/index.html": b"1",
        }  # fmt: skip


def test_the_site_is_part_of_a_release_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--site"]) == 2
    assert "add --release, or write the site with imt site" in capsys.readouterr().err


# The vocabulary


def test_a_term_has_its_constraints_and_its_uses(store: Store) -> None:
    made = terms.vocabulary_page(store, shapes.load_shapes())
    assert isinstance(made.more, dict)
    term = next(one for one in made.more["groups"]["Properties"] if one.anchor == "hasTarget")
    facts = {label: words(cell) for label, cell in term.facts}
    assert (facts["of"], facts["leads to"], facts["example"]) == (
        "pharmaceutical agent", "target", "estrogen receptor alpha",
    )  # fmt: skip
    assert [link.address for link in term.constraints] == ["shapes.html#agent-target-class"]


# For machines


def test_the_head_leads_machines_on(store: Store, renderer: Renderer) -> None:
    """Signposting, by https://signposting.org/FAIR/: what to cite, its types, its descriptions, its terms."""
    found = Reader(renderer.html(page(store, "article:adam-2021")))
    links = [(one.get("rel"), one.get("href")) for tag, one in found.tags if tag == "link"]
    assert ("cite-as", iri("article:adam-2021").value) in links
    assert ("canonical", iri("article:adam-2021").value + ".html") in links
    assert ("license", "https://creativecommons.org/publicdomain/zero/1.0/") in links
    assert [href for rel, href in links if rel == "type"] == [
        "https://schema.org/AboutPage", "https://schema.org/CreativeWork", "https://schema.org/ScholarlyArticle",
    ]  # fmt: skip
    described = [href for rel, href in links if rel == "describedby"]
    assert described == [f"../../id/article/adam-2021{ending}" for ending in (".ttl", ".jsonld", ".nt")]
    assert [href for rel, href in links if rel == "item"] == []


def test_a_named_graph_leads_to_its_files(store: Store, renderer: Renderer) -> None:
    found = Reader(renderer.html(page(store, "graph:page")))
    items = {one["href"]: one["type"] for tag, one in found.tags if tag == "link" and one.get("rel") == "item"}
    assert items == {
        "../graph/page.ttl": "text/turtle",
        "../graph/page.jsonld": "application/ld+json",
        "../graph/page.nt": "application/n-triples",
    }


def test_the_site_map_has_what_matters_first(store: Store) -> None:
    pages = [page(store, name) for name in ("mapping:atc-agent-fdg-V09IX04", "agent:fes", "modality:pet")]
    root = ET.fromstring(machines.sitemap(pages, DAY))
    assert [one.text for one in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")] == [
        f"{iri(name).value}.html" for name in ("modality:pet", "agent:fes", "mapping:atc-agent-fdg-V09IX04")
    ]
