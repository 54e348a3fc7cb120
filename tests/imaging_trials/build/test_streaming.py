"""Validation a window of records at a time gives the report of validating everything as one graph."""

import gzip
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, Store, parse

from imaging_trials.build import records, streaming, validation
from imaging_trials.model import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import reading
from rdfkit.shacl import ValidationInput, report, undefined_terms
from tests.conftest import ROOT

EX = "https://example.org/"
HEAD = """@prefix ex: <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . """
AXIOMS = """
ex:A a owl:Class . ex:B rdfs:subClassOf ex:A . ex:C owl:disjointWith ex:A .
ex:near owl:inverseOf ex:nearOf . ex:beside a owl:SymmetricProperty . ex:close rdfs:subPropertyOf ex:near .
ex:before a owl:TransitiveProperty . ex:far owl:propertyChainAxiom ( ex:near ex:one ) .
ex:one a owl:FunctionalProperty . ex:made rdfs:range ex:A ; rdfs:domain ex:B . ex:bad rdfs:range ex:C .
ex:hub a ex:A ; ex:name "hub" .
"""
SHAPES = """
ex:s1 a sh:NodeShape ; sh:targetClass ex:A ;
  sh:property [ sh:path ex:name ; sh:maxCount 1 ; sh:message "one name" ] ,
    [ sh:path ex:near ; sh:class ex:A ] , [ sh:path ex:far ; sh:maxCount 1 ] ,
    [ sh:path ( ex:near ex:name ) ; sh:minCount 1 ] , [ sh:path [ sh:inversePath ex:near ] ; sh:maxCount 1 ] .
ex:s2 a sh:NodeShape ; sh:targetClass ex:A ; sh:message "name twice" ;
  sh:sparql [ sh:select "SELECT $this ?value { $this <https://example.org/name> ?n . \
?value <https://example.org/name> ?n . FILTER(?value != $this) }" ] .
ex:s3 a sh:NodeShape ; sh:targetSubjectsOf ex:beside ; sh:message "beside unnamed" ;
  sh:sparql [ sh:select "SELECT $this ?value { $this <https://example.org/beside> ?value . \
FILTER NOT EXISTS { ?value <https://example.org/name> ?n } }" ] .
ex:s4 a sh:NodeShape ; sh:targetObjectsOf ex:made ; sh:property [ sh:path ex:name ; sh:minCount 1 ] .
ex:s5 a sh:NodeShape ; sh:targetSubjectsOf ex:before ; sh:message "loop" ;
  sh:sparql [ sh:select "SELECT $this { $this <https://example.org/before>+ $this }" ] .
ex:s6 a sh:NodeShape ; sh:targetSubjectsOf ex:close ; sh:message "any" ;
  sh:sparql [ sh:select "SELECT $this ?value { $this <https://example.org/close> ?x . ?x ?value $this }" ] .
ex:s7 a sh:NodeShape ; sh:targetClass ex:B ; sh:node [ sh:property [ sh:path ex:near ;
  sh:node [ sh:property [ sh:path ex:one ; sh:minCount 1 ] ] ] ] .
"""
PROPERTIES = (
    "name",
    "near",
    "nearOf",
    "beside",
    "close",
    "before",
    "far",
    "one",
    "made",
    "bad",
    "type",
    "type",
    "other",
)


@pytest.fixture(scope="module")
def context() -> validation.Context:
    """A small vocabulary and its shapes, closed by the rules of the repository."""
    store = Store()
    graph = PROJECT.graph_iri("vocab")
    store.extend(Quad(q.subject, q.predicate, q.object, graph) for q in turtle(AXIOMS))
    closure.close(PROJECT, store, ROOT / "ontology" / "rules")
    quads = list(store)
    given = ValidationInput(PROJECT, quads, list(turtle(SHAPES)), trusted=True)
    return validation.Context(ROOT, store, quads, given, undefined_terms.defined_in(quads))


def turtle(text: str) -> Iterator[Quad]:
    return parse(HEAD + text, format=RdfFormat.TURTLE)


def random_quads(seed: int) -> str:
    """Return lines of N-Quads: a few records, of which some share nodes, names and even graphs."""
    chance = random.Random(seed)
    nodes = [f"<{EX}n{number}>" for number in range(chance.randint(3, 14))] + [f"<{EX}hub>", "_:b"]
    own = f"<{PROJECT.base}id/x{seed % 3}>"
    properties = chance.sample(PROPERTIES, chance.randint(2, len(PROPERTIES)))
    if chance.random() < 0.7:
        properties = [name for name in properties if name not in {"bad", "one"}] or ["name"]
    lines = []
    for record in range(chance.randint(2, 9)):
        graph = f"<{EX}graph/{record if chance.random() < 0.9 else 0}>"
        local = chance.sample(nodes, chance.randint(1, 3))
        for _ in range(chance.randint(1, 6)):
            name = chance.choice(properties)
            subject, value = chance.choice(local), chance.choice(local if chance.random() < 0.5 else nodes)
            if name == "type":
                name, value = "type", f"<{EX}{chance.choice('AABC' if 'bad' in properties else 'AABB')}>"
            elif name == "name":
                value = f'"{chance.choice("abcdefgh")}"'
            elif name == "other":
                value = chance.choice((own, f"<{PROJECT.vocabulary}nothing>"))
                subject = chance.choice((own, subject))
            predicate = f"<{EX}{name}>" if name != "type" else "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
            lines.append(f"{subject} {predicate} {value} {graph} .\n")
    return "".join(lines)


def both(files: list[Path], context: validation.Context, window: int) -> tuple[report.Report, report.Report]:
    """Return the report for the whole graph, and that for a window at a time."""
    streams = [records.File(path, reading.syntax_of(path)) for path in files]
    return validation.validate_files(files, context=context), streaming.validate_streams(
        streams, context, window=window
    )


