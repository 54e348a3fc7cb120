"""The shipped mapping sets: they have the identifiers that were read, are free and sorted, and are the only links."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from imaging_trials.mapping_sets import MappingSet, files, read_sets
from imaging_trials.mapping_sets.sssom import CODE_ONLY, ENDING, FOLDER, RELATIONS
from imaging_trials.model.project import PROJECT
from rdfkit.rdf import named_graphs, reading
from tests.conftest import ROOT

SETS = ROOT / FOLDER
SHARED = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared"))
EXTERNAL = SHARED / "reference" / "external-ids.tsv"
MADE_UP = ROOT / "tests" / "fixtures" / "links" / "madeup.sssom.tsv"
ALIGNMENTS = ROOT / "ontology" / "alignments.ttl"
LISTED = "2026-11-26"
"""The day of the list of identifiers; what was read later is in rows of a later day, and their sets say where."""

IN_ALIGNMENTS = "used in ontology/alignments.ttl"

Row = dict[str, str]

needs_external = pytest.mark.skipif(
    not EXTERNAL.exists(), reason=f"the identifiers as read are not here: looked for {EXTERNAL.name} under IMT_SHARED"
)


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def sets() -> list[MappingSet]:
    return read_sets(ROOT)


@pytest.fixture(scope="module")
def store() -> Store:
    return named_graphs.read_sources(PROJECT)


@pytest.fixture(scope="module")
def external() -> list[Row]:
    return table(EXTERNAL)


def test_each_set_is_free_and_names_the_license_of_its_source(sets: list[MappingSet]) -> None:
    assert {one.license for one in sets} == {"https://creativecommons.org/publicdomain/zero/1.0/"}
    assert [one.name for one in sets if "License of the source: " not in one.comment] == []


def test_rows_are_sorted_by_our_thing_and_prefixes_by_name(sets: list[MappingSet]) -> None:
    for one in sets:
        order = [(m.subject.partition(":")[0], m.subject, [*RELATIONS].index(m.predicate)) for m in one.mappings]
        assert order == sorted(order), one.name
        curies = {curie for m in one.mappings for curie in (m.subject, m.object, m.object_source)}
        used = {curie.partition(":")[0] for curie in curies} | {"semapv", "skos"}
        assert list(one.prefixes) == sorted(used), one.name


SSSOM = os.environ.get("IMT_SSSOM") or shutil.which("sssom")
READ = """
import json, sys
from click.testing import CliRunner
from sssom.cli import validate
from sssom.parsers import parse_sssom_table
import sssom_pydantic
found = {}
for file in sys.argv[1:]:
    valid = CliRunner().invoke(validate, [file]).exit_code == 0
    rows, _, of_set, errors = sssom_pydantic.read(file, return_errors=True)
    found[file] = [valid, len(parse_sssom_table(file).df) if valid else 0, len(rows), len(errors), str(of_set.id)]
