# prp-dom
# The subject of a property is a member of the property's domain.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-dom.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?p rdfs:domain ?c . }
  GRAPH ?g2 { ?x ?p ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?c . } }
}
