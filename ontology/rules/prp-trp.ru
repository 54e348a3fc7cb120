# prp-trp
# A transitive property that holds from x to y and from y to z also holds from x to z.
# Spec: W3C OWL 2 Profiles, section 4.3, table 5, properties, rule prp-trp.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x ?p ?z . }
}
WHERE {
  GRAPH ?g1 { ?p rdf:type owl:TransitiveProperty . }
  GRAPH ?g2 { ?x ?p ?y . }
  GRAPH ?g3 { ?y ?p ?z . }
  FILTER NOT EXISTS { GRAPH ?g4 { ?x ?p ?z . } }
}
