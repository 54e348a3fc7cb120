"""The project as rdfkit sees it: names, prefixes, and which file is which named graph. One table for every file."""

from pathlib import Path

from imaging_trials import __version__
from rdfkit.base import PACKED_FOLDER, WELL_KNOWN, GraphReader, Project

BASE = "https://w3id.org/imaging-trials/"
VOCABULARY = BASE + "vocab#"
SHAPES = BASE + "shapes#"

SCHEMES = {
    "agentkind": "agent-kind",
    "allocation": "allocation",
    "appstatus": "application-status",
    "apptype": "application-type",
    "assertion": "assertion-status",
    "availability": "availability",
    "bodysite": "body-site",
    "decaymode": "decay-mode",
    "disease": "disease",
    "dockind": "document-kind",
    "emissionkind": "emission-kind",
    "eventkind": "event-kind",
    "imagingreason": "imaging-reason",
    "intervention": "intervention-kind",
    "interventionmodel": "intervention-model",
    "invstatus": "investigational-status",
    "masking": "masking",
    "matchrule": "match-rule",
    "modality": "modality",
    "namekind": "name-kind",
    "observationalmodel": "observational-model",
    "phase": "phase",
    "population": "population",
    "primarypurpose": "primary-purpose",
    "procedure": "procedure",
    "progphase": "program-phase",
    "pubkind": "publication-kind",
    "purpose": "clinical-purpose",
    "readingkind": "reading-kind",
    "regstatus": "regulatory-status",
    "role": "team-role",
    "service": "support-service",
    "studytype": "study-type",
    "timeperspective": "time-perspective",
    "trialstatus": "trial-status",
    "trialtype": "trial-type",
    "worduse": "word-use",
}
"""Prefix of a concept scheme's members, and the scheme's slug under ``concept/``."""

KINDS = {
    "advice": "advice",
    "agent": "agent",
    "agentgroup": "agent-group",
    "agentname": "agent-name",
    "application": "application",
    "article": "article",
    "arm": "arm",
    "authorship": "authorship",
    "branch": "branch",
    "correction": "correction",
    "discrepancy": "discrepant-value",
    "document": "document",
    "edition": "edition",
    "element": "element",
    "emission": "emission",
    "enrollment": "enrollment",
    "erratum": "erratum",
    "event": "event",
    "evidence": "evidence",
    "guideline": "guideline",
    "investigatorship": "investigatorship",
    "journal": "journal",
    "listing": "listing",
    "mapping": "mapping",
    "mappingset": "mapping-set",
    "match": "possible-match",
    "matchword": "match-word",
    "nuclide": "radionuclide",
    "objective": "objective",
    "outcome": "outcome-measure",
    "organization": "organization",
    "page": "page",
    "person": "person",
    "program": "program",
    "quantity": "quantity",
    "question": "research-question",
    "reference": "trial-reference",
    "record": "registry-record",
    "recordmatch": "record-match",
    "section": "section",
    "site": "trial-site",
    "source": "source",
    "sponsorship": "sponsorship",
    "statement": "statement",
    "status": "status",
    "substance": "substance",
    "target": "target",
    "trial": "trial",
    "trialdocument": "trial-document",
    "trialidentifier": "trial-identifier",
    "trialintervention": "intervention",
}
"""Prefix of a kind of thing, and the kind's slug under ``id/``."""

PREFIXES = {
    "imt": VOCABULARY,
    "imtsh": SHAPES,
    "concept": BASE + "concept/",
    "graph": BASE + "graph/",
    **{prefix: f"{BASE}concept/{slug}/" for prefix, slug in SCHEMES.items()},
    **{prefix: f"{BASE}id/{slug}/" for prefix, slug in KINDS.items()},
    **WELL_KNOWN,
    "meshv": "http://id.nlm.nih.gov/mesh/vocab#",
    "renci": "http://reasoner.renci.org/",
    "taxon": "http://purl.uniprot.org/taxonomy/",
    "up": "http://purl.uniprot.org/core/",
    "wdt": "http://www.wikidata.org/prop/direct/",
}
"""Every prefix of the project with its namespace. Each file declares those that it uses, under these names."""

_SCRIPTS = Path(__file__).resolve().parents[2]


def _root() -> Path:
    """Return the folder of the graph's files: the checkout, or ``graph_files/`` in the installed package."""
    packed = _SCRIPTS / "imaging_trials" / PACKED_FOLDER
    return packed if packed.is_dir() else _SCRIPTS.parent


PROJECT = Project(
    name="imaging-trials",
    version=__version__,
    base=BASE,
    vocabulary=VOCABULARY,
    shapes=SHAPES,
    prefixes=PREFIXES,
    root=_root(),
    folders={"ontology/concepts": "concepts", "data/page": "page", "data/curated": "curated"},
    files={"ontology/alignments.ttl": "alignments", "data/dataset.ttl": "dataset"},
    top_folders={"ontology": "vocabulary", "data": None},
    readers=(GraphReader("links", "data/links", ".sssom.tsv", "imaging_trials.mapping_sets:quads"),),
    datasets={"page": ("page",)},
    label_properties=("imt:heading", "imt:nameAsPrinted", "imt:summary"),
    code=(Path(__file__).resolve(), *sorted((_SCRIPTS / "imaging_trials" / "mapping_sets").glob("sssom*.py"))),
)
"""The project value, which is passed to the functions of rdfkit."""
