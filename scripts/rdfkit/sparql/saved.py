"""Saved queries: one question a file, its header, and values put into it.

A file is plain SPARQL that runs as it stands. Lines that start with ``#+`` are its header, ``key: value`` each; a line
``#+`` with three or more blanks goes on with the value above. Parameters enter as one line
``VALUES (?a ?b) { (A B) }`` at the start of the WHERE group, and are replaced as a whole by typed terms.

This runs at every ``imt query``, so classes are written out, strings are taken apart without regular expressions
(compiling those below would take longer than all the rest), and what only errors need is imported there.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from rdfkit.base import namespaces
from rdfkit.base.errors import UserError
from rdfkit.base.project import Project
from rdfkit.rdf import named_graphs

KEYS = (
    "id", "question", "summary", "tags", "graphs", "service", "parameter", "empty", "counter-change", "counter-effect",
)  # fmt: skip
"""Keys of a header; all but ``service`` and ``parameter`` must be there, and only ``parameter`` may be there twice."""

_OPTIONAL = ("service", "parameter")

TYPES = ("string", "integer", "date", "boolean", "iri")
"""Types of a parameter; ``iri`` may be followed by a prefix (``iri bodysite:``) in whose namespace the value lies."""

Term = NamedNode | Literal

_LONGEST = 100
"""No name of ours is longer."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Parameter:
    """A value that a saved query is asked with."""

    __slots__ = ("default", "description", "examples", "name", "prefix", "type")

    def __init__(self, name: str, type_: str, default: str, examples: tuple[str, ...], description: str) -> None:  # noqa: D107
        self.name = name
        self.type, _, self.prefix = type_.removesuffix(":").partition(" ")
        self.default = default
        self.examples = examples
        self.description = description


class Change:
    """A change of one triple (Turtle text) in a named graph: ``remove``, ``add``, or ``change`` it into ``after``."""

    __slots__ = ("action", "after", "graph", "triple")

    def __init__(self, action: str, graph_name: str, triple: str, after: str) -> None:  # noqa: D107
        self.action = action
        self.graph = graph_name
        self.triple = triple
        self.after = after


class SavedQuery:
    """A saved query: what its header says, the text of the file, and where in the text the VALUES block stands.

    ``service`` is the SPARQL endpoint that a federated query asks besides the graph, and empty for all others.
    """

    __slots__ = (
        "block", "changes", "empty_is_wrong", "gains", "graphs", "id", "loses", "parameters", "path", "question",
        "service", "summary", "tags", "text",
    )  # fmt: skip

    def __init__(self, project: Project, path: Path, text: str, header: "_Header") -> None:  # noqa: D107
        self.path = path
        self.text = text
        self.id = header.slug("id")
        self.question = header.value("question")
        self.summary = header.value("summary")
        self.tags = header.tags()
        self.graphs = header.choice("graphs", named_graphs.dataset_names(project))
        self.service = header.service()
        self.empty_is_wrong = header.choice("empty", ("right", "wrong")) == "wrong"
        self.parameters = header.parameters()
        self.changes = header.changes()
        self.loses, self.gains = header.effect()
        self.block = _find_block(path, text, self.parameters)

    @property
    def topic(self) -> str:
        """The folder that the query lies in."""
        return self.path.parent.name

    @property
    def answer_stem(self) -> Path:
        """The path of the committed answer, less its ending (``.tsv``, ``.nt`` or ``.txt`` by the query's form)."""
        return self.path.parent / "answers" / self.id


def files(project: Project) -> list[Path]:
    """Return the files of all saved queries, sorted by topic and id."""
    return [path for topic in _topics(project.root) for path in sorted(topic.glob("*.rq"))]


def find(project: Project, name: str) -> SavedQuery:
    """Return the saved query ``name``, reading that one file only.

    Raises UserError for a name that is no query, offering the nearest ones, and for a broken header.
    """
    if _is_slug(name):
        for topic in _topics(project.root):
            if (path := topic / f"{name}.rq").is_file():
                return read(project, path)
    near = nearest(name, [path.stem for path in files(project)])
    raise UserError(
        f"There is no saved query '{clip(name)}'"
        + (f": did you mean {' or '.join(near)}?" if near else ": 'imt query --list' shows all.")
    )


