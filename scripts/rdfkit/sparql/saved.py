"""Saved queries: one question a file, read by name, and values put into it.

A file is plain SPARQL that runs unchanged, below a header (`rdfkit.sparql.header`). Reading YAML takes longer than
answering most queries, so the build writes an index of all headers; an entry counts as long as the file has the digest
that the entry was made from. Without an index, or for a changed file, the header itself is read.

This runs at every ``imt query``: classes are written out, and what only some calls need is imported there.
"""

import os
from _blake2 import blake2b  # hashlib's own, without the 3 ms of loading OpenSSL
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Store

from rdfkit.base import MAX_NAME_CHARACTERS, Project, UserError, clip, nearest
from rdfkit.sparql.parameters import Parameter, default, find_block, term, values_block

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from typing import Any

INDEX = "queries.json"
"""The file in ``dist/`` with the headers of all saved queries."""

_RECORD_FORMAT = b"2"
"""Changes with the fields of a record, so that the index of an older version does not count."""


class Change:
    """A change of one triple (Turtle text) in a named graph: ``remove``, ``add``, or ``change`` it into ``after``."""

    __slots__ = ("action", "after", "graph", "triple")

    def __init__(self, record: "Mapping[str, Any]") -> None:
        """Take the fields of a record."""
        self.action: str = record["action"]
        self.graph: str = record["graph"]
        self.triple: str = record["triple"]
        self.after: str = record["after"]


class SavedQuery:
    """A saved query: the fields of its header, the text of its file, and where in the text its VALUES block is.

    ``summary`` is the question, ``description`` says what a row is. ``service`` is the SPARQL endpoint that a federated
    query asks besides the graph, and empty for all others. ``data`` is the folder of records, below the project's root,
    beside which the committed answer is made, and empty for an answer of the graph alone. ``mutation`` has the changes
    that must change the answer: it then loses ``lost`` rows and gains ``gained``.
    """

    __slots__ = (
        "block", "data", "dataset", "description", "gained", "id", "lost", "may_be_empty", "mutation", "parameters",
        "path", "record", "service", "summary", "tags", "text",
    )  # fmt: skip

    def __init__(self, path: Path, text: str, record: "Mapping[str, Any]") -> None:
        """Take the record of a header, as `rdfkit.sparql.header.read` returns it."""
        self.path = path
        self.text = text
        self.record = record
        self.id = path.stem
        self.summary: str = record["summary"]
        self.description: str = record["description"]
        self.tags: tuple[str, ...] = tuple(record["tags"])
        self.dataset: str = record["dataset"]
        self.service: str = record["service"]
        self.data: str = record["data"]
        self.may_be_empty: bool = record["may_be_empty"]
        self.parameters = tuple(Parameter(entry) for entry in record["parameters"])
        self.mutation = tuple(Change(entry) for entry in record["mutation"])
        self.lost: int = record["lost"]
        self.gained: int = record["gained"]
        self.block = find_block(str(path), text, self.parameters)

    @property
    def topic(self) -> str:
        """The folder that the query lies in."""
        return self.path.parent.name

    @property
    def answer_stem(self) -> Path:
        """The path of the committed answer without its ending (``.tsv``, ``.nt`` or ``.txt`` by the query's form)."""
        return self.path.parent / "answers" / self.id


def files(project: Project) -> list[Path]:
    """Return the files of all saved queries, sorted by topic and name."""
    return [path for topic in _topics(project) for path in sorted(topic.glob("*.rq"))]


def find(project: Project, name: str) -> SavedQuery:
    """Return the saved query ``name``, reading that one file only.

    Raises UserError for an unknown name, with the nearest ones, and for a file that is not valid.
    """
    if is_slug(name):
        for topic in _topics(project):
            if (path := topic / f"{name}.rq").is_file():
                return read(project, path)
    near = nearest(name, [path.stem for path in files(project)])
    hint = f"did you mean {' or '.join(near)}?" if near else "'imt query --list' shows all."
    raise UserError(f"There is no saved query '{clip(name)}': {hint}")


