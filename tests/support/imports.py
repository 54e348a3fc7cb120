"""The rooms of the two packages and what they import of each other, read from the source.

`ROOMS` is the one table of rooms, from the ground up. A room is a folder of a package, and its door is what
``__all__`` of its ``__init__.py`` names.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.conftest import ROOT

SCRIPTS = ROOT / "scripts"
ROOMS = (
    "rdfkit.base",
    "rdfkit.rdf",
    "rdfkit.sparql",
    "rdfkit.inference",
    "rdfkit.shacl",
    "rdfkit.stores",
    "rdfkit.serving",
    "rdfkit.releases",
    "imaging_trials.model",
    "imaging_trials.mapping_sets",
    "imaging_trials.bibliography",
    "imaging_trials.imports",
    "imaging_trials.views",
    "imaging_trials.questions",
    "imaging_trials.build",
    "imaging_trials.site",
    "imaging_trials.api",
    "imaging_trials.cli",
    "imaging_trials.__main__",
)
"""From the ground up: a room may import those before it. Single modules at the top of a package count as rooms."""

PACKAGES = ("rdfkit", "imaging_trials")


class Import(NamedTuple):
    """One imported name: the module that imports it, the line, the module named after ``from``, and the name."""

    by: str
    line: int
    module: str
    name: str
    is_for_types: bool
    """Whether only type checkers import it."""

    @property
    def target(self) -> str:
        """The module that is imported: ``from a import b`` imports ``a.b`` where that is a module, and else ``a``."""
        return f"{self.module}.{self.name}" if f"{self.module}.{self.name}" in modules() else self.module

    @property
    def is_past_the_door(self) -> bool:
        """Whether it imports a module in a room, or from one, and not a name that the room's door offers."""
        target = room(self.target)
        if self.target == target and self.module != target:
            return False  # the room as a whole
        offered = self.module.removeprefix(f"{target}.") if self.module != target else self.name
        return offered not in door(target)

    def __str__(self) -> str:
        """Return where the import is and what it imports."""
        return f"{self.by}:{self.line}: from {self.module} import {self.name}"


@cache
def modules() -> dict[str, str]:
    """Return the source of each module of both packages, by its full name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((SCRIPTS / package).rglob("*.py")):
            parts = path.relative_to(SCRIPTS).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path.read_text(encoding="utf-8")
    return found


@cache
def imports() -> list[Import]:
    """Return every import of one of our modules by another, those inside functions included."""
    found = []
    for by, source in modules().items():
        tree = ast.parse(source)
        for_types = {inner for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{by}:{node.lineno}: write the whole name of the module"
                named = [(node.module or "", alias.name) for alias in node.names]
            elif isinstance(node, ast.Import):
                named = [(alias.name, "") for alias in node.names]
            else:
                continue
            ours = [pair for pair in named if pair[0].split(".")[0] in PACKAGES]
            found += [Import(by, node.lineno, module, name, node in for_types) for module, name in ours]
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room(module: str) -> str:
    """Return the room of a module: ``rdfkit.base`` for ``rdfkit.base.errors``; a package itself is in none."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 else ""


def between_rooms() -> Iterator[tuple[str, str, Import]]:
    """Yield each import from one room into another, with both."""
    for one in imports():
        pair = room(one.by), room(one.target)
        if all(pair) and pair[0] != pair[1]:
            yield (*pair, one)


@cache
def door(name: str) -> frozenset[str]:
    """Return the names of a room's door: those in ``__all__``, or else those that its ``__init__.py`` defines."""
    if name.endswith("__main__"):
        return frozenset()
    room_module = importlib.import_module(name)
    own = (one for one, value in vars(room_module).items() if getattr(value, "__module__", "") == name)
    return frozenset(getattr(room_module, "__all__", own))


def arrows(package: str) -> dict[str, list[str]]:
    """Return which rooms each room of a package imports; rooms of the other package have their full name."""
    found: dict[str, set[str]] = {name.partition(".")[2]: set() for name in ROOMS if name.startswith(f"{package}.")}
    for by, target, _ in between_rooms():
        if by.startswith(f"{package}."):
            found[by.partition(".")[2]].add(target.removeprefix(f"{package}."))
    order = {name: at for at, name in enumerate(ROOMS)}
    return {
        name: sorted(targets, key=lambda one: order.get(f"{package}.{one}", order.get(one, -1)))
        for name, targets in found.items()
    }


def picture(package: str) -> str:
    """Return the picture of a package as docs/design.md must have it: a line ``room -> room, room`` for each room."""
    lines = (f"{name} -> {', '.join(targets)}" if targets else name for name, targets in arrows(package).items())
    return "\n".join([f"{package}:", *lines])


def drawn(document: str, package: str) -> str:
    """Return the picture that a document has of a package: the fenced block that starts with the package's name."""
    found = re.search(rf"(?ms)^```text\n({package}:\n.*?)^```$", document)
    return found[1].strip() if found else ""
