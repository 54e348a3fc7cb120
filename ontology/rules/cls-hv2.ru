# cls-hv2
# A thing with the value that a has-value restriction names is a member of the restriction.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-hv2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?r . }
}
WHERE {
  GRAPH ?g1 { ?r owl:hasValue ?y ; owl:onProperty ?p . }
  GRAPH ?g2 { ?x ?p ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?r . } }
}
