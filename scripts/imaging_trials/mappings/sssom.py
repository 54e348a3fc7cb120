"""Mapping sets: how our things relate to other vocabularies, read strictly from ``data/links/``, and as triples.

The files are SSSOM/TSV (https://mapping-commons.github.io/sssom/): a commented YAML header, then a table. What is read
here is the part of it that the house uses: a header of plain keys, one map (``curie_map``) and one list
(``creator_label``), and twelve columns in a set order, without quoting.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError

FOLDER = "data/links"
ENDING = ".sssom.tsv"

CODE_ONLY = frozenset({"atc", "snomed-ct"})
"""Sets of vocabularies whose labels are not ours to publish: rows give the code alone."""

RELATIONS = {
    "skos:exactMatch": "exact match",
    "skos:closeMatch": "close match",
    "skos:broadMatch": "broad match",
    "skos:narrowMatch": "narrow match",
    "skos:relatedMatch": "related match",
}
"""What a row can say: its predicate, and the words for it. A broad match is one to something broader."""

COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "object_source",
    "object_source_version",
    "mapping_justification",
    "author_label",
    "mapping_date",
    "confidence",
    "comment",
)
_MAY_BE_EMPTY = frozenset({"object_label", "comment"})

_PLAIN_KEYS = (
    "mapping_set_id",
    "mapping_set_version",
    "mapping_set_title",
    "mapping_set_description",
    "license",
    "publication_date",
    "comment",
)
_NESTED_KEYS = ("creator_label", "curie_map")
_SET_IRI = PROJECT.prefixes["mappingset"]
_NOTED = CODE_ONLY | {"ncit"}
"""Sets whose bare codes stand in the graph as well, as notations: NCIt has two forms of IRI for one code."""

_CURIE = re.compile(r"([A-Za-z][\w.-]*):(\S+)")
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_CONFIDENCE = re.compile(r"1|0\.\d?[1-9]")
_NOT_IN_SLUG = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Mapping:
    """One row: a thing of ours, how it relates to a thing of another vocabulary, and who says so when and why.

    ``subject`` and ``object`` are CURIEs as printed in the file, with their IRIs beside them.
    """

    line: int
    subject: str
    subject_iri: str
    subject_label: str
    predicate: str
    object: str
    object_iri: str
    object_label: str
    object_source: str
    object_source_version: str
    justification: str
    author: str
    date: str
    confidence: str
    comment: str

    @property
    def code(self) -> str:
        """Return the object's identifier without its prefix."""
        return self.object.partition(":")[2]


@dataclass(frozen=True)
class MappingSet:
    """One file: the mappings to one vocabulary, and what its header says of them."""

    name: str
    path: Path
    iri: str
    version: str
    title: str
    description: str
    license: str
    date: str
    comment: str
    creators: tuple[str, ...]
    prefixes: dict[str, str]
    mappings: tuple[Mapping, ...] = field(repr=False)


def files(root: Path) -> list[Path]:
    """Return the files of the mapping sets under ``root``, sorted."""
    return sorted((root / FOLDER).glob(f"*{ENDING}"))


def read_sets(root: Path) -> list[MappingSet]:
    """Return the mapping sets under ``root``, sorted by name.

    Raises UserError with file and line for whatever in them is not as the house writes it.
    """
    return [read_set(path) for path in files(root)]


def named(sets: Sequence[MappingSet], name: str) -> MappingSet:
    """Return the set of that name, and raise UserError with the nearest names where there is none."""
    for one in sets:
        if one.name == name:
            return one
    import difflib

    near = difflib.get_close_matches(name, [one.name for one in sets], n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(one.name for one in sets)}."
    raise UserError(f"There is no mapping set '{name}': {hint}")


