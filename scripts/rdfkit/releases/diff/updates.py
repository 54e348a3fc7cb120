"""Write a SPARQL update that renames IRIs, and parts of IRIs, in any data, after rules that are written by hand."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rdfkit.base import UserError
from rdfkit.releases.diff.changes import Rename
from rdfkit.sparql import nodes, syntax

_NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_TEMPORARY = "urn:x-imt-rename:"
_SEGMENT = _TEMPORARY + "part-"
_PLACES = (("?s", "?s ?p ?o", "?n ?p ?o"), ("?p", "?s ?p ?o", "?s ?n ?o"), ("?o", "?s ?p ?o", "?s ?p ?n"))


def is_absolute(iri: str) -> bool:
    """Return whether a text has the form of an absolute IRI."""
    return ":" in iri and not _NOT_IN_IRIS.search(iri)


def replaced_beginning(iri: str, segment: Rename) -> str:
    """Return an IRI with its beginning renamed, or the IRI itself if it begins with something else."""
    return segment.new + iri.removeprefix(segment.old) if iri.startswith(segment.old) else iri


def write(
    renames: Mapping[str, str],
    comment: Iterable[str] = (),
    *,
    segments: Mapping[str, str] | None = None,
    rules: tuple[str, str] | None = None,
) -> str:
    """Return a SPARQL 1.1 update that renames IRIs as subject, predicate, object and named graph, all at once.

    ``renames`` maps old to new IRIs, in full; ``segments`` maps beginnings of IRIs, and does not change an IRI that is
    in ``renames``. ``comment`` is written at the head, a line each. ``rules`` is the name and the text of a SPARQL
    update that is run before the renames: as it is written, and without ``GRAPH ?g`` for the default graph.

    Each old IRI is first replaced by a temporary one, and these by the new ones, so that swaps and chains give the
    right result. Named graphs are changed before the default graph: in a store whose default graph is the union of all
    graphs, nothing is left to change there. Datatypes are not renamed.

    Raises UserError for a text that is not an absolute IRI, or that is one of the temporary IRIs; for a part of IRIs
    that begins with another one; and for rules that `in_default_graph` refuses.
    """
    lines = [*(f"# {line}" if line else "#" for line in comment)]
    pairs = sorted((old, new) for old, new in renames.items() if old != new)
    parts = sorted((old, new) for old, new in (segments or {}).items() if old != new)
    for term in (term for pair in (*pairs, *parts) for term in pair):
        if not is_absolute(term) or term.startswith(_TEMPORARY):
            raise UserError(f"'{term}' is not an IRI that can be renamed: write an absolute IRI.")
    for (one, _), (other, _) in itertools.pairwise(parts):
        if other.startswith(one):
            raise UserError(f"<{other}> is below <{one}>, and both are renamed: list the IRIs of one of them instead.")
    if not pairs and not parts and rules is None:
        return "\n".join([*lines, "# Nothing to rename.", "INSERT DATA { }", ""])
    temporary = [f"{_TEMPORARY}{number}" for number in range(1, len(pairs) + 1)]
    of_parts = [f"{_SEGMENT}{number}/" for number in range(1, len(parts) + 1)]
    operations = [] if rules is None else _rules(*rules)
    first = [
        *_of_iris([(old, other) for (old, _), other in zip(pairs, temporary, strict=True)]),
        *_of_beginnings([(old, other) for (old, _), other in zip(parts, of_parts, strict=True)]),
    ]
    second = [
        *_of_iris([(other, new) for (_, new), other in zip(pairs, temporary, strict=True)]),
        *_of_beginnings([(other, new) for (_, new), other in zip(parts, of_parts, strict=True)]),
    ]
    if first:
        operations.append("# Replace the old IRIs by temporary ones,\n" + " ;\n".join(first))
        operations.append("# and these by the new IRIs.\n" + " ;\n".join(second))
    return "\n".join(lines) + ("\n" if lines else "") + " ;\n".join(operations) + "\n"


def _rules(name: str, text: str) -> list[str]:
    """Return rules in both forms, each without the ``;`` that may end it."""
    default = in_default_graph(name, text)
    heads = (f"# Rules of {name}, in named graphs,", "# and in the default graph.")
    parts = [_parts(body) for body in (text, default)]
    # Oxigraph reads prefixes at the head of an update only.
    named, other = (f"{head}\n{body}" for head, (_, body) in zip(heads, parts, strict=True))
    return [parts[0][0] + named, other]


def _parts(text: str) -> tuple[str, str]:
    """Return what declares prefixes, and the operations without the ``;`` that may end them."""
    tokens = syntax.read(text).tokens
    start = next(token.offset for token in tokens if token.word in {"DELETE", "INSERT"})
    last = tokens[-1]
    return text[:start], text[start : last.offset if last.text == ";" else last.offset + len(last.text)].rstrip()


def in_default_graph(name: str, text: str) -> str:
    """Return rules that are written for ``GRAPH ?g { … }`` in the form for the default graph.

    ``name`` begins the sentences of errors. Raises UserError for text that is not a SPARQL update, for an operation
    other than DELETE and INSERT with WHERE, and for triples outside ``GRAPH ?g``, since the rules must have one meaning
    in every graph.
    """
    document = syntax.read(text, name)
    for part in document.operations:
        if part.form != "MODIFY" or part.graphs or part.using:
            raise UserError(f"{name}: a rule is DELETE, INSERT and WHERE, without WITH or USING: rewrite it.")
        outside = [one for one in (*part.delete, *part.insert) if not _is_g(one.graph)]
        if outside or (part.where is not None and any(_outside(part.where))):
            raise UserError(f"{name}: every triple of a rule must be inside GRAPH ?g {{ }}: put it there.")
    if document.has_escapes:
        raise UserError(f"{name}: write characters as they are, without \\u escapes.")
    found: list[str] = []
    at = 0
    opened: list[bool] = []  # for each open brace, whether it is that of GRAPH ?g
    tokens = document.tokens
    for number, token in enumerate(tokens):
        before, after = tokens[max(number - 1, 0)].text, tokens[min(number + 1, len(tokens) - 1)].text
        is_graph = token.text == "{" and number > 1 and tokens[number - 2].word == "GRAPH"
        if is_graph:
            found.append(text[at : tokens[number - 2].offset])
            at = token.offset + 1
        if token.text == "{":
            opened.append(is_graph)
        elif token.text == "}" and opened.pop():
            found.append(text[at : token.offset] + ("" if before in {".", "{", "}"} or after == "." else ". "))
            at = token.offset + 1
    rewritten = "".join((*found, text[at:]))
    if any(token.kind == "variable" and token.text[1:] == "g" for token in syntax.read(rewritten, name).tokens):
        raise UserError(f"{name}: ?g is the graph of the rules and nothing else: use another variable.")
    return rewritten


def _is_g(graph: object) -> bool:
    return isinstance(graph, nodes.Variable) and graph.name == "g"


def _outside(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what reads triples outside ``GRAPH ?g``."""
    if isinstance(node, nodes.Triples | nodes.Service) or (isinstance(node, nodes.Graph) and not _is_g(node.name)):
        yield node
    elif not isinstance(node, nodes.Graph):
        for child in nodes.children(node):
            yield from _outside(child)
    elif any(isinstance(one, nodes.Graph | nodes.Service) for one in nodes.walk(node.group)):
        yield node


