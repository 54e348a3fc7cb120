"""A checkout with a graph of a dozen triples, three saved queries and the real package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from imaging_trials.model.project import PROJECT

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

ONTOLOGY = """
<https://w3id.org/imaging-trials/vocab> a owl:Ontology .
imt:supersedes a owl:TransitiveProperty .
"""

PAGE = """
edition:bone-1 imt:coversBodySite bodysite:bone ; imt:printedTitle "Bone scan, \\"first\\" edition" .
edition:bone-2 imt:coversBodySite bodysite:bone ; imt:printedTitle "Bone\\n scan"@en .
edition:lung imt:coversBodySite bodysite:lung ; imt:position 3 .
"""

CURATED = """
edition:bone-3 imt:supersedes edition:bone-2 .
edition:bone-2 imt:supersedes edition:bone-1 .
"""

CONCEPTS = """
bodysite:bone skos:prefLabel "bone" .
bodysite:lung skos:prefLabel "lung" .
bodysite:brain skos:prefLabel "brain" .
"""

HEADER = """\
#+ summary: {summary}
#+ description: A row is an edition.
#+ tags: [guidelines]
#+ dataset: {dataset}
{parameters}#+ may-be-empty: {may_be_empty}
#+ mutation: [{mutation}]
#+ expected-diff: {diff}
PREFIX bodysite: <https://w3id.org/imaging-trials/concept/body-site/>
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
"""

SITE = """\
#+ parameters:
#+   - name: site
#+     type: 'iri bodysite:'
#+     default: bodysite:bone
#+     examples: [bodysite:lung]
#+     description: the body site
"""

BY_SITE = (
    HEADER.format(
        summary="Which editions are about a body site?",
        dataset="asserted",
        parameters=SITE,
        may_be_empty="false",
        mutation="{remove: edition:bone-1 imt:coversBodySite bodysite:bone, graph: page}",
        diff="{lost: 1, gained: 0}",
    )
    + """\
SELECT ?edition ?title
WHERE {
  VALUES (?site) { (bodysite:bone) }
  ?edition imt:coversBodySite ?site .
  OPTIONAL { ?edition imt:printedTitle ?title }
}
ORDER BY ?edition
"""
)

SUPERSEDED = (
    HEADER.format(
        summary="Which edition supersedes which?",
        dataset="all",
        parameters="",
        may_be_empty="true",
        mutation="{remove: edition:bone-3 imt:supersedes edition:bone-2, graph: curated}",
        diff="{lost: 2, gained: 0}",
    )
    + "CONSTRUCT { ?new imt:supersedes ?old }\nWHERE { ?new imt:supersedes ?old }\n"
)

ANYTHING_ON_THE_PAGE = (
    HEADER.format(
        summary="Does the page say what supersedes what?",
        dataset="page",
        parameters="",
        may_be_empty="true",
        mutation="{add: edition:x imt:supersedes edition:y, graph: page}",
        diff="{lost: 1, gained: 1}",
    )
    + "ASK { ?new imt:supersedes ?old }\n"
)


def checkout(folder: Path) -> Path:
    """Make the checkout in a folder, and return the folder."""
    shutil.copytree(SCRIPTS, folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SCRIPTS.parent / "ontology" / "rules", folder / "ontology" / "rules")
    for name, triples in {
        "ontology/imaging-trials.ttl": ONTOLOGY,
        "ontology/concepts/body-site.ttl": CONCEPTS,
        "data/page/page.ttl": PAGE,
        "data/curated/editions.ttl": CURATED,
    }.items():
        write(folder / name, PROJECT.sparql_prologue() + triples)
    for name, text in {
        "editions/editions-by-site": BY_SITE,
        "history/superseded": SUPERSEDED,
        "history/supersedes-on-page": ANYTHING_ON_THE_PAGE,
    }.items():
        write(folder / "queries" / f"{name}.rq", text)
    return folder


def write(path: Path, text: str) -> None:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def python(
    root: Path, *arguments: str, stdin: str | bytes = b"", timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run Python with the checkout's package in a separate process."""
    done = subprocess.run(
        [sys.executable, *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "scripts"), "XDG_CACHE_HOME": str(root / "cache")},
        timeout=timeout,
        capture_output=True,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def imt(
    root: Path, *arguments: str, stdin: str | bytes = b"", timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run ``imt`` in the checkout, in a separate process."""
    return python(root, "-m", "imaging_trials", *arguments, stdin=stdin, timeout=timeout)
