# scm-eqc2
# Two classes that are subclasses of each other are equivalent.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-eqc2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?a owl:equivalentClass ?b . }
}
WHERE {
  GRAPH ?g1 { ?a rdfs:subClassOf ?b . }
  FILTER (!sameTerm(?a, ?b))
  GRAPH ?g2 { ?b rdfs:subClassOf ?a . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?a owl:equivalentClass ?b . } }
}
