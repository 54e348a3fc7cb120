"""The project's rules for mapping sets, beyond what `sssom` demands of each file."""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode, Store

from imaging_trials.mapping_sets.problem import Problem, problem
from imaging_trials.mapping_sets.sssom import CODE_ONLY, Mapping, MappingSet
from imaging_trials.model import nuclide_notation, read, vocabulary

CONCEPTS = "concept"
KIND_OF_PREFIX = {
    "agent": "substance",
    "agentgroup": "substance",
    "agentkind": "substance",
    "bodysite": "body site",
    "disease": "disease",
    "journal": "journal",
    "nuclide": "nuclide",
    "organization": "organization",
    "substance": "substance",
    "target": "target",
}
"""The kind of thing that a prefix of the project is for; the other prefixes are for `CONCEPTS`."""

_GENERAL = {"ncit", "mesh", "snomed-ct"}
SETS_OF_KIND = {
    "substance": _GENERAL | {"atc", "cas", "chebi", "dicom", "drugbank", "inchikey", "unii"},
    "nuclide": _GENERAL | {"cas", "chebi", "dicom", "drugbank", "inchikey", "unii"},
    "target": {"go", "hgnc", "mesh", "ncbigene", "ncit", "uniprot"},
    "disease": _GENERAL | {"doid", "efo", "hp", "mondo"},
    "body site": _GENERAL | {"radlex", "uberon"},
    "organization": {"crossref-funder", "grid", "isni", "mesh", "ncit", "ror", "wikidata"},
    "journal": {"issn", "nlm-catalog", "wikidata"},
    CONCEPTS: _GENERAL
    | {"chmo", "cto", "dicom", "efo", "hl7-tho", "loinc", "maxo", "obi", "radlex", "rbo", "schema-org"},
}
"""The sets in which a kind of thing may have rows: an agent has none in a vocabulary of diseases."""

_STRONG = ("skos:exactMatch", "skos:closeMatch")

Row = tuple[MappingSet, Mapping]


def problems(sets: Sequence[MappingSet], store: Store | None = None) -> list[Problem]:
    """Return the rows that break a rule, in the order of files and lines.

    The rules:

    - The subject is in the graph, under that label (only checked with ``store``).
    - A labeled molecule is neither an exact nor a close match of an unlabeled one.
    - A thing has at most one exact match in a vocabulary, or each of the rows has a comment that says why.
    - No two things have the same exact match.
    - The kind of our thing fits the vocabulary, and all things that match one object are of one kind.
    - Rows of vocabularies that are mapped by code alone have no object label; all others have one.
    - The vocabulary of the other thing is given by a CURIE, as SSSOM has it.
    """
    rows = [(one, mapping) for one in sets for mapping in one.mappings]
    found = [
        *(problem for row in rows for problem in _of_row(*row)),
        *_of_pairs(rows),
        *(_of_graph(rows, store) if store else ()),
    ]
    return sorted(found, key=lambda one: (one.file, one.line))


def kind_of(curie: str) -> str:
    """Return the kind of thing that a CURIE of the project is for.

    >>> kind_of("substance:fluoroestradiol")
    'substance'
    """
    return KIND_OF_PREFIX.get(curie.partition(":")[0], CONCEPTS)


def nuclides(text: str) -> frozenset[str]:
    """Return the radionuclides in a name, whatever their notation.

    >>> nuclides("FLUOROMISONIDAZOLE F-18")
    frozenset({'18F'})
    """
    key = nuclide_notation.search_key(text)
    return frozenset(key.split()) - frozenset(nuclide_notation.without_nuclides(key).split())


def _of_row(one: MappingSet, mapping: Mapping) -> Iterator[Problem]:
    kind = kind_of(mapping.subject)
    if one.name not in SETS_OF_KIND[kind]:
        yield problem(one, mapping, "kind", f"{mapping.subject} is a {kind}, and {one.name} has none; remove the row.")
    if mapping.object_source == mapping.object_source_iri:
        text = f"object_source '{mapping.object_source}' is an IRI; write a CURIE such as bioregistry:{one.name}."
        yield problem(one, mapping, "source", text)
    if one.name in CODE_ONLY:
        if mapping.object_label:
            yield problem(
                one, mapping, "label", f"labels of {one.name} must not be published; leave object_label empty."
            )
    elif not mapping.object_label:
        yield problem(one, mapping, "label", f"{mapping.object} has no label; write the one that was read.")
    else:
        text = _labeled_molecules(mapping)
        if text:
            yield problem(one, mapping, "labeled", text)


def _labeled_molecules(mapping: Mapping) -> str:
    """Return what is wrong with the radionuclides of both labels, or ""."""
    ours, theirs = nuclides(mapping.subject_label), nuclides(mapping.object_label)
    prefix = mapping.subject.partition(":")[0]
    strong = mapping.predicate in _STRONG
    if prefix in {"agent", "nuclide"} and strong and ours != theirs:
        return (
            f"{mapping.subject} has {_list(ours)} and '{mapping.object_label}' {_list(theirs)}; "
            "use a broad or related match, or map the substance that it is based on."
        )
    if prefix == "agent" and mapping.predicate == "skos:narrowMatch" and not ours <= theirs:
        return f"'{mapping.object_label}' lacks {_list(ours)} and cannot be narrower; use a broad or related match."
    if prefix == "substance" and strong and theirs:
        return f"a base substance has no radionuclide, and '{mapping.object_label}' has {_list(theirs)}; map the agent."
    return ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no radionuclide"


def _of_pairs(rows: Sequence[Row]) -> Iterator[Problem]:
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
                yield problem(one, mapping, "twice", text)
    for same in of_object.values():
        yield from _of_object(same)


def _of_object(same: Sequence[Row]) -> Iterator[Problem]:
    first, exact = same[0][1].subject, ""
    for one, mapping in same:
        if kind_of(mapping.subject) != kind_of(first):
            kinds = f"a {kind_of(first)} and not a {kind_of(mapping.subject)}"
            yield problem(one, mapping, "kind", f"{mapping.object} matches {first} too, {kinds}; remove one row.")
        elif mapping.predicate == "skos:exactMatch":
            if exact:
                text = f"{mapping.object} is an exact match of {exact} too; weaken one of them."
                yield problem(one, mapping, "shared", text)
            exact = exact or mapping.subject


def _of_graph(rows: Sequence[Row], store: Store) -> Iterator[Problem]:
    for one, mapping in rows:
        labels = read.texts(store, NamedNode(mapping.subject_iri), vocabulary.PREF_LABEL)
        if not labels:
            text = f"the graph has no {mapping.subject}; remove the row, or add the thing."
            yield problem(one, mapping, "unknown", text)
        elif mapping.subject_label not in labels:
            text = f"{mapping.subject} is called '{labels[0]}'; write that as subject_label."
            yield problem(one, mapping, "renamed", text)
