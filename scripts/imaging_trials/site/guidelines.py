"""The pages of guidelines, their editions and articles: status, place in the series, citation."""

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials import bibliography, views
from imaging_trials.model import dates, read, vocabulary
from imaging_trials.site import addresses, parts
from imaging_trials.site.typography import typeset
from imaging_trials.views import formats

_MARKS = {
    "current": "good",
    "no newer edition known": "good",
    "endorsed": "good",
    "superseded": "bad",
    "retracted": "bad",
    "unknown": "plain",
    "not itself a guideline": "plain",
}
_CITATIONS = {"nlm": "NLM style", "bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON"}


def mark(status: str) -> parts.Mark:
    """Return the mark of a status or a finding; what is neither current nor replaced is to be looked at."""
    return parts.Mark(status, _MARKS.get(status, "warn"))


def parts_of(store: Store, iri: NamedNode, slug: str, as_of: str) -> Iterator[parts.Part]:
    """Yield what is made for an article, an edition or a guideline, judged on a day (``YYYY-MM-DD``)."""
    if slug != "guideline":
        yield _state(store, iri, as_of)
    editions = _editions(store, iri, slug)
    if editions:
        title = "Editions" if slug == "guideline" else "Place among the editions"
        rows = tuple(_edition(store, one, iri, as_of) for one in editions)
        yield parts.Table(title, ("Edition", "State", "Date", "Replaces", "Published as"), rows)
    articles = [iri] if slug == "article" else read.objects(store, iri, vocabulary.IS_PUBLISHED_AS)
    for article in articles:
        yield _citation(store, article)


def listed(store: Store, as_of: str) -> parts.Table:
    """Return the articles that the page lists, in its order, with the state of each on a day."""
    rows = []
    for one in views.listed_articles(store, as_of).statuses:
        if one.thing is None:
            continue
        editions = read.subjects(store, vocabulary.IS_PUBLISHED_AS, one.thing.iri)
        about = [addresses.link(each) for each in read.things(store, editions)]
        title = typeset(read.text(store, one.thing.iri, vocabulary.TITLE) or one.thing.label)
        state = (mark(one.status),)
        rows.append(((addresses.link(one.thing),), state, (title,), parts.joined(about), _why(one)))
    columns = ("Article", "State", "Title", "Edition", "Why, or when this was checked")
    note = f"State on {dates.shown(as_of)}, the day of this release. What is only reported is not counted."
    return parts.Table("The guidelines that the page lists, and their state", columns, tuple(rows), note)


def _why(one: views.CurrencyStatus) -> parts.Cell:
    """Return what made the state of an article, and what is reported beside it."""
    pieces: list[parts.Piece] = []
    for found in one.findings:
        words, _, rest = found.words.partition(" (")
        is_reported = rest.startswith("reported") and words in ("superseded", "updated", "retracted")
        if found.words == one.status or is_reported:
            pieces += ["; "] if pieces else []
            pieces += [f"reported: {words} "] if is_reported else []
            pieces += parts.cell(found.what)
            pieces += [f" ({dates.shown(found.date)})"] if found.date else []
    return tuple(one.strip("()") if isinstance(one, str) and one.startswith("(checked") else one for one in pieces)


def _state(store: Store, iri: NamedNode, as_of: str) -> parts.Facts:
    found = views.of_thing(store, iri, as_of)
    rows: dict[parts.Piece, list[parts.Line]] = {}
    for one in found.findings:
        cell: parts.Cell = parts.cell(one.what)
        if one.date:
            cell = (*cell, f" ({dates.shown(one.date)})")
        if one.why:
            cell = (*cell, f"; {one.why}")
        rows.setdefault(mark(one.words), []).append(parts.Line(cell, parts.sources(one.sources)))
    return parts.Facts(f"State on {dates.shown(as_of)}", tuple((head, tuple(lines)) for head, lines in rows.items()))


