"""Both engines judge literals by the same table, and read patterns as XPath does."""

from random import Random

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base import UserError, namespaces
from rdfkit.rdf import datatypes
from rdfkit.shacl import ValidationInput, validate
from tests.support.literal_table import RDF_LITERALS, XSD_LITERALS
from tests.support.validators import EX, NODES, PREFIXES, by_both, typed

ALL = {
    **{namespaces.XSD + name: texts for name, texts in XSD_LITERALS.items()},
    **{namespaces.RDF + name: texts for name, texts in RDF_LITERALS.items()},
}
P = NamedNode(EX + "p")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def shapes_of(text: str) -> list[Quad]:
    return list(parse(PREFIXES + text, format=RdfFormat.TURTLE))


def found_by_both(constraint: str, values: list[Literal | NamedNode], data: set[Triple] | None = None) -> list[str]:
    """Return the values that both engines report for a constraint on the values of ex:p."""
    shapes = shapes_of(
        f"ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:v . ex:v sh:path ex:p ; {constraint} ."
    )
    triples = {Triple(NODES[0], P, value) for value in values} | (data or set())
    fast, pyshacl = by_both(ValidationInput(PROJECT, [], shapes), triples)
    assert fast == pyshacl
    return sorted(entry[2] for entry in fast)


def test_every_datatype_in_both_engines() -> None:
    """One graph with more than 400 literals, and a property for each datatype."""
    shapes, data, wrong = "", set(), set()
    for number, (datatype, (valid, invalid)) in enumerate(ALL.items()):
        shapes += f"ex:s{number} a sh:NodeShape ; sh:targetSubjectsOf ex:p{number} ; sh:property ex:v{number} .\n"
        shapes += f"ex:v{number} sh:path ex:p{number} ; sh:datatype <{datatype}> .\n"
        literals = {
            text: Literal(text, datatype=NamedNode(datatype)) for text in (*valid, *invalid) if len(text) < 4000
        }
        data |= {Triple(NODES[0], NamedNode(f"{EX}p{number}"), each) for each in literals.values()}
        wrong |= {str(literals[text]) for text in invalid if text in literals}
    assert len(data) > 300
    fast, pyshacl = by_both(ValidationInput(PROJECT, [], shapes_of(shapes)), data)
    assert fast == pyshacl
    assert {entry[2] for entry in fast} == wrong


def test_a_range_of_rare_dates() -> None:
    values = [typed(text, "date") for text in ("-0044-03-15", "12022-01-01", "2023-02-29", "2024-01-01")]
    assert found_by_both('sh:minInclusive "0001-01-01"^^xsd:date', [values[0], values[2], values[3]]) == [
        '"-0044-03-15"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"2023-02-29"^^<http://www.w3.org/2001/XMLSchema#date>',
    ]


KIM = Literal("kim")


@pytest.mark.parametrize(
    ("pattern", "flags", "fits", "fails"),
    [
        (r"^\\p{L}+", "", ("kim", "Ωλ", "é"), ("7", "", "_a")),
        (r"^\\i\\c*$", "", ("kim-7", "_é", "a:b"), ("7a", "a b", "")),
        (r"^[\\w-[0-9]]+$", "", ("kim", "é_"), ("a1", "a-b")),
        (r"^\\d+$", "", ("12", "٣"), ("1a", "")),
        (r"^\\p{IsGreek}+$", "", ("λογος",), ("logos",)),
        (r"^[\\p{Lu}-[A-C]]$", "i", ("D",), ("d", "A", "a")),
        ("b", "", ("abc",), ("ac",)),
        ("^b$", "m", ("a\nb\nc",), ("abc",)),
        ("^b$", "", ("b",), ("b\n", "a\nb")),
        ("^a.b$", "s", ("a\nb",), ("a\n\nb",)),
        ("^a.b$", "", ("axb",), ("a\nb",)),
        ("^ a [ ] b $", "x", ("a b",), ("ab",)),
        ("a.b*", "q", ("xa.b*",), ("axb",)),
        ("^K$", "i", ("k", "K"), ("kk",)),
        (r"^(a|b)\\1$", "", ("aa", "bb"), ("ab",)),
    ],
)
def test_a_pattern_in_both_engines(pattern: str, flags: str, fits: tuple[str, ...], fails: tuple[str, ...]) -> None:
    constraint = f'sh:pattern "{pattern}"' + (f' ; sh:flags "{flags}"' if flags else "")
    found = found_by_both(constraint, [Literal(text) for text in (*fits, *fails)])
    assert found == sorted(str(Literal(text)) for text in fails)


