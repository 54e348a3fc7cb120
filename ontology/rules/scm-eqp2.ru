# scm-eqp2
# Two properties that are subproperties of each other are equivalent.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-eqp2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?a owl:equivalentProperty ?b . }
}
WHERE {
  GRAPH ?g1 { ?a rdfs:subPropertyOf ?b . }
  FILTER (!sameTerm(?a, ?b))
  GRAPH ?g2 { ?b rdfs:subPropertyOf ?a . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?a owl:equivalentProperty ?b . } }
}
