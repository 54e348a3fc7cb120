"""Dangerous shapes: each is used or refused in one line, within limits on time and memory."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imaging_trials.build import validation
from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import reading
from rdfkit.shacl import pyshacl_engine
from tests.support import hostile_texts
from tests.support.hostile_texts import is_accepted

pytestmark = pytest.mark.prove

MANY = 100_000
P = "@prefix e: <http://e/> .\n" + "".join(
    f"@prefix {name}: <{PROJECT.prefixes[name]}> .\n" for name in ("imt", "rdf", "sh", "skos", "xsd")
)
X = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
NESTED = 900


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
    "20,000 terms that do not exist": S + "".join(f"; sh:x{n} 1" for n in range(MANY // 5)) + " .",
    "unknown terms at a depth of 900": S + "; " + "sh:nott [ " * NESTED + "sh:klass 1" + "]" * NESTED + " .",
    "20,000 shapes that are not described": S + "; sh:node " + ", ".join(f"e:n{n}" for n in range(MANY // 5)) + " .",
    "a chain of 3000 shapes": S + "; sh:not e:s0 . " + "".join(f"e:s{n} sh:not e:s{n + 1} . " for n in range(3000)),
    "a path of 3000 paths": S + "; sh:property [ sh:path _:p0 ] . "
    + "".join(f"_:p{n} sh:inversePath _:p{n + 1} . " for n in range(3000)) + "_:p3000 sh:inversePath e:p .",
    "a list of 10,000 shapes": S + "; sh:or ( " + "[ sh:class e:C ] " * (MANY // 10) + ") .",
    "imports in a circle": S + "; sh:sparql [ sh:prefixes e:a ; sh:select 'SELECT $this { $this x:p 1 }' ] . "
    "e:a <http://www.w3.org/2002/07/owl#imports> e:b . e:b <http://www.w3.org/2002/07/owl#imports> e:a .",
    "1000 declarations that import each other": S
    + "; sh:sparql [ sh:prefixes e:a0 ; sh:select 'SELECT $this { $this x:p 1 }' ] . "
    + "".join(f"e:a{n} <http://www.w3.org/2002/07/owl#imports> e:a{n + 1} , e:a0 . " for n in range(1000)),
    "a message of 100,000 variables": S
    + "; sh:sparql [ sh:message '" + "{?a" * MANY + "' ; sh:select 'SELECT $this ?a { $this a ?a }' ] .",
    "a component of itself": S + "; e:C e:C . e:C a sh:ConstraintComponent , e:C ; sh:parameter e:C ; sh:path e:C ; "
    "sh:validator e:C ; sh:ask 'ASK {}' .",
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
        is_accepted(lambda: validation.validate_files_by_shapes([data], [shapes], engine="auto"))

    hostile_texts.in_fork(work, seconds=15)
    assert not capfd.readouterr().err


def test_pyshacl_prints_nothing_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shapes, data = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    data.write_text(P + 'e:x a skos:Concept ; e:p "2016-02-30"^^xsd:date .', encoding="utf-8")
    for text in (SHAPES["a count of 5000 digits"], SHAPES["a qualified shape of itself"]):
        shapes.write_text(text, encoding="utf-8")
        is_accepted(lambda: validation.validate_files_by_shapes([data], [shapes], engine="pyshacl"))
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
        shapes = pyshacl_engine.data_graph(_quads(tmp_path, S + f'; sh:sparql [ sh:select "{text}" ] .'))
        data = pyshacl_engine.data_graph(_quads(tmp_path, P + "e:x a skos:Concept, <http://a#b> ."))
        with pytest.raises(UserError, match=r"asks another server \(SERVICE\)"):
            pyshacl_engine.validate(PROJECT, data, shapes)
        done.set()
        watching.join()
    assert not asked


def _quads(folder: Path, text: str) -> Iterator[object]:
    path = folder / "a.ttl"
    path.write_text(text, encoding="utf-8")
    return iter(reading.read(path))


def test_a_loop_of_300_steps_is_validated_and_located(tmp_path: Path) -> None:
    path = tmp_path / "loop.ttl"
    steps = (f"e:c{n} a skos:Concept ; skos:broader e:c{(n + 1) % 300} .\n" for n in range(300))
    path.write_text(P + "".join(steps), encoding="utf-8")
    hostile_texts.in_fork(lambda _: is_accepted(lambda: validation.validate_files([path])), seconds=30)
