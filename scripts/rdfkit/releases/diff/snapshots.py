"""Read a snapshot of the graph: a release folder, an RDF file, a checkout, or a git revision of the repository."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from rdfkit.base import Project, UserError, namespaces
from rdfkit.inference import closure
from rdfkit.rdf import named_graphs, reading
from rdfkit.releases.diff import semver
from rdfkit.sparql import guard, saved

MANIFEST = "manifest.json"
CURATION_OF_1_0_0 = "authoring.ttl"
"""The file of curation shapes in version 1.0.0, which had one folder of shapes."""

CONTEXT = "ontology/context.jsonld"
MIGRATIONS = "ontology/migrations"

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_GIT_SECONDS = 300

_FOLDERS = ("ontology", "data", "shapes", "queries")
_UNNAMED = "given"
"""The named graph into which the triples of a file without named graphs are put."""


@dataclass(frozen=True)
class Snapshot:
    """The graph at one time. What a snapshot does not have (a release has no shapes) is None, and is not compared.

    - ``quads`` is what is asserted; ``closed`` also has what is inferred, in the graph of ``inferred``.
    - ``shapes`` apply to anybody's data; ``curation_shapes`` say what a curator of the repository owes.
    - ``prefixes`` is the prefix table if ``has_prefix_table``, and otherwise what the files declare.
    - ``files`` are the names of the files of a release.
    - ``closure_rules``, ``migrations`` (tables of renames) and ``migration_rules`` are file names with their texts.
    - ``unread`` are saved queries that could not be read, with the reason.
    - ``has_graphs`` says whether statements are in named graphs of the project, so that saved queries can be run.
    """

    name: str
    version: str
    quads: list[Quad]
    closed: Store
    inferred: list[Quad]
    has_graphs: bool
    shapes: list[Quad] | None = None
    curation_shapes: list[Quad] = field(default_factory=list)
    queries: dict[str, saved.SavedQuery] | None = None
    prefixes: dict[str, str] = field(default_factory=dict)
    has_prefix_table: bool = False
    files: frozenset[str] | None = None
    closure_rules: dict[str, str] | None = None
    migrations: dict[str, str] = field(default_factory=dict)
    migration_rules: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


def read_snapshot(project: Project, name: str, *, display_name: str = "") -> Snapshot:
    """Return the snapshot that ``name`` refers to: a path, or else a git revision of the project's root folder.

    ``display_name`` is the name of a checkout in reports, if it is not to be ``name``.

    Raises UserError if ``name`` is neither, for a folder that is neither a release nor a checkout, and for a broken
    file.
    """
    path = Path(name)
    if path.is_dir():
        if (path / "ontology").is_dir():
            return _checkout(project, display_name or name, path)
        if (path / MANIFEST).is_file():
            return _release(project, name, path)
        raise UserError(
            f"{name} is neither a release (it has no {MANIFEST}) nor a checkout (it has no ontology/): "
            "name another folder."
        )
    if path.is_file():
        return _file(project, name, path)
    if path.suffix in {*reading.EXTENSIONS, ".gz"} and not _is_revision(project.root, name):
        raise UserError(f"{name}: there is no such file; check the name.")
    return _revision(project, name)


def newest_release(project: Project, baseline: str) -> str:
    """Return the git tag of the newest release (such as ``v1.2.0``; previews do not count), or ``baseline`` before it.

    ``baseline`` is the commit that the first release is compared with. Raises UserError if git cannot be run, if git
    has no tag while the changelog lists an earlier version than the project's (a clone without tags must not be taken
    for a project without releases), and if git does not have ``baseline`` (a clone without the whole history).
    """
    if not (project.root / ".git").exists():
        raise UserError(
            f"{project.root} is not a git repository, so it has no release to compare with: run this in a clone, or "
            "name OLD, such as the folder of a release."
        )
    lines = _git(project.root, "tag", "--list", "v*").split()
    tags = [tag for tag in lines if re.fullmatch(r"v\d{1,9}\.\d{1,9}\.\d{1,9}", tag)]
    if tags:
        return max(tags, key=semver.version)
    changelog = project.root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    listed = re.findall(r"(?m)^## v?(\d{1,9}\.\d{1,9}\.\d{1,9})", text)
    current = semver.version(project.version)
    for earlier in (found for found in listed if semver.version(found) < current):
        raise UserError(
            f"CHANGELOG.md lists version {earlier}, but git has no tag v{earlier} here: fetch the tags "
            "(git fetch --tags), or tag that release."
        )
    if not _is_revision(project.root, baseline):
        raise UserError(
            f"This clone has no commit {baseline[:12]}, with which the first release is compared: fetch the whole "
            "history (git fetch --unshallow)."
        )
    return baseline


def _checkout(project: Project, name: str, root: Path) -> Snapshot:
    """Return the snapshot of the files below a folder that is laid out like the project's root."""
    is_current = root.resolve() == project.root.resolve()
    here = project.at(root)
    closed = named_graphs.read_sources(here)
    quads = list(closed)
    closure.close(here, closed)
    unread: dict[str, str] = {}
    queries = _queries(here, unread)
    files = named_graphs.shape_files(here)
    common = [path for path in named_graphs.shape_files(here, curation=False) if path.name != CURATION_OF_1_0_0]
    table = dict(project.prefixes) if is_current else _prefix_table(root / CONTEXT)
    return Snapshot(
        name=name,
        version=project.version if is_current else _stated_version(project, quads),
        quads=quads,
        closed=closed,
        inferred=_inferred(project, closed),
        has_graphs=True,
        shapes=_read(common) if common else None,
        curation_shapes=_read(path for path in files if path not in common),
        queries=queries,
        prefixes=table or _declared_prefixes(here, queries),
        has_prefix_table=bool(table),
        closure_rules=_texts(*named_graphs.rule_files(here.rules)),
        migrations=_texts(*(root / MIGRATIONS).glob("*.tsv")),
        migration_rules=_texts(*(root / MIGRATIONS).glob("*.ru")),
        unread=unread,
    )


