"""Why an imported record is said to be about an agent, or to make images: the matches behind a statement."""

from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.model import PROJECT, read, vocabulary


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


_MADE_BY_MATCHES = tuple(map(_term, ("imt:investigatesAgent", "imt:refersToAgent", "imt:namesAgent")))
_TO_THE_THING = tuple(map(_term, ("imt:hasMatchedAgent", "imt:hasMatchedSubstance")))
_TO_THE_RECORD = tuple(map(_term, ("imt:isFoundIn", "imt:isMatchOf")))


class Reason(NamedTuple):
    """A match: its IRI, the label of its rule, the score of the rule from 1 to 100, the field, the text or identifier.

    ``start`` and ``end`` count characters of the field from 0; both are 0 for an identifier.
    """

    match: str
    rule: str
    score: int
    field: str
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        """Return the reason in one line."""
        place = f", characters {self.start} to {self.end}" if self.end else ""
        return f"{self.rule} (score {self.score}): '{self.text}' in {self.field}{place}"


def reasons(store: Store, quad: Quad) -> list[Reason]:
    """Return the matches that a statement of a record's graph was made from, the highest score first.

    Statements that no match made have none: those of curated data, and those of the record itself.
    """
    if quad.predicate == _term("imt:isImagingTrialBy") and isinstance(quad.object, NamedNode):
        return [_reason(store, quad.object)]
    if quad.predicate not in _MADE_BY_MATCHES:
        return []
    found = set()
    for to_thing in _TO_THE_THING:
        for one in store.quads_for_pattern(None, to_thing, quad.object, quad.graph_name):
            for to_record in _TO_THE_RECORD:
                if Quad(one.subject, to_record, quad.subject, quad.graph_name) in store:
                    found.add(one.subject)
    made = [_reason(store, match) for match in found if isinstance(match, NamedNode)]
    return sorted(made, key=lambda one: (-one.score, one.field, one.text, one.match))


def _reason(store: Store, match: NamedNode) -> Reason:
    rules = read.objects(store, match, _term("imt:hasMatchRule"))
    return Reason(
        match.value,
        read.text(store, rules[0], vocabulary.PREF_LABEL) or rules[0].value.rpartition("/")[2].replace("-", " "),
        _number(store, match, "imt:ruleScore"),
        read.text(store, match, _term("imt:matchField")),
        read.text(store, match, _term("imt:matchTextAsPrinted")),
        _number(store, match, "imt:matchStart"),
        _number(store, match, "imt:matchEnd"),
    )


def _number(store: Store, match: NamedNode, curie: str) -> int:
    found = (quad.object for quad in store.quads_for_pattern(match, _term(curie), None, None))
    return next((int(one.value) for one in found if isinstance(one, Literal)), 0)
