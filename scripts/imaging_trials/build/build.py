"""Build the graph: read, infer, validate, and write its files so that none is ever half-written."""

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

from imaging_trials import mapping_sets
from imaging_trials.model import PROJECT
from rdfkit import inference
from rdfkit.base import UserError
from rdfkit.rdf import named_graphs
from rdfkit.releases import More, json_bytes, merge_bytes, quads_bytes
from rdfkit.sparql import saved
from rdfkit.stores import embedded

REASONERS = ("rules", "owlrl")
QUADS = "imaging-trials.nq"
TURTLE = "imaging-trials-all.ttl"
MANIFEST = "manifest.json"

_STAGING = ".building"


@dataclass(frozen=True)
class ReleaseOptions:
    """Options of a build that is a release.

    ``endpoint`` is the address of its SPARQL endpoint, if known; ``more`` makes other files from the graph, by name.
    """

    endpoint: str | None = None
    more: Callable[[Store], dict[str, More]] = lambda _: {}


@dataclass(frozen=True)
class BuildResult:
    """The result of a build: what it read, found and wrote, and the graph. If there are problems, nothing was written.

    ``verdict`` is the summary of the validation, or empty without one; ``written`` maps the names of the files to what
    each contains.
    """

    folder: Path
    graph: Store
    files_read: dict[str, int]
    triples: dict[str, int]
    closure: inference.closure.Closure
    reasoner: str
    verdict: str
    problems: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


