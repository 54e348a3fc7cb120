"""Strings that an attacker might send to break out of a string: for property tests of all that reads external text."""

from hypothesis import strategies as st

INJECTIONS = (
    '") } DROP ALL #',
    'x") } ; INSERT DATA { <urn:a> <urn:b> <urn:c> } #',
    'x") } UNION { ?s ?p ?o } #',
    '") ("',
    '"^^<urn:a>) (',
    '"@en',
    "\\",
    '\\"',
    "\\u0022) } #",
    "\\U00000022",
    "\\u00220041",
    "\\\\u0022",
    "'''\"\"\"",
    "} SERVICE <http://127.0.0.1:9/> { ?s ?p ?o",
    "x\n} #",
    "#+ id: other\n",
    "?value $value _:b",
    "%22) %7D",
    "&quot;&#34;<!--",
    "$(id) `id` ; --",
    "a\tb\rc\r\nd",
    "\x01\x7f\x85\u00a0\u2028\ufeff\ufffe",
    "e\u0301 \u00e9 \u202e \U0001f600 \U0010fffd",
)
"""One for each known way to break out, and for each kind of character that a transport may change."""


def strings() -> st.SearchStrategy[str]:
    """Return strings without lone surrogates and U+0000, preferring those that are hard to quote.

    U+0000 is in no RDF string: no version of XML Schema allows it in xsd:string.
    """
    anything = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
    spiteful = st.text(alphabet="\\uU0027\"'{}()#;\n\r\t x?$<>@%&^`")
    return st.sampled_from(INJECTIONS) | spiteful | anything
