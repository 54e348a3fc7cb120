"""Texts that are each dangerous in a way of their own: what brought a reader down once, and what is known to.

Deep, long, endless, recursive and explosive ones, for every reader and through the command. The names say what was
wrong where a text found something; tests/proofs/test_hostile_input.py makes texts by the thousand.
"""

import ast
import importlib
import pkgutil
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, Store

import imaging_trials
from imaging_trials.bibliography import read_references
from imaging_trials.build import validation
from imaging_trials.mapping_sets import compare, read_set, read_sets, to_quads
from imaging_trials.model import lookup
from imaging_trials.model.project import PROJECT
from imaging_trials.views import of_references
from rdfkit.base import errors
from rdfkit.base import sandbox as apart
from rdfkit.base.errors import UserError
from rdfkit.rdf import reading as rdf
from rdfkit.shacl import pyshacl_engine as shacl
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import portability as portable
from rdfkit.sparql import results as answers
from rdfkit.sparql import saved as catalog
from rdfkit.stores import embedded as store
from tests.conftest import ROOT
from tests.support import hostile_texts
from tests.support.hostile_texts import PUMPS, holds

MANY = 100_000
P = "@prefix e: <http://e/> .\n" + "".join(
    f"@prefix {name}: <{PROJECT.prefixes[name]}> .\n" for name in ("imt", "rdf", "sh", "skos", "xsd")
)
X = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
NESTED = 900

FILES: dict[str, str | bytes] = {
    "deep nodes.ttl": P + "e:a e:b " + "[ e:b " * NESTED + "1" + "]" * NESTED + " .",
    "deep lists.trig": P + "e:a e:b " + "(" * NESTED + "1" + ")" * NESTED + " .",
    "endless lists.ttl": P + "e:a e:b " + "(" * MANY,
    "brackets in comments.ttl": P + "e:a e:b ( # )\n" * 20_000,
    "endless quoted triples.ttl": P + "e:a e:b " + "<<( e:a e:b " * MANY,
    "a quoted triple in a quoted triple gave a sentence of 30 KB.ttl": P
    + "e:a e:b " + "<<( e:a e:b " * NESTED + "e:c" + ")>>" * NESTED + " .",
    "endless dots.ttl": P + "e:a e:b e:c" + "." * MANY,
    "a name of dots.ttl": P + "e:a" + ".a" * MANY + " e:b e:c .",
    "many prefixes.ttl": "".join(f"@prefix p{n}: <http://e/{n}> .\n" for n in range(20_000)) + "p1:a p2:b p3:c .",
    "a path of steps up.ttl": "@base <http://e/> .\n<" + "a/../" * MANY + "> <b> <c> .",
    "a recursive collection.ttl": P + "e:l rdf:rest e:l ; rdf:first 1 .",
    "lone surrogates by escape.ttl": P + 'e:a e:b "\\uD800" .',
    "lone surrogates as they are.nt": b'<http://e/a> <http://e/b> "\xed\xa0\x80" .',
    "NULs.nt": b'<http://e/a> <http://e/b> "\0" .\n\0\0\0',
    "impossible days.ttl": P + 'e:a e:b "99999999-13-45"^^xsd:date, "0000-00-00"^^xsd:date, "24:61"^^xsd:time .',
    "huge numbers.ttl": P + "e:a e:b " + "9" * MANY + ", 1e" + "9" * MANY + " .",
    "bidi and zero-width.ttl": P + 'e:a e:b "\u202e\u2066\u200b\ufeff\x1b[31m" .',
    "two byte order marks.ttl": "\ufeff\ufeff" + P + "e:a e:b 1 .",
    "UTF-16 without a mark.ttl": (P + "e:a e:b 1 .").encode("utf-16-le"),
    "all line ends.ttl": P + "e:a e:b 1 .\re:a e:b 2 .\r\n\ne:a e:b 3 .\n\r",
    "deep objects.jsonld": '{"http://e/b":' * NESTED + "1" + "}" * NESTED,
    "endless arrays.jsonld": "[" * MANY,
    "contexts in contexts.jsonld": '{"@context":'
    + '{"a":{"@id":"http://e/a","@context":' * 400 + "{}" + "}}" * 400 + ',"a":1}',
    "a context of itself.jsonld": '{"@context":{"a":"b:x","b":"a:x"},"a":1}',
    "a context elsewhere.jsonld": '{"@context":"http://127.0.0.1:9/","http://e/b":1}',
    "a context in a file.jsonld": '{"@context":"file:///etc/hostname","http://e/b":1}',
    "a long number.jsonld": '{"@id":"http://e/a","http://e/b":' + "9" * MANY + "}",
    "not a number.jsonld": '{"@id":"http://e/a","http://e/b":NaN}',
    "deep elements.rdf": X + "<e:A><e:b>" * 499 + "</e:b></e:A>" * 499 + "</rdf:RDF>",
    "many attributes took time by their square.rdf": X
    + "<e:A " + " ".join(f'e:a{n}="x"' for n in range(MANY)) + "/></rdf:RDF>",
    "many namespaces took time by their square.rdf": X
    + "<e:A " + " ".join(f'xmlns:a{n}="http://e/"' for n in range(20_000)) + "/></rdf:RDF>",
    "an entity bomb.rdf": "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + f"]>{X}<e:A><e:b>&j;</e:b></e:A></rdf:RDF>",
    "an entity from a file.rdf": f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>{X}"
    "<e:A><e:b>&x;</e:b></e:A></rdf:RDF>",
    "an encoding of several bytes was a ValueError.rdf": f'<?xml version="1.0" encoding="UTF-7"?>{X}</rdf:RDF>',
    "an encoding that nobody knows was a LookupError.rdf":
    f'<?xml version="1.0" encoding="{"a" * MANY}"?>{X}</rdf:RDF>',
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_dangerous_file_is_read_or_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = FILES[name]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read() -> None:
        quads = rdf.read(path, base=rdf.file_base(path))
        assert not any("root:" in str(quad) or str(quad).count("a") > 10_000_000 for quad in quads)

    hostile_texts.apart(lambda _: holds(read), seconds=15)


