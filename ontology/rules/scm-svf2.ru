# scm-svf2
# Of two some-values restrictions that name one class, the one on the subproperty is a subclass of the other.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-svf2.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?r1 rdfs:subClassOf ?r2 . }
}
WHERE {
  GRAPH ?g1 { ?r1 owl:someValuesFrom ?c ; owl:onProperty ?p1 . }
  GRAPH ?g2 { ?p1 rdfs:subPropertyOf ?p2 . }
  GRAPH ?g3 { ?r2 owl:onProperty ?p2 ; owl:someValuesFrom ?c . }
  FILTER (!sameTerm(?r1, ?r2))
  FILTER NOT EXISTS { GRAPH ?g4 { ?r1 rdfs:subClassOf ?r2 . } }
}
