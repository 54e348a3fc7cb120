"""Patterns of SPARQL that engines answer differently, found in a query before an engine sees it.

Each rule has an id, says what differs and how to write it instead. The rules come from trials: ``docs/stores.md`` names
the engines, tests/rdfkit/sparql/test_portability.py has for each rule a query on which two engines differ, or where the
recommendation (SPARQL 1.1 Query Language) leaves the answer open, and the mended query on which they agree.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rdfkit.sparql import portability_structure, portability_terms, syntax
from rdfkit.sparql.lint import Linted


class Finding(NamedTuple):
    """A place in a query, counted from 1, the rule it breaks, and one sentence with what to do."""

    line: int
    column: int
    rule: str
    message: str


def findings(text: str, prefixes: Mapping[str, str] | None = None) -> list[Finding]:
    """Return what in a query engines are known to answer differently, in the order of the text.

    ``prefixes`` need not be declared in the text. Raises UserError for what is no query, or too large to be looked
    through.
    """
    document = syntax.read(text, prefixes=prefixes)
    query = Linted(document)
    found = {
        Finding(*document.position(offset), rule.id, rule.message) for rule in RULES for offset in rule.check(query)
    }
    return sorted(found)


RULES = (*portability_structure.RULES, *portability_terms.RULES)
"""Every rule; docs/stores.md explains them."""
