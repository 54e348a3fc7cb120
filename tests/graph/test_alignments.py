"""The alignments: every class is aligned, and no thing is in an external class where it does not belong."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from rdfkit.shacl import undefined_terms
from tests.conftest import ROOT
from tests.support.two_engines import QUERIES

pytestmark = pytest.mark.prove

RULES = ROOT / "ontology" / "rules"
OWL = ROOT / "tests" / "fixtures" / "owl"
FILE = ROOT / "ontology" / "alignments.ttl"
REPORT = ROOT / "docs" / "owl.md"
ALIGNMENTS, VOCABULARY, INFERRED = (PROJECT.graph_iri(name) for name in ("alignments", "vocabulary", "inferred"))
TYPE = ox.NamedNode(PROJECT.prefixes["rdf"] + "type")
SUB_CLASS, SUB_PROPERTY, LABEL = (
    ox.NamedNode(PROJECT.prefixes["rdfs"] + name) for name in ("subClassOf", "subPropertyOf", "label")
)
CLASS, OBJECT, DATATYPE = (
    ox.NamedNode(PROJECT.prefixes["owl"] + name) for name in ("Class", "ObjectProperty", "DatatypeProperty")
)
PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())

NOT_YET_IN_THE_DATA = """
    trial:one a imt:Trial ; imt:isPartOfProgram program:one ; imt:investigatesAgent agent:fes .
    record:one a imt:RegistryRecord ; imt:isRecordOf trial:one .
    person:one a imt:Person ; imt:orcid "0000-0002-1825-0097" .
    trialintervention:one a imt:Intervention .
    mapping:one a imt:Mapping ; imt:isInMappingSet mappingset:one ; imt:mapsSubject agent:fes .
