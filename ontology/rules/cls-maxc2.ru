# cls-maxc2
# If a class allows at most one value of a property, two values of one of its members are the same thing.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-maxc2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?y1 owl:sameAs ?y2 . }
}
WHERE {
  GRAPH ?g1 { ?r owl:maxCardinality ?n ; owl:onProperty ?p . }
  FILTER (?n = 1)
  GRAPH ?g2 { ?x rdf:type ?r . }
  GRAPH ?g3 { ?x ?p ?y1 . }
  GRAPH ?g4 { ?x ?p ?y2 . }
  FILTER (!sameTerm(?y1, ?y2) && !isLiteral(?y1) && !isLiteral(?y2))
  FILTER NOT EXISTS { GRAPH ?g5 { ?y1 owl:sameAs ?y2 . } }
}