def read(project: Project, path: Path) -> SavedQuery:
    """Return the saved query in a file; raises UserError, with file and line, for a header that breaks the grammar."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8.") from None
    return parse(project, path, text)


def parse(project: Project, path: Path, text: str) -> SavedQuery:
    """Return the saved query in a text that stands, or would stand, at ``path``; raises UserError as `read` does."""
    query = SavedQuery(project, path, text, _Header(project, path, text))
    if query.id != path.stem:
        raise UserError(f"{path}:1: the id is '{query.id}', and the file's name says '{path.stem}': make them one.")
    return query


def bind(project: Project, query: SavedQuery, settings: Mapping[str, str], store: Store | None = None) -> str:
    """Return the text of a query with the values in ``settings`` in place of its defaults.

    With a store, a value of a type such as ``iri bodysite:`` must be a thing described in it. Raises UserError for
    an unknown parameter or a value that is none of its type. No value can change anything but itself: it is a term,
    written out by `serialise`.
    """
    names = [parameter.name for parameter in query.parameters]
    for name in settings:
        if name not in names:
            near = nearest(name, names) or names
            offer = f"did you mean {' or '.join(near)}?" if near else "it has none."
            raise UserError(f"The query '{query.id}' has no parameter '{clip(name)}': {offer}")
    if not settings:
        return query.text
    values = [
        term(project, parameter, settings[parameter.name], store)
        if parameter.name in settings
        else default(project, parameter)
        for parameter in query.parameters
    ]
    start, end = query.block
    return query.text[:start] + values_block(names, values) + query.text[end:]


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """Return parameters given as KEY=VALUE. Raises UserError where one is not written so, or given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UserError(f"--set takes KEY=VALUE, such as site=bodysite:lung, and not '{clip(pair)}'.")
        if name in found:
            raise UserError(f"--set gives '{clip(name)}' twice: give it one value.")
        found[name] = value
    return found


def refuse_federated(query: SavedQuery) -> None:
    """Raise UserError for a query that asks another server as well, which the embedded engine does not do."""
    if query.service:
        raise UserError(
            f"'{query.id}' asks {query.service} as well, and the embedded engine does not use the network: run it in "
            f"an engine that federates and holds the graph ('imt query --describe {query.id}' prints the SPARQL)."
        )


def values_block(names: Iterable[str], values: Iterable[Term]) -> str:
    """Return the one-line VALUES block that binds variables to terms."""
    return f"VALUES ({' '.join('?' + name for name in names)}) {{ ({' '.join(serialise(value) for value in values)}) }}"


def serialise(value: Term) -> str:
    """Return a term as SPARQL text that every engine reads back as the same term.

    SPARQL 1.1, section 19.2, lets an engine resolve ``\\uXXXX`` before it looks for strings; rdflib does, and takes
    eight digits wherever eight follow. So an escape here has always eight, and a backslash of the value is never
    followed by a plain ``u``.
    """
    if isinstance(value, NamedNode):
        return str(value)
    written = []
    before = ""
    for c in value.value:
        if c in _ESCAPES:
            written.append(_ESCAPES[c])
        elif not c.isprintable() or (before == "\\" and c in "uU"):
            written.append(f"\\U{ord(c):08X}")
        else:
            written.append(c)
        before = c
    text = '"' + "".join(written) + '"'
    return text if value.datatype.value == namespaces.XSD + "string" else f"{text}^^{value.datatype}"


