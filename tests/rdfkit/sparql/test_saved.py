"""The grammar of saved queries, and values that enter them."""

from pathlib import Path
from typing import Any

import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from imaging_trials.graph.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.rdf import rdflib_adapter as bridge
from rdfkit.sparql import guard as sparql
from rdfkit.sparql import query_tests as querycheck
from rdfkit.sparql import saved as catalog

QUERY = """\
#+ id: editions-by-site
#+ question: Which editions does the page list
#+   for a body site?
#+ summary: A row is an edition and its title.
#+ tags: guidelines, body sites
#+ graphs: asserted
#+ parameter: site | iri bodysite: | bodysite:bone | bodysite:lung brain | the body site asked for
#+ parameter: title | string | "Bone | scan" | "Lung scan" PET | words of the title
#+ empty: wrong
#+ counter-change: remove page | edition:bone imt:coversBodySite bodysite:bone
#+ counter-effect: loses 1, gains 0
PREFIX bodysite: <https://w3id.org/imaging-trials/concept/body-site/>
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
SELECT ?edition ?title
WHERE {
  VALUES (?site ?title) { (bodysite:bone "Bone | scan") }
  ?edition imt:coversBodySite ?site ; imt:printedTitle ?title .
}
ORDER BY ?edition
"""

STRING_QUERY = """\
#+ id: by-title
#+ question: What has a title?
#+ summary: A row is a thing.
#+ tags: titles
#+ graphs: page
#+ parameter: title | string | x | y | the title
#+ empty: right
#+ counter-change: add page | edition:x imt:printedTitle "x"
#+ counter-effect: loses 0, gains 1
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
SELECT ?title ?thing
WHERE {
  VALUES (?title) { ("x") }
  ?thing imt:printedTitle ?title .
  FILTER(STRLEN(?title) >= 0) # } a comment with a brace
}
"""

BONE = "https://w3id.org/imaging-trials/concept/body-site/bone"


def saved(root: Path, text: str = QUERY, topic: str = "guidelines", name: str = "editions-by-site") -> Path:
    path = root / "queries" / topic / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def parsed(text: str = QUERY, name: str = "editions-by-site") -> catalog.SavedQuery:
    return catalog.parse(PROJECT, Path("queries/guidelines") / f"{name}.rq", text)


def parameter(type_: str) -> catalog.Parameter:
    return catalog.Parameter("value", type_, "bodysite:bone", (), "a value")


def store_with_sites() -> Store:
    store = Store()
    for slug in ("bone", "brain", "lung", "prostate"):
        label = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
        store.add(Quad(NamedNode(BONE.replace("bone", slug)), label, Literal(slug)))
    return store


def test_a_header_gives_everything_a_person_may_want_to_know_of_a_query() -> None:
    query = parsed()
    assert query.id == "editions-by-site"
    assert query.topic == "guidelines"
    assert query.question == "Which editions does the page list for a body site?"
    assert query.tags == ("guidelines", "body sites")
    assert query.graphs == "asserted"
    assert query.empty_is_wrong
    site, title = query.parameters
    assert (site.name, site.type, site.prefix, site.default) == ("site", "iri", "bodysite", "bodysite:bone")
    assert site.examples == ("bodysite:lung", "brain")
    assert (title.type, title.prefix, title.default) == ("string", "", "Bone | scan")
    assert title.examples == ("Lung scan", "PET")
    assert title.description == "words of the title"
    (change,) = query.changes
    assert (change.action, change.graph) == ("remove", "page")
    assert change.triple == "edition:bone imt:coversBodySite bodysite:bone"
    assert (query.loses, query.gains) == (1, 0)


