"""Find the mappings of a thing, or of a code of another vocabulary."""

from collections.abc import Iterable

from imaging_trials.mapping_sets.sssom import Mapping
from imaging_trials.model import PROJECT


def mappings_of(mappings: Iterable[Mapping], what: str) -> list[Mapping]:
    """Return the mappings of ``what``: a code, CURIE or IRI of another vocabulary, or else a thing of the graph.

    Raises UserError if nothing, or more than one thing, has that name.
    """
    mappings = list(mappings)
    text = what.strip().removeprefix("<").removesuffix(">")
    names = {text, text.casefold()}
    objects = [one for one in mappings if names & {one.object_iri, one.object.casefold(), one.code.casefold()}]
    if objects:
        iris = {one.object_iri for one in objects}
        return [one for one in mappings if one.object_iri in iris]
    from imaging_trials.model import lookup
    from rdfkit.stores import embedded

    thing = lookup.resolve(embedded.open_store(PROJECT), what).value
    return [one for one in mappings if one.subject_iri == thing]