def texts(found: report.Report) -> tuple[str, list[str], str]:
    return report.as_json(found), report.lines_with_snippets(found), report.summary(found)


@pytest.mark.parametrize("first", range(0, 24, 4))
def test_windows_give_the_report_of_the_whole(first: int, tmp_path: Path, context: validation.Context) -> None:
    for seed in range(first, first + 4):
        files = [tmp_path / "a.nq", tmp_path / "b.nq"][: 1 + seed % 2]
        for number, path in enumerate(files):
            path.write_text(random_quads(10 * seed + number))
        whole, streamed = both(files, context, window=1 + seed % 7)
        assert texts(streamed) == texts(whole), seed


CROSSING = {
    "a name in two records": "ex:a a ex:A ; ex:name 'x' . | ex:b a ex:A ; ex:name 'x' .",
    "a value typed by a later record": "ex:a a ex:A ; ex:near ex:v . | ex:v a ex:A .",
    "a value that no record types": "ex:a a ex:A ; ex:near ex:v . | ex:v ex:name 'v' .",
    "the inverse in another record": "ex:a a ex:A ; ex:near ex:v . | ex:w ex:nearOf ex:a .",
    "a chain over three records": "ex:a a ex:A ; ex:near ex:b . | ex:b ex:one ex:c . | ex:a ex:far ex:d .",
    "one node described differently": "ex:a a ex:A ; ex:name 'x' . | ex:a a ex:A ; ex:name 'y' .",
    "one node described equally": "ex:a a ex:A ; ex:name 'x' , 'y' . | ex:a a ex:A ; ex:name 'x' , 'y' .",
    "a loop over three records": "ex:a ex:before ex:b . | ex:b ex:before ex:c . | ex:c ex:before ex:a .",
    "disjoint classes of one node": "ex:a a ex:A ; ex:near ex:b . | ex:a a ex:C .",
    "two values of a functional property": "ex:a ex:one ex:b . | ex:a ex:one ex:c .",
    "a class by range, another by type": "ex:x ex:bad ex:a . | ex:a a ex:A .",
    "a symmetric property": "ex:a ex:beside ex:b . | ex:b ex:name 'b' . | ex:a ex:name 'a' .",
    "a node of the vocabulary": "ex:a a ex:A ; ex:near ex:hub . | ex:hub ex:name 'other' .",
    "a blank node of two graphs": "_:b a ex:A ; ex:name 'x' . | _:b ex:name 'y' .",
    "an axiom": "ex:a a ex:D ; ex:name 'x' , 'y' . | ex:D rdfs:subClassOf ex:A .",
    "a graph in two places": "ex:a a ex:A . | ex:b a ex:B . | ex:a ex:name 'x' , 'y' . | again",
}


def nquads(text: str) -> str:
    """Return records in Turtle, with | between them, as N-Quads; after the last, ``again`` is the first graph again."""
    *parts, last = [part.strip() for part in text.split("|")]
    names = [f"<{EX}graph/{number}>" for number in range(len(parts) + 1)]
    if last == "again":
        names[len(parts) - 1] = names[0]
    else:
        parts.append(last)
    return "".join(
        f"{quad.triple!s} {name} .\n" for name, record in zip(names, parts, strict=False) for quad in turtle(record)
    )


@pytest.mark.parametrize("case", CROSSING)
def test_what_crosses_records_is_found(case: str, tmp_path: Path, context: validation.Context) -> None:
    path = tmp_path / "a.nq"
    path.write_text(nquads(CROSSING[case]))
    if case == "an axiom":
        with pytest.raises(streaming.AxiomsError):
            streaming.validate_streams([records.File(path, "nquads")], context, window=1)
        return
    whole, streamed = both([path], context, window=1)
    assert texts(streamed) == texts(whole)


def test_records_without_links_are_judged_once(
    tmp_path: Path, context: validation.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.nq"
    text = " | ".join(f"ex:a{n} a ex:A ; ex:name '{n}' ; ex:near ex:hub , ex:v{n} ." for n in range(20))
    path.write_text(nquads(text))
    judged: list[int] = []
    judge = streaming._Run.judge

    def counted(run: streaming._Run, given: Iterable[records.Record]) -> object:
        found = list(given)
        judged.append(len(found))
        return judge(run, found)

    monkeypatch.setattr(streaming._Run, "judge", counted)
    streaming.validate_streams([records.File(path, "nquads")], context, window=8)
    assert sum(judged) == 20


def test_a_long_record_is_cut_and_stays_exact(
    tmp_path: Path, context: validation.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.nq"
    path.write_text(nquads("ex:a a ex:A ; ex:near ex:a , ex:b ; ex:name 'x' . ex:b a ex:A ; ex:name 'x' , 'y' ."))
    monkeypatch.setattr(records, "RECORD_TRIPLES", 2)
    whole, streamed = both([path], context, window=2)
    assert texts(streamed) == texts(whole)


@pytest.mark.parametrize("name", ["a.ttl", "a.nt", "a.nq.gz", "a.trig"])
def test_other_syntaxes_give_the_same(name: str, tmp_path: Path, context: validation.Context) -> None:
    text = "ex:a a ex:A ; ex:name 'x' ; ex:near [ a ex:A ; ex:name 'x' ] . ex:b a ex:A ; ex:name 'y' , 'z' ."
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(nquads(text).encode()))
    else:
        path.write_text(HEAD + text if name != "a.nt" else "".join(f"{q.triple} .\n" for q in turtle(text)))
    whole, streamed = both([path], context, window=1)
    assert texts(streamed) == texts(whole)
    assert streamed.location(streamed.results[0])
