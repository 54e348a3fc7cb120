"""The repository itself: layout, lock file, prefixes, license, citation, and the contents of the named graphs."""

import json
import re
import subprocess
import tomllib
from collections import Counter
from functools import cache

import pytest
import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, Store, parse

import imaging_trials
from imaging_trials.model.project import PROJECT
from rdfkit.rdf.named_graphs import read_sources, shape_files
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT

LAYOUT = [
    r"(CHANGELOG|CONTRIBUTING|README)\.md|CITATION\.cff|LICENSE|Makefile|pyproject\.toml|requirements\.lock|hatch_build\.py",
    r"\.gitignore|\.gitattributes|\.ci/run|\.zenodo\.json|\.pre-commit-hooks\.yaml|LICENSES/[A-Za-z0-9.-]+\.txt",
    r"ontology/(imaging-trials|alignments|[a-z-]+)\.ttl|ontology/concepts/[a-z-]+\.ttl|ontology/rules/[a-z0-9-]+\.(ru|rq)|ontology/context\.jsonld",
    r"ontology/migrations/[0-9.]+\.(tsv|ru)",
    r"data/(page|curated)/([a-z-]+/)?[a-z0-9-]+\.ttl|data/page/[a-z-]+\.tsv|data/links/[a-z0-9-]+(\.sssom)?\.tsv|data/dataset\.ttl",
    r"data/sources/[a-z0-9-]+\.(tsv|txt)",
    r"shapes/(common|curation)/[a-z-]+\.ttl",
    r"queries/[a-z-]+/[a-z0-9-]+\.rq|queries/[a-z-]+/answers/[a-z0-9-]+\.(tsv|nt|txt)",
    r"scripts/(imaging_trials|rdfkit)/([a-z_]+/)*([a-z_]+\.(py|json|tsv)|py\.typed)",
    r"scripts/imaging_trials/site/(static/[a-z]+\.(js|css|svg)|templates/[a-z_]+\.(html|xml))",
    r"scripts/imaging_trials/site/(fonts/[a-z-]+\.woff2|vendor/[a-z]+\.(js|wasm\.gz)|(fonts|vendor)/[a-zA-Z]+\.(txt|lock))",
    r"tests/([a-z_]+/)*[a-z0-9_]+\.py|tests/(sssom|browser|doors|imports|spark)\.lock|tests/fixtures/.+",
    r"tests/browser/[a-z-]+\.(json|mjs)|tools/vendor/[a-z-]+\.(js|json)",
    r"tools/([a-z_]+/)*[a-z_]+\.py|tools/owl/Profile\.java|tools/mutation/[a-z-]+\.tsv",
    r"benchmarks/([a-z_]+\.(py|ttl|lock)|agent-names(-real)?\.tsv|README\.md)|docs/[a-z-]+\.md|w3id/(\.htaccess|README\.md|released\.txt)",
]
"""Where a file may be. A new kind of location must be added here and to the design."""

# Each name is broken by an escape or a bracket, so that this file does not contain what it forbids.
FORBIDDEN = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|/simple[/]|--(index-url|find-links|trusted-host)"
    r"|(^|[^\w.])/(work|root|farm|home)/[a-z]"
)
PREFIX = re.compile(r"(?im)^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>")


@cache
def committed_files() -> list[str]:
    """Return the files that git tracks or would add, as paths from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).exists()})


def text_of(name: str) -> str:
    """Return a committed file's text; bytes that are no UTF-8 (some fixtures are broken on purpose) are replaced."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def whole_graph() -> Store:
    """Return the shipped graph with the inferred triples."""
    return open_store(PROJECT)


def test_every_file_is_in_a_folder_of_the_layout() -> None:
    places = re.compile("|".join(f"({place})" for place in LAYOUT))
    assert [name for name in committed_files() if not places.fullmatch(name)] == []


def test_no_file_names_a_registry_or_a_local_folder() -> None:
    """No file names a package registry or a folder of a developer's machine."""
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in committed_files()
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_locks_have_hashes_and_cover_every_dependency() -> None:
    """Every locked package has hashes, and the locks cover every declared dependency.

    What only the extras for users need is in the lock of the doors: `make run` and `make test` do not install it.
    """
    project = tomllib.loads(text_of("pyproject.toml"))
    entries = re.findall(
        r"(?m)^([a-z0-9-]+)==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text_of("requirements.lock")
    )
    pinned = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", text_of("requirements.lock"))
    assert [name for name, _ in entries] == pinned
    declared = [
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *project["build-system"]["requires"],
    ]
    doors = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", text_of("tests/doors.lock"))
    names = {re.split(r"[<>=\[ ]", line)[0].lower().replace("_", "-") for line in declared}
    of_spark = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", text_of("tests/spark.lock"))
    assert names - {"imaging-trials"} <= {*pinned, *doors, *of_spark}
    assert names - set(pinned) == {"argcomplete", "imaging-trials", "mcp", "pandas", "pyspark"}


def test_prefixes_mean_the_same_in_every_file_of_the_graph() -> None:
    """The rules of a migration may declare prefixes that the project no longer has."""
    wrong = [
        f"{name}: {prefix}: <{iri}>"
        for name in committed_files()
        if name.endswith((".ttl", ".rq", ".ru")) and not name.startswith("tests/")
        for prefix, iri in PREFIX.findall(text_of(name))
        if PROJECT.prefixes.get(prefix, iri if name.startswith("ontology/migrations/") else None) != iri
    ]
    assert wrong == []


