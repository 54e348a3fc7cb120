"""The header of a saved query: its YAML, and each mistake that is refused with file and line."""

from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from rdfkit.base.errors import UserError
from rdfkit.sparql import query_tests, saved
from tests.support.queries import QUERY, STRING_QUERY


def write(root: Path, text: str = QUERY, name: str = "editions-by-site") -> Path:
    """Write a saved query under ``root`` and return its file."""
    path = root / "queries" / "guidelines" / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def parsed(text: str = QUERY, name: str = "editions-by-site") -> saved.SavedQuery:
    return saved.parse(PROJECT, Path("queries/guidelines") / f"{name}.rq", text)


def test_a_header_gives_all_fields() -> None:
    query = parsed()
    assert query.id == "editions-by-site"
    assert query.topic == "guidelines"
    assert query.summary == "Which editions does the page list for a body site?"
    assert query.tags == ("guidelines", "body sites")
    assert query.dataset == "asserted"
    assert not query.may_be_empty
    site, title = query.parameters
    assert (site.name, site.type, site.prefix, site.default) == ("site", "iri", "bodysite", "bodysite:bone")
    assert site.examples == ("bodysite:lung", "brain")
    assert (title.type, title.prefix, title.default) == ("string", "", "Bone | scan")
    assert title.examples == ("Lung scan", "PET")
    assert title.description == "words of the title"
    (change,) = query.mutation
    assert (change.action, change.graph) == ("remove", "page")
    assert change.triple == "edition:bone imt:coversBodySite bodysite:bone"
    assert (query.lost, query.gained) == (1, 0)


BROKEN = {
    "unknown key": ("#+ tags:", "#+ tag:", ":3: unknown key 'tag': did you mean tags?"),
    "missing key": ("#+ dataset: asserted\n", "", ":1: 'dataset' is missing"),
    "missing keys": (
        "#+ tags: [guidelines, body sites]\n#+ dataset: asserted\n",
        "",
        ":1: keys are missing: add a line for each of tags, dataset",
    ),
    "no question mark": ("for a body site?", "for a body site.", ":1: a question must end in '?'"),
    "key twice": (
        "#+ dataset: asserted",
        "#+ dataset: asserted\n#+ dataset: all",
        ":5: the key 'dataset' is there twice",
    ),
    "unknown dataset": (
        "dataset: asserted",
        "dataset: both",
        ":4: 'dataset' must be all or asserted or page, not 'both'",
    ),
    "neither true nor false": ("may-be-empty: false", "may-be-empty: no", ":16: 'may-be-empty' must be true or false"),
    "no value": ("description: A row is an edition and its title.", "description:", ":2: 'description' must be a text"),
    "tags as text": ("[guidelines, body sites]", "guidelines", ":3: 'tags' must be a list of texts"),
    "tag twice": ("[guidelines, body sites]", "[guidelines, guidelines]", ":3: a tag is there twice"),
    "surrogate": ("A row is an edition and its title.", '"\\ud800"', ":2: the header is not valid YAML"),
    "not YAML": ("[guidelines, body sites]", "[guidelines", "the header is not valid YAML"),
    "a tab": ("#+   - name: site", "#+ \t- name: site", "the header is not valid YAML"),
    "parameters as text": ("#+ parameters:\n", "#+ parameters: x\n#+ more:\n", "'more'"),
    "parameter without description": (
        "#+     description: the body site asked for\n",
        "",
        ":6: 'description' is missing",
    ),
    "unknown type": ("type: string", "type: strings", ":12: unknown type 'strings': did you mean string?"),
    "unknown prefix": ("iri bodysite:", "iri bodyparts:", ":7: 'bodyparts:' is not a prefix of the project"),
    "default outside the namespace": ("default: bodysite:bone", "default: agent:fes", ":8: 'agent:fes' is not a value"),
    "example of another type": ("[bodysite:lung, brain]", "[agent:fes]", ":9: 'agent:fes' is not a value for site"),
    "name twice": ("name: title", "name: site", ":11: 'site' is not a name for a parameter, or is there twice"),
    "unknown action": ("- remove:", "- delete:", ":18: a change has one of the keys 'remove', 'add', 'change'"),
    "change without to": ("- remove:", "- change:", ":18: 'to' is missing"),
    "inferred graph": ("graph: page", "graph: inferred", ":19: 'inferred' is not a named graph with source files"),
    "not a number": ("lost: 1", "lost: one", ":20: 'lost' must be a number of rows, not 'one'"),
    "no difference": ("lost: 1", "lost: 0", ":20: a mutation that changes nothing proves nothing"),
    "header line below": ("ORDER BY", "#+ id: x\nORDER BY", ":28: a header line below the query"),
    "other order": ("(?site ?title) {", "(?title ?site) {", "exactly one line 'VALUES (?site ?title)"),
    "two blocks": ("  ?edition imt", '  VALUES (?site ?title) { (1 "") }\n  ?edition imt', "exactly one line"),
    "other default": ("(bodysite:bone", "(bodysite:lung", ":25: VALUES gives <https"),
    "in OPTIONAL": ("  VALUES", "  OPTIONAL {\n  VALUES", "must be first in the outermost WHERE"),
    "after a pattern": ("  VALUES", "  ?a ?b ?c .\n  VALUES", ":26: the VALUES block of the parameters must be first"),
    "not a triple": ("remove: edition:bone imt:", "remove: edition:bone imtt:", "is not a triple in Turtle"),
    "other namespace": ("vocab#>", "vocabulary#>", "the prefix 'imt:' is not <"),
    "broken SPARQL": ("ORDER BY", "ODRER BY", "editions-by-site.rq cannot be read at line 28"),
    "undeclared prefix": ("imt:printedTitle", "dcterms:title", "line 26, column"),
    "update": ("SELECT ?edition ?title\n", "DELETE { ?a ?b ?c }\n", "DELETE is a SPARQL update"),
    "FROM": ("WHERE {", "FROM <http://example.org/g>\nWHERE {", "remove FROM"),
    "other server": (
        "  ?edition imt",
        "  SERVICE <http://example.org/> { ?a ?b ?c }\n  ?edition imt",
        "SERVICE asks another",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), BROKEN.values(), ids=list(BROKEN))
