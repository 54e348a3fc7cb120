# cls-int1
# A thing that is a member of every class of an intersection is a member of the intersection. The search starts from
# the first class of the list; the list must be in the same graph as its axiom.
# Spec: W3C OWL 2 Profiles, section 4.3, table 6, classes, rule cls-int1.
PREFIX graph: <https://w3id.org/imaging-trials/graph/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
INSERT {
  GRAPH graph:inferred { ?x rdf:type ?c . }
}
WHERE {
  GRAPH ?g1 { ?c owl:intersectionOf ?list . ?list rdf:first ?c1 . }
  GRAPH ?g2 { ?x rdf:type ?c1 . }
  FILTER NOT EXISTS {
    GRAPH ?g1 { ?list rdf:rest+/rdf:first ?other . }
    FILTER NOT EXISTS { GRAPH ?g3 { ?x rdf:type ?other . } }
  }
  FILTER NOT EXISTS { GRAPH ?g4 { ?x rdf:type ?c . } }
}
