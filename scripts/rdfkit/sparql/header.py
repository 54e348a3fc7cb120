"""The header of a saved query: YAML in lines that start with ``#+``, at the top of the file.

The form is that of grlc (https://grlc.io): the text after ``#+`` of all these lines is one YAML mapping. The keys are:

- ``summary``: the question, one sentence that ends in "?"; ``description``: what a row of the answer is.
- ``tags``: a list of words; ``dataset``: the named graphs it is run on, such as ``all``, ``asserted``.
- ``service`` (optional): the SPARQL endpoint that the query asks besides the graph.
- ``data`` (optional): a folder of made-up records, below the project's root, beside which the committed answer is made.
- ``parameters`` (optional): a list of mappings with ``name``, ``type``, ``default``, ``examples``, ``description``.
- ``may-be-empty``: ``true`` if an answer without rows is right.
- ``mutation``: the triples to change so that the answer changes, each a mapping with ``remove``, ``add`` or ``change``
  (Turtle, one triple), ``to`` (with ``change``: the new triple) and ``graph`` (its named graph).
- ``expected-diff``: a mapping with ``lost`` and ``gained``: how many rows the mutation takes away and adds.

All values are read as text (YAML's base schema), so that ``2026-11-26`` and ``1.0`` stay as they are written.
"""

from pathlib import Path
from typing import Any

import yaml

from rdfkit.base import Project, UserError, is_unicode, offer
from rdfkit.rdf import named_graphs
from rdfkit.sparql.parameters import TYPES, Parameter, are_digits, term

KEYS = (
    "summary", "description", "tags", "dataset", "service", "data", "parameters", "may-be-empty", "mutation",
    "expected-diff",
)  # fmt: skip
"""Keys of a header, in the order in which they are written."""

_OPTIONAL = ("service", "data", "parameters")
_PARAMETER_KEYS = ("name", "type", "default", "examples", "description")
_MAX_DIFF_DIGITS = 9

# The C reader takes a tenth of the time; both read the same YAML.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


Record = dict[str, Any]
"""A header as plain values, which the index of saved queries keeps as JSON. Its keys are the fields of SavedQuery."""


def read(project: Project, path: Path, text: str) -> Record:
    """Return the header of the saved query ``text`` as a record, each value checked.

    Raises UserError with file and line for what is wrong in it.
    """
    values = _Mapping(path, _yaml(path, text))
    values.check_keys(KEYS, _OPTIONAL)
    summary = values.text("summary")
    if not summary.endswith("?"):
        raise values.fault("summary", "a question must end in '?'")
    tags = values.texts("tags")
    if len(set(tags)) < len(tags):
        raise values.fault("tags", "a tag is there twice: keep one")
    diff = values.mapping("expected-diff")
    diff.check_keys(("lost", "gained"))
    lost, gained = diff.number("lost"), diff.number("gained")
    if not lost and not gained:
        raise values.fault("expected-diff", "a mutation that changes nothing proves nothing: choose another triple")
    return {
        "summary": summary,
        "description": values.text("description"),
        "tags": tags,
        "dataset": values.choice("dataset", named_graphs.dataset_names(project)),
        "service": _service(values),
        "data": _data(values),
        "may_be_empty": values.choice("may-be-empty", ("true", "false")) == "true",
        "parameters": _parameters(project, values),
        "mutation": [_change(project, entry, with_data="data" in values) for entry in values.mappings("mutation")],
        "lost": lost,
        "gained": gained,
    }


