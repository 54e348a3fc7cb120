"""Parameters of saved queries: their types, and values as SPARQL terms.

Parameters enter a query as one line ``VALUES (?a ?b) { (A B) }`` at the start of the outermost WHERE group. The line is
replaced as a whole by typed terms, so a value can change nothing but itself.

This runs at every saved query: classes are written out, and what only errors need is imported there.
"""

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, Store

from rdfkit.base import XSD, Project, UserError, clip

TYPES = ("string", "integer", "date", "boolean", "iri")
"""Types of a parameter; ``iri`` may be followed by a prefix (``iri bodysite:``) in whose namespace the value lies."""

Term = NamedNode | Literal

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from typing import Any

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Parameter:
    """A parameter of a saved query; ``default`` and ``examples`` are written as ``--param`` takes them."""

    __slots__ = ("default", "description", "examples", "name", "prefix", "type")

    def __init__(self, record: "Mapping[str, Any]") -> None:
        """Take the fields of a record: ``type`` is one of `TYPES`, ``iri`` with or without a prefix behind it."""
        self.name: str = record["name"]
        self.type, _, self.prefix = record["type"].removesuffix(":").partition(" ")
        self.default: str = record["default"]
        self.examples: tuple[str, ...] = tuple(record["examples"])
        self.description: str = record["description"]


def values_block(names: Iterable[str], values: Iterable[Term]) -> str:
    """Return the one-line VALUES block that binds variables to terms."""
    return f"VALUES ({' '.join('?' + name for name in names)}) {{ ({' '.join(serialize(value) for value in values)}) }}"


def serialize(value: Term) -> str:
    """Return a term as SPARQL text that every engine reads back as the same term.

    SPARQL 1.1, section 19.2, lets an engine resolve ``\\uXXXX`` before it looks for strings; rdflib does, and takes
    eight digits wherever eight follow. So an escape here always has eight, and a backslash of the value is never
    followed by a plain ``u``.
    """
    if isinstance(value, NamedNode):
        return str(value)
    written = []
    before = ""
    for c in value.value:
        if c in _ESCAPES:
            written.append(_ESCAPES[c])
        elif not c.isprintable() or (before == "\\" and c in "uU"):
            written.append(f"\\U{ord(c):08X}")
        else:
            written.append(c)
        before = c
    text = '"' + "".join(written) + '"'
    return text if value.datatype.value == XSD + "string" else f"{text}^^{value.datatype}"


def term(project: Project, parameter: Parameter, value: str, store: Store | None = None) -> Term:
    """Return a parameter's value, given as text by a user, as an RDF term.

    An IRI may be given as a CURIE, in full (with or without <>), or, if the type names a prefix, as its local name
    alone. Raises UserError for a value that is not of the type, or, with a store, for a thing not described there.
    """
    wrong = f"'{clip(value)}' is not a value for {parameter.name}"
    if parameter.type == "iri":
        return _iri(project, parameter, value, store, wrong)
    datatype = NamedNode(XSD + parameter.type)
    if parameter.type == "integer":
        digits = value[1:] if value[:1] in {"+", "-"} else value
        if not are_digits(digits) or len(digits) > 19 or not -(2**63) <= int(value) < 2**63:
            raise UserError(f"{wrong}: give a whole number, such as 2014.")
        return Literal(str(int(value)), datatype=datatype)
    if parameter.type == "boolean":
        if value not in {"true", "false"}:
            raise UserError(f"{wrong}: give true or false.")
        return Literal(value, datatype=datatype)
    if parameter.type == "date":
        _check_date(value, wrong)
        return Literal(value, datatype=datatype)
    try:
        return Literal(value)
    except ValueError:
        raise UserError(f"{wrong}: it has a broken character; write it in UTF-8.") from None


def default(project: Project, parameter: Parameter) -> Term:
    """Return a parameter's default as an RDF term."""
    return term(project, parameter, parameter.default)


def find_block(place: str, text: str, parameters: tuple[Parameter, ...]) -> tuple[int, int]:
    """Return where the VALUES block of the parameters starts and ends in a query's text; (0, 0) without parameters.

    Raises UserError if there is not exactly one; ``place`` is the file it names.
    """
    if not parameters:
        return 0, 0
    variables = " ".join(f"?{parameter.name}" for parameter in parameters)
    offset = 0
    found = []
    for line in text.split("\n"):
        block = line.strip()
        if block.startswith(f"VALUES ({variables}) {{ (") and block.endswith(") }"):
            start = offset + line.index(block)
            found.append((start, start + len(block)))
        offset += len(line) + 1
    if len(found) != 1:
        raise UserError(
            f"{place}:1: the parameters must enter as exactly one line 'VALUES ({variables}) {{ (...) }}', in this "
            "order, at the start of the WHERE group."
        )
    return found[0]


def are_digits(text: str) -> bool:
    """Return whether a text consists of the digits 0 to 9."""
    return text.isascii() and text.isdigit()


def _check_date(value: str, wrong: str) -> None:
    from datetime import date

    try:
        if len(value) != len("2014-03-31") or not all(map(are_digits, value.split("-"))):
            raise ValueError  # fromisoformat takes more forms than xsd:date has
        date.fromisoformat(value)
    except ValueError:
        raise UserError(f"{wrong}: give a day as year, month and day, such as 2014-03-31.") from None


def _iri(project: Project, parameter: Parameter, value: str, store: Store | None, wrong: str) -> Term:
    from rdfkit.base import nearest

    iri = _full_iri(project, parameter, value, wrong)
    namespace = project.prefixes[parameter.prefix] if parameter.prefix else ""
    if not iri.startswith(namespace):
        raise UserError(f"{wrong}: give a name with the prefix {parameter.prefix}:, such as {parameter.default}.")
    try:
        node = NamedNode(iri)
    except ValueError:
        node = None
    if not namespace or store is None:
        if node is None:
            raise UserError(f"{wrong}: it is not an IRI.")
        return node
    if node is not None and next(store.quads_for_pattern(node, None, None), None) is not None:
        return node
    subjects = (quad.subject.value for quad in store if isinstance(quad.subject, NamedNode))
    here = sorted({subject.removeprefix(namespace) for subject in subjects if subject.startswith(namespace)})
    near = nearest(iri.removeprefix(namespace).replace(" ", "-"), here)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the graph has {_some(here)}."
    raise UserError(f"{wrong}: nothing with the prefix {parameter.prefix}: has that name; {hint}")


def _full_iri(project: Project, parameter: Parameter, value: str, wrong: str) -> str:
    if value.startswith("<") and value.endswith(">"):
        return value[1:-1]
    prefix, colon, _ = value.partition(":")
    if "://" in value or (colon and prefix in {"urn", "mailto"}):
        return value
    if colon:
        try:
            return project.expand(value)
        except UserError:
            raise UserError(f"{wrong}: '{clip(prefix)}:' is not a prefix of the project.") from None
    if parameter.prefix:
        return project.prefixes[parameter.prefix] + value
    raise UserError(f"{wrong}: give an IRI, such as agent:fes or <https://example.org/fes>.")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (", ".join(names[:12]) or "none") + more
