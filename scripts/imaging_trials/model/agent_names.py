"""The names of agents beyond their labels: recorded ones, those of other vocabularies, and nuclide with base substance.

A recorded name is an `imt:AgentName` with its kind and its source. A vocabulary's name counts if a mapping says that
its thing is exactly the agent. An agent with a radionuclide and a base substance also has each name of
that substance with the nuclide: `fluoroestradiol` with `18F` is [18F]FES.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.model import vocabulary
from imaging_trials.model.project import PROJECT
from imaging_trials.model.read import members, objects, subjects, texts

PREFIX = PROJECT.prefixes["agentname"]
"""What the IRI of each recorded name begins with."""

_LABELS = (vocabulary.PREF_LABEL, vocabulary.ALT_LABEL)


def names(store: Store) -> Iterator[tuple[NamedNode, str]]:
    """Yield each agent with each such name."""
    for agent in members(store, vocabulary.PHARMACEUTICAL_AGENT):
        for name in subjects(store, vocabulary.IS_NAME_OF, agent):
            yield from ((agent, text) for text in texts(store, name, vocabulary.PREF_LABEL))
        yield from ((agent, text) for text in _elsewhere(store, agent))
        for base in objects(store, agent, vocabulary.IS_BASED_ON):
            of_base = {text for name in _LABELS for text in texts(store, base, name)}
            of_base.update(_elsewhere(store, base))
            for nuclide in objects(store, agent, vocabulary.HAS_RADIONUCLIDE):
                label = next(iter(texts(store, nuclide, vocabulary.PREF_LABEL)), "")
                yield from ((agent, f"{label} {text}") for text in sorted(of_base))


def named(store: Store, iri: NamedNode) -> NamedNode:
    """Return the agent of a recorded name, and any other thing itself."""
    return next(iter(objects(store, iri, vocabulary.IS_NAME_OF)), iri) if iri.value.startswith(PREFIX) else iri


def _elsewhere(store: Store, thing: NamedNode) -> list[str]:
    """Return the labels that other vocabularies give to exactly this thing."""
    found = set()
    for mapping in subjects(store, vocabulary.MAPS_SUBJECT, thing):
        if vocabulary.EXACT_MATCH in objects(store, mapping, vocabulary.MAPS_PREDICATE):
            labels = store.quads_for_pattern(mapping, vocabulary.OBJECT_LABEL, None, None)
            found |= {quad.object.value for quad in labels if isinstance(quad.object, Literal)}
    return sorted(found)
