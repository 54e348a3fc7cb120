"""What only got another name: found by what is said of it, and a SPARQL update that renames it in anybody's data."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases.diff import facts as views
from rdfkit.releases.diff.facts import Fact, View, iri

REPLACED = iri("dcterms:isReplacedBy")
MAPS = {place: iri(f"imt:maps{place}") for place in ("Subject", "Predicate", "Object")}
"""What a record of a mapping says it maps."""

_TEXT = re.compile(r'"(?=.*[^\W\d_]{3})(?:[^"\\]|\\.)*"(?:@[a-z-]+)?')
_ALIKE = 0.6
"""Share of what is said of either (each counted by how rare it is) that is said of both."""

_CLEAR = 0.05
_LABEL, _PREFERRED = iri("rdfs:label"), iri("skos:prefLabel")
_MOST_SHARED = 50
"""Something said of more candidates than this does not tell which one is meant."""


@dataclass(frozen=True)
class Rename:
    """An IRI (or the name of a graph) that gave way to another, and how that is known."""

    old: str
    new: str
    why: str


def find(
    before: View, after: View, *, ours: AbstractSet[str], mappings: AbstractSet[str]
) -> tuple[list[Rename], list[str]]:
    """Return what was renamed, and the IRIs given up for several others, of which nobody can choose one for others.

    Looked for among ``ours``, subjects as they stand in facts. A record of a mapping is the same where it maps the same
    thing to the same other; for all else, either the graph says so (dcterms:isReplacedBy, new in
    this difference), or an IRI vanished and a new one has nearly the same description: texts and links, in and out.
    """
    there, here = (side & ours for side in views.existing(before, after))
    vanished, fresh = there - here - mappings, here - there - mappings
    said: dict[str, str] = {}
    several = []
    for subject in sorted(there):
        targets = {
            value for value in before.values(subject, REPLACED) | after.values(subject, REPLACED) if value[0] == "<"
        }
        if targets and (subject in vanished or not before.values(subject, REPLACED)):
            if len(targets) == 1:
                said[subject] = targets.pop()
            else:
                several.append(subject[1:-1])
    vanished -= said.keys() | {f"<{old}>" for old in several}
    heirs = {subject: next(iter(values)) for subject in here if len(values := after.values(subject, REPLACED)) == 1}
    found = {old: (_last(old, {**heirs, **said}), "dcterms:isReplacedBy") for old in said}
    likely = _likely(before, after, vanished, fresh - set(said.values()), (there ^ here) & mappings)
    found |= {old: (new, "nearly the same description") for old, new in likely.items()}
    rows = _rows(before, there & mappings - here, {old: new for old, (new, _) in found.items()})
    new_rows = {row: mapping for mapping, row in _rows(after, here & mappings - there, {}).items()}
    found |= {old: (new_rows[row], "the same mapping") for old, row in rows.items() if row in new_rows}
    found |= {old: (new, "the same statements") for old, new in _graphs(before, after).items()}
    renames = [Rename(old[1:-1], new[1:-1], why) for old, (new, why) in sorted(found.items())]
    return [rename for rename in renames if rename.old != rename.new], several


def _last(old: str, said: Mapping[str, str]) -> str:
    seen = {old}
    at = said[old]
    while at in said and at not in seen:
        seen.add(at)
        at = said[at]
    return at


def _rows(view: View, mappings: AbstractSet[str], renamed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return what each record of a mapping maps, things by their new names."""
    return {
        mapping: tuple(
            renamed.get(value, value) for place in ("Subject", "Object") for value in view.values(mapping, MAPS[place])
        )
        for mapping in mappings
    }


def _likely(
    before: View, after: View, vanished: AbstractSet[str], fresh: AbstractSet[str], hidden: AbstractSet[str]
) -> dict[str, str]:
    """Return pairs that are each other's best match, round by round, as each pair tells more about the others.

    What is said by those that are ``hidden`` counts, and not by whom.
    """
    pairs: dict[str, str] = {}
    while vanished and fresh:
        old_words = _descriptions(before.facts, vanished, hidden, pairs)
        new_words = _descriptions(after.facts, fresh, hidden, {})
        scores, back = _scores(old_words, new_words)
        chosen = {}
        for old, offers in scores.items():
            best = _best(old, offers)
            if best is not None and offers[best] >= _ALIKE and _best(best, back[best]) == old:
                chosen[old] = best
        if not chosen:
            break
        pairs |= chosen
        vanished = vanished - chosen.keys()
        fresh = fresh - set(chosen.values())
    return pairs


_Word = tuple[str, str, str]
_Scores = Mapping[str, Mapping[str, float]]


def _scores(old_words: Mapping[str, set[_Word]], new_words: Mapping[str, set[_Word]]) -> tuple[_Scores, _Scores]:
    """Return how alike descriptions are, from old to new and back, of those that share a text and something rare."""
    spread = Counter(word for words in old_words.values() for word in words)
    spread |= Counter(word for words in new_words.values() for word in words)
    having = defaultdict(list)
    for new, words in new_words.items():
        for word in words:
            if spread[word] <= _MOST_SHARED:
                having[word].append(new)
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    back: dict[str, dict[str, float]] = defaultdict(dict)
    for old, words in old_words.items():
        for new in {new for word in words for new in having.get(word, ())}:
            if _share_a_text(words, new_words[new]):
                scores[old][new] = back[new][old] = _score(words, new_words[new], spread)
    return scores, back