N = 480
QUERIES = {
    **{
        f"groups in groups overflowed the stack of the lint: {opening}":
        f"SELECT ?s {{ {opening * N}?s ?p ?o{closing * N} }}"
        for opening, closing in (
            ("{", "}"), ("OPTIONAL {", "}"), ("{ SELECT * {", "} }"), ("FILTER NOT EXISTS { ?s ?p ?o ", "}"),
            ("GRAPH ?g {", "}"),
        )
    },
    "brackets closed before they open": "SELECT * " + ")" * MANY + "{" * MANY,
    "columns that break off": "SELECT (AS",
    "a BIND that breaks off": "SELECT * { BIND",
    "a query of one word": "SELECT",
    "no token at all": "#+ id: x",
    "a name of dots took time by its square": "SELECT * { " + "a." * 30_000,
    "names that nearly ask a server": "SELECT * { " + "xservicea:" * 20_000,
    "words that nearly ask a server": "SELECT * { " + "xservice " * 20_000,
    "comparisons": "SELECT * { FILTER(" + "?a<?b" * 2000,
    "numbers as written": "SELECT ?x { VALUES ?x {" + "01.50 " * MANY + "} } ORDER BY ?x",
    "many servers took the lint time by their square": "SELECT ?x {" + "SERVICE ?x {} " * 2000 + "}",
    "wide and deep": "SELECT * {" + "?a ?b ?c BIND(?a AS ?d) {" * 45
    + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(5000)) + "}" * 45 + "}",
    "a base that is no address": "BASE <http://[> SELECT * FROM <x> {}",
    "strings that do not end": "SELECT * { FILTER(" + '"""a' * 20_001,
    "quoted triples": "SELECT * { ?s ?p " + "<<( ?a ?b " * 20_000,
    "NUL": 'SELECT * { ?s ?p "\0" }',
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_dangerous_query_is_looked_at_and_linted_or_refused(name: str) -> None:
    text = QUERIES[name]

    def read(reader: Callable[[], object]) -> None:
        holds(reader, slowest=12)

    def work(_: Callable[[object], None]) -> None:
        read(lambda: sparql.check(text))
        read(
            lambda: (
                sparql.names_its_dataset(text),
                sparql.graphs_asked(text),
                sparql.with_prefixes(text, PROJECT.prefixes),
            )
        )
        read(lambda: sparql.asks_another_server(text))
        read(lambda: portable.findings(text))

    hostile_texts.apart(work, seconds=20)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?s " + "(" * N + "skos:broader" + "*)" * N + " ?o }",
        "SELECT * { ?s ?p " + "(" * N + "1" + ")" * N + " }",
        'SELECT * { BIND("x" AS ?a0) ' + "".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1})" for n in range(50)) + "}",
    ],
    ids=["a product", "paths of paths", "lists in lists", "a string doubled 50 times"],
)
def test_a_query_that_the_engine_never_ends_or_dies_of_is_given_up_in_a_line(text: str) -> None:
    def answer() -> int:
        # No store of files: the copy of a process must not use one that was open before.
        list(answers.ask(PROJECT, small, sparql.with_prefixes(text, PROJECT.prefixes), "all"))  # type: ignore[arg-type]
        return 0

    small = Store()
    small.bulk_extend(store.open_store(PROJECT))
    small.optimize()
    start = time.monotonic()
    with pytest.raises(UserError, match=r"not complete after 1 seconds: ask for less|stopped at this query"):
        apart.run(answer, 1, "ask for less")
    assert time.monotonic() - start < 20


