"""Zotero's RDF export: RDF/XML in its own vocabulary, in BIBO's ancestor ``bib:``, Dublin Core and PRISM.

It is read as RDF, so that another spelling of the same graph gives the same references. Source: Zotero's translator
"Zotero RDF" (terms as it writes them).
"""

import re
from collections import Counter, defaultdict

from imaging_trials.bibliography import xml_tree
from imaging_trials.bibliography.reference import Entry, Fields, Reference, from_entry
from rdfkit.base import UserError, printable

ZOTERO = "http://www.zotero.org/namespaces/export#"
"""The namespace of Zotero's own terms, which each of its files declares."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_TERMS = "http://purl.org/dc/terms/"
_BIB = "http://purl.org/net/biblio#"
_FOAF = "http://xmlns.com/foaf/0.1/"
_TERMS_OF_FIELDS = {
    "key": f"{ZOTERO}citationKey",
    "title": f"{_DC}title",
    "date": f"{_DC}date",
    "pmid": f"{ZOTERO}PMID",
    "pmcid": f"{ZOTERO}PMCID",
    "doi": f"{ZOTERO}DOI",
    "extra": f"{_DC}description",
}
_NOT_ITEMS = {"attachment", "note", "annotation"}
_PARTS = {f"{_BIB}Memo", f"{_BIB}Journal", f"{ZOTERO}Collection", f"{ZOTERO}Attachment", f"{ZOTERO}UserItem"}
_LINE = re.compile(r"line ([0-9]{1,9})")

_FIELDS = Fields(
    name=("key",),
    title=("title",),
    authors=("author",),
    year=("date",),
    container=("container",),
    doi=("doi",),
    pmid=("pmid",),
    pmcid=("pmcid",),
    searched=("identifier", "extra"),
)
_Graph = dict[str, dict[str, list[str]]]
"""The objects of each property of each subject, in the order of the file."""


def read(text: str, where: str) -> list[Reference]:
    """Return the references of Zotero's RDF, in the order of the file; attachments, notes and journals are not such.

    ``where`` is the name of the list in messages. Raises UserError for RDF/XML that cannot be read.
    """
    xml_tree.parse(text, where)  # no entities, no deep nesting, and a message with a line
    graph = _read(text, where)
    items = [subject for subject in graph if _is_item(graph, subject)]
    holders = Counter(container for one in graph.values() for container in one.get(f"{_TERMS}isPartOf", ()))
    of_one = frozenset(container for container, number in holders.items() if number == 1)
    return [from_entry(_entry(graph, subject, number, of_one), _FIELDS) for number, subject in enumerate(items, 1)]


def _read(text: str, where: str) -> _Graph:
    from pyoxigraph import Literal, RdfFormat, parse

    graph: _Graph = defaultdict(lambda: defaultdict(list))
    try:
        for quad in parse(text.lstrip().encode(), format=RdfFormat.RDF_XML, base_iri="http://list.invalid/"):
            value = quad.object.value if isinstance(quad.object, Literal) else str(quad.object)
            graph[str(quad.subject)][quad.predicate.value].append(value)
    except (SyntaxError, ValueError, OSError) as error:
        at = _LINE.search(str(error))
        place = f", line {at[1]}" if at else ""
        raise UserError(f"{where}{place}: the RDF/XML has an error there ({printable(str(error))}): fix it.") from None
    return graph


def _is_item(graph: _Graph, subject: str) -> bool:
    one = graph[subject]
    kinds = one.get(f"{ZOTERO}itemType", [])
    if kinds:
        return not _NOT_ITEMS & set(kinds)
    types = {kind.strip("<>") for kind in one.get(f"{_RDF}type", [])}
    return any(kind.startswith(_BIB) for kind in types) and not types & _PARTS and f"{_DC}title" in one


def _entry(graph: _Graph, subject: str, number: int, of_one: frozenset[str]) -> Entry:
    """Return an item; ``of_one`` are the journals of one item each, whose identifiers are those of the item."""
    one = graph[subject]
    entry = Entry(f"item {number}", number, {})
    for name, term in _TERMS_OF_FIELDS.items():
        for value in one.get(term, []):
            entry.add(name, value)
    entry.add("identifier", subject.strip("<>"))
    for value in one.get(f"{_DC}identifier", []):
        entry.add("identifier", _address(graph, value))
    for container in one.get(f"{_TERMS}isPartOf", []):
        part = graph.get(container, {})
        for value in part.get(f"{_DC}title", []):
            entry.add("container", value)
        if container in of_one:  # Zotero writes an article's DOI at its journal
            for value in part.get(f"{_DC}identifier", []):
                entry.add("identifier", _address(graph, value))
    for name in _authors(graph, one):
        entry.add("author", name)
    return entry


def _address(graph: _Graph, value: str) -> str:
    """Return an identifier: a text, or the value of a ``dcterms:URI``."""
    values = graph.get(value, {}).get(f"{_RDF}value", []) if value.startswith(("_:", "<")) else []
    return values[0] if values else value.strip("<>")


def _authors(graph: _Graph, one: dict[str, list[str]]) -> list[str]:
    names = []
    for sequence in one.get(f"{_BIB}authors", []):
        members = graph.get(sequence, {})
        numbered = sorted(
            (int(term.removeprefix(_RDF)[1:]), person)
            for term, people in members.items()
            if re.fullmatch(r"_[0-9]{1,6}", term.removeprefix(_RDF))
            for person in people
        )
        for _, person in numbered:
            about = graph.get(person, {})
            parts = [
                value
                for term in ("surname", "familyName", "givenName", "givenname")
                for value in about.get(f"{_FOAF}{term}", [])
            ]
            names.append(", ".join(parts))
    return names