def _editions(store: Store, iri: NamedNode, slug: str) -> list[NamedNode]:
    """Return the editions of the series, and those that they replace or that replace them, the oldest first."""
    if slug == "guideline":
        found = read.subjects(store, vocabulary.IS_EDITION_OF, iri)
    elif slug == "edition":
        found = [iri]
    else:
        found = read.subjects(store, vocabulary.IS_PUBLISHED_AS, iri)
    waiting, known = list(found), set(found)
    while waiting:
        one = waiting.pop()
        near = {
            *_older(store, one),
            *read.subjects(store, vocabulary.DIRECTLY_SUPERSEDES, one),
            *(new for event in read.subjects(store, vocabulary.IS_EVENT_OF, one) for new in _results(store, event)),
            *(
                other
                for series in read.objects(store, one, vocabulary.IS_EDITION_OF)
                for other in read.subjects(store, vocabulary.IS_EDITION_OF, series)
            ),
        }
        waiting += sorted(near - known, key=str)
        known |= near
    return sorted(known, key=lambda one: _age(store, one, set()))


def _results(store: Store, event: NamedNode) -> list[NamedNode]:
    """Return the editions that replace one by an event, confirmed or only reported."""
    kinds = read.objects(store, event, vocabulary.HAS_EVENT_KIND)
    is_change = vocabulary.SUPERSESSION in kinds or vocabulary.UPDATE in kinds
    return read.objects(store, event, vocabulary.RESULTS_IN) if is_change else []


def _older(store: Store, edition: NamedNode) -> dict[NamedNode, str]:
    """Return the editions that one replaces directly, and ``reported`` for those of which that is only reported."""
    found = dict.fromkeys(read.objects(store, edition, vocabulary.DIRECTLY_SUPERSEDES), "")
    for event in read.subjects(store, vocabulary.RESULTS_IN, edition):
        if edition in _results(store, event):
            is_reported = vocabulary.REPORTED in read.objects(store, event, vocabulary.HAS_ASSERTION_STATUS)
            for one in read.objects(store, event, vocabulary.IS_EVENT_OF):
                if read.is_a(store, one, vocabulary.GUIDELINE_EDITION):
                    found.setdefault(one, "reported" if is_reported else "")
    return found


def _age(store: Store, edition: NamedNode, seen: set[NamedNode]) -> tuple[int, str, str]:
    """Return what editions are sorted by: how many they replace one after the other, the first day, the IRI."""
    if edition in seen:
        return 0, "", edition.value
    depth = max((_age(store, one, seen | {edition})[0] + 1 for one in _older(store, edition)), default=0)
    return depth, min((day for day, _ in _days(store, edition)), default=""), edition.value


def _days(store: Store, edition: NamedNode) -> Iterator[tuple[str, str]]:
    """Yield the first day and the words of each dated publication of an edition or its articles."""
    publications = (vocabulary.ISSUE_PUBLICATION, vocabulary.ONLINE_PUBLICATION, vocabulary.AHEAD_OF_PRINT)
    for thing in (edition, *read.objects(store, edition, vocabulary.IS_PUBLISHED_AS)):
        for event in read.subjects(store, vocabulary.IS_EVENT_OF, thing):
            kinds = read.objects(store, event, vocabulary.HAS_EVENT_KIND)
            day = read.text(store, event, vocabulary.EARLIEST_DAY)
            if day and any(kind in publications for kind in kinds):
                yield day, read.text(store, event, vocabulary.DATE_AS_PRINTED) or day


def _edition(store: Store, one: NamedNode, here: NamedNode, as_of: str) -> tuple[parts.Cell, ...]:
    name: parts.Piece = addresses.link(read.thing(store, one))
    articles = [
        addresses.link(each) for each in read.things(store, read.objects(store, one, vocabulary.IS_PUBLISHED_AS))
    ]
    older = [
        (addresses.link(read.thing(store, each)), f" ({how})" if how else "")
        for each, how in _older(store, one).items()
    ]
    first = min(_days(store, one), default=("", ""))
    return (
        (name, " ", parts.Mark("this edition", "plain")) if one == here else (name,),
        (mark(views.of_thing(store, one, as_of).status),),
        (dates.shown(first[1]) or "not known here",),
        tuple(piece for place, pair in enumerate(older) for piece in ((", ", *pair) if place else pair) if piece),
        parts.joined(articles),
    )


def _citation(store: Store, article: NamedNode) -> parts.Texts:
    record = bibliography.read_record(store, article, corrected=True)
    texts = tuple(
        (title, formats.renderer("citations", name)([record]).rstrip("\n")) for name, title in _CITATIONS.items()
    )
    corrected = bibliography.corrections(store, article)
    note = (
        "Misprints of the page are corrected here; the page's own words are among the statements." if corrected else ""
    )
    return parts.Texts("Citation", texts, note)
