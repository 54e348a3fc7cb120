# prp-fp
# Two values of a functional property are the same thing.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-fp.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?y1 owl:sameAs ?y2 . }
}
WHERE {
  GRAPH ?g1 { ?p rdf:type owl:FunctionalProperty . }
  GRAPH ?g2 { ?x ?p ?y1 . }
  GRAPH ?g3 { ?x ?p ?y2 . }
  FILTER (!sameTerm(?y1, ?y2) && !isLiteral(?y1) && !isLiteral(?y2))
  FILTER NOT EXISTS { GRAPH ?g4 { ?y1 owl:sameAs ?y2 . } }
}
