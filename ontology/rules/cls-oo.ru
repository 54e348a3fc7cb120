# cls-oo
# Each thing that an enumerated class lists is a member of that class.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-oo.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?c owl:oneOf/rdf:rest*/rdf:first ?x . }
  FILTER (!isLiteral(?x))
  FILTER NOT EXISTS { GRAPH ?g2 { ?x rdf:type ?c . } }
}
