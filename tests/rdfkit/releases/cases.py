"""Every kind of edit, made on the small checkout, with the kinds of change that `imt diff` must report for it."""

from typing import NamedTuple

from tests.conftest import ROOT
from tests.rdfkit.releases.small_sources import (
    ADDED,
    AGENTS,
    CLOSURE,
    CONTEXT,
    DATA,
    FILES,
    LINKS,
    MAPPINGS,
    MIGRATION,
    OWED,
    Q_AGENTS,
    Q_ELSEWHERE,
    Q_SITES,
    RULES,
    SITE,
    SITES,
    TERMS,
    migration,
)


class Case(NamedTuple):
    """An edit: the kinds of change that it makes, its files, the text that it replaces, the new text.

    ``renames`` is the line of a migration table that states the rename: old term and new term.
    """

    kinds: str
    file: str
    old: str
    new: str
    name: str = ""
    renames: str = ""

    def files(self) -> dict[str, str]:
        """Return the texts of the edited files after the edit."""
        made = {}
        for file in self.file.split():
            at = ROOT / file
            before = FILES[file] if file in FILES else at.read_text(encoding="utf-8") if at.is_file() else ""
            assert self.old in before, "the edit replaces an existing text"
            made[file] = before.replace(self.old, self.new) if self.old else before + self.new
        if self.renames:
            made[MIGRATION] = migration(self.renames)
        return made


def more(file: str, kinds: str, text: str, name: str = "") -> Case:
    """Return the case of a text that is added at the end of a file."""
    return Case(kinds, file, "", text, name)


LEAST = """\
#+   - name: least
#+     type: integer
#+     default: 1
#+     examples: [1]
#+     description: the lowest position
"""
"""A further parameter of a saved query."""

