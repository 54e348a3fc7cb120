"""Small valid records, and mutants of them: each differs by one edit and has the results that the shapes must give.

``mutants()`` yields them all. Those that aim at a constraint are stored in ``mutants.tsv``, which ``python -m
tools.mutation --write`` writes: if they were made from the shapes each time, a weakened shape would weaken its own
test.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from tests.support.fixtures import INVALID, VALID

FOLDER = Path(__file__).parent
MUTANTS = FOLDER / "mutants.tsv"

REPORTED, SILENT, PASSES = "reported", "silent", "passes"
"""The expected result: the constraint aimed at reports the mutant; it does not; no shape does."""

COLUMNS = ("expected", "aimed", "component", "path", "severity", "focus", "value", "base", "edit", "removed", "added")
_PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
_LABEL = NamedNode(PROJECT.expand("skos:prefLabel"))
_NAMED = re.compile(re.escape(PROJECT.base) + r"(id|concept)/[^/]+/[^/]+")
"""The name of a thing or a concept; that of a scheme is the beginning of its concepts' names."""

Node = NamedNode | BlankNode


@dataclass(frozen=True)
class Base:
    """A record to start from: a connected part of a valid fixture, or a whole invalid one."""

    name: str
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class Edit:
    """A change of a record; ``node`` and ``new`` are set if a whole node is renamed, or copied under another name."""

    name: str
    removed: tuple[Triple, ...] = ()
    added: tuple[Triple, ...] = ()
    node: Node | None = None
    new: Node | None = None


@dataclass(frozen=True)
class Mutant:
    """A record that differs from its base by one edit, and its expected results.

    ``aimed`` is the shape (as in the header of a fixture), or "" if the whole record must conform. ``path`` and
    ``severity`` are those of the results that the constraint must report, ``focus`` and ``value`` the focus nodes and
    values of all of them, in the same order, with a bar between them; "" if nothing may be reported.
    """

    id: str
    expected: str
    aimed: str
    component: str
    path: str
    severity: str
    focus: str
    value: str
    base: Base
    edit: Edit

    @property
    def harmless(self) -> bool:
        """Return whether no shape may report the record."""
        return self.expected == PASSES

    @property
    def triples(self) -> list[Triple]:
        """Return the record: the base in its order, without what the edit removes, and then what it adds."""
        if self.edit.name == "reorder":
            return list(reversed(self.base.triples))
        gone = set(self.edit.removed)
        kept = [triple for triple in self.base.triples if triple not in gone]
        return [*kept, *(triple for triple in self.edit.added if triple not in kept)]


@cache
def bases() -> dict[str, Base]:
    """Return the records to start from by name: parts of valid fixtures first, then invalid fixtures.

    A part of a fixture can be named after any thing that it describes, so that names survive changes of the fixture.
    """
    found: dict[str, Base] = {}
    for path in VALID:
        for part in connected([quad.triple for quad in reading.read(path)]):
            names = sorted({f"valid/{path.stem} {show(triple.subject)}" for triple in part})
            found.update(dict.fromkeys(names, Base(names[0], tuple(part))))
    for path in INVALID:
        name = f"invalid/{path.stem}"
        found[name] = Base(name, tuple(quad.triple for quad in reading.read(path)))
    return found


def valid_bases() -> list[Base]:
    """Return the records that conform."""
    return [base for name, base in bases().items() if name == base.name and name.startswith("valid/")]


def connected(triples: list[Triple]) -> list[list[Triple]]:
    """Return the unconnected parts of a file, each in the order of the file."""
    described = {triple.subject for triple in triples}
    group = {node: node for node in described}

    def root(node: object) -> object:
        while group[node] != node:  # type: ignore[index]
            node = group[node]  # type: ignore[index]
        return node

    for triple in triples:
        if triple.object in described:
            group[root(triple.subject)] = root(triple.object)  # type: ignore[index,assignment]
    parts: dict[object, list[Triple]] = defaultdict(list)
    for triple in triples:
        parts[root(triple.subject)].append(triple)
    return list(parts.values())


def mutants() -> Iterator[Mutant]:
    """Yield every mutant, always in the same order: those that aim at a constraint, then the harmless ones."""
    numbers: dict[str, int] = defaultdict(int)

    def identified(key: str) -> str:
        numbers[key] += 1
        return f"{key}.{numbers[key]}"

    for row in rows():
        base = bases()[row["base"]]
        edit = _edit(row, base)
        key = f"{row['aimed'].partition(':')[2]}.{row['edit']}"
        expectations = {name: row[name] for name in COLUMNS[:7]}
        yield Mutant(id=identified(key), base=base, edit=edit, **expectations)
    for base in valid_bases():
        for edit in harmless_edits(base):
            key = f"{base.name.replace(' ', '.').replace('/', '.').replace(':', '.')}.{edit.name}"
            yield Mutant(identified(key), PASSES, "", "", "", "", "", "", base, edit)


