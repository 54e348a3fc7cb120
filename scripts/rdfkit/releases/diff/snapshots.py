"""Reading a state of the graph: a release folder, an RDF file, a checkout, or a git revision of this repository."""

import ast
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.inference import closure as reason
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import reading as rdf
from rdfkit.releases.diff import semver as levels
from rdfkit.sparql import saved as catalog

MANIFEST = "manifest.json"
QUADS = "imaging-trials.nq"
HOUSE_RULES = "authoring.ttl"
"""Shapes for this repository only: what they ask concerns nobody else."""

_FOLDERS = ("ontology", "data", "shapes", "queries")
_MOST_BYTES = 1_000_000_000
_GIVEN = PROJECT.graph_iri("given")
"""Where the triples of a file without named graphs stand while it is looked at."""

_INFERRED = PROJECT.graph_iri(layers.INFERRED)


@dataclass(frozen=True)
class State:
    """A state of the graph. What a state does not have (a release has no shapes) is None, and then not compared.

    ``quads`` is what is asserted, ``closed`` that and what follows; ``house_shapes`` are the shapes for this repository
    only, which are counted but not compared; ``prefixes`` is the house's ``whole_table`` or
    only those that the files declare; ``closure_rules`` is where the rules of inference lie, with their texts.
    """

    name: str
    version: str
    quads: list[Quad]
    closed: Store
    shapes: list[Quad] | None = None
    house_shapes: list[Quad] = field(default_factory=list)
    queries: dict[str, catalog.SavedQuery] | None = None
    prefixes: dict[str, str] = field(default_factory=dict)
    whole_table: bool = False
    files: frozenset[str] | None = None
    closure_rules: dict[str, str] | None = None
    unread: dict[str, str] = field(default_factory=dict)

    def inferred(self) -> Iterator[Quad]:
        """Yield what follows and is not asserted."""
        return self.closed.quads_for_pattern(None, None, None, _INFERRED)

    @property
    def has_graphs(self) -> bool:
        """Whether statements stand in our named graphs, so that saved queries can be asked."""
        return any(graph == PROJECT.graph_iri("page") for graph in self.closed.named_graphs())


def read(name: str, repository: Path, *, called: str = "") -> State:
    """Return the state that a person names: a path, or else a git revision of the repository.

    ``called`` is what a report calls a checkout instead.

    Raises UserError for what is neither, for a folder that is no release and no checkout, and for a broken file.
    """
    path = Path(name)
    if path.is_dir():
        if (path / "ontology").is_dir():
            return _checkout(called or name, path)
        if (path / MANIFEST).is_file():
            return _release(name, path)
        raise UserError(f"{name} is no release ({MANIFEST} is not there) and no checkout (no ontology/): name another.")
    if path.is_file():
        return _file(name, path)
    if path.suffix in {*rdf.EXTENSIONS, ".gz"} and not _is_revision(repository, name):
        raise UserError(f"{name}: there is no such file; check the name.")
    return _revision(name, repository)


def newest_release(repository: Path) -> str | None:
    """Return the git tag of the newest release (``v1.2.0``; previews do not count), or None where there is none.

    Raises UserError where git can't tell: there is no git, or no repository.
    """
    tags = [tag for tag in _git(repository, "tag", "--list", "v*").split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]
    return max(tags, key=levels.version, default=None)


def _checkout(name: str, root: Path) -> State:
    """Return the state of the files under a folder that is laid out as this repository is."""
    rules = root / "ontology" / "rules"
    sources = layers.read_sources(PROJECT.at(root))
    quads = list(sources)
    reason.close(PROJECT, sources, rules)
    unread: dict[str, str] = {}
    queries = _queries(root, unread)
    shapes = _shapes(root, "*.ttl", but=HOUSE_RULES)
    here = root.resolve() == PROJECT.root.resolve()
    table = dict(PROJECT.prefixes) if here else _table(root)
    return State(
        name=name,
        version=_stated_version(root) or _said_version(quads),
        quads=quads,
        closed=sources,
        shapes=shapes,
        house_shapes=_shapes(root, HOUSE_RULES) or [],
        queries=queries,
        prefixes=table or _declared(root, queries),
        whole_table=bool(table),
        closure_rules={path.name: path.read_text(encoding="utf-8") for path in layers.rule_files(rules)},
        unread=unread,
    )


