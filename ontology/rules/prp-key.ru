# prp-key
# Two members of a class with the same value of its key are the same thing. Only keys of one property are supported:
# the list has one member and must be in the same graph as its axiom.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-key.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x1 owl:sameAs ?x2 . }
}
WHERE {
  GRAPH ?g1 { ?c owl:hasKey ?l . ?l rdf:first ?p ; rdf:rest rdf:nil . }
  GRAPH ?g2 { ?x1 rdf:type ?c . }
  GRAPH ?g3 { ?x1 ?p ?value . }
  GRAPH ?g4 { ?x2 ?p ?value . }
  FILTER (!sameTerm(?x1, ?x2))
  GRAPH ?g5 { ?x2 rdf:type ?c . }
  FILTER NOT EXISTS { GRAPH ?g6 { ?x1 owl:sameAs ?x2 . } }
}
