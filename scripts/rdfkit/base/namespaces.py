"""Well-known vocabularies: their namespaces, and their usual prefixes.

The prefixes of a project are part of its `rdfkit.base.project.Project`.
"""

DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SD = "http://www.w3.org/ns/sparql-service-description#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
VANN = "http://purl.org/vocab/vann/"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"

WELL_KNOWN = {
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": DCAT,
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": DCTERMS,
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": FOAF,
    "obo": "http://purl.obolibrary.org/obo/",
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "pro": "http://purl.org/spar/pro/",
    "prov": PROV,
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sd": SD,
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "sssom": "https://w3id.org/sssom/",
    "unit": "http://qudt.org/vocab/unit/",
    "vann": VANN,
    "void": VOID,
    "xsd": XSD,
}
"""Usual prefixes of vocabularies that many projects use, with their namespaces."""


def expand(curie: str) -> str:
    """Return the IRI of a term of a well-known vocabulary.

    >>> expand("skos:prefLabel")
    'http://www.w3.org/2004/02/skos/core#prefLabel'

    Raises KeyError for a prefix that is not in `WELL_KNOWN`.
    """
    prefix, _, local = curie.partition(":")
    return WELL_KNOWN[prefix] + local
