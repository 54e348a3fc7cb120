"""`w3id/.htaccess` redirects each IRI of this project to the file that describes it, in a real Apache."""

import http.client
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from imaging_trials import __version__
from imaging_trials.model.project import PROJECT
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT, Imt
from tests.support.servers import free_port, needs
from tools import released_names

pytestmark = [pytest.mark.xdist_group("serve"), pytest.mark.prove]

HTACCESS = ROOT / "w3id" / ".htaccess"
HTML, TURTLE, JSON_LD, N_TRIPLES = "text/html", "text/turtle", "application/ld+json", "application/n-triples"
RDF_XML, TRIG, N_QUADS = "application/rdf+xml", "application/trig", "application/n-quads"
FORMATS = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)

VOCABULARY = {
    HTML: "site/vocab.html",
    TURTLE: "imaging-trials-vocabulary.ttl",
    JSON_LD: "imaging-trials.jsonld",
    N_TRIPLES: "imaging-trials-vocabulary.nt",
    RDF_XML: "imaging-trials-vocabulary.rdf",
}
WHOLE = {TRIG: "imaging-trials.trig", N_QUADS: "imaging-trials.nq"}
PAGE = {
    HTML: "site/graph/page.html",
    TURTLE: "imaging-trials-page.nt",
    JSON_LD: "imaging-trials.jsonld",
    N_TRIPLES: "imaging-trials-page.nt",
    **WHOLE,
}
DATASET = {
    HTML: "site/dataset.html",
    TURTLE: "void.ttl",
    JSON_LD: "dataset.jsonld",
    N_TRIPLES: "imaging-trials-dataset.nt",
}


def thing(name: str) -> dict[str, str]:
    """Return where the IRI of a thing leads: to its page and the files beside that, or to all quads."""
    endings = {HTML: ".html", TURTLE: ".ttl", JSON_LD: ".jsonld", N_TRIPLES: ".nt"}
    return {media: f"site/{name}{ending}" for media, ending in endings.items()} | WHOLE


FES = thing("id/agent/fes")
LEADS = {
    "vocab": VOCABULARY,
    "vocab#PharmaceuticalAgent": VOCABULARY,
    f"vocab/{__version__}": VOCABULARY,
    "graph/page": PAGE,
    "graph/vocabulary": {**VOCABULARY, HTML: "site/graph/vocabulary.html", **WHOLE},
    "dataset": DATASET,
    f"dataset/{__version__}": DATASET,
    **{
        name: thing(name)
        for name in (
            "concept/phase",
            "concept/phase/phase-1-2",
            "id/agent/fes",
            "id/mapping/atc-agent-fdg-V09IX04",
        )
    },
}
"""One IRI of each kind, and the file that it redirects to for each available format."""


@pytest.fixture(scope="module")
def graph() -> Store:
    return open_store(PROJECT)


@pytest.fixture(scope="module")
def names(graph: Store) -> list[str]:
    return sorted(name.removeprefix(PROJECT.base) for name in released_names.names(graph))


class Reply(NamedTuple):
    """Status of a response, its target without the address of the release files, and its headers."""

    status: int
    file: str
    headers: "dict[str, str]"


class Apache:
    """A running Apache with the rules, asked over one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(self, name: str, accept: str | None = None) -> Reply:
        """Request an IRI as a client does: without its fragment."""
        self._connection.request(
            "GET", f"/imaging-trials/{name.partition('#')[0]}", headers={"Accept": accept} if accept is not None else {}
        )
        response = self._connection.getresponse()
        response.read()
        headers = {key.lower(): value for key, value in response.getheaders()}
        return Reply(response.status, headers.get("location", "").removeprefix(files_address() + "/"), headers)


def files_address() -> str:
    """Return the one address of the release files in the rules."""
    (found,) = re.findall(r"E=FILES:([^\]]+)\]", HTACCESS.read_text(encoding="utf-8"))
    return str(found)


@pytest.fixture(scope="module")
def apache() -> Iterator[Apache]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
        program = needs("apache2")
    modules = Path("/usr/lib/apache2/modules")
    # Not pytest's own folder: an Apache that root starts drops its privileges, and cannot read that folder.
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        here.chmod(0o755)
        (here / "site" / "imaging-trials").mkdir(parents=True)
        (here / "site" / "imaging-trials" / ".htaccess").write_bytes(HTACCESS.read_bytes())
        port = free_port()
        load = "\n".join(
            f"LoadModule {name}_module {modules}/mod_{name}.so"
            for name in ("mpm_event", "authz_core", "alias", "rewrite", "headers")
        )
        (here / "httpd.conf").write_text(
            f"""ServerRoot "{here}"
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile "{here}/pid"
DefaultRuntimeDir "{here}"
ErrorLog "{here}/error.log"
{load}
User www-data
Group www-data
MaxKeepAliveRequests 0
KeepAliveTimeout 100
DocumentRoot "{here}/site"
<Directory "{here}/site">
  AllowOverride All
  Require all granted