def read(project: Project, path: Path, index: "Mapping[str, Any] | None" = None) -> SavedQuery:
    """Return the saved query in a file, its header from the index of the last build if that is of the same text.

    ``index`` is that index, if it was read before. Raises UserError, with file and line, if the
    header is not valid.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8.") from None
    entry = (_index(project) if index is None else index).get(path.stem)
    if entry is not None and entry["digest"] == _digest(data):
        return SavedQuery(path, text, entry)
    return parse(project, path, text)


def read_all(project: Project) -> list[SavedQuery]:
    """Return all saved queries, sorted by topic and name. Raises UserError as `read` does."""
    index = _index(project)
    return [read(project, path, index) for path in files(project)]


def parse(project: Project, path: Path, text: str) -> SavedQuery:
    """Return the saved query in a text whose file is, or would be, ``path``. Raises UserError as `read` does."""
    from rdfkit.sparql import header

    if not is_slug(path.stem):
        raise UserError(f"{path}: the name of a saved query must consist of small letters, digits and single '-'.")
    return SavedQuery(path, text, header.read(project, path, text))


def index_bytes(project: Project) -> bytes:
    """Return the index of all saved queries as JSON: by name, the record of the header and the digest of the file."""
    import json

    entries = {}
    for path in files(project):
        data = path.read_bytes()
        entries[path.stem] = {"digest": _digest(data), **parse(project, path, data.decode()).record}
    return json.dumps(entries, ensure_ascii=False, indent=0, sort_keys=True).encode() + b"\n"


def bind(
    project: Project,
    query: SavedQuery,
    settings: Mapping[str, str],
    store: Store | None = None,
    *,
    others: bool = False,
) -> str:
    """Return the text of a query with the values in ``settings`` in place of its defaults.

    With a store, a value of a type such as ``iri bodysite:`` must be a thing described in it, and may be a name of it;
    ``others`` says that the query is for another store too (`rdfkit.sparql.parameters.term`). Raises UserError for an
    unknown parameter or a value that is not of its type.
    """
    names = [parameter.name for parameter in query.parameters]
    for name in settings:
        if name not in names:
            near = nearest(name, names) or names
            hint = f"did you mean {' or '.join(near)}?" if near else "it has none."
            raise UserError(f"The query '{query.id}' has no parameter '{clip(name)}': {hint}")
    if not settings:
        return query.text
    values = [
        term(project, parameter, settings[parameter.name], store, others=others)
        if parameter.name in settings
        else default(project, parameter)
        for parameter in query.parameters
    ]
    start, end = query.block
    return query.text[:start] + values_block(names, values) + query.text[end:]


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """Return parameters given as KEY=VALUE. Raises UserError if one is written otherwise, or given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UserError(f"--param takes KEY=VALUE, such as site=bodysite:lung, not '{clip(pair)}'.")
        if name in found:
            raise UserError(f"--param gives '{clip(name)}' twice: give it one value.")
        found[name] = value
    return found


def refuse_federated(query: SavedQuery) -> None:
    """Raise UserError for a query that queries another server, which the embedded engine cannot do."""
    if query.service:
        raise UserError(
            f"'{query.id}' also queries {query.service}, but the embedded engine does not use the network: run it in "
            f"an engine that federates and has the graph ('imt query --describe {query.id}' prints the SPARQL)."
        )


def is_slug(name: str) -> bool:
    """Return whether a name consists of small letters and digits with single ``-`` between them."""
    plain = name.isascii() and name == name.lower() and len(name) <= MAX_NAME_CHARACTERS
    return plain and all(part.isalnum() for part in name.split("-"))


def _index(project: Project) -> "dict[str, dict[str, Any]]":
    """Return the index of the last build, or nothing if there is none or it cannot be read."""
    import json

    try:
        entries = json.loads((project.dist / INDEX).read_bytes())
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _digest(data: bytes) -> str:
    return blake2b(_RECORD_FORMAT + data, digest_size=16).hexdigest()


def _topics(project: Project) -> list[Path]:
    folder = project.root / "queries"
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries if entry.is_dir())
    except OSError:
        raise UserError(
            f"{folder} is not a folder of saved queries: run the command in a checkout, or install the package."
        ) from None
