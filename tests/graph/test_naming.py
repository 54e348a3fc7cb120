"""Names, labels and definitions follow rules 1 to 10 of docs/naming.md; the numbers are those of its rules."""

import re
from collections import defaultdict
from functools import cache
from importlib import resources

import pyoxigraph as ox
import pytest
from rdflib.namespace import FOAF, ORG, PROV, SDO
from rdflib.namespace import SKOS as SKOS_TERMS

from imaging_trials.model.project import KINDS, PROJECT, SCHEMES
from rdfkit.rdf import named_graphs
from rdfkit.sparql import saved
from tests.support.vocabulary_terms import iri, objects, ours, subjects

RDF, RDFS, OWL, SKOS, XSD = (PROJECT.prefixes[prefix] for prefix in ("rdf", "rdfs", "owl", "skos", "xsd"))
VOCABULARY = PROJECT.vocabulary

# Rule 1. Stems of British spellings in names of ours. Slugs of things repeat what their source prints and are free.
BRITISH = (
    r"isation|ise[sd]?$|ogramme|enrolment|labelled|tumour|colour|paed|behaviour|licence|centre|oestro|haem|"
    r"judgement|catalogue|organis"
)
# Words of prose that are British for codespell and right here, each with its reason.
BRITISH_WORDS = {"analogue": "chemistry writes it so in American English too"}
BRITISH_NAMES: dict[str, str] = {}

# Rule 2. First words of object properties, in the third person.
VERBS = frozenset(
    {
        "addresses", "announces", "belongs", "carries", "concerns", "consults", "corrects", "corresponds", "covers",
        "cross", "decays", "develops", "differs", "discusses", "endorses", "evaluates", "gives", "has", "includes",
        "investigates", "involves", "is", "issues", "lists", "maps", "names", "offers", "publishes", "recommends",
        "refers", "reports", "results", "runs", "states", "supersedes", "supports", "uses", "was",
    }
)  # fmt: skip
ADVERBS = frozenset({"directly"})
DATATYPE_NAMES = {
    "checkedOn": "the day on which something was checked; no noun says it in two words",
    "givesOtherText": "the pair of givesOtherValue, for literals",
    "supportsText": "the pair of supportsValue, for literals",
    "isInFile": "says where the text of a source is; a file of the repository is no thing of the graph",
}

# Rule 3. Labels that are not the local name in words.
LABELS = {
    "doi": "DOI",
    "energyKev": "energy in keV",
    "formerNctId": "former NCT ID",
    "hasMajorMeshHeading": "has major MeSH heading",
    "hasMeshHeading": "has MeSH heading",
    "ipdSharingAsPrinted": "IPD sharing as printed",
    **{f"isOfFdaRegulated{one.title()}": f"is of FDA-regulated {one}" for one in ("device", "drug")},
    "issn": "ISSN",
    "meshHeadingAsPrinted": "MeSH heading as printed",
    "nctId": "NCT ID",
    "nlmId": "NLM ID",
    "orcid": "ORCID",
    "otherRegistryId": "other registry ID",
    "pmcid": "PMCID",
    "pmid": "PMID",
    "publisherItemId": "publisher item ID",
    "rorId": "ROR ID",
}

# Rule 7. Names that FOAF, PROV, ORG, SKOS or schema.org have too, without an alignment with the term of that name.
SAME_NAME = {
    "Article": "schema.org's is any text; ours is in a journal, and is aligned with BIBO and FaBiO",
    "hasUnit": "ORG's is the inverse of org:unitOf, with which imt:isUnitOf is compared in the alignments",
    "isBasedOn": "schema.org's is said of creative works, and ours of substances",
}

# Rule 10. What a class may be a kind of, besides the classes that it is under.
GENERA = (
    "aim",
    "body of people",
    "collection",
    "document",
    "dossier",
    "entry",
    "family",
    "finding",
    "happening",
    "human being",
    "judgment",
    "kind of atom",
    "kind of matter",
    "matter",
    "molecule",
    "node",
    "number of participants",
    "organized, continuing effort",
    "part of a web page",
    "place",
    "proposition",
    "radiation",
    "research study",
    "serial",
    "statement",
    "substance",
    "text",
    "thing",
    "way in which",
    "whole",
    "word or phrase",
)


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return named_graphs.read_sources(PROJECT)


def label(store: ox.Store, term: str) -> str:
    (found,) = objects(store, iri(term), "skos:prefLabel")
    return found


