"""The whole site: a page for every IRI, no dead link, nothing inline, weights, the same bytes twice."""

import gzip
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from pyoxigraph import (
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from imaging_trials.model.project import PROJECT
from imaging_trials.site import addresses, asking, kinds, shapes
from imaging_trials.site.questions import MAX_ROWS
from imaging_trials.site.rendering import ASKING_POLICY, POLICY
from imaging_trials.site.typography import typeset
from rdfkit.sparql import saved
from rdfkit.stores.embedded import open_store
from tests.conftest import Show, made_site

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("site")]

MAX_PAGE_BYTES = 60_000
"""How many bytes a page may have, compressed by gzip."""

MAX_FONT_BYTES = 60_000
"""How many bytes the fonts may have together; they are compressed as they are."""

MAX_STATIC_BYTES = 25_000
"""How many bytes the styles and scripts of a page may have together, compressed by gzip, without those of `LARGE`."""

LARGE = {
    "static/search-index.js": 60_000,
    "static/terms.js": 40_000,
    "vendor/editor.js": 150_000,
}
"""Scripts that one page each loads, and how many bytes they may have, compressed by gzip."""

MAX_ENGINE_BYTES = 2_000_000
"""How many bytes the engine and the graph may have together, as they are sent."""

LOADING = {"link": "href", "script": "src", "img": "src", "iframe": "src", "object": "data", "source": "src"}
"""Elements that let a browser load something, and the attribute with its address."""


