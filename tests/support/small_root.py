"""A graph of a few triples in the project's layout, for tests that change or break its files."""

import shutil
from pathlib import Path

from imaging_trials.model.project import PROJECT

ROOT = Path(__file__).resolve().parents[2]

FILES = {
    "ontology/imaging-trials.ttl": """
        imt:Agent a owl:Class .
        imt:Tracer a owl:Class ;
            rdfs:subClassOf imt:Agent , [ a owl:Restriction ; owl:onProperty imt:has ; owl:hasValue agent:fes ] .
        imt:Substance a owl:Class .
        imt:Article a owl:Class .
        imt:isBasedOn a owl:ObjectProperty ; rdfs:domain imt:Agent .
        imt:has a owl:ObjectProperty .
    """,
    "ontology/concepts/phase.ttl": "<https://w3id.org/imaging-trials/concept/phase> a skos:ConceptScheme .",
    "data/page/agents.ttl": "agent:fes a imt:Tracer .",
    "data/page/articles/one.ttl": "article:one a imt:Article .",
    "data/curated/agents.ttl": "substance:fes a imt:Substance . agent:fes imt:isBasedOn substance:fes .",
    "data/dataset.ttl": "<https://w3id.org/imaging-trials/> a dcat:Dataset .",
    "shapes/common/agents.ttl": """
        imtsh:Tracer a sh:NodeShape ; sh:targetClass imt:Tracer ; sh:property imtsh:Tracer-vector .
        imtsh:Tracer-vector a sh:PropertyShape ; sh:path imt:isBasedOn ; sh:minCount 1 ;
            sh:message "A tracer has a vector: name it." .
    """,
}


def make(folder: Path) -> Path:
    """Write the small graph and the real rules under ``folder`` and return it."""

    prologue = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PROJECT.prefixes.items())
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(prologue + text, encoding="utf-8")
    shutil.copytree(ROOT / "ontology" / "rules", folder / "ontology" / "rules")
    (folder / "queries").mkdir()
    return folder


def make_with_code(folder: Path) -> Path:
    """Write the small graph with a copy of the package, whose checkout is then ``folder``."""
    ignored = shutil.ignore_patterns("__pycache__", "graph_files")
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=ignored)
    return make(folder)
