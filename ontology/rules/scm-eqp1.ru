# scm-eqp1
# Two equivalent properties are subproperties of each other.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-eqp1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?a rdfs:subPropertyOf ?b . }
}
WHERE {
  { GRAPH ?g1 { ?a owl:equivalentProperty ?b . } } UNION { GRAPH ?g1 { ?b owl:equivalentProperty ?a . } }
  FILTER (!sameTerm(?a, ?b))
  FILTER NOT EXISTS { GRAPH ?g2 { ?a rdfs:subPropertyOf ?b . } }
}
