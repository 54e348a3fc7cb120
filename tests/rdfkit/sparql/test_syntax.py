"""The SPARQL reader: what it accepts, what it refuses, and its tree."""

import socket
from pathlib import Path

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import nodes, syntax
from rdfkit.sparql.term_builder import RDF

ROOT = Path(__file__).resolve().parents[3]
EX = {"ex": "http://example.org/"}

VALID = {
    "name before a full stop": "SELECT * { ex:a ex:b ?c.ex:d ex:e <http://f>.ex:g ex:h ex:i. }",
    "name with a full stop": "SELECT * { ?s ex:v1.2 ?o }",
    "name with escapes": r"SELECT * { ?s ex:a\~b ?o ; ex:%41 ?o }",
    "name with digits and colons": "SELECT * { ?s ex:1:2 ex:_x }",
    "prefixes that are keywords": "PREFIX a: <b:> PREFIX graph: <c:> SELECT * { graph:x a:y a:z ; a graph:a , a: }",
    "empty local name": "SELECT * { ex: a ex: }",
    "number before a full stop": "SELECT * { ?s ?p 400. ?s ?p 4.1E2, .5, -1, +2.0 . }",
    "sign between operands": "SELECT (?a+1 AS ?b) (?a -1 AS ?c) (-?a * 2 AS ?d) { ?s ?p ?a }",
    "language and datatype": "SELECT * { ?s ?p 'x'@en-GB, 'x'^^ex:t, '''it's''', \"\"\"a \"quote\" b\"\"\" }",
    "comments": "#one\nSELECT#two\n*#three\n{ ?s ?p <http://example.org/#not> #four { \n }",
    "keywords in any case": "select distinct ?s where { ?s a ?o filter exists { ?s ?p ?o } } order by desc(?s) limit 1",
    "group_concat in small letters": "SELECT (group_concat(distinct ?o; separator=', ') AS ?all) { ?s ?p ?o }",
    "collections": "SELECT * { (1 ?x (2)) ex:p () . ?s ex:p ( [] [ ex:q ?y ] ) }",
    "blank nodes": "SELECT * { [] ex:p [ ] . [ ex:p _:b ; ex:q [ ex:r ?x ] ] . _:b ex:s ?y }",
    "paths": "SELECT * { ?s ex:a/^ex:b|(ex:c*/ex:d+)? ?o ; a/ex:p ?c }",
    "negated property sets": "SELECT * { ?s !ex:a ?x ; !(ex:a|^ex:b|a) ?y ; !^ex:c ?z }",
    "sub-selects": "SELECT ?n { { SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } LIMIT 1 } } } }",
    "VALUES": "SELECT * { VALUES ?x { 1 UNDEF 'a' } VALUES (?y ?z) { (1 ex:a) (UNDEF true) } } VALUES () { () }",
    "BIND, MINUS, EXISTS": "SELECT * { ?s ?p ?o BIND(?o AS ?x) MINUS { ?s a ?x } FILTER NOT EXISTS { ?x a ?s } }",
    "grouping": "SELECT ?a (MAX(?o) AS ?m) { ?a ?p ?o } GROUP BY ?a (STR(?a)) HAVING (MAX(?o) > 1) OFFSET 2 LIMIT 1",
    "IN": "SELECT * { ?s ?p ?o FILTER(?o IN (1, 2) || ?o NOT IN ()) }",
    "functions": "SELECT * { ?s ?p ?o FILTER(REGEX(?o, 'a', 'i') && ex:f(?o) && SUBSTR(?o, 1) = IRI('x')) }",
    "datasets": "SELECT * FROM ex:a FROM NAMED ex:b { GRAPH ?g { ?s ?p ?o } }",
    "construct": "CONSTRUCT { ?s ex:p [] } WHERE { ?s ?p ?o }",
    "construct where": "CONSTRUCT WHERE { ?s ex:p ?o }",
    "describe": "DESCRIBE ?s ex:a WHERE { ?s ?p ?o }",
    "ask": "BASE <http://example.org/> PREFIX : <#> ASK { :a :b <c> }",
    "insert data": "INSERT\n  DATA { ex:a ex:b 1 . GRAPH ex:g { ex:a ex:b 2 } }",
    "delete where": "delete   where { ?s ?p ?o }",
    "modify": "WITH ex:g DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } USING NAMED ex:h WHERE { ?s ?p ?o }",
    "graph management": "PREFIX a: <b:> CLEAR SILENT ALL ; COPY ex:a TO DEFAULT ; LOAD <http://a/> INTO GRAPH ex:a ;",
}  # fmt: skip

