"""What a predicate is used for, as far as it decides what a change of its values means; and the types of subjects."""

from rdfkit.base import namespaces


def iri(curie: str) -> str:
    """Return the term (``<…>``) of a CURIE of a well-known vocabulary."""
    return f"<{namespaces.expand(curie)}>"


def _iris(prefix: str, *names: str) -> set[str]:
    return {iri(f"{prefix}:{name}") for name in names}


TYPE = iri("rdf:type")
DEPRECATED = iri("owl:deprecated")
REPLACED_BY = iri("dcterms:isReplacedBy")

LABELS = (iri("skos:prefLabel"), iri("rdfs:label"))
DEFINITIONS = (iri("skos:definition"), iri("rdfs:comment"))
PARENTS = {iri("rdfs:subClassOf"): "superclass", iri("rdfs:subPropertyOf"): "superproperty"}
EDGES = {iri("rdfs:domain"): "domain", iri("rdfs:range"): "range"}
EQUIVALENT = _iris("owl", "equivalentClass", "equivalentProperty")
INFERRING = {
    iri("owl:inverseOf"): "inverse",
    iri("owl:equivalentClass"): "equivalent class",
    iri("owl:equivalentProperty"): "equivalent property",
    iri("owl:propertyChainAxiom"): "property chain",
    iri("owl:sameAs"): "same as",
    iri("owl:TransitiveProperty"): "transitive",
    iri("owl:SymmetricProperty"): "symmetric",
    iri("owl:ReflexiveProperty"): "reflexive",
}
"""Predicates and types of axioms that add statements to the data."""

RESTRICTING = {
    iri("owl:disjointWith"): "disjoint with",
    iri("owl:propertyDisjointWith"): "disjoint with",
    iri("owl:differentFrom"): "different from",
    iri("owl:hasKey"): "key",
    iri("owl:FunctionalProperty"): "functional",
    iri("owl:InverseFunctionalProperty"): "inverse functional",
    iri("owl:AsymmetricProperty"): "asymmetric",
    iri("owl:IrreflexiveProperty"): "irreflexive",
}
"""Predicates and types of axioms that data can contradict."""

MATCHES = _iris(
    "skos", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "mappingRelation"
)  # fmt: skip

ROLES: dict[str, str] = {
    TYPE: "type",
    DEPRECATED: "deprecation",
    REPLACED_BY: "replacement",
    iri("skos:notation"): "notation",
    iri("dcterms:hasPart"): "part",
    **dict.fromkeys(_iris("dcterms", "license") | _iris("schema", "license"), "license"),
    **dict.fromkeys(
        _iris("owl", "versionInfo", "versionIRI", "priorVersion")
        | _iris("dcat", "version")
        | _iris("dcterms", "issued", "created", "modified"),
        "version",
    ),
    **dict.fromkeys(MATCHES, "match"),
    **dict.fromkeys(PARENTS, "parent"),
    **dict.fromkeys(EDGES, "edge"),
    **dict.fromkeys(INFERRING, "axiom"),
    **dict.fromkeys(RESTRICTING, "axiom"),
    **dict.fromkeys(
        _iris("skos", "broader", "narrower", "broaderTransitive", "narrowerTransitive", "inScheme", "topConceptOf",
              "hasTopConcept"),
        "hierarchy",
    ),
    **dict.fromkeys(
        _iris("skos", "altLabel", "hiddenLabel", "example", "scopeNote", "editorialNote", "note", "changeNote",
              "historyNote")
        | _iris("rdfs", "seeAlso", "isDefinedBy")
        | _iris("dcterms", "description"),
        "note",
    ),
}  # fmt: skip
"""The role of each predicate; every other predicate states a value."""

CLASSES = _iris("owl", "Class") | _iris("rdfs", "Class", "Datatype")
PROPERTIES = (
    _iris("rdf", "Property")
    | _iris("owl", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "OntologyProperty")
    | INFERRING.keys()
    | RESTRICTING.keys()
)
METADATA = _iris("owl", "Ontology") | _iris("dcat", "Dataset", "Distribution") | _iris("void", "Dataset")
CONCEPT, CONCEPT_SCHEME = iri("skos:Concept"), iri("skos:ConceptScheme")