def term(project: Project, parameter: Parameter, value: str, store: Store | None = None) -> Term:
    """Return the term that a parameter's value, as somebody typed it, stands for.

    An IRI may be typed as a CURIE, in full (in or out of <>), or, where the type names a prefix, as the bare rest of
    its name. Raises UserError for a value that is none of the type, or, with a store, a thing not described there.
    """
    wrong = f"'{clip(value)}' is no value for {parameter.name}"
    if parameter.type == "iri":
        return _iri(project, parameter, value, store, wrong)
    xsd = namespaces.XSD + parameter.type
    if parameter.type == "integer":
        digits = value[1:] if value[:1] in {"+", "-"} else value
        if not _are_digits(digits) or len(digits) > 19 or not -(2**63) <= int(value) < 2**63:
            raise UserError(f"{wrong}: it takes a whole number, such as 2014.")
        return Literal(str(int(value)), datatype=NamedNode(xsd))
    if parameter.type == "boolean":
        if value not in {"true", "false"}:
            raise UserError(f"{wrong}: it takes true or false.")
        return Literal(value, datatype=NamedNode(xsd))
    if parameter.type == "date":
        from datetime import date

        try:
            if len(value) != len("2014-03-31") or not all(map(_are_digits, value.split("-"))):
                raise ValueError  # the next line takes more forms than xsd:date does
            date.fromisoformat(value)
        except ValueError:
            raise UserError(f"{wrong}: it takes a day as year, month and day, such as 2014-03-31.") from None
        return Literal(value, datatype=NamedNode(xsd))
    try:
        return Literal(value)
    except ValueError:
        raise UserError(f"{wrong}: it holds a broken character; write it in UTF-8.") from None