def _texts(*paths: Path) -> dict[str, str]:
    try:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}
    except UnicodeDecodeError as error:
        raise UserError(f"{paths[0].parent} has a file that is not UTF-8 ({error}): save it as UTF-8.") from None


def _read(files: Iterable[Path]) -> list[Quad]:
    return [quad for path in files for quad in reading.read(path)]


def _queries(project: Project, unread: dict[str, str]) -> dict[str, saved.SavedQuery] | None:
    """Return the saved queries; add those that cannot be read (an older grammar) to ``unread``, with the reason."""
    if not (project.root / "queries").is_dir():
        return None
    found = {}
    for path in saved.files(project):
        try:
            found[path.stem] = saved.read(project, path)
        except UserError as error:
            unread[path.stem] = str(error).replace(f"{project.root}{os.sep}", "").rstrip(".")
    return found


def _prefix_table(path: Path) -> dict[str, str]:
    """Return the prefixes of a JSON-LD context: its keys whose value is a namespace, or nothing if there is no file.

    The published context has every prefix of the project. A value that is a keyword or a CURIE defines a term.
    """
    if not path.is_file():
        return {}
    try:
        context = json.loads(path.read_text(encoding="utf-8"))["@context"]
        texts = {key: value for key, value in context.items() if isinstance(value, str) and not value.startswith("@")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is not a JSON-LD context ({type(error).__name__}): restore the file.") from None
    return {prefix: iri for prefix, iri in texts.items() if iri.partition(":")[0] not in context}


def _declared_prefixes(project: Project, queries: Mapping[str, saved.SavedQuery] | None) -> dict[str, str]:
    """Return the prefixes that source files, shapes and saved queries declare."""
    found: dict[str, str] = {}
    for path in [*(path for _, path in named_graphs.source_files(project)), *named_graphs.shape_files(project)]:
        parser = parse(path=str(path), format=RdfFormat.TURTLE)
        next(parser, None)
        found |= parser.prefixes
    for query in (queries or {}).values():
        found |= guard.declared_prefixes(query.text)
    return found


def _stated_version(project: Project, quads: list[Quad]) -> str:
    """Return the version that the vocabulary states (owl:versionInfo) or else the dataset, or "".

    A file of another vocabulary states its version if it states exactly one.
    """
    stated: dict[str, dict[str, str]] = {"owl:versionInfo": {}, "dcat:version": {}}
    for curie, found in stated.items():
        predicate = NamedNode(namespaces.expand(curie))
        for quad in quads:
            if (
                quad.predicate == predicate
                and isinstance(quad.object, Literal)
                and semver.is_version(quad.object.value)
            ):
                found[str(quad.subject)] = quad.object.value
    vocabulary = f"<{project.vocabulary.rstrip('#/')}>"
    if vocabulary in stated["owl:versionInfo"]:
        return stated["owl:versionInfo"][vocabulary]
    for found in stated.values():
        if len(set(found.values())) == 1:
            return next(iter(found.values()))
    return ""


def _release(project: Project, name: str, folder: Path) -> Snapshot:
    """Return the snapshot of a release: its quads, and the names of the files in its manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version, files = str(manifest["version"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder / MANIFEST} is not the manifest of a release ({type(error).__name__}): build the release again."
        ) from None
    path = folder / f"{project.name}.nq"
    entry = files.get(path.name)
    digest = entry.get("sha256") if isinstance(entry, dict) else None
    if path.is_file() and digest and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise UserError(f"{path} does not have the SHA-256 that {MANIFEST} states: get the release again.")
    return _of_quads(project, name, reading.read(path), version=version, files=frozenset(files))


def _file(project: Project, name: str, path: Path) -> Snapshot:
    base = reading.file_base(path)
    if path.suffix.lower() != ".gz":
        return _of_quads(project, name, reading.read(path, base=base))
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        plain = Path(folder) / path.stem
        try:
            with gzip.open(path) as packed:
                data = packed.read(MAX_UNPACKED_BYTES + 1)
        except (OSError, EOFError) as error:
            raise UserError(f"{name} cannot be unpacked ({error}): get the file again.") from None
        if len(data) > MAX_UNPACKED_BYTES:
            raise UserError(
                f"{name} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes: use a triple store for files of this size."
            )
        plain.write_bytes(data)
        try:
            return _of_quads(project, name, reading.read(plain, base=base))
        except UserError as error:
            raise UserError(str(error).replace(str(plain), name)) from None


def _of_quads(
    project: Project, name: str, quads: list[Quad], *, version: str = "", files: frozenset[str] | None = None
) -> Snapshot:
    """Return the snapshot of the quads of a file; if none of them is inferred, the closure is computed."""
    unnamed, inferred = project.graph_iri(_UNNAMED), project.graph_iri(named_graphs.INFERRED)
    placed = [
        Quad(quad.subject, quad.predicate, quad.object, unnamed) if isinstance(quad.graph_name, DefaultGraph) else quad
        for quad in quads
    ]
    closed = Store()
    closed.bulk_extend(placed)
    if not any(quad.graph_name == inferred for quad in placed):
        closure.close(project, closed)
    asserted = [quad for quad in placed if quad.graph_name != inferred]
    sources = set(map(project.graph_iri, named_graphs.source_graphs(project)))
    return Snapshot(
        name=name,
        version=version or _stated_version(project, asserted),
        quads=asserted,
        closed=closed,
        inferred=_inferred(project, closed),
        has_graphs=any(quad.graph_name in sources for quad in asserted),
        files=files,
        migrations=_texts(*(project.root / MIGRATIONS).glob("*.tsv")),
        migration_rules=_texts(*(project.root / MIGRATIONS).glob("*.ru")),
    )


def unnamed_graph(project: Project) -> str:
    """Return the graph (as in facts) of the triples that a file has in no named graph."""
    return str(project.graph_iri(_UNNAMED))


def _inferred(project: Project, closed: Store) -> list[Quad]:
    return list(closed.quads_for_pattern(None, None, None, project.graph_iri(named_graphs.INFERRED)))


def _revision(project: Project, name: str) -> Snapshot:
    """Return the snapshot of a git revision, which is unpacked into a temporary folder."""
    repository = project.root
    commit = _commit(repository, name)
    present = set(_git(repository, "ls-tree", "--name-only", commit).split("\n"))
    folders = [folder for folder in _FOLDERS if folder in present]
    if "ontology" not in folders:
        raise UserError(f"The git revision '{name}' has no ontology/, so it has no graph: name another revision.")
    packed = _git_bytes(repository, "archive", "--format=tar", commit, *folders)
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        root = Path(folder).resolve()
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(root, filter="data")
        try:
            return _checkout(project, name, root)
        except UserError as error:
            raise UserError(f"In the git revision '{name}': {str(error).replace(f'{root}{os.sep}', '')}") from None


def _commit(repository: Path, name: str) -> str:
    if not _is_revision(repository, name):
        raise UserError(
            f"'{name}' is not a file, a folder or a git revision here: name a release folder, an RDF file, a tag, a "
            "branch or a commit, or . for the work tree."
        )
    return _git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()


def _is_revision(repository: Path, name: str) -> bool:
    if name.startswith("-") or not name.isprintable():
        return False
    command = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return _run_git(repository, *command).returncode == 0


def _git(repository: Path, *arguments: str) -> str:
    return _git_bytes(repository, *arguments).decode("utf-8", "replace")


def _git_bytes(repository: Path, *arguments: str) -> bytes:
    done = _run_git(repository, *arguments)
    if done.returncode:
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
        raise UserError(f"git {arguments[0]} in {repository} failed ({reason.rstrip('.')}): fix that and run again.")
    return done.stdout


def _run_git(repository: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    if not (repository / ".git").exists():
        raise UserError(f"{repository} is not a git repository, so it has no revisions: name files or folders.")
    # Inside a git hook, these variables refer to the repository of the hook.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(repository), *arguments],
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=MAX_GIT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise UserError("git is not installed on this machine: install it, or name files or folders instead.") from None
    except subprocess.TimeoutExpired:
        raise UserError(
            f"git {arguments[0]} in {repository} did not end in {MAX_GIT_SECONDS} seconds: find out what blocks it."
        ) from None
