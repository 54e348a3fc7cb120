# scm-sco
# A class is a subclass of every superclass of its superclasses.
# Spec: W3C OWL 2 Profiles, section 4.3, table 9, schema vocabulary, rule scm-sco.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?a rdfs:subClassOf ?c . }
}
WHERE {
  GRAPH ?g1 { ?a rdfs:subClassOf ?b . }
  GRAPH ?g2 { ?b rdfs:subClassOf ?c . }
  FILTER (!sameTerm(?a, ?c))
  FILTER NOT EXISTS { GRAPH ?g3 { ?a rdfs:subClassOf ?c . } }
}