def definition(store: ox.Store, term: str) -> str:
    (found,) = objects(store, iri(term), "skos:definition")
    return found


def words(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", name).lower()


def concepts(store: ox.Store) -> list[str]:
    found = sorted(subjects(store, "rdf:type", "skos:Concept"))
    return [concept for concept in found if concept.startswith(PROJECT.base + "concept/")]


@cache
def british() -> dict[str, str]:
    """British words with their American form, from the dictionary that codespell has of them."""
    text = (resources.files("codespell_lib") / "data" / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    return dict(line.split("->", 1) for line in text.splitlines() if "->" in line)


# Rule 1


def test_names_of_ours_have_american_spelling(store: ox.Store) -> None:
    terms = [*ours(store, "owl:Class"), *ours(store, "owl:ObjectProperty"), *ours(store, "owl:DatatypeProperty")]
    slugs = [concept.rsplit("/", 1)[1] for concept in concepts(store)]
    queries = saved.read_all(PROJECT)
    asked = [query.id for query in queries] + [p.name for query in queries for p in query.parameters]
    files = [path.stem for folder in ("ontology", "shapes") for path in (PROJECT.root / folder).rglob("*.ttl")]
    names = {*terms, *slugs, *KINDS, *KINDS.values(), *SCHEMES, *SCHEMES.values(), *asked, *files}
    wrong = {name for name in names if re.search(BRITISH, words(name))}
    assert wrong == set(BRITISH_NAMES)


def test_prose_of_ours_has_american_spelling(store: ox.Store) -> None:
    """Labels of terms and concepts, definitions, notes, messages, summaries, rationales; text of a source is free."""
    wrong: dict[str, set[str]] = defaultdict(set)
    prose = ("skos:definition", "skos:scopeNote", "skos:editorialNote", "sh:message", "imt:summary", "imt:rationale")
    for predicate in (*prose, "skos:prefLabel", "sh:description", "sh:name"):
        for quad in store.quads_for_pattern(None, iri(predicate), None, None):
            assert isinstance(quad.object, ox.Literal)
            ours_only = not predicate.endswith("prefLabel") or f"{quad.subject}"[1:].startswith(
                (VOCABULARY, PROJECT.base + "concept/")
            )
            if ours_only:
                found = set(re.findall(r"[a-z]+", quad.object.value.lower())) & british().keys()
                for word in found:
                    wrong[word].add(f"{quad.subject} {predicate}")
    unexpected = {word: sorted(places)[:3] for word, places in wrong.items() if word not in BRITISH_WORDS}
    assert unexpected == {}
    assert set(BRITISH_WORDS) <= set(wrong), "an exception that nothing needs"


# Rule 2


def test_object_properties_begin_with_a_verb(store: ox.Store) -> None:
    for name in ours(store, "owl:ObjectProperty"):
        first, *rest = words(name).split()
        verb = rest[0] if first in ADVERBS else first
        assert verb in VERBS, name


def test_datatype_properties_are_nouns_or_questions(store: ox.Store) -> None:
    for name in ours(store, "owl:DatatypeProperty"):
        first = words(name).split()[0]
        boolean = objects(store, iri("imt:" + name), "rdfs:range") == [XSD + "boolean"]
        if boolean:
            assert first == "is", name
        elif name not in DATATYPE_NAMES:
            assert first not in VERBS, name


# Rule 3


def test_labels_are_local_names_in_words(store: ox.Store) -> None:
    for kind in ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty"):
        for name in ours(store, kind):
            assert label(store, "imt:" + name) == LABELS.get(name, words(name)), name


# Rule 6


def test_properties_and_schemes_share_their_name(store: ox.Store) -> None:
    """``hasEventKind`` takes its values from the scheme ``concept/event-kind``."""
    found = 0
    for name in ours(store, "owl:ObjectProperty"):
        concept = objects(store, iri("imt:" + name), "rdfs:range") == [SKOS + "Concept"]
        if concept and name.startswith("has"):
            assert words(name).removeprefix("has ").replace(" ", "-") in SCHEMES.values(), name
            found += 1
    assert found > 10


# Rule 7


def test_a_name_of_a_well_known_vocabulary_is_aligned(store: ox.Store) -> None:
    known = {
        name: str(vocabulary)
        for vocabulary in (FOAF, PROV, ORG, SKOS_TERMS, SDO)
        for name in vocabulary.__annotations__
    }
    relations = ("rdfs:subClassOf", "rdfs:subPropertyOf", "owl:equivalentClass", "owl:equivalentProperty")
    matches = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "skos:broadMatch", "skos:narrowMatch")
    alone = set()
    for kind in ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty"):
        for name in ours(store, kind):
            if name in known:
                linked = {
                    o for relation in (*relations, *matches) for o in objects(store, iri("imt:" + name), relation)
                }
                if not any(re.split(r"[/#]", other)[-1] == name for other in linked):
                    alone.add(name)
    assert alone == set(SAME_NAME)


# Rule 8


def test_no_class_is_a_concept_too(store: ox.Store) -> None:
    labels = {found.lower() for concept in concepts(store) for found in objects(store, iri(concept), "skos:prefLabel")}
    assert len(labels) > 100
    assert {name for name in ours(store, "owl:Class") if words(name) in labels} == set()


# Rule 9


def test_two_kinds_of_thing_share_no_label(store: ox.Store) -> None:
    """`imt show` finds one thing by a label: the agent is radium-223 dichloride, the nuclide radium-223."""
    kinds = ("agent", "substance", "target", "radionuclide", "organization", "program")
    places = {f"{PROJECT.base}id/{kind}/": kind for kind in kinds}
    places |= {f"{PROJECT.base}concept/{scheme}/": scheme for scheme in ("disease", "modality", "procedure")}
    found: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, iri("skos:prefLabel"), None, None):
        assert isinstance(quad.subject, ox.NamedNode)
        for place in places:
            if quad.subject.value.startswith(place):
                assert isinstance(quad.object, ox.Literal)
                found[quad.object.value.casefold()].add(quad.subject.value)
    assert len(found) > 80
    assert {name: sorted(things) for name, things in found.items() if len(things) > 1} == {}


