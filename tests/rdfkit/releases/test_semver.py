"""Each kind of edit, made on a small checkout, is told apart and calls for the version that the table says."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.releases.diff import compare, counts
from rdfkit.releases.diff import semver as levels
from rdfkit.releases.diff import snapshots as states
from rdfkit.releases.diff.changes import Difference
from rdfkit.releases.diff.snapshots import State
from tests.conftest import ROOT
from tests.support.small_checkout import write

VOCABULARY = """
<https://w3id.org/imaging-trials/vocab> a owl:Ontology ; owl:versionInfo "1.0.0" ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; dcterms:title "A vocabulary"@en .
imt:Substance a owl:Class ; skos:prefLabel "substance"@en ; skos:definition "What a thing is made of."@en .
imt:Agent a owl:Class ; rdfs:subClassOf imt:Substance , schema:Drug ; skos:prefLabel "agent"@en ;
    skos:definition "A substance that makes something visible in an image."@en ; skos:example "FES"@en .
imt:Tracer a owl:Class ; rdfs:subClassOf imt:Agent ,
    [ a owl:Restriction ; owl:onProperty imt:position ; owl:someValuesFrom xsd:integer ] ; skos:prefLabel "tracer"@en .
imt:Vector a owl:Class ; skos:prefLabel "vector"@en ; owl:disjointWith imt:Substance ;
    rdfs:isDefinedBy <https://w3id.org/imaging-trials/vocab> .
imt:Carrier a owl:Class ; skos:prefLabel "carrier"@en ; owl:deprecated true .
imt:hasVector a owl:ObjectProperty ; skos:prefLabel "has vector"@en ; rdfs:domain imt:Agent ; rdfs:range imt:Vector .
imt:precedes a owl:ObjectProperty , owl:TransitiveProperty ; skos:prefLabel "precedes"@en .
imt:follows a owl:ObjectProperty ; skos:prefLabel "follows"@en .
imt:position a owl:DatatypeProperty , owl:FunctionalProperty ; skos:prefLabel "position"@en ; rdfs:range xsd:integer .
imt:note a owl:DatatypeProperty ; skos:prefLabel "note"@en .
schema:Drug a owl:Class .
[] a owl:AllDifferent ; owl:distinctMembers ( agent:fes agent:flt ) .
"""

CONCEPTS = """
concept:body-site a skos:ConceptScheme ; skos:prefLabel "body site"@en ; skos:hasTopConcept bodysite:head .
bodysite:head a skos:Concept ; skos:prefLabel "head"@en ; skos:inScheme concept:body-site ; skos:notation "H" .
bodysite:brain a skos:Concept ; skos:prefLabel "brain"@en ; skos:definition "The organ in the skull that thinks."@en ;
    skos:inScheme concept:body-site ; skos:broader bodysite:head .
bodysite:lung a skos:Concept ; skos:prefLabel "lung"@en ; skos:inScheme concept:body-site .
"""

PAGE = """
agent:fes a imt:Tracer ; skos:prefLabel "FES"@en ; imt:position 1 ; imt:hasVector vector:estradiol .
agent:flt a imt:Tracer ; imt:hasVector vector:thymidine ; skos:prefLabel "FLT"@en ;
    imt:position 2 ; imt:note "old name" .
vector:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .
"""

CURATED = """
agent:flt imt:precedes agent:fes .
agent:fes imt:precedes agent:fet .
"""

SHAPES = """
imtsh:agent a sh:NodeShape ; sh:name "agent"@en ; sh:targetClass imt:Agent ;
    sh:property imtsh:agent-position , imtsh:agent-note .
imtsh:agent-position a sh:PropertyShape ; sh:path imt:position ; sh:minCount 1 ; sh:maxCount 2 ;
    sh:severity sh:Violation ; sh:message "Give a position."@en .
