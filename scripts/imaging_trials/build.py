"""The work of ``imt build``: read, close, check, and write the graph's files so that none is ever half-written."""

import hashlib
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, serialize

from imaging_trials import answers, layers, links, paths, reason, store, terms
from imaging_trials.errors import ImtError

REASONERS = ("rules", "owlrl")
QUADS = "imaging-trials.nq"
TURTLE = "imaging-trials.ttl"
MANIFEST = "manifest.json"

_BENCH = ".building"


@dataclass(frozen=True)
class Built:
    """What a build read, found and wrote, and the graph itself. Where there are problems, nothing was written.

    ``verdict`` is what the validation said, or empty where there was none.
    """

    folder: Path
    graph: Store
    files_read: dict[str, int]
    triples: dict[str, int]
    closure: reason.Closure
    reasoner: str
    verdict: str
    problems: list[str] = field(default_factory=list)


def build(
    folder: Path,
    *,
    validate: bool = True,
    reasoner: str = "rules",
    progress: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build the graph from its sources and write its files into ``folder``; put it into the user's cache too.

    ``progress`` is told what is being done. A triple in two graphs, a contradiction and, with ``validate``, an
    undefined term or data that breaks a shape is a problem: it is returned and nothing is written. Without it, no
    package but pyoxigraph is needed. Raises ImtError where the sources can't be read, the folder can't be written, or
    another build is writing to it.
    """
    if reasoner not in REASONERS:
        raise ImtError(f"There is no reasoner '{reasoner}': choose one of {', '.join(REASONERS)}.")
    root = paths.root()
    with _workbench(folder) as bench:
        progress("reading the sources")
        key = layers.content_key(root)
        made = layers.read_sources(root)
        problems = [_doubled(triple, names) for triple, names in layers.in_two_graphs(made)]
        if validate:
            progress("looking up every term")
            problems += _undefined_terms(root)
        verdict = ""
        progress(f"inferring with {reasoner}")
        rules = root / "ontology" / "rules"
        closure = reason.close(made, rules) if reasoner == "rules" else reason.close_with_owlrl(made, rules)
        problems += [f"{entry.message} ({entry.rule})" for entry in closure.contradictions]
        if validate and not problems:
            from imaging_trials import report
            from imaging_trials import validation as shapes

            progress("validating with pySHACL")
            found = shapes.validate_shipped(made, root)
            verdict = report.summary(found)
            problems += [] if found.conforms() else report.lines(found)
        built = Built(
            folder=folder,
            graph=made,
            files_read=Counter(name for name, _ in layers.source_files(root))
            + Counter({layers.LINKS: len(links.files(root))}),
            triples=_count(made),
            closure=closure,
            reasoner=reasoner,
            verdict=verdict,
            problems=problems,
        )
        if not problems:
            progress("writing the files")
            _write(made, bench, key, built)
            for name in (QUADS, TURTLE, MANIFEST):
                (bench / name).replace(folder / name)
            store.put(made, key)
    return built


def _doubled(triple: Triple, names: list[str]) -> str:
    parts = " ".join(
        terms.shorten(term.value) if isinstance(term, NamedNode) else str(term)
        for term in (triple.subject, triple.predicate, triple.object)
    )
    return f"'{parts}' stands in more than one graph ({', '.join(names)}): keep it in one."


def _undefined_terms(root: Path) -> list[str]:
    from imaging_trials import gate

    return [str(finding) for finding in gate.check_repository(root)]


def _count(made: Store) -> dict[str, int]:
    counts = Counter(layers.graph_name(quad.graph_name) for quad in made if isinstance(quad.graph_name, NamedNode))
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
        raise ImtError(f"{folder} can't be written to ({error.strerror}): name another folder with -o.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder removes the bench when done, so one locked too late may be there no more.
            held = os.path.samestat(os.fstat(lock), bench.stat())
        except OSError:
            held = False
        if not held:
            raise ImtError(f"Another imt build is writing to {folder}: wait for it to end, or name another with -o.")
        try:
            for left in bench.iterdir():
                left.unlink()
            yield bench
        except OSError as error:
            where = error.filename or folder
            raise ImtError(
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


def _write(made: Store, bench: Path, key: str, built: Built) -> None:
    from imaging_trials import __version__

    quads = list(made)
    merge = answers.turtle(sorted({quad.triple for quad in quads}, key=_in_order))
    contents = {QUADS: _sorted_quads(quads), TURTLE: merge}
    manifest = {
        "version": __version__,
        "content_key": key,
        "reasoner": built.reasoner,
        "graphs": built.triples,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()
        },
    }
    contents[MANIFEST] = (json.dumps(manifest, indent=2) + "\n").encode()
    for name, data in contents.items():
        with (bench / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # a full disk shows now, while what was built before is whole


def _sorted_quads(quads: list[Quad]) -> bytes:
    lines = io.BytesIO()
    serialize(quads, lines, RdfFormat.N_QUADS)
    # N-Quads escapes line ends in literals, so a line is a quad.
    return b"".join(sorted(lines.getvalue().splitlines(keepends=True)))


def _in_order(triple: Triple) -> tuple[str, str, str]:
    return str(triple.subject), str(triple.predicate), str(triple.object)
