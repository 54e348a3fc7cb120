"""The OWL proof: is the graph in OWL 2 DL (OWLAPI), and does a DL reasoner (HermiT) find anything impossible in it?

Run as a module (``make owl``), it updates the figures of docs/owl.md.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple, parse

from imaging_trials.model.project import PROJECT
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs
from tests.conftest import ROOT

REPORT = ROOT / "docs" / "owl.md"
RULES = ROOT / "ontology" / "rules"
JARS = Path("/usr/share/java")
JAVA = ("java", "-Xmx2000M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")  # half the time in runs as short as these
HERMIT = Path(getattr(find_spec("owlready2"), "origin", None) or "owlready2").parent / "hermit"
TERMS = ("vocabulary", "concepts", "alignments")
"""The named graphs without data."""

_XSD, _OWL = PROJECT.prefixes["xsd"], PROJECT.prefixes["owl"]
DATATYPE_MAP = {PROJECT.prefixes["rdf"] + name for name in ("PlainLiteral", "XMLLiteral", "langString")} | {
    *(_OWL + name for name in ("real", "rational")),
    *(_XSD + name for name in ("decimal", "integer", "double", "float", "boolean", "dateTime", "dateTimeStamp")),
    *(_XSD + name for name in ("nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger")),
    *(_XSD + name for name in ("long", "int", "short", "byte")),
    *(_XSD + name for name in ("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte")),
    *(_XSD + name for name in ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN")),
    *(_XSD + name for name in ("hexBinary", "base64Binary", "anyURI")),
}
"""The datatypes that OWL 2 knows (W3C OWL 2 Structural Specification, section 4), with that of tagged strings."""

EMPTY = {_OWL + name for name in ("Nothing", "bottomObjectProperty", "bottomDataProperty")}

_TYPE = NamedNode(PROJECT.prefixes["rdf"] + "type")
_KINDS = {NamedNode(_OWL + name) for name in ("Class", "ObjectProperty", "DatatypeProperty")}
_FIGURES = re.compile(r"(?s)(?<=<!-- figures, by make owl -->\n).*?(?=<!-- end of figures -->)")


class Profile(NamedTuple):
    """The result of OWLAPI for one file: the number of axioms, and (rule, sentence) for each profile violation."""

    axioms: int
    violations: list[tuple[str, str]]


class Verdict(NamedTuple):
    """The result of HermiT: whether there is a model, and which classes and properties are empty in every model."""

    consistent: bool
    impossible: list[str]


def missing() -> str:
    """Return a sentence about a missing program and how to install it, or "" if none is missing."""
    java = shutil.which("java")
    listed = subprocess.run(["java", "--list-modules"], capture_output=True, text=True, check=False) if java else None
    if listed is None or "jdk.compiler@" not in listed.stdout:
        return "There is no Java with a compiler here: install a JDK, on Debian default-jdk-headless."
    if not (JARS / "owlapi-distribution.jar").exists():
        return f"There is no OWLAPI in {JARS}: install it, on Debian libowlapi-java."
    return ""


@cache
def asserted() -> frozenset[tuple[str, Triple]]:
    """Return every asserted triple of the shipped graph, with the name of its named graph."""
    return frozenset(
        (PROJECT.graph_name(q.graph_name), q.triple)
        for q in named_graphs.read_sources(PROJECT)
        if isinstance(q.graph_name, NamedNode)
    )


def of_terms() -> set[Triple]:
    """Return vocabulary, concepts and alignments."""
    return {triple for graph, triple in asserted() if graph in TERMS}


def of_all() -> set[Triple]:
    """Return all asserted triples, without those whose datatype OWL 2 does not have."""
    return {triple for _, triple in asserted() if not outside_owl(triple)}


def outside_owl(triple: Triple) -> bool:
    """Return whether a triple's literal has a datatype that OWL 2 does not have, such as xsd:date."""
    return isinstance(triple.object, Literal) and triple.object.datatype.value not in DATATYPE_MAP


def write(triples: Iterable[Triple], path: Path) -> Path:
    """Write triples as N-Triples, sorted, and return the path."""
    path.write_text("".join(f"{line} .\n" for line in sorted(map(str, triples))), encoding="utf-8")
    return path


def fixture(path: Path) -> set[Triple]:
    """Return the triples of a Turtle file."""
    return {quad.triple for quad in parse(path=str(path))}


def profiles(files: list[Path]) -> tuple[str, dict[Path, Profile]]:
    """Check files against OWL 2 DL, and return OWLAPI's version and its result for each file."""
    command = [*JAVA, "-cp", f"{JARS}/*", str(Path(__file__).with_name("Profile.java")), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"OWLAPI's check ended with {done.returncode}: {done.stderr[-2000:]}")
    owlapi_version, found = "", dict[Path, Profile]()
    for line in done.stdout.splitlines():
        kind, *values = line.split("\t")
        if kind == "version":
            owlapi_version = ".".join(values[0].split(".")[:3])
        elif kind == "file":
            found[Path(values[0])] = Profile(int(values[1]), [])
        else:
            list(found.values())[-1].violations.append((values[0], values[1]))
    if list(found) != files:
        raise RuntimeError(f"OWLAPI's check answered for {list(found)}, not for {files}.")
    return owlapi_version, found