CASES = [
    # classes and properties
    more(TERMS, "class-added", 'imt:Probe a owl:Class ; rdfs:subClassOf imt:Agent ; skos:prefLabel "probe"@en .'),
    more(
        TERMS,
        "property-added",
        "imt:hasProbe a owl:ObjectProperty ; rdfs:domain imt:Agent ; owl:inverseOf imt:follows .",
    ),
    Case(
        "term-removed",
        TERMS,
        'imt:follows a owl:ObjectProperty ; skos:prefLabel "follows"@en .',
        "",
        "not deprecated before",
    ),
    Case(
        "term-removed",
        TERMS,
        'imt:Carrier a owl:Class ; skos:prefLabel "carrier"@en ; owl:deprecated true .',
        "",
        "deprecated before",
    ),
    Case("term-retyped", TERMS, "imt:note a owl:DatatypeProperty", "imt:note a owl:ObjectProperty"),
    Case("renamed", TERMS, "imt:follows a", "imt:comesAfter a", "a property", "imt:follows imt:comesAfter"),
    Case(
        "deprecated",
        TERMS,
        "imt:follows a",
        "imt:follows owl:deprecated true ; dcterms:isReplacedBy imt:precedes ; a",
        "with a replacement",
    ),
    Case("deprecated", TERMS, "imt:follows a", "imt:follows owl:deprecated true ; a", "without a replacement"),
    Case("deprecation-withdrawn", TERMS, " ; owl:deprecated true", ""),
    Case("parent-added", TERMS, "imt:Vector a owl:Class", "imt:Vector a owl:Class ; rdfs:subClassOf imt:Carrier"),
    Case(
        "class-added parent-new",
        TERMS,
        "imt:Vector a owl:Class",
        "imt:Ligand a owl:Class . imt:Vector a owl:Class ; rdfs:subClassOf imt:Ligand",
        "below a new class",
    ),
    Case(
        "class-added parent-added",
        TERMS,
        "imt:Vector a owl:Class",
        "imt:Ligand a owl:Class ; rdfs:subClassOf imt:Carrier . imt:Vector a owl:Class ; rdfs:subClassOf imt:Ligand",
        "below a new class that is below an old one",
    ),
    Case(
        "class-added parent-new moved",
        TERMS,
        "imt:Tracer a owl:Class ; rdfs:subClassOf imt:Agent ,",
        "imt:Probe a owl:Class ; rdfs:subClassOf imt:Agent . imt:Tracer a owl:Class ; rdfs:subClassOf imt:Probe ,",
        "a class between two others",
    ),
    Case("parent-removed", TERMS, "rdfs:subClassOf imt:Substance , schema:Drug", "rdfs:subClassOf schema:Drug"),
    Case("parent-added", TERMS, "imt:follows a", "imt:follows rdfs:subPropertyOf imt:hasVector ; a", "a property"),
    Case("domain-narrowed", TERMS, "imt:note a", "imt:note rdfs:domain imt:Agent ; a", "none before"),
    Case("domain-narrowed moved", TERMS, "rdfs:domain imt:Agent", "rdfs:domain imt:Tracer", "to a subclass"),
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
    Case("external-changed", TERMS, "schema:Drug a owl:Class", 'schema:Drug a owl:Class ; rdfs:label "drug"@en'),
    Case("license-changed", TERMS, "publicdomain/zero/1.0/", "licenses/by/4.0/"),
    Case("metadata-changed", TERMS, '"A vocabulary"@en', '"The vocabulary"@en'),
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
        "replaced by another thing",
    ),
    Case("thing-removed moved", DATA, 'substance:estradiol a imt:Vector ; skos:prefLabel "estradiol"@en .', ""),
    Case("thing-retyped", DATA, "agent:flt a imt:Tracer", "agent:flt a imt:Carrier"),
    Case("type-added", DATA, "substance:estradiol a imt:Vector", "substance:estradiol a imt:Vector , imt:Carrier"),
    Case("value-corrected answer-changed", DATA, "imt:position 1", "imt:position 7"),
    Case("value-corrected", DATA, '"old name"', '"former name"'),
    Case("value-added", DATA, "agent:fes a", 'agent:fes imt:note "checked" ; a'),
    Case("value-removed", DATA, ' ; imt:note "old name"', ""),
    Case(
        "renamed answer-changed",
        f"{TERMS} {DATA} {ADDED} {LINKS}",
        "agent:fes",
        "agent:fluoroestradiol",
        "a thing",
        "agent:fes agent:fluoroestradiol",
    ),
    # mappings
    more(LINKS, "mapping-added", MAPPINGS.splitlines()[-1].replace("V09IX12", "V09IX13") + "\n"),
    Case("mapping-removed", LINKS, MAPPINGS.splitlines(keepends=True)[-1], ""),
    Case("mapping-changed", LINKS, "skos:closeMatch", "skos:broadMatch"),
    Case(
        "mapping-annotated",
        LINKS,
        "V09IX12\t\tbioregistry:atc\t2026-04-25",
        "V09IX12\t\tbioregistry:atc\t2026-09-25",
    ),
    # rules for data
    Case("curation-changed", OWED, "sh:maxCount 2", "sh:maxCount 1", "stricter"),
    Case("curation-changed", OWED, "sh:severity sh:Violation .", "sh:minCount 1 .", "a further constraint"),
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
        "about things of a new class",
    ),
    Case(
        "rule-added rule-about-new",
        RULES,
        ", imtsh:agent-note .",
        ", imtsh:agent-note , imtsh:one , imtsh:two . "
        "imtsh:one a sh:PropertyShape ; sh:path imt:remark ; sh:maxCount 1 . "
        "imtsh:two a sh:PropertyShape ; sh:path imt:remark ; sh:minCount 1 .",
        "at most one value, and at least one value, of a new property",
    ),
    Case(
        "rule-removed",
        RULES,
        "imtsh:agent-note a sh:PropertyShape ; sh:path imt:note ; sh:maxCount 3 ; sh:severity sh:Warning .",
        "",
    ),
    Case("rule-tightened", RULES, "sh:maxCount 2", "sh:maxCount 1", "at most"),
    Case("rule-tightened", RULES, "sh:minCount 1", "sh:minCount 2", "at least"),
    Case("rule-tightened", RULES, "sh:maxCount 2", "sh:maxCount 2 ; sh:datatype xsd:integer", "a further constraint"),
    Case("rule-tightened", RULES, '"H" "B"', '"H"', "fewer values allowed"),
    Case(
        "rule-tightened",
        RULES,
        "imtsh:agent a sh:NodeShape",
        "imtsh:agent sh:targetClass imt:Vector ; a sh:NodeShape",
        "a further target",
    ),
    Case("rule-tightened", RULES, "$this imt:precedes $this", "$this imt:precedes ?other", "another query"),
    Case("rule-relaxed", RULES, "sh:maxCount 2", "sh:maxCount 3", "at most"),
    Case("rule-relaxed", RULES, "sh:minCount 1 ;", "", "a constraint removed"),
    Case("rule-relaxed", RULES, '"H" "B"', '"H" "B" "L"', "more values allowed"),
    Case("rule-relaxed", RULES, "imtsh:agent a", "imtsh:agent sh:deactivated true ; a", "deactivated"),
    Case("warning-tightened", RULES, "sh:maxCount 3", "sh:maxCount 2"),
    Case("rule-raised", RULES, "sh:severity sh:Warning", "sh:severity sh:Violation"),
    Case("rule-lowered", RULES, "sh:severity sh:Violation", "sh:severity sh:Warning"),
    Case("rule-reworded", RULES, "Give a position.", "State the position.", "message"),
    Case(
        "rule-reworded",
        RULES,
        "WHERE { $this imt:precedes $this }",
        "WHERE {$this imt:precedes   $this}",
        "query's layout",
    ),
    # saved queries
    Case("query-added", "queries/sites/places.rq", "", SITES),
    Case("query-removed", Q_SITES, SITES, ""),
    Case(
        "parameter-added",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("?vector) { (", "?vector ?least) { (")
        .replace(") }", " 1) }")
        .replace("#+ may-be-empty", LEAST + "#+ may-be-empty"),
    ),
    Case(
        "parameter-removed parameter-added",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("?vector", "?ligand").replace("name: vector", "name: ligand"),
        "renamed",
    ),
    Case("parameter-retyped", Q_AGENTS, "type: 'iri substance:'", "type: iri"),
    Case(
        "default-changed",
        Q_AGENTS,
        AGENTS,
        AGENTS.replace("default: substance:estradiol", "default: substance:other").replace(
            "(substance:estradiol) }", "(substance:other) }"
        ),
    ),
    Case("column-added", Q_AGENTS, "?agent ?position", "?agent ?position ?vector"),
    Case("columns-reordered", Q_AGENTS, "?agent ?position", "?position ?agent"),
    Case("column-removed", Q_AGENTS, "?agent ?position\n", "?agent\n", "removed"),
    Case("column-removed", Q_SITES, "?site", "?place", "renamed"),
    Case("form-changed", Q_SITES, "SELECT ?site\nWHERE", "ASK", "rows to yes or no"),
    Case("dataset-changed", Q_SITES, "dataset: asserted", "dataset: all"),
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
    Case("prefix-changed", CONTEXT, "http://purl.org/spar/cito/", "http://purl.org/spar/cito#"),
    Case("prefix-removed", CONTEXT, '    "cito": "http://purl.org/spar/cito/",\n', ""),
    Case("prefix-added", CONTEXT, '    "cito":', '    "ex": "http://example.org/",\n    "cito":'),
]
"""Every edit; edits of several files, and of the files of a release, have tests of their own."""
