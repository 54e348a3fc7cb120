# cax-sco
# A member of a class is a member of each of its superclasses.
# Spec: W3C OWL 2 Profiles, section 4.3, table 7, class axioms, rule cax-sco.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c2 . }
}
WHERE {
  GRAPH ?g1 { ?c1 rdfs:subClassOf ?c2 . }
  GRAPH ?g2 { ?x rdf:type ?c1 . }
  FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?c2 . } }
}