print(json.dumps(found))
"""
"""Of each file: is it valid for `sssom`, how many rows do `sssom` and `sssom-pydantic` read, how many does the second
refuse, and what is the IRI of the set?"""


@pytest.mark.prove
@pytest.mark.skipif(SSSOM is None, reason="sssom wants an environment of its own: name its command in IMT_SSSOM")
def test_two_readers_of_sssom_read_every_row(sets: list[MappingSet], tmp_path: Path) -> None:
    made_up = MADE_UP.read_text(encoding="utf-8")
    broken, address = tmp_path / "broken.sssom.tsv", tmp_path / "address.sssom.tsv"
    broken.write_text(made_up.replace("MADE:1", "NONE:1"), encoding="utf-8")
    address.write_text(made_up.replace("MADE:vocabulary", "http://example.org/madeup", 2), encoding="utf-8")
    paths = [broken, address, *(one.path for one in sets)]
    command = [str(Path(str(SSSOM)).with_name("python")), "-c", READ, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert not found.pop(str(broken))[0]
    assert found.pop(str(address))[2:4] == [4, 2]
    assert found == {str(one.path): [True, *[len(one.mappings)] * 2, 0, one.iri] for one in sets}


@needs_external
def test_every_identifier_that_was_read_is_used_or_unused(sets: list[MappingSet], external: list[Row]) -> None:
    unused = [(row["concept_key"], row["object_curie"]) for row in table(SETS / "unused.tsv")]
    assert len(unused) == len(set(unused))
    known = {(row["concept_key"], row["object_curie"]) for row in external}
    assert set(unused) - known == set()
    should_be_used = {curie for key, curie in known - set(unused)}
    assert len(external) == len(known) == 664
    mappings = [mapping for one in sets for mapping in one.mappings]
    assert should_be_used - {mapping.object for mapping in mappings} == set()
    assert [mapping for mapping in mappings if mapping.object not in should_be_used and mapping.date <= LISTED] == []


@needs_external
def test_objects_have_the_iri_and_label_that_were_read(sets: list[MappingSet], external: list[Row]) -> None:
    as_read: dict[str, set[tuple[str, str]]] = {}
    for row in external:
        as_read.setdefault(row["object_curie"], set()).add((row["object_iri"], row["object_label"]))
    wrong = [
        (mapping.object, mapping.object_iri, mapping.object_label)
        for one in sets
        for mapping in one.mappings
        if mapping.object in as_read
        and (mapping.object_iri, mapping.object_label) not in as_read[mapping.object]
        and (one.name not in CODE_ONLY or mapping.object_iri not in {iri for iri, _ in as_read[mapping.object]})
    ]
    assert wrong == []


@needs_external
def test_a_relation_that_differs_from_what_was_read_has_a_reason(sets: list[MappingSet], external: list[Row]) -> None:
    as_read: dict[str, set[str]] = {}
    for row in external:
        as_read.setdefault(row["object_curie"], set()).add(row["relation"])
    silent = [
        (one.name, mapping.subject, mapping.predicate, mapping.object)
        for one in sets
        for mapping in one.mappings
        if mapping.object in as_read and mapping.predicate not in as_read[mapping.object] and not mapping.comment
    ]
    assert silent == []


def test_every_unused_identifier_has_a_reason() -> None:
    assert [row for row in table(SETS / "unused.tsv") if len(row["reason"]) < 20] == []


@needs_external
def test_what_is_listed_as_aligned_is_aligned(external: list[Row]) -> None:
    iris = {row["object_curie"]: NamedNode(row["object_iri"]) for row in external}
    aligned = {term for quad in reading.read(ALIGNMENTS) for term in (quad.subject, quad.object)}
    unused = table(SETS / "unused.tsv")
    assert {row["object_curie"] for row in unused if row["reason"] == IN_ALIGNMENTS} == {
        row["object_curie"] for row in unused if iris[row["object_curie"]] in aligned
    }


def test_things_without_a_mapping_are_listed(sets: list[MappingSet], store: Store) -> None:
    kinds = ("agent", "agentgroup", "bodysite", "disease", "journal", "modality", "nuclide", "phase", "role", "target")
    spaces = tuple(PROJECT.prefixes[kind] for kind in (*kinds, "substance"))
    label = NamedNode(PROJECT.expand("skos:prefLabel"))
    things = {
        quad.subject.value: quad.object.value
        for quad in store.quads_for_pattern(None, label, None, None)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(spaces)
        if isinstance(quad.object, Literal)
    }
    mapped = {mapping.subject_iri for one in sets for mapping in one.mappings}
    listed = table(SETS / "unmapped.tsv")
    expected = sorted((PROJECT.shorten(iri), name) for iri, name in things.items() if iri not in mapped)
    rows = [(row["subject_id"], row["subject_label"]) for row in listed]
    assert rows == expected, (
        f"data/links/unmapped.tsv, sorted: add a row for {[one for one in expected if one not in rows]}, or a mapping; "
        f"remove the rows of {[one for one in rows if one not in expected]}"
    )
    assert all(row["sources_searched"] and row["searched_on"] for row in listed)


def test_the_sets_are_where_the_package_looks_for_them() -> None:
    assert PROJECT.root == ROOT
    assert [one.name for one in read_sets(PROJECT.root)] == [p.name.removesuffix(ENDING) for p in files(ROOT)]


def test_links_to_other_vocabularies_are_in_mapping_sets_only(store: Store) -> None:
    """Page and curated data refer to other vocabularies in these cases only."""
    exceptions = {
        (PROJECT.expand("schema:sameAs"), "https://doi.org/"),  # the identifiers that the page prints, as addresses
        (PROJECT.expand("schema:sameAs"), "https://pubmed.ncbi.nlm.nih.gov/"),
        (PROJECT.expand("schema:sameAs"), "https://www.ncbi.nlm.nih.gov/pmc/articles/"),
        (PROJECT.expand("schema:url"), "https://"),  # the address of a source, or of the page
        (PROJECT.expand("schema:url"), "http://"),
        (PROJECT.expand("imt:wasReadAt"), "https://"),  # the address of a copy of a source
        (PROJECT.expand("qudt:hasUnit"), PROJECT.prefixes["unit"]),
        (PROJECT.expand("rdf:type"), PROJECT.prefixes["qudt"]),
    }
    about_properties = {PROJECT.expand("imt:supportsProperty"), PROJECT.expand("imt:correctsProperty")}
    strays = []
    for name in ("page", "curated"):
        for quad in store.quads_for_pattern(None, None, None, PROJECT.graph_iri(name)):
            value = quad.object
            if quad.predicate.value in about_properties:
                continue
            if isinstance(value, NamedNode) and not PROJECT.is_own(value.value):
                allowed = (quad.predicate.value == of and value.value.startswith(to) for of, to in exceptions)
                if not any(allowed):
                    strays.append(str(quad.triple))
    assert strays == []
