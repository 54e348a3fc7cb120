"""XML of reference managers as a small tree with lines. Nothing is fetched and no entity is expanded."""

import contextlib
from collections.abc import Iterator

from rdfkit.base import UserError, printable

MAX_DEPTH = 100
"""How deeply elements may be nested."""


class Element:
    """An element: its name without a namespace, its attributes, its line, its children and text in their order."""

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Make an element without content."""
        self.name = name
        self.attributes = attributes
        self.line = line
        self.content: list[Element | str] = []

    def children(self, *names: str) -> "Iterator[Element]":
        """Yield the child elements, those of some names if names are given."""
        return (one for one in self.content if isinstance(one, Element) and (not names or one.name in names))

    def find(self, *path: str) -> "Iterator[Element]":
        """Yield the elements at the end of a path of names, each a child of the one before."""
        if not path:
            yield self
            return
        for child in self.children(path[0]):
            yield from child.find(*path[1:])

    @property
    def text(self) -> str:
        """The text of the element and of all that is in it, on one line."""
        parts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                parts.append(one)
            else:
                waiting += reversed(one.content)
        return " ".join("".join(parts).split())


def root_name(text: str) -> str:
    """Return the name of the first element of an XML text without its namespace, or "" if there is none."""
    from xml.parsers import expat

    found: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        if not found:
            found.append(name.rpartition(" ")[2])

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler = start
    with contextlib.suppress(expat.ExpatError, ValueError):
        parser.Parse(text[:20_000].encode("utf-8", "replace"), False)
    return found[0] if found else ""


def parse(text: str, where: str) -> Element:
    """Return the root element of an XML text.

    ``where`` is the name of the list in messages. Raises UserError for XML with a syntax error, for one that declares
    entities, and for elements nested more than `MAX_DEPTH` deep.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    top = Element("", {}, 0)
    open_elements = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if len(open_elements) > MAX_DEPTH:
            raise UserError(
                f"{where}, line {line}: more than {MAX_DEPTH} elements are nested there: simplify the file."
            )
        names = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        one = Element(name.rpartition(" ")[2], names, line)
        open_elements[-1].content.append(one)
        open_elements.append(one)

    def end(_: str) -> None:
        open_elements.pop()

    def add_text(data: str) -> None:
        open_elements[-1].content.append(data)

    def refuse_entity(name: str, *_: object) -> None:
        line = parser.CurrentLineNumber
        raise UserError(
            f"{where}, line {line}: the XML entity '{printable(name, 40)}' is there, and entities are not resolved: "
            "write its text in full."
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add_text
    parser.EntityDeclHandler = refuse_entity
    parser.SkippedEntityHandler = refuse_entity
    try:
        parser.Parse(text.lstrip().encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise UserError(f"{where}, line {error.lineno}: the XML has a syntax error there ({what}): fix it.") from None
    return next(top.children())