def _shapes(root: Path, pattern: str, but: str = "") -> list[Quad] | None:
    files = sorted(path for path in (root / "shapes").glob(pattern) if path.name != but)
    return [quad for path in files for quad in rdf.read(path)] if files else None


def _queries(root: Path, unread: dict[str, str]) -> dict[str, catalog.SavedQuery] | None:
    """Return the saved queries; those that this version's grammar can't read are named in ``unread``."""
    if not (root / "queries").is_dir():
        return None
    found = {}
    for path in catalog.files(PROJECT.at(root)):
        try:
            found[path.stem] = catalog.read(PROJECT, path)
        except UserError as error:
            unread[path.stem] = str(error).replace(f"{root}{os.sep}", "").rstrip(".")
    return found


def _declared(root: Path, queries: dict[str, catalog.SavedQuery] | None) -> dict[str, str]:
    """Return the prefixes that source files, shapes and saved queries declare."""
    from rdfkit.sparql import guard

    found: dict[str, str] = {}
    for path in [path for _, path in layers.source_files(PROJECT.at(root))] + sorted((root / "shapes").glob("*.ttl")):
        reading = parse(path=str(path), format=RdfFormat.TURTLE)
        next(reading, None)
        found |= reading.prefixes
    for query in (queries or {}).values():
        found |= guard.declared_prefixes(query.text)  # of another revision: perhaps no valid SPARQL
    return found


_TABLES = ("scripts/rdfkit/base/namespaces.py", "scripts/imaging_trials/terms.py")
"""Where the prefix table lies, and where it lay."""