def _operations(join: str, test: str) -> list[str]:
    """Return the operations that replace terms in each position, in named graphs and then in the default graph.

    ``join`` begins the WHERE, and ``test`` ends it; both have ``?x`` for the term that is replaced by ``?n``.
    """

    def operation(place: str, find: str, make: str, graph: str) -> str:
        find, make = (f"GRAPH {graph} {{ {pattern} }}" if graph else pattern for pattern in (find, make))
        parts = [part.replace("?x", place) for part in (join, find, test) if part]
        where = "\n  ".join(parts)
        return f"DELETE {{ {find} }}\nINSERT {{ {make} }}\nWHERE {{\n  {where}\n}}"

    whole = [operation(place, find, make, "?g") for place, find, make in _PLACES]
    graphs = [part.replace("?x", "?g") for part in (join, "GRAPH ?g { ?s ?p ?o }", test) if part]
    whole.append(
        "DELETE { GRAPH ?g { ?s ?p ?o } }\nINSERT { GRAPH ?n { ?s ?p ?o } }\nWHERE {\n  " + "\n  ".join(graphs) + "\n}"
    )
    return whole + [operation(place, find, make, "") for place, find, make in _PLACES]


def _of_iris(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the operations that replace whole IRIs."""
    rows = "".join(f"\n    (<{old}> <{new}>)" for old, new in pairs)
    return _operations(f"VALUES (?x ?n) {{{rows}\n  }}", "") if pairs else []


def _of_beginnings(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the operations that replace the beginning of IRIs."""
    rows = "".join(f'\n    ("{old}" "{new}")' for old, new in pairs)
    test = (
        "FILTER (isIRI(?x) && STRSTARTS(STR(?x), ?begin))\n"
        "  BIND (IRI(CONCAT(?become, SUBSTR(STR(?x), STRLEN(?begin) + 1))) AS ?n)"
    )
    return _operations(f"VALUES (?begin ?become) {{{rows}\n  }}", test) if pairs else []
