"""The triples of views as Turtle and JSON-LD, with the prefixes of the project."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from imaging_trials.model import PROJECT, vocabulary
from imaging_trials.views.agent_report import AgentReport
from imaging_trials.views.summary_card import Card
from rdfkit.base import XSD, UserError


def cards_as_turtle(found: Sequence[Card]) -> str:
    """Return the triples of cards as Turtle."""
    from rdfkit.rdf import writing

    return writing.turtle(PROJECT, dict.fromkeys(triple for card in found for triple in card.triples)).decode()


def agent_report_as_json_ld(report: AgentReport) -> str:
    """Return the triples of an agent report as JSON-LD. Raises UserError for a blank node."""
    return json.dumps(_json_ld(report.triples), ensure_ascii=False, indent=2) + "\n"


def _json_ld(triples: Iterable[Triple]) -> dict[str, Any]:
    used: set[str] = set()

    def short(iri: str) -> str:
        curie = PROJECT.shorten(iri)
        prefix = curie.partition(":")[0]
        if curie != iri and prefix in PROJECT.prefixes:
            used.add(prefix)
        return curie

    def value(term: object) -> Any:
        if isinstance(term, NamedNode):
            return {"@id": short(term.value)}
        if not isinstance(term, Literal):
            raise UserError(
                f"{term} cannot be part of a report: data of the project has no blank nodes, so give it an IRI."
            )
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == XSD + "string":
            return term.value
        return {"@value": term.value, "@type": short(term.datatype.value)}

    nodes: dict[str, dict[str, list[Any]]] = {}
    for triple in sorted(triples, key=str):
        node = nodes.setdefault(short(str(triple.subject)[1:-1]), {})
        if triple.predicate == vocabulary.TYPE and isinstance(triple.object, NamedNode):
            node.setdefault("@type", []).append(short(triple.object.value))
        else:
            node.setdefault(short(triple.predicate.value), []).append(value(triple.object))
    context = {prefix: PROJECT.prefixes[prefix] for prefix in sorted(used)}
    return {"@context": context, "@graph": [{"@id": iri, **node} for iri, node in nodes.items()]}
