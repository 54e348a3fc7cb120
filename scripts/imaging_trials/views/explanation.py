"""Why a row stands in an answer, as people and programs read it: its triples, and where each of them comes from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.graph import lookup
from imaging_trials.graph import read as facts
from imaging_trials.graph.project import PROJECT
from rdfkit.inference import derivation as proofs
from rdfkit.rdf import named_graphs as layers
from rdfkit.sparql import provenance as witness

_WHAT_GRAPHS_ARE = {
    "vocabulary": "the vocabulary",
    "concepts": "the concept schemes",
    "alignments": "the alignments",
    "dataset": "the dataset's description",
}


@dataclass(frozen=True)
class Reason:
    """A triple in its graph, where it comes from, and, if it was inferred, by which rule from which others."""

    quad: Quad
    origins: tuple[facts.Origin, ...] = ()
    rule: str = ""
    premises: tuple["Reason", ...] = ()

    @property
    def graph(self) -> str:
        """The short name of the triple's graph."""
        return PROJECT.graph_name(self.quad.graph_name) if isinstance(self.quad.graph_name, NamedNode) else ""


def reasons(store: Store, quads: Iterable[Quad], root: Path) -> list[Reason]:
    """Return where each quad comes from, in the order of graph and triple.

    What was inferred goes back to what the sources say; the closure of the sources under ``root`` is then made anew.
    """
    wanted = list(quads)
    inferred = PROJECT.graph_iri(layers.INFERRED)
    past = proofs.history(PROJECT.at(root)) if any(quad.graph_name == inferred for quad in wanted) else None
    done: dict[Quad, Reason] = {}

    def reason(quad: Quad) -> Reason:
        if quad not in done:
            if past is not None and quad.graph_name == inferred:
                step = proofs.step(past, quad.triple)
                done[quad] = Reason(quad, rule=step.rule, premises=tuple(reason(one) for one in step.premises))
            else:
                done[quad] = Reason(quad, tuple(_origins(store, quad)))
        return done[quad]

    return sorted((reason(quad) for quad in wanted), key=lambda one: (one.graph, str(one.quad)))


def as_text(found: witness.Witness, why: list[Reason]) -> Iterator[str]:
    """Yield the lines of an explanation for people; a triple that was explained above is not explained again."""
    width = max((len(name) for name in found.row), default=0)
    yield from (f"  {name:<{width}}  {_short(value)}" for name, value in found.row.items())
    yield ""
    count = len(why)
    yield f"It rests on {count} triple{'' if count == 1 else 's'}; without any of them it would not stand there."
    graph = ""
    seen: set[Quad] = set()
    for reason in why:
        if reason.graph != graph:
            graph = reason.graph
            yield from ("", graph)
        yield from _lines(reason, "  ", seen)
    if found.rests_on_absence:
        yield from ("", "It also rests on what is not there: the query asks for that by NOT EXISTS or MINUS.")


def as_json(query: str, number: int, found: witness.Witness, why: list[Reason]) -> str:
    """Return an explanation as JSON: terms as N-Triples writes them, graphs as IRIs, premises nested."""
    return json.dumps(
        {
            "query": query,
            "row": number,
            "values": {name: str(value) for name, value in found.row.items()},
            "restsOnAbsence": found.rests_on_absence,
            "triples": [_object(reason) for reason in why],
        },
        indent=2,
        ensure_ascii=False,
    )


def _object(reason: Reason) -> dict[str, object]:
    quad = reason.quad
    made: dict[str, object] = {
        "subject": str(quad.subject),
        "predicate": str(quad.predicate),
        "object": str(quad.object),
        "graph": getattr(quad.graph_name, "value", ""),
    }
    if reason.rule:
        return {**made, "rule": reason.rule, "premises": [_object(one) for one in reason.premises]}
    sources = [{"source": one.thing.value if one.thing else None, "words": one.words} for one in reason.origins]
    return {**made, "sources": sources}


def _lines(reason: Reason, margin: str, seen: set[Quad]) -> Iterator[str]:
    quad = reason.quad
    yield f"{margin}{_short(quad.subject)} {_short(quad.predicate)} {_short(quad.object)}"
    if not reason.rule:
        yield from (f"{margin}    {origin.words}" for origin in reason.origins)
    elif quad in seen:
        yield f"{margin}    by {reason.rule}, as above"
    else:
        seen.add(quad)
        yield f"{margin}    by {reason.rule} (ontology/rules/{reason.rule}.ru) from"
        for premise in reason.premises:
            yield from _lines(premise, margin + "      ", seen)


def _origins(store: Store, quad: Quad) -> list[facts.Origin]:
    graph = PROJECT.graph_name(quad.graph_name) if isinstance(quad.graph_name, NamedNode) else ""
    if graph in _WHAT_GRAPHS_ARE:
        return [facts.Origin(graph, None, _WHAT_GRAPHS_ARE[graph])]
    if graph != "links":
        return facts.origins(store, quad)
    mappings = {quad.subject} if facts.quads(store, _named(quad.subject), "isInMappingSet") else _mappings(store, quad)
    sets = [
        one for mapping in mappings if (node := _named(mapping)) for one in facts.objects(store, node, "isInMappingSet")
    ]
    found = [
        facts.Origin(graph, one, f"mapping set {PROJECT.shorten(one.value)}: {lookup.label(store, one)}")
        for one in sets
    ]
    return found or [facts.Origin(graph, _named(quad.subject), "the mapping sets")]


def _mappings(store: Store, quad: Quad) -> set[object]:
    """Return the mappings that a plain match is made from."""
    parts = {"mapsSubject": quad.subject, "mapsPredicate": quad.predicate, "mapsObject": quad.object}
    found = [
        {one.subject for one in store.quads_for_pattern(None, facts.imt(name), part, None)}
        for name, part in parts.items()
    ]
    return set.intersection(*found)  # type: ignore[arg-type]


def _named(term: object) -> NamedNode | None:
    return term if isinstance(term, NamedNode) else None


def _short(term: object) -> str:
    if isinstance(term, NamedNode):
        return PROJECT.shorten(term.value)
    if isinstance(term, Literal):
        text = term.value if len(term.value) <= 100 else f"{term.value[:99]}…"
        return f'"{text}"@{term.language}' if term.language else f'"{text}"'
    return str(term)