BROKEN = {
    "an unknown key offers the nearest": ("#+ tags:", "#+ tag:", ":5: unknown header key 'tag': did you mean tags?"),
    "a missing key is named": ("#+ graphs: asserted\n", "", ":1: the header has no 'graphs'"),
    "a question ends in a question mark": ("for a body site?", "for a body site.", ":2: a question ends in '?'"),
    "a key twice": (
        "#+ empty: wrong",
        "#+ empty: wrong\n#+ empty: right",
        ":10: the header key 'empty' stands here twice",
    ),
    "an id that is not the file's name": (
        "id: editions-by-site",
        "id: editions",
        "the file's name says 'editions-by-site'",
    ),
    "an id with capitals": ("id: editions-by-site", "id: Editions", ":1: the id 'Editions' is not small letters"),
    "a dataset that is none": ("graphs: asserted", "graphs: both", ":6: 'graphs' is all or asserted or page"),
    "empty is right or wrong": ("empty: wrong", "empty: maybe", ":9: 'empty' is right or wrong"),
    "a value is missing": (
        "#+ summary: A row is an edition and its title.",
        "#+ summary:",
        ":4: 'summary' has no value",
    ),
    "two blanks go on with nothing": ("#+   for a body", "#+  for a body", ":3: a header line is '#+ key: value'"),
    "a parameter lacks a field": (" | the body site asked for", "", ":7: a parameter has five fields"),
    "a type that is none": ("| string |", "| strings |", ":8: unknown type 'strings': did you mean string?"),
    "a prefix that is none": ("iri bodysite:", "iri bodyparts:", ":7: 'bodyparts:' is no prefix of the house"),
    "a default outside the namespace": ("| bodysite:bone |", "| agent:fes |", ":7: 'agent:fes' is no value for site"),
    "a default of two words": ('"Bone | scan" |', "Bone scan |", ":8: the default is one value"),
    "a name twice": ("parameter: title", "parameter: site", ":8: 'site' is no name for a parameter, or there twice"),
    "a change of another kind": ("remove page |", "delete page |", ":10: a counter-change is 'remove G | s p o'"),
    "a change of what is inferred": (
        "remove page |",
        "remove inferred |",
        ":10: 'inferred' is no graph that has source",
    ),
    "an effect of another kind": ("loses 1, gains 0", "loses one", ":11: a counter-effect is 'loses N, gains M'"),
    "an effect that is none": ("loses 1, gains 0", "loses 0, gains 0", ":11: a counter-change that changes nothing"),
    "a header line below": ("ORDER BY", "#+ id: x\nORDER BY", ":19: a header line below the query"),
    "parameters in another order": ("(?site ?title) {", "(?title ?site) {", "exactly one line 'VALUES (?site ?title)"),
    "parameters twice": ("  ?edition imt", '  VALUES (?site ?title) { (1 "") }\n  ?edition imt', "exactly one line"),
    "a default that is not the text's": ("(bodysite:bone", "(bodysite:lung", ":16: VALUES gives <https"),
    "parameters inside OPTIONAL": ("  VALUES", "  OPTIONAL {\n  VALUES", "VALUES stands first in the outermost WHERE"),
    "parameters after a pattern": ("  VALUES", "  ?a ?b ?c .\n  VALUES", ":17: the parameters' VALUES stands first"),
    "a counter-change that is no triple": ("| edition:bone imt:", "| edition:bone imtt:", "is no triple in Turtle"),
    "a prefix of another house": ("vocab#>", "vocabulary#>", "the prefix 'imt:' is not <"),
    "broken SPARQL": ("ORDER BY", "ODRER BY", "editions-by-site.rq cannot be read at line 19"),
    "an undeclared prefix": ("imt:printedTitle", "dcterms:title", "line 17, column"),
    "an update": ("SELECT ?edition ?title\n", "DELETE { ?a ?b ?c }\n", "DELETE is a SPARQL update"),
    "a dataset in the text": ("WHERE {", "FROM <http://example.org/g>\nWHERE {", "take out FROM"),
    "another server": (
        "  ?edition imt",
        "  SERVICE <http://example.org/> { ?a ?b ?c }\n  ?edition imt",
        "SERVICE asks another",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), BROKEN.values(), ids=list(BROKEN))
