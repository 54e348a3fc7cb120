"""Which terms of RDF vocabularies the Python code names, read from its source.

Three ways to name one are read: a CURIE in a string (``"imt:doi"``, also in the middle of a query), a local name added
to a namespace (``PROJECT.vocabulary + "doi"``), and a local name given to a function that reads the store by it
(``read.text(store, article, "doi")``).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from imaging_trials.model.project import PROJECT
from rdfkit.base import namespaces

READERS = "imaging_trials.model.read"
"""The module whose functions take local names of the vocabulary."""

_CURIE = re.compile(r"(?<![\w:/.-])([a-z]+):([A-Za-z][\w-]*)(?![\w:/-])")
_LOCAL_NAME = re.compile(r"[A-Za-z]\w*")
_PREFIXES = ("imt", "rdf", "rdfs", "owl", "skos", "dcterms", "dcat", "void", "prov", "foaf", "sh", "sd", "spdx", "vann")
_VOCABULARIES = {prefix: PROJECT.prefixes[prefix] for prefix in _PREFIXES}


class Use(NamedTuple):
    """A term that a Python file names, and where."""

    iri: str
    file: str
    line: int


def uses(path: Path, file: str) -> Iterator[Use]:
    """Yield the terms that a Python file names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    readers, aliases = _readers(tree)
    cut_short = {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part, after in zip(node.values, node.values[1:], strict=False)
        if isinstance(after, ast.FormattedValue)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"[\w-]+$", "", node.value) if node in cut_short else node.value
            for prefix, local in _CURIE.findall(text):
                if prefix in _VOCABULARIES:
                    yield Use(_VOCABULARIES[prefix] + local, file, node.lineno)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            namespace = _namespace(node.left)
            if namespace and _is_local_name(node.right):
                yield Use(namespace + node.right.value, file, node.lineno)  # type: ignore[attr-defined]
        elif isinstance(node, ast.Call) and _is_reader(node.func, readers, aliases):
            for argument in node.args:
                if _is_local_name(argument):
                    yield Use(PROJECT.vocabulary + argument.value, file, node.lineno)  # type: ignore[attr-defined]


def _readers(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names under which a file has functions that read the store, and those of the module itself."""
    functions, aliases = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = alias.asname or alias.name
                if f"{node.module}.{alias.name}" == READERS:
                    aliases.add(name)
                elif node.module in (READERS, READERS.rpartition(".")[0]):
                    functions.add(name)
    return functions, aliases


def _is_reader(function: ast.expr, readers: set[str], aliases: set[str]) -> bool:
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id in aliases
    return isinstance(function, ast.Name) and function.id in readers and function.id[0].islower()


def _is_local_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_LOCAL_NAME.fullmatch(node.value))


def _namespace(node: ast.expr) -> str:
    """Return the namespace that an expression is: ``PROJECT.vocabulary``, ``PROJECT.prefixes["skos"]``, ``SKOS``."""
    if isinstance(node, ast.Attribute):
        if node.attr == "vocabulary":
            return PROJECT.vocabulary
        return getattr(namespaces, node.attr, "") if node.attr.isupper() else ""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and "prefixes" in ast.unparse(node.value)
    ):
        return _VOCABULARIES.get(str(node.slice.value), "")
    if isinstance(node, ast.Name):
        name = node.id.strip("_")
        if name in ("IMT", "VOCABULARY", "VOCAB"):
            return PROJECT.vocabulary
        value = getattr(namespaces, name, "") if name.isupper() else ""
        return value if isinstance(value, str) else ""
    return ""