def test_what_is_raised_in_a_process_apart_is_raised_here() -> None:
    def refuse() -> int:
        raise UserError("No.") from OSError("Corruption: x")

    def fail() -> int:
        raise KeyError("x")

    assert apart.run(lambda: 7, 20, "") == 7
    with pytest.raises(UserError, match=r"^No\.$"):
        apart.run(refuse, 20, "")
    with pytest.raises(RuntimeError, match="KeyError: 'x'"):
        apart.run(fail, 20, "")


def test_a_sentence_is_one_line_that_can_be_printed_whatever_is_put_into_it() -> None:
    assert str(errors.UserError("a\nb\x1b[31m\u202e\ud800é")) == r"a\nb\x1b[31m\u202e\ud800é"
    assert len(str(errors.UserError("\n" * 10_000_000))) == 4000


# Other readers


def _set(change: Callable[[str], str]) -> str:
    return change((ROOT / "data" / "links" / "ncit.sssom.tsv").read_text(encoding="utf-8"))


SETS = {
    "a prefix that makes no IRI": _set(lambda text: text.replace("#  NCIT: http", "#  NCIT: <>")),
    "a licence that is no IRI": _set(lambda text: text.replace("license: http", "license: < http")),
    "a source that is no IRI": _set(lambda text: text.replace("\thttp://", "\t< ://")),
    "a header key of 100,000 letters": f"#{'a' * MANY}: x\n",
}


@pytest.mark.parametrize("name", SETS)
def test_a_dangerous_mapping_set_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ncit.sssom.tsv"
    path.write_text(SETS[name], encoding="utf-8")
    assert not holds(lambda: list(to_quads([read_set(path)])))


COPIES = {
    "long numbers were a ValueError.json": '{"graphs":[{"x":' + "9" * 5000 + ',"nodes":[]}]}',
    "deep arrays.json": '{"graphs":[{"nodes":[' + "[" * MANY,
    "an encoding of several bytes was a ValueError.owx": '<?xml version="1.0" encoding="UTF-7"?><Ontology/>',
    "a host in brackets was a ValueError.owx": '<Ontology xmlns="http://www.w3.org/2002/07/owl#" ontologyIRI="http://[x">'
    '<Declaration><Class IRI="a"/></Declaration></Ontology>',
    "a long IRI took time by its square.tsv": "id\tlabel\nhttp://a/#" + "/#_:=" * MANY + "\tx\n",
    "escapes.obo": "[Term]\nid: NCIT:C1\nname: " + "\\" * MANY + '\nsynonym: "' + '\\"' * MANY + "\n",
}


