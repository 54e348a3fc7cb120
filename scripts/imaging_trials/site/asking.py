"""The page where people write SPARQL, and what scripts need to know of the graph: names, datasets, terms."""

import json
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Store

from imaging_trials import questions
from imaging_trials.model import PROJECT, nuclide_notation, read, vocabulary
from imaging_trials.site import addresses, kinds, parts, statements
from imaging_trials.site.addresses import Link
from imaging_trials.site.typography import typeset
from imaging_trials.views import values
from rdfkit.rdf import named_graphs

PAGE = "ask.html"

NAMES = "static/names.js"
TERMS = "static/terms.js"

_LABELS = (vocabulary.PREF_LABEL, vocabulary.LABEL, vocabulary.TITLE)
"""The properties that `read.label` takes a label from, in that order."""

_FIRST = """\
# The agents with a CAEPR, and their radionuclides. Ctrl+Enter answers, Ctrl+Space completes.
SELECT ?agent ?document ?radionuclide
WHERE {
  ?document imt:hasDocumentKind dockind:caepr ;
    imt:isDocumentOf ?agent .
  OPTIONAL { ?agent imt:hasRadionuclide ?radionuclide }
}
ORDER BY ?agent ?document
"""


def page() -> parts.Page:
    """Return the page with the editor."""
    return parts.Page(
        path=PAGE,
        title="Ask in SPARQL",
        trail=(Link("Home", addresses.HOME),),
        lead="Write a query and get the answer here, from the whole graph. Nothing that you write leaves this machine.",
        template="ask.html",
        more={"datasets": questions.OVER, "query": _FIRST},
    )


def files(store: Store) -> Iterator[tuple[str, bytes]]:
    """Yield the scripts with names and terms by their paths."""
    names = {
        "base": PROJECT.base,
        "vocabulary": PROJECT.vocabulary,
        "shapes": PROJECT.shapes,
        "prefixes": dict(PROJECT.prefixes),
        "datasets": {
            name: sorted(graph.value for graph in named_graphs.dataset(PROJECT, store, name)) for name in questions.OVER
        },
        "graphs": statements.WORDS,
        "labels": [one.value for one in _LABELS],
        "names": [
            *(PROJECT.expand(one) for one in ("skos:notation", "skos:prefLabel", "skos:altLabel", "rdfs:label")),
            *(PROJECT.expand(one) for one in PROJECT.label_properties),
        ],
        "nuclides": sorted(nuclide_notation.MEDICAL),
    }
    yield NAMES, _script("imtNames", names)
    yield TERMS, _script("imtTerms", list(_terms(store)))


def _script(name: str, value: object) -> bytes:
    """Return a classic script that sets a property of the window: one can be read from a file:// address, JSON not."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"window.{name} = {text.replace('<', chr(92) + 'u003c')};\n".encode()


def _terms(store: Store) -> Iterator[list[str]]:
    """Yield what the editor completes: CURIE, label, kind, and the definition of a term of ours."""
    predicates = {quad.predicate for quad in store}
    classes = {quad.object for quad in store.quads_for_pattern(None, vocabulary.TYPE, None, None)}
    own = kinds.own(store)
    for iri in own:
        if iri.value.startswith(PROJECT.vocabulary):
            kind = "class" if iri.value.removeprefix(PROJECT.vocabulary)[:1].isupper() else "property"
            yield _term(store, iri, kind, read.text(store, iri, vocabulary.DEFINITION))
    yield from _others(store, predicates, "property")
    yield from _others(store, (one for one in classes if isinstance(one, NamedNode)), "class")
    for iri in own:
        path = iri.value.removeprefix(PROJECT.base)
        if path.startswith(("id/", "concept/")) and path.count("/") == 2 and not kinds.is_minor(iri.value):
            yield _term(store, iri, "thing")


def _others(store: Store, iris: Iterable[NamedNode], kind: str) -> Iterator[list[str]]:
    for iri in sorted(iris, key=lambda one: one.value):
        if not PROJECT.is_own(iri.value) and PROJECT.shorten(iri.value) != iri.value:
            yield _term(store, iri, kind)


def _term(store: Store, iri: NamedNode, kind: str, definition: str = "") -> list[str]:
    curie, label = PROJECT.shorten(iri.value), read.label(store, iri)
    return [curie, typeset(label if label != curie else values.in_words(iri)), kind, typeset(definition)]