def read_set(path: Path) -> MappingSet:
    """Return one mapping set.

    Raises UserError with file and line for a header key that is missing, unknown or given twice, other columns than the
    house has, a row with too few or too many cells, an empty cell that must not be, a prefix that the header does not
    declare, a subject that is not ours, an unknown relation, justification, date or confidence, and a row given twice.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 at byte {error.start}; save the file as UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror}); mend that and run again.") from error
    if "\r" in text or not text.endswith("\n"):
        raise UserError(f"{path}: its lines must each end in a line feed and nothing else; save it so.")
    lines = text[:-1].split("\n")
    size = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = _header(path, lines[:size])
    prefixes = _prefixes(path, header)
    name = path.name.removesuffix(ENDING)
    if header["mapping_set_id"] != _SET_IRI + name:
        raise UserError(f"{path}: its mapping_set_id must end as the file is named: write {_SET_IRI}{name}.")
    if size == len(lines) or tuple(lines[size].split("\t")) != COLUMNS:
        raise UserError(
            f"{path}:{size + 1}: the columns must be, in this order and tab-separated, {', '.join(COLUMNS)}."
        )
    mappings: dict[tuple[str, str], Mapping] = {}
    for number, line in enumerate(lines[size + 1 :], size + 2):
        mapping = _mapping(f"{path}:{number}", number, line, prefixes)
        first = mappings.setdefault((mapping.subject, mapping.object), mapping)
        if first is not mapping:
            raise UserError(
                f"{path}:{number}: {mapping.subject} and {mapping.object} stand together in line {first.line} already; "
                "keep one of the two rows."
            )
    creators = header["creator_label"]
    return MappingSet(
        name=name,
        path=path,
        iri=_text(header, "mapping_set_id"),
        version=_text(header, "mapping_set_version"),
        title=_text(header, "mapping_set_title"),
        description=_text(header, "mapping_set_description"),
        license=_text(header, "license"),
        date=_text(header, "publication_date"),
        comment=_text(header, "comment"),
        creators=tuple(creators) if isinstance(creators, list) else (),
        prefixes=prefixes,
        mappings=tuple(mappings.values()),
    )


Header = dict[str, str | list[str] | dict[str, str]]


def _text(header: Header, key: str) -> str:
    value = header[key]
    return value if isinstance(value, str) else ""


def _header(path: Path, lines: Sequence[str]) -> Header:
    """Read the house's corner of YAML: ``#key: value``, ``#key:`` with ``#  - item`` or ``#  key: value`` lines."""
    header: Header = {}
    open_key = ""
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        nested = line.startswith("#  ")
        if nested and open_key == "creator_label" and line.startswith("#  - "):
            _append(header, open_key, _unquoted(where, line[5:]))
            continue
        key, colon, value = line[3 if nested else 1 :].partition(":")
        if not colon or key != key.strip() or not key or (value and not value.startswith(" ")):
            raise UserError(f"{where}: a line of the header is '#key: value'; mend it.")
        if nested:
            _nest(header, where, open_key, key, _unquoted(where, value))
            continue
        if key not in (*_PLAIN_KEYS, *_NESTED_KEYS):
            import difflib

            near = difflib.get_close_matches(key, (*_PLAIN_KEYS, *_NESTED_KEYS), n=1, cutoff=0)
            raise UserError(f"{where}: the house has no header key '{key}'; did you mean {near[0]}?")
        if key in header:
            raise UserError(f"{where}: '{key}' is given twice; keep one.")
        open_key = key if key in _NESTED_KEYS else ""
        header[key] = {} if key == "curie_map" else [] if key == "creator_label" else _unquoted(where, value)
        if bool(value.strip()) == bool(open_key):
            raise UserError(f"{where}: '{key}' needs {'lines below it' if open_key else 'a value'}; mend it.")
    missing = [key for key in (*_PLAIN_KEYS, *_NESTED_KEYS) if not header.get(key)]
    if missing:
        raise UserError(f"{path}: its header lacks {', '.join(missing)}; add what is missing.")
    if not _DATE.fullmatch(_text(header, "publication_date")):
        raise UserError(f"{path}: its publication_date must be a day such as 2026-11-26; mend it.")
    return header


def _append(header: Header, key: str, item: str) -> None:
    items = header[key]
    if isinstance(items, list):
        items.append(item)


def _nest(header: Header, where: str, open_key: str, key: str, value: str) -> None:
    inner = header.get(open_key)
    if not isinstance(inner, dict):
        raise UserError(f"{where}: '{key}' is indented, but belongs to no map; move it under curie_map.")
    if key in inner:
        raise UserError(f"{where}: the prefix '{key}' is given twice; keep one.")
    inner[key] = value