class Page(HTMLParser):
    """The links, anchors and elements of a page."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.repeated: set[str] = set()
        self.inline: list[str] = []
        self.headings: list[str] = []
        self.text: list[str] = []
        self._in_script = False
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            (self.repeated if values["id"] in self.anchors else self.anchors).add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        is_loaded = tag != "link" or values.get("rel") in ("stylesheet", "icon", "preload")
        if tag in LOADING and LOADING[tag] in values and is_loaded:
            self.loaded.append(values[LOADING[tag]])
        if tag == "link" and values.get("rel") == "describedby":
            self.links.append(values["href"])
        self._in_script = tag == "script" and "src" not in values
        if tag == "style" or "style" in values or any(name.startswith("on") for name in values):
            self.inline.append(f"<{tag}>")
        if self._in_script and values.get("type") != "application/ld+json":
            self.inline.append("<script>")
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def store() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def folder(site: Path) -> Path:
    return site


@cache
def read(path: Path) -> Page:
    return Page(path.read_bytes())


def pages(folder: Path) -> Iterator[tuple[str, Page]]:
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), read(path)


def test_every_iri_has_a_page_or_an_anchor(folder: Path, store: Store) -> None:
    terms = {term.value for quad in store for term in (quad.subject, quad.object) if isinstance(term, NamedNode)}
    own = sorted(term for term in terms if PROJECT.is_own(term))
    assert len(own) > 2000
    missing = []
    for iri in own:
        path, _, anchor = addresses.address(iri).partition("#")
        if not (folder / path).is_file() or (anchor and anchor not in read(folder / path).anchors):
            missing.append(iri)
    assert missing == []


def test_every_shape_has_an_anchor(folder: Path) -> None:
    own = {quad.subject.value for quad in shapes.load_shapes() if isinstance(quad.subject, NamedNode)}
    names = {iri.removeprefix(PROJECT.shapes) for iri in own if iri.startswith(PROJECT.shapes)}
    assert names - read(folder / addresses.SHAPES).anchors == set()


def test_no_link_is_dead(folder: Path) -> None:
    dead = []
    for name, page in pages(folder):
        for link in [*page.links, *page.loaded]:
            if link.startswith(("https://", "http://")):
                continue
            path, _, anchor = link.partition("#")
            if path.endswith(asking.PAGE) and anchor.startswith("query="):
                anchor = ""  # the page reads it; no anchor
            target = folder / (normpath(join(dirname(name), path)) if path else name)
            if not target.is_file() or (anchor and anchor not in read(target).anchors):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_nothing_is_inline_and_nothing_is_loaded_from_elsewhere(folder: Path) -> None:
    for name, page in pages(folder):
        assert page.inline == [], name
        assert [one for one in page.loaded if ":" in one or one.startswith("/")] == [], name
        starts_engine = any(one.endswith("static/engine.js") for one in page.loaded)
        policy = ASKING_POLICY if starts_engine else POLICY
        assert policy.replace("'", "&#39;") in (folder / name).read_text(encoding="utf-8"), name


def test_pages_have_one_title_and_no_anchor_twice(folder: Path) -> None:
    for name, page in pages(folder):
        assert page.headings.count("h1") == 1, name
        assert page.headings[0] == "h1", name
        assert page.repeated == set(), name


def test_pages_are_light(folder: Path, show: Show) -> None:
    weights = {
        path.relative_to(folder).as_posix(): len(gzip.compress(path.read_bytes(), mtime=0))
        for path in folder.rglob("*.html")
    }
    heaviest = sorted(weights.items(), key=lambda one: -one[1])[:5]
    loaded = {normpath(join(dirname(name), one)) for name, page in pages(folder) for one in page.loaded}
    static = {name: len(gzip.compress((folder / name).read_bytes(), mtime=0)) for name in loaded}
    show("weights of the site, gzip", [f"{size:>8,}  {name}" for name, size in (*heaviest, *sorted(static.items()))])
    assert heaviest[0][1] <= MAX_PAGE_BYTES
    assert 0 < sum(path.stat().st_size for path in folder.rglob("*.woff2")) <= MAX_FONT_BYTES
    assert [name for name, size in LARGE.items() if static[name] > size] == []
    for name, page in pages(folder):
        needed = {one for one in page.loaded if not one.endswith(".woff2")}
        needed = {normpath(join(dirname(name), one)) for one in needed} - LARGE.keys()
        assert sum(static[one] for one in needed) <= MAX_STATIC_BYTES, name


def test_engine_and_graph_are_light(folder: Path, show: Show) -> None:
    """What the first question loads: compressed files count as they are, as no host need compress anything."""
    graph = "imaging-trials.nq.gz"
    names = (graph, "vendor/oxigraph.wasm.gz", "vendor/oxigraph.js", "static/worker.js", "static/explain.js")
    sizes = {name: (folder / name).stat().st_size for name in names}
    show("weights of engine and graph", [f"{size:>9,}  {name}" for name, size in sizes.items()])
    assert sum(sizes.values()) <= MAX_ENGINE_BYTES
    assert len(gzip.decompress((folder / graph).read_bytes())) > 5_000_000


def test_the_same_graph_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = made_site(tmp_path, "2")

    def files(site: Path) -> dict[str, bytes]:
        return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    first, second = files(folder), files(again)
    assert first.keys() == second.keys()
    assert [name for name, data in first.items() if data != second[name]] == []


def test_files_beside_a_page_have_its_statements(folder: Path, store: Store) -> None:
    formats = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".jsonld": RdfFormat.JSON_LD}
    for iri in kinds.own(store):
        stem = addresses.stem(iri.value)
        if stem in ("vocab", "shapes") or stem.startswith("graph/"):
            continue
        stated = {quad.triple for quad in store.quads_for_pattern(iri, None, None, None)}
        for ending, syntax in formats.items():
            data = (folder / f"{stem}{ending}").read_bytes()
            found = {Triple(quad.subject, quad.predicate, quad.object) for quad in parse(data, syntax)}
            assert found == stated, f"{stem}{ending}"


def test_files_of_a_named_graph_have_all_of_it(folder: Path, store: Store) -> None:
    for name in ("page", "curated", "links", "concepts"):
        whole = sum(1 for _ in store.quads_for_pattern(None, None, None, PROJECT.graph_iri(name)))
        assert sum(1 for _ in parse((folder / f"graph/{name}.nt").read_bytes(), RdfFormat.N_TRIPLES)) == whole


def test_an_answer_is_in_its_page(folder: Path) -> None:
    """Each literal of the committed answer can be read on the page of the question."""
    compared = 0
    for query in saved.read_all(PROJECT):
        answer = query.answer_stem.with_name(f"{query.id}.tsv")
        if not answer.is_file():
            assert (folder / f"question/{query.id}.html").is_file()
            continue
        text = "\n".join(read(folder / f"question/{query.id}.html").text)
        assert ("computed with made-up records" in text) == bool(query.data), query.id
        found = parse_query_results(answer.read_bytes(), format=QueryResultsFormat.TSV)
        assert isinstance(found, QuerySolutions)
        for place, row in enumerate(found):
            for term in row:
                if place < MAX_ROWS and term is not None and not isinstance(term, NamedNode):
                    assert typeset(getattr(term, "value", "")) in text, f"{query.id}, row {place + 1}: {term}"
                    compared += 1
        assert (folder / f"question/{query.id}.tsv").read_bytes() == answer.read_bytes()
    assert compared > 2000
