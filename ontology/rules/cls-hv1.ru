# cls-hv1
# A member of a has-value restriction has that value.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-hv1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x ?p ?y . }
}
WHERE {
  GRAPH ?g1 { ?r owl:hasValue ?y ; owl:onProperty ?p . }
  GRAPH ?g2 { ?x rdf:type ?r . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x ?p ?y . } }
}