def build(
    folder: Path,
    *,
    validate: bool = True,
    reasoner: str = "rules",
    release: ReleaseOptions | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> BuildResult:
    """Build the graph from its sources and write its files into ``folder``; write it to the user's cache too.

    With ``release``, all the files of a release are written. Files of an earlier build that this one does not write are
    removed, so that the folder has the files of one build. ``progress`` is called with the name of each step.

    A triple in two graphs, a contradiction and, with ``validate``, an undefined term or data that breaks a shape is a
    problem: it is returned and nothing is written. Without ``validate``, only pyoxigraph and PyYAML are needed, and the
    manifest of a release says that it was not validated.

    Raises UserError if the sources cannot be read or lack what a release needs, if the folder cannot be written, or if
    another build is writing to it.
    """
    if reasoner not in REASONERS:
        raise UserError(f"There is no reasoner '{reasoner}': choose one of {', '.join(REASONERS)}.")
    root = PROJECT.root
    with _staging_folder(folder) as staging:
        progress("reading the sources")
        key = named_graphs.content_key(PROJECT.at(root))
        made = named_graphs.read_sources(PROJECT.at(root))
        problems = [_doubled(triple, names) for triple, names in named_graphs.in_two_graphs(PROJECT, made)]
        if validate:
            progress("checking terms")
            problems += _undefined_terms(root)
            problems += _described_twice(root)
        verdict = ""
        progress(f"inferring with {reasoner}")
        rules = root / "ontology" / "rules"
        closure = (
            inference.closure.close(PROJECT, made, rules)
            if reasoner == "rules"
            else inference.closure.close_with_owlrl(PROJECT, made, rules)
        )
        problems += [f"{entry.message} ({entry.rule})" for entry in closure.contradictions]
        if validate and not problems:
            from imaging_trials.build import validation
            from rdfkit.shacl import report

            progress("validating with pySHACL")
            found = validation.validate_shipped(made, root)
            allowed = ("Info", "Warning")
            verdict = report.summary(found, allowed)
            problems += [] if found.conforms(allowed) else report.lines(found)
        built = BuildResult(
            folder=folder,
            graph=made,
            files_read=Counter(name for name, _ in named_graphs.source_files(PROJECT.at(root)))
            + Counter({"links": len(mapping_sets.files(root))}),
            triples=_count(made),
            closure=closure,
            reasoner=reasoner,
            verdict=verdict,
            problems=problems,
        )
        if not problems:
            progress("writing the files")
            contents = {saved.INDEX: saved.index_bytes(PROJECT), **_contents(made, root, key, built, release)}
            _write(contents, staging)
            before = _files_of(folder)
            for name in contents:
                (staging / name).replace(folder / name)
            for name in before - contents.keys():
                (folder / name).unlink(missing_ok=True)
            embedded.put(PROJECT, made, key)
    return built


def _doubled(triple: Triple, names: list[str]) -> str:
    parts = " ".join(
        PROJECT.shorten(term.value) if isinstance(term, NamedNode) else str(term)
        for term in (triple.subject, triple.predicate, triple.object)
    )
    return f"'{parts}' is in more than one graph ({', '.join(names)}): keep it in one."


def _undefined_terms(root: Path) -> list[str]:
    from rdfkit.shacl import undefined_terms

    found = undefined_terms.check_repository(PROJECT.at(root))
    return [f"{term.where}: {undefined_terms.sentence(PROJECT, term)}" for term in found]


def _described_twice(root: Path) -> list[str]:
    from rdfkit.rdf import described_twice

    return [described_twice.sentence(PROJECT, found) for found in described_twice.described_twice(PROJECT.at(root))]


def _count(made: Store) -> dict[str, int]:
    counts = Counter(PROJECT.graph_name(quad.graph_name) for quad in made if isinstance(quad.graph_name, NamedNode))
    return dict(sorted(counts.items()))


@contextmanager
def _staging_folder(folder: Path) -> Iterator[Path]:
    """Provide an empty folder inside ``folder`` to write to, locked against other builds while it is in use.

    The folder is also the lock (flock). The operating system releases it when a process ends, so what a crashed build
    leaves behind blocks nothing.
    """
    import fcntl

    staging = folder / _STAGING
    existed = folder.is_dir()
    try:
        staging.mkdir(parents=True, exist_ok=True)
        lock = os.open(staging, os.O_RDONLY)
    except OSError as error:
        raise UserError(f"{folder} cannot be written to ({error.strerror}): name another folder with -o.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The other build removes the folder at its end, so it may be gone by the time it is locked.
            held = os.path.samestat(os.fstat(lock), staging.stat())
        except OSError:
            held = False
        if not held:
            raise UserError(f"Another imt build is writing to {folder}: wait for it to end, or name another with -o.")
        try:
            for left in staging.iterdir():
                left.unlink()
            yield staging
        except OSError as error:
            where = error.filename or folder
            raise UserError(
                f"{where} cannot be written ({error.strerror or error}): "
                "free space or fix that, then build again; the earlier build is unchanged."
            ) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            if not existed:
                with suppress(OSError):
                    folder.rmdir()
    finally:
        os.close(lock)


def _contents(
    made: Store, root: Path, key: str, built: BuildResult, publishing: ReleaseOptions | None
) -> dict[str, bytes]:
    """Return the files of a build by name, the manifest last, since it has the checksums of the others."""
    from imaging_trials import __version__

    quads = list(made)
    contents = {QUADS: quads_bytes(quads), TURTLE: merge_bytes(PROJECT, quads)}
    facts = {"version": __version__, "content_key": key, "reasoner": built.reasoner, "graphs": built.triples}
    if publishing:
        from rdfkit.releases import make_release

        of = make_release(
            PROJECT.at(root), quads, contents, validated=bool(built.verdict), endpoint=publishing.endpoint,
            more=publishing.more(made),
        )  # fmt: skip
        built.written.update(of.summaries())
        return {**of.contents, MANIFEST: json_bytes({**facts, **of.manifest_json()})}
    files = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()}
    built.written.update({QUADS: "all named graphs", TURTLE: "their merge", MANIFEST: "counts and checksums"})
    return {**contents, MANIFEST: json_bytes({**facts, "files": files})}


def _files_of(folder: Path) -> set[str]:
    """Return the names of the files of an earlier build in a folder, by its manifest."""
    try:
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return {name for name in names if Path(name).name == name and (folder / name).is_file()}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _write(contents: dict[str, bytes], staging: Path) -> None:
    for name, data in contents.items():
        with (staging / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # a full disk is noticed now, while the earlier build is complete