@pytest.mark.parametrize("name", COPIES)
def test_a_dangerous_copy_of_a_vocabulary_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(COPIES[name], encoding="utf-8")
    sets = read_sets(ROOT)
    hostile_texts.apart(lambda _: holds(lambda: compare(sets, path, "ncit")), seconds=10)


def test_a_count_in_a_header_that_is_too_long_to_be_a_number_is_refused() -> None:
    path = ROOT / "queries" / "guidelines" / "guidelines-by-body-site.rq"
    text = re.sub(r"loses \d+", f"loses {'9' * 5000}", path.read_text(encoding="utf-8"))
    assert not holds(lambda: catalog.parse(PROJECT, path, text))


@pytest.mark.parametrize("pump", ["ﷺ", "PMID ", "[18F]", "18F ", "10.1000/", "a ", "\u0301", "<sup>"])
def test_a_very_long_name_or_reference_is_looked_up_in_little_time(pump: str) -> None:
    text = pump * (MANY // len(pump))
    graph = store.open_store(PROJECT)

    def work(_: Callable[[object], None]) -> None:
        assert not holds(lambda: lookup.resolve(graph, text))
        holds(lambda: of_references(graph, read_references(f"PMID{text}x", "it"), "2026-01-01"), slowest=8)

    hostile_texts.apart(work, seconds=20)


@pytest.mark.parametrize("before", ["PMID", "@article{a"])
def test_blanks_in_a_list_are_passed_over_once(before: str) -> None:
    hostile_texts.apart(lambda _: holds(lambda: read_references(f"{before}{' ' * MANY}!", "it")), seconds=5)


# Shapes of anybody

S = P + "e:S a sh:NodeShape ; sh:targetClass skos:Concept "
SHAPES = {
    "a path that is its own inverse": S + "; sh:property [ sh:path _:l ; sh:minCount 1 ] . _:l sh:inversePath _:l .",
    "a path that repeats itself": S + "; sh:property [ sh:path _:l ; sh:minCount 1 ] . _:l sh:zeroOrMorePath _:l .",
    "a path of 900 paths": S
    + "; sh:property [ sh:path " + "[ sh:zeroOrMorePath " * NESTED + "e:p" + "]" * NESTED + " ; sh:minCount 1 ] .",
    "a list that ends in itself": S + "; sh:property [ sh:path e:p ; sh:in _:l ] . _:l rdf:first 1 ; rdf:rest _:l .",
    "a shape of itself": S + "; sh:node e:S .",
    "a qualified shape of itself": S
    + "; sh:property [ sh:path e:p ; sh:qualifiedValueShape e:S ; sh:qualifiedMinCount 1 ] .",
    "shapes in shapes": S + "; " + "sh:not [ " * 300 + "sh:class skos:Concept" + "]" * 300 + " .",
    "a pattern that repeats too often": S + '; sh:property [ sh:path e:p ; sh:pattern "a{99999999999}" ] .',
    "a pattern that is none": S + '; sh:property [ sh:path e:p ; sh:pattern "(((" ] .',
    "a count of 5000 digits": S + "; sh:property [ sh:path e:p ; sh:minCount " + "9" * 5000 + " ] .",
    "a query that breaks off": S + '; sh:sparql [ sh:select "SELECT" ] .',
    "a query with 3000 groups": S + '; sh:sparql [ sh:select "SELECT $this { ' + "{" * 3000 + "}" * 3000 + '}" ] .',
    "a query with 3000 signs": S
    + '; sh:sparql [ sh:select "SELECT $this { $this a ?c FILTER(' + "!" * 3000 + '1) }" ] .',
    "an undeclared prefix": S + '; sh:sparql [ sh:select "SELECT $this { $this nope:x ?v }" ] .',
    "a regular expression that is none": S
    + "; sh:sparql [ sh:select \"SELECT $this { $this a ?c FILTER(REGEX(STR(?c), '(((')) }\" ] .",
    "a group that is not there": S
    + "; sh:sparql [ sh:select \"SELECT $this { $this a ?c FILTER(REPLACE(STR(?c), 'C', '$9') = 'x') }\" ] .",
    "an update": S + '; sh:sparql [ sh:select "DROP ALL" ] .',
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_dangerous_shapes_are_used_or_refused_in_a_line(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    shapes.write_text(SHAPES[name], encoding="utf-8")
    data.write_text(P + 'e:x a skos:Concept ; e:p "b", 1, "2016-02-30"^^xsd:date, e:x .', encoding="utf-8")

    def work(_: Callable[[object], None]) -> None:
        holds(lambda: validation.validate_files_by_shapes([data], [shapes], engine="auto"), slowest=12)

    hostile_texts.apart(work, seconds=15)
    assert not capfd.readouterr().err


def test_pyshacl_says_nothing_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    data.write_text(P + 'e:x a skos:Concept ; e:p "2016-02-30"^^xsd:date .', encoding="utf-8")
    for text in (SHAPES["a count of 5000 digits"], SHAPES["a qualified shape of itself"]):
        shapes.write_text(text, encoding="utf-8")
        holds(lambda: validation.validate_files_by_shapes([data], [shapes], engine="pyshacl"), slowest=20)
    assert not capfd.readouterr().err


def test_a_query_in_shapes_reaches_no_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        asked: list[object] = []

        def watch() -> None:
            while not done.is_set():
                try:
                    connection, address = listener.accept()
                    connection.close()
                    asked.append(address)
                except TimeoutError:
                    continue

        done = threading.Event()
        watching = threading.Thread(target=watch)
        watching.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        text = f"SELECT $this {{ $this a <http://a#b> . SERVICE<{url}> {{ ?s ?p ?o }} }}"
        shapes = shacl.data_graph(_quads(tmp_path, S + f'; sh:sparql [ sh:select "{text}" ] .'))
        data = shacl.data_graph(_quads(tmp_path, P + "e:x a skos:Concept, <http://a#b> ."))
        with pytest.raises(UserError, match=r"asks another server \(SERVICE\)"):
            shacl.validate(data, shapes)
        done.set()
        watching.join()
    assert not asked


def _quads(folder: Path, text: str) -> Iterator[object]:
    path = folder / "a.ttl"
    path.write_text(text, encoding="utf-8")
    return iter(rdf.read(path))


def test_a_loop_of_300_steps_is_validated_and_its_lines_are_found_in_time(tmp_path: Path) -> None:
    path = tmp_path / "loop.ttl"
    steps = (f"e:c{n} a skos:Concept ; skos:broader e:c{(n + 1) % 300} .\n" for n in range(300))
    path.write_text(P + "".join(steps), encoding="utf-8")
    hostile_texts.apart(lambda _: holds(lambda: validation.validate_files([path]), slowest=25), seconds=30)


# Regular expressions

WHOLE = {"imaging_trials.bibliography.record._RANGE"}
"""Only ever matched from end to end, which takes no longer than the text."""


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
                yield f"{path.name}:{node.lineno}", re.compile(pattern.value)


def _regexes() -> dict["re.Pattern[str]", str]:
    """Return every regular expression of the package and of the shapes, with where it stands."""
    found: dict[re.Pattern[str], str] = {}
    for info in pkgutil.walk_packages(imaging_trials.__path__, "imaging_trials."):
        if not info.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(info.name)).items():
                for place, regex in _in_value(value, f"{info.name}.{name}"):
                    found.setdefault(regex, place)
    for path in sorted((ROOT / "scripts" / "imaging_trials").rglob("*.py")):
        for place, regex in _in_functions(path):
            found.setdefault(regex, place)
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        for quad in rdf.read(path):
            if quad.predicate.value == PROJECT.expand("sh:pattern") and isinstance(quad.object, Literal):
                found.setdefault(re.compile(quad.object.value), path.name)
    return found


@pytest.mark.parametrize("pairs", [False, pytest.param(True, marks=pytest.mark.prove)], ids=["signs", "pairs"])
def test_no_regular_expression_takes_more_than_its_share_of_time(pairs: bool) -> None:
    regexes = _regexes()
    assert len(regexes) > 100
    assert {"rdfkit.sparql.guard._TOKEN", "imaging_trials.model.nuclide_notation._NOTATION"} <= {*regexes.values()}

    def work(at: Callable[[object], None]) -> None:
        for regex, name in regexes.items():
            signs = sorted({c for c in regex.pattern if not c.isalnum()} | set('a1A "'))
            words = sorted(set(re.findall(r"[A-Za-z]{2,}", regex.pattern)))[:6]
            pumps = [
                *signs[: 20 if pairs else 12],
                *words,
                *(f"{word}{sign}" for word in words for sign in ' -:<1"'),
                *PUMPS[:: 1 if pairs else 6],
            ]
            pumps += [one + other for one in signs[:12] for other in signs[:12]] if pairs else []
            for pump in pumps:
                for before in ("", *words[:1]):
                    text = f"{before}{pump * (4000 // len(pump))}\0"
                    at((name, before, pump))
                    start = time.process_time()
                    regex.fullmatch(text) if name in WHOLE else regex.search(text)
                    assert time.process_time() - start < 0.25

    hostile_texts.apart(work, seconds=300 if pairs else 60)


def test_the_test_of_regular_expressions_finds_one_that_goes_back_and_forth() -> None:
    start = time.process_time()
    assert re.search(r"(?:\bpmid\b\s*:?\s*)([0-9]{1,9})", "pmid" + " " * 12_000 + "\0") is None
    assert time.process_time() - start > 0.25


# The command

ONE_LINE = re.compile(r"(?:imt: [^\n]{5,4100}\n)?")
ARGUMENTS: dict[str, list[bytes]] = {
    "a command with a line end": [b"que\nry"],
    "a query that is no UTF-8": [b"query", b"--sparql", b"SELECT \xff"],
    "a query that eats all memory": [b"query", b"--timeout", b"20", b"--sparql", b'SELECT * { BIND("xxxxxxxx" AS ?a0) '
        + b"".join(b"BIND(CONCAT(?a%d,?a%d) AS ?a%d)" % (n, n, n + 1) for n in range(50)) + b"}"],
    "a query without an end": [b"query", b"--timeout", b"1", b"--sparql",
        b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"],
    "a query to lint that breaks off": [b"query", b"--lint", b"--sparql", b"SELECT * { BIND("],
    "a row of a query that breaks off": [b"explain", b"--sparql", b"SELECT * {"],
    "a parameter with control signs": [b"query", b"guidelines-by-body-site", b"--set", b"site=\x1b[31m\n\xff"],
    "a name that is no UTF-8": [b"show", b"\xff\n"],
    "a name of 100,000 letters": [b"show", b"a" * MANY],
    "a citation of control signs": [b"cite", b"\x1b\x07"],
    "a day that is none": [b"audit", b"--as-of", b"2026-02-30\n"],
    "a list with a line end in its name": [b"audit", b"no\nsuch\nfile"],
    "a file with a line end in its name": [b"validate", b"no\nsuch\x1b.ttl"],
    "a folder with a line end in its name": [b"diff", b"no\nsuch", b"."],
    "an agent that is no UTF-8": [b"dossier", b"\xff"],
    "a mapping set of line ends": [b"mappings", b"list", b"--set", b"\n" * 1000],
    "a server that is no address": [b"query", b"--sparql", b"ASK {}", b"--endpoint", b"http://[::1\n"],
}  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_command_refuses_hostile_arguments_in_one_line(name: str) -> None:
    program = "import resource as r; r.setrlimit(r.RLIMIT_CPU, (40, 40)); r.setrlimit(r.RLIMIT_CORE, (0, 0))\n"
    program += "from imaging_trials.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *ARGUMENTS[name]], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    said = done.stderr.decode()
    assert done.returncode in {1, 2}, said
    assert said.startswith("imt: ")
    assert ONE_LINE.fullmatch(said), said
    assert "should not have" not in said


def test_an_impossible_day_in_a_file_gives_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(f'{P}e:a a imt:Event ; imt:earliestDay "2016-02-30"^^xsd:date .', encoding="utf-8")
    imt = str(Path(sys.executable).with_name("imt"))
    for engine in ("fast", "pyshacl"):
        command = [imt, "validate", "--engine", engine, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert "2016-02-30" in done.stdout