</Directory>
""",
            encoding="utf-8",
        )
        command = [str(program), "-X", "-f", str(here / "httpd.conf")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield _answering(port, process, here / "error.log")
            finally:
                process.terminate()
                process.wait(20)


def _answering(port: int, process: "subprocess.Popen[str]", log: Path) -> Apache:
    end = time.monotonic() + 20
    while True:
        server = Apache(port)
        try:
            server.ask("")
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                logged = log.read_text(encoding="utf-8") if log.exists() else ""
                raise RuntimeError(
                    f"Apache does not answer: {logged}{process.stdout.read() if process.stdout else ''}"
                ) from None
            time.sleep(0.05)
        else:
            return server


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, imt: Imt) -> Path:
    folder = tmp_path_factory.mktemp("release")
    done = imt("build", "--release", "--no-validate", "--quiet", "--output", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", LEADS)
def test_each_kind_of_name_redirects_to_the_right_file(apache: Apache, release: Path, name: str) -> None:
    """Each kind of name redirects to the right file for each format."""
    for accept in FORMATS:
        reply = apache.ask(name, accept)
        wanted = LEADS[name].get(accept)
        assert reply[:2] == ((303, f"{__version__}/{wanted}") if wanted else (406, "")), accept
        assert reply.headers["vary"].lower() == "accept"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert wanted is None or wanted.startswith("site/") or (release / wanted).is_file()


def test_every_shipped_name_redirects_to_its_description(apache: Apache, release: Path, names: list[str]) -> None:
    """Every name of the shipped graph redirects to a file that describes it.

    What the files beside a page of the site state is shown by tests/proofs/test_site.py, for every thing.
    """
    subjects = {
        path.name: set(re.findall(r"(?m)^<([^>]*)>", path.read_text(encoding="utf-8"))) for path in release.glob("*.nt")
    }
    for name in names:
        reply = apache.ask(name, N_TRIPLES)
        assert (reply.status, reply.file.partition("/")[0]) == (303, __version__), name
        file = reply.file.partition("/")[2]
        if name.startswith("graph/"):
            assert file == f"imaging-trials-{name.partition('/')[2]}.nt"
        elif name.startswith(("id/", "concept/")):
            assert file == f"site/{name}.nt"
            continue
        elif name != f"vocab/{__version__}":  # as the file itself states
            assert PROJECT.base + name in subjects[file], name
        assert (release / file).is_file()


def test_the_rules_cover_exactly_the_kinds_and_graphs(names: list[str]) -> None:
    """The rules name the kinds and graphs that exist, and no others."""
    rules = HTACCESS.read_text(encoding="utf-8")
    for first in ("id", "concept", "graph"):
        (listed,) = re.findall(rf"(?m)^RewriteRule \^{first}/\((?:\?:)?([a-z|-]+)\)", rules)
        assert listed.split("|") == sorted({name.split("/")[1] for name in names if name.startswith(f"{first}/")})


def test_a_versioned_name_redirects_to_that_version(apache: Apache) -> None:
    """A name with a version redirects to that version, and one without a version to the newest."""
    rules = HTACCESS.read_text(encoding="utf-8")
    assert f"[E=VERSION:{__version__}]" in rules, "the newest version in w3id/.htaccess is not this one"
    assert re.escape(__version__) in rules.split("(?!(?:")[1].partition(")")[0].split("|")
    for name in ("vocab", "dataset"):
        assert apache.ask(name, TURTLE)[:2] == apache.ask(f"{name}/{__version__}", TURTLE)[:2]
        assert apache.ask(f"{name}/0.0.7", TURTLE).status == 404
    assert apache.ask("release/0.0.7/README.md").status == 404


def test_every_release_file_is_found_by_its_own_name(apache: Apache, release: Path) -> None:
    """Every file of a release is found by its own name, whatever formats the client accepts."""
    for path in release.iterdir():
        for accept in (None, HTML, "image/png"):
            reply = apache.ask(f"release/{__version__}/{path.name}", accept)
            assert reply[:2] == (302, f"{__version__}/{path.name}")
    assert apache.ask(f"release/{__version__}/")[:2] == (302, f"{__version__}/README.md")
    assert apache.ask("")[:2] == (302, f"{__version__}/README.md")
    assert apache.ask("context.jsonld", "application/ld+json")[:2] == (302, f"{__version__}/context.jsonld")
    for name in (
        "index.html",
        "id/agent/fes.html",
        "id/agent/fes.ttl",
        "question/agents.rq",
        "feed.atom",
        "sitemap.xml",
    ):
        assert apache.ask(name, "image/png")[:2] == (302, f"{__version__}/site/{name}")


@pytest.mark.parametrize(
    "name",
    [
        "id/unicorn/fes",
        "id/agent",
        "id/agent/",
        "id/agent/fes/more",
        "id/agent/a%20b",
        "concept/none",
        "concept/phase/a/b",
        "graph/none",
        "graph/page/x",
        "vocab/",
        "vocab/latest",
        "Vocab",
        "vocabulary",
        "dataset/x",
        f"release/{__version__}/../secret",
        f"release/{__version__}/a/b",
        ".htaccess",
        "README.md",
        "static/site.js",
    ],
)
def test_iris_outside_the_project_are_not_found(apache: Apache, name: str) -> None:
    reply = apache.ask(name, TURTLE)
    assert (reply.status, reply.file) == (404, "") or (name == ".htaccess" and reply.status in {403, 404})


@pytest.mark.parametrize(
    "accept", ["image/png", "text/turtle;q=0", "application/rdf+xml", "application/sparql-results+json"]
)
def test_an_unavailable_format_is_not_acceptable(apache: Apache, accept: str) -> None:
    assert apache.ask("id/agent/fes", accept).status == 406


@pytest.mark.parametrize(
    ("accept", "file"),
    [
        (None, "site/id/agent/fes.ttl"),
        ("", "site/id/agent/fes.ttl"),
        ("*/*", "site/id/agent/fes.ttl"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "site/id/agent/fes.html"),
        ("application/xhtml+xml", "site/id/agent/fes.html"),
        ("application/rdf+xml, */*;q=0.1", "site/id/agent/fes.ttl"),
        ("application/rdf+xml;q=1.0, application/n-triples;q=0.05", "site/id/agent/fes.nt"),
        ("TEXT/TURTLE; charset=utf-8; q=0.4 , application/LD+JSON ;q=0.6", "site/id/agent/fes.jsonld"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "site/id/agent/fes.jsonld"),
        ("application/n-quads, text/turtle", "imaging-trials.nq"),
        ("application/*", "site/id/agent/fes.jsonld"),
        ("text/*;q=0.3", "site/id/agent/fes.ttl"),
        ("*/*;q=0, text/html;q=0.001", "site/id/agent/fes.html"),
    ],
)
def test_the_accept_headers_of_clients_in_use_get_what_they_mean(apache: Apache, accept: str | None, file: str) -> None:
    assert apache.ask("id/agent/fes", accept)[:2] == (303, f"{__version__}/{file}")


@settings(max_examples=150, deadline=None)
@given(
    kinds=st.lists(st.sampled_from([*FORMATS, "image/png"]), min_size=1, max_size=8, unique=True),
    qualities=st.permutations(range(11)),
)
@example(kinds=[TURTLE, HTML], qualities=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
def test_the_format_with_the_highest_quality_wins(apache: Apache, kinds: list[str], qualities: list[int]) -> None:
    wished = dict(zip(kinds, qualities, strict=False))
    accept = ", ".join(f"{kind};q={quality / 10:.1f}" for kind, quality in wished.items())
    possible = [kind for kind in kinds if kind in FES and wished[kind] > 0]
    reply = apache.ask("id/agent/fes", accept)
    if possible:
        assert reply[:2] == (303, f"{__version__}/{FES[max(possible, key=wished.__getitem__)]}")
    else:
        assert reply.status == 406
