"""The home page, the listings of the kinds of things, and the page of all listings."""

from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import NamedNode, Store

from imaging_trials import views
from imaging_trials.model import read, vocabulary
from imaging_trials.site import addresses, guidelines, kinds, parts, pictures, questions, schemes
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset

BROWSE = "browse.html"
SEARCH = "search.html"

_HOME = Link("Home", addresses.HOME)
Things = Mapping[str, list[NamedNode]]
"""Slug of a kind, and its things, sorted by label."""

_Cells = Callable[[Store, NamedNode, str], tuple[parts.Cell, ...]]


def home(store: Store, things: Things, as_of: str) -> parts.Page:
    """Return the home page: what this is, the search, the numbers, three ways in, and the listed guidelines."""
    counts = {
        "agents": len(things.get("agent", ())),
        "documents of agents": len(things.get("document", ())),
        "guideline editions": len(things.get("edition", ())),
        "organizations": len(things.get("organization", ())),
        "sources read": len(things.get("source", ())),
        "statements": len(store),
    }
    return parts.Page(
        path=addresses.HOME,
        title="Imaging Trials Graph",
        template="home.html",
        parts=(guidelines.listed(store, as_of),),
        more={"counts": [(f"{number:,}", words) for words, number in counts.items()]},
    )


def search() -> parts.Page:
    """Return the page that shows what a search finds."""
    return parts.Page(path=SEARCH, title="Search", trail=(_HOME,), template="search.html")


def pages(store: Store, things: Things, as_of: str) -> Iterator[parts.Page]:
    """Yield the page of all listings, and a listing for each kind of thing that the graph has."""
    tables = []
    for title, group in kinds.GROUPS.items():
        rows: list[tuple[parts.Cell, ...]] = []
        for slug, kind in group.items():
            found = things.get(slug)
            if found:
                rows.append(((Link(kind.plural, f"id/{slug}.html"),), (f"{len(found):,}",)))
                yield _listing(store, as_of, slug, found)
        if rows:
            tables.append(parts.Table(title, ("Kind", "How many"), tuple(rows)))
    others = (
        ((Link("Concept schemes", "concept.html"),), (f"{len(schemes.listing(store).rows):,}",)),
        ((Link("Vocabulary", addresses.VOCABULARY),), ("1 page",)),
        ((Link("Shapes", addresses.SHAPES),), ("1 page",)),
        ((Link("Saved questions", questions.LISTING),), ("all, by topic",)),
        ((Link("Pictures", pictures.LISTING),), (f"{len(pictures.PICTURES) + 1} pages",)),
        ((Link("Dataset and its named graphs", "dataset.html"),), ("1 page",)),
    )
    tables.append(parts.Table("Vocabulary, schemes and the dataset", ("Kind", "How many"), others))
    yield parts.Page(
        BROWSE, "All pages", (_HOME,), "Every thing in the graph has a page, under its kind.", tuple(tables)
    )
    yield parts.Page(
        "concept.html",
        "Concept schemes",
        (_HOME,),
        "A scheme divides things by one facet; each of its concepts has a page.",
        (schemes.listing(store),),
    )


def _listing(store: Store, as_of: str, slug: str, things: list[NamedNode]) -> parts.Page:
    columns, cells = _COLUMNS.get(slug, (("Name",), _name_only))
    rows = [cells(store, one, as_of) for one in things]
    if slug not in _COLUMNS and any(read.text(store, one, vocabulary.DEFINITION) for one in things):
        columns = ("Name", "What it is")
        rows = [
            (*row, (typeset(read.text(store, one, vocabulary.DEFINITION)),))
            for row, one in zip(rows, things, strict=True)
        ]
    return parts.Page(
        path=f"id/{slug}.html",
        title=kinds.KINDS[slug].plural,
        trail=(_HOME, Link("All pages", BROWSE)),
        lead=f"{len(things):,} in the graph.",
        parts=(parts.Table("", columns, tuple(rows)),),
    )


def _name_only(store: Store, one: NamedNode, _: str) -> tuple[parts.Cell, ...]:
    return (_link(store, one),)


def _link(store: Store, one: NamedNode) -> parts.Cell:
    return (addresses.link(read.thing(store, one)),)


def _of(store: Store, one: NamedNode, *names: NamedNode) -> parts.Cell:
    found = [thing for name in names for thing in read.objects(store, one, name)]
    return parts.joined(addresses.link(each) for each in read.things(store, dict.fromkeys(found)))


def _agent(store: Store, one: NamedNode, _: str) -> tuple[parts.Cell, ...]:
    documents = read.subjects(store, vocabulary.IS_DOCUMENT_OF, one)
    kinds_of = dict.fromkeys(
        kind for each in documents for kind in read.objects(store, each, vocabulary.HAS_DOCUMENT_KIND)
    )
    return (
        _link(store, one),
        _of(store, one, vocabulary.HAS_RADIONUCLIDE),
        _of(store, one, vocabulary.HAS_TARGET),
        _of(store, one, vocabulary.HAS_MODALITY),
        parts.joined(addresses.link(each) for each in read.things(store, kinds_of)),
    )


def _edition(store: Store, one: NamedNode, as_of: str) -> tuple[parts.Cell, ...]:
    return (
        _link(store, one),
        _of(store, one, vocabulary.IS_ISSUED_BY),
        (guidelines.mark(views.of_thing(store, one, as_of).status),),
        _of(store, one, vocabulary.IS_PUBLISHED_AS),
    )


def _article(store: Store, one: NamedNode, as_of: str) -> tuple[parts.Cell, ...]:
    return (
        _link(store, one),
        (typeset(read.text(store, one, vocabulary.TITLE)),),
        _of(store, one, vocabulary.IS_PUBLISHED_IN),
        (guidelines.mark(views.of_thing(store, one, as_of).status),),
    )


def _document(store: Store, one: NamedNode, _: str) -> tuple[parts.Cell, ...]:
    agents = _of(store, one, vocabulary.IS_DOCUMENT_OF, vocabulary.IS_APPLICATION_FOR)
    about = _of(store, one, vocabulary.HAS_DOCUMENT_KIND, vocabulary.HAS_APPLICATION_TYPE)
    return _link(store, one), agents, about


_COLUMNS: dict[str, tuple[tuple[str, ...], _Cells]] = {
    "agent": (("Agent", "Radionuclide", "Target", "Modality", "Documents"), _agent),
    "application": (("Application", "Agent", "Type"), _document),
    "article": (("Article", "Title", "Journal", "State"), _article),
    "document": (("Document", "Agent", "Kind"), _document),
    "edition": (("Edition", "Issued by", "State", "Published as"), _edition),
}
"""The columns of the listing of a kind, and the function that returns the cells of a row."""
