# scm-rng1
# A superclass of the range of a property is also a range of the property.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-rng1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?p rdfs:range ?c2 . }
}
WHERE {
  GRAPH ?g1 { ?p rdfs:range ?c1 . }
  GRAPH ?g2 { ?c1 rdfs:subClassOf ?c2 . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?p rdfs:range ?c2 . } }
}
