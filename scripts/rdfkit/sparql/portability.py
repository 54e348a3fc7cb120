"""Find SPARQL constructs that engines evaluate differently.

Each rule has an id, and says what differs and what to write instead. The rules come from trials: ``docs/stores.md``
names the engines, and tests/rdfkit/sparql/test_portability.py has, for each rule, a query for which two engines differ,
or for which the recommendation (SPARQL 1.1 Query Language) leaves the answer open, and a fixed query for which they
agree.
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
    """Return the constructs of a query that engines are known to evaluate differently, in the order of the text.

    ``prefixes`` need not be declared in the text. Raises UserError for text that is not a query or is too large.
    """
    document = syntax.read(text, prefixes=prefixes)
    query = Linted(document)
    found = {
        Finding(*document.position(offset), rule.id, rule.message) for rule in RULES for offset in rule.check(query)
    }
    return sorted(found)


RULES = (*portability_structure.RULES, *portability_terms.RULES)
"""Every rule; docs/stores.md explains them."""