def test_shapes_declare_the_prefixes_of_the_project() -> None:
    """Shapes declare the same prefixes for their SPARQL as the project does."""
    sh = PROJECT.prefixes["sh"]
    graph = Store()
    for file in shape_files(PROJECT):
        graph.load(path=str(file), base_iri=PROJECT.base)
    declared = {
        (prefix.object.value, namespace.object.value)
        for prefix in graph.quads_for_pattern(None, NamedNode(sh + "prefix"), None)
        for namespace in graph.quads_for_pattern(prefix.subject, NamedNode(sh + "namespace"), None)
        if isinstance(prefix.object, Literal) and isinstance(namespace.object, Literal)
    }
    assert declared
    assert declared <= set(PROJECT.prefixes.items())


def test_fixtures_use_the_prefixes_of_the_project() -> None:
    """Fixtures use the project's prefixes under their own names."""
    wrong = [
        f"{name}: {prefix}: <{iri}>"
        for name in committed_files()
        if name.endswith(".ttl") and name.startswith("tests/fixtures/")
        for prefix, iri in PREFIX.findall(text_of(name))
        if PROJECT.prefixes.get(prefix, iri) != iri
        or (iri in PROJECT.prefixes.values() and prefix not in PROJECT.prefixes)
    ]
    assert wrong == []


def test_data_files_have_no_blank_node() -> None:
    files = sorted((ROOT / "data").rglob("*.ttl"))
    assert files
    blank = [
        f"{file.relative_to(ROOT)}: {quad}"
        for file in files
        for quad in parse(path=str(file))
        if BlankNode in (type(quad.subject), type(quad.object))
    ]
    assert blank == []


def test_inferred_triples_have_no_blank_node(whole_graph: Store) -> None:
    inferred = list(whole_graph.quads_for_pattern(None, None, None, PROJECT.graph_iri("inferred")))
    assert inferred
    assert [str(quad) for quad in inferred if BlankNode in (type(quad.subject), type(quad.object))] == []


def test_no_triple_is_in_two_graphs(whole_graph: Store) -> None:
    graphs_of = Counter(quad.triple for quad in whole_graph)
    assert len(graphs_of) > 1000
    assert [str(triple) for triple, count in graphs_of.items() if count > 1] == []


def test_every_statement_is_in_a_documented_named_graph(whole_graph: Store) -> None:
    """Every statement is in a named graph that docs/design.md lists."""
    known = {
        PROJECT.graph_iri(name)
        for name in ("vocabulary", "concepts", "alignments", "page", "curated", "dataset", "links", "inferred")
    }
    assert {quad.graph_name for quad in whole_graph} <= known


def test_every_file_states_the_same_version() -> None:
    """Package, vocabulary, citation file and changelog state the same version."""
    version = imaging_trials.__version__
    owl = PROJECT.prefixes["owl"]
    sources = read_sources(PROJECT)
    stated = [quad.object for quad in sources.quads_for_pattern(None, NamedNode(owl + "versionInfo"), None)]
    assert stated
    assert {literal.value for literal in stated if isinstance(literal, Literal)} == {version}
    (iri,) = {
        quad.object
        for quad in sources.quads_for_pattern(
            NamedNode(PROJECT.vocabulary.rstrip("#")), NamedNode(owl + "versionIRI"), None
        )
    }
    assert iri == NamedNode(f"{PROJECT.vocabulary.rstrip('#')}/{version}")
    assert str(yaml.safe_load(text_of("CITATION.cff"))["version"]) == version
    assert f"\n## {version}" in text_of("CHANGELOG.md")


def test_the_citation_file_has_what_citation_tools_require() -> None:
    citation = yaml.safe_load(text_of("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors", "version", "date-released", "license"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert all("name" in author or "family-names" in author for author in citation["authors"])


def test_what_zenodo_reads_is_what_the_citation_says() -> None:
    """`.zenodo.json`, which Zenodo prefers to CITATION.cff, differs from it in form only, and names the page."""
    citation, zenodo = yaml.safe_load(text_of("CITATION.cff")), json.loads(text_of(".zenodo.json"))
    same = {"title": "title", "version": "version", "publication_date": "date-released", "upload_type": "type"}
    assert {ours: str(zenodo[ours]) for ours in same} == {ours: str(citation[theirs]) for ours, theirs in same.items()}
    assert zenodo["description"] == citation["abstract"].strip()
    assert zenodo["keywords"] == citation["keywords"]
    assert [one["name"] for one in zenodo["creators"]] == [one["name"] for one in citation["authors"]]
    assert zenodo["license"] in [one.lower() for one in citation["license"]]
    pages = [one["url"] for one in citation["references"]]
    assert [(one["identifier"], one["relation"]) for one in zenodo["related_identifiers"]] == [
        (page, "isDerivedFrom") for page in pages
    ]


def test_both_licenses_are_complete_and_credit_the_page() -> None:
    """Both license texts are complete, and the credit that the page asks for is given."""
    assert "Apache License\n                           Version 2.0" in text_of("LICENSES/Apache-2.0.txt")
    assert text_of("LICENSES/CC0-1.0.txt").startswith("Creative Commons Legal Code\n\nCC0 1.0 Universal")
    credit = "Imaging Trials Resources was originally published by the National Cancer Institute."
    for name in ("LICENSE", "README.md", "data/dataset.ttl"):
        assert credit in " ".join(text_of(name).split()), name
    for name in ("LICENSE", "README.md"):
        assert "not affiliated with the National Cancer Institute" in " ".join(text_of(name).split()), name


def test_the_only_program_outside_python_is_the_one_that_ci_runs() -> None:
    assert [name for name in committed_files() if text_of(name).startswith("#!")] == [".ci/run"]
