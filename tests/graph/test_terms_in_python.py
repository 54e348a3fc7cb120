"""Every term that the Python code names is defined in the vocabulary of its prefix."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from imaging_trials.model.project import PROJECT
from rdfkit.shacl import undefined_terms
from rdfkit.stores.embedded import open_store
from tests.conftest import ROOT
from tests.support.python_terms import Use, uses

FILES = sorted(path for folder in ("scripts", "tools") for path in (ROOT / folder).rglob("*.py"))

PLACEHOLDERS = {"imt:x", "imt:X", "dcterms:titel", "sh:values"}
"""What a docstring shows for any term, or as a misspelled one; and the term of SHACL that no vocabulary declares."""


def undefined(found: list[Use]) -> list[str]:
    """Return where a term is named that no vocabulary defines."""
    known = undefined_terms.defined_in_store(PROJECT, open_store(PROJECT))
    thing, value = NamedNode("urn:example:thing"), NamedNode("urn:example:value")
    wrong = []
    for iri in {use.iri for use in found}:
        # A class is looked up as one, anything else as a property.
        local = iri.removeprefix(PROJECT.vocabulary).rpartition("#")[2].rpartition("/")[2]
        kind = NamedNode(PROJECT.expand("rdf:type"))
        quad = Quad(thing, kind, NamedNode(iri)) if local[:1].isupper() else Quad(thing, NamedNode(iri), value)
        if undefined_terms.check_quads(PROJECT, [quad], "python", known, {thing.value}):
            wrong += [f"{use.file}:{use.line}: {PROJECT.shorten(iri)}" for use in found if use.iri == iri]
    return sorted(wrong)


def test_every_term_named_in_python_is_defined() -> None:
    found = [use for path in FILES for use in uses(path, path.relative_to(ROOT).as_posix())]
    assert len({use.iri for use in found}) > 150
    assert undefined([use for use in found if PROJECT.shorten(use.iri) not in PLACEHOLDERS]) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("x = 'imt:doi'", False),
        ("x = 'imt:dio'", True),
        ("x = 'SELECT ?x { ?x skos:prefLabel ?y ; imt:dio ?z }'", True),
        ("x = PROJECT.vocabulary + 'dio'", True),
        ("x = PROJECT.prefixes['skos'] + 'preferredLabel'", True),
        ("x = _SKOS + 'prefLabel'", False),
        ("from imaging_trials.model import read as facts\nfacts.text(store, thing, 'dio')", True),
        ("from imaging_trials.model.read import text\ntext(store, thing, 'doi')", False),
        ("from imaging_trials.model.read import text\ntext(store, thing, 'dio')", True),
    ],
)
def test_a_misspelt_term_is_found_however_it_is_named(tmp_path: Path, line: str, wrong: bool) -> None:
    path = tmp_path / "a.py"
    path.write_text(line, encoding="utf-8")
    found = list(uses(path, "a.py"))
    assert found
    assert bool(undefined(found)) is wrong
