"""Two engines behind one call: which one is used, and what they refuse."""

import subprocess
import sys

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.shacl import ENGINES, ValidationInput, validate
from tests.conftest import ROOT
from tests.support.validators import EX, NODES, PREFIXES, Compared, comparable

HEAD = PREFIXES + "ex:s a sh:NodeShape ; "
UNSUPPORTED = {
    "sh:targetClass ex:A ; sh:rule [ a sh:TripleRule ] .": r"/s uses sh:rule \(rules\)",
    "sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this WHERE { ?this a ex:A }' ] .": "sh:target",
    "sh:targetClass ex:A ; ex:mine 1 . ex:c a sh:ConstraintComponent ; sh:parameter [ sh:path ex:mine ] .": "parameter",
    "sh:targetClass ex:A ; sh:expression true .": "sh:expression",
    "sh:targetClass ex:A ; sh:minCuont 1 .": "sh:minCuont",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 , 2 ] .": "several values of sh:minCount",
    "sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:node ex:s ] .": "refers to itself",
    "sh:targetClass ex:A ; sh:or ( ) .": "an empty sh:or",
    "sh:targetClass ex:A ; sh:in ex:p .": "a list that is not well-formed",
    "sh:targetClass ex:A ; sh:property ex:s2 . ex:s2 a sh:NodeShape .": "is not a shape for sh:property",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this { $this ex:p 1 }' ] .": "a query that is refused",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this { { SELECT ?x { $this ?p ?x } } }' ] .": "a sub-select",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this (SAMPLE(1) AS ?y) {} GROUP BY $this' ] .": "SAMPLE",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ?x MINUS { ?x ?y ?z } }' ] .": "MINUS",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this WHERE { $this ?p ?x . FILTER(RAND() > 0) }' ] .": "RAND",
    "sh:targetClass ex:A ; sh:sparql [ sh:select 'SELECT $this ?x { $this ?p ?x } LIMIT 1' ] .": "LIMIT",
}


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_fast_names_what_it_lacks_and_auto_uses_pyshacl(text: str) -> None:
    shapes = list(parse(HEAD + text, format=RdfFormat.TURTLE))
    given = ValidationInput(PROJECT, [Quad(NODES[0], NamedNode(EX + "p"), NODES[1])], shapes)
    with pytest.raises(UserError, match=UNSUPPORTED[text]) as error:
        validate(given, engine="fast")
    assert str(error.value).startswith("The fast engine does not support these shapes (")
    assert outcome(given, "auto") == outcome(given, "pyshacl")


def outcome(given: ValidationInput, engine: str) -> Compared | str:
    """Return the results of an engine, or the sentence with which it refuses the shapes."""
    try:
        return comparable(validate(given, engine=engine)[0])
    except UserError as error:
        return str(error)


@pytest.mark.parametrize("engine", ENGINES)
def test_shapes_that_nest_too_deep_are_refused(engine: str) -> None:
    depth = 3000
    text = "sh:targetClass ex:A ; sh:not ex:s0 . "
    text += "".join(f"ex:s{n} a sh:NodeShape ; sh:not ex:s{n + 1} . " for n in range(depth))
    given = ValidationInput(PROJECT, [], list(parse(HEAD + text, format=RdfFormat.TURTLE)))
    if engine == "fast":
        with pytest.raises(UserError, match="they nest too deep, or refer to themselves"):
            validate(given, engine=engine)
    else:
        assert outcome(given, engine) in (comparable(()), outcome(given, "pyshacl"))


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UserError, match="no engine 'quick': choose one of auto, fast, pyshacl"):
        validate(ValidationInput(PROJECT, [], []), engine="quick")


def test_the_command_offers_these_engines() -> None:
    from imaging_trials.cli import validate as command

    assert command.ENGINES == ENGINES


def test_common_literals_do_not_load_rdflib() -> None:
    use = "import sys; from rdfkit.stores import embedded; from imaging_trials.build import validation; "
    use += "from imaging_trials.model.project import PROJECT; "
    use += "assert validation.validate_shipped(embedded.open_store(PROJECT), engine='fast').conforms(); "
    use += "print('rdflib' in sys.modules, 'pyshacl' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", use], capture_output=True, text=True, check=False, cwd=ROOT)
    assert answer.stdout.split() == ["False", "False"], answer.stderr