def _table(root: Path) -> dict[str, str]:
    """Return the prefix table of a checkout, put together from its plain parts; none of it is run."""
    paths_of_table = [root / place for place in _TABLES if (root / place).is_file()]
    if not paths_of_table:
        return {}
    path = paths_of_table[0]
    parts: dict[str, dict[str, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Dict):
            try:
                parts[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    if not parts.keys() >= {"SCHEMES", "KINDS", "FOREIGN"}:
        return {}
    fixed = ("imt", "imtsh", "concept", "graph")
    return {
        **{prefix: PROJECT.prefixes[prefix] for prefix in fixed},
        **{prefix: f"{PROJECT.base}concept/{slug}/" for prefix, slug in parts["SCHEMES"].items()},
        **{prefix: f"{PROJECT.base}id/{slug}/" for prefix, slug in parts["KINDS"].items()},
        **parts["FOREIGN"],
    }


def _stated_version(root: Path) -> str:
    package = root / "scripts" / "imaging_trials" / "__init__.py"
    if root.resolve() == PROJECT.root.resolve() or not package.is_file():
        from imaging_trials import __version__

        return __version__ if root.resolve() == PROJECT.root.resolve() else ""
    stated = re.search(r'(?m)^__version__ = "([^"]+)"', package.read_text(encoding="utf-8"))
    return stated[1] if stated else ""


def _said_version(quads: list[Quad]) -> str:
    for predicate in ("owl:versionInfo", "dcat:version"):
        iri = NamedNode(PROJECT.expand(predicate))
        said = {quad.object.value for quad in quads if quad.predicate == iri and isinstance(quad.object, Literal)}
        ours = [text for text in said if re.fullmatch(r"\d+\.\d+\.\d+\S*", text)]
        if len(ours) == 1:
            return ours[0]
    return ""


def _release(name: str, folder: Path) -> State:
    """Return the state of what `imt build` wrote: the quads, and the names of the files in its manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version, files = str(manifest["version"]), dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{folder / MANIFEST} is no manifest of a release ({type(error).__name__}): build it anew."
        ) from None
    path = folder / QUADS
    entry = files.get(QUADS)
    hashed = entry.get("sha256") if isinstance(entry, dict) else None
    if path.is_file() and hashed and hashlib.sha256(path.read_bytes()).hexdigest() != hashed:
        raise UserError(f"{path} is not what {MANIFEST} says it is (SHA-256 differs): get the release again.")
    whole = rdf.read(path)
    return _of_quads(name, whole, version=version, files=frozenset(files))


def _file(name: str, path: Path) -> State:
    if path.suffix.lower() != ".gz":
        return _of_quads(name, rdf.read(path, base=rdf.file_base(path)))
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        plain = Path(folder) / path.stem
        try:
            with gzip.open(path) as packed:
                data = packed.read(_MOST_BYTES + 1)
        except (OSError, EOFError) as error:
            raise UserError(f"{name} can't be unpacked ({error}): get the file again.") from None
        if len(data) > _MOST_BYTES:
            raise UserError(
                f"{name} unpacks to more than {_MOST_BYTES:,} bytes: that is the business of a triple store."
            )
        plain.write_bytes(data)
        try:
            return _of_quads(name, rdf.read(plain, base=rdf.file_base(path)))
        except UserError as error:
            raise UserError(str(error).replace(str(plain), name)) from None


def _of_quads(name: str, whole: list[Quad], *, version: str = "", files: frozenset[str] | None = None) -> State:
    """Return the state of quads read from a file; where nothing inferred is among them, what follows is added."""
    placed = [
        Quad(quad.subject, quad.predicate, quad.object, _GIVEN) if isinstance(quad.graph_name, DefaultGraph) else quad
        for quad in whole
    ]
    closed = Store()
    closed.bulk_extend(placed)
    if not any(quad.graph_name == _INFERRED for quad in placed):
        reason.close(PROJECT, closed, PROJECT.root / "ontology" / "rules")
    asserted = [quad for quad in placed if quad.graph_name != _INFERRED]
    return State(name=name, version=version or _said_version(asserted), quads=asserted, closed=closed, files=files)


def _revision(name: str, repository: Path) -> State:
    """Return the state of a git revision, unpacked into a folder of its own for as long as it is read."""
    commit = _commit(repository, name)
    there = set(_git(repository, "ls-tree", "--name-only", commit).split("\n"))
    folders = [folder for folder in _FOLDERS if folder in there]
    if "ontology" not in folders:
        raise UserError(f"The git revision '{name}' has no ontology/, so it holds no graph: name another.")
    package = ["scripts/imaging_trials/__init__.py", *_TABLES]
    folders += _git(repository, "ls-tree", "--name-only", commit, *package).split()
    packed = _git_bytes(repository, "archive", "--format=tar", commit, *folders)
    with tempfile.TemporaryDirectory(prefix="imt-diff-") as folder:
        root = Path(folder).resolve()
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(root, filter="data")
        try:
            return _checkout(name, root)
        except UserError as error:
            raise UserError(f"In the git revision '{name}': {str(error).replace(f'{root}{os.sep}', '')}") from None


def _commit(repository: Path, name: str) -> str:
    if not _is_revision(repository, name):
        raise UserError(
            f"'{name}' is no file, folder or git revision here: name a release folder, an RDF file, a tag, branch or "
            "commit, or . for the work tree."
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
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[0]
        raise UserError(f"git {arguments[0]} in {repository} failed ({said.rstrip('.')}): mend that and run again.")
    return done.stdout


def _run_git(repository: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    if not (repository / ".git").exists():
        raise UserError(f"{repository} is no git repository, so it has no revisions: name files or folders.")
    # A hook sets these for a repository of its own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(repository), *arguments],
            env={**environment, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
    except FileNotFoundError:
        raise UserError("There is no git on this machine: install it, or name files or folders instead.") from None
    except subprocess.TimeoutExpired:
        raise UserError(f"git {arguments[0]} in {repository} did not end in 5 minutes: see what holds it up.") from None
