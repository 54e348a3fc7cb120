# scm-avf1
# Of two all-values restrictions on one property, the one that names the subclass is a subclass of the other.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-avf1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?r1 rdfs:subClassOf ?r2 . }
}
WHERE {
  GRAPH ?g1 { ?r1 owl:allValuesFrom ?c1 ; owl:onProperty ?p . }
  GRAPH ?g2 { ?c1 rdfs:subClassOf ?c2 . }
  GRAPH ?g3 { ?r2 owl:allValuesFrom ?c2 ; owl:onProperty ?p . }
  FILTER (!sameTerm(?r1, ?r2))
  FILTER NOT EXISTS { GRAPH ?g4 { ?r1 rdfs:subClassOf ?r2 . } }
}