"""
"""Things of kinds that the shipped data may lack."""

ENDS_UP_IN = {
    "imt:PharmaceuticalAgent": "schema:Substance",
    "imt:AgentGroup": "",
    "imt:Substance": "schema:Substance",
    "imt:ParentCompound": "schema:Substance",
    "imt:TargetingMoiety": "schema:Substance",
    "imt:Chelator": "schema:Substance",
    "imt:Target": "",
    "imt:Radionuclide": "schema:MolecularEntity",
    "imt:DecayBranch": "",
    "imt:Emission": "",
    "imt:ChemicalElement": "",
    "imt:AgentDocument": "obo:IAO_0000310 schema:CreativeWork",
    "imt:RegulatoryApplication": "obo:IAO_0000310 schema:CreativeWork",
    "imt:GuidelineSeries": "fabio:Work schema:CreativeWork",
    "imt:GuidelineEdition": "fabio:Expression schema:CreativeWork",
    "imt:Article": (
        "dcterms:BibliographicResource fabio:JournalArticle obo:IAO_0000311 schema:CreativeWork schema:ScholarlyArticle"
    ),
    "imt:Erratum": "dcterms:BibliographicResource obo:IAO_0000311 schema:CreativeWork",
    "imt:Journal": "fabio:Periodical schema:Periodical",
    "imt:Authorship": "",
    "imt:Listing": "",
    "imt:Event": "dcmitype:Event",
    "imt:Trial": "schema:MedicalStudy",
    "imt:RegistryRecord": "obo:IAO_0000310 schema:CreativeWork",
    "imt:Intervention": "",
    "imt:Program": "foaf:Project",
    "imt:Objective": "",
    "imt:ExpectedEnrollment": "",
    "imt:Organization": "org:Organization schema:Organization",
    "imt:Person": "foaf:Person schema:Person",
    "imt:WebPage": "bibo:Webpage fabio:WebPage schema:WebPage",
    "imt:PageSection": "obo:IAO_0000314 schema:WebPageElement",
    "imt:PageStatement": "schema:Statement",
    "imt:ResearchQuestion": "",
    "imt:Source": "prov:Entity",
    "imt:Evidence": "prov:Entity",
    "imt:Correction": "",
    "imt:DiscrepantValue": "",
    "imt:AgentName": "",
    "imt:MatchWord": "",
    "imt:PossibleMatch": "",
    "imt:RegulatoryStatus": "",
    "imt:Mapping": "",
    "imt:MappingSet": "sssom:MappingSet",
    "skos:Concept": "skos:Concept",
    "skos:ConceptScheme": "skos:ConceptScheme",
    "qudt:Quantity": "qudt:Quantity",
}
"""Kind of thing: exactly the external classes that each of its members is in."""

SOURCES_ALSO = ("imt:AgentDocument", "imt:Article", "imt:WebPage")
"""Kinds some of whose things are sources too."""

REALMS = {
    "works": (
        "WebPage PageSection PageStatement Source Evidence AgentDocument GuidelineSeries GuidelineEdition Publication "
        "Journal RegistryRecord MappingSet"
    ),
    "substances": "PharmaceuticalAgent Substance",
    "kinds of atom": "Radionuclide ChemicalElement",
    "targets": "Target",
    "organizations": "Organization",
    "persons": "Person",
    "efforts": "Program",
    "studies": "Trial",
    "happenings": "Event",
}
"""Kinds so different that no external class may contain things of two. Concepts (a disease, a role) are one too."""

OTHERS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((OWL / "others").glob("*.ttl"))}
"""Vocabulary: what it states about the terms that this graph reaches. Each file names the source that was read."""

WIDE = {
    "skos:Concept": "SKOS infers it of everything that is mapped",
    "schema:Thing": "the top of schema.org",
    "schema:MedicalEntity": "medicine as a whole",
    "foaf:Agent": "whatever acts",
    "dcterms:Agent": "whatever acts",
    "obo:BFO_0000001": "the top of BFO",
    "obo:BFO_0000002": "whatever is no process",
}
"""External classes that may have things of two realms, with the reason."""


def closed(axioms: Iterable[str] = ()) -> ox.Store:
    """Return the shipped graph with things of every kind and, on demand, more axioms; closed."""
    store = named_graphs.read_sources(PROJECT)
    add(store, "curated", PROLOGUE + NOT_YET_IN_THE_DATA)
    for text in axioms:
        add(store, "alignments", text)
    assert closure.close(PROJECT, store, RULES).contradictions == []
    return store


def add(store: ox.Store, name: str, text: str) -> None:
    """Add statements in Turtle to one of the graphs of a store."""
    quads = ox.parse(text, format=ox.RdfFormat.TURTLE)
    store.extend(ox.Quad(q.subject, q.predicate, q.object, PROJECT.graph_iri(name)) for q in quads)


@pytest.fixture(scope="module")
def alone() -> ox.Store:
    return closed()


@pytest.fixture(scope="module", params=[(), tuple(OTHERS.values())], ids=["alone", "with axioms of the others"])
def either(request: pytest.FixtureRequest) -> ox.Store:
    return closed(request.param)


def members(store: ox.Store, kind: str) -> set[ox.NamedNode]:
    quads = store.quads_for_pattern(None, TYPE, ox.NamedNode(PROJECT.expand(kind)), None)
    return {quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)}


def classes_of(store: ox.Store, thing: ox.NamedNode) -> Iterator[str]:
    for quad in store.quads_for_pattern(thing, TYPE, None, None):
        if isinstance(quad.object, ox.NamedNode):
            yield quad.object.value


def declared(graph: ox.NamedNode) -> dict[ox.NamedNode, set[ox.NamedNode]]:
    """Return every subject with a type in a graph of terms, and its types."""
    found = defaultdict(set)
    for quad in named_graphs.read_sources(PROJECT).quads_for_pattern(None, TYPE, None, graph):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            found[quad.subject].add(quad.object)
    return found


def stated() -> list[ox.Quad]:
    """Return what the file says beyond the declarations."""
    quads = named_graphs.read_sources(PROJECT).quads_for_pattern(None, None, None, ALIGNMENTS)
    return [quad for quad in quads if quad.predicate not in {TYPE, LABEL}]


def test_every_class_is_aligned_or_listed_with_a_reason() -> None:
    """Every class is aligned, or listed in the report with the reason why not."""
    store = named_graphs.read_sources(PROJECT)
    above = defaultdict(set)
    for quad in store.quads_for_pattern(None, SUB_CLASS, None, VOCABULARY):
        above[quad.subject].add(quad.object)
    aligned = {quad.subject for quad in stated()}
    ours = {
        term
        for term, kinds in declared(VOCABULARY).items()
        if CLASS in kinds and term.value.startswith(PROJECT.vocabulary)
    }
    assert len(ours) > 35
    while more := {term for term in ours - aligned if above[term] & aligned}:
        aligned |= more
    rows = re.findall(r"(?m)^\| `(imt:\w+)` \| (.*) \|$", REPORT.read_text(encoding="utf-8"))
    listed = [name for name, reason_why in rows if re.fullmatch(r"[A-Z].{40,}\.", reason_why)]
    assert listed == sorted(PROJECT.shorten(term.value) for term in ours - aligned)


@pytest.mark.parametrize("kind", ENDS_UP_IN)
def test_things_belong_to_these_external_classes_only(kind: str, alone: ox.Store) -> None:
    """The alignments infer these external types for a thing and no other."""
    things = members(alone, kind)
    assert things
    expected = frozenset(map(PROJECT.expand, ENDS_UP_IN[kind].split()))
    if kind == "imt:Source":
        things -= {thing for other in SOURCES_ALSO for thing in members(alone, other)}
    # An article that was read has the role of a source, and is in its own classes besides.
    role = {PROJECT.expand("prov:Entity")} if kind in SOURCES_ALSO else set()
    sources = members(alone, "imt:Source")
    found = {
        frozenset(c for c in classes_of(alone, thing) if not c.startswith(PROJECT.base))
        - (role if thing in sources else set())
        for thing in things
    }
    assert found == {expected}


def test_the_table_of_ends_covers_everything_that_has_a_type(alone: ox.Store) -> None:
    covered = {thing for kind in ENDS_UP_IN for thing in members(alone, kind)}
    named = {thing for graph in ("page", "curated", "concepts") for thing in _subjects(alone, graph)}
    assert len(named) > 500
    assert {thing for thing in named if list(classes_of(alone, thing))} <= covered


def _subjects(store: ox.Store, graph: str) -> set[ox.NamedNode]:
    quads = store.quads_for_pattern(None, None, None, PROJECT.graph_iri(graph))
    return {quad.subject for quad in quads if isinstance(quad.subject, ox.NamedNode)}


def test_no_external_class_has_things_of_two_realms(either: ox.Store, alone: ox.Store) -> None:
    realm_of = {
        thing: realm
        for realm, kinds in REALMS.items()
        for kind in kinds.split()
        for thing in members(either, f"imt:{kind}")
    }
    realm_of |= dict.fromkeys(members(alone, "skos:Concept"), "concepts")
    found = defaultdict(set)
    for thing, realm in realm_of.items():
        for name in classes_of(either, thing):
            found[name].add(realm)
    foreign = {PROJECT.shorten(name): realms for name, realms in found.items() if not name.startswith(PROJECT.base)}
    assert len(foreign) > 20
    assert {name: realms for name, realms in foreign.items() if len(realms) > 1 and name not in WIDE} == {}


def found_beside(texts: Iterable[str]) -> set[str]:
    """Return the rules that the closure of the shipped graph with more axioms breaks."""
    store = named_graphs.read_sources(PROJECT)
    for text in texts:
        add(store, "alignments", text)
    return {entry.rule for entry in closure.close(PROJECT, store, RULES).contradictions}


@pytest.mark.parametrize("vocabulary", OTHERS)
def test_each_vocabulary_can_be_contradicted(vocabulary: str) -> None:
    """A broken statement contradicts the vocabulary that its file is named after, and not this graph alone."""
    broken = (OWL / "broken-beside" / f"{vocabulary}.ttl").read_text(encoding="utf-8")
    (rule,) = re.findall(r"\((?:cax|prp)-[a-z]+", broken)
    assert found_beside([broken, OTHERS[vocabulary], OTHERS["foaf"]]) == {rule.removeprefix("(")}
    assert found_beside([broken]) == set()


def test_the_old_axiom_contradicted_skos() -> None:
    """A class of things that are mapped cannot be disjoint with skos:Concept."""
    assert found_beside([PROLOGUE + "imt:PharmaceuticalAgent owl:disjointWith skos:Concept .", OTHERS["skos"]]) == {
        "cax-dw"
    }


def test_a_wrong_alignment_contradicts_external_axioms() -> None:
    """The axioms of the external vocabularies detect a wrong alignment."""
    wrong = PROLOGUE + "imt:GuidelineEdition rdfs:subClassOf fabio:Work ."
    assert found_beside([*OTHERS.values(), wrong]) == {"cax-dw"}


def test_a_skos_mapping_between_terms_infers_nothing() -> None:
    mapping = PROJECT.prefixes["skos"]
    with_all, without = named_graphs.read_sources(PROJECT), named_graphs.read_sources(PROJECT)
    mappings = [quad for quad in stated() if quad.predicate.value.startswith(mapping)]
    assert len(mappings) > 20
    for quad in mappings:
        without.remove(quad)
    assert closure.close(PROJECT, with_all, RULES).kept == closure.close(PROJECT, without, RULES).kept


CONSTRUCTS = {name: path for name, query in QUERIES.items() if (path := query.answer_stem.with_suffix(".nt")).exists()}
"""Saved query that constructs a graph: its committed answer."""


@pytest.fixture(scope="module")
def beside_others() -> ox.Store:
    return closed(OTHERS.values())


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_saved_graph_states_no_type_that_the_alignments_deny(name: str, beside_others: ox.Store) -> None:
    """What a query constructs in terms of others infers no external class that the alignments do not infer."""
    made = list(ox.parse(CONSTRUCTS[name].read_bytes(), format=ox.RdfFormat.N_TRIPLES))
    store = named_graphs.read_sources(PROJECT)
    for text in OTHERS.values():
        add(store, "alignments", text)
    store.extend(ox.Quad(q.subject, q.predicate, q.object, PROJECT.graph_iri("curated")) for q in made)
    assert closure.close(PROJECT, store, RULES).contradictions == []
    things = {q.subject for q in made if isinstance(q.subject, ox.NamedNode)}
    assert things
    assert {thing.value: more for thing in things if (more := types(store, thing) - types(beside_others, thing))} == {}


def types(store: ox.Store, thing: ox.NamedNode) -> set[str]:
    return {PROJECT.shorten(name) for name in classes_of(store, thing)}


def test_each_axiom_relates_two_terms_of_one_kind() -> None:
    """Each axiom relates a term of this project to an external term of the same kind."""
    kinds = declared(ALIGNMENTS) | declared(VOCABULARY)
    of_axiom = {SUB_CLASS: {CLASS}, SUB_PROPERTY: {OBJECT, DATATYPE}}
    for quad in stated():
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode)
        assert quad.subject.value.startswith(PROJECT.vocabulary)
        assert not quad.object.value.startswith(PROJECT.base)
        allowed = of_axiom.get(quad.predicate, {CLASS, OBJECT, DATATYPE})
        assert kinds[quad.subject] & kinds[quad.object] & allowed, quad


def test_a_term_is_not_both_mapped_and_put_under_the_same_term() -> None:
    pairs = [(quad.subject, quad.object) for quad in stated()]
    assert len(pairs) == len(set(pairs))


def test_external_terms_are_declared_once_and_used() -> None:
    """Every external term is declared once, with one kind, and is used."""
    here, vocabulary = declared(ALIGNMENTS), declared(VOCABULARY)
    used = {quad.object for quad in stated()}
    assert used == set(here)
    assert set(here) & set(vocabulary) == set()
    assert {len(kinds) for kinds in here.values()} == {1}


def test_sections_of_external_terms_name_their_source() -> None:
    """Every section of external terms names the document where they were read."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("# The other vocabularies' terms"))
    assert re.search(r"read on \d{4}-\d\d-\d\d", lines[begin])
    head, sources = "", defaultdict(set)
    for line in lines[begin + 1 :]:
        if line.startswith("# "):
            head = line
        elif term := re.match(r"([a-z]+:(?:[A-Z]+_)?)\w+ a ", line):
            sources[term[1]].add(head)
    assert len(sources) > 12
    for prefix, heads in sources.items():
        assert len(heads) == 1, prefix
        assert re.search(r" at [0-9a-f]{12}|rdflib \d", heads.pop()), prefix


