"""Helpers for tests of renames: two small checkouts that are compared, and updates that are run in two engines."""

from collections.abc import Callable
from pathlib import Path

import rdflib
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from imaging_trials.model.project import PROJECT
from rdfkit.releases import Difference, compare, read_snapshot
from tests.conftest import ROOT
from tests.rdfkit.releases.small_sources import MIGRATION, migration
from tests.support.small_checkout import write

Engine = Callable[[list[Quad], str], list[str]]

OLD = """
imt:Substance a owl:Class ; skos:prefLabel "substance"@en ; skos:definition "What a thing is made of."@en .
imt:Agent a owl:Class ; rdfs:subClassOf imt:Substance ; skos:prefLabel "agent"@en ;
    skos:definition "A substance that makes something visible."@en .
imt:hasVector a owl:ObjectProperty ; rdfs:domain imt:Agent ; skos:prefLabel "has vector"@en ;
    skos:definition "Relates an agent to its carrier."@en .
agent:fes a imt:Agent ; skos:prefLabel "[18F]FES"@en ; imt:hasVector substance:estradiol .
agent:flt a imt:Agent ; skos:prefLabel "[18F]FLT"@en .
substance:estradiol skos:prefLabel "estradiol"@en .
"""

MINE = """
@base <https://example.org/> .
<mine> a imt:Agent ; rdfs:seeAlso agent:fes ; imt:hasVector [ rdfs:label "carrier"@en ; rdfs:seeAlso agent:flt ] .
agent:fes rdfs:comment "agent:fes"@en .
imt:hasVector rdfs:label "vector" .
<graph> { <mine> imt:hasVector _:x . _:x a imt:Agent . agent:fes rdfs:seeAlso agent:fes . }
agent:fes { agent:fes imt:hasVector ( imt:Agent agent:fes ) ; rdfs:label "1"^^imt:Agent . }
"""


NEW = OLD.replace("imt:Agent", "imt:Tracer").replace("agent:fes", "agent:fluoroestradiol")
TABLE = migration("imt:Agent imt:Tracer", "agent:fes agent:fluoroestradiol")


def found(tmp_path: Path, old: str, new: str, table: str | dict[str, str] = "") -> Difference:
    """Return the difference between two checkouts with one Turtle text each; the new one has migration tables."""
    for name, text in (("old", old), ("new", new)):
        write(tmp_path / name / "ontology" / "imaging-trials.ttl", PROJECT.sparql_prologue() + text)
        (tmp_path / name / "ontology" / "rules").symlink_to(ROOT / "ontology" / "rules")
    tables = {MIGRATION: table} if isinstance(table, str) else table
    for name, text in tables.items():
        if text:
            write(tmp_path / "new" / name, text)
    return compare(PROJECT, *(read_snapshot(PROJECT, str(tmp_path / name)) for name in ("old", "new")))


def pairs(difference: Difference) -> set[tuple[str, str]]:
    """Return the renames as CURIEs."""
    return {(PROJECT.shorten(rename.old), PROJECT.shorten(rename.new)) for rename in difference.renames}


def kinds(difference: Difference) -> set[str]:
    """Return the kinds of the changes, except those of the project's saved queries, which are run on any graph."""
    return {change.kind for change in difference.changes if change.area != "saved queries"}


def quads(text: str) -> list[Quad]:
    """Return the quads of a TriG text with the project's prefixes."""
    return list(parse(PROJECT.sparql_prologue() + text, RdfFormat.TRIG))


def canonical(data: list[Quad]) -> list[str]:
    """Return quads in a form that is the same for isomorphic datasets (RDFC-1.0)."""
    dataset = Dataset(data)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def by_oxigraph(data: list[Quad], update: str) -> list[str]:
    """Run an update in Oxigraph."""
    store = Store()
    store.extend(data)
    store.update(update)
    return canonical(list(store))


def by_rdflib(data: list[Quad], update: str) -> list[str]:
    """Run an update in rdflib."""
    dataset = rdflib.Dataset()
    dataset.parse(data=serialize(data, format=RdfFormat.N_QUADS) or b"", format="nquads")
    dataset.update(update)
    text = dataset.serialize(format="nquads").replace("<urn:x-rdflib:default>", "")
    return canonical(list(parse(text, RdfFormat.N_QUADS)))