INVALID = {
    "no query": "SELECT",
    "nothing": "# SELECT * {}",
    "two queries": "SELECT * {} SELECT * {}",
    "open brace": "SELECT * { ?s ?p ?o",
    "triple of two": "SELECT * { ?s ?p }",
    "missing full stop": "SELECT * { ?s ?p ?o ?s ?p ?o }",
    "unknown prefix": "SELECT * { ?s no:p ?o }",
    "variable bound twice": "SELECT * { ?s ?p ?o BIND(1 AS ?o) }",
    "column made twice": "SELECT (1 AS ?a) (2 AS ?a) {}",
    "column outside of the group": "SELECT ?o { ?s ?p ?o } GROUP BY ?s",
    "row of another length": "SELECT * { VALUES (?a ?b) { (1) } }",
    "blank node in two groups": "SELECT * { _:a ?p ?o OPTIONAL { _:a ?q ?r } }",
    "blank node as predicate": "SELECT * { ?s [] ?o }",
    "literal as subject in a template": "CONSTRUCT { 'a' ex:b 1 . } WHERE { }".replace("'a' ", "'a'@ "),
    "filter without brackets": "SELECT * { FILTER ?x > 1 }",
    "update and query": "CLEAR ALL ; SELECT * {}",
    "variable in data": "INSERT DATA { ?s ex:p 1 }",
    "escaped space in a variable": r"SELECT ?x\u0020?y { ?x ?y \u003",
    "escaped quote in a string": r"SELECT * { ?s ?p 'a\u0027' }",
    "escape of no character in a name": r"SELECT * { ?s ex:\uD800 ?o }",
}


def body(text: str) -> tuple[nodes.Element, ...]:
    """Return what is in the WHERE group of a query."""
    where = syntax.read(text, prefixes=EX).query.where
    assert where is not None
    return where.elements


def triples(pattern: str) -> tuple[nodes.Triple, ...]:
    """Return the triples of a pattern."""
    (block,) = body(f"SELECT * {{ {pattern} }}")
    assert isinstance(block, nodes.Triples)
    return block.triples


def shown(node: object) -> str:  # noqa: C901, PLR0911 - one for each kind of node
    """Return an expression, term or path with brackets around all that has parts."""
    match node:
        case nodes.Variable():
            return f"?{node.name}"
        case nodes.Iri():
            return node.written or node.value
        case nodes.Literal():
            return node.written
        case nodes.BlankNode():
            return "_"
        case nodes.Call():
            return f"({' '.join([node.name, *map(shown, node.arguments)])})"
        case nodes.Exists():
            return "(not-exists)" if node.negated else "(exists)"
        case nodes.Inverse():
            return f"(^ {shown(node.path)})"
        case nodes.Repeated():
            return f"({node.sign} {shown(node.path)})"
        case nodes.Sequence() | nodes.Alternative():
            return f"({'/' if isinstance(node, nodes.Sequence) else '|'} {' '.join(map(shown, node.parts))})"
        case nodes.Negated():
            return f"(! {' '.join(map(shown, node.forward))} ^ {' '.join(map(shown, node.backward))})"
    raise AssertionError(node)


@pytest.mark.parametrize("name", VALID)
def test_valid_text_is_read(name: str) -> None:
    text = VALID[name]
    document = syntax.read(text, prefixes=EX)
    assert document.parts
    for node in document.walk():
        assert 0 <= node.start <= node.end <= len(text)