def test_a_mistake_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    write(tmp_path)
    query_tests.load(PROJECT.at(tmp_path))
    assert old in QUERY
    broken = QUERY.replace(old, new, 1)
    if "OPTIONAL {" in new:
        broken = broken.replace("}\nORDER", "}}\nORDER")
    write(tmp_path, broken)
    with pytest.raises(UserError, match=r"editions-by-site\.rq") as caught:
        query_tests.load(PROJECT.at(tmp_path))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("before", "is_first"), [("", True), ("?a ?b ?c . ", False)])
def test_parameters_may_be_in_a_sub_select_that_is_first(tmp_path: Path, before: str, is_first: bool) -> None:
    """So that a query can compare a text with each different name once, before it joins anything."""
    (line,) = (one for one in QUERY.splitlines() if one.startswith("  VALUES"))
    inner = f"  {{ SELECT ?site ?title WHERE {{ {before}\n{line}\n }} GROUP BY ?site ?title }}"
    write(tmp_path, QUERY.replace(line, inner))
    if is_first:
        assert list(query_tests.load(PROJECT.at(tmp_path))) == ["editions-by-site"]
    else:
        with pytest.raises(UserError, match="or in a sub-select that is first there"):
            query_tests.load(PROJECT.at(tmp_path))


def test_values_are_texts_as_they_are_written() -> None:
    """YAML would turn 1.10 into a number, no into false and a day into a date."""
    text = STRING_QUERY.replace("examples: [y]", "examples: [1.10, no, 2026-11-26, 0x1F]")
    (title,) = parsed(text, "by-title").parameters
    assert title.examples == ("1.10", "no", "2026-11-26", "0x1F")


@pytest.mark.parametrize(
    "text", ["", "SELECT * { ?s ?p ?o }", "#+ - a list\nASK {}", "#+ &a [*a]\nASK {}", "#+\nASK {}"]
)
def test_a_text_without_a_header_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"by-title\.rq:1: "):
        parsed(text, "by-title")


def test_a_file_name_must_be_a_slug() -> None:
    with pytest.raises(UserError, match="must consist of small letters, digits and single '-'"):
        parsed(QUERY, "Editions")


FEDERATED = QUERY.replace(
    "#+ dataset: asserted", "#+ dataset: asserted\n#+ service: https://example.org/sparql"
).replace(
    "printedTitle ?title .\n",
    "printedTitle ?title .\n  SERVICE SILENT <https://example.org/sparql> {\n    ?edition imt:about ?title .\n  }\n",
)


def test_a_query_may_ask_the_service_of_its_header(tmp_path: Path) -> None:
    query = _loaded(tmp_path, FEDERATED)["editions-by-site"]
    assert query.service == "https://example.org/sparql"
    assert parsed().service == ""
    with pytest.raises(UserError, match=r"'editions-by-site' also queries https://example\.org/sparql,"):
        saved.refuse_federated(query)
    saved.refuse_federated(parsed())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "service: https://example.org/sparql",
            "service: <https://example.org/sparql>",
            ":5: a service must be the address",
        ),
        ("service: https://example.org/sparql", "service: example.org", ":5: a service must be the address"),
        ("service: https://example.org/sparql", "service: https://example.org/other", "SERVICE must ask only that one"),
        ("SERVICE SILENT <https://example.org/sparql>", "OPTIONAL", "SERVICE must ask only that one"),
        ("SERVICE SILENT <https://example.org/sparql>", "SERVICE ?edition", "SERVICE must ask only that one"),
        ("#+ service: https://example.org/sparql\n", "", "SERVICE asks another server"),
        ("?edition imt:about ?title .", "?edition imt:about .", "cannot be read at line 29"),
        ("vocab#>", "vocabulary#>", "the prefix 'imt:' is not <"),
    ],
)
def test_a_federated_query_that_breaks_the_grammar_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in FEDERATED
    with pytest.raises(UserError, match=r"editions-by-site\.rq") as caught:
        _loaded(tmp_path, FEDERATED.replace(old, new, 1))
    assert sentence in str(caught.value)


def test_servers_are_those_after_the_keyword_service() -> None:
    text = (
        "# SERVICE <http://a/>\nSELECT * { SERVICE <http://b/> { ?s ?p 'SERVICE <http://c/>' } service silent ?d {} }"
    )
    assert query_tests.servers(text) == ["<http://b/>", "?d"]


def _loaded(root: Path, text: str) -> dict[str, saved.SavedQuery]:
    write(root, text)
    return query_tests.load(PROJECT.at(root))
