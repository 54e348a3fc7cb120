"""Namespaces, prefixes and named graphs: one table that every file of the graph keeps to."""

from rdfkit.base.errors import ImtError

BASE = "https://w3id.org/imaging-trials/"
VOCAB = BASE + "vocab#"

SCHEMES = {
    "agentkind": "agent-kind",
    "availability": "availability",
    "bodysite": "body-site",
    "decaymode": "decay-mode",
    "disease": "disease",
    "dockind": "document-kind",
    "eventkind": "event-kind",
    "imaginguse": "imaging-use",
    "intervention": "intervention-kind",
    "modality": "modality",
    "phase": "phase",
    "population": "population",
    "progphase": "programme-phase",
    "pubkind": "publication-kind",
    "role": "team-role",
    "service": "support-service",
    "standing": "standing",
    "trialtype": "trial-type",
}
"""Prefix of a concept scheme's members, and the scheme's slug under ``concept/``."""

KINDS = {
    "advice": "advice",
    "agent": "agent",
    "agentgroup": "agent-group",
    "article": "article",
    "authorship": "authorship",
    "correction": "correction",
    "document": "document",
    "edition": "edition",
    "element": "element",
    "enrolment": "enrolment",
    "erratum": "erratum",
    "event": "event",
    "guideline": "guideline",
    "journal": "journal",
    "listing": "listing",
    "mapping": "mapping",
    "mappingset": "mapping-set",
    "match": "possible-match",
    "nuclide": "radionuclide",
    "objective": "objective",
    "organisation": "organisation",
    "page": "page",
    "person": "person",
    "programme": "programme",
    "quantity": "quantity",
    "question": "research-question",
    "record": "registry-record",
    "section": "section",
    "source": "source",
    "statement": "statement",
    "target": "target",
    "trial": "trial",
    "trialintervention": "intervention",
    "variant": "variant-reading",
    "vector": "vector",
}
"""Prefix of a kind of thing, and the kind's slug under ``id/``."""

FOREIGN = {
    "bibo": "http://purl.org/ontology/bibo/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "meshv": "http://id.nlm.nih.gov/mesh/vocab#",
    "obo": "http://purl.obolibrary.org/obo/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pro": "http://purl.org/spar/pro/",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "renci": "http://reasoner.renci.org/",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "taxon": "http://purl.uniprot.org/taxonomy/",
    "unit": "http://qudt.org/vocab/unit/",
    "up": "http://purl.uniprot.org/core/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

PREFIXES = {
    "imt": VOCAB,
    "imtsh": BASE + "shapes#",
    "concept": BASE + "concept/",
    "graph": BASE + "graph/",
    **{prefix: f"{BASE}concept/{slug}/" for prefix, slug in SCHEMES.items()},
    **{prefix: f"{BASE}id/{slug}/" for prefix, slug in KINDS.items()},
    **FOREIGN,
}
"""Every prefix of the house with its namespace; each file declares those it uses, under these names."""

_LONGEST_FIRST = sorted(((iri, prefix) for prefix, iri in PREFIXES.items()), key=lambda pair: -len(pair[0]))


def expand(curie: str) -> str:
    """Return the IRI that a CURIE such as ``agent:fes`` stands for.

    Raises ImtError where the prefix is none of the house's.
    """
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in PREFIXES:
        raise ImtError(
            f"'{curie}' has no known prefix: write a full IRI, or one of the prefixes {', '.join(sorted(PREFIXES))}."
        )
    return PREFIXES[prefix] + local


def shorten(iri: str) -> str:
    """Return the CURIE for an IRI, or the IRI itself where no prefix fits or the rest is no plain local name."""
    for namespace, prefix in _LONGEST_FIRST:
        local = iri.removeprefix(namespace)
        if local != iri and local and all(c.isalnum() or c in "-_" for c in local):
            return f"{prefix}:{local}"
    return iri


def is_ours(iri: str) -> bool:
    """Tell whether an IRI lies in one of this project's namespaces."""
    return iri.startswith(BASE)


def sparql_prologue() -> str:
    """Return PREFIX lines for the whole table, one a line, for queries that people type."""
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(PREFIXES.items()))
