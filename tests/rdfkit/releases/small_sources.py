"""The source files of a small checkout that has one of everything that `imt diff` compares."""

import shutil
from pathlib import Path

from imaging_trials.model.project import PROJECT
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
agent:fes a imt:Tracer ; skos:prefLabel "FES"@en ; imt:position 1 ; imt:hasVector substance:estradiol .
agent:flt a imt:Tracer ; imt:hasVector substance:thymidine ; skos:prefLabel "FLT"@en ;
    imt:position 2 ; imt:note "old name" .
substance:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .
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

CURATION = """
imtsh:owed a sh:NodeShape ; sh:targetClass imt:Agent ; sh:property imtsh:owed-note .
imtsh:owed-note a sh:PropertyShape ; sh:path imt:note ; sh:maxCount 2 ; sh:severity sh:Violation .
"""

AGENTS = """\
#+ summary: Which agents have a vector?
#+ description: A row is an agent.
#+ tags: [agents]
#+ dataset: all
#+ parameters:
#+   - name: vector
#+     type: 'iri substance:'
#+     default: substance:estradiol
#+     examples: [substance:estradiol, substance:thymidine]
#+     description: the vector
#+ may-be-empty: false
#+ mutation:
#+   - remove: agent:fes imt:hasVector substance:estradiol
#+     graph: page
#+ expected-diff: {lost: 1, gained: 0}
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
PREFIX substance: <https://w3id.org/imaging-trials/id/substance/>
SELECT ?agent ?position
WHERE {
  VALUES (?vector) { (substance:estradiol) }
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
#  bioregistry: https://bioregistry.io/registry/
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
subject_id|subject_label|predicate_id|object_id|object_label|object_source|object_source_version|mapping_justification\
|author_label|mapping_date|confidence|comment
agent:fes|FES|skos:exactMatch|atc:V09IX11||bioregistry:atc|2026-04-25|semapv:ManualMappingCuration\
|The Imaging Trials Graph developers|2026-11-26|0.95|
agent:flt|FLT|skos:closeMatch|atc:V09IX12||bioregistry:atc|2026-04-25|semapv:ManualMappingCuration\
|The Imaging Trials Graph developers|2026-11-26|0.95|
""".replace("|", "\t")

TERMS, SITE, DATA, ADDED = (
    "ontology/imaging-trials.ttl",
    "ontology/concepts/body-site.ttl",
    "data/page/page.ttl",
    "data/curated/agents.ttl",
)
OWED = "shapes/curation/agents.ttl"
RULES, LINKS = "shapes/common/agents.ttl", "data/links/atc.sssom.tsv"
Q_AGENTS, Q_SITES, Q_ELSEWHERE = "queries/agents/agents.rq", "queries/sites/sites.rq", "queries/sites/elsewhere.rq"
CONTEXT = "ontology/context.jsonld"
CLOSURE, MIGRATION = "ontology/rules/prp-trp.ru", "ontology/migrations/2.0.0.tsv"

FILES = {
    **{
        name: PROJECT.sparql_prologue() + text
        for name, text in (
            *((TERMS, VOCABULARY), (SITE, CONCEPTS), (DATA, PAGE), (ADDED, CURATED)),
            *((RULES, SHAPES), (OWED, CURATION)),
        )
    },
    LINKS: MAPPINGS,
    Q_AGENTS: AGENTS,
    Q_SITES: SITES,
    Q_ELSEWHERE: ELSEWHERE,
}


def migration(*rows: str) -> str:
    """Return a migration table; each row is an old term and a new term (or nothing), separated by a space."""
    lines = ["old term\tnew term\treason"]
    for row in rows:
        old, _, new = row.partition(" ")
        lines.append(f"{old}\t{new}\ta better name")
    return "\n".join(lines) + "\n"


def checkout(folder: Path, files: dict[str, str]) -> Path:
    """Write a checkout of `FILES`, with the project's rules and JSON-LD context; ``files`` replaces texts."""
    shutil.copytree(ROOT / "ontology" / "rules", folder / "ontology" / "rules")
    write(folder / CONTEXT, (ROOT / CONTEXT).read_text(encoding="utf-8"))
    for name, text in {**FILES, **files}.items():
        if text:
            write(folder / name, text)
    return folder
