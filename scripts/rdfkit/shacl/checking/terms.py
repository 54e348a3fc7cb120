"""Terms in SHACL's namespace that do not exist, are used for another purpose, or belong to an unsupported feature."""

from collections.abc import Iterator

from rdfkit.shacl.checking.problems import Names, Problem
from rdfkit.shacl.checking.vocabulary import CLASSES, LATER, PROPERTIES, SH, TERMS, UNSUPPORTED, nearest
from rdfkit.shacl.engine.graph import TYPE

_START = f"<{SH}"

MAX_HINTS = 500
"""For how many terms a similar name is looked up: each takes about a millisecond."""


def check(names: Names) -> Iterator[Problem]:
    """Yield the triples of a shapes graph with misused terms."""
    known: dict[tuple[str, str], tuple[str, bool]] = {}
    for triple in _triples(names):
        subject, predicate, value = triple
        last = "class" if predicate == TYPE else "object"
        for term, role in ((predicate, "predicate"), (subject, "subject"), (_datatype(value), last)):
            if term.startswith(_START):
                text, always = known.get((term, role)) or _verdict(
                    term[len(_START) : -1], role, has_hint=len(known) < MAX_HINTS
                )
                known[term, role] = text, always
                if text and not (role == "predicate" and _is_data(names, subject)):
                    yield Problem(triple, f"{names.shape(subject)}: {text}", always)


def _triples(names: Names) -> Iterator[tuple[str, str, str]]:
    for predicate in names.graph.predicates():
        for subject, values in names.graph.objects(predicate).items():
            for value in values:
                yield subject, predicate, value


def _is_data(names: Names, node: str) -> bool:
    """Return whether a node has a class, but none of SHACL's, and no known term of SHACL: it is not part of a shape.

    The test suite of W3C has such a node, in a file with data and shapes.
    """
    kinds = names.graph.values(node, TYPE)
    is_known = not names.terms_of.get(node, set()).isdisjoint(TERMS)
    return bool(kinds) and not is_known and not any(kind.startswith(_START) for kind in kinds)


def _datatype(value: str) -> str:
    """Return an IRI, or the datatype of a literal if it is in SHACL's namespace."""
    if value[0] == '"' and value.endswith(">"):
        return value[value.rfind("<") :]
    return value


def _verdict(name: str, role: str, *, has_hint: bool) -> tuple[str, bool]:
    """Return what is wrong with a term in its role, if anything, and whether that stops every engine."""
    if name in LATER:
        return f"sh:{name} is a term of SHACL 1.2, which is not supported: remove it.", True
    if name not in TERMS:
        near = nearest(name) if has_hint else ""
        hint = f"did you mean sh:{near}?" if near else "correct its name, or use a namespace of your own."
        return f"there is no term sh:{name} in SHACL: {hint}", False
    if role in {"predicate", "class"} and name in UNSUPPORTED:
        return f"sh:{name} ({UNSUPPORTED[name]}) is not supported: remove it from these shapes.", True
    if role == "predicate" and name not in PROPERTIES:
        near = nearest(name, PROPERTIES) if has_hint else ""
        hint = f"did you mean sh:{near}?" if near else "use a property."
        return f"sh:{name} is not a property of SHACL: {hint}", False
    if role == "class" and name not in CLASSES:
        near = nearest(name, CLASSES) if has_hint else ""
        hint = f"did you mean sh:{near}?" if near else "use a class."
        return f"sh:{name} is not a class of SHACL: {hint}", False
    return "", False
