"""Parameters of saved queries: their types, and values as SPARQL terms.

Parameters enter a query as one line ``VALUES (?a ?b) { (A B) }`` at the start of the outermost WHERE group, or of a
sub-select that is first in it. The line is
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


def term(
    project: Project, parameter: Parameter, value: str, store: Store | None = None, *, others: bool = False
) -> Term:
    """Return a parameter's value, given as text by a user, as an RDF term.

    An IRI may be given as a CURIE, in full (with or without <>), or, if the type names a prefix, as its local name
    alone. With a store, a thing may also be given by its local name, notation or label, all without regard to case; if
    the type names a prefix, it is one of that namespace. ``others`` says that the query is for another store too: an
    IRI or a CURIE may then be of a thing that this store does not describe.

    Raises UserError for a value that is not of the type, or, with a store, for a thing not described there (with what
    is near) and for a name of several things (with these).
    """
    if parameter.type == "iri":
        return _iri(project, parameter, value, store, others=others)
    wrong = f"'{clip(value)}' is not a value for {parameter.name}"
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


def _iri(project: Project, parameter: Parameter, value: str, store: Store | None, *, others: bool) -> NamedNode:
    wrong = f"'{clip(value)}' is not a value for {parameter.name}"
    namespace = project.prefixes[parameter.prefix] if parameter.prefix else ""
    iri = _full_iri(project, value)
    if iri and not iri.startswith(namespace):
        raise UserError(f"{wrong}: give a name with the prefix {parameter.prefix}:, such as {parameter.default}.")
    node = _node(iri or namespace + value) if iri or namespace else None
    if store is not None:
        if node is not None and next(store.quads_for_pattern(node, None, None), None) is not None:
            return node
        from rdfkit.sparql import parameter_names

        names = parameter_names.by_name(project, store, parameter.prefix)
        try:
            found = parameter_names.find(project, names, parameter.prefix, iri, value)
        except UserError as error:
            raise UserError(f"{wrong}: {error}") from None
        if found:
            return found
    prefix, colon, _ = value.partition(":")
    if colon and not iri:
        raise UserError(f"{wrong}: '{clip(prefix)}:' is not a prefix of the project.")
    if store is not None and (not iri or (namespace and not others)):
        raise UserError(f"{wrong}: {parameter_names.unknown(project, names, parameter.prefix, iri or value)}")
    if node is None:
        fix = (
            "it is not an IRI." if iri or namespace else "give an IRI, such as agent:fes or <https://example.org/fes>."
        )
        raise UserError(f"{wrong}: {fix}")
    return node


def _full_iri(project: Project, value: str) -> str:
    """Return the IRI that a value is, in full or as a CURIE, or "" if it is a name."""
    if value.startswith("<") and value.endswith(">"):
        return value[1:-1]
    prefix, colon, _ = value.partition(":")
    if "://" in value or (colon and prefix in {"urn", "mailto"}):
        return value
    return project.expand(value) if colon and prefix in project.prefixes else ""


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None
