# scm-spo
# A property is a subproperty of every superproperty of its superproperties.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-spo.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?a rdfs:subPropertyOf ?c . }
}
WHERE {
  GRAPH ?g1 { ?a rdfs:subPropertyOf ?b . }
  GRAPH ?g2 { ?b rdfs:subPropertyOf ?c . }
  FILTER (!sameTerm(?a, ?c))
  FILTER NOT EXISTS { GRAPH ?g3 { ?a rdfs:subPropertyOf ?c . } }
}
