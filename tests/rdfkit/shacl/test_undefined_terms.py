"""A name that is misspelled or used in the wrong way is reported, with its place and the nearest name."""

from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.rdf import reading
from rdfkit.shacl import undefined_terms
from tests.conftest import ROOT

VOCABULARY = """
<https://w3id.org/imaging-trials/vocab> a owl:Ontology ; owl:versionIRI <https://w3id.org/imaging-trials/vocab/1.0.0> .
imt:PharmaceuticalAgent a owl:Class .
imt:hasRadionuclide a owl:ObjectProperty ; rdfs:range imt:Radionuclide .
imt:Radionuclide a owl:Class .
imt:halfLife a owl:DatatypeProperty .
dcterms:title a owl:AnnotationProperty .
schema:MedicalGuideline a owl:Class .
<http://purl.org/ontology/bibo/doi> a owl:DatatypeProperty .
"""
PAGE = """
agent:fes a imt:PharmaceuticalAgent ; imt:hasRadionuclide nuclide:f-18 ; dcterms:title "FES" .
nuclide:f-18 a imt:Radionuclide ; imt:halfLife 110 ; schema:url <https://example.org/no/term> .
"""
SHAPES = """
<https://w3id.org/imaging-trials/shapes> a owl:Ontology ; sh:declare
    [ sh:prefix "imt" ; sh:namespace "https://w3id.org/imaging-trials/vocab#" ] .
imtsh:Agent a sh:NodeShape ; sh:targetClass imt:PharmaceuticalAgent ;
    sh:property imtsh:agent-nuclide ; sh:sparql imtsh:agent-half-life .
imtsh:agent-nuclide sh:path imt:hasRadionuclide ; sh:class imt:Radionuclide .
imtsh:agent-half-life sh:select "SELECT $this WHERE { $this imt:hasRadionuclide/imt:halfLife ?h }" .
"""
RULE = "PREFIX graph: <https://w3id.org/imaging-trials/graph/>\nINSERT { GRAPH graph:inferred { ?s ?p ?o } } WHERE { }"
QUERY = """\
#+ id: agents   # imt:NotLookedAt
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
PREFIX agent: <https://w3id.org/imaging-trials/id/agent/>
SELECT ?agent WHERE {  # imt:NotLookedAt
  VALUES (?agent) { (agent:fes) }
  ?agent a imt:PharmaceuticalAgent ; imt:hasRadionuclide/imt:halfLife ?life .
  FILTER(?life<200 && STR(?agent) != "imt:NotLookedAt" && STR(?agent) != '''it's imt:NotLookedAt''')
}
"""
PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "ontology/imaging-trials.ttl": PROLOGUE + VOCABULARY,
        "data/page/agents.ttl": PROLOGUE + PAGE,
        "shapes/common/agents.ttl": PROLOGUE + SHAPES,
        "ontology/rules/one.ru": RULE,
        "queries/agents/agents.rq": QUERY,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def change(root: Path, name: str, old: str, new: str) -> list[str]:
    """Change a file and return the undefined terms that are then found."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return lines(undefined_terms.check_repository(PROJECT.at(root)))


def lines(found: list[undefined_terms.UndefinedTerm]) -> list[str]:
    return [f"{term.where}: {undefined_terms.sentence(PROJECT, term)}" for term in found]


def test_this_repository_has_no_undefined_term() -> None:
    assert lines(undefined_terms.check_repository(PROJECT.at(ROOT))) == []


def test_a_repository_that_defines_its_terms_passes(root: Path) -> None:
    assert undefined_terms.check_repository(PROJECT.at(root)) == []


PAGE_FILE = "data/page/agents.ttl"
CHANGES = {
    "a misspelled property": (
        (PAGE_FILE, "imt:halfLife 110", "imt:halfLif 110"),
        f'{PAGE_FILE}: imt:halfLif is not defined; did you mean imt:halfLife? (in: nuclide:f-18 imt:halfLif "110"',
    ),
    "a misspelled class": (
        (PAGE_FILE, "a imt:Radionuclide", "a imt:Radionucleide"),
        f"{PAGE_FILE}: imt:Radionucleide is not defined; did you mean imt:Radionuclide?",
    ),
    "a misspelled thing": (
        (PAGE_FILE, "hasRadionuclide nuclide:f-18", "hasRadionuclide nuclide:f18"),
        f"{PAGE_FILE}: nuclide:f18 is not defined; did you mean nuclide:f-18?",
    ),
    "a thing without a type": (
        (PAGE_FILE, "a imt:Radionuclide ; ", ""),
        f"{PAGE_FILE}: nuclide:f-18 is not defined",
    ),
    "a class as a property": (
        (PAGE_FILE, "imt:halfLife 110", "imt:Radionuclide 110"),
        f"{PAGE_FILE}: imt:Radionuclide is not a property",
    ),
    "a property as a class": (
        (PAGE_FILE, "a imt:PharmaceuticalAgent", "a imt:halfLife"),
        f"{PAGE_FILE}: imt:halfLife is not a class",
    ),
    "the wrong scheme": (
        (PAGE_FILE, "imt:halfLife 110", "<http://w3id.org/imaging-trials/vocab#halfLife> 110"),
        "#halfLife is written with http:; did you mean imt:halfLife?",
    ),
    "an unknown graph": (
        ("ontology/rules/one.ru", "graph:inferred", "graph:infered"),
        "ontology/rules/one.ru:2:16: graph:infered is not defined; did you mean graph:inferred?",
    ),
    "a misspelled Dublin Core term": (
        (PAGE_FILE, "dcterms:title", "dcterms:titel"),
        f"{PAGE_FILE}: dcterms:titel is not in that vocabulary; did you mean dcterms:title?",
    ),
    "a misspelled datatype": (
        (PAGE_FILE, "imt:halfLife 110", 'imt:halfLife "110"^^xsd:integr'),
        f"{PAGE_FILE}: xsd:integr is not in that vocabulary; did you mean xsd:integer",
    ),
    "a schema.org term in no list": (
        (PAGE_FILE, "schema:url", "schema:urll"),
        f"{PAGE_FILE}: schema:urll is not in that vocabulary; did you mean schema:url",
    ),
    "a vocabulary without a list": (
        (PAGE_FILE, "schema:url", "<http://purl.org/ontology/bibo/uri>"),
        f"{PAGE_FILE}: bibo:uri is a term of another vocabulary that no file in ontology/ declares",
    ),
    "a misspelled path of a shape": (
        ("shapes/common/agents.ttl", "sh:path imt:hasRadionuclide", "sh:path imt:hasRadionucleid"),
        "shapes/common/agents.ttl: imt:hasRadionucleid is not defined; did you mean imt:hasRadionuclide?",
    ),
    "a property where a shape needs a class": (
        ("shapes/common/agents.ttl", "sh:class imt:Radionuclide", "sh:class imt:halfLife"),
        "shapes/common/agents.ttl: imt:halfLife is not a class",
    ),
    "an unknown shape": (
        ("shapes/common/agents.ttl", "sh:property imtsh:agent-nuclide", "sh:property imtsh:agent-nuclides"),
        "shapes/common/agents.ttl: imtsh:agent-nuclides is not defined; did you mean imtsh:agent-nuclide",
    ),
    "a misspelled term of SHACL": (
        ("shapes/common/agents.ttl", "sh:targetClass", "sh:targetClas"),
        "shapes/common/agents.ttl: sh:targetClas is not in that vocabulary; did you mean sh:targetClass",
    ),
    "a misspelled term in a shape's query": (
        ("shapes/common/agents.ttl", "/imt:halfLife", "/imt:halfLives"),
        "shapes/common/agents.ttl (query of imtsh:agent-half-life):1:48: imt:halfLives is not defined; did you mean",
    ),
    "a misspelled term in a saved query": (
        ("queries/agents/agents.rq", "/imt:halfLife", "/imt:halfLives"),
        "queries/agents/agents.rq:6:58: imt:halfLives is not defined; did you mean imt:halfLife?",
    ),
    "a misspelled class in a saved query": (
        ("queries/agents/agents.rq", "a imt:PharmaceuticalAgent", "a imt:halfLife"),
        "queries/agents/agents.rq:6:12: imt:halfLife is not a class",
    ),
    "a whole IRI in a saved query": (
        ("queries/agents/agents.rq", "(agent:fes)", "(<https://w3id.org/imaging-trials/id/agent/fess>)"),
        "queries/agents/agents.rq:5:22: agent:fess is not defined; did you mean agent:fes?",
    ),
    "a prefix that the query does not declare": (
        ("queries/agents/agents.rq", "(agent:fes)", "(nuclide:f-18)"),
        "queries/agents/agents.rq:5:22: nuclide:f-18 has a prefix that the query does not declare",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_one_change_gives_one_undefined_term(root: Path, case: str) -> None:
    (name, old, new), expected = CHANGES[case]
    found = change(root, name, old, new)
    # A name that is changed where it is defined is undefined where it is used, too.
    assert sum(1 for line in found if expected in line) == 1, found
    assert all(line == next(f for f in found if expected in f) or "f-18 is not defined" in line for line in found), (
        found
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"FES"', '"FES" ; rdf:_1 "first"'),
        ("schema:url", "a schema:MedicalGuideline ; schema:url"),
        ("schema:url", "<http://purl.org/ontology/bibo/doi> '10.1/x' ; schema:url"),
        ("schema:url", "rdfs:isDefinedBy <https://w3id.org/imaging-trials/vocab#> ; schema:url"),
    ],
)
def test_declared_and_listed_terms_pass(root: Path, old: str, new: str) -> None:
    assert change(root, PAGE_FILE, old, new) == []


def findings(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.ttl"
    path.write_text(PROLOGUE + "@prefix ex: <http://example.org/> .\n" + text, encoding="utf-8")
    vocabulary = tmp_path / "vocabulary.ttl"
    vocabulary.write_text(PROLOGUE + VOCABULARY + PAGE, encoding="utf-8")
    known = undefined_terms.defined_in(reading.read(vocabulary))
    return lines(undefined_terms.check_quads(PROJECT, reading.read(path), "mine.ttl", known))


def test_a_users_own_vocabulary_is_not_checked(tmp_path: Path) -> None:
    found = findings(
        tmp_path, 'ex:a a ex:Thing , imt:PharmaceuticalAgent ; ex:colour "red" ; imt:hasRadionucleide nuclide:f-18 .'
    )
    expected = "mine.ttl: imt:hasRadionucleide is not defined; did you mean imt:hasRadionuclide?"
    assert found == [f"{expected} (in: <http://example.org/a> imt:hasRadionucleide nuclide:f-18)"]


def test_a_user_may_describe_things_in_our_namespaces(tmp_path: Path) -> None:
    assert findings(tmp_path, "agent:mine a imt:PharmaceuticalAgent . ex:a ex:uses agent:mine .") == []
    assert findings(tmp_path, "ex:a ex:uses agent:mine .") != []


def test_a_misspelled_term_of_a_closed_vocabulary(tmp_path: Path) -> None:
    assert "did you mean dcterms:title?" in findings(tmp_path, 'ex:a dcterms:titel "x" .')[0]


def test_a_term_newer_than_the_list_of_a_vocabulary(tmp_path: Path) -> None:
    assert findings(tmp_path, 'ex:a schema:quiteNewTerm "x" .') == []
    assert "did you mean schema:identifier?" in findings(tmp_path, 'ex:a schema:identifer "x" .')[0]


def test_an_inferred_type_does_not_define_a_term() -> None:
    from pyoxigraph import NamedNode, Quad, Store

    thing, kind = NamedNode(PROJECT.expand("nuclide:f18")), NamedNode(PROJECT.expand("imt:Radionuclide"))
    store = Store()
    store.add(Quad(thing, NamedNode(PROJECT.expand("rdf:type")), kind, PROJECT.graph_iri("inferred")))
    assert thing.value not in undefined_terms.defined_in_store(PROJECT, store).defined
    store.add(Quad(thing, NamedNode(PROJECT.expand("rdf:type")), kind, PROJECT.graph_iri("page")))
    assert thing.value in undefined_terms.defined_in_store(PROJECT, store).defined


def test_a_term_in_a_mapping_set_has_its_file(root: Path) -> None:
    """The reader of the mapping sets yields one graph; the file is found by its text."""
    folder = root / "data" / "links"
    folder.mkdir()
    for name in ("atc", "ncit"):
        text = (ROOT / "data" / "links" / f"{name}.sssom.tsv").read_text(encoding="utf-8")
        (folder / f"{name}.sssom.tsv").write_text(text, encoding="utf-8")
    found = undefined_terms.check_repository(PROJECT.at(root))
    files = {term.where for term in found if term.term.startswith(PROJECT.prefixes["agent"])}
    assert files == {"data/links/atc.sssom.tsv", "data/links/ncit.sssom.tsv"}