@pytest.mark.parametrize("name", INVALID)
def test_invalid_text_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"^My query .*line 1, column \d+.*[.]$"):
        syntax.read(INVALID[name], "My query", prefixes=EX)


def test_every_text_of_the_repository_is_read() -> None:
    """All saved queries, rules and SPARQL constraints are within the reader's grammar."""
    files = [*ROOT.glob("queries/**/*.rq"), *ROOT.glob("ontology/rules/**/*.r[uq]")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    for path in ROOT.glob("shapes/*/*.ttl"):
        quads = parse(path.read_bytes(), RdfFormat.TURTLE)
        asked = (quad.object for quad in quads if quad.predicate.value.endswith(("#select", "#ask")))
        texts += [text.value for text in asked if isinstance(text, Literal)]
    assert len(texts) > 300
    for text in texts:
        document = syntax.read(text, prefixes=PROJECT.prefixes)
        for token in document.tokens:
            assert text.startswith(token.text, token.offset)


@pytest.mark.parametrize(
    ("text", "line", "column", "near"),
    [
        ("SELECT *\nWHERE {\n  ?s ?p }", 3, 10, "at the end"),
        ("SELECT * {\n ?s ?p 1 , }\n", 3, 1, "at the end"),
        ("CLEAR ALL ;\nINSERT { ?s ?p } WHERE {}", 2, 16, "before '} WHERE {}'"),
        ("CLEAR ALL ; INSERT DATA { ?s", 1, 29, "at the end"),
        ("SELECT * { ?s ?p ?o . FILTER(", 1, 30, "at the end"),
    ],
)
def test_error_has_line_and_column(text: str, line: int, column: int, near: str) -> None:
    with pytest.raises(UserError, match=f"line {line}, column {column}") as error:
        syntax.read(text, prefixes=EX)
    assert near in str(error.value)


def test_reading_evaluates_nothing() -> None:
    """Reading asks no server, and takes no time that grows with what the query would find."""
    product = " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(300)))} }}" for n in range(5))
    syntax.read(f"ASK {{ {product} FILTER(?v0 < 0) }}")
    syntax.read("SELECT * { " + "?s ?p ?o . " * 3000 + "}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        for text in (
            f"ASK {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"LOAD <{address}>",
            f"SELECT * FROM <{address}> {{}}",
        ):
            syntax.read(text)
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 51 + "}" * 51,
        "SELECT * { ?s ?p " + "(" * 200 + "1" + ")" * 200 + " }",
        "SELECT * { FILTER(" + "?a && " * 400 + "?a) }",
        "SELECT * { FILTER(" + "1+" * 100_000 + "1) }",
        "SELECT * { FILTER(" + "!" * 100_000 + "1) }",
        f"SELECT * {{ ?s ?p '{'a' * 1_000_000}' }}",
    ],
    ids=["groups", "lists", "conjunction", "sum", "not", "size"],
)
def test_text_beyond_a_limit_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"deep|brackets|too many|too large|bytes"):
        syntax.read(text)


def test_escapes_are_decoded_and_offsets_kept() -> None:
    text = r"SELECT ?\u0061 { ?\U00000061 ex:p 'caf\u00e9 \\u0041' . ?b ex:\u0071 ?c }"
    document = syntax.read(text, prefixes=EX)
    assert document.has_escapes
    variables = [node for node in document.walk() if isinstance(node, nodes.Variable)]
    assert [(one.name, text[one.start : one.end]) for one in variables] == [
        ("a", r"?\u0061"), ("a", r"?\U00000061"), ("b", "?b"), ("c", "?c")
    ]  # fmt: skip
    (literal,) = (node for node in document.walk() if isinstance(node, nodes.Literal))
    assert literal.value == "café \\u0041"
    assert document.tokens[1].offset == 7


