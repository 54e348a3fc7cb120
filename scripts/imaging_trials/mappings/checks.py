"""Do the mapping sets keep the house's rules, and do the other vocabularies still say what was read in them?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.graph import nuclide_notation as notation
from imaging_trials.graph.project import PROJECT
from imaging_trials.mappings.sssom import CODE_ONLY, Mapping, MappingSet
from imaging_trials.mappings.vocabularies import Term, read
from rdfkit.base.errors import UserError

CONCEPTS = "concept"
FAMILIES = {
    "agent": "substance",
    "agentgroup": "substance",
    "agentkind": "substance",
    "vector": "substance",
    "bodysite": "body site",
    "disease": "disease",
    "journal": "journal",
    "nuclide": "nuclide",
    "organisation": "organisation",
    "target": "target",
}
"""What sort of thing a prefix of ours stands for; the other concepts are of one sort, `CONCEPTS`."""

_GENERAL = {"ncit", "mesh", "snomed-ct"}
ALLOWED = {
    "substance": _GENERAL | {"atc", "chebi", "dicom", "drugbank", "unii"},
    "nuclide": _GENERAL | {"chebi", "dicom", "drugbank", "unii"},
    "target": {"go", "hgnc", "mesh", "ncbigene", "ncit", "uniprot"},
    "disease": _GENERAL | {"doid", "efo", "hp", "mondo"},
    "body site": _GENERAL | {"uberon"},
    "organisation": {"crossref-funder", "grid", "isni", "mesh", "ncit", "ror", "wikidata"},
    "journal": {"issn", "nlm-catalog", "wikidata"},
    CONCEPTS: _GENERAL | {"chmo", "cto", "dicom", "efo", "hl7-tho", "maxo", "obi", "rbo", "schema-org"},
}
"""The sets that a sort of thing can have rows in: an agent has none in a vocabulary of diseases."""

_STRONG = ("skos:exactMatch", "skos:closeMatch")


@dataclass(frozen=True)
class Problem:
    """A row that breaks a rule or has fallen behind: where it stands, in one word what is wrong, and a sentence."""

    where: str
    kind: str
    text: str

    def __str__(self) -> str:
        """Return the line that is printed."""
        return f"{self.where}: {self.text}  [{self.kind}]"


def _where(of: MappingSet, mapping: Mapping) -> str:
    return f"{of.path.name}:{mapping.line}"


# The house's rules


def problems(sets: Sequence[MappingSet], store: Store | None = None) -> list[Problem]:
    """Return every row that breaks a rule of the house, in the order of the files.

    The rules: our thing is in the graph, under that label (with ``store`` only); a labelled molecule is neither exactly
    nor closely an unlabelled one; a thing has at most one exact match in a vocabulary, or each of them says why; no two
    things have one exact match; kinds agree with kinds; vocabularies that are linked by code alone have no labels,
    and the others have them.
    """
    rows = [(one, mapping) for one in sets for mapping in one.mappings]
    found: dict[tuple[str, int], list[Problem]] = {}
    for problem, one, mapping in (
        *((text, *row) for row in rows for text in _of_row(*row)),
        *(_of_pairs(rows)),
        *(_of_graph(rows, store) if store else ()),
    ):
        kind, _, text = problem.partition(": ")
        found.setdefault((one.name, mapping.line), []).append(Problem(_where(one, mapping), kind, text))
    return [problem for place in sorted(found) for problem in found[place]]


Row = tuple[MappingSet, Mapping]


def family(curie: str) -> str:
    """Return what sort of thing a CURIE of ours stands for, such as ``substance``."""
    return FAMILIES.get(curie.partition(":")[0], CONCEPTS)


def nuclides(text: str) -> frozenset[str]:
    """Return the radionuclides that a name has in it, such as ``18F``, however they are written."""
    key = notation.search_key(text)
    return frozenset(key.split()) - frozenset(notation.without_nuclides(key).split())


def _of_row(one: MappingSet, mapping: Mapping) -> Iterator[str]:
    kind = family(mapping.subject)
    if one.name not in ALLOWED[kind]:
        yield f"kind: {mapping.subject} is a {kind}, and {one.name} has none; take the row out."
    if one.name in CODE_ONLY:
        if mapping.object_label:
            yield f"label: labels of {one.name} are not ours to publish; leave object_label empty."
        return
    if not mapping.object_label:
        yield f"label: {mapping.object} has no label; write the one that was read."
        return
    ours, theirs = nuclides(mapping.subject_label), nuclides(mapping.object_label)
    prefix = mapping.subject.partition(":")[0]
    strong = mapping.predicate in _STRONG
    if prefix in {"agent", "nuclide"} and strong and ours != theirs:
        yield (
            f"labelled: {mapping.subject} carries {_list(ours)} and '{mapping.object_label}' {_list(theirs)}; "
            "say broad or related, or match the vector."
        )
    elif prefix == "agent" and mapping.predicate == "skos:narrowMatch" and not ours <= theirs:
        yield f"labelled: '{mapping.object_label}' lacks {_list(ours)} and can't be narrower; say broad or related."
    elif prefix == "vector" and strong and theirs:
        yield f"labelled: a vector carries nothing, and '{mapping.object_label}' {_list(theirs)}; match the agent."


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no radionuclide"


def _of_pairs(rows: Sequence[Row]) -> Iterator[tuple[str, MappingSet, Mapping]]:
    exact_of_thing: dict[tuple[str, str], list[Row]] = {}
    of_object: dict[str, list[Row]] = {}
    for one, mapping in rows:
        of_object.setdefault(mapping.object_iri, []).append((one, mapping))
        if mapping.predicate == "skos:exactMatch":
            exact_of_thing.setdefault((one.name, mapping.subject_iri), []).append((one, mapping))
    for (name, _), same in exact_of_thing.items():
        for one, mapping in same if len(same) > 1 else ():
            if not mapping.comment:
                text = f"{mapping.subject} has {len(same)} exact matches in {name}; keep one, or say why in comment."
                yield f"twice: {text}", one, mapping
    for same in of_object.values():
        yield from _of_object(same)


def _of_object(same: Sequence[Row]) -> Iterator[tuple[str, MappingSet, Mapping]]:
    first, exact = same[0][1].subject, ""
    for one, mapping in same:
        if family(mapping.subject) != family(first):
            kinds = f"a {family(first)} and no {family(mapping.subject)}"
            yield f"kind: {mapping.object} matches {first} too, {kinds}; take one row out.", one, mapping
        elif mapping.predicate == "skos:exactMatch":
            if exact:
                yield f"shared: {mapping.object} is an exact match of {exact} too; weaken one of them.", one, mapping
            exact = exact or mapping.subject


def _of_graph(rows: Sequence[Row], store: Store) -> Iterator[tuple[str, MappingSet, Mapping]]:
    preferred = NamedNode(PROJECT.expand("skos:prefLabel"))
    for one, mapping in rows:
        subject = NamedNode(mapping.subject_iri)
        labels = {
            quad.object.value
            for quad in store.quads_for_pattern(subject, preferred, None, None)
            if isinstance(quad.object, Literal)
        }
        if not labels:
            yield f"unknown: the graph has no {mapping.subject}; take the row out, or add the thing.", one, mapping
        elif mapping.subject_label not in labels:
            yield f"renamed: {mapping.subject} is '{min(labels)}' now; write that as subject_label.", one, mapping


# Against a copy of the other vocabulary

_NAMESPACES = {
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#": "NCIT",
    "http://identifiers.org/hgnc/": "hgnc",
    "http://identifiers.org/hgnc:": "hgnc",
    "http://identifiers.org/ncbigene/": "NCBIGene",
    "http://identifiers.org/uniprot/": "uniprot",
}
"""Other forms of IRI that copies use."""

_OBO_IRI = re.compile(r"http://purl\.obolibrary\.org/obo/([A-Za-z]+)_(\S+)")


def key_maker(sets: Sequence[MappingSet], bare: str = "") -> "Keys":
    """Return what brings the ways to write one identifier to one: IRIs of any known form, CURIEs, and bare codes.

    ``bare`` is the prefix that an identifier without one is taken to have.
    """
    namespaces = {one.prefixes[prefix]: prefix for one in sets for prefix in _prefixes(one)}
    return Keys({_plain(iri): prefix for iri, prefix in (*namespaces.items(), *_NAMESPACES.items())}, bare)


def _prefixes(of: MappingSet) -> list[str]:
    """Return the prefixes of the codes that a set maps to."""
    return sorted({mapping.object.partition(":")[0] for mapping in of.mappings})


def _plain(iri: str) -> str:
    return "http://" + iri.removeprefix("https://") if iri.startswith("https://") else iri


@dataclass(frozen=True)
class Keys:
    """Makes ``prefix:code``, the prefix in small letters, of an identifier however it is written."""

    namespaces: MappingABC[str, str]
    bare: str

    @cached_property
    def longest(self) -> int:
        """How many letters the longest namespace has."""
        return max(map(len, self.namespaces), default=0)

    def __call__(self, id_: str) -> str:
        """Return the key of an identifier; one that is not understood stays as it is."""
        if "://" not in id_:
            prefix, colon, code = id_.partition(":")
            return f"{prefix.casefold()}:{code}" if colon else f"{self.bare.casefold()}:{id_}" if self.bare else id_
        iri = _plain(id_)
        for end in range(min(len(iri), self.longest), 0, -1):
            if iri[end - 1] in "/#_:=" and (prefix := self.namespaces.get(iri[:end], "")):
                return f"{prefix.casefold()}:{iri[end:]}"
        found = _OBO_IRI.fullmatch(iri)
        return f"{found[1].casefold()}:{found[2]}" if found else id_


@dataclass(frozen=True)
class Comparison:
    """Which set was held against a copy, how many of its rows, and what has changed."""

    set: MappingSet
    rows: int
    problems: tuple[Problem, ...]


def against(sets: Sequence[MappingSet], file: Path, name: str = "") -> Comparison:
    """Hold a mapping set against a copy of the vocabulary that it maps to.

    Without ``name`` it is the set whose vocabulary most identifiers of the copy are from. Found are rows whose code is
    gone, deprecated (with what replaces it), relabelled, without a label now, or the trap: a code whose label is
    something else entirely, which mostly means that the row was wrong from the start.

    Raises UserError where the copy can't be read, or has no identifier of any of the sets.
    """
    from imaging_trials.mappings.sssom import named

    chosen = named(sets, name) if name else None
    prefixes = _prefixes(chosen) if chosen else []
    keys = key_maker(sets, prefixes[0] if len(prefixes) == 1 else "")
    copy = read(file, keys)
    one = chosen or _most(sets, copy, file)
    theirs = {prefix.casefold() for prefix in _prefixes(one)}
    if not any(key.partition(":")[0] in theirs for key in copy):
        raise UserError(f"{file}: has no identifier of {one.name}; give a copy of that vocabulary, or another --set.")
    found = tuple(
        Problem(_where(one, mapping), *said) for mapping in one.mappings if (said := _change(one, mapping, copy, keys))
    )
    return Comparison(one, len(one.mappings), found)


def _most(sets: Sequence[MappingSet], copy: MappingABC[str, Term], file: Path) -> MappingSet:
    counts: dict[str, int] = {}
    for key, term in copy.items():
        if term.labels:
            prefix = key.partition(":")[0]
            counts[prefix] = counts.get(prefix, 0) + 1
    sizes = {one.name: sum(counts.get(prefix.casefold(), 0) for prefix in _prefixes(one)) for one in sets}
    best = max(sizes, key=lambda name: sizes[name], default="")
    if not best or not sizes[best]:
        raise UserError(f"{file}: has no identifier of any mapping set; name one with --set if its ids are bare codes.")
    return next(one for one in sets if one.name == best)


def _change(one: MappingSet, mapping: Mapping, copy: MappingABC[str, Term], keys: Keys) -> tuple[str, str] | None:
    term = copy.get(keys(mapping.object_iri))
    about = f"{mapping.object} '{mapping.object_label}'" if mapping.object_label else mapping.object
    if term is None:
        return "gone", f"{about} is not in the copy; look for what took its place, if the copy is whole."
    if term.deprecated:
        return "deprecated", f"{about} is deprecated, {_replacement(term, copy)}."
    if one.name in CODE_ONLY or any(_spelling(label) == _spelling(mapping.object_label) for label in term.labels):
        return None
    if not term.labels:
        return "unlabelled", f"{about} has no label there, so it can't be compared; is the copy whole?"
    return _new_label(mapping, term, copy)


def _new_label(mapping: Mapping, term: Term, copy: MappingABC[str, Term]) -> tuple[str, str]:
    about = f"{mapping.object} '{mapping.object_label}'"
    now = term.labels[0]
    if any(is_same_thing(mapping.object_label, label, term.synonyms) for label in term.labels):
        return "relabelled", f"{about} is called '{now}' there; check that it still fits and write that label."
    others = [other for other, its in copy.items() if mapping.object_label in its.labels]
    hint = f"the label is that of {_shown(others[0])}" if others else "find the code that was meant"
    return "something else", f"{about} is '{now}' there, which is something else entirely; {hint}."


def _replacement(term: Term, copy: MappingABC[str, Term]) -> str:
    if not term.replaced_by:
        return "and no replacement is named; find another"
    shown = []
    for key in dict.fromkeys(term.replaced_by):
        other = copy.get(key)
        shown.append(_shown(key) + (f" '{other.labels[0]}'" if other and other.labels else ""))
    return f"replaced by {', '.join(shown)}; judge the relation anew"


def _shown(key: str) -> str:
    prefix, colon, code = key.partition(":")
    return key if "://" in key else f"{prefix.upper()}{colon}{code}"


# Is it the same thing under a new label?

_EMPTY_WORDS = frozenset({"a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 0.5
_ALIKE = 0.8


def is_same_thing(ours: str, theirs: str, synonyms: Iterable[str] = ()) -> bool:
    """Tell whether two labels look like names of one thing.

    They do where ours is one of the synonyms. Else their words are compared, without accents, capitals and words such
    as "of": the words with a digit in them (and I to IV, read as numbers) must be the same, and of all words more than
    half must be shared. Two words are the same that are spelt almost alike ("tumour" and "tumor", "uteri" and
    "uterine": four fifths of the letters, in order). So "glucose transport" and "D-glucose transport" are one thing,
    and "phase I trial" and "phase II trial", or "thyroid cancer" and "breast cancer", are two. In doubt the answer is
    no: then a person looks.
    """
    if any(_spelling(ours) == _spelling(synonym) for synonym in synonyms):
        return True
    one, other = _words(ours), _words(theirs)
    if {w for w in one if _is_number(w)} != {w for w in other if _is_number(w)}:
        return False
    left = set(other)
    shared = 0
    for word in sorted(one):
        twin = word if word in left else next((w for w in sorted(left) if _alike(word, w)), "")
        if twin:
            left.discard(twin)
            shared += 1
    return shared > _ENOUGH * (len(one) + len(left))


def _spelling(label: str) -> str:
    return notation.fold(label)


def _words(label: str) -> frozenset[str]:
    found = _WORD.findall(notation.fold(notation.normalise(label)))
    return frozenset(_ROMAN.get(word, word) for word in found) - _EMPTY_WORDS


def _is_number(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _alike(one: str, other: str) -> bool:
    if _is_number(one) or _is_number(other):
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