def _unquoted(where: str, value: str) -> str:
    value = value.strip()
    if value.startswith('"') or value.endswith('"'):
        inner = value[1:-1]
        if len(value) < 2 or value[0] != '"' or value[-1] != '"' or '"' in inner or "\\" in inner:
            raise UserError(f"{where}: a quoted value has one quotation mark at each end and none within; mend it.")
        return inner
    if ": " in value or " #" in value or value[:1] in set("'[]{}&*!|>%@`"):
        raise UserError(f"{where}: YAML would read this value otherwise; put it into quotation marks.")
    return value


def _prefixes(path: Path, header: Header) -> dict[str, str]:
    prefixes = header["curie_map"]
    if not isinstance(prefixes, dict):
        raise UserError(f"{path}: its curie_map is no map; write a line '#  prefix: IRI' for each prefix.")
    _iri(str(path), _text(header, "license"))
    for prefix, iri in prefixes.items():
        house = PROJECT.prefixes.get(prefix, iri)
        if house != iri:
            raise UserError(f"{path}: its curie_map has {prefix} as <{iri}>, and the house has <{house}>; take that.")
    return prefixes


def _mapping(where: str, number: int, line: str, prefixes: dict[str, str]) -> Mapping:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise UserError(f"{where}: has {len(cells)} cells for {len(COLUMNS)} columns; mend the tabs.")
    row = dict(zip(COLUMNS, cells, strict=True))
    for column, cell in row.items():
        if cell != cell.strip() or '"' in cell:
            raise UserError(f"{where}: {column} must have no quotation mark, and no blank at its ends; mend it.")
        if not cell and column not in _MAY_BE_EMPTY:
            raise UserError(f"{where}: {column} is empty; fill it in.")
    _check_values(where, row)
    subject_iri = _expand(where, row["subject_id"], prefixes)
    if not PROJECT.is_own(subject_iri):
        raise UserError(f"{where}: {row['subject_id']} is no thing of ours; a row starts from one.")
    _expand(where, row["mapping_justification"], prefixes)
    return Mapping(
        line=number,
        subject=row["subject_id"],
        subject_iri=subject_iri,
        subject_label=row["subject_label"],
        predicate=row["predicate_id"],
        object=row["object_id"],
        object_iri=_expand(where, row["object_id"], prefixes),
        object_label=row["object_label"],
        object_source=row["object_source"],
        object_source_version=row["object_source_version"],
        justification=row["mapping_justification"],
        author=row["author_label"],
        date=row["mapping_date"],
        confidence=row["confidence"],
        comment=row["comment"],
    )


def _check_values(where: str, row: dict[str, str]) -> None:
    if row["predicate_id"] not in RELATIONS:
        raise UserError(f"{where}: there is no relation '{row['predicate_id']}'; choose one of {', '.join(RELATIONS)}.")
    if not row["mapping_justification"].startswith("semapv:"):
        raise UserError(f"{where}: a justification is a term of semapv, such as semapv:ManualMappingCuration; mend it.")
    if not _DATE.fullmatch(row["mapping_date"]):
        raise UserError(f"{where}: '{row['mapping_date']}' is no day such as 2026-11-26; mend mapping_date.")
    if not _CONFIDENCE.fullmatch(row["confidence"]):
        raise UserError(
            f"{where}: '{row['confidence']}' is no confidence; give a number from 0.01 to 1 with no zero at its end."
        )
    if "://" not in row["object_source"]:
        raise UserError(f"{where}: object_source '{row['object_source']}' is no IRI; write it whole.")
    _iri(where, row["object_source"])


def _expand(where: str, curie: str, prefixes: dict[str, str]) -> str:
    found = _CURIE.fullmatch(curie)
    if not found:
        raise UserError(f"{where}: '{curie}' is no CURIE such as NCIT:C49093; mend it.")
    if found[1] not in prefixes:
        raise UserError(f"{where}: '{curie}' has a prefix that the curie_map lacks; add {found[1]} to it.")
    return _iri(where, prefixes[found[1]] + found[2])


def _iri(where: str, text: str) -> str:
    try:
        return NamedNode(text).value
    except ValueError:
        raise UserError(f"{where}: '{text}' is no IRI; mend it.") from None