def test_offsets_count_characters() -> None:
    text = "SELECT * { ?s ex:p 'né 🙂' . ?ü ex:q ?o }"
    found = {type(node).__name__: text[node.start : node.end] for node in syntax.read(text, prefixes=EX).walk()}
    assert found["Literal"] == "'né 🙂'"
    assert found["Triple"] == "?ü ex:q ?o"


@pytest.mark.parametrize(
    ("expression", "tree"),
    [
        ("?a || ?b && ?c = 1", "(|| ?a (&& ?b (= ?c 1)))"),
        ("?a - ?b - 2 * ?c", "(- (- ?a ?b) (* 2 ?c))"),
        ("!?a = -?b", "(= (! ?a) (- ?b))"),
        ("(?a + 1) * 2", "(* (+ ?a 1) 2)"),
        ("?a not in (1, STR(?b))", "(NOT IN ?a 1 (STR ?b))"),
        ("if(bound(?a), coalesce(?b, 'x'), now())", "(IF (BOUND ?a) (COALESCE ?b 'x') (NOW))"),
        ("ex:f(?a) && not exists { ?s ?p ?o }", "(&& (http://example.org/f ?a) (not-exists))"),
        ("replace(?a, 'b', 'c')", "(REPLACE ?a 'b' 'c')"),
    ],
)
def test_expressions(expression: str, tree: str) -> None:
    (bind,) = body(f"SELECT * {{ BIND ({expression} AS ?made) }}")
    assert isinstance(bind, nodes.Bind)
    assert shown(bind.expression) == tree


def test_aggregates() -> None:
    text = "SELECT (COUNT(*) AS ?a) (COUNT(DISTINCT ?x) AS ?b) (GROUP_CONCAT(?x; SEPARATOR='|') AS ?c) { ?x ?y ?z }"
    calls = [column.expression for column in syntax.read(text).query.columns]
    assert all(isinstance(call, nodes.Call) and call.kind == "aggregate" for call in calls)
    facts = [(c.name, len(c.arguments), c.distinct, c.separator) for c in calls if isinstance(c, nodes.Call)]
    assert facts == [("COUNT", 0, False, None), ("COUNT", 1, True, None), ("GROUP_CONCAT", 1, False, "|")]


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        ("ex:a", "ex:a"),
        ("a", "a"),
        ("ex:a/ex:b/ex:c|ex:d", "(| (/ ex:a ex:b ex:c) ex:d)"),
        ("^ex:a*", "(^ (* ex:a))"),
        ("(^ex:a)*", "(* (^ ex:a))"),
        ("ex:a/(ex:b|ex:c)+", "(/ ex:a (+ (| ex:b ex:c)))"),
        ("!(ex:a|^ex:b|a)", "(! ex:a a ^ ex:b)"),
        ("!ex:a?", "(? (! ex:a ^ ))"),
    ],
)
def test_paths(path: str, tree: str) -> None:
    (triple,) = triples(f"?s {path} ?o")
    assert shown(triple.predicate) == tree


def test_short_forms_are_written_out() -> None:
    found = triples("?s ex:p 1, 2 ; a [ ex:q ?x ] . (?y) ex:r ()")
    rows = [[shown(one) for one in (triple.subject, triple.predicate, triple.object)] for triple in found]
    assert rows == [
        ["?s", "ex:p", "1"],
        ["?s", "ex:p", "2"],
        ["_", "ex:q", "?x"],
        ["?s", "a", "_"],
        ["_", RDF + "first", "?y"],
        ["_", RDF + "rest", RDF + "nil"],
        ["_", "ex:r", "()"],
    ]
    assert found[2].subject == found[3].object
    assert found[4].subject == found[5].subject == found[6].subject


