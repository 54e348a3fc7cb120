"""Record versions: the named graph of one record as it was, its description, and the activity that imported it.

The graph's IRI has the record, the day on which its database last changed it, and the hash of its statements, so that
the same record in another file is the same graph. What an import did is in a graph of its own.
"""

import hashlib
from functools import lru_cache
from typing import NamedTuple

from imaging_trials.bibliography import Citation, Deletion
from imaging_trials.imports import articles, matches, trials
from imaging_trials.imports.statements import Statements, in_graph, iri, literal, said, term, typed
from imaging_trials.imports.studies.study import Study
from imaging_trials.model import PROJECT

GRAPHS = PROJECT.base + "graph/import/"

ATTRIBUTION = {
    "pubmed": "Courtesy of the U.S. National Library of Medicine. The data are those of PubMed on the day of the "
    "import, in other terms, and may not reflect the most current data that NLM has.",
    "clinicaltrials": "The data are from ClinicalTrials.gov on the day of the import, in other terms and without its "
    "contacts. The National Library of Medicine endorses no use of them.",
    "nci": "The data are from the Clinical Trials Search API of the National Cancer Institute on the day of the "
    "import, in other terms and without its contacts.",
    "list": "",
}
"""What a source asks to be said with its data."""


class Made(NamedTuple):
    """What one record became: its graph (an IRI), N-Quads, the number of quads, and warnings.

    ``name`` is what messages call the record by, ``number`` is its PMID or NCT number, ``revised`` is the day of its
    last change, and ``version`` its version as its database counts it; each is "" where the record has none.
    """

    graph: str
    data: bytes
    quads: int
    warnings: tuple[str, ...]
    name: str = ""
    number: str = ""
    revised: str = ""
    version: str = ""


class Run(NamedTuple):
    """An import of one file: the hash of its bytes, its name without folders, the day, the software's version."""

    checksum: str
    name: str
    day: str
    software: str

    @property
    def activity(self) -> str:
        """The IRI of the activity: one for each file, day and version of the software."""
        return f"{PROJECT.base}id/import/{self.checksum[:32]}-{self.day}-{self.software}"


def of_citation(citation: Citation, source: str, *, abstracts: bool = False) -> Made:
    """Return the version of a record: a pure function of the record. ``source`` is a key of `ATTRIBUTION`."""
    statements, warnings = articles.statements(citation, abstracts=abstracts)
    state = _State(*articles.thing_of(citation), citation.revised, citation.version, source)
    found = matches.of_citation(citation, matches.lexicon())
    return _made(statements, state, found)._replace(
        warnings=tuple(warnings),
        name=citation.name,
        number=citation.pmid,
        revised=citation.revised,
        version=citation.version,
    )


def of_study(study: Study, *, abstracts: bool = False) -> Made:
    """Return the version of a study: a pure function of the study."""
    statements, warnings = trials.statements(study, abstracts=abstracts)
    state = _State(*trials.thing_of(study), study.revised, "", study.source)
    found = matches.of_study(study, matches.lexicon())
    return _made(statements, state, found)._replace(
        warnings=tuple(warnings), name=study.name, number=study.nct_id, revised=study.revised
    )


class _State(NamedTuple):
    """What identifies a version besides its statements."""

    thing: str
    key: str
    revised: str
    version: str
    source: str


def _made(made: Statements, state: _State, found: Statements) -> Made:
    """Return a version. The hash is that of the record's own statements, without what was ``found`` in it."""
    data = made.written().encode()
    checksum = hashlib.sha256(data).hexdigest()
    graph = iri(f"{GRAPHS}{state.key}/{state.revised or 'undated'}/{checksum[:32]}")
    said_of_it = [*_description(state.source), said(_IS_VERSION_OF, state.thing), said(_CHECKSUM, f'"{checksum}"')]
    if state.revised:
        said_of_it.append(said(_VERSION_DAY, typed(state.revised, "date")))
    if state.version:
        said_of_it.append(said(_VERSION_LABEL, literal(state.version)))
    data += graph.join(["", *said_of_it]).encode()
    data = in_graph(data + found.written().encode() if found.of else data, graph)
    return Made(graph[1:-1], data, made.count() + len(said_of_it) + found.count(), ())


_IS_VERSION_OF, _VERSION_DAY, _VERSION_LABEL, _CHECKSUM = (
    term(f"imt:{name}") for name in ("isVersionOf", "recordVersionDay", "versionLabel", "checksum")
)


@lru_cache
def _description(source: str) -> tuple[str, ...]:
    """Return what every version of a source says of itself: its class, and the attribution if there is one."""
    rights = ATTRIBUTION[source]
    about = said(term("rdf:type"), term("imt:RecordVersion"))
    return (about, said(term("dcterms:rights"), literal(rights))) if rights else (about,)


def of_deletion(deletion: Deletion, run: Run) -> Made:
    """Return the version by which a record ends; an update file does not say when, so that the file names it."""
    thing, key = articles.thing_of(Citation(name="", pmid=deletion.pmid))
    graph = iri(f"{GRAPHS}{key}/deleted/{run.checksum[:32]}")
    made = Statements()
    made.about(graph).extend(_description("pubmed"))
    made.add(graph, "imt:isVersionOf", thing)
    made.add(graph, "imt:isDeletion", typed("true", "boolean"))
    data = in_graph(made.written().encode(), graph)
    return Made(graph[1:-1], data, data.count(b"\n"), ())


def opening(run: Run) -> bytes:
    """Return the description of an import: when, from which file, by which software."""
    activity, graph = iri(run.activity), iri(GRAPHS + run.activity.rpartition("/")[2])
    file = iri(f"urn:sha256:{run.checksum}")
    software = iri(f"{PROJECT.base}release/{run.software}")
    made = Statements()
    made.add(activity, "rdf:type", term("prov:Activity"))
    made.add(activity, "imt:importedOn", typed(run.day, "date"))
    made.add(activity, "prov:used", file)
    made.add(activity, "prov:wasAssociatedWith", software)
    made.add(file, "rdf:type", term("prov:Entity"))
    made.add(file, "imt:checksum", literal(run.checksum))
    made.text(file, "rdfs:label", run.name)
    made.add(software, "rdf:type", term("prov:SoftwareAgent"))
    made.text(software, "rdfs:label", f"{PROJECT.name} {run.software}")
    made.text(software, "imt:versionLabel", run.software)
    return in_graph(made.written().encode(), graph)


def generated(made: Made, run: Run) -> bytes:
    """Return the statement that an import made a version."""
    return f"<{made.graph}> {_by(run)}".encode()


@lru_cache(maxsize=8)
def _by(run: Run) -> str:
    """Return what follows the subject in the statement that an import made it."""
    return f"{term('prov:wasGeneratedBy')} {iri(run.activity)} {iri(GRAPHS + run.activity.rpartition('/')[2])} .\n"
