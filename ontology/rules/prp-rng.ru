# prp-rng
# The value of a property is a member of the property's range.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-rng.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?y rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?p rdfs:range ?c . }
  GRAPH ?g2 { ?x ?p ?y . }
  FILTER (!isLiteral(?y))
  FILTER NOT EXISTS { GRAPH ?g3 { ?y rdf:type ?c . } }
}
