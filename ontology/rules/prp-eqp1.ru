# prp-eqp1
# A statement with the first of two equivalent properties also holds with the second.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-eqp1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT {
  GRAPH graph:inferred { ?x ?p2 ?y . }
}
WHERE {
  GRAPH ?g1 { ?p1 owl:equivalentProperty ?p2 . }
  GRAPH ?g2 { ?x ?p1 ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x ?p2 ?y . } }
}
