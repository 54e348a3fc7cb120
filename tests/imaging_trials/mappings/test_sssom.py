"""Mapping sets: read strictly, true to what was read elsewhere, within the rules, and noticed when out of date."""

import csv
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pyoxigraph import Literal, NamedNode, Quad, Store

from imaging_trials.graph.project import PROJECT
from imaging_trials.mappings import checks as linkcheck
from imaging_trials.mappings import sssom as links
from rdfkit.base.errors import UserError
from rdfkit.rdf import named_graphs as layers
from rdfkit.rdf import reading as rdf
from tests.conftest import ROOT, Imt

FOLDER = ROOT / links.FOLDER
SHARED = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared"))
EXTERNAL = SHARED / "reference" / "external-ids.tsv"
FIXTURES = ROOT / "tests" / "fixtures" / "links"
MADE_UP = FIXTURES / "madeup.sssom.tsv"
COPIES = [FIXTURES / f"madeup.{ending}" for ending in ("obo", "ttl", "rdf", "owl", "json", "tsv")]
IN_ALIGNMENTS = "used in ontology/alignments.ttl"

Row = dict[str, str]
Edit = Callable[[str], str]

needs_external = pytest.mark.skipif(
    not EXTERNAL.exists(), reason=f"the identifiers as read are not here: looked for {EXTERNAL.name} under IMT_SHARED"
)


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def sets() -> list[links.MappingSet]:
    return links.read_sets(ROOT)


@pytest.fixture(scope="module")
def store() -> Store:
    return layers.read_sources(PROJECT)