def test_alignment_terms_are_defined_and_misspelled_ones_are_not() -> None:
    """The check for undefined terms accepts the terms of the alignments and reports misspelled ones."""
    store = named_graphs.read_sources(PROJECT)
    known = undefined_terms.defined_in_store(PROJECT, store)
    terms = {term.value for term in declared(ALIGNMENTS)}
    assert terms <= known.classes | known.properties
    text = PROLOGUE + "trial:one a schema:MedicalTrail ; dcterms:isPartOff program:one ; dcterms:isPartOf program:one ."
    found = undefined_terms.check_quads(
        PROJECT, list(ox.parse(text, format=ox.RdfFormat.TURTLE)), "a.ttl", known, {PROJECT.expand("program:one")}
    )
    assert {
        PROJECT.shorten(finding.term): [PROJECT.shorten(name) for name in finding.nearest][:1] for finding in found
    } == {
        "dcterms:isPartOff": ["dcterms:isPartOf"],
        "schema:MedicalTrail": ["schema:MedicalTrial"],
    }


def test_the_dataset_describes_every_named_graph(alone: ox.Store) -> None:
    dataset = PROJECT.graph_iri("dataset")
    parts = {
        quad.object
        for quad in alone.quads_for_pattern(None, ox.NamedNode(PROJECT.prefixes["dcterms"] + "hasPart"), None, dataset)
    }
    described = {quad.subject for quad in alone.quads_for_pattern(None, LABEL, None, dataset)}
    assert set(alone.named_graphs()) <= parts
    assert parts <= described
