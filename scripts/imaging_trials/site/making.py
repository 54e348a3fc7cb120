"""The whole site: every file by its path, in an order that depends on the graph alone."""

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials import views
from imaging_trials.model import PROJECT
from imaging_trials.site import (
    adding,
    addresses,
    asking,
    checks,
    downloads,
    engine,
    guides,
    kinds,
    listings,
    machines,
    parts,
    pictures,
    questions,
    search,
    shapes,
    terms,
    things,
)
from imaging_trials.site.rendering import Renderer, require_packages, static_files
from rdfkit.base import UserError


def make_site(store: Store) -> dict[str, bytes]:
    """Return the files of the site by their paths, made from the store and the files of the project.

    Raises UserError if a package is missing that only the site needs, if an IRI of ours cannot be a path, or if two
    pages would have the same path on a system that does not tell capitals apart.
    """
    require_packages()
    as_of = views.release_day(store)
    rules = shapes.load_shapes()
    program = checks.program(store)
    pages = list(_pages(store, rules, program, as_of))
    refuse_equal_paths(pages)
    renderer = Renderer(version=PROJECT.version, issued=as_of, paths=frozenset(page.path for page in pages))
    made = static_files()
    made[search.SCRIPT] = search.script(store, pages)
    for page in pages:
        made[page.path] = renderer.html(page)
    made[machines.FEED] = renderer.feed(machines.entries(store))
    made[machines.SITEMAP] = machines.sitemap(pages, as_of)
    made[machines.OVERVIEW] = machines.overview(pages)
    made.update(_downloads(store, rules, pages))
    made.update(questions.files())
    made.update(engine.files(store))
    made.update(asking.files(store))
    made[checks.PROGRAM] = checks.packed(program)
    return dict(sorted(made.items()))


def _pages(store: Store, rules: Store, program: checks.Program, as_of: str) -> Iterator[parts.Page]:
    own = kinds.own(store)
    by_kind = kinds.by_kind(store, own)
    yield listings.home(store, by_kind, as_of)
    yield listings.search()
    yield from listings.pages(store, by_kind, as_of)
    yield terms.vocabulary_page(store, rules)
    yield shapes.page(store, rules)
    yield questions.listing()
    yield from questions.pages(store)
    yield from pictures.pages(store, as_of)
    yield asking.page()
    yield checks.page(program)
    yield adding.page(store, rules)
    yield from guides.pages(store)
    graph = things.Graph(store, as_of)
    for iri in own:
        if addresses.stem(iri.value) not in ("vocab", "shapes", "index"):
            yield things.page(graph, iri)


def _downloads(store: Store, rules: Store, pages: list[parts.Page]) -> Iterator[tuple[str, bytes]]:
    graphs = PROJECT.prefixes["graph"]
    for page in pages:
        if page.path == addresses.VOCABULARY:
            named = PROJECT.graph_iri("vocabulary")
            triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, named)]
            yield from downloads.files(sorted(triples, key=str), page.formats)
        elif page.path == addresses.SHAPES:
            yield from shapes.files(rules)
        elif page.iri.startswith(graphs):
            triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, NamedNode(page.iri))]
            yield from downloads.files(sorted(triples, key=str), page.formats)
        elif page.formats:
            yield from downloads.files(downloads.about(store, [NamedNode(page.iri)]), page.formats)


def refuse_equal_paths(pages: list[parts.Page]) -> None:
    """Raise UserError if two pages have one path, on a system that does not tell capitals apart."""
    seen: dict[str, str] = {}
    for page in pages:
        other = seen.setdefault(page.path.casefold(), page.iri or page.path)
        if other != (page.iri or page.path):
            raise UserError(f"{page.iri or page.path} and {other} would have the same page: rename one of them.")
