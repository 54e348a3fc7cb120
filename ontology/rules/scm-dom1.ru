# scm-dom1
# A superclass of the domain of a property is also a domain of the property.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-dom1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?p rdfs:domain ?c2 . }
}
WHERE {
  GRAPH ?g1 { ?p rdfs:domain ?c1 . }
  GRAPH ?g2 { ?c1 rdfs:subClassOf ?c2 . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?p rdfs:domain ?c2 . } }
}
