# cls-avf
# If a thing is a member of an all-values restriction, its values are members of the class that the restriction names.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-avf.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?y rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?r owl:allValuesFrom ?c ; owl:onProperty ?p . }
  GRAPH ?g2 { ?x rdf:type ?r . }
  GRAPH ?g3 { ?x ?p ?y . }
  FILTER (!isLiteral(?y))
  FILTER NOT EXISTS { GRAPH ?g4 { ?y rdf:type ?c . } }
}
