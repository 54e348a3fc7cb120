"""The vendored files of the site: the engine Oxigraph, and the editor CodeMirror with its grammar for SPARQL.

They are committed, so that only maintainers need Node. ``package-lock.json`` pins every package by its digest, and no
script of a package is run. ``vendor.lock`` lists what the files were made from, with licenses, and their digests.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from imaging_trials.model.project import PROJECT

SOURCES = Path(__file__).resolve().parent
FOLDER = PROJECT.root / "scripts" / "imaging_trials" / "site" / "vendor"

LOCK = "vendor.lock"
"""The name of the list of packages and digests, as JSON."""

WASM = "oxigraph.wasm.gz"
"""The engine, compressed. zlib may compress otherwise in another version, so its digest is that of the content."""

LICENSES = "LICENSES.txt"

_MAX_SECONDS = 300

_TAKEN_UNDER = {"MIT OR Apache-2.0": "Apache-2.0"}
"""The license that is chosen where a package offers two."""


def make() -> dict[str, bytes]:
    """Return the vendored files by name. Needs npm, and the registry that it is set up for.

    Raises RuntimeError if npm or esbuild fails, or a package has no license that is known here.
    """
    with tempfile.TemporaryDirectory(prefix="imaging-trials-vendor-") as name:
        folder = Path(name)
        for source in ("package.json", "package-lock.json", "editor.js"):
            shutil.copy(SOURCES / source, folder)
        _run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        _run(
            folder, "node_modules/.bin/esbuild", "editor.js", "--bundle", "--minify", "--format=iife",
            "--target=es2022", "--charset=utf8", "--legal-comments=none", "--metafile=meta.json", "--outfile=out.js",
        )  # fmt: skip
        engine = folder / "node_modules" / "oxigraph"
        made = {
            "editor.js": (folder / "out.js").read_bytes(),
            "oxigraph.js": (engine / "web.js").read_bytes(),
            WASM: gzip.compress((engine / "web_bg.wasm").read_bytes(), 9, mtime=0),
        }
        packages = _packages(folder)
        made[LICENSES] = _licenses(folder, packages)
    made[LOCK] = _lock(packages, made)
    return dict(sorted(made.items()))


def content(name: str, data: bytes) -> bytes:
    """Return what counts of a vendored file: all bytes, or the content of a compressed one."""
    return gzip.decompress(data) if name.endswith(".gz") else data


def write(made: dict[str, bytes], folder: Path) -> list[str]:
    """Write the files into a folder, leave those whose content is the same, and return what was done, in words."""
    folder.mkdir(exist_ok=True)
    done = []
    for path in sorted(folder.iterdir()):
        if path.name not in made:
            path.unlink()
            done.append(f"removed {path.name}")
    for name, data in made.items():
        path = folder / name
        if path.is_file() and content(name, path.read_bytes()) == content(name, data):
            continue
        path.write_bytes(data)
        done.append(f"wrote {name}, {len(data):,} bytes")
    return done or ["nothing has changed"]


def _run(folder: Path, *command: str) -> None:
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_MAX_SECONDS, check=False
        )
    except FileNotFoundError:
        raise RuntimeError(f"{command[0]} is not installed: install Node 20 or newer, with npm.") from None
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{done.stderr[-2000:]}")


def _packages(folder: Path) -> list[dict[str, str]]:
    """Return the packages that are in the files: the engine, and what esbuild put into the editor."""
    locked: dict[str, Any] = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    inputs = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["inputs"]
    used = {"node_modules/oxigraph": ["oxigraph.js", WASM]}
    for path in inputs:
        parts = path.split("/")
        if parts[0] == "node_modules":
            used["/".join(parts[: 3 if parts[1].startswith("@") else 2])] = ["editor.js"]
    return [
        {
            "name": name.removeprefix("node_modules/"),
            "version": locked[name]["version"],
            "license": locked[name]["license"],
            "integrity": locked[name]["integrity"],
            "in": ", ".join(files),
        }
        for name, files in sorted(used.items())
    ]


def _licenses(folder: Path, packages: list[dict[str, str]]) -> bytes:
    """Return the licenses of all packages as one text."""
    found = ["What is in this folder comes from these packages, under the licenses below.\n"]
    for one in packages:
        taken = _TAKEN_UNDER.get(one["license"], one["license"])
        if taken == "MIT":
            text = (folder / "node_modules" / one["name"] / "LICENSE").read_text(encoding="utf-8")
        elif taken == "Apache-2.0":
            text = (PROJECT.root / "LICENSES" / "Apache-2.0.txt").read_text(encoding="utf-8")
        else:
            raise RuntimeError(f"{one['name']} has the license {one['license']}: read it, and add it to this program.")
        under = one["license"] if taken == one["license"] else f"{one['license']}, used under {taken}"
        found.append(f"{'=' * 80}\n{one['name']} {one['version']} ({under}), in {one['in']}\n\n{text.strip()}\n")
    return "\n".join(found).encode()


def _lock(packages: list[dict[str, str]], made: dict[str, bytes]) -> bytes:
    bundler = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    listed = {
        "made by": "make vendor",
        "packages": packages,
        "bundled by": bundler,
        "sha256": {name: hashlib.sha256(content(name, data)).hexdigest() for name, data in sorted(made.items())},
        "bytes": {name: len(content(name, data)) for name, data in sorted(made.items())},
    }
    return json.dumps(listed, indent=1, ensure_ascii=False).encode() + b"\n"
