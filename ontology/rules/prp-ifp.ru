# prp-ifp
# Two things with the same value of an inverse functional property are the same thing.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-ifp.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x1 owl:sameAs ?x2 . }
}
WHERE {
  GRAPH ?g1 { ?p rdf:type owl:InverseFunctionalProperty . }
  GRAPH ?g2 { ?x1 ?p ?y . }
  GRAPH ?g3 { ?x2 ?p ?y . }
  FILTER (!sameTerm(?x1, ?x2))
  FILTER NOT EXISTS { GRAPH ?g4 { ?x1 owl:sameAs ?x2 . } }
}
