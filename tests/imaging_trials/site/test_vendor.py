"""The vendored files of the site are those of ``vendor.lock``, and it names the packages that npm's lock pins."""

import hashlib
import json
from importlib.resources import files

from imaging_trials.site.engine import VENDORED
from tools.vendor import making


def test_vendored_files_have_the_digests_of_the_lock() -> None:
    lock = json.loads((making.FOLDER / making.LOCK).read_bytes())
    found = {}
    for path in making.FOLDER.iterdir():
        if path.name != making.LOCK:
            found[path.name] = hashlib.sha256(making.content(path.name, path.read_bytes())).hexdigest()
    assert found == lock["sha256"]
    assert sorted({*found, making.LOCK}) == sorted(VENDORED)


def test_the_lock_names_the_packages_that_are_pinned() -> None:
    lock = json.loads((making.FOLDER / making.LOCK).read_bytes())
    pinned = json.loads((making.SOURCES / "package-lock.json").read_bytes())["packages"]
    for one in lock["packages"]:
        of_npm = pinned[f"node_modules/{one['name']}"]
        assert {name: of_npm[name] for name in ("version", "license", "integrity")}.items() <= one.items()
    assert {"oxigraph", "@codemirror/view", "codemirror-lang-sparql"} <= {one["name"] for one in lock["packages"]}


def test_each_package_has_its_license() -> None:
    lock = json.loads((making.FOLDER / making.LOCK).read_bytes())
    licenses = (files("imaging_trials.site") / "vendor" / making.LICENSES).read_text(encoding="utf-8")
    for one in lock["packages"]:
        assert f"\n{one['name']} {one['version']} ({one['license']}" in licenses


def test_no_registry_is_named() -> None:
    """Packages come from the registry that npm is set up for: the lock of npm has digests, and no addresses."""
    assert "http" not in (making.SOURCES / "package-lock.json").read_text(encoding="utf-8")