def hermit(file: Path, *, properties: bool) -> Verdict:
    """Run HermiT to find a contradiction, and classes (with ``properties`` also properties) that cannot have members.

    owlready2 contains HermiT, but its own call is not used: if a class is also an individual, such as one with a SKOS
    mapping, it reads the equality with owl:Nothing as owl:sameAs, and the class passes as satisfiable.
    """
    command = [*JAVA, "-cp", f"{HERMIT}{os.pathsep}{HERMIT / 'HermiT.jar'}"]
    command += [
        "org.semanticweb.HermiT.cli.CommandLine",
        "-c",
        *(["-O", "-D"] if properties else []),
        "-I",
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == 1 and "Inconsistent ontology" in done.stdout + done.stderr:
        return Verdict(consistent=False, impossible=[])
    if done.returncode:
        raise RuntimeError(f"HermiT ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
    if f"<{PROJECT.vocabulary}" not in done.stdout:
        raise RuntimeError(f"The output of HermiT has no term of {file}.")
    equal = [
        set(re.findall(r"<([^>]+)>", names))
        for names in re.findall(r"(?m)^Equivalent(?:Classes|ObjectProperties|DataProperties)\((.*)\)$", done.stdout)
    ]
    return Verdict(
        consistent=True, impossible=sorted({name for names in equal if names & EMPTY for name in names - EMPTY})
    )


def hermit_version() -> str:
    """Return the version of owlready2 and of the HermiT that it carries."""
    from zipfile import ZipFile

    with ZipFile(HERMIT / "HermiT.jar") as jar:
        manifest = jar.read("META-INF/MANIFEST.MF").decode()
    match = re.search(r"Implementation-Version: (\S+)", manifest)
    return f"HermiT {match[1] if match else '?'} (owlready2 {version('owlready2')})"


def closure_sizes() -> tuple[int, int]:
    """Return how many triples are inferred from the shipped graph without the alignments, and with them."""
    store = named_graphs.read_sources(PROJECT)
    with_all = closure.close(PROJECT, store, RULES).kept
    bare = named_graphs.read_sources(PROJECT)
    bare.remove_graph(PROJECT.graph_iri("alignments"))
    return closure.close(PROJECT, bare, RULES).kept, with_all


def figures(folder: Path) -> str:
    """Run both checks on the shipped graph, in ``folder``, and return their figures as docs/owl.md shows them."""
    own, everything = write(of_terms(), folder / "terms.nt"), write(of_all(), folder / "all.nt")
    owlapi, found = profiles([own, everything])
    of_own, of_everything = hermit(own, properties=True), hermit(everything, properties=False)
    kinds = [t.object for t in of_terms() if t.predicate == _TYPE and t.object in _KINDS]
    left_out = [t for _, t in asserted() if outside_owl(t)]
    datatypes = {PROJECT.shorten(t.object.datatype.value) for t in left_out if isinstance(t.object, Literal)}
    by_property = Counter(PROJECT.shorten(t.predicate.value) for t in left_out)
    without, with_alignments = closure_sizes()

    def breaches(file: Path) -> str:
        return f"{len(found[file].violations) or 'no'} breach of OWL 2 DL"

    def row(engine: str, what: str, file: Path, result: str) -> str:
        triples = len(file.read_text(encoding="utf-8").splitlines())
        return f"| {engine} | {what} | {triples} | {found[file].axioms} | {result} |"

    def verdict(result: Verdict, what: str) -> str:
        if not result.consistent:
            return "INCONSISTENT"
        return f"consistent; {len(result.impossible) or 'none'} of {what} is always empty"

    classes = kinds.count(NamedNode(_OWL + "Class"))
    lines = [
        "| engine | checked | triples | axioms | result |",
        "| --- | --- | ---: | ---: | --- |",
        row(f"OWLAPI {owlapi}", ", ".join(TERMS), own, breaches(own)),
        row(f"OWLAPI {owlapi}", "the same and all data", everything, breaches(everything)),
        row(
            hermit_version(),
            ", ".join(TERMS),
            own,
            verdict(of_own, f"{classes} classes and {len(kinds) - classes} properties"),
        ),
        row(hermit_version(), "the same and all data", everything, verdict(of_everything, f"{classes} classes")),
        "",
        f"Where data are checked, {len(left_out)} literals are left out, all of {', '.join(sorted(datatypes))}:",
        "",
        "| property | literals left out |",
        "| --- | ---: |",
        *(f"| `{name}` | {number} |" for name, number in sorted(by_property.items())),
        "",
        f"The closure infers {with_alignments} triples; without the alignments it would be {without}.",
    ]
    return "\n".join(["", *lines, "", ""])


def shown() -> str:
    """Return the figures that docs/owl.md shows."""
    match = _FIGURES.search(REPORT.read_text(encoding="utf-8"))
    return match[0] if match else ""


def main() -> int:
    """Update the figures of docs/owl.md; return 0, or 2 if an engine is missing."""
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        text = figures(Path(folder))
    page = REPORT.read_text(encoding="utf-8")
    REPORT.write_text(_FIGURES.sub(lambda _: text, page), encoding="utf-8")
    print(text.strip())
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    raise SystemExit(main())
