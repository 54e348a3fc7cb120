# What version 2.0.0 changes and a rename cannot express. In the terms of 1.0.0; run before the renames of 2.0.0.tsv.
# Every triple is inside GRAPH ?g: imt diff --update writes the rules a second time for the default graph.
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
PREFIX agentkind: <https://w3id.org/imaging-trials/concept/agent-kind/>
PREFIX apptype: <https://w3id.org/imaging-trials/concept/application-type/>
PREFIX dockind: <https://w3id.org/imaging-trials/concept/document-kind/>
PREFIX imaginguse: <https://w3id.org/imaging-trials/concept/imaging-use/>
PREFIX invstatus: <https://w3id.org/imaging-trials/concept/investigational-status/>
PREFIX modality: <https://w3id.org/imaging-trials/concept/modality/>
PREFIX procedure: <https://w3id.org/imaging-trials/concept/procedure/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# (a) The kind of an agent was a class; it is a concept.
INSERT { GRAPH ?g { ?x imt:hasAgentKind ?kind } }
WHERE {
  VALUES (?class ?kind) {
    (imt:ImagingAgent agentkind:imaging-agent)
    (imt:Radiopharmaceutical agentkind:radiopharmaceutical)
    (imt:ContrastAgent agentkind:contrast-agent)
  }
  GRAPH ?g { ?x a ?class }
} ;

# (b) An application was a kind of document; it is a dossier with a holder. Whether a dossier is available is not stated.
DELETE { GRAPH ?g { ?x ?old ?value } }
INSERT { GRAPH ?g { ?x ?new ?value } }
WHERE {
  VALUES ?kind { dockind:ind dockind:nda }
  VALUES (?old ?new) {
    (imt:isDocumentOf imt:isApplicationFor)
    (imt:isKeptBy imt:hasHolder)
    (imt:documentNumber imt:applicationNumber)
  }
  GRAPH ?g { ?x imt:hasDocumentKind ?kind . ?x ?old ?value }
} ;
DELETE { GRAPH ?g { ?x imt:hasAvailability ?availability } }
WHERE {
  VALUES ?kind { dockind:ind dockind:nda }
  GRAPH ?g { ?x imt:hasDocumentKind ?kind ; imt:hasAvailability ?availability }
} ;
DELETE { GRAPH ?g { ?x a imt:AgentDocument ; imt:hasDocumentKind ?kind } }
INSERT { GRAPH ?g { ?x a imt:RegulatoryApplication ; imt:hasApplicationType ?type } }
WHERE {
  VALUES (?kind ?type) { (dockind:ind apptype:ind) (dockind:nda apptype:nda) }
  GRAPH ?g { ?x imt:hasDocumentKind ?kind }
} ;

# (c) Two procedures were modalities.
DELETE { GRAPH ?g { ?x ?old ?value } }
INSERT { GRAPH ?g { ?x ?new ?procedure ; ?old modality:scintigraphy } }
WHERE {
  VALUES (?value ?procedure) {
    (modality:bone-scintigraphy procedure:bone-scintigraphy)
    (modality:lymphoscintigraphy procedure:lymphoscintigraphy)
  }
  VALUES (?old ?new) {
    (imt:hasModality imt:isUsedInProcedure)
    (imt:coversModality imt:coversProcedure)
  }
  GRAPH ?g { ?x ?old ?value }
} ;

# (d) Three uses of imaging say how an intervention is used in a trial, and not for what purpose.
DELETE { GRAPH ?g { ?x imt:hasImagingUse ?use } }
INSERT { GRAPH ?g { ?x imt:hasInvestigationalStatus ?status } }
WHERE {
  VALUES (?use ?status) {
    (imaginguse:standard-of-care-imaging invstatus:standard-of-care)
    (imaginguse:study-use-of-standard-imaging invstatus:study-use-of-standard-imaging)
    (imaginguse:investigational-imaging invstatus:investigational)
  }
  GRAPH ?g { ?x imt:hasImagingUse ?use }
} ;

# (e) The daughter was that of a nuclide; it is that of a branch of its decay. Nuclides of this project have branches in
# 2.0.0, and other nuclides get one, which is named after the nuclide.
INSERT { GRAPH ?g { ?branch a imt:DecayBranch ; skos:prefLabel ?label ; imt:isBranchOf ?x ; imt:hasDecayMode ?mode ; imt:daughter ?daughter } }
WHERE {
  GRAPH ?g { ?x imt:decaysBy ?mode ; imt:daughter ?daughter ; skos:prefLabel ?name }
  FILTER (!STRSTARTS(STR(?x), "https://w3id.org/imaging-trials/"))
  BIND (IRI(CONCAT(STR(?x), "-branch")) AS ?branch)
  BIND (STRLANG(CONCAT("decay of ", STR(?name)), "en") AS ?label)
} ;
DELETE { GRAPH ?g { ?x imt:daughter ?daughter } }
WHERE {
  GRAPH ?g { ?x imt:decaysBy ?mode ; imt:daughter ?daughter }
}
