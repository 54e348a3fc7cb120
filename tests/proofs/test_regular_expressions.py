"""No regular expression of the packages or of the shapes takes quadratic time."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyoxigraph import Literal

import imaging_trials
import rdfkit
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import datatypes, named_graphs, reading
from tests.conftest import ROOT
from tests.support import hostile_texts
from tests.support.growth import is_linear
from tests.support.hostile_texts import PUMPS

pytestmark = pytest.mark.prove

WHOLE = {"imaging_trials.bibliography.record._RANGE", "rdfkit.releases.diff.renames._TEXT"}
"""Only used with `fullmatch`, which is linear for them."""

AT_A_PLACE = {"rdfkit.rdf.turtle_locations._TOKEN", "rdfkit.sparql.guard._SERVICE"}
"""Only used with `match` at a place of the text."""

TO_FIX = {
    r"\s*+,?\s*+([A-Za-z][\w:-]*+)\s*+=\s*+",
    r"\s*#\s*",
    r"([A-Za-z][\w.-]*):(\S+)",
    r"v?(\d+)\.(\d+)\.(\d+)(?:[-+.]?[0-9A-Za-z][0-9A-Za-z.+-]*)?",
    r"\d+\.\d+\.\d+\S*",
    r"([^ ]+\.r[qu]):([0-9]+):([0-9]+)",
    r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))',
    r"(?s)<(script|style|head)\b.*?</\1>|<[^>]*>",
    r"[0-9]+\.[0-9]+",
    r"([\w.-]*):[^\s:]*$",
}
"""Known to be quadratic, each to be fixed."""


def _in_value(value: object, name: str) -> Iterator[tuple[str, "re.Pattern[str]"]]:
    """Yield the regular expressions in a constant of a module."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield name, value
    elif isinstance(value, tuple | list | dict):
        for part in [*value.values()] if isinstance(value, dict) else value:
            yield from _in_value(part, name)


def _in_functions(path: Path) -> Iterator[tuple[str, "re.Pattern[str]"]]:
    """Yield the regular expressions written inside the functions of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
            pattern = node.args[0]
            if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", re.compile(pattern.value)


def _module(name: str) -> object:
    """Return a module; of one whose extra is not installed, `_in_functions` reads the expressions in its source."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("imaging_trials", "rdfkit"):
            raise
        return SimpleNamespace()


def _regexes() -> dict["re.Pattern[str]", str]:
    """Return every regular expression of the packages and of the shapes, with its location."""
    found: dict[re.Pattern[str], str] = {}
    packages = [pkgutil.walk_packages(one.__path__, f"{one.__name__}.") for one in (imaging_trials, rdfkit)]
    for info in chain(*packages):
        if not info.name.endswith("__main__"):
            for name, value in vars(_module(info.name)).items():
                for place, regex in _in_value(value, f"{info.name}.{name}"):
                    found.setdefault(regex, place)
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        for place, regex in _in_functions(path):
            found.setdefault(regex, place)
    found |= {re.compile(rf"\A(?:{form})\Z"): f"xsd:{name}" for name, form in datatypes.FORMS.items()}
    for path in named_graphs.shape_files(PROJECT):
        for quad in reading.read(path):
            if quad.predicate.value == PROJECT.expand("sh:pattern") and isinstance(quad.object, Literal):
                found.setdefault(re.compile(quad.object.value), path.name)
    return found


def matched(match: Callable[[str], object], before: str, pump: str, length: int) -> object:
    """Match a text of so many characters with an end that no expression expects."""
    return match(f"{before}{pump * (length // len(pump))}\0")


def test_every_expression_is_linear() -> None:
    regexes = _regexes()
    assert len(regexes) > 100
    assert {"rdfkit.sparql.guard._TOKEN", "imaging_trials.model.nuclide_notation._NOTATION"} <= {*regexes.values()}

    def work(at: Callable[[object], None]) -> None:
        for regex, name in regexes.items():
            if regex.pattern in TO_FIX:
                continue
            signs = sorted({c for c in regex.pattern if not c.isalnum()} | set('a1A "'))
            words = sorted(set(re.findall(r"[A-Za-z]{2,}", regex.pattern)))[:6]
            pumps = [*signs[:20], *words, *(f"{word}{sign}" for word in words for sign in ' -:<1"'), *PUMPS]
            pumps += [one + other for one in signs[:12] for other in signs[:12]]
            for pump in pumps:
                for before in ("", *words[:1]):
                    at((name, before, pump))
                    match = regex.fullmatch if name in WHOLE else regex.match if name in AT_A_PLACE else regex.search
                    assert is_linear(partial(matched, match, before, pump), 2000)

    hostile_texts.in_fork(work, seconds=300)


def test_a_quadratic_expression_is_noticed() -> None:
    slow = re.compile(r"(?:\bpmid\b\s*:?\s*)([0-9]{1,9})")
    assert not is_linear(lambda length: slow.search("pmid" + " " * length + "\0"), 2000)
    assert is_linear(lambda length: re.search("pmid", "pmid" + " " * length + "\0"), 2000)
