"""Read RDF files in six syntaxes with pyoxigraph's strict parsers; each error is one sentence.

Nothing outside the file is read: no JSON-LD context is fetched and no XML entity is resolved. Files are streamed, also
those compressed with gzip, and reading stops after a few megabytes of what cannot be RDF.
"""

import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse

from rdfkit.base import UserError, printable, streams

if TYPE_CHECKING:
    from xml.parsers import expat

FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""Name of a syntax, as ``imt validate --input-format`` takes it, and pyoxigraph's format for it."""

EXTENSIONS = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".jsonld": "jsonld",
    ".json": "jsonld",
    ".rdf": "rdfxml",
    ".owl": "rdfxml",
    ".xml": "rdfxml",
}

_MAX_BYTES_WITHOUT_TRIPLE = 4_000_000
"""After so many bytes without a new triple the file is rejected as not RDF, unless it may be in a literal."""

_MAX_BYTES_OF_LITERAL = 17_000_000
"""The same for a file with a quotation mark: the parsers for Turtle and N-Triples take literals of up to 16 MB. In time
that grows with the square of the size they read what is no literal, so this is not the limit for all files."""

_QUOTING = {"turtle", "trig", "ntriples", "nquads"}

_MAX_NESTING_DEPTH = 1000
"""Of brackets, objects or elements: the time or memory of the parsers grows with the square of the depth."""

_MAX_ATTRIBUTES = 1000
"""Of one XML element: pyoxigraph compares each with each."""

LINE_BASED = ("ntriples", "nquads")
"""The syntaxes with at most one triple a line."""

_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\xef\xbb\xbf": "UTF-8"}

_OPENING = {"turtle": (b"([", b")]"), "trig": (b"([", b")]"), "jsonld": (b"{[", b"}]")}


def read(path: Path, format: str | None = None, *, base: str | None = None) -> list[Quad]:  # noqa: A002
    """Return the triples of a file as a list; otherwise as `stream`."""
    return list(stream(path, format, base=base))


def stream(path: Path, format: str | None = None, *, base: str | None = None) -> Iterator[Quad]:  # noqa: A002
    """Yield the triples of a file, in its order, each with its named graph (or the default graph).

    ``format`` is a key of ``FORMATS``; without it the file's extension decides. Relative IRIs are resolved against
    ``base``; without one, here or in the file, they are errors. A file whose name ends with .gz is decompressed. Only
    the parser for JSON-LD reads the whole file before the first triple.

    Raises UserError with the file and, if the parser knows them, line and column, for a file that is missing, a folder,
    cut off, not UTF-8, of an unknown extension, not valid, hostile, or that uses what RDF 1.1 does not have.
    """
    count = 0
    try:
        syntax = syntax_of(path, format)
        with _opened(path) as file:
            source = _Stream(path, syntax, file)
            for quad in _parse(path, syntax, source, base):
                count += 1
                yield quad
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: is not whole gzip ({error}); get it again, or decompress it with gunzip.") from error
    except OSError as error:
        raise UserError(_unreadable(path, error)) from error
    if not count and (why := _why_empty(syntax, source)):
        raise UserError(f"{path}: has no triples{why}.")


def text_of(path: Path) -> str:
    """Return the text of a file, decompressed; raises OSError, EOFError or ValueError if it cannot be read."""
    with _opened(path) as file:
        return file.read().decode("utf-8-sig")


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file, decompressed, each with its end: LF, CR LF or CR; raises errors as `text_of`."""
    with _opened(path) as file:
        yield from io.TextIOWrapper(file, encoding="utf-8-sig", newline="")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed."""
    with streams.open_input(path) as file:
        if path.suffix.lower() == ".gz":
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield file


