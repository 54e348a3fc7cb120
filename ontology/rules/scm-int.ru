# scm-int
# An intersection is a subclass of each of its classes.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-int.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?c rdfs:subClassOf ?ci . }
}
WHERE {
  GRAPH ?g1 { ?c owl:intersectionOf/rdf:rest*/rdf:first ?ci . }
  FILTER NOT EXISTS { GRAPH ?g2 { ?c rdfs:subClassOf ?ci . } }
}