imtsh:agent-note a sh:PropertyShape ; sh:path imt:note ; sh:maxCount 3 ; sh:severity sh:Warning .
imtsh:site a sh:NodeShape ; sh:targetClass skos:Concept ; sh:property imtsh:site-notation .
imtsh:site-notation a sh:PropertyShape ; sh:path skos:notation ; sh:in ( "H" "B" ) .
imtsh:order a sh:NodeShape ; sh:targetClass imt:Agent ; sh:sparql imtsh:order-query .
imtsh:order-query a sh:SPARQLConstraint ; sh:select "SELECT $this WHERE { $this imt:precedes $this }" .
"""

AGENTS = """\
#+ summary: Which agents have a vector?
#+ description: A row is an agent.
#+ tags: [agents]
#+ dataset: all
#+ parameters:
#+   - name: vector
#+     type: 'iri vector:'
#+     default: vector:estradiol
#+     examples: [vector:estradiol, vector:thymidine]
#+     description: the vector
#+ may-be-empty: false
#+ mutation:
#+   - remove: agent:fes imt:hasVector vector:estradiol
#+     graph: page
#+ expected-diff: {lost: 1, gained: 0}
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
PREFIX vector: <https://w3id.org/imaging-trials/id/vector/>
SELECT ?agent ?position
WHERE {
  VALUES (?vector) { (vector:estradiol) }
  ?agent imt:hasVector ?vector ; imt:position ?position .
}
"""

SITES = """\
#+ summary: Which body sites are there?
#+ description: A row is a body site.
#+ tags: [concepts]
#+ dataset: asserted
#+ may-be-empty: false
#+ mutation:
#+   - remove: bodysite:lung a skos:Concept
#+     graph: concepts
#+ expected-diff: {lost: 1, gained: 0}
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?site
WHERE { ?site a skos:Concept }
"""

ELSEWHERE = """\
#+ summary: What does another server say?
#+ description: A row is what it says.
#+ tags: [federated]
#+ dataset: all
#+ service: https://example.org/sparql
#+ may-be-empty: true
#+ mutation:
#+   - remove: bodysite:lung a skos:Concept
#+     graph: concepts
#+ expected-diff: {lost: 1, gained: 0}
SELECT ?x
WHERE { SERVICE <https://example.org/sparql> { ?x a ?y } }
"""

MAPPINGS = """\
#mapping_set_id: https://w3id.org/imaging-trials/id/mapping-set/atc
#mapping_set_version: "1.0.0"
#mapping_set_title: "Mappings to ATC"
#mapping_set_description: "How agents relate to ATC."
#license: https://creativecommons.org/publicdomain/zero/1.0/
#creator_label:
#  - "The Imaging Trials Graph developers"
#publication_date: 2026-11-26
#comment: "Codes only."
#curie_map:
#  agent: https://w3id.org/imaging-trials/id/agent/
#  atc: http://www.whocc.no/atc_ddd_index/?code=
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
subject_id|subject_label|predicate_id|object_id|object_label|object_source|object_source_version|mapping_justification\
|author_label|mapping_date|confidence|comment
agent:fes|FES|skos:exactMatch|atc:V09IX11||http://www.whocc.no/atc|2026-04-25|semapv:ManualMappingCuration\
|The Imaging Trials Graph developers|2026-11-26|0.95|
agent:flt|FLT|skos:closeMatch|atc:V09IX12||http://www.whocc.no/atc|2026-04-25|semapv:ManualMappingCuration\
|The Imaging Trials Graph developers|2026-11-26|0.95|
""".replace("|", "\t")

TERMS, SITE, DATA, ADDED = (
    "ontology/imaging-trials.ttl",
    "ontology/concepts/body-site.ttl",
    "data/page/page.ttl",
    "data/curated/agents.ttl",
)
RULES, LINKS = "shapes/agents.ttl", "data/links/atc.sssom.tsv"
Q_AGENTS, Q_SITES, Q_ELSEWHERE = "queries/agents/agents.rq", "queries/sites/sites.rq", "queries/sites/elsewhere.rq"
PREFIXES = "scripts/rdfkit/base/namespaces.py"
CLOSURE = "ontology/rules/prp-trp.ru"

FILES = {
    **{
        name: PROJECT.sparql_prologue() + text
        for name, text in ((TERMS, VOCABULARY), (SITE, CONCEPTS), (DATA, PAGE), (ADDED, CURATED), (RULES, SHAPES))
    },
    LINKS: MAPPINGS,
    Q_AGENTS: AGENTS,
    Q_SITES: SITES,
    Q_ELSEWHERE: ELSEWHERE,
}


class Case(NamedTuple):
    """An edit: its kind (and the kinds that come with it), the file, what stood there, what stands there now."""

    kinds: str
    file: str
    old: str
    new: str
    name: str = ""


def more(file: str, kinds: str, text: str, name: str = "") -> Case:
    """Return the case of a text put at the end of a file."""
    return Case(kinds, file, "", text, name)


CASES = [
    # classes and properties
    more(TERMS, "class-added", 'imt:Probe a owl:Class ; rdfs:subClassOf imt:Agent ; skos:prefLabel "probe"@en .'),
    more(
        TERMS,
        "property-added",
        "imt:hasProbe a owl:ObjectProperty ; rdfs:domain imt:Agent ; owl:inverseOf imt:follows .",
    ),
    Case(
        "term-removed", TERMS, 'imt:follows a owl:ObjectProperty ; skos:prefLabel "follows"@en .', "", "no longer there"
    ),
    Case(
        "term-removed",
        TERMS,
        'imt:Carrier a owl:Class ; skos:prefLabel "carrier"@en ; owl:deprecated true .',
        "",
        "deprecated before",
    ),
    Case("term-retyped", TERMS, "imt:note a owl:DatatypeProperty", "imt:note a owl:ObjectProperty"),
    Case("renamed", TERMS, "imt:follows a", "imt:comesAfter a", "a property"),
    Case(
        "deprecated",
        TERMS,
        "imt:follows a",
        "imt:follows owl:deprecated true ; dcterms:isReplacedBy imt:precedes ; a",
        "with its heir named",
    ),
    Case("deprecated", TERMS, "imt:follows a", "imt:follows owl:deprecated true ; a", "with no heir named"),
    Case("deprecation-taken-back", TERMS, " ; owl:deprecated true", ""),
    Case("parent-added", TERMS, "imt:Vector a owl:Class", "imt:Vector a owl:Class ; rdfs:subClassOf imt:Carrier"),
    Case(
        "class-added parent-new",
        TERMS,
        "imt:Vector a owl:Class",
        "imt:Ligand a owl:Class . imt:Vector a owl:Class ; rdfs:subClassOf imt:Ligand",
        "under a new class",
    ),
    Case(
        "class-added parent-added",
        TERMS,
        "imt:Vector a owl:Class",
        "imt:Ligand a owl:Class ; rdfs:subClassOf imt:Carrier . imt:Vector a owl:Class ; rdfs:subClassOf imt:Ligand",
        "under a new class that lies under an old one",
    ),
    Case(
        "class-added parent-new moved",
        TERMS,
        "imt:Tracer a owl:Class ; rdfs:subClassOf imt:Agent ,",
        "imt:Probe a owl:Class ; rdfs:subClassOf imt:Agent . imt:Tracer a owl:Class ; rdfs:subClassOf imt:Probe ,",
        "a class put between two",
    ),
    Case("parent-removed", TERMS, "rdfs:subClassOf imt:Substance , schema:Drug", "rdfs:subClassOf schema:Drug"),
    Case("parent-added", TERMS, "imt:follows a", "imt:follows rdfs:subPropertyOf imt:hasVector ; a", "a property"),
    Case("domain-narrowed", TERMS, "imt:note a", "imt:note rdfs:domain imt:Agent ; a", "none before"),
    Case("domain-narrowed moved", TERMS, "rdfs:domain imt:Agent", "rdfs:domain imt:Tracer", "to a class below"),
    Case("domain-narrowed", TERMS, "rdfs:domain imt:Agent", "rdfs:domain imt:Carrier", "to another class"),
    Case("domain-widened moved", TERMS, "rdfs:domain imt:Agent", "rdfs:domain imt:Substance"),
    Case("range-narrowed", TERMS, "imt:precedes a", "imt:precedes rdfs:range imt:Agent ; a"),
    Case("range-widened", TERMS, "; rdfs:range imt:Vector", "", "none left"),
    Case(
        "restriction-added",
        TERMS,
        "imt:note a owl:DatatypeProperty",
        "imt:note a owl:DatatypeProperty , owl:FunctionalProperty",
        "functional",
    ),
    more(TERMS, "restriction-added", "imt:Carrier owl:disjointWith imt:Vector .", "disjoint"),
    more(TERMS, "restriction-added", "imt:Vector owl:hasKey ( imt:note ) .", "key"),
    Case(
        "class-added",
        TERMS,
        "imt:Vector a",
        "imt:Aid a owl:Class ; owl:disjointWith imt:Vector . imt:Vector a",
        "disjoint with an old one",
    ),
    Case(
        "axiom-about-new class-added",
        TERMS,
        "imt:Vector a",
        "imt:Zeal a owl:Class . imt:Vector owl:disjointWith imt:Zeal ; a",
    ),
    Case("restriction-removed", TERMS, ", owl:FunctionalProperty", "", "functional"),
    Case(
        "restriction-removed",
        TERMS,
        "[] a owl:AllDifferent ; owl:distinctMembers ( agent:fes agent:flt ) .",
        "",
        "different",
    ),
    Case("inference-added", TERMS, "imt:follows a", "imt:follows owl:inverseOf imt:precedes ; a", "inverse"),
    Case(
        "inference-added",
        TERMS,
        "imt:follows a owl:ObjectProperty",
        "imt:follows a owl:ObjectProperty , owl:SymmetricProperty",
        "symmetric",
    ),
    Case("inference-removed", TERMS, ", owl:TransitiveProperty", ""),
    Case("expression-changed", TERMS, "owl:someValuesFrom xsd:integer", "owl:someValuesFrom xsd:string"),
    more(TERMS, "alignment-added", "imt:Vector rdfs:subClassOf schema:Drug ."),
    Case("alignment-removed", TERMS, " , schema:Drug ;", " ;"),
    Case("closure-changed", CLOSURE, "owl:TransitiveProperty", "owl:ReflexiveProperty"),
    # wordings
    Case("label-changed", TERMS, '"tracer"@en', '"trace substance"@en'),
    Case("definition-reworded", TERMS, "makes something visible in an image", "makes things visible in an image"),
    Case(
        "meaning-replaced",
        TERMS,
        '"agent"@en ;\n    skos:definition "A substance that makes something visible in an image."',
        '"visit"@en ;\n    skos:definition "One day on which somebody comes to the clinic."',
    ),
    Case("note-changed", TERMS, 'skos:example "FES"@en', 'skos:example "FES, FLT"@en'),
    Case("foreign-changed", TERMS, "schema:Drug a owl:Class", 'schema:Drug a owl:Class ; rdfs:label "drug"@en'),
    Case("licence-changed", TERMS, "publicdomain/zero/1.0/", "licenses/by/4.0/"),
    Case("about-changed", TERMS, '"A vocabulary"@en', '"The vocabulary"@en'),
    Case("version-stated", TERMS, '"1.0.0"', '"1.0.1"'),
    # concepts
    more(
        SITE,
        "concept-added answer-changed",
        "bodysite:bone a skos:Concept ; skos:inScheme concept:body-site ; skos:broader bodysite:head .",
    ),
    Case(
        "concept-removed answer-changed",
        SITE,
        'bodysite:lung a skos:Concept ; skos:prefLabel "lung"@en ; skos:inScheme concept:body-site .',
        "",
    ),
    Case("concept-moved", SITE, "skos:broader bodysite:head", "skos:broader bodysite:lung"),
    Case("label-changed", SITE, '"lung"@en', '"lungs"@en', "of a concept"),
    Case(
        "meaning-replaced",
        SITE,
        '"brain"@en ; skos:definition "The organ in the skull that thinks."',
        '"knee"@en ; skos:definition "A joint between thigh and shank."',
        "of a concept",
    ),
    Case("notation-changed", SITE, '"H"', '"HD"'),
    Case("notation-added", SITE, "bodysite:lung a", 'bodysite:lung skos:notation "L" ; a'),
    # things
    more(DATA, "thing-added", 'agent:fmiso a imt:Agent ; skos:prefLabel "FMISO"@en .'),
    Case(
        "thing-removed thing-added answer-changed",
        DATA,
        'agent:fes a imt:Tracer ; skos:prefLabel "FES"@en',
        'agent:fet a imt:Tracer ; skos:prefLabel "FET"@en',
        "another in its place",
    ),
    Case("thing-removed moved", DATA, 'vector:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .', ""),
    Case("thing-retyped", DATA, "agent:flt a imt:Tracer", "agent:flt a imt:Carrier"),
    Case("type-added", DATA, "vector:estradiol a imt:Vector", "vector:estradiol a imt:Vector , imt:Carrier"),
    Case("value-corrected answer-changed", DATA, "imt:position 1", "imt:position 7"),
    Case("value-corrected", DATA, '"old name"', '"former name"'),
    Case("value-added", DATA, "agent:fes a", 'agent:fes imt:note "checked" ; a'),
    Case("value-removed", DATA, ' ; imt:note "old name"', ""),
    Case("renamed answer-changed", f"{TERMS} {DATA} {ADDED} {LINKS}", "agent:fes", "agent:fluoroestradiol", "a thing"),
    # mappings
    more(LINKS, "mapping-added", MAPPINGS.splitlines()[-1].replace("V09IX12", "V09IX13") + "\n"),
    Case("mapping-removed", LINKS, MAPPINGS.splitlines(keepends=True)[-1], ""),
    Case("mapping-changed", LINKS, "skos:closeMatch", "skos:broadMatch"),
    Case(
        "mapping-annotated",
        LINKS,
        "V09IX12\t\thttp://www.whocc.no/atc\t2026-04-25",
        "V09IX12\t\thttp://www.whocc.no/atc\t2026-09-25",
    ),
    # rules for data
    Case(
        "rule-added",
        RULES,
        ", imtsh:agent-note .",
        ", imtsh:agent-note , imtsh:new . imtsh:new a sh:PropertyShape ; sh:path skos:prefLabel ; sh:minCount 1 .",
    ),
    Case(
        "warning-added",
        RULES,
        ", imtsh:agent-note .",
        ", imtsh:agent-note , imtsh:new . imtsh:new a sh:PropertyShape ; "
        "sh:path skos:prefLabel ; sh:minCount 1 ; sh:severity sh:Info .",
    ),
    Case(
        "rule-about-new",
        RULES,
        "imtsh:agent a sh:NodeShape",
        "imtsh:new a sh:PropertyShape ; sh:path imt:note ; sh:minCount 1 . "
        "imtsh:probe a sh:NodeShape ; sh:targetClass imt:Probe ; sh:property imtsh:new . imtsh:agent a sh:NodeShape",
        "about things of a class that was not there",
    ),
    Case(
        "rule-added rule-about-new",
        RULES,
        ", imtsh:agent-note .",
        ", imtsh:agent-note , imtsh:one , imtsh:two . "
        "imtsh:one a sh:PropertyShape ; sh:path imt:remark ; sh:maxCount 1 . "
        "imtsh:two a sh:PropertyShape ; sh:path imt:remark ; sh:minCount 1 .",
        "a property that was not there may not be doubled, and must be there",
    ),
    Case(
        "rule-removed",
        RULES,
        "imtsh:agent-note a sh:PropertyShape ; sh:path imt:note ; sh:maxCount 3 ; sh:severity sh:Warning .",
        "",
    ),
    Case("rule-tightened", RULES, "sh:maxCount 2", "sh:maxCount 1", "at most"),
    Case("rule-tightened", RULES, "sh:minCount 1", "sh:minCount 2", "at least"),
    Case("rule-tightened", RULES, "sh:maxCount 2", "sh:maxCount 2 ; sh:datatype xsd:integer", "a constraint more"),
    Case("rule-tightened", RULES, '"H" "B"', '"H"', "fewer values allowed"),
    Case(
        "rule-tightened",
        RULES,
        "imtsh:agent a sh:NodeShape",
        "imtsh:agent sh:targetClass imt:Vector ; a sh:NodeShape",
        "of more things",
    ),
    Case("rule-tightened", RULES, "$this imt:precedes $this", "$this imt:precedes ?other", "another query"),
    Case("rule-relaxed", RULES, "sh:maxCount 2", "sh:maxCount 3", "at most"),
    Case("rule-relaxed", RULES, "sh:minCount 1 ;", "", "a constraint less"),
    Case("rule-relaxed", RULES, '"H" "B"', '"H" "B" "L"', "more values allowed"),
    Case("rule-relaxed", RULES, "imtsh:agent a", "imtsh:agent sh:deactivated true ; a", "switched off"),
    Case("warning-tightened", RULES, "sh:maxCount 3", "sh:maxCount 2"),
    Case("rule-raised", RULES, "sh:severity sh:Warning", "sh:severity sh:Violation"),
    Case("rule-lowered", RULES, "sh:severity sh:Violation", "sh:severity sh:Warning"),
    Case("rule-reworded", RULES, "Give a position.", "Say the position.", "message"),
    Case(
        "rule-reworded",
        RULES,
        "WHERE { $this imt:precedes $this }",
        "WHERE {$this imt:precedes   $this}",
        "query's layout",
    ),
    # saved queries
    Case("query-added", "queries/sites/places.rq", "", SITES.replace("id: sites", "id: places")),
    Case("query-removed", Q_SITES, SITES, ""),
    Case(
        "parameter-added",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("?vector) { (", "?vector ?least) { (")
        .replace(") }", " 1) }")
        .replace("#+ empty", "#+ parameter: least | integer | 1 | 1 | the least place\n#+ empty"),
    ),
    Case(
        "parameter-removed parameter-added",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("?vector", "?ligand").replace("parameter: vector", "parameter: ligand"),
        "renamed",
    ),
    Case("parameter-retyped", Q_AGENTS, "| iri vector: |", "| iri |"),
    Case(
        "default-changed",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("iri vector: | vector:estradiol", "iri vector: | vector:other").replace(
            "(vector:estradiol) }", "(vector:other) }"
        ),
    ),
    Case("column-added", Q_AGENTS, "?agent ?position", "?agent ?position ?vector"),
    Case("columns-reordered", Q_AGENTS, "?agent ?position", "?position ?agent"),
    Case("column-removed", Q_AGENTS, "?agent ?position\n", "?agent\n", "removed"),
    Case("column-removed", Q_SITES, "?site", "?place", "renamed"),
    Case("form-changed", Q_SITES, "SELECT ?site\nWHERE", "ASK", "rows to yes or no"),
    Case("dataset-changed", Q_SITES, "graphs: asserted", "graphs: all"),
    Case("service-changed query-rewritten", Q_ELSEWHERE, "https://example.org/sparql", "https://example.net/sparql"),
    Case("query-loses", Q_SITES, "?site a skos:Concept", "?site skos:broader ?other"),
    Case(
        "query-loses",
        Q_AGENTS,
        "imt:position ?position .",
        "imt:position ?position . FILTER(?position < 2)",
        "for another value than the default",
    ),
    Case("query-gains", Q_SITES, "?site a skos:Concept", "?site skos:prefLabel ?name"),
    Case("query-rewritten", Q_SITES, "?site a skos:Concept", "?site a ?kind FILTER(?kind = skos:Concept)"),
    Case("query-reworded", Q_SITES, "Which body sites are there?", "What body sites are there?"),
    # names
    Case("prefix-changed", PREFIXES, "http://purl.org/spar/cito/", "http://purl.org/spar/cito#"),
    Case("prefix-removed", PREFIXES, '    "cito": "http://purl.org/spar/cito/",\n', ""),
    Case("prefix-added", PREFIXES, '    "cito":', '    "ex": "http://example.org/",\n    "cito":'),
]
"""Every edit; those of several files, and of the files of a release, have tests of their own below."""

ELSEWHERE_TESTED = {"file-added", "file-removed", "graph-added", "graph-removed", "emptied", "moved"}


def checkout(folder: Path, files: dict[str, str]) -> Path:
    """Write a checkout of FILES, with the package's terms and rules, and the files given in their place."""
    shutil.copytree(ROOT / "ontology" / "rules", folder / "ontology" / "rules")
    write(folder / PREFIXES, (ROOT / PREFIXES).read_text(encoding="utf-8"))
    write(folder / "scripts/imaging_trials/__init__.py", '__version__ = "1.0.0"\n')
    for name, text in {**FILES, **files}.items():
        if text:
            write(folder / name, text)
    return folder


def edited(case: Case) -> dict[str, str]:
    """Return the files of a case as they are after the edit."""
    made = {}
    for file in case.file.split():
        at = ROOT / file
        before = FILES[file] if file in FILES else at.read_text(encoding="utf-8") if at.is_file() else ""
        assert case.old in before, "the edit changes what stands there"
        made[file] = before.replace(case.old, case.new) if case.old else before + case.new
    return made


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> State:
    """Return the state of the small checkout before any edit."""
    return states.read(str(checkout(tmp_path_factory.mktemp("base"), {})), ROOT)


@pytest.fixture
def differs(base: State, tmp_path: Path) -> Callable[[dict[str, str]], Difference]:
    """Return a function that says what differs from the small checkout where some files are others."""

    def compared(files: dict[str, str]) -> Difference:
        return compare.compare(base, states.read(str(checkout(tmp_path / "edited", files)), ROOT))

    return compared


@pytest.mark.parametrize("case", CASES, ids=[f"{case.kinds} {case.name}".strip() for case in CASES])
def test_an_edit_is_told_as_what_it_is_and_nothing_else(
    case: Case, differs: Callable[[dict[str, str]], Difference]
) -> None:
    difference = differs(edited(case))
    kinds = {change.kind for change in difference.changes}
    assert kinds == set(case.kinds.split()), difference.changes
    assert difference.not_compared == []
    assert difference.level == levels.highest(case.kinds.split())


def test_every_kind_of_edit_in_the_table_has_been_made() -> None:
    made = {kind for case in CASES for kind in case.kinds.split()} | ELSEWHERE_TESTED
    assert made == levels.TABLE.keys()
    assert len(levels.TABLE) >= 20


AGREED = {
    "major": "renamed emptied graph-removed prefix-changed prefix-removed file-removed licence-changed term-removed "
    "term-retyped parent-added parent-removed domain-narrowed domain-widened range-narrowed range-widened "
    "restriction-added inference-added inference-removed expression-changed alignment-removed closure-changed "
    "meaning-replaced concept-removed concept-moved notation-changed thing-removed thing-retyped rule-added "
    "rule-tightened rule-raised query-removed parameter-removed parameter-retyped default-changed column-removed "
    "columns-reordered form-changed dataset-changed query-loses",
    "minor": "deprecated deprecation-taken-back graph-added prefix-added file-added class-added "
    "property-added parent-new restriction-removed axiom-about-new alignment-added concept-added notation-added "
    "thing-added type-added value-added mapping-added mapping-removed mapping-changed warning-added warning-tightened "
    "rule-lowered rule-relaxed rule-removed rule-about-new query-added "
    "parameter-added column-added service-changed query-gains",
    "patch": "about-changed label-changed definition-reworded note-changed foreign-changed value-corrected "
    "value-removed moved mapping-annotated rule-reworded query-rewritten query-reworded answer-changed",
    "none": "version-stated",
}
"""Which level was agreed on; the table in levels.py says why."""


def test_each_kind_calls_for_the_level_agreed_on() -> None:
    said = {level: {kind for kind, entry in levels.TABLE.items() if entry.level == level} for level in levels.LEVELS}
    assert said == {level: set(kinds.split()) for level, kinds in AGREED.items()}


def test_a_deprecated_term_that_no_statement_uses_any_more_breaks_queries_in_it(
    differs: Callable[[dict[str, str]], Difference],
) -> None:
    deprecated = FILES[TERMS].replace(
        "imt:note a", "imt:note owl:deprecated true ; dcterms:isReplacedBy imt:follows ; a"
    )
    moved = FILES[DATA].replace("imt:note", "imt:follows")
    kinds = {change.kind for change in differs({TERMS: deprecated, DATA: moved}).changes}
    assert kinds == {"deprecated", "emptied", "value-added", "value-removed"}


def test_a_deprecated_term_that_still_follows_from_its_heir_breaks_none(
    differs: Callable[[dict[str, str]], Difference],
) -> None:
    deprecated = FILES[TERMS].replace(
        "imt:note a", "imt:note owl:deprecated true ; dcterms:isReplacedBy imt:remark ; a"
    )
    heir = "imt:remark a owl:DatatypeProperty ; rdfs:subPropertyOf imt:note ."
    moved = FILES[DATA].replace("imt:note", "imt:remark")
    kinds = {change.kind for change in differs({TERMS: deprecated + heir, DATA: moved}).changes}
    assert kinds == {"deprecated", "property-added", "value-added", "moved"}


def test_a_statement_in_another_graph_is_told_as_moved(differs: Callable[[dict[str, str]], Difference]) -> None:
    statement = 'vector:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .'
    files = {DATA: FILES[DATA].replace(statement, ""), ADDED: FILES[ADDED] + statement}
    (change,) = differs(files).changes
    assert (change.kind, change.subject) == ("moved", "graph:page")
    assert change.words.startswith("2 statements moved to graph:curated, such as: vector:estradiol ")


@pytest.mark.parametrize("kind", ["graph-removed", "renamed", "graph-added"])
def test_named_graphs_that_come_go_or_are_renamed(kind: str, tmp_path: Path) -> None:
    texts = ['imt:a rdfs:label "a" . imt:b rdfs:label "b" .', 'imt:c rdfs:label "c" .']
    old = {"page": texts[0], "curated": texts[1]}
    new = {
        "graph-removed": {"page": " ".join(texts)},
        "renamed": {"page": texts[0], "added": texts[1]},
        "graph-added": {**old, "extra": 'imt:d rdfs:label "d" .'},
    }[kind]
    for name, graphs in (("old", old), ("new", new)):
        blocks = "".join(f"graph:{graph} {{ {text} }}\n" for graph, text in graphs.items())
        write(tmp_path / f"{name}.trig", PROJECT.sparql_prologue() + blocks)
    found = compare.compare(*(states.read(str(tmp_path / f"{name}.trig"), ROOT) for name in ("old", "new")))
    assert [change.kind for change in found.changes if change.area == "names"] == [kind]
    assert {change.kind for change in found.changes} - {kind} <= {"moved", "thing-added"}


def test_versions_are_counted_up_by_level() -> None:
    assert [levels.least("1.4.2", level) for level in levels.LEVELS] == ["1.4.2", "1.4.3", "1.5.0", "2.0.0"]
    assert levels.least("0.4.2", "major") == "0.5.0"
    assert levels.version("v1.10.0-rc.1") == (1, 10, 0) > levels.version("1.9.9")


def test_the_line_of_counts_counts_each_once(base: State) -> None:
    assert counts.counts(base) == {
        "vocabulary terms": 1, "concepts": 3, "agents": 2, "guideline listings": 0, "articles": 0, "organisations": 0,
        "rules that data is checked against": 4, "saved queries": 3,
    }  # fmt: skip


def test_a_release_has_not_all_that_the_changelog_counts(tmp_path: Path) -> None:
    write(tmp_path / "data.ttl", PROJECT.sparql_prologue() + FILES[DATA])
    with pytest.raises(UserError, match="has no shapes or no saved queries to count"):
        counts.line(states.read(str(tmp_path / "data.ttl"), ROOT))
