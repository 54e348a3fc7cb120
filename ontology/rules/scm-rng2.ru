# scm-rng2
# A property has the range of its superproperty.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-rng2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?p1 rdfs:range ?c . }
}
WHERE {
  GRAPH ?g1 { ?p2 rdfs:range ?c . }
  GRAPH ?g2 { ?p1 rdfs:subPropertyOf ?p2 . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?p1 rdfs:range ?c . } }
}
