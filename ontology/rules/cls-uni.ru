# cls-uni
# A member of any class of a union is a member of the union.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-uni.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?c owl:unionOf/rdf:rest*/rdf:first ?ci . }
  GRAPH ?g2 { ?x rdf:type ?ci . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?c . } }
}
