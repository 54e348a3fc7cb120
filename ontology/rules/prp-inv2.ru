# prp-inv2
# A statement with the second of two inverse properties holds in the opposite direction with the first.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-inv2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT {
  GRAPH graph:inferred { ?y ?p1 ?x . }
}
WHERE {
  GRAPH ?g1 { ?p1 owl:inverseOf ?p2 . }
  GRAPH ?g2 { ?x ?p2 ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?y ?p1 ?x . } }
}
