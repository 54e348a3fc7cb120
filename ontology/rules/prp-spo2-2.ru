# prp-spo2-2
# A chain of two properties implies the property between its ends. The list of the chain must be in the same graph as
# its axiom.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-spo2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x ?p ?z . }
}
WHERE {
  GRAPH ?g1 { ?p owl:propertyChainAxiom ?l1 . ?l1 rdf:first ?p1 ; rdf:rest ?l2 . ?l2 rdf:first ?p2 ; rdf:rest rdf:nil . }
  GRAPH ?g2 { ?x ?p1 ?y . }
  GRAPH ?g3 { ?y ?p2 ?z . }
  FILTER NOT EXISTS { GRAPH ?g4 { ?x ?p ?z . } }
}
