"""The structure of the code: two packages, rooms with doors, imports that go downwards, short files."""

import importlib
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.imports import (
    PACKAGES,
    ROOMS,
    between_rooms,
    door,
    drawn,
    imports,
    modules,
    picture,
    room,
)

MAX_LINES = 400
MAX_ROOMS = 9


def test_rdfkit_imports_nothing_of_imaging_trials() -> None:
    found = [one for one in imports() if one.by.startswith("rdfkit") and one.module.startswith("imaging_trials")]
    assert [str(one) for one in found] == []


def test_table_lists_every_room() -> None:
    assert {room(name) for name in modules()} - {""} == set(ROOMS)


def test_a_package_has_at_most_nine_rooms() -> None:
    for package in PACKAGES:
        folders = [path.parent for path in (ROOT / "scripts" / package).glob("*/__init__.py")]
        assert len(folders) <= MAX_ROOMS, package


def test_imports_go_downwards() -> None:
    order = {name: at for at, name in enumerate(ROOMS)}
    upwards = [str(one) for by, target, one in between_rooms() if order[by] < order[target]]
    assert upwards == [], "the order is that of ROOMS in tests/support/imports.py"


def test_imports_go_through_the_door() -> None:
    past = [str(one) for _, _, one in between_rooms() if one.is_past_the_door]
    assert past == [], "import what the __init__ of the room names, or name it there"


def test_a_door_names_only_what_is_there() -> None:
    missing = [
        f"{name}: {one}" for name in ROOMS for one in door(name) if not hasattr(importlib.import_module(name), one)
    ]
    assert missing == []


def test_no_module_reaches_itself() -> None:
    """No module imports itself through others, imports inside functions included; a door names what is behind it."""
    doors = {name for name in modules() if any(other.startswith(f"{name}.") for other in modules())}
    below: dict[str, set[str]] = {name: set() for name in modules()}
    for one in imports():
        if one.by not in doors and not one.is_for_types:
            below[one.by].add(one.target)
    while (reach := {name: found.union(*(below[other] for other in found)) for name, found in below.items()}) != below:
        below = reach
    assert [name for name, found in below.items() if name in found] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_picture_shows_the_imports(package: str) -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    assert drawn(text, package) == picture(package), f"write this into docs/design.md:\n{picture(package)}"


@cache
def python_files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).exists()})


def test_no_python_file_is_longer_than_400_lines() -> None:
    found = {}
    for name in python_files():
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > MAX_LINES:
            found[name] = lines
    assert found == {}, "split these files"


def test_support_has_no_test() -> None:
    tests = [name for name in python_files() if name.startswith("tests/support/")]
    assert [name for name in tests if Path(name).name.startswith("test_")] == []
    assert [name for name in tests if "\ndef test_" in (ROOT / name).read_text(encoding="utf-8")] == []


def test_tools_and_support_import_no_test_module() -> None:
    for name in python_files():
        if name.startswith(("tools/", "tests/support/", "benchmarks/")):
            text = (ROOT / name).read_text(encoding="utf-8")
            named = [
                line.strip() for line in text.splitlines() if line.strip().startswith(("from tests", "import tests"))
            ]
            assert [line for line in named if not line.startswith(("from tests.support", "from tests.conftest"))] == []


def test_pytest_skips_no_folder_that_has_tests(pytestconfig: pytest.Config) -> None:
    """By default pytest skips folders called ``build``: a room of that name would lose its tests without a word."""
    skipped = pytestconfig.getini("norecursedirs")
    folders = {part for name in python_files() if name.startswith("tests/") for part in Path(name).parts[1:-1]}
    assert "build" in folders
    assert [folder for folder in sorted(folders) for pattern in skipped if fnmatch(folder, pattern)] == []