@pytest.mark.parametrize(
    ("test", "values", "found"),
    [
        (r'REGEX(?value, "^\\\\p{Lu}\\\\i+$")', ("Kim", "kim"), ["Kim"]),
        (r'REGEX(?value, "^[a-z-[aeiou]]+$", "i")', ("KM", "kim"), ["KM"]),
        (r'REPLACE(STR(?value), "^(\\\\p{L})([0-9])$", "$2$1") = "7a"', ("a7", "7a", "77"), ["7a", "a7"]),
        (r'REPLACE(STR(?value), "a", "\\\\$") = "$"', ("a", "$", "b"), ["$", "a"]),
        ('REGEX("ab", ?value)', ("(", "b", "(?=b)"), ["b"]),
    ],
)
def test_a_pattern_of_a_query(test: str, values: tuple[str, ...], found: list[str]) -> None:
    query = f"SELECT $this ?value WHERE {{ $this <{EX}p> ?value . FILTER({test}) }}"
    shapes = shapes_of(
        f'ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql ex:q . ex:q sh:select """{query}""" .'
    )
    data = {Triple(NODES[0], P, Literal(text)) for text in values}
    fast, pyshacl = by_both(ValidationInput(PROJECT, [], shapes), data)
    assert fast == pyshacl
    assert sorted(entry[2] for entry in fast) == sorted(str(Literal(text)) for text in found)


@pytest.mark.parametrize("engine", ["fast", "pyshacl", "auto"])
@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ('sh:property [ sh:path ex:p ; sh:pattern "a(?=b)" ]', r"'a\(\?=b\)', which cannot be read at character 2"),
        ('sh:pattern "[a"', r"pattern of ex:s is '\[a', which cannot be read at character 1: a class is not"),
        ('sh:pattern "a" ; sh:flags "g"', "the flag 'g' is unknown; the flags are s m i x q"),
        ('sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?v FILTER REGEX(STR(?v), \'a**\') }" ]',
         r"ex:s: A query in the shapes has the pattern 'a\*\*', which cannot be read at character 3"),
    ],
)  # fmt: skip
def test_an_unreadable_pattern_is_named(engine: str, constraint: str, message: str) -> None:
    shapes = shapes_of(
        "@prefix ex: <https://w3id.org/imaging-trials/vocab#> . "
        f"ex:s a sh:NodeShape ; sh:targetSubjectsOf <{EX}p> ; {constraint} ."
    )
    with pytest.raises(UserError, match=message.replace("ex:s", "imt:s")):
        validate(ValidationInput(PROJECT, [], shapes), {Triple(NODES[0], P, KIM)}, engine=engine)


# TopQuadrant as an independent judge

JENA_ACCEPTS_ANY = {
    *("ENTITIES", "ENTITY", "HTML", "ID", "IDREF", "IDREFS", "NMTOKENS", "NOTATION", "PlainLiteral", "QName"),
    *("string", "normalizedString", "token", "anyURI"),
}
"""Datatypes in which Jena finds nothing, most of them discouraged in RDF (RDF 1.1, section 5.1)."""


def invalid_for_topquadrant(texts: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of some pairs of datatype and text that TopQuadrant reports."""
    from tests.support.engines import jena

    shapes, data, focus = "", set(), {}
    for number, (datatype, text) in enumerate(texts):
        node, name = NamedNode(f"{EX}n{number}"), datatype.rpartition("#")[2]
        focus[node] = (datatype, text)
        data.add(Triple(node, NamedNode(EX + name), Literal(text, datatype=NamedNode(datatype))))
    for datatype in {datatype for datatype, _ in texts}:
        name = datatype.rpartition("#")[2]
        shapes += f"ex:S{name} a sh:NodeShape ; sh:targetSubjectsOf ex:{name} ; sh:property ex:V{name} .\n"
        shapes += f"ex:V{name} sh:path ex:{name} ; sh:datatype <{datatype}> .\n"
    return {focus[found.focus] for found in jena.shacl(data, shapes_of(shapes))}  # type: ignore[index]


def mutants(seed: int) -> list[tuple[str, str]]:
    """Return the literals of the table and, of each, some with one character changed, added or removed."""
    random = Random(seed)
    found: dict[tuple[str, str], None] = {}
    for datatype, both in ALL.items():
        for text in (text for texts in both for text in texts if len(text) < 40 and "\0" not in text):
            found[datatype, text] = None
            for _ in range(12):
                at = random.randint(0, len(text))
                found[
                    datatype, text[:at] + random.choice(["", *"0123459-+:.TZPe=a"]) + text[at + random.randint(0, 1) :]
                ] = None
    return list(found)


@pytest.mark.prove
@pytest.mark.xdist_group("jvm")
@pytest.mark.parametrize("seed", range(3))
def test_topquadrant_reports_the_same_literals(seed: int) -> None:
    """Jena removes blanks around a literal, and reads `--12--` as a month, as in the first print of XSD 1.0."""
    texts = mutants(seed)
    assert len(texts) > 3000
    invalid = {each for each in texts if not datatypes.is_valid(each[1], each[0])}
    judged = invalid_for_topquadrant(texts)
    disputed = {
        (datatype.rpartition("#")[2], text)
        for datatype, text in judged ^ invalid
        if text == text.strip() and text != "--12--" and datatype.rpartition("#")[2] not in JENA_ACCEPTS_ANY
    }
    assert disputed == set()