class _Mapping:
    """A YAML mapping with the line of each key, for messages."""

    def __init__(self, path: Path, node: yaml.MappingNode) -> None:
        self.path = path
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise fault(path, key.start_mark.line + 1, "a key must be a word")
            if key.value in self._nodes:
                raise fault(path, key.start_mark.line + 1, f"the key '{key.value}' is there twice: keep one")
            self._nodes[key.value] = (key, value)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def check_keys(self, keys: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        for name, (key, _) in self._nodes.items():
            if name not in keys:
                raise fault(self.path, key.start_mark.line + 1, f"unknown key '{name}': {offer(name, keys)}")
        missing = [name for name in keys if name not in self._nodes and name not in optional]
        if len(missing) == 1:
            raise fault(self.path, self.line, f"'{missing[0]}' is missing: add a line '{missing[0]}: ...'")
        if missing:
            raise fault(self.path, self.line, f"keys are missing: add a line for each of {', '.join(missing)}")

    def fault(self, key: str, what: str) -> UserError:
        return fault(self.path, self._nodes[key][0].start_mark.line + 1, what)

    def text(self, key: str) -> str:
        node = self._nodes[key][1]
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.fault(key, f"'{key}' must be a text")
        return self._unicode(key, node)

    def _unicode(self, key: str, node: yaml.ScalarNode) -> str:
        if not is_unicode(node.value):
            raise self.fault(key, f"'{key}' has a surrogate, which is not a character: remove the escape")
        return str(node.value).strip()

    def texts(self, key: str) -> list[str]:
        node = self._nodes[key][1]
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        if not items or not all(isinstance(item, yaml.ScalarNode) and item.value.strip() for item in items):
            raise self.fault(key, f"'{key}' must be a list of texts, such as [one, two]")
        return [self._unicode(key, item) for item in items]

    def mapping(self, key: str) -> "_Mapping":
        node = self._nodes[key][1]
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(key, f"'{key}' must be a mapping, such as {{lost: 1, gained: 0}}")
        return _Mapping(self.path, node)

    def mappings(self, key: str) -> "list[_Mapping]":
        node = self._nodes[key][1]
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        if not items or not all(isinstance(item, yaml.MappingNode) for item in items):
            raise self.fault(key, f"'{key}' must be a list of mappings, each after '- '")
        return [_Mapping(self.path, item) for item in items]

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.fault(key, f"'{key}' must be {' or '.join(choices)}, not '{value}'")
        return value

    def number(self, key: str) -> int:
        value = self.text(key)
        if not are_digits(value) or len(value) > _MAX_DIFF_DIGITS:
            raise self.fault(key, f"'{key}' must be a number of rows, not '{value}'")
        return int(value)


def fault(path: Path, line: int, what: str) -> UserError:
    """Return the error for a line of a file."""
    return UserError(f"{path}:{line}: {what}{'' if what.endswith(('?', '.')) else '.'}")


def _yaml(path: Path, text: str) -> yaml.MappingNode:
    lines = text.split("\n")
    length = next((number for number, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    for number, line in enumerate(lines[length:], length + 1):
        if line.startswith("#+"):
            raise fault(path, number, "a header line below the query: move it to the top of the file")
    try:
        node = yaml.compose("\n".join(line[2:] for line in lines[:length]), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise fault(path, mark.line + 1 if mark else 1, f"the header is not valid YAML: {error.problem}") from None
    except UnicodeEncodeError:
        raise fault(path, 1, "the header has a broken character: save the file as UTF-8") from None
    except RecursionError:
        raise fault(path, 1, "the header is nested too deep: write only what docs/authoring.md shows") from None
    except yaml.YAMLError as error:
        raise fault(path, 1, f"the header is not valid YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(node, yaml.MappingNode):
        raise fault(path, 1, "the file must begin with a header: lines '#+ key: value', from 'summary' on")
    return node


def _service(values: _Mapping) -> str:
    if "service" not in values:
        return ""
    value = values.text("service")
    if not value.startswith(("https://", "http://")) or any(c.isspace() or c in "<>" for c in value):
        raise values.fault("service", "a service must be the address of one SPARQL endpoint, without <>")
    return value


def _data(values: _Mapping) -> str:
    if "data" not in values:
        return ""
    value = values.text("data")
    if value.startswith("/") or ".." in value:
        raise values.fault("data", f"'{value}' must be a folder below the root, such as tests/fixtures/imports/asked")
    return value


def _parameters(project: Project, values: _Mapping) -> list[Record]:
    found: dict[str, Record] = {}
    for entry in values.mappings("parameters") if "parameters" in values else []:
        entry.check_keys(_PARAMETER_KEYS)
        name = entry.text("name")
        if not (name.isascii() and name.isidentifier()) or name in found:
            raise entry.fault("name", f"'{name}' is not a name for a parameter, or is there twice")
        _check_type(project, entry)
        default, examples = entry.text("default"), entry.texts("examples")
        texts = {key: entry.text(key) for key in ("type", "description")}
        found[name] = {"name": name, "default": default, "examples": examples, **texts}
        parameter = Parameter(found[name])
        for key, example in (("default", default), *(("examples", example) for example in examples)):
            try:
                term(project, parameter, example)
            except UserError as error:
                raise entry.fault(key, str(error)) from None
    return list(found.values())


def _check_type(project: Project, entry: _Mapping) -> None:
    base, _, prefix = entry.text("type").partition(" ")
    if base not in TYPES:
        raise entry.fault("type", f"unknown type '{base}': {offer(base, TYPES)}")
    if prefix and (base != "iri" or not prefix.endswith(":") or prefix[:-1] not in project.prefixes):
        raise entry.fault("type", f"'{prefix}' is not a prefix of the project, such as 'bodysite:', after 'iri'")


def _change(project: Project, entry: _Mapping, *, with_data: bool) -> Record:
    actions = [action for action in ("remove", "add", "change") if action in entry]
    if len(actions) != 1:
        raise fault(entry.path, entry.line, "a change has one of the keys 'remove', 'add', 'change' with its triple")
    action = actions[0]
    entry.check_keys((action, "graph", *(("to",) if action == "change" else ())))
    graph = entry.text("graph")
    graphs = named_graphs.source_graphs(project)
    if graph not in graphs and not (with_data and graph.startswith("import/")):
        raise entry.fault("graph", f"'{graph}' is not a named graph with source files: {offer(graph, graphs)}")
    after = entry.text("to") if action == "change" else ""
    return {"action": action, "graph": graph, "triple": entry.text(action), "after": after}
