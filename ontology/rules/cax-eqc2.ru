# cax-eqc2
# A member of the second of two equivalent classes is a member of the first.
# Spec: W3C OWL 2 Profiles, section 4.3, table 7, class axioms, rule cax-eqc2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c1 . }
}
WHERE {
  GRAPH ?g1 { ?c1 owl:equivalentClass ?c2 . }
  GRAPH ?g2 { ?x rdf:type ?c2 . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?c1 . } }
}
