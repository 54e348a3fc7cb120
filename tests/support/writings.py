"""The same triples written four ways, with the line and column at which each term is written.

The writer counts as it writes, so a test can compare a scanner with it that shares no code with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from imaging_trials.model.project import PROJECT

TYPE = NamedNode(PROJECT.expand("rdf:type"))
STYLES = ("project", "plain", "dense", "nested")
"""Project form; a triple a line with full IRIs; a node a line with other prefixes; TriG with nested nodes."""

EXTENSION = {"project": "ttl", "plain": "ttl", "dense": "ttl", "nested": "trig"}


@dataclass
class Written:
    """A text, and where it has each triple: line and column of subject, predicate and object."""

    text: str = ""
    at: dict[tuple[Any, Any, Any], list[tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]] = field(
        default_factory=dict
    )
    first: dict[Any, tuple[int, int]] = field(default_factory=dict)
    """Where each node is first a subject."""

    def put(self, text: str) -> tuple[int, int]:
        """Append a text and return where it starts."""
        start = self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")
        self.text += text
        return start

    def record(self, triple: Triple, *places: tuple[int, int]) -> None:
        """Record the location of a triple."""
        subject, predicate, value = places
        key = (triple.subject, triple.predicate, triple.object)
        self.at.setdefault(key, []).append((subject, predicate, value))
        self.first.setdefault(triple.subject, subject)


def write(triples: Sequence[Triple], style: str) -> Written:
    """Return triples in one of the styles; subjects in the order in which they come."""
    written = Written()
    {"project": _project, "plain": _plain, "dense": _dense, "nested": _nested}[style](
        list(dict.fromkeys(triples)), written
    )
    return written


def _by_subject(triples: Iterable[Triple]) -> dict[Any, list[Triple]]:
    found: dict[Any, list[Triple]] = {}
    for triple in triples:
        found.setdefault(triple.subject, []).append(triple)
    return found


def _project(triples: list[Triple], to: Written) -> None:
    for prefix, iri in PROJECT.prefixes.items():
        to.put(f"@prefix {prefix}: <{iri}> .\n")
    for subject, statements in _by_subject(triples).items():
        to.put("\n")
        at = to.put(_short(subject, PROJECT.prefixes))
        statements.sort(key=lambda triple: triple.predicate != TYPE)
        for number, (predicate, objects) in enumerate(groupby(statements, key=lambda triple: triple.predicate)):
            to.put(" ;\n    " if number else " ")
            verb = to.put("a" if predicate == TYPE else _short(predicate, PROJECT.prefixes))
            for index, triple in enumerate(objects):
                to.put(" , " if index else " ")
                to.record(triple, at, verb, to.put(_short(triple.object, PROJECT.prefixes)))
        to.put(" .\n")


def _plain(triples: list[Triple], to: Written) -> None:
    for triple in triples:
        places = []
        for term in (triple.subject, triple.predicate, triple.object):
            places.append(to.put(str(term)))
            to.put(" ")
        to.record(triple, *places)
        to.put(".\n")


def _dense(triples: list[Triple], to: Written) -> None:
    """Write each node on one line that ends with CR LF, with prefixes of one letter and IRIs relative to a base."""
    prefixes = {
        f"{'abcdefghij'[number]}.{number}": iri for number, (_, iri) in enumerate(list(PROJECT.prefixes.items())[:10])
    }
    to.put(f"\tbase <{PROJECT.base}id/x>\r\n" + "".join(f"PREFIX {p}:<{iri}> " for p, iri in prefixes.items()) + "\r\n")
    for subject, statements in _by_subject(triples).items():
        at = to.put(_relative(subject, prefixes))
        to.put("\t")
        for number, (predicate, objects) in enumerate(groupby(statements, key=lambda triple: triple.predicate)):
            to.put(";" if number else "")
            verb = to.put(_relative(predicate, prefixes))
            to.put("\t")
            for index, triple in enumerate(objects):
                to.put("," if index else "")
                to.record(triple, at, verb, to.put(_relative(triple.object, prefixes)))
        to.put(" .\r\n")


def _nested(triples: list[Triple], to: Written) -> None:
    """Write TriG: a graph a node, predicates in another order, unnamed nodes where they are used, odd white space."""
    for prefix, iri in PROJECT.prefixes.items():
        to.put(f"PREFIX {prefix}: # a {prefix} . <http://example.org/>\n<{iri}>\n")
    statements = _by_subject(triples)
    uses: dict[Any, int] = {}
    for triple in triples:
        uses[triple.object] = uses.get(triple.object, 0) + 1
    inside = {node for node in statements if isinstance(node, BlankNode) and uses.get(node) == 1}
    inside -= {triple.subject for triple in triples if triple.subject == triple.object}
    for number, (subject, about) in enumerate(statements.items()):
        if subject not in inside:
            to.put(f"{PROJECT.shorten(PROJECT.base + 'graph/user')}{{ # ; . [ (\n" if number % 2 else "{\n\n")
            at = to.put(_odd(subject, number))
            to.put("\n")
            _nested_values(about, at, statements, inside, to)
            to.put("}\n" if number % 3 else ".}\n")


def _nested_values(about: list[Triple], at: tuple[int, int], statements: Any, inside: set[Any], to: Written) -> None:
    for number, triple in enumerate(reversed(about)):
        to.put("\n  ;; # next\n\t" if number else " ")
        verb = to.put(_odd(triple.predicate, number))
        to.put("\n\n        ")
        if triple.object in inside:
            value = to.put("[")
            _nested_values(statements[triple.object], value, statements, inside, to)
            to.put("\n]")
        else:
            value = to.put(_odd(triple.object, number))
        to.record(triple, at, verb, value)


def _short(term: Any, prefixes: dict[str, str]) -> str:
    """Return a term with a prefix where one fits, numbers as such."""
    if isinstance(term, Literal):
        if not term.language and term.datatype.value != PROJECT.expand("xsd:string"):
            kind = term.datatype.value.rpartition("#")[2]
            if kind == "integer" and term.value.isdigit():
                return term.value
            return f"{Literal(term.value)}^^{_short(term.datatype, prefixes)}"
        return str(term)
    if isinstance(term, NamedNode):
        for prefix, iri in sorted(prefixes.items(), key=lambda pair: -len(pair[1])):
            local = term.value.removeprefix(iri)
            if (
                local != term.value
                and local.replace("-", "a").replace("_", "a").isalnum()
                and not local.startswith("-")
            ):
                return f"{prefix}:{local}"
    return str(term)


def _relative(term: Any, prefixes: dict[str, str]) -> str:
    if isinstance(term, NamedNode):
        short, base = _short(term, prefixes), PROJECT.base + "id/x"
        for start, instead in ((PROJECT.base + "id/", ""), (PROJECT.base, "../")):
            relative = instead + term.value.removeprefix(start)
            if short.startswith("<" + start) and urljoin(base, relative) == term.value:
                return f"<{relative}>"
        return short
    if isinstance(term, Literal) and not term.language and term.datatype.value != PROJECT.expand("xsd:string"):
        return f"{Literal(term.value)}^^{_relative(term.datatype, prefixes)}"
    return _short(term, prefixes).replace('"', "'") if _is_simple(term) else _short(term, prefixes)


def _odd(term: Any, number: int) -> str:
    if isinstance(term, Literal) and number % 2:
        quoted = '"""' + term.value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
        if term.language:
            return f"{quoted} # of a language\n@{term.language}"
        return quoted + f"^^<{term.datatype.value}>" * (term.datatype.value != PROJECT.expand("xsd:string"))
    if isinstance(term, NamedNode) and number % 3 == 1:
        return "<" + term.value.replace("a", "\\u0061") + ">"
    return _short(term, PROJECT.prefixes)


def _is_simple(term: Any) -> bool:
    return isinstance(term, Literal) and not set("\"'\\\n\r") & set(term.value)
