"""The work of ``imt build``: read, close, check, and write the graph's files so that none is ever half-written."""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Store, Triple

from imaging_trials.graph.project import PROJECT
from imaging_trials.mappings import sssom as links
from rdfkit.base.errors import UserError
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.files import manifest
from rdfkit.releases.files import serializations as formats
from rdfkit.sparql import saved
from rdfkit.stores import embedded as store

REASONERS = ("rules", "owlrl")
QUADS = "imaging-trials.nq"
TURTLE = "imaging-trials-all.ttl"
MANIFEST = "manifest.json"

_BENCH = ".building"


@dataclass(frozen=True)
class Publishing:
    """That a build is to be a release: ``endpoint`` is where it can be, or will be, asked by SPARQL, if known."""

    endpoint: str | None = None


@dataclass(frozen=True)
class Built:
    """What a build read, found and wrote, and the graph itself. Where there are problems, nothing was written.

    ``verdict`` is what the validation said, or empty where there was none; ``written`` has the names of the files and
    what each holds.
    """

    folder: Path
    graph: Store
    files_read: dict[str, int]
    triples: dict[str, int]
    closure: reason.Closure
    reasoner: str
    verdict: str
    problems: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def build(
    folder: Path,
    *,
    validate: bool = True,
    reasoner: str = "rules",
    release: Publishing | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build the graph from its sources and write its files into ``folder``; put it into the user's cache too.

    With ``release``, all the files of a release are written. Files of the build before that this one does not write
    are removed, so that the folder holds the files of one build. ``progress`` is told what is being done.

    A triple in two graphs, a contradiction and, with ``validate``, an undefined term or data that breaks a shape is a
    problem: it is returned and nothing is written. Without ``validate``, no package but pyoxigraph is needed, and the
    manifest of a release says that it was not validated.

    Raises UserError where the sources can't be read or lack what a release needs, the folder can't be written, or
    another build is writing to it.
    """
    if reasoner not in REASONERS:
        raise UserError(f"There is no reasoner '{reasoner}': choose one of {', '.join(REASONERS)}.")
    root = PROJECT.root
    with _workbench(folder) as bench:
        progress("reading the sources")
        key = layers.content_key(PROJECT.at(root))
        made = layers.read_sources(PROJECT.at(root))
        problems = [_doubled(triple, names) for triple, names in layers.in_two_graphs(PROJECT, made)]
        if validate:
            progress("looking up every term")
            problems += _undefined_terms(root)
        verdict = ""
        progress(f"inferring with {reasoner}")
        rules = root / "ontology" / "rules"
        closure = (
            reason.close(PROJECT, made, rules) if reasoner == "rules" else reason.close_with_owlrl(PROJECT, made, rules)
        )
        problems += [f"{entry.message} ({entry.rule})" for entry in closure.contradictions]
        if validate and not problems:
            from imaging_trials.build import validation as shapes
            from rdfkit.shacl import report

            progress("validating with pySHACL")
            found = shapes.validate_shipped(made, root)
            verdict = report.summary(found)
            problems += [] if found.conforms() else report.lines(found)
        built = Built(
            folder=folder,
            graph=made,
            files_read=Counter(name for name, _ in layers.source_files(PROJECT.at(root)))
            + Counter({"links": len(links.files(root))}),
            triples=_count(made),
            closure=closure,
            reasoner=reasoner,
            verdict=verdict,
            problems=problems,
        )
        if not problems:
            progress("writing the files")
            contents = {saved.INDEX: saved.index_bytes(PROJECT), **_contents(made, root, key, built, release)}
            _write(contents, bench)
            before = _files_of(folder)
            for name in contents:
                (bench / name).replace(folder / name)
            for name in before - contents.keys():
                (folder / name).unlink(missing_ok=True)
            store.put(PROJECT, made, key)
    return built


def _doubled(triple: Triple, names: list[str]) -> str:
    parts = " ".join(
        PROJECT.shorten(term.value) if isinstance(term, NamedNode) else str(term)
        for term in (triple.subject, triple.predicate, triple.object)
    )
    return f"'{parts}' stands in more than one graph ({', '.join(names)}): keep it in one."


def _undefined_terms(root: Path) -> list[str]:
    from rdfkit.shacl import undefined_terms as gate

    return [str(finding) for finding in gate.check_repository(root)]


def _count(made: Store) -> dict[str, int]:
    counts = Counter(PROJECT.graph_name(quad.graph_name) for quad in made if isinstance(quad.graph_name, NamedNode))
    return dict(sorted(counts.items()))


@contextmanager
def _workbench(folder: Path) -> Iterator[Path]:
    """Give an empty folder inside ``folder`` to write to, and keep any other build out as long as it is in use.

    The bench is also the lock: whoever holds it (flock) builds. The operating system lets go of it when a process
    dies, so what a crashed build leaves behind is in nobody's way.
    """
    import fcntl

    bench = folder / _BENCH
    existed = folder.is_dir()
    try:
        bench.mkdir(parents=True, exist_ok=True)
        lock = os.open(bench, os.O_RDONLY)
    except OSError as error:
        raise UserError(f"{folder} can't be written to ({error.strerror}): name another folder with -o.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder removes the bench when done, so one locked too late may be there no more.
            held = os.path.samestat(os.fstat(lock), bench.stat())
        except OSError:
            held = False
        if not held:
            raise UserError(f"Another imt build is writing to {folder}: wait for it to end, or name another with -o.")
        try:
            for left in bench.iterdir():
                left.unlink()
            yield bench
        except OSError as error:
            where = error.filename or folder
            raise UserError(
                f"{where} can't be written ({error.strerror or error}): "
                "make room or mend that, then build again; what was built before is untouched."
            ) from error
        finally:
            shutil.rmtree(bench, ignore_errors=True)
            if not existed:
                with suppress(OSError):
                    folder.rmdir()
    finally:
        os.close(lock)


def _contents(made: Store, root: Path, key: str, built: Built, publishing: Publishing | None) -> dict[str, bytes]:
    """Return the files of a build under their names, the manifest last: it vouches for the others."""
    from imaging_trials import __version__

    quads = list(made)
    contents = {QUADS: formats.quads_bytes(quads), TURTLE: formats.merge_bytes(quads)}
    said = {"version": __version__, "content_key": key, "reasoner": built.reasoner, "graphs": built.triples}
    if publishing:
        from rdfkit.releases import files as release

        of = release.make(quads, root, contents, validated=bool(built.verdict), endpoint=publishing.endpoint)
        built.written.update(of.words())
        return {**of.contents, MANIFEST: manifest.json_bytes({**said, **of.manifest_json()})}
    files = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()}
    built.written.update({QUADS: "all named graphs", TURTLE: "their merge", MANIFEST: "counts and checksums"})
    return {**contents, MANIFEST: manifest.json_bytes({**said, "files": files})}


def _files_of(folder: Path) -> set[str]:
    """Return the names of the files that an earlier build wrote into a folder, by its manifest."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {name for name in said if Path(name).name == name and (folder / name).is_file()}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _write(contents: dict[str, bytes], bench: Path) -> None:
    for name, data in contents.items():
        with (bench / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # a full disk shows now, while what was built before is whole