@pytest.fixture(scope="module")
def external() -> list[Row]:
    return table(EXTERNAL)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the committed mapping sets, to be broken."""
    shutil.copytree(FOLDER, tmp_path / links.FOLDER)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# Reading


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        ("#mapping_set_title: ", "#mapping_set_tilte: ", ":3", "no header key 'mapping_set_tilte'; did you mean"),
        ("#license: https", "#mapping_set_version: https", ":5", "'mapping_set_version' is given twice"),
        ("#publication_date: 2026-11-26\n", "", "", "lacks publication_date"),
        ("#publication_date: 2026-11-26", "#publication_date: 2026-13-01", "", "publication_date must be a day"),
        ("#publication_date: 2026-11-26", "#publication_date:", ":8", "'publication_date' needs a value"),
        ("#curie_map:\n", "#curie_map: x\n", ":10", "'curie_map' needs lines below it"),
        ("#curie_map:\n", "", ":10", "belongs to no map"),
        ("#  agent:", "#  MADE:", ":12", "the prefix 'MADE' is given twice"),
        ("id/agent/\n", "id/agents/\n", "", "the house has <https://w3id.org/imaging-trials/id/agent/>"),
        ('source: ours, CC0."', "source: ours, CC0.", ":9", "one quotation mark at each end"),
        ('"Licence of the source: ours, CC0."', "Licence of the source: ours", ":9", "put it into quotation marks"),
        ("#license: ", "#license:", ":5", "'#key: value'"),
        ("mapping-set/madeup", "mapping-set/other", "", "must end as the file is named"),
        ("subject_id\tsubject_label", "subject_label\tsubject_id", ":15", "the columns must be"),
        ("[18F]FES\tskos", "[18F]FES skos", ":16", "has 11 cells for 12 columns"),
        ("[18F]FES\tskos", '"[18F]FES"\tskos', ":16", "subject_label must have no quotation mark"),
        ("[18F]FES\tskos", "\tskos", ":16", "subject_label is empty"),
        ("agent:fes", "agent fes", ":16", "'agent fes' is no CURIE"),
        ("agent:fes", "vector:fes", ":16", "add vector to it"),
        ("agent:fes", "MADE:9", ":16", "MADE:9 is no thing of ours"),
        ("skos:closeMatch\tMADE:2", "skos:match\tMADE:2", ":17", "no relation 'skos:match'"),
        ("semapv:ManualMappingCuration", "manual", ":16", "a term of semapv"),
        ("2026-11-26\t0.5", "26.11.2026\t0.5", ":16", "'26.11.2026' is no day"),
        ("\t0.5\t", "\t0.50\t", ":16", "'0.50' is no confidence"),
        ("\t0.5\t", "\t1.5\t", ":16", "'1.5' is no confidence"),
        ("http://example.org/madeup\t1", "madeup\t1", ":16", "object_source 'madeup' is no IRI"),
        (
            "agent:flt\t[18F]FLT\tskos:closeMatch\tMADE:2",
            "agent:fes\t[18F]FES\tskos:exactMatch\tMADE:1",
            ":17",
            "line 16",
        ),
        ("made up\n", "made up\r\n", "", "must each end in a line feed"),
    ],
)
def test_what_is_not_as_the_house_writes_it_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, place: str, sentence: str
) -> None:
    path = tmp_path / MADE_UP.name
    path.write_bytes(MADE_UP.read_bytes().replace(old.encode(), new.encode(), 1))
    assert path.read_bytes() != MADE_UP.read_bytes()
    with pytest.raises(UserError) as raised:
        links.read_set(path)
    assert str(raised.value).startswith(f"{path}{place}:")
    assert sentence in str(raised.value)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / MADE_UP.name
    path.write_bytes(MADE_UP.read_bytes().replace(b"made up", b"m\xe4de up"))
    with pytest.raises(UserError, match="is not UTF-8"):
        links.read_set(path)


def test_the_headers_mean_the_same_to_a_yaml_reader(sets: list[links.MappingSet]) -> None:
    for one in sets:
        lines = one.path.read_text(encoding="utf-8").splitlines()
        header = yaml.safe_load("\n".join(line[1:] for line in lines if line.startswith("#")))
        read = {
            "mapping_set_id": one.iri,
            "mapping_set_version": one.version,
            "mapping_set_title": one.title,
            "mapping_set_description": one.description,
            "license": one.license,
            "creator_label": list(one.creators),
            "publication_date": one.date,
            "comment": one.comment,
            "curie_map": one.prefixes,
        }
        assert {**header, "publication_date": str(header["publication_date"])} == read, one.name


def test_each_set_is_given_freely_and_names_the_licence_of_its_source(sets: list[links.MappingSet]) -> None:
    assert {one.license for one in sets} == {"https://creativecommons.org/publicdomain/zero/1.0/"}
    assert [one.name for one in sets if "Licence of the source: " not in one.comment] == []


def test_rows_are_sorted_by_our_thing_and_prefixes_by_name(sets: list[links.MappingSet]) -> None:
    for one in sets:
        order = [(m.subject.partition(":")[0], m.subject, [*links.RELATIONS].index(m.predicate)) for m in one.mappings]
        assert order == sorted(order), one.name
        used = {curie.partition(":")[0] for m in one.mappings for curie in (m.subject, m.object)} | {"semapv", "skos"}
        assert list(one.prefixes) == sorted(used), one.name


SSSOM = os.environ.get("IMT_SSSOM") or shutil.which("sssom")
VALIDATE = """
import sys
from click.testing import CliRunner
from sssom.cli import validate
print([file for file in sys.argv[1:] if CliRunner().invoke(validate, [file]).exit_code])
"""


@pytest.mark.prove
@pytest.mark.skipif(SSSOM is None, reason="sssom wants an environment of its own: name its command in IMT_SSSOM")
def test_the_reference_tool_for_sssom_finds_every_set_valid_and_a_broken_one_not(
    sets: list[links.MappingSet], tmp_path: Path
) -> None:
    broken = tmp_path / MADE_UP.name
    broken.write_text(MADE_UP.read_text(encoding="utf-8").replace("MADE:1", "NONE:1"), encoding="utf-8")
    files = [MADE_UP, broken, *(one.path for one in sets)]
    command = [str(Path(str(SSSOM)).with_name("python")), "-c", VALIDATE, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.splitlines()[-1] == str([str(broken)])


# True to what was read


@needs_external
def test_every_identifier_that_was_read_is_in_a_set_or_listed_as_unused(
    sets: list[links.MappingSet], external: list[Row]
) -> None:
    unused = [(row["concept_key"], row["object_curie"]) for row in table(FOLDER / "unused.tsv")]
    assert len(unused) == len(set(unused))
    known = {(row["concept_key"], row["object_curie"]) for row in external}
    assert set(unused) - known == set()
    should_be_used = {curie for key, curie in known - set(unused)}
    assert len(external) == len(known) == 664
    assert {mapping.object for one in sets for mapping in one.mappings} == should_be_used


@needs_external
def test_objects_have_the_iri_and_the_label_that_were_read(sets: list[links.MappingSet], external: list[Row]) -> None:
    as_read: dict[str, set[tuple[str, str]]] = {}
    for row in external:
        as_read.setdefault(row["object_curie"], set()).add((row["object_iri"], row["object_label"]))
    wrong = [
        (mapping.object, mapping.object_iri, mapping.object_label)
        for one in sets
        for mapping in one.mappings
        if (mapping.object_iri, mapping.object_label) not in as_read[mapping.object]
        and (one.name not in links.CODE_ONLY or mapping.object_iri not in {iri for iri, _ in as_read[mapping.object]})
    ]
    assert wrong == []


@needs_external
def test_a_relation_that_differs_from_the_one_that_was_read_has_its_reason(
    sets: list[links.MappingSet], external: list[Row]
) -> None:
    as_read: dict[str, set[str]] = {}
    for row in external:
        as_read.setdefault(row["object_curie"], set()).add(row["relation"])
    silent = [
        (one.name, mapping.subject, mapping.predicate, mapping.object)
        for one in sets
        for mapping in one.mappings
        if mapping.predicate not in as_read[mapping.object] and not mapping.comment
    ]
    assert silent == []


def test_every_unused_identifier_has_a_reason() -> None:
    assert [row for row in table(FOLDER / "unused.tsv") if len(row["reason"]) < 20] == []


ALIGNMENTS = ROOT / "ontology" / "alignments.ttl"


@needs_external
def test_what_is_said_to_be_used_in_the_alignments_is_used_there(external: list[Row]) -> None:
    iris = {row["object_curie"]: NamedNode(row["object_iri"]) for row in external}
    aligned = {term for quad in rdf.read(ALIGNMENTS) for term in (quad.subject, quad.object)}
    unused = table(FOLDER / "unused.tsv")
    assert {row["object_curie"] for row in unused if row["reason"] == IN_ALIGNMENTS} == {
        row["object_curie"] for row in unused if iris[row["object_curie"]] in aligned
    }


def test_what_has_no_mapping_stands_in_the_list_with_what_was_searched(
    sets: list[links.MappingSet], store: Store
) -> None:
    kinds = ("agent", "agentgroup", "bodysite", "disease", "journal", "modality", "nuclide", "phase", "role", "target")
    spaces = tuple(PROJECT.prefixes[kind] for kind in (*kinds, "vector"))
    label = NamedNode(PROJECT.expand("skos:prefLabel"))
    things = {
        quad.subject.value: quad.object.value
        for quad in store.quads_for_pattern(None, label, None, None)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(spaces)
        if isinstance(quad.object, Literal)
    }
    mapped = {mapping.subject_iri for one in sets for mapping in one.mappings}
    listed = table(FOLDER / "unmapped.tsv")
    assert [(row["subject_id"], row["subject_label"]) for row in listed] == sorted(
        (PROJECT.shorten(iri), name) for iri, name in things.items() if iri not in mapped
    )
    assert all(row["sources_searched"] and row["searched_on"] for row in listed)


# The house's rules


def test_every_row_keeps_the_rules(sets: list[links.MappingSet], store: Store) -> None:
    assert [str(problem) for problem in linkcheck.problems(sets, store)] == []


FES = "agent:fes\t[18F]FES\tskos:exactMatch"
FES_VECTOR = "vector:fluoroestradiol\tfluoroestradiol\tskos:exactMatch"
GLIOMA = "disease:glioma\tglioma\tskos:exactMatch\t"


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (("unii", "relatedMatch\tunii:082285VIDF", "closeMatch\tunii:082285VIDF"), "labelled"),
        (("mesh", "broadMatch\tmesh:D012969", "exactMatch\tmesh:D012969"), "labelled"),
        (("mesh", "broadMatch\tmesh:D012969", "narrowMatch\tmesh:D012969"), "labelled"),
        (("chebi", "relatedMatch\tCHEBI:32186", "exactMatch\tCHEBI:32186"), "labelled"),
        (("chebi", "relatedMatch\tCHEBI:33371", "closeMatch\tCHEBI:33371"), "labelled"),
        (("mesh", "vector:panitumumab\tpanitumumab", "agent:zr-89-panitumumab\t[89Zr]-panitumumab"), "labelled"),
        (("drugbank", FES, FES_VECTOR), "labelled"),
        (("mesh", "exactMatch\tmesh:C000718244", "closeMatch\tmesh:C000718244"), ""),
        (("mesh", "closeMatch\tmesh:C000622699", "exactMatch\tmesh:C000622699"), "twice"),
        (("unii", "narrowMatch\tunii:ZJ0EKR6M10", "exactMatch\tunii:ZJ0EKR6M10"), "shared"),
        (("mesh", GLIOMA + "mesh:D005910\tGlioma", GLIOMA + "mesh:D001842\tBone and Bones"), "kind"),
        (("snomed-ct", "snomedct:926372005\t\t", "snomedct:926372005\tFluoroestradiol F-18\t"), "label"),
        (("ncit", "NCIT:C49093\tFluorothymidine F-18", "NCIT:C49093\t"), "label"),
        (("ncit", "agent:flt\t", "agent:ftl\t"), "unknown"),
        (("ncit", "[18F]FLT", "[18F] FLT"), "renamed"),
    ],
)
def test_each_rule_bites(root: Path, store: Store, edit: tuple[str, str, str], kind: str) -> None:
    name, old, new = edit
    change(root / links.FOLDER / f"{name}.sssom.tsv", old, new)
    found = {problem.kind for problem in linkcheck.problems(links.read_sets(root), store)}
    assert found == ({kind} if kind else set())


def test_an_agent_matches_nothing_in_a_vocabulary_of_diseases(root: Path, store: Store) -> None:
    path = root / links.FOLDER / "mondo.sssom.tsv"
    change(path, "#  disease:", f"#  agent: {PROJECT.prefixes['agent']}\n#  disease:")
    change(path, "disease:melanoma\tmelanoma\tskos:exactMatch", "agent:fes\t[18F]FES\tskos:relatedMatch")
    (found,) = linkcheck.problems(links.read_sets(root), store)
    assert (found.kind, found.text) == ("kind", "agent:fes is a substance, and mondo has none; take the row out.")


def test_two_exact_matches_into_one_vocabulary_pass_with_a_reason_only(root: Path) -> None:
    path = root / links.FOLDER / "issn.sssom.tsv"
    assert linkcheck.problems([links.read_set(path)]) == []
    lines = path.read_text(encoding="utf-8").split("\n")
    row = next(n for n, line in enumerate(lines) if line.startswith("journal:ejnmmi\t"))
    lines[row] = lines[row].rpartition("\t")[0] + "\t"
    path.write_text("\n".join(lines), encoding="utf-8")
    (found,) = linkcheck.problems([links.read_set(path)])
    assert (found.kind, found.where) == ("twice", f"issn.sssom.tsv:{row + 1}")


@pytest.mark.parametrize(
    ("name", "nuclides"),
    [
        ("FLUOROMISONIDAZOLE F-18", {"18F"}),
        ("2-deoxy-2-((18)F)fluoro-D-glucose", {"18F"}),
        ("gallium 68 PSMA-11", {"68Ga"}),
        ("technetium-99 medronate", {"99Tc"}),
        ("TECHNETIUM TC-99M MEDRONATE", {"99mTc"}),
        ("PSMA-11", set()),
        ("ferumoxytol", set()),
    ],
)
def test_the_nuclide_in_a_name_is_found_however_it_is_written(name: str, nuclides: set[str]) -> None:
    assert linkcheck.nuclides(name) == nuclides


# Triples


def facts(quads: list[Quad], node: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for quad in quads:
        if quad.subject == NamedNode(node):
            found.setdefault(PROJECT.shorten(quad.predicate.value), set()).add(str(quad.object))
    return found


def test_a_row_becomes_a_match_and_a_node_that_tells_who_says_so(sets: list[links.MappingSet]) -> None:
    quads = list(links.quads(ROOT))
    flt, code = PROJECT.expand("agent:flt"), "http://purl.obolibrary.org/obo/NCIT_C49093"
    exact = NamedNode(PROJECT.expand("skos:exactMatch"))
    graph = NamedNode(PROJECT.expand("graph:links"))
    assert quads.count(Quad(NamedNode(flt), exact, NamedNode(code), graph)) == 1
    assert {quad.graph_name for quad in quads} == {graph}
    ncit = links.named(sets, "ncit")
    mapping = next(one for one in ncit.mappings if one.code == "C49093")
    node = links.node_iri(ncit, mapping)
    assert node == "https://w3id.org/imaging-trials/id/mapping/ncit-agent-flt-C49093"
    assert facts(quads, node) == {
        "rdf:type": {f"<{PROJECT.expand('imt:Mapping')}>"},
        "skos:prefLabel": {'"[18F]FLT: exact match Fluorothymidine F-18 (NCIT:C49093)"@en'},
        "skos:notation": {'"C49093"'},
        "imt:mapsSubject": {f"<{flt}>"},
        "imt:mapsPredicate": {f"<{exact.value}>"},
        "imt:mapsObject": {f"<{code}>"},
        "dcterms:source": {f"<{ncit.iri}>"},
        "sssom:mapping_justification": {f"<{PROJECT.expand('semapv:ManualMappingCuration')}>"},
        "imt:isInMappingSet": {f"<{ncit.iri}>"},
        "dcterms:creator": {'"The Imaging Trials Graph developers"'},
        "sssom:mapping_date": {f'"2026-11-26"^^<{PROJECT.expand("xsd:date")}>'},
        "sssom:confidence": {f'"{mapping.confidence}"^^<{PROJECT.expand("xsd:decimal")}>'},
        "sssom:object_label": {'"Fluorothymidine F-18"'},
        "sssom:object_source": {"<http://purl.obolibrary.org/obo/ncit.owl>"},
        "sssom:object_source_version": {'"17.06d"'},
    }


def test_a_set_is_described_by_its_header(sets: list[links.MappingSet]) -> None:
    quads = list(links.quads(ROOT))
    for one in sets:
        described = facts(quads, one.iri)
        assert described["dcterms:license"] == {f"<{one.license}>"}
        assert described["skos:prefLabel"] == {f'"{one.title}"@en'}
        assert described["dcterms:rights"] == {str(Literal(one.comment, language="en"))}


def test_every_row_has_a_node_of_its_own_and_the_graph_keeps_every_triple(sets: list[links.MappingSet]) -> None:
    nodes = [links.node_iri(one, mapping) for one in sets for mapping in one.mappings]
    assert len(set(nodes)) == len(nodes)
    assert all(PROJECT.shorten(node).startswith("mapping:") for node in nodes)
    quads = list(links.quads(ROOT))
    assert len(set(quads)) == len(quads)
    kept = Store()
    kept.extend(quads)
    assert set(kept) == set(quads)  # numbers in another than their canonical form would come back changed


def test_no_label_of_a_vocabulary_that_is_linked_by_code_gets_into_the_graph(sets: list[links.MappingSet]) -> None:
    quads = list(links.quads(ROOT))
    chosen = [(one, mapping) for one in sets if one.name in links.CODE_ONLY for mapping in one.mappings]
    assert len(chosen) > 40
    for one, mapping in chosen:
        described = facts(quads, links.node_iri(one, mapping))
        assert "sssom:object_label" not in described
        assert described["skos:notation"] == {f'"{mapping.code}"'}
        assert described["skos:prefLabel"] == {
            f'"{mapping.subject_label}: {links.RELATIONS[mapping.predicate]} {mapping.object}"@en'
        }


def test_things_of_other_vocabularies_are_never_described(sets: list[links.MappingSet]) -> None:
    ours = {mapping.subject_iri for one in sets for mapping in one.mappings} | {one.iri for one in sets}
    ours |= {links.node_iri(one, mapping) for one in sets for mapping in one.mappings}
    assert {quad.subject for quad in links.quads(ROOT)} == {NamedNode(iri) for iri in ours}


def test_the_loaded_graph_holds_the_mappings_and_its_key_changes_with_them(store: Store, tmp_path: Path) -> None:
    graph = NamedNode(PROJECT.expand("graph:links"))
    assert set(store.quads_for_pattern(None, None, None, graph)) == set(links.quads(ROOT))
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(FOLDER, tmp_path / links.FOLDER)
    before = layers.content_key(PROJECT.at(tmp_path))
    change(tmp_path / links.FOLDER / "ncit.sssom.tsv", "\t0.95\t", "\t0.94\t")
    assert layers.content_key(PROJECT.at(tmp_path)) != before


# Against copies

FOUND = {
    17: ("gone", "MADE:2 'slow scan' is not in the copy"),
    18: ("deprecated", "MADE:3 'bone scan' is deprecated, replaced by MADE:6 'bone scan, new style'"),
    19: ("relabelled", "MADE:4 'tumour glow' is called 'tumor glow' there"),
    20: ("something else", "MADE:5 'hypoxia tracer' is 'wheel bearing' there, which is something else entirely"),
    21: ("relabelled", "MADE:8 'F-18 marker' is called 'nonesuch' there"),
}


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: path.suffix)
def test_gone_deprecated_relabelled_and_the_trap_are_found_in_every_format(copy: Path) -> None:
    compared = linkcheck.against([links.read_set(MADE_UP)], copy)
    assert compared.rows == 6
    found = {
        int(p.where.removeprefix("madeup.sssom.tsv:")): (p.kind, p.text.partition(";")[0]) for p in compared.problems
    }
    longer = "MADE:8 'F-18 marker' is called 'F-18 marker or the like' there"
    assert found == {**FOUND, 21: ("relabelled", longer) if copy.suffix == ".tsv" else FOUND[21]}


def test_the_trap_names_the_code_that_has_the_label_now() -> None:
    trap = linkcheck.against([links.read_set(MADE_UP)], COPIES[0]).problems[3]
    assert str(trap).endswith("entirely; the label is that of MADE:7.  [something else]")


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: path.suffix)
def test_a_set_that_is_up_to_date_has_no_problem(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / MADE_UP.name
    lines = MADE_UP.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:16], ""]), encoding="utf-8")
    assert linkcheck.against([links.read_set(path)], copy).problems == ()


def test_a_synonym_that_is_no_exact_one_does_not_count(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.obo"
    shutil.copy(FIXTURES / "madeup.obo", copy)
    change(copy, '"F-18 marker" EXACT', '"F-18 marker" BROAD')
    assert linkcheck.against([links.read_set(MADE_UP)], copy).problems[-1].kind == "something else"


def changed(tmp_path: Path, name: str, text: str) -> dict[str, str]:
    """Return, by code, what is found wrong with the made-up set in a copy of that text."""
    copy = tmp_path / name
    copy.write_text(text, encoding="utf-8")
    return {p.text.split()[0]: p.kind for p in linkcheck.against([links.read_set(MADE_UP)], copy).problems}


def test_a_label_that_says_obsolete_counts_as_deprecated(tmp_path: Path) -> None:
    assert changed(tmp_path, "x.obo", "[Term]\nid: MADE:2\nname: obsolete slow scan\n")["MADE:2"] == "deprecated"


def test_labels_in_other_languages_than_english_do_not_count(tmp_path: Path) -> None:
    prefixes = (
        "@prefix made: <http://example.org/madeup/MADE_> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    text = f'{prefixes} made:1 rdfs:label "lung scan"@de , "wheel"@en . made:2 rdfs:label "slow scan"@en-GB .'
    found = changed(tmp_path, "x.ttl", text)
    assert (found["MADE:1"], found.get("MADE:2")) == ("something else", None)
    text = (FIXTURES / "madeup.owl").read_text(encoding="utf-8")
    text = text.replace(">lung scan<", ">wheel<").replace(">Lungenbild<", ">lung scan<")
    assert changed(tmp_path, "x.owl", text)["MADE:1"] == "something else"


def test_a_mesh_record_that_is_not_active_counts_as_deprecated(tmp_path: Path) -> None:
    text = (
        "@prefix made: <http://example.org/madeup/MADE_> .\n@prefix meshv: <http://id.nlm.nih.gov/mesh/vocab#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'made:1 meshv:active false . made:2 meshv:active true . made:3 rdfs:label "bone scan" .'
    )
    found = changed(tmp_path, "x.ttl", text)
    assert (found["MADE:1"], found["MADE:2"]) == ("deprecated", "unlabelled")


def test_a_table_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert "MADE:1" not in changed(tmp_path, "x.tsv", "\ufeffid\tlabel\nMADE:1\tlung scan\n")


def test_http_and_https_make_no_difference(sets: list[links.MappingSet], tmp_path: Path) -> None:
    copy = tmp_path / "schema.tsv"
    rows = [f"http://schema.org/{m.code}\t{m.object_label}\n" for m in links.named(sets, "schema-org").mappings]
    copy.write_text("id\tlabel\n" + "".join(rows), encoding="utf-8")
    compared = linkcheck.against(sets, copy)
    assert (compared.set.name, compared.problems) == ("schema-org", ())


def test_an_identifier_that_was_merged_into_another_counts_as_replaced_by_it(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.obo"
    shutil.copy(FIXTURES / "madeup.obo", copy)
    change(copy, "id: MADE:6\n", "id: MADE:6\nalt_id: MADE:2\n")
    first = linkcheck.against([links.read_set(MADE_UP)], copy).problems[0]
    assert (first.kind, "replaced by MADE:6" in first.text) == ("deprecated", True)


def test_a_deprecated_code_without_replacement_is_told_so(tmp_path: Path) -> None:
    copy = tmp_path / "madeup.tsv"
    shutil.copy(FIXTURES / "madeup.tsv", copy)
    change(copy, "true\tMADE:6", "true\t")
    assert "no replacement is named" in linkcheck.against([links.read_set(MADE_UP)], copy).problems[1].text


def test_both_forms_of_an_ncit_iri_and_the_bare_code_are_one(sets: list[links.MappingSet], tmp_path: Path) -> None:
    ncit = links.named(sets, "ncit")
    for start in ("http://purl.obolibrary.org/obo/NCIT_", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#", ""):
        copy = tmp_path / "ncit.tsv"
        rows = [f"{start}{mapping.code}\t{mapping.object_label}\n" for mapping in ncit.mappings]
        copy.write_text("id\tlabel\n" + "".join(rows), encoding="utf-8")
        assert linkcheck.against(sets, copy, "ncit").problems == (), start


def test_the_set_is_the_one_that_most_of_the_copy_is_about(sets: list[links.MappingSet], tmp_path: Path) -> None:
    copy = tmp_path / "copy.obo"
    copy.write_text(
        "[Term]\nid: UBERON:0002048\nname: lung\n\n[Term]\nid: MONDO:1\nname: a\n\n[Term]\nid: MONDO:2\nname: b\n\n"
        + "".join(f"[Term]\nid: DOID:{n}\n\n" for n in range(9)),  # without a label: only pointed to
        encoding="utf-8",
    )
    assert linkcheck.against(sets, copy).set.name == "mondo"
    assert linkcheck.against(sets, copy, "uberon").rows == len(links.named(sets, "uberon").mappings)
    with pytest.raises(UserError, match="no identifier of go"):
        linkcheck.against(sets, copy, "go")


@pytest.mark.parametrize("set_", links.read_sets(ROOT), ids=lambda one: one.name)
def test_every_set_can_be_held_against_a_table(set_: links.MappingSet, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tsv"
    rows = {mapping.object_iri: mapping.object_label or "a label" for mapping in set_.mappings}
    gone = set_.mappings[0].object_iri
    copy.write_text(
        "id\tlabel\nhttp://example.org/other\tother\n" + "".join(f"{i}\t{t}\n" for i, t in rows.items() if i != gone),
        encoding="utf-8",
    )
    if len(rows) > 1:
        found = linkcheck.against([set_], copy).problems
        assert {(p.kind, p.text.split()[0]) for p in found} == {("gone", set_.mappings[0].object)}
    copy.write_text("id\tlabel\n" + "".join(f"{iri}\t{text}\n" for iri, text in rows.items()), encoding="utf-8")
    assert linkcheck.against([set_], copy).problems == ()


XML = '<?xml version="1.0"?>'
HOSTILE = XML + '<!DOCTYPE a [<!ENTITY b "c">]>'
OWL = '<Ontology xmlns="http://www.w3.org/2002/07/owl#"'
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("x.owl", HOSTILE + OWL + "/>", "has a DOCTYPE"),
        ("x.rdf", HOSTILE + RDF, "declares the XML entity"),
        ("x.owl", OWL + "><Declaration>", "is not well-formed XML"),
        ("x.owl", OWL + ">" + "<a>" * 1001, "nested more than 1000 deep"),
        (
            "x.owx",
            OWL + '><Declaration><Class abbreviatedIRI="a:b"/></Declaration></Ontology>',
            "a prefix that the file does not declare",
        ),
        ("x.owx", OWL + "/>", "no identifier in it"),
        ("x.json", '{"graphs": [{"nodes": [{"id": "MADE:1"', "is not an OBO graph"),
        ("x.json", '{"graphs": [{"nodes": [{"lbl": "x"}]}]}', "has no id"),
        ("x.json", '{"graphs": [{"nodes": ' + "[" * 100_000 + "]}]}", "nested more than 1000 deep"),
        ("x.json", '{"graphs": [{"nodes": []}]}', "no identifier in it"),
        ("x.obo", "[Term]\nid: MADE:1\nnonsense\n", ":3: is not an OBO clause"),
        ("x.tsv", "code\tlabel\nMADE:1\ta\n", "must begin with the columns id and label"),
        ("x.tsv", "id\tlabel\nMADE:1\n", ":2: must have the 2 cells"),
        ("x.ttl", "made:1 a made:2 .", "is no Turtle"),
        ("x.xlsx", "", "no extension of a known format"),
        ("x.tsv", "id\tlabel\nOTHER:1\ta\n", "no identifier of any mapping set"),
    ],
)
def test_a_broken_hostile_or_unknown_copy_is_told_in_a_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    copy = tmp_path / name
    copy.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        linkcheck.against([links.read_set(MADE_UP)], copy)
    assert sentence in str(raised.value)
    assert str(copy) in str(raised.value)


def test_a_copy_that_is_missing_a_folder_or_in_another_encoding_is_told_in_a_sentence(tmp_path: Path) -> None:
    latin = tmp_path / "latin.obo"
    latin.write_bytes(b"[Term]\nid: MADE:1\nname: M\xfcller\n")
    (tmp_path / "folder.obo").mkdir()
    for name, sentence in {
        "none.json": "can't be read",
        "folder.obo": "is a folder",
        "latin.obo": "is not UTF-8",
    }.items():
        with pytest.raises(UserError, match=sentence):
            linkcheck.against([links.read_set(MADE_UP)], tmp_path / name)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("glucose transmembrane transport", "D-glucose transmembrane transport", True),
        ("bone mineralisation", "bone mineralization", True),
        ("Cervix Uteri", "uterine cervix", True),
        ("Fluorothymidine F-18", "[18F]fluorothymidine", True),
        ("Neoplasms, Prostatic", "Prostatic Neoplasms", True),
        ("Phase I Trial", "Phase 1 Trial", True),
        ("Phase I Trial", "Phase II Trial", False),
        ("clinical trial phase 1/2", "clinical trial phase 2", False),
        ("thyroid cancer", "breast cancer", False),
        ("Lung", "Lung Neoplasm", False),
        ("fluorine-18 atom", "fluorine-19 atom", False),
        ("Fluorothymidine F-18", "Fluorothymidine", False),
        ("Kidney", "Wheel", False),
    ],
)
def test_labels_of_one_thing_are_told_from_labels_of_two(ours: str, theirs: str, same: bool) -> None:
    assert linkcheck.is_same_thing(ours, theirs) is same
    assert linkcheck.is_same_thing(theirs, ours) is same


def test_a_synonym_makes_two_labels_one_thing() -> None:
    assert not linkcheck.is_same_thing("Phase 0 Trial", "Early Phase 1 Trial")
    assert linkcheck.is_same_thing("Phase 0 Trial", "Early Phase 1 Trial", ["phase 0 trial"])


# The command


def test_list_shows_what_a_thing_matches_and_what_matches_a_code(imt: Imt) -> None:
    by_name = imt("links", "list", "--for", "FLT", "--format", "tsv")
    head, *rows = by_name.stdout.splitlines()
    assert (by_name.returncode, head.split("\t")[:3]) == (0, ["set", "subject_id", "subject_label"])
    assert {row.split("\t")[1] for row in rows} == {"agent:flt"}
    for code in ("C49093", "NCIT:C49093", "<http://purl.obolibrary.org/obo/NCIT_C49093>"):
        by_code = imt("links", "list", "--for", code)
        assert (by_code.returncode, by_code.stdout.splitlines()[-1]) == (0, "(1 mapping)")
        assert "Fluorothymidine F-18" in by_code.stdout


def test_list_prints_a_set_as_json_too(imt: Imt) -> None:
    import json

    rows = json.loads(imt("links", "list", "--set", "cto", "--format", "json").stdout)
    assert {row["set"] for row in rows} == {"cto"}
    assert all(row["object_id"].startswith("CTO:") for row in rows)


def test_list_ends_with_1_where_nothing_is_mapped_and_with_2_for_an_unknown_set(imt: Imt) -> None:
    none = imt("links", "list", "--set", "cto", "--for", "agent:fes")
    assert (none.returncode, none.stdout.splitlines()[-1]) == (1, "(0 mappings)")
    unknown = imt("links", "list", "--set", "ncti")
    assert (unknown.returncode, unknown.stderr) == (
        2,
        "imt: There is no mapping set 'ncti': did you mean ncit or cto?\n",
    )
    assert imt("links").returncode == 2


def test_check_ends_with_0_1_or_2(imt: Imt, tmp_path: Path, sets: list[links.MappingSet]) -> None:
    fine = imt("links", "check")
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout == (
        f"Checked {sum(len(one.mappings) for one in sets)} mappings in {len(sets)} sets against the house's rules.\n"
    )
    copy = tmp_path / "cto.tsv"
    rows = [f"{mapping.object}\t{mapping.object_label}\n" for mapping in links.named(sets, "cto").mappings]
    copy.write_text("id\tlabel\n" + "".join(rows[1:]), encoding="utf-8")
    behind = imt("links", "check", "--set", "cto", "--against", str(copy))
    assert behind.returncode == 1
    assert "[gone]" in behind.stdout
    assert behind.stdout.splitlines()[-1] == f"1 to mend; checked {len(rows)} mappings of cto against {copy}."
    part = tmp_path / "part.obo"
    part.write_text("[Term]\nid: CTO:1\nname: x\n", encoding="utf-8")
    assert imt("links", "check", "--against", str(part)).stdout.endswith(
        "so it may be a part of the vocabulary only.\n"
    )
    missing = imt("links", "check", "--against", str(tmp_path / "none.obo"))
    assert (missing.returncode, missing.stderr.startswith("imt: ")) == (2, True)


def test_the_sets_lie_where_the_package_looks_for_them() -> None:
    assert PROJECT.root == ROOT
    assert [one.name for one in links.read_sets(PROJECT.root)] == [
        p.name.removesuffix(links.ENDING) for p in links.files(ROOT)
    ]


def test_no_identifier_of_others_stands_in_the_data_but_those_that_are_no_mappings(store: Store) -> None:
    """What ties our things to other vocabularies stands in the mapping sets; these are the exceptions."""
    exceptions = {
        (PROJECT.expand("schema:sameAs"), "https://doi.org/"),  # the identifiers that the page prints, as addresses
        (PROJECT.expand("schema:sameAs"), "https://pubmed.ncbi.nlm.nih.gov/"),
        (PROJECT.expand("schema:sameAs"), "https://www.ncbi.nlm.nih.gov/pmc/articles/"),
        (PROJECT.expand("schema:url"), "https://"),  # where a source, or the page, lies
        (PROJECT.expand("qudt:hasUnit"), PROJECT.prefixes["unit"]),
        (PROJECT.expand("rdf:type"), PROJECT.prefixes["qudt"]),
    }
    strays = []
    for name in ("page", "curated"):
        for quad in store.quads_for_pattern(None, None, None, PROJECT.graph_iri(name)):
            value = quad.object
            if isinstance(value, NamedNode) and not PROJECT.is_own(value.value):
                allowed = (quad.predicate.value == of and value.value.startswith(to) for of, to in exceptions)
                if not any(allowed):
                    strays.append(str(quad.triple))
    assert strays == []