def syntax_of(path: Path, name: str | None = None) -> str:
    """Return the syntax of a file, a key of ``FORMATS``: ``name`` if it is given, else by its extension.

    Raises UserError if there is no such syntax, and OSError for a folder or a missing file.
    """
    if name is not None and name not in FORMATS:
        raise UserError(f"There is no RDF syntax '{name}': choose one of {', '.join(FORMATS)}.")
    if path.is_dir():
        raise IsADirectoryError
    if name is None and path.stat():
        plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
        name = EXTENSIONS.get(plain.suffix.lower())
    if name is None:
        raise UserError(
            f"{path}: its extension names no syntax; name one with --input-format, one of {', '.join(FORMATS)}."
        )
    return name


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: there is no such file; check the name."
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder; name the files in it, for example {path}/*.ttl."
    return f"{path}: cannot be read ({error.strerror or error}); fix that and run the command again."


def _why_empty(syntax: str, source: "_Stream") -> str:
    """Return why a file without triples is refused, or an empty string: the empty graph is a graph."""
    if syntax in {"rdfxml", "jsonld"} and source.size == 0:
        return f": the file is empty, which is not {_plain(syntax)}; give one with data"
    if syntax == "jsonld" and source.has_names:
        return "; JSON-LD needs a @context that maps its keys to IRIs, and it must be in the file"
    return ""


class _Stream:
    """A file for the parser that checks what passes, and raises UserError at a limit."""

    def __init__(self, path: Path, syntax: str, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._syntax = syntax
        self._start = b""
        self._depth = 0
        self._has_quotes = False
        self._check_xml: Callable[[bytes], None] | None = None
        self.size = 0
        self.has_names = False
        self.fruitless = 0
        start = file.read(3)
        for mark, encoding in _BOMS.items():
            if start.startswith(mark):
                if encoding != "UTF-8":
                    raise UserError(f"{path}:1:1: is written in {encoding}; save the file as UTF-8.")
                start = start[len(mark) :]
        self._start = start
        if syntax == "rdfxml":
            self._check_xml = _xml_checker(path)

    def read(self, size: int = 65536) -> bytes:
        chunk = self._start + self._file.read(max(size - len(self._start), 1))
        self._start = b""
        self.size += len(chunk)
        self.has_names = self.has_names or b":" in chunk
        self.fruitless += len(chunk)
        # JSON-LD cannot be streamed: its context may come last.
        if not self._has_quotes and self._syntax in _QUOTING:
            self._has_quotes = b'"' in chunk or b"'" in chunk
        most = _MAX_BYTES_OF_LITERAL if self._has_quotes else _MAX_BYTES_WITHOUT_TRIPLE
        if self.fruitless > most + size and self._syntax != "jsonld":
            raise UserError(
                f"{self._path}: has no triple in {most // 1_000_000} MB, so it is probably not "
                f"{_plain(self._syntax)}; check that this is the right file."
            )
        if self._check_xml:
            self._check_xml(chunk)
        elif self._syntax in _OPENING:
            opening, closing = _OPENING[self._syntax]
            self._depth += sum(chunk.count(c) for c in (opening[:1], opening[1:]))
            self._depth = max(0, self._depth - sum(chunk.count(c) for c in (closing[:1], closing[1:])))
            if self._depth > _MAX_NESTING_DEPTH:
                raise UserError(_too_deep(self._path, "brackets"))
        return chunk


def _too_deep(where: object, what: str) -> str:
    return f"{where}: its {what} nest more than {_MAX_NESTING_DEPTH} deep; give the nodes IRIs instead of nesting them."


def _xml_checker(path: Path) -> Callable[[bytes], None]:
    """Return a function that takes an XML file chunk by chunk, an empty one last, and raises UserError for bad XML.

    pyoxigraph's RDF/XML parser resolves entities declared in the file, does not report the line of an error, and
    accepts a truncated file. So expat reads the same bytes; it resolves nothing here.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate()
    depth = 0

    def place() -> str:
        return f"{path}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}"

    def refuse_entity(name: str, *_: object) -> None:
        raise UserError(
            f"{place()}: declares the XML entity '{name}', and entities are not resolved; write its text in full."
        )

    def open_element(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if len(attributes) > _MAX_ATTRIBUTES:
            raise UserError(
                f"{place()}: has an element with more than {_MAX_ATTRIBUTES} attributes; use child elements."
            )
        if depth > _MAX_NESTING_DEPTH:
            raise UserError(_too_deep(place(), "elements"))

    def close_element(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler = refuse_entity
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element

    return lambda chunk: _parse_xml(parser, chunk, path)


def _parse_xml(parser: "expat.XMLParserType", chunk: bytes, path: Path) -> None:
    from xml.parsers import expat

    try:
        parser.Parse(chunk, not chunk)
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and parser.CurrentByteIndex <= 0:
            return  # an empty file has a message of its own
        what = expat.ErrorString(error.code)
        raise UserError(
            f"{path}:{error.lineno}:{error.offset + 1}: is not valid XML ({what}); fix it there."
        ) from error
    except (LookupError, ValueError) as error:  # Python's, for an encoding that it does not have
        raise UserError(f"{path}: has an unsupported encoding; save it as UTF-8 and declare that.") from error


def _parse(path: Path, syntax: str, source: _Stream, base: str | None) -> Iterator[Quad]:
    try:
        # pyoxigraph only calls read().
        for quad in parse(input=cast(BinaryIO, source), format=FORMATS[syntax], base_iri=base):
            source.fruitless = 0
            _refuse_rdf_12(path, quad)
            yield quad
    except SyntaxError as error:
        if source.size == 0:
            return  # the JSON-LD parser reports an empty file as an error
        raise UserError(_sentence(path, syntax, error)) from error
    except MemoryError as error:  # the parser's own limit on the length of one token
        raise UserError(
            f"{path}: has a name, string or comment of more than 16 MB, so it is probably not {_plain(syntax)}; "
            "check that this is the right file."
        ) from error


def _refuse_rdf_12(path: Path, quad: Quad) -> None:
    if isinstance(quad.object, Triple):
        inner = quad.object
        raise UserError(
            f"{path}: has a quoted triple ({printable(f'{inner.subject} {inner.predicate} {inner.object}')}), "
            "which SHACL cannot validate; use rdf:Statement or a named graph."
        )
    if isinstance(quad.object, Literal) and quad.object.direction:
        raise UserError(f"{path}: has a text with a direction ({quad.object}), which RDF 1.1 does not have; remove it.")


_PLACE = re.compile(r"^Parser error (?:at|between) .*?: ", re.DOTALL)
_FIXES = (
    ("No scheme found in an absolute IRI", "a relative IRI without a base", "write the full IRI, or declare a base"),
    ("LoadDocumentCallback", "refers to a remote JSON-LD context, which is not fetched", "put it into the file"),
    ("Only UTF-8", "is declared to be in another encoding than UTF-8", "save it as UTF-8 and declare that"),
    ("Invalid UTF-8", "is not UTF-8", "save the file as UTF-8"),
    ("cannot decode input using UTF-8", "is not UTF-8", "save the file as UTF-8"),
)


def _sentence(path: Path, syntax: str, error: SyntaxError) -> str:
    where = f"{path}:{error.lineno}:{error.offset or 1}" if error.lineno else str(path)
    for sign, what, fix in _FIXES:
        if sign in error.msg:
            return f"{where}: {what}; {fix}."
    detail = printable(_PLACE.sub("", error.msg)).rstrip(".")
    return f"{where}: is not valid {_plain(syntax)} ({detail}); {'fix it there' if error.lineno else 'fix that'}."


def _plain(syntax: str) -> str:
    known = {"turtle": "Turtle", "trig": "TriG", "ntriples": "N-Triples", "nquads": "N-Quads"}
    return known.get(syntax, "JSON-LD" if syntax == "jsonld" else "RDF/XML")


def file_base(path: Path) -> str:
    """Return the ``file:`` IRI of a file, the base of its relative IRIs if it declares none (RFC 3986, 5.1.3)."""
    return Path(os.path.abspath(path)).as_uri()  # noqa: PTH100 - resolve() would follow links