def _descriptions(
    facts: Iterable[Fact], of: AbstractSet[str], hidden: AbstractSet[str], known: Mapping[str, str]
) -> dict[str, set[_Word]]:
    """Return what is said of each, and by which others; IRIs that may have new names are masked."""
    found: dict[str, set[_Word]] = {subject: set() for subject in of}

    def masked(term: str) -> str:
        return "" if term in of or term in hidden else known.get(term, term)

    for subject, predicate, value in facts:
        out, inward = ("with", "with") if predicate in views.BOTH_WAYS else ("out", "in")
        if subject in of:
            found[subject].add((out, _PREFERRED if predicate == _LABEL else masked(predicate), masked(value)))
        if value in of:
            found[value].add((inward, masked(predicate), masked(subject)))
        if predicate in of:
            found[predicate].add((masked(subject), "joins", masked(value)))
    return found


def _share_a_text(one: set[_Word], other: set[_Word]) -> bool:
    """Tell whether two descriptions share words written for a reader; a class, a date or a number proves nothing."""
    return any(_TEXT.fullmatch(value) for _, _, value in one & other)


def _score(one: set[_Word], other: set[_Word], spread: Mapping[_Word, int]) -> float:
    return sum(1 / spread[word] for word in one & other) / sum(1 / spread[word] for word in one | other)


def _best(of: str, offers: Mapping[str, float]) -> str | None:
    """Return the one offer that is clearly best; of equal ones the one with the most similar name, if that is clear."""
    top = max(offers.values(), default=0.0)
    near = [offer for offer, score in offers.items() if score > top - _CLEAR]
    if len(near) < 2:
        return near[0] if near else None
    alike = sorted(((SequenceMatcher(None, of, offer).ratio(), offer) for offer in near), reverse=True)
    return alike[0][1] if alike[0][0] > alike[1][0] + _CLEAR else None


def _graphs(before: View, after: View) -> dict[str, str]:
    """Return named graphs that vanished while another came with mostly the same statements."""
    old, new = graphs(before), graphs(after)
    pairs: dict[str, str] = {}
    for gone in sorted(old.keys() - new.keys()):
        for come in sorted(new.keys() - old.keys() - set(pairs.values())):
            if len(old[gone] & new[come]) >= _ALIKE * len(old[gone] | new[come]):
                pairs[gone] = come
                break
    return pairs


def graphs(view: View) -> dict[str, set[Fact]]:
    """Return the facts of each named graph of ours."""
    found: dict[str, set[Fact]] = defaultdict(set)
    for fact, names in view.facts.items():
        for name in names:
            if name.startswith(f"<{PROJECT.base}"):
                found[name].add(fact)
    return found


_TEMPORARY = "urn:x-imt-rename:"
_PLACES = (("?s", "?s ?p ?o", "?n ?p ?o"), ("?p", "?s ?p ?o", "?s ?n ?o"), ("?o", "?s ?p ?o", "?s ?p ?n"))
_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


def update(renames: Mapping[str, str], comment: Iterable[str] = ()) -> str:
    """Return a SPARQL 1.1 update that renames IRIs as subject, predicate, object and name of a graph, all at once.

    Everything old first gets a name that is nobody's, and only then its new one, so that swaps and chains come out
    right. Named graphs come before the default graph: a store that takes the union of all graphs for its default graph
    has nothing left to find there. Raises UserError for what is no IRI or lies in the names kept for the time between.
    """
    lines = [*(f"# {line}" if line else "#" for line in comment)]
    pairs = sorted((old, new) for old, new in renames.items() if old != new)
    for term in (term for pair in pairs for term in pair):
        if _NO_IRI.search(term) or ":" not in term or term.startswith(_TEMPORARY):
            raise UserError(f"'{term}' is no IRI that can be renamed: write it in full.")
    if not pairs:
        return "\n".join([*lines, "# Nothing to rename.", "INSERT DATA { }", ""])
    between = [f"{_TEMPORARY}{number}" for number in range(1, len(pairs) + 1)]
    steps = [
        ("Old names give way to names for the time between", zip((old for old, _ in pairs), between, strict=True)),
        ("and these to the new ones", zip(between, (new for _, new in pairs), strict=True)),
    ]
    operations = []
    for what, step in steps:
        rows = "".join(f"\n    (<{old}> <{new}>)" for old, new in step)
        of_step = [_operation(rows, place, find, make, graph) for graph in ("?g", "") for place, find, make in _PLACES]
        of_step.insert(3, _graph_operation(rows))
        operations.append(f"# {what}\n" + " ;\n".join(of_step))
    return "\n".join(lines) + ("\n" if lines else "") + " ;\n".join(operations) + "\n"


def _operation(rows: str, place: str, find: str, make: str, graph: str) -> str:
    def inside(pattern: str) -> str:
        return f"GRAPH {graph} {{ {pattern} }}" if graph else pattern

    return (
        f"DELETE {{ {inside(find)} }}\nINSERT {{ {inside(make)} }}\n"
        f"WHERE {{\n  VALUES ({place} ?n) {{{rows}\n  }}\n  {inside(find)}\n}}"
    )


def _graph_operation(rows: str) -> str:
    return (
        "DELETE { GRAPH ?g { ?s ?p ?o } }\nINSERT { GRAPH ?n { ?s ?p ?o } }\n"
        f"WHERE {{\n  VALUES (?g ?n) {{{rows}\n  }}\n  GRAPH ?g {{ ?s ?p ?o }}\n}}"
    )