def _edit(row: dict[str, str], base: Base) -> Edit:
    if not row["added"] or row["added"].endswith(" ."):
        return Edit(row["edit"], read(row["removed"]), read(row["added"]))
    (names,) = read(f"{row['removed']} rdf:type {row['added']} .")
    node, new = names.subject, names.object
    assert isinstance(node, NamedNode | BlankNode), row
    assert isinstance(new, NamedNode | BlankNode), row
    return copied(base, node, new) if row["edit"] == "copy" else renamed(base, node, new, row["edit"])


def rows(path: Path = MUTANTS) -> list[dict[str, str]]:
    """Return the lines of ``mutants.tsv``, or of another file with its columns, by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write(found: Iterable[Mutant], path: Path = MUTANTS) -> None:
    """Write mutants that aim at a constraint as lines of text, sorted."""
    lines = {
        "\t".join(
            (
                m.expected,
                m.aimed,
                m.component,
                m.path,
                m.severity,
                m.focus,
                m.value,
                m.base.name,
                m.edit.name,
                *_texts(m),
            )
        )
        for m in found
    }
    body = "\n".join(["\t".join(COLUMNS), *sorted(lines, key=lambda line: line.split("\t")[1:] + line.split("\t")[:1])])
    path.write_text(body + "\n", encoding="utf-8")


def _texts(mutant: Mutant) -> tuple[str, str]:
    if mutant.edit.node is not None:
        return show(mutant.edit.node), show(mutant.edit.new)
    return text(mutant.edit.removed), text(mutant.edit.added)


def harmless_edits(base: Base) -> Iterator[Edit]:
    """Yield edits that no shape may report: the triples in another order, a longer label, another name for a thing."""
    yield Edit("reorder")
    subjects = list(dict.fromkeys(triple.subject for triple in base.triples))
    for subject in subjects:
        for triple in base.triples:
            is_label = triple.subject == subject and triple.predicate == _LABEL
            if is_label and isinstance(triple.object, Literal) and "/vocab#" not in str(subject):
                longer = Literal(triple.object.value + " again", language=triple.object.language)
                yield Edit("relabel", (triple,), (Triple(subject, _LABEL, longer),))
        labeled = any(triple.subject == subject and triple.predicate == _LABEL for triple in base.triples)
        if labeled and isinstance(subject, NamedNode) and _NAMED.fullmatch(subject.value):
            yield renamed(base, subject, NamedNode(subject.value + "-too"), "rename")


def renamed(base: Base, node: Node, new: Node, name: str) -> Edit:
    """Return the edit that renames a node everywhere in the record."""
    gone = tuple(triple for triple in base.triples if node in (triple.subject, triple.object))
    return Edit(name, gone, tuple(replaced(triple, node, new) for triple in gone), node, new)


def copied(base: Base, node: Node, new: Node) -> Edit:
    """Return the edit that copies all statements about a node to another one."""
    return Edit("copy", (), tuple(replaced(t, node, new) for t in base.triples if t.subject == node), node, new)


def replaced(triple: Triple, node: Node, new: Node) -> Triple:
    """Return a triple with one node replaced by another."""
    subject = new if triple.subject == node else triple.subject
    return Triple(subject, triple.predicate, new if triple.object == node else triple.object)


def show(term: object) -> str:
    """Return a term in Turtle, with the project's prefixes."""
    if isinstance(term, NamedNode):
        short = PROJECT.shorten(term.value)
        return short if short != term.value and _plain(short) else f"<{term.value}>"
    if isinstance(term, Literal) and term.datatype.value.startswith(PROJECT.prefixes["xsd"]) and not term.language:
        plain = str(Literal(term.value))
        kind = PROJECT.shorten(term.datatype.value)
        return plain if kind == "xsd:string" else f"{plain}^^{kind}"
    return str(term)


def _plain(curie: str) -> bool:
    local = curie.partition(":")[2]
    return all(c.isalnum() or c in "-_" for c in local) and not local.startswith("-") and not local.endswith("-")


def text(triples: Iterable[Triple]) -> str:
    """Return triples as one line of Turtle."""
    return " ".join(f"{show(t.subject)} {show(t.predicate)} {show(t.object)} ." for t in triples)


@cache
def read(line: str) -> tuple[Triple, ...]:
    """Return the triples of one line of Turtle."""
    if not line:
        return ()
    return tuple(quad.triple for quad in parse(_PROLOGUE + line, format=RdfFormat.TURTLE))


def turtle(mutant: Mutant) -> str:
    """Return the record of a mutant as a Turtle file with one statement on each line."""
    return _PROLOGUE + "\n" + "\n".join(text([triple]) for triple in mutant.triples) + "\n"