def node_iri(of: MappingSet, mapping: Mapping) -> str:
    """Return the IRI of a mapping: set, kind and name of our thing, and the other's code, joined by hyphens.

    The kind is in it because a vector and an agent can have one name and match one thing; the object's prefix is in it
    where a set has several, as HL7's code systems share codes.
    """
    several = len({one.object.partition(":")[0] for one in of.mappings}) > 1
    parts = [of.name, mapping.subject, mapping.object if several else mapping.code]
    return PROJECT.prefixes["mapping"] + "-".join(_NOT_IN_SLUG.sub("-", part).strip("-") for part in parts)


def label(mapping: Mapping) -> str:
    """Return a mapping in words, such as ``[18F]FLT: exact match Fluorothymidine F-18 (NCIT:C49093)``."""
    other = f"{mapping.object_label} ({mapping.object})" if mapping.object_label else mapping.object
    return f"{mapping.subject_label}: {RELATIONS[mapping.predicate]} {other}"


def quads(root: Path) -> Iterator[Quad]:
    """Yield the triples of the mapping sets under ``root``, all in the named graph ``links``."""
    return to_quads(read_sets(root))


def to_quads(sets: Sequence[MappingSet]) -> Iterator[Quad]:
    """Yield, for each row, the match itself and a node that tells who says so; for each set, what its header says.

    A label of another vocabulary stays on the node of the mapping: it is what was read there on a day, not a statement
    of ours about their thing.
    """
    graph = NamedNode(PROJECT.prefixes["graph"] + "links")
    for one in sets:
        for predicate, value in _set_facts(one):
            yield Quad(NamedNode(one.iri), predicate, value, graph)
        for mapping in one.mappings:
            node = NamedNode(node_iri(one, mapping))
            relation = NamedNode(PROJECT.expand(mapping.predicate))
            yield Quad(NamedNode(mapping.subject_iri), relation, NamedNode(mapping.object_iri), graph)
            for predicate, value in _mapping_facts(one, mapping):
                yield Quad(node, predicate, value, graph)


Facts = Iterator[tuple[NamedNode, NamedNode | Literal]]


def _term(curie: str) -> NamedNode:
    return NamedNode(PROJECT.expand(curie))


def _set_facts(one: MappingSet) -> Facts:
    yield _term("rdf:type"), _term("imt:MappingSet")
    yield _term("skos:prefLabel"), Literal(one.title, language="en")
    yield _term("dcterms:description"), Literal(one.description, language="en")
    yield _term("dcterms:license"), NamedNode(one.license)
    yield _term("dcterms:rights"), Literal(one.comment, language="en")
    yield _term("dcterms:issued"), Literal(one.date, datatype=_term("xsd:date"))
    yield _term("dcat:version"), Literal(one.version)
    for creator in one.creators:
        yield _term("dcterms:creator"), Literal(creator)


def _mapping_facts(one: MappingSet, mapping: Mapping) -> Facts:
    yield _term("rdf:type"), _term("imt:Mapping")
    yield _term("skos:prefLabel"), Literal(label(mapping), language="en")
    yield _term("imt:mapsSubject"), NamedNode(mapping.subject_iri)
    yield _term("imt:mapsPredicate"), NamedNode(PROJECT.expand(mapping.predicate))
    yield _term("imt:mapsObject"), NamedNode(mapping.object_iri)
    yield _term("imt:isInMappingSet"), NamedNode(one.iri)
    yield _term("dcterms:source"), NamedNode(one.iri)
    yield _term("dcterms:creator"), Literal(mapping.author)
    yield _term("sssom:mapping_justification"), NamedNode(PROJECT.expand(mapping.justification))
    yield _term("sssom:mapping_date"), Literal(mapping.date, datatype=_term("xsd:date"))
    yield _term("sssom:confidence"), Literal(mapping.confidence, datatype=_term("xsd:decimal"))
    yield _term("sssom:object_source"), NamedNode(mapping.object_source)
    yield _term("sssom:object_source_version"), Literal(mapping.object_source_version)
    if mapping.object_label:
        yield _term("sssom:object_label"), Literal(mapping.object_label)
    if mapping.comment:
        yield _term("sssom:comment"), Literal(mapping.comment)
    if one.name in _NOTED:
        yield _term("skos:notation"), Literal(mapping.code)