# Rule 10


def test_no_definition_says_only_that_things_are_related(store: ox.Store) -> None:
    for kind in ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty"):
        for name in ours(store, kind):
            assert not re.search(r"\b(Ties|Relates|Links|Connects)\b", definition(store, "imt:" + name)), name


def test_properties_are_defined_by_their_value(store: ox.Store) -> None:
    for name in [*ours(store, "owl:ObjectProperty"), *ours(store, "owl:DatatypeProperty")]:
        assert re.match(r"(A|An|The|Radiation|True if) ?", definition(store, "imt:" + name)), name


def test_classes_are_defined_by_genus_and_difference(store: ox.Store) -> None:
    for name in ours(store, "owl:Class"):
        above = [o for o in objects(store, iri("imt:" + name), "rdfs:subClassOf") if o.startswith(VOCABULARY)]
        genera = [*(words(o.removeprefix(VOCABULARY)) for o in above), *GENERA]
        start = re.match(r"(?:A|An|The) (.*)|(Radiation .*)", definition(store, "imt:" + name))
        assert start, name
        assert any((start[1] or start[2]).lower().startswith(genus) for genus in genera), (name, start[0])


def test_no_definition_uses_the_word_that_it_defines(store: ox.Store) -> None:
    """The last word of the label is not in the definition, unless the label of what is above it has the word."""
    for term in [*(VOCABULARY + name for name in ours(store, "owl:Class")), *concepts(store)]:
        above = {*objects(store, iri(term), "rdfs:subClassOf"), *objects(store, iri(term), "skos:broader")}
        above = {o for o in above if o.startswith(PROJECT.base)}
        allowed = " ".join(found for o in above for found in objects(store, iri(o), "skos:prefLabel")).lower()
        (scheme,) = objects(store, iri(term), "skos:inScheme") or [""]
        if scheme.endswith(("-status", "/availability")):
            continue  # labels of these are phrases without a noun
        last = re.split(" (?:of|in|to|by) ", label(store, term))[0].split()[-1].lower()
        text = definition(store, term).lower()
        assert last in allowed.split() or not re.search(rf"\b{re.escape(last)}\b", text), (term, text)


def test_a_quotation_in_a_definition_has_a_source(store: ox.Store) -> None:
    for quad in store.quads_for_pattern(None, iri("skos:definition"), None, None):
        assert isinstance(quad.object, ox.Literal)
        assert isinstance(quad.subject, ox.NamedNode)
        if re.search('["“”]', quad.object.value):
            assert objects(store, quad.subject, "dcterms:source"), quad.subject


# Rule 11
