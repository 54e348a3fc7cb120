"""The wheel: its contents, and that it works outside the checkout, with base dependencies only and no network."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from imaging_trials.model.project import PROJECT
from rdfkit.rdf.named_graphs import content_key
from tests.conftest import ROOT

pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.prove]

SOURCES = ("ontology", "data", "shapes", "queries")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, and the wheel from that archive, so that both are tested."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, with its base dependencies only, into a new environment; return the bin folder of that one."""
    return install_without_network(wheel, tmp_path_factory.mktemp("environment"))


def install_without_network(wheel: Path, environment: Path, extra: str = "") -> Path:
    """Install the wheel into a new environment with links to what it depends on, and return the bin folder."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    for name in base_dependencies(extra):
        link_distribution(name, site)
    return python.parent


def base_dependencies(extra: str = "") -> set[str]:
    """Return the names of the distributions that the wheel requires, with those of an extra if one is named."""
    waiting = [("imaging-trials", extra)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        for requirement in map(Requirement, distribution(name).requires or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                wanted = {(requirement.name, extra) for extra in {"", *requirement.extras}} - seen
                seen |= wanted
                waiting += wanted
    return {name for name, _ in seen}


def link_distribution(name: str, site: Path) -> None:
    """Link an installed distribution into another environment's site-packages: an install that needs no network."""
    source = distribution(name)
    for top in {file.parts[0] for file in source.files or [] if file.parts[0] != ".."}:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(source.locate_file(top))))


def without_network() -> list[str]:
    """Return the words that start a command in its own network namespace, if this machine allows one."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        try:
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
        except FileNotFoundError:
            break
    return []


def run_far_away(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run in an empty folder with an empty home and no network; without a namespace, proxies point to a closed port."""
    here = folder / "here"
    home = folder / "home"
    here.mkdir()
    home.mkdir()
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    return subprocess.run(
        [*without_network(), *command],
        cwd=here, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_wheel_contains_exactly_these_files(wheel: Path) -> None:
    """The wheel contains the package, the sources and the built graph, and nothing else."""
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"imaging_trials/graph_files/{file.relative_to(ROOT).as_posix()}"
        for folder in SOURCES
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
    }
    expected |= {
        file.relative_to(ROOT / "scripts").as_posix()
        for file in (ROOT / "scripts").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    built = {name for name in names if name.startswith("imaging_trials/graph_files/dist/")}
    described = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    assert {"imaging-trials.nq", "manifest.json"} <= {name.rpartition("/")[2] for name in built}
    assert names - built - described == expected


def test_the_wheel_has_licenses_and_base_dependencies(wheel: Path) -> None:
    """The wheel contains the licenses and requires the base dependencies only."""
    archive = zipfile.ZipFile(wheel)
    licenses = {name.partition("/licenses/")[2] for name in archive.namelist() if "/licenses/" in name}
    assert licenses == {"LICENSE", "LICENSES/Apache-2.0.txt", "LICENSES/CC0-1.0.txt"}
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    needed = re.findall(r"(?m)^Requires-Dist: ([A-Za-z0-9-]+)[^;\n]*$", archive.read(metadata).decode())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = {re.split(r"[<>=]", dependency)[0].lower() for dependency in project["dependencies"]}
    assert set(needed) == stated


def test_the_graph_in_the_wheel_is_built_from_these_sources(wheel: Path) -> None:
    manifest = json.loads(zipfile.ZipFile(wheel).read("imaging_trials/graph_files/dist/manifest.json"))
    assert manifest["content_key"] == content_key(PROJECT)


def test_the_page_itself_is_not_in_the_wheel(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    sentence = b"contribute to advancing knowledge and making progress in the fight against cancer"
    assert not [name for name in archive.namelist() if sentence in archive.read(name)]


def test_an_installed_wheel_lists_its_queries_offline(installed: Path, tmp_path: Path) -> None:
    """An installed wheel lists its queries from an empty folder without a network."""
    done = run_far_away([str(installed / "imt"), "query", "--list"], tmp_path)
    assert done.returncode == 0, done.stderr
    for file in (ROOT / "queries").glob("*/*.rq"):
        assert file.stem in done.stdout


def test_an_installed_wheel_answers_as_the_checkout_does(installed: Path, tmp_path: Path) -> None:
    answer = min((ROOT / "queries").glob("*/answers/*.tsv"))
    done = run_far_away([str(installed / "imt"), "query", answer.stem, "--format", "tsv"], tmp_path)
    assert (done.returncode, done.stdout) == (0, answer.read_text(encoding="utf-8")), done.stderr


def test_an_installed_wheel_writes_nothing_in_the_work_folder(installed: Path, tmp_path: Path) -> None:
    run_far_away([str(installed / "imt"), "query", "--list"], tmp_path)
    assert not list((tmp_path / "here").iterdir())


def test_an_installed_wheel_builds_into_the_work_folder(installed: Path, tmp_path: Path) -> None:
    def packed() -> dict[str, int]:
        """Return the files of the installed graph with their times."""
        folder = next(installed.parent.rglob("imaging_trials/graph_files"))
        return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}

    before = packed()
    done = run_far_away([str(installed / "imt"), "build", "--no-validate"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "dist" / "imaging-trials.nq").is_file()
    assert packed() == before


def test_an_installed_wheel_says_what_the_site_needs(installed: Path, tmp_path: Path) -> None:
    done = run_far_away([str(installed / "imt"), "site"], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'imaging-trials[site]'" in done.stderr
    assert not list((tmp_path / "here").iterdir())


def test_an_installed_wheel_writes_the_site(wheel: Path, tmp_path: Path) -> None:
    """With the packages of the extra, and without the guides, whose sources are in a checkout."""
    environment = tmp_path / "environment"
    binaries = install_without_network(wheel, environment, "site")
    for program in ("graphviz-pure",):
        found = shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert found
        (binaries / program).symlink_to(found)
    done = run_far_away([str(binaries / "imt"), "site"], tmp_path)
    assert done.returncode == 0, done.stderr
    site = tmp_path / "here" / "dist" / "site"
    assert str(Path("dist") / "site" / "index.html") in done.stdout
    for page in ("index.html", "id/agent/fes.html", "question/agents.html", "vocab.html", "static/style.css"):
        assert (site / page).is_file(), page
    assert "part of a checkout" in (site / "guides.html").read_text(encoding="utf-8")
    assert not (site / "guides").exists()


@pytest.mark.prove
def test_pip_installs_the_wheel_with_locked_dependencies(wheel: Path, tmp_path: Path) -> None:
    """pip installs the wheel with its locked dependencies, and the installed graph validates itself."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "environment")], check=True)
    binaries = tmp_path / "environment" / "bin"
    lock = re.sub(r" \\\n(?: +--hash=.*\n)+", "\n", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (tmp_path / "versions.txt").write_text(lock, encoding="utf-8")
    install = [
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        str(tmp_path / "versions.txt"),
    ]
    subprocess.run([str(binaries / install[0]), *install[1:], str(wheel)], check=True)
    done = run_far_away([str(binaries / "imt"), "validate"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
