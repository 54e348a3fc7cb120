"""Queries in shapes, in both engines: prefixes, messages, values that are bound before, and constraint components."""

import pytest
import rdflib

import imaging_trials as it
from rdfkit.shacl.messages import filled
from tests.support.located import PREFIXES

ENGINES = ("fast", "pyshacl")
DATA = PREFIXES + "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
SCANS = 'ex:s1 a ex:Scan ; ex:by ex:kim ; ex:dose 3 , 5 ; ex:note "1 \\\\d"@en . ex:r ex:about ex:s1 .'
S = "ex:S a sh:NodeShape ; sh:targetClass ex:Scan ; "

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def report(shapes: str, engine: str, data: str = SCANS) -> rdflib.Graph:
    graphs = [rdflib.Graph().parse(data=DATA + text, format="turtle") for text in (data, shapes)]
    return it.validate(graphs[0], shapes=graphs[1], engine=engine)[1]


def values(found: rdflib.Graph, name: str) -> list[str]:
    return sorted(value.n3() for value in found.objects(None, rdflib.SH[name]))


def sparql(text: str, rest: str = "") -> str:
    return f"sh:sparql [ sh:select '''PREFIX ex: <http://example.org/> {text}''' {rest} ] ."


MESSAGES = {
    "report {?r} by {$who}": '"report http://example.org/r by http://example.org/kim"',
    "{?value}, not {?nothing}, {?this}": '"1 \\\\d, not {?nothing}, http://example.org/s1"',
    "{value} {?r{?r}}": '"{value} {?rhttp://example.org/r}"',
}


@pytest.mark.parametrize("message", MESSAGES)
def test_variables_of_a_message(engine: str, message: str) -> None:
    select = "SELECT $this ?value ?r ?who { $this ex:by ?who ; ex:note ?value . ?r ex:about $this }"
    found = report(S + sparql(select, f'; sh:message "{message}"'), engine)
    assert values(found, "resultMessage") == [MESSAGES[message]]


def test_a_message_keeps_its_language(engine: str) -> None:
    message = 'sh:message "of {?who}"@en , "von {?who}"@de'
    found = report(S + sparql("SELECT $this ?who { $this ex:by ?who }", f"; {message}"), engine)
    kim = "http://example.org/kim"
    assert values(found, "resultMessage") == [f'"of {kim}"@en', f'"von {kim}"@de']
    found = report(f'{S}sh:message "nein"@de ; sh:class ex:T .', engine)
    assert values(found, "resultMessage") == ['"nein"@de']


def test_a_selected_message(engine: str) -> None:
    """It takes the place of the messages of the constraint; those of the shape stay (made up after pySHACL #164)."""
    select = "SELECT $this ?message { $this ex:note ?message }"
    found = report(f'{S}sh:message "of the shape" ; {sparql(select, "; sh:message 1")}'.replace("1", '"of it"'), engine)
    assert len(values(found, "resultMessage")) == 2
    assert '"of it"' not in values(found, "resultMessage")


IN_A_FILTER = [
    "SELECT $this { FILTER NOT EXISTS { $this ex:weight ?w } }",
    "SELECT $this { FILTER EXISTS { $this ex:by ex:kim } }",
    "SELECT $this { FILTER(isIRI($this)) }",
    "SELECT $this { FILTER(bound($this)) ?r ex:about $this }",
]


@pytest.mark.parametrize("text", IN_A_FILTER)
def test_this_in_a_filter_only(engine: str, text: str) -> None:
    """Made up after corese-core #137."""
    found = report(S + sparql(text), engine)
    assert values(found, "focusNode") == ["<http://example.org/s1>"]
    assert values(found, "value") == ["<http://example.org/s1>"]


def test_a_blank_node_is_bound_to_itself(engine: str) -> None:
    data = SCANS + "[] a ex:Scan ; ex:by ex:lee ."
    text = "SELECT $this ?value { $this ex:by ?value FILTER(isBlank($this)) }"
    assert values(report(S + sparql(text), engine, data), "value") == ["<http://example.org/lee>"]


def test_prefixes_through_untyped_imports(engine: str) -> None:
    """SHACL 5.2.1, and more than one import away."""
    shapes = """
    ex:a owl:imports ex:b . ex:b owl:imports ex:c , ex:a .
    ex:c sh:declare [ sh:prefix "lab" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
    """
    rest = "sh:sparql [ sh:prefixes ex:a ; sh:select 'SELECT $this ?value { $this lab:by ?value }' ] ."
    assert values(report(shapes + S + rest, engine), "value") == ["<http://example.org/kim>"]


PATH = "SELECT $this ?value { $this $PATH ?value FILTER(?value > 4) }"


def test_the_path_in_a_query(engine: str) -> None:
    rest = f"sh:property [ sh:path [ sh:alternativePath ( ex:dose ex:by ) ] ; {sparql(PATH).removesuffix('.')} ] ."
    found = report(S + rest, engine)
    assert values(found, "value") == ['"5"^^<http://www.w3.org/2001/XMLSchema#integer>']


# Constraint components

COMPONENT = """
ex:Most a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] , [ sh:path ex:unless ; sh:optional true ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:message "more than {$most}: {?value}" ;
        sh:ask "ASK { FILTER($value <= $most || (BOUND($unless) && $value = $unless)) }" ] .
"""


def test_an_ask_validator(engine: str) -> None:
    found = report(f"{COMPONENT}{S}sh:property [ sh:path ex:dose ; ex:most 4 ] .", engine)
    assert values(found, "value") == ['"5"^^<http://www.w3.org/2001/XMLSchema#integer>']
    assert values(found, "resultMessage") == ['"more than 4: 5"']
    assert values(found, "sourceConstraintComponent") == ["<http://example.org/Most>"]
    assert values(found, "sourceConstraint") == []
    found = report(f"{COMPONENT}{S}sh:property [ sh:path ex:dose ; ex:most 2 ; ex:unless 5 ] .", engine)
    assert values(found, "resultMessage") == ['"more than 2: 3"']


SELECTS = """
ex:Absent a sh:ConstraintComponent ; sh:parameter [ sh:path ex:absent ] ; sh:message "has {$absent}" ;
    sh:nodeValidator [ sh:select "SELECT $this ?value { $this $absent ?value }" ] ;
    sh:propertyValidator [ sh:select "SELECT $this ?value { $this $PATH ?x . ?x $absent ?value }" ] .
"""


def test_a_select_validator(engine: str) -> None:
    """Each value of the only parameter is a constraint of its own, and the query runs once for a focus node."""
    found = report(f"{SELECTS}{S}ex:absent ex:by , ex:weight .", engine)
    assert values(found, "resultMessage") == ['"has http://example.org/by"']
    inverse = "sh:property [ sh:path [ sh:inversePath ex:about ] ; ex:absent ex:about ] ."
    found = report(f"{SELECTS}{S}{inverse}", engine)
    assert values(found, "value") == ["<http://example.org/s1>"]


def test_messages_are_filled_once(engine: str) -> None:  # noqa: ARG001 - the same for both
    assert filled("{?a} {$b}", {"a": "{?b}", "b": "x"}) == "{?b} x"