def test_a_query_file_that_breaks_the_grammar_is_refused_with_file_and_line(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    querycheck.load(PROJECT.at(_root(tmp_path, QUERY)))
    assert old in QUERY
    broken = QUERY.replace(old, new, 1)
    if "OPTIONAL {" in new:
        broken = broken.replace("}\nORDER", "}}\nORDER")
    with pytest.raises(UserError, match=r"editions-by-site\.rq") as caught:
        querycheck.load(PROJECT.at(_root(tmp_path, broken)))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


FEDERATED = QUERY.replace("#+ graphs: asserted", "#+ graphs: asserted\n#+ service: https://example.org/sparql").replace(
    "printedTitle ?title .\n",
    "printedTitle ?title .\n  SERVICE SILENT <https://example.org/sparql> {\n    ?edition imt:about ?title .\n  }\n",
)


def test_a_query_whose_header_names_a_service_may_ask_that_server(tmp_path: Path) -> None:
    query = querycheck.load(PROJECT.at(_root(tmp_path, FEDERATED)))["editions-by-site"]
    assert query.service == "https://example.org/sparql"
    assert parsed().service == ""
    with pytest.raises(UserError, match=r"'editions-by-site' asks https://example\.org/sparql as well"):
        catalog.refuse_federated(query)
    catalog.refuse_federated(parsed())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "service: https://example.org/sparql",
            "service: <https://example.org/sparql>",
            ":7: a service is the address",
        ),
        ("service: https://example.org/sparql", "service: example.org", ":7: a service is the address"),
        ("service: https://example.org/sparql", "service: https://example.org/other", "let SERVICE ask that one only"),
        ("SERVICE SILENT <https://example.org/sparql>", "OPTIONAL", "let SERVICE ask that one only"),
        ("SERVICE SILENT <https://example.org/sparql>", "SERVICE ?edition", "let SERVICE ask that one only"),
        ("#+ service: https://example.org/sparql\n", "", "SERVICE asks another server"),
        ("?edition imt:about ?title .", "?edition imt:about .", "cannot be read at line 20"),
        ("vocab#>", "vocabulary#>", "the prefix 'imt:' is not <"),
    ],
)
def test_a_federated_query_that_breaks_the_grammar_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in FEDERATED
    with pytest.raises(UserError, match=r"editions-by-site\.rq") as caught:
        querycheck.load(PROJECT.at(_root(tmp_path, FEDERATED.replace(old, new, 1))))
    assert sentence in str(caught.value)


def test_the_servers_of_a_text_are_those_after_the_keyword_service() -> None:
    text = (
        "# SERVICE <http://a/>\nSELECT * { SERVICE <http://b/> { ?s ?p 'SERVICE <http://c/>' } service silent ?d {} }"
    )
    assert querycheck.servers(text) == ["<http://b/>", "?d"]


def _root(tmp_path: Path, text: str) -> Path:
    saved(tmp_path, text)
    return tmp_path


def test_an_id_is_used_once_over_all_topics(tmp_path: Path) -> None:
    saved(tmp_path)
    saved(tmp_path, topic="sites")
    with pytest.raises(UserError, match="the id 'editions-by-site' is also"):
        querycheck.load(PROJECT.at(tmp_path))


def test_finding_a_query_reads_that_file_only(tmp_path: Path) -> None:
    saved(tmp_path)
    saved(tmp_path, "#+ rubbish", name="broken")
    assert catalog.find(PROJECT.at(tmp_path), "editions-by-site").id == "editions-by-site"


