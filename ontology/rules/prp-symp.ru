# prp-symp
# A symmetric property also holds in the opposite direction.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-symp.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?y ?p ?x . }
}
WHERE {
  GRAPH ?g1 { ?p rdf:type owl:SymmetricProperty . }
  GRAPH ?g2 { ?x ?p ?y . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?y ?p ?x . } }
}
