"""The line of counts that each version of the changelog opens with."""

from pyoxigraph import NamedNode

from rdfkit.base import namespaces as terms
from rdfkit.base.errors import ImtError
from rdfkit.releases.diff.snapshots import State

_THINGS = {"agents": "agent", "guideline listings": "listing", "articles": "article", "organisations": "organisation"}


def counts(state: State) -> dict[str, int]:
    """Return what the changelog counts, by what it is called there.

    Raises ImtError for a state that has no shapes or saved queries: a release tells only a part.
    """
    if state.shapes is None or state.queries is None:
        raise ImtError(f"{state.name} has no shapes or no saved queries to count: name a checkout or a git revision.")
    vocabulary = NamedNode(terms.VOCAB.rstrip("#"))
    defined, typed = NamedNode(terms.expand("rdfs:isDefinedBy")), NamedNode(terms.expand("rdf:type"))
    concept = NamedNode(terms.expand("skos:Concept"))
    rules = {NamedNode(terms.expand("sh:property")), NamedNode(terms.expand("sh:sparql"))}
    things = {
        quad.subject.value for quad in state.quads if quad.predicate == typed and isinstance(quad.subject, NamedNode)
    }
    return {
        "vocabulary terms": len({q.subject for q in state.quads if q.predicate == defined and q.object == vocabulary}),
        "concepts": len({q.subject for q in state.quads if q.predicate == typed and q.object == concept}),
        **{
            words: sum(1 for thing in things if thing.startswith(f"{terms.BASE}id/{kind}/"))
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
