"""Small ontologies and data, drawn at random: every construct that a rule or a check reads, also where it is odd."""

from hypothesis import strategies as st

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

_AXIOMS = (
    "C rdfs:subClassOf D",
    "C owl:equivalentClass D",
    "C owl:disjointWith D",
    "C rdfs:subClassOf [ owl:complementOf D ]",
    "C rdfs:subClassOf [ owl:onProperty p ; owl:someValuesFrom D ]",
    "[ owl:onProperty p ; owl:someValuesFrom D ] rdfs:subClassOf C",
    "[ owl:onProperty p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf C",
    "C rdfs:subClassOf [ owl:onProperty p ; owl:allValuesFrom D ]",
    "C owl:equivalentClass [ owl:onProperty p ; owl:hasValue V ]",
    "C rdfs:subClassOf [ owl:onProperty p ; owl:maxCardinality N ]",
    "C rdfs:subClassOf [ owl:onProperty p ; owl:maxQualifiedCardinality N ; owl:onClass D ]",
    "C rdfs:subClassOf [ owl:onProperty p ; owl:maxQualifiedCardinality N ; owl:onClass owl:Thing ]",
    "C owl:intersectionOf ( D D D )",
    "C owl:equivalentClass [ owl:intersectionOf ( D [ owl:onProperty p ; owl:someValuesFrom D ] ) ]",
    "C owl:unionOf ( D D )",
    "C owl:oneOf ( a a V )",
    "C owl:hasKey ( p )",
    "C rdfs:subClassOf owl:Nothing",
    "[] a owl:AllDisjointClasses ; owl:members ( C D D )",
    "[] a owl:AllDisjointProperties ; owl:members ( p q )",
    "[] a owl:AllDifferent ; owl:members ( a a )",
    "[] a owl:AllDifferent ; owl:distinctMembers ( a a )",
    "[] owl:sourceIndividual a ; owl:assertionProperty p ; owl:targetIndividual a",
    "[] owl:sourceIndividual a ; owl:assertionProperty p ; owl:targetValue V",
    "a owl:differentFrom a",
    "p rdfs:subPropertyOf q",
    "p owl:equivalentProperty q",
    "p owl:inverseOf q",
    "p owl:propertyDisjointWith q",
    "p owl:propertyChainAxiom ( q q )",
    "p owl:propertyChainAxiom ( q q q )",
    "p rdfs:domain C",
    "p rdfs:range C",
    "p a K",
    # Odd, but RDF allows them.
    "p rdfs:subPropertyOf rdf:type",
    "rdf:type rdfs:subPropertyOf p",
    "rdf:type rdfs:range C",
    "rdf:type a owl:SymmetricProperty",
    "p rdfs:subPropertyOf rdfs:subClassOf",
    "p rdfs:domain owl:TransitiveProperty",
    "p owl:inverseOf [ owl:inverseOf q ]",
    "owl:sameAs a owl:SymmetricProperty , owl:TransitiveProperty",
    "p rdfs:range V",
)
_DATA = ("a a C", "a p a", "a p a", "a p V", "a p _:n", "_:n q a", "_:n a C", "a owl:sameAs a", "a p C", "a a V")
_NAMES = {
    "C": ("ex:A", "ex:B", "ex:C", "ex:D"),
    "a": ("ex:a", "ex:b", "ex:c", "ex:d"),
    "p": ("ex:p", "ex:q", "ex:r"),
    "V": ('"v"', "1", "01", "1.0", '"v"@en', "ex:a"),
    "N": ("0", "1", "2", '"1"^^xsd:nonNegativeInteger'),
    "K": tuple(
        f"owl:{kind}Property"
        for kind in ("Functional", "InverseFunctional", "Symmetric", "Transitive", "Asymmetric", "Irreflexive")
    ),
}
_SAME_KIND = {"D": "C", "q": "p"}


@st.composite
def _statement(draw: st.DrawFn, templates: tuple[str, ...]) -> str:
    words = draw(st.sampled_from(templates)).split(" ")
    is_verb = [False, *(True for _ in words[1:])]
    named = []
    for place, word in enumerate(words):
        kind = _SAME_KIND.get(word, word)
        keyword = word == "a" and place == 1 and is_verb[place]
        named.append(draw(st.sampled_from(_NAMES[kind])) if kind in _NAMES and not keyword else word)
    return " ".join(named) + " ."


def axioms(most: int = 7) -> st.SearchStrategy[str]:
    """Return texts with axioms, in Turtle without prefixes."""
    return st.lists(_statement(_AXIOMS), max_size=most).map("\n".join)


def data(most: int = 9) -> st.SearchStrategy[str]:
    """Return texts with data, in Turtle without prefixes."""
    return st.lists(_statement(_DATA), max_size=most).map("\n".join)
