# prp-spo1
# A statement with a property also holds with each of its superproperties.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-spo1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?x ?p2 ?y . }
}
WHERE {
  GRAPH ?g1 { ?p1 rdfs:subPropertyOf ?p2 . }
  GRAPH ?g2 { ?x ?p1 ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x ?p2 ?y . } }
}