def test_clauses_of_a_query() -> None:
    text = """PREFIX a: <http://a/>
        SELECT DISTINCT ?x (STR(?y) AS ?z) FROM a:g FROM NAMED a:h
        WHERE { { ?x a:p ?y } UNION { ?y a:p ?x } GRAPH ?g { } VALUES (?x ?y) { (1 UNDEF) } { SELECT * { } } }
        GROUP BY ?x ?y HAVING (?x > 1) ORDER BY DESC(?x) ?z LIMIT 3 OFFSET 4 VALUES ?x { 7 }"""
    query = syntax.read(text).query
    assert (query.form, query.distinct, query.star) == ("SELECT", True, None)
    assert [(one.graph.value, one.named) for one in query.dataset] == [("http://a/g", False), ("http://a/h", True)]
    assert query.where is not None
    assert [type(one).__name__ for one in query.where.elements] == ["Alternatives", "Graph", "Values", "Alternatives"]
    union, _, values, inner = query.where.elements
    assert isinstance(union, nodes.Alternatives)
    assert [text[at : at + 5] for at in union.unions] == ["UNION"]
    assert isinstance(values, nodes.Values)
    assert [[term and shown(term) for term in row] for row in values.rows] == [["1", None]]
    assert isinstance(inner, nodes.Alternatives)
    assert isinstance(inner.groups[0].elements[0], nodes.SubSelect)
    assert [one.descending for one in query.order_by] == [True, False]
    assert query.limit is not None
    assert query.offset is not None
    assert (query.limit.number, text[query.offset.start : query.offset.end]) == (3, "OFFSET 4")
    assert query.values is not None
    assert len(query.group_by) == 2
    assert shown(query.having[0]) == "(> ?x 1)"


def test_operations_of_an_update() -> None:
    text = """PREFIX a: <http://a/> INSERT  DATA { a:s a:p 1 . GRAPH a:g { a:s a:p 2 } } ;
        WITH a:w DELETE { ?s ?p ?o } INSERT { GRAPH ?g { ?s ?p 1 } } USING a:u WHERE { ?s ?p ?o } ; ADD a:x TO a:y"""
    data, modify, add = syntax.read(text).operations
    assert [one.form for one in (data, modify, add)] == ["INSERT DATA", "MODIFY", "ADD"]
    assert text[data.start :].startswith("INSERT  DATA")
    assert [one.graph and shown(one.graph) for one in data.insert] == [None, "a:g"]
    assert [len(one.triples) for one in (*modify.delete, *modify.insert)] == [1, 1]
    assert modify.where is not None
    assert [one.graph.written for one in modify.using] == ["a:u"]
    assert [[iri.written for iri in one.graphs] for one in (modify, add)] == [["a:w"], ["a:x", "a:y"]]


def test_prefixes_and_base() -> None:
    text = r"PREFIX : <http://b/#> BASE <http://b/c/> SELECT * { :a <d> :e\~f }"
    document = syntax.read(text, prefixes=EX)
    assert document.prefixes == {"": "http://b/#"}
    iris = [node.value for node in document.walk() if isinstance(node, nodes.Iri)]
    assert iris == ["http://b/#a", "http://b/c/d", "http://b/#e~f"]


def test_undeclared_prefixes_can_be_allowed() -> None:
    document = syntax.read("SELECT * { ?s no:p ex:o }", prefixes=EX, undeclared=True)
    assert document.undeclared == {"no"}
    assert [node.value for node in document.walk() if isinstance(node, nodes.Iri)] == ["", "http://example.org/o"]


def test_tokens_leave_out_comments() -> None:
    document = syntax.read("SELECT * # all\n{ ?s ex:p 'a # b'@EN-gb , -1 . _:x a [] }", prefixes=EX)
    assert [(token.kind, token.text) for token in document.tokens] == [
        ("word", "SELECT"), ("mark", "*"), ("mark", "{"), ("variable", "?s"), ("name", "ex:p"), ("string", "'a # b'"),
        ("language", "@EN-gb"), ("mark", ","), ("number", "-1"), ("mark", "."), ("blank", "_:x"), ("word", "a"),
        ("blank", "[]"), ("mark", "}"),
    ]  # fmt: skip