def test_an_unknown_query_offers_the_nearest_names(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(UserError, match=r"no saved query 'edition-by-sites': did you mean editions-by-site\?"):
        catalog.find(PROJECT.at(tmp_path), "edition-by-sites")
    with pytest.raises(UserError, match="'imt query --list' shows all"):
        catalog.find(PROJECT.at(tmp_path), "xyz")


@pytest.mark.parametrize(
    "name", ["../guidelines/editions-by-site", "", "/etc/passwd", "a\nb", "editions-by-site.rq", "x" * 10**6]
)
def test_a_name_is_never_taken_for_a_path(tmp_path: Path, name: str) -> None:
    saved(tmp_path)
    with pytest.raises(UserError) as caught:
        catalog.find(PROJECT.at(tmp_path), name)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def test_a_query_file_in_another_encoding_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(QUERY.replace("body site?", "Körper?").encode("latin-1"))
    with pytest.raises(UserError, match="is not UTF-8 at byte"):
        querycheck.load(PROJECT.at(tmp_path))


def test_without_values_the_text_is_that_of_the_file() -> None:
    assert catalog.bind(PROJECT, parsed(), {}) == QUERY


def test_a_value_replaces_its_default_and_leaves_the_others() -> None:
    text = catalog.bind(PROJECT, parsed(), {"site": "lung"})
    line = f'  VALUES (?site ?title) {{ (<{BONE.replace("bone", "lung")}> "Bone | scan") }}'
    assert [new for new, old in zip(text.split("\n"), QUERY.split("\n"), strict=True) if new != old] == [line]


@pytest.mark.parametrize("typed", ["bone", "bodysite:bone", BONE, f"<{BONE}>"])
def test_a_thing_can_be_named_in_every_way_a_person_writes_it(typed: str) -> None:
    assert catalog.term(PROJECT, parameter("iri bodysite:"), typed, store_with_sites()) == NamedNode(BONE)


@pytest.mark.parametrize(
    ("type_", "typed", "sentence"),
    [
        ("iri bodysite:", "bones", "no bodysite: thing has that name; did you mean bone?"),
        ("iri bodysite:", "Bone", "did you mean bone?"),
        ("iri bodysite:", "qqq", "the graph has bone, brain, lung, prostate."),
        ("iri bodysite:", "agent:fes", "it takes a bodysite: name, such as bodysite:bone."),
        ("iri bodysite:", "http://example.org/bone", "it takes a bodysite: name"),
        ("iri bodysite:", "nope:bone", "'nope:' is no prefix of the house."),
        ("iri bodysite:", "bone> } DROP ALL #", "no bodysite: thing has that name"),
        ("iri", "bone", "it takes an IRI"),
        ("iri", "http://a b", "it is no IRI."),
        ("iri", "<http://a/> } #", "it is no IRI."),
        ("integer", "2014.0", "it takes a whole number"),
        ("integer", "٣", "it takes a whole number"),
        ("integer", "9" * 19, "it takes a whole number"),
        ("integer", "9" * 10**6, "it takes a whole number"),
        ("integer", "1 } #", "it takes a whole number"),
        ("integer", "", "it takes a whole number"),
        ("date", "2014-02-30", "it takes a day"),
        ("date", "20140228", "it takes a day"),
        ("date", "2014-W01-1", "it takes a day"),
        ("date", "2014-01-01Z", "it takes a day"),
        ("boolean", "True", "it takes true or false."),
        ("string", "\ud800", "it holds a broken character"),
    ],
)
def test_a_value_of_the_wrong_type_gets_a_sentence(type_: str, typed: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        catalog.term(PROJECT, parameter(type_), typed, store_with_sites())
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("type_", "typed", "written"),
    [
        ("integer", "+007", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("integer", "-9223372036854775808", '"-9223372036854775808"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("date", "2016-02-29", '"2016-02-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("string", '} DROP ALL # "', '"} DROP ALL # \\""'),
        ("iri", "agent:fes", "<https://w3id.org/imaging-trials/id/agent/fes>"),
        ("iri", "urn:x:y", "<urn:x:y>"),
    ],
)
def test_a_value_becomes_a_typed_term(type_: str, typed: str, written: str) -> None:
    assert catalog.serialise(catalog.term(PROJECT, parameter(type_), typed)) == written


def test_an_unknown_parameter_offers_the_nearest() -> None:
    with pytest.raises(UserError, match=r"has no parameter 'sites': did you mean site\?"):
        catalog.bind(PROJECT, parsed(), {"sites": "bone"})
    with pytest.raises(UserError, match=r"did you mean site or title\?"):
        catalog.bind(PROJECT, parsed(), {"year": "2014"})


def _algebra(text: str) -> str:
    """Return rdflib's algebra of a query, less the values of its VALUES block."""

    def show(part: Any) -> str:
        if isinstance(part, CompValue):
            inner = [f"{key}={show(value)}" for key, value in sorted(part.items()) if key != "res"]
            return f"{part.name}({', '.join(inner)})"
        if isinstance(part, list | tuple):
            return f"[{', '.join(show(item) for item in part)}]"
        return repr(sorted(map(str, part))) if isinstance(part, set) else repr(part)

    return show(translateQuery(parseQuery(text)).algebra)


TITLE = "https://w3id.org/imaging-trials/vocab#printedTitle"
STRING = parsed(STRING_QUERY, "by-title")
ALGEBRA = _algebra(STRING_QUERY)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text(alphabet="\\uU0027\"'{}#\n\r\t x?<>@"))
@example("} DROP ALL #")
@example('x") } ?s ?p ?o #')
@example("\\u0022) } #")
@example("\\\\U00000022")
@example("\\u00220041")
@example("a\nb\r\tc\x00\x7f\x85\u2028\ufeff\ufffe\U0001f600")
@example("'''\"\"\"")
def test_any_string_enters_a_query_as_exactly_that_value_and_changes_nothing_else(value: str) -> None:
    text = catalog.bind(PROJECT, STRING, {"title": value})
    assert _algebra(text) == ALGEBRA
    store = Store()
    quad = Quad(NamedNode("http://example.org/x"), NamedNode(TITLE), Literal(value))
    store.add(quad)
    rows = store.query(text)
    assert isinstance(rows, QuerySolutions)
    assert [(row["title"], row["thing"]) for row in rows] == [(Literal(value), quad.subject)]
    found = bridge.to_rdflib_graph([quad], PROJECT.prefixes).query(text)
    assert list(found) == [(rdflib.Literal(value), rdflib.URIRef("http://example.org/x"))]


def test_a_string_of_a_megabyte_is_a_value_like_any_other() -> None:
    value = '\\u0022"}\n' * 125_000
    rows = Store().query(sparql_of_value(catalog.serialise(Literal(value))))
    assert isinstance(rows, QuerySolutions)
    assert [row["v"].value for row in rows] == [value]


def sparql_of_value(written: str) -> str:
    return f"SELECT ?v WHERE {{ VALUES (?v) {{ ({written}) }} }}"


@settings(max_examples=200, deadline=None)
@given(st.text(), st.sampled_from(["iri bodysite:", "iri", "integer", "date", "boolean"]))
def test_whatever_is_typed_becomes_one_term_or_a_sentence(value: str, type_: str) -> None:
    try:
        term = catalog.term(PROJECT, parameter(type_), value)
    except UserError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right, for each its own check
        return
    like = NamedNode(BONE) if type_.startswith("iri") else Literal("1", datatype=NamedNode("http://example.org/type"))
    text = sparql_of_value(catalog.serialise(term))
    assert _kinds(text) == _kinds(sparql_of_value(catalog.serialise(like)))
    rows = Store().query(text)
    assert isinstance(rows, QuerySolutions)
    assert [row["v"] for row in rows] == [term]


def _kinds(text: str) -> list[str]:
    return [kind for kind, _, _ in sparql.tokens(text)]


def test_a_counter_change_is_applied_to_its_graph_only() -> None:
    triple = "edition:bone imt:coversBodySite bodysite:bone"
    query = parsed()
    store = Store()
    edition, covers = (
        NamedNode("https://w3id.org/imaging-trials/id/edition/bone"),
        NamedNode(TITLE[:-12] + "coversBodySite"),
    )
    page, curated = (NamedNode(f"https://w3id.org/imaging-trials/graph/{name}") for name in ("page", "curated"))
    store.add(Quad(edition, covers, NamedNode(BONE), page))
    store.add(Quad(edition, covers, NamedNode(BONE), curated))
    querycheck.apply(PROJECT, store, query)
    assert [quad.graph_name for quad in store] == [curated]
    with pytest.raises(UserError, match=f"{triple} does not stand there, in graph page"):
        querycheck.apply(PROJECT, store, query)
    changed = parsed(
        QUERY.replace(f"remove page | {triple}", f"change curated | {triple} | {triple.replace(':bone', ':lung')}")
    )
    querycheck.apply(PROJECT, store, changed)
    assert [quad.subject for quad in store] == [NamedNode(edition.value.replace("bone", "lung"))]
    added = parsed(QUERY.replace("remove page", "add page"))
    querycheck.apply(PROJECT, store, added)
    with pytest.raises(UserError, match="stands there already"):
        querycheck.apply(PROJECT, store, added)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# SELECT\nPREFIX select: <http://x/#> ASK {}", "ASK"),
        ("BASE <http://x/> CONSTRUCT WHERE { ?s ?p 'INSERT' }", "CONSTRUCT"),
        ("describe <http://SELECT>", "DESCRIBE"),
    ],
)
def test_the_form_of_a_query_is_its_first_keyword_and_nothing_in_comments_names_or_strings(
    text: str, form: str
) -> None:
    assert sparql.check(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE' }",
        "SELECT * { ?s ?p 'x'@service }",
        "SELECT * { ?service ?p <http://x/SERVICE> } # SERVICE",
        "PREFIX x: <http://x/> SELECT * { ?s x:SERVICE '''a'SERVICE''' }",
    ],
)
def test_the_word_service_is_only_refused_where_it_asks_another_server(text: str) -> None:
    assert sparql.check(text) == "SELECT"
    with pytest.raises(UserError, match="--endpoint URL"):
        sparql.check("SELECT * { service silent <http://x/> { ?s ?p ?o } }")
    assert sparql.check("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", embedded=False) == "SELECT"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 100_000,
        "SELECT * { FILTER(" + "!" * 100_000 + "1) }",
        "SELECT * { FILTER(" + "1+" * 100_000 + "1) }",
        "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 100_000 + "}",
        "SELECT * { ?s ?p ?o }" + " " * 5_000_000,
    ],
    ids=["brackets", "not", "plus", "optional", "size"],
)
def test_a_query_that_would_kill_the_engine_gets_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"too large|bytes"):
        sparql.check(text)


def test_house_prefixes_are_declared_where_they_are_used_and_undeclared() -> None:
    text = 'PREFIX agent: <http://mine/>\nSELECT * { agent:x imt:y "skos:z" } # owl:x'
    assert (
        sparql.with_prefixes(text, PROJECT.prefixes) == f"PREFIX imt: <https://w3id.org/imaging-trials/vocab#>\n{text}"
    )
