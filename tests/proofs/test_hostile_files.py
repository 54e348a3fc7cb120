"""Dangerous files and lists: each is read or refused in one line, within limits on time and memory.

Deep, long, endless, recursive and expanding texts. If a text found a fault, its name says which.
tests/proofs/test_hostile_input.py generates thousands of texts.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from imaging_trials.bibliography import read_references
from imaging_trials.mapping_sets import compare, read_set, read_sets, to_quads
from imaging_trials.model import lookup
from imaging_trials.model.project import PROJECT
from imaging_trials.views import of_references
from rdfkit.rdf import reading
from rdfkit.stores import embedded
from tests.conftest import ROOT
from tests.support import hostile_texts
from tests.support.hostile_texts import is_accepted

pytestmark = pytest.mark.prove

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
    "an unknown encoding was a LookupError.rdf":
    f'<?xml version="1.0" encoding="{"a" * MANY}"?>{X}</rdf:RDF>',
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_dangerous_file_is_read_or_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = FILES[name]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read() -> None:
        quads = reading.read(path, base=reading.file_base(path))
        assert not any("root:" in str(quad) or str(quad).count("a") > 10_000_000 for quad in quads)

    hostile_texts.in_fork(lambda _: is_accepted(read), seconds=15)


def _set(change: Callable[[str], str]) -> str:
    text = (ROOT / "data" / "links" / "ncit.sssom.tsv").read_text(encoding="utf-8")
    assert change(text) != text
    return change(text)


SETS = {
    "a prefix that makes no IRI": _set(lambda text: text.replace("#  NCIT: http", "#  NCIT: <>")),
    "a license that is no IRI": _set(lambda text: text.replace("license: http", "license: < http")),
    "a source that is no IRI": _set(lambda text: text.replace("\tobo:", "\tobo:< ://")),
    "a header key of 100,000 letters": f"#{'a' * MANY}: x\n",
}


@pytest.mark.parametrize("name", SETS)
def test_a_dangerous_mapping_set_is_refused_in_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "ncit.sssom.tsv"
    path.write_text(SETS[name], encoding="utf-8")
    assert not is_accepted(lambda: list(to_quads([read_set(path)])))


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
    hostile_texts.in_fork(lambda _: is_accepted(lambda: compare(sets, path, "ncit")), seconds=10)


@pytest.mark.parametrize("pump", ["ﷺ", "PMID ", "[18F]", "18F ", "10.1000/", "a ", "\u0301", "<sup>"])
def test_looking_up_a_very_long_name_is_linear(pump: str) -> None:
    text = pump * (MANY // len(pump))
    graph = embedded.open_store(PROJECT)

    def work(_: Callable[[object], None]) -> None:
        assert not is_accepted(lambda: lookup.resolve(graph, text))
        is_accepted(lambda: of_references(graph, read_references(f"PMID{text}x", "it"), "2026-01-01"))

    hostile_texts.in_fork(work, seconds=20)


@pytest.mark.parametrize("before", ["PMID", "@article{a"])
def test_blanks_in_a_list_are_passed_over_once(before: str) -> None:
    hostile_texts.in_fork(lambda _: is_accepted(lambda: read_references(f"{before}{' ' * MANY}!", "it")), seconds=5)
