"""The line of counts that each version of the changelog opens with."""

from pyoxigraph import NamedNode

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces
from rdfkit.base.errors import UserError
from rdfkit.releases.diff.snapshots import State

_THINGS = {"agents": "agent", "guideline listings": "listing", "articles": "article", "organisations": "organisation"}


def counts(state: State) -> dict[str, int]:
    """Return what the changelog counts, by what it is called there.

    Raises UserError for a state that has no shapes or saved queries: a release tells only a part.
    """
    if state.shapes is None or state.queries is None:
        raise UserError(f"{state.name} has no shapes or no saved queries to count: name a checkout or a git revision.")
    vocabulary = NamedNode(PROJECT.vocabulary.rstrip("#"))
    defined, typed = NamedNode(namespaces.expand("rdfs:isDefinedBy")), NamedNode(namespaces.expand("rdf:type"))
    concept = NamedNode(namespaces.expand("skos:Concept"))
    rules = {NamedNode(namespaces.expand("sh:property")), NamedNode(namespaces.expand("sh:sparql"))}
    things = {
        quad.subject.value for quad in state.quads if quad.predicate == typed and isinstance(quad.subject, NamedNode)
    }
    return {
        "vocabulary terms": len({q.subject for q in state.quads if q.predicate == defined and q.object == vocabulary}),
        "concepts": len({q.subject for q in state.quads if q.predicate == typed and q.object == concept}),
        **{
            words: sum(1 for thing in things if thing.startswith(f"{PROJECT.base}id/{kind}/"))
            for words, kind in _THINGS.items()
        },
        "rules that data is checked against": len(
            {
                q.object
                for q in (*state.shapes, *state.house_shapes)
                if q.predicate in rules and isinstance(q.object, NamedNode)
            }
        ),
        "saved queries": len(state.queries),
    }


def line(state: State) -> str:
    """Return the line for the changelog: what there is of each."""
    return f"Counts: {', '.join(f'{count} {words}' for words, count in counts(state).items())}."