def default(project: Project, parameter: Parameter) -> Term:
    """Return the term that a parameter's default stands for."""
    return term(project, parameter, parameter.default)


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return up to three of ``names`` that look like ``name``, best first."""
    from difflib import get_close_matches

    # The matcher's work grows with the product of the lengths.
    return get_close_matches(name[:_LONGEST].lower(), names, n=3, cutoff=0.65)


def clip(text: str) -> str:
    """Return a value as an error sentence can show it: on one line, and no longer than a line."""
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= 60 else shown[:57] + "..."


class _Header:
    """The lines of a header, as values by key, each with its line number for error sentences."""

    __slots__ = ("_entries", "_path", "_project")

    def __init__(self, project: Project, path: Path, text: str) -> None:
        self._project = project
        self._path = path
        self._entries: dict[str, list[tuple[int, str]]] = {}
        lines = text.split("\n")
        length = next((number for number, line in enumerate(lines) if not line.startswith("#+")), len(lines))
        key = ""
        for number, line in enumerate(lines[:length], 1):
            key = self._take(number, line.rstrip(), key)
        for number, line in enumerate(lines[length:], length + 1):
            if line.startswith("#+"):
                raise self.fault(number, "a header line below the query: move it to the top of the file")
        for needed in KEYS:
            if needed not in self._entries and needed not in _OPTIONAL:
                raise self.fault(1, f"the header has no '{needed}': add a line '#+ {needed}: ...'")
            for number, value in self._entries.get(needed, []):
                if not value:
                    raise self.fault(number, f"'{needed}' has no value: write one")
        if not self.value("question").endswith("?"):
            raise self.fault(self._line("question"), "a question ends in '?'")

    def _take(self, number: int, line: str, before: str) -> str:
        """Take in a header line that follows one of the key ``before``, and return its key."""
        if line.startswith("#+   ") and before:
            start, value = self._entries[before][-1]
            self._entries[before][-1] = (start, f"{value} {line[2:].strip()}".strip())
            return before
        key, colon, value = line.removeprefix("#+ ").partition(":")
        if not line.startswith("#+ ") or not colon or not key.replace("-", "").isalpha():
            raise self.fault(number, "a header line is '#+ key: value', or '#+' and three blanks to go on")
        if key not in KEYS:
            raise self.fault(number, f"unknown header key '{key}': {_offer(nearest(key, KEYS), KEYS)}")
        entries = self._entries.setdefault(key, [])
        if entries and key != "parameter":
            raise self.fault(number, f"the header key '{key}' stands here twice: keep one")
        entries.append((number, value.strip()))
        return key

    def fault(self, line: int, what: str) -> UserError:
        return UserError(f"{self._path}:{line}: {what}{'' if what.endswith(('?', '.')) else '.'}")

    def value(self, key: str) -> str:
        return self._entries[key][0][1]

    def _line(self, key: str) -> int:
        return self._entries[key][0][0]

    def slug(self, key: str) -> str:
        if not _is_slug(self.value(key)):
            raise self.fault(self._line(key), f"the {key} '{self.value(key)}' is not small letters, digits and '-'")
        return self.value(key)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        if self.value(key) not in choices:
            raise self.fault(self._line(key), f"'{key}' is {' or '.join(choices)}, and not '{self.value(key)}'")
        return self.value(key)

    def tags(self) -> tuple[str, ...]:
        tags = tuple(tag.strip() for tag in self.value("tags").split(","))
        if not all(tags) or len(set(tags)) < len(tags):
            raise self.fault(self._line("tags"), "tags are different words with a comma between them")
        return tags

    def service(self) -> str:
        if "service" not in self._entries:
            return ""
        value = self.value("service")
        if not value.startswith(("https://", "http://")) or any(c.isspace() or c in "<>" for c in value):
            raise self.fault(self._line("service"), "a service is the address of one SPARQL endpoint, without <>")
        return value

    def parameters(self) -> tuple[Parameter, ...]:
        found: dict[str, Parameter] = {}
        for line, value in self._entries.get("parameter", []):
            fields = _split(value, "|")
            if len(fields) != 5 or not all(fields):
                raise self.fault(line, "a parameter has five fields: name | type | default | examples | description")
            name, type_, default, examples, description = fields
            if not (name.isascii() and name.isidentifier()) or name in found:
                raise self.fault(line, f"'{name}' is no name for a parameter, or there twice")
            self._check_type(line, type_)
            values = _words(default)
            if len(values) != 1:
                raise self.fault(line, "the default is one value: put quotes around one with blanks in it")
            shown = tuple(_words(examples))
            found[name] = Parameter(name, type_, values[0], shown, description)
            try:
                for example in (values[0], *shown):
                    term(self._project, found[name], example)
            except UserError as error:
                raise self.fault(line, str(error)) from None
        return tuple(found.values())

    def _check_type(self, line: int, type_: str) -> None:
        base, _, prefix = type_.partition(" ")
        if base not in TYPES:
            raise self.fault(line, f"unknown type '{base}': {_offer(nearest(base, TYPES), TYPES)}")
        if prefix and (base != "iri" or not prefix.endswith(":") or prefix[:-1] not in self._project.prefixes):
            raise self.fault(line, f"'{prefix}' is no prefix of the house, such as 'bodysite:', after the type 'iri'")

    def changes(self) -> tuple[Change, ...]:
        found = []
        line, value = self._entries["counter-change"][0]
        for part in value.split(" ;; "):
            fields = _split(part, "|")
            action, _, name = fields[0].partition(" ")
            if action not in {"remove", "add", "change"} or len(fields) != (3 if action == "change" else 2):
                kinds = "'remove G | s p o', 'add G | s p o' or 'change G | s p o | s p o'"
                raise self.fault(line, f"a counter-change is {kinds}")
            graphs = named_graphs.source_graphs(self._project)
            if name not in graphs:
                offer = _offer(nearest(name, graphs), graphs)
                raise self.fault(line, f"'{name}' is no graph that has source files: {offer}")
            found.append(Change(action, name, fields[1], fields[2] if action == "change" else ""))
        return tuple(found)

    def effect(self) -> tuple[int, int]:
        line, value = self._entries["counter-effect"][0]
        words = value.replace(",", " ,").split()
        numbers = words[1::3]
        written = words[::3] == ["loses", "gains"] and words[2:3] == [","] and all(map(_are_digits, numbers))
        if not written or max(map(len, numbers)) > 9:
            raise self.fault(line, f"a counter-effect is 'loses N, gains M', and not '{value}'")
        loses, gains = int(words[1]), int(words[4])
        if not loses and not gains:
            raise self.fault(line, "a counter-change that changes nothing proves nothing: choose another triple")
        return loses, gains


def _topics(root: Path) -> list[Path]:
    folder = root / "queries"
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries if entry.is_dir())
    except OSError:
        raise UserError(f"{folder} is no folder of saved queries: run imt from a checkout, or install it.") from None


def _offer(near: list[str], names: Iterable[str]) -> str:
    return f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names)}."


def _is_slug(name: str) -> bool:
    """Tell whether a name is small letters and digits with single ``-`` between them."""
    plain = name.isascii() and name == name.lower() and len(name) <= _LONGEST
    return plain and all(part.isalnum() for part in name.split("-"))


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _split(text: str, separator: str) -> list[str]:
    """Split a header value at a separator, but not inside double quotes, where a backslash protects a quote."""
    parts = [""]
    quoted = escaped = False
    for c in text:
        if c == separator and not quoted:
            parts.append("")
            continue
        if c == '"' and not escaped:
            quoted = not quoted
        escaped = c == "\\" and not escaped
        parts[-1] += c
    return [part.strip() for part in parts]


def _words(text: str) -> list[str]:
    """Return the blank-separated words of a header value, those in double quotes without them."""
    return [_unquote(word) for word in _split(text, " ") if word]


def _unquote(word: str) -> str:
    if len(word) < 2 or word[0] != '"' or word[-1] != '"':
        return word
    return word[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _iri(project: Project, parameter: Parameter, value: str, store: Store | None, wrong: str) -> Term:
    iri = _full_iri(project, parameter, value, wrong)
    namespace = project.prefixes[parameter.prefix] if parameter.prefix else ""
    if not iri.startswith(namespace):
        raise UserError(f"{wrong}: it takes a {parameter.prefix}: name, such as {parameter.default}.")
    try:
        node = NamedNode(iri)
    except ValueError:
        node = None
    if not namespace or store is None:
        if node is None:
            raise UserError(f"{wrong}: it is no IRI.")
        return node
    if node is not None and next(store.quads_for_pattern(node, None, None), None) is not None:
        return node
    subjects = (quad.subject.value for quad in store if isinstance(quad.subject, NamedNode))
    here = sorted({subject.removeprefix(namespace) for subject in subjects if subject.startswith(namespace)})
    near = nearest(iri.removeprefix(namespace).replace(" ", "-"), here)
    offer = f"did you mean {' or '.join(near)}?" if near else f"the graph has {_some(here)}."
    raise UserError(f"{wrong}: no {parameter.prefix}: thing has that name; {offer}")


def _full_iri(project: Project, parameter: Parameter, value: str, wrong: str) -> str:
    if value.startswith("<") and value.endswith(">"):
        return value[1:-1]
    prefix, colon, _ = value.partition(":")
    if "://" in value or (colon and prefix in {"urn", "mailto"}):
        return value
    if colon:
        try:
            return project.expand(value)
        except UserError:
            raise UserError(f"{wrong}: '{clip(prefix)}:' is no prefix of the house.") from None
    if parameter.prefix:
        return project.prefixes[parameter.prefix] + value
    raise UserError(f"{wrong}: it takes an IRI, such as agent:fes or <https://example.org/fes>.")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (", ".join(names[:12]) or "none") + more


def _find_block(path: Path, text: str, parameters: tuple[Parameter, ...]) -> tuple[int, int]:
    if not parameters:
        return 0, 0
    variables = " ".join(f"?{parameter.name}" for parameter in parameters)
    offset = 0
    found = []
    for line in text.split("\n"):
        block = line.strip()
        if block.startswith(f"VALUES ({variables}) {{ (") and block.endswith(") }"):
            start = offset + line.index(block)
            found.append((start, start + len(block)))
        offset += len(line) + 1
    if len(found) != 1:
        raise UserError(
            f"{path}:1: the parameters enter as exactly one line 'VALUES ({variables}) {{ (...) }}', in this order, at "
            "the start of the WHERE group."
        )
    return found[0]
