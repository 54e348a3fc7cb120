"""Comparison of a mapping set with a copy of the vocabulary that it maps to: is each row still up to date?"""

import re
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from imaging_trials.mapping_sets import labels
from imaging_trials.mapping_sets.problem import Problem, problem
from imaging_trials.mapping_sets.sssom import CODE_ONLY, Mapping, MappingSet, named
from imaging_trials.mapping_sets.vocabularies import Term, read
from rdfkit.base import UserError

_NAMESPACES = {
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#": "NCIT",
    "http://identifiers.org/hgnc/": "hgnc",
    "http://identifiers.org/hgnc:": "hgnc",
    "http://identifiers.org/ncbigene/": "NCBIGene",
    "http://identifiers.org/uniprot/": "uniprot",
}
"""Other namespaces that copies use, and the project's prefix for them."""

_OBO_IRI = re.compile(r"http://purl\.obolibrary\.org/obo/([A-Za-z]++)_(\S+)")


@dataclass(frozen=True)
class Keys:
    """Returns one key, ``prefix:code`` with the prefix in lower case, for all written forms of an identifier."""

    namespaces: MappingABC[str, str]
    """The prefix of each namespace, all with ``http:``."""
    bare: str
    """The prefix of an identifier that has none, or ""."""

    @classmethod
    def of_sets(cls, sets: Sequence[MappingSet], bare: str = "") -> "Keys":
        """Return the keys for identifiers of the vocabularies that the sets map to."""
        namespaces = {one.prefixes[prefix]: prefix for one in sets for prefix in _prefixes(one)}
        return cls({_with_http(iri): prefix for iri, prefix in (*namespaces.items(), *_NAMESPACES.items())}, bare)

    @cached_property
    def max_length(self) -> int:
        """The length of the longest namespace."""
        return max(map(len, self.namespaces), default=0)

    def __call__(self, id_: str) -> str:
        """Return the key of an IRI, a CURIE or a bare code; one that is not recognized is returned as it is."""
        if "://" not in id_:
            prefix, colon, code = id_.partition(":")
            return f"{prefix.casefold()}:{code}" if colon else f"{self.bare.casefold()}:{id_}" if self.bare else id_
        iri = _with_http(id_)
        for end in range(min(len(iri), self.max_length), 0, -1):
            if iri[end - 1] in "/#_:=" and (prefix := self.namespaces.get(iri[:end], "")):
                return f"{prefix.casefold()}:{iri[end:]}"
        found = _OBO_IRI.fullmatch(iri)
        return f"{found[1].casefold()}:{found[2]}" if found else id_


def _prefixes(of: MappingSet) -> list[str]:
    """Return the prefixes of the objects of a set, sorted."""
    return sorted({mapping.object.partition(":")[0] for mapping in of.mappings})


def _with_http(iri: str) -> str:
    return "http://" + iri.removeprefix("https://") if iri.startswith("https://") else iri


@dataclass(frozen=True)
class Comparison:
    """The set that was compared, and the rows that are out of date."""

    set: MappingSet
    problems: tuple[Problem, ...]


def compare(sets: Sequence[MappingSet], file: Path, name: str = "") -> Comparison:
    """Compare a mapping set with a copy of its vocabulary.

    Without ``name`` it is the set to whose vocabulary most labels of the copy belong. A row is out of date if its code
    is not in the copy, is deprecated, has another label, or has no label there. If the new label looks like that of
    another thing, the row was probably wrong from the start, and the kind of the problem says so.

    Raises UserError if the copy cannot be read, or has no identifier of any set.
    """
    chosen = named(sets, name) if name else None
    prefixes = _prefixes(chosen) if chosen else []
    keys = Keys.of_sets(sets, prefixes[0] if len(prefixes) == 1 else "")
    copy = read(file, keys)
    one = chosen or _most_frequent(sets, copy, file)
    theirs = {prefix.casefold() for prefix in _prefixes(one)}
    if not any(key.partition(":")[0] in theirs for key in copy):
        raise UserError(f"{file}: has no identifier of {one.name}; give a copy of that vocabulary, or another --set.")
    changes = ((mapping, _change(one, mapping, copy, keys)) for mapping in one.mappings)
    return Comparison(one, tuple(problem(one, mapping, *change) for mapping, change in changes if change))


def _most_frequent(sets: Sequence[MappingSet], copy: MappingABC[str, Term], file: Path) -> MappingSet:
    counts: dict[str, int] = {}
    for key, term in copy.items():
        if term.labels:
            prefix = key.partition(":")[0]
            counts[prefix] = counts.get(prefix, 0) + 1
    sizes = {one.name: sum(counts.get(prefix.casefold(), 0) for prefix in _prefixes(one)) for one in sets}
    best = max(sizes, key=lambda name: sizes[name], default="")
    if not best or not sizes[best]:
        raise UserError(f"{file}: has no identifier of any mapping set; name one with --set if its ids are bare codes.")
    return named(sets, best)


def _change(one: MappingSet, mapping: Mapping, copy: MappingABC[str, Term], keys: Keys) -> tuple[str, str] | None:
    """Return kind and text of what has changed, or None if the row is up to date."""
    term = copy.get(keys(mapping.object_iri))
    about = f"{mapping.object} '{mapping.object_label}'" if mapping.object_label else mapping.object
    if term is None:
        return "gone", f"{about} is not in the copy; if the copy is complete, look for its replacement."
    if term.deprecated:
        return "deprecated", f"{about} is deprecated, {_replacement(term, copy)}."
    if one.name in CODE_ONLY or any(labels.are_equal(label, mapping.object_label) for label in term.labels):
        return None
    if not term.labels:
        return "unlabeled", f"{about} has no label in the copy, so it cannot be compared; check that it is complete."
    return _new_label(mapping, term, copy)


def _new_label(mapping: Mapping, term: Term, copy: MappingABC[str, Term]) -> tuple[str, str]:
    about = f"{mapping.object} '{mapping.object_label}'"
    now = term.labels[0]
    if any(labels.are_of_one_thing(mapping.object_label, label, term.synonyms) for label in term.labels):
        return "relabeled", f"{about} is called '{now}' in the copy; check that it still fits and write that label."
    others = [other for other, its in copy.items() if mapping.object_label in its.labels]
    hint = f"the label belongs to {_shown(others[0])}" if others else "find the code that was meant"
    return "something else", f"{about} is '{now}' in the copy, which is something else; {hint}."


def _replacement(term: Term, copy: MappingABC[str, Term]) -> str:
    if not term.replaced_by:
        return "and no replacement is named; find another code"
    shown = []
    for key in dict.fromkeys(term.replaced_by):
        other = copy.get(key)
        shown.append(_shown(key) + (f" '{other.labels[0]}'" if other and other.labels else ""))
    return f"replaced by {', '.join(shown)}; decide on the relation again"


def _shown(key: str) -> str:
    prefix, colon, code = key.partition(":")
    return key if "://" in key else f"{prefix.upper()}{colon}{code}"
