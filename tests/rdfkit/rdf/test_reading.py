"""Reading RDF: seven syntaxes give the same triples, and a bad file is one sentence, with limits on time and memory."""

import gzip
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal

from rdfkit.base.errors import UserError
from rdfkit.rdf import reading
from tests.conftest import Imt

TRIPLE = "<http://example.org/a> <http://example.org/b> <http://example.org/c>"
RDFXML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
DESCRIPTION = '<rdf:Description rdf:about="http://example.org/a"><e:b rdf:resource="http://example.org/c"/>'
IN_EACH_SYNTAX = {
    "a.ttl": f"{TRIPLE} .",
    "a.trig": f"<http://example.org/g> {{ {TRIPLE} . }}",
    "a.nt": f"{TRIPLE} .\n",
    "a.nq": f"{TRIPLE} <http://example.org/g> .\n",
    "a.jsonld": '{"@id": "http://example.org/a", "http://example.org/b": {"@id": "http://example.org/c"}}',
    "a.json": '{"@context": {"b": {"@id": "http://example.org/b", "@type": "@id"}}, "b": "http://example.org/c",'
    ' "@id": "http://example.org/a"}',
    "a.rdf": f"{RDFXML}{DESCRIPTION}</rdf:Description></rdf:RDF>",
    "a.owl": f"{RDFXML}{DESCRIPTION}</rdf:Description></rdf:RDF>",
    "a.xml": f"{RDFXML}{DESCRIPTION}</rdf:Description></rdf:RDF>",
}


@pytest.mark.parametrize("name", IN_EACH_SYNTAX)
def test_the_extension_selects_the_syntax(tmp_path: Path, name: str) -> None:
    """The extension selects the syntax, and each syntax gives the same triple."""
    path = tmp_path / name
    path.write_text(IN_EACH_SYNTAX[name])
    assert [str(quad.triple) for quad in reading.read(path)] == [TRIPLE]


def test_a_named_syntax_overrides_the_extension(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(IN_EACH_SYNTAX["a.jsonld"])
    assert [str(quad.triple) for quad in reading.read(path, "jsonld")] == [TRIPLE]


def test_a_byte_order_mark_of_utf_8_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(f"{TRIPLE} .", encoding="utf-8-sig")
    assert len(reading.read(path)) == 1


def test_literals_keep_their_lexical_form(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text('<http://e/a> <http://e/b> 01.60, "2016-02-30"^^<http://www.w3.org/2001/XMLSchema#date> .')
    assert [getattr(quad.object, "value", None) for quad in reading.read(path)] == ["01.60", "2016-02-30"]


def test_a_relative_iri_needs_a_base_and_is_resolved_against_it(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("\n<a> <b> <#c> .")
    with pytest.raises(UserError, match=r"a\.ttl:2:1: .*relative IRI without a base"):
        reading.read(path)
    assert str(reading.read(path, base="http://e/f")[0].triple) == "<http://e/a> <http://e/b> <http://e/f#c>"


PREFIX = "@prefix e: <http://e/> .\n"
USES_ENTITY = f'{RDFXML}<rdf:Description rdf:about="http://e/a"><e:b>&e;</e:b></rdf:Description></rdf:RDF>'
BROKEN: dict[str, tuple[str, str | bytes, str, str]] = {
    "a missing dot": ("a.ttl", f"{PREFIX}e:a e:b e:c\ne:d e:e e:f .", ":3:1: is not valid Turtle", "dot is expected"),
    "an undeclared prefix": (
        "a.ttl",
        f"{PREFIX}e:a e:b f:c .",
        ":2:9: is not valid Turtle",
        "prefix f: has not been declared",
    ),
    "a file that breaks off": ("a.ttl", f"{PREFIX}e:a e:b e:c ;", ":2:", "is not valid Turtle"),
    "a space in an IRI": (
        "a.nt",
        "<http://e/a b> <http://e/b> <http://e/c> .",
        ":1:1: is not valid N-Triples",
        "Invalid IRI",
    ),
    "UTF-16": ("a.ttl", f"{TRIPLE} .".encode("utf-16"), ":1:1: is written in UTF-16", "save the file as UTF-8"),
    "Latin-1": (
        "a.ttl",
        f'{PREFIX}e:a e:b "café" .'.encode("latin-1"),
        ":2:13: is not UTF-8",
        "save the file as UTF-8",
    ),
    "an empty JSON file": ("a.jsonld", "", "the file is empty", ""),
    "an empty XML file": ("a.rdf", "", "the file is empty", ""),
    "JSON that is not valid JSON-LD": ("a.json", '{"name": "FES"}', "has no triples", "@context"),
    "JSON that breaks off": ("a.json", '{"@id":\n "http://e/a", "http://e/b"', ":2:28: is not valid JSON-LD", ""),
    "a context elsewhere": (
        "a.jsonld",
        '{"@context": "https://schema.org/", "@id": "http://e/a", "name": "x"}',
        "refers to a remote JSON-LD context, which is not fetched",
        "put it into the file",
    ),
    "an imported context": (
        "a.jsonld",
        '{"@context": {"@import": "https://schema.org/"}, "@id": "http://e/a", "name": "x"}',
        "which is not fetched",
        "",
    ),
    "a quoted triple": ("a.ttl", f"{PREFIX}e:a e:b <<e:a e:b e:c>> .", "has a quoted triple", "rdf:Statement"),
    "a text with a direction": ("a.ttl", f'{PREFIX}e:a e:b "x"@en--ltr .', "text with a direction", ""),
    "XML with an entity": (
        "a.rdf",
        f'<!DOCTYPE rdf:RDF [\n<!ENTITY e "http://e/">]>{RDFXML}{DESCRIPTION}</rdf:Description></rdf:RDF>',
        ":2:",
        "declares the XML entity 'e', and entities are not resolved",
    ),
    "XML with an entity elsewhere": (
        "a.rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY e SYSTEM "file:///etc/hostname">]>{USES_ENTITY}',
        "declares the XML entity 'e'",
        "",
    ),
    "XML with a parameter entity": (
        "a.rdf",
        f'<!DOCTYPE rdf:RDF [<!ENTITY % e SYSTEM "file:///etc/hostname"> %e;]>{RDFXML}</rdf:RDF>',
        "declares the XML entity 'e'",
        "",
    ),
    "XML with a type definition elsewhere": (
        "a.rdf",
        f'<!DOCTYPE rdf:RDF SYSTEM "file:///etc/hostname">{USES_ENTITY}',
        "is not valid RDF/XML",
        "entity",
    ),
    "an entity bomb": (
        "a.rdf",
        '<!DOCTYPE a [<!ENTITY e0 "ha">'
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
        + f']>{RDFXML}<rdf:Description rdf:about="http://e/a"><e:b>&e11;</e:b></rdf:Description></rdf:RDF>',
        "declares the XML entity 'e0'",
        "",
    ),
    "XML that breaks off": ("a.rdf", f"{RDFXML}\n{DESCRIPTION}", ":2:", "is not valid XML"),
    "XML in Latin-1": (
        "a.rdf",
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{RDFXML}{DESCRIPTION}</rdf:Description></rdf:RDF>',
        "another encoding than UTF-8",
        "",
    ),
    "HTML": ("a.xml", "<!doctype html>\n<p>Trials<br></p>", ":1:", "is not valid XML"),
    "control characters": ("a.ttl", "<http://e/a> \x1b[31m <http://e/c> .", ":1:14: is not valid Turtle", r"\x1b"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_command_reports_a_broken_file_in_one_sentence(tmp_path: Path, imt: Imt, case: str) -> None:
    name, content, what, how = BROKEN[case]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = imt("validate", str(path))
    assert_one_sentence(answer, str(path), what, how)


def assert_one_sentence(answer: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    assert (answer.returncode, answer.stdout) == (2, "")
    line, end, rest = answer.stderr.partition("\n")
    assert line.startswith("imt: ")
    assert line.endswith(".")
    assert (end, rest) == ("\n", "")
    for part in parts:
        assert part in line
    assert all(c.isprintable() for c in line)


EMPTY = {
    "a.ttl": "", "b.ttl": "# nothing\n", "c.nt": "", "d.nq": "\n", "e.trig": "@prefix e: <http://e/> .",
    "f.rdf": f"{RDFXML}</rdf:RDF>", "g.jsonld": "{}", "h.json": "[]",
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_without_triples_is_an_empty_graph(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(EMPTY[name])
    assert reading.read(tmp_path / name) == []


def test_rdf_xml_without_a_line_is_not_fixed_there(tmp_path: Path) -> None:
    """Its parser knows no line of such an error."""
    path = tmp_path / "a.rdf"
    path.write_text(f'{RDFXML}<rdf:Description rdf:about="http://e/a b"/></rdf:RDF>')
    with pytest.raises(UserError, match=r"^[^:]*a\.rdf: is not valid RDF/XML .*; fix that\.$"):
        reading.read(path)


def test_unreadable_paths_are_one_sentence(tmp_path: Path, imt: Imt) -> None:
    """A missing file, a folder and an unknown extension are each reported in one sentence."""
    unknown = tmp_path / "a.docx"
    unknown.write_text("x")
    assert_one_sentence(imt("validate", str(tmp_path / "no.ttl")), "no.ttl", "there is no such file")
    assert_one_sentence(imt("validate", str(tmp_path / "no.docx")), "no.docx", "there is no such file")
    assert_one_sentence(imt("validate", str(tmp_path)), "is a folder", "*.ttl")
    assert_one_sentence(imt("validate", str(unknown)), "--input-format", "turtle", "jsonld")
    assert_one_sentence(imt("validate", str(tmp_path / ("a" * 300 + ".ttl"))), "cannot be read")


def _repeated(start: bytes, piece: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            for _ in range(100):
                file.write(piece * (1_000_000 // len(piece)))

    return write


def _random(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(1_000_000))


RUBBISH = {
    "random bytes": ("a.ttl", _random),
    "random bytes as XML": ("a.rdf", _random),
    "random bytes as JSON": ("a.jsonld", _random),
    "prose": ("a.ttl", _repeated(b"", b"The quick brown fox jumps over the lazy dog.\n")),
    "one endless word": ("a.ttl", _repeated(b"", b"a")),
    "one endless word as N-Triples": ("a.nt", _repeated(b"", b"a")),
    "empty lines": ("a.ttl", _repeated(b"", b"\n")),
    "an endless string": ("a.ttl", _repeated(b'<http://e/a> <http://e/b> """', b"a\n")),
    "an endless list": ("a.ttl", _repeated(b"<http://e/a> <http://e/b> ", b"(")),
    "endless nested nodes": ("a.trig", _repeated(b"<http://e/a> <http://e/b> ", b"[ <http://e/b> ")),
    "endless nested objects": ("a.jsonld", _repeated(b"", b'{"http://e/b":')),
    "an endless string of JSON": ("a.jsonld", _repeated(b'"', b"a")),
    "endless nested elements": ("a.rdf", _repeated(RDFXML.encode(), b"<e:a><e:b>")),
    "an endless XML comment": ("a.rdf", _repeated(b"<!--", b"a")),
}


@pytest.mark.prove
@pytest.mark.parametrize("case", RUBBISH)
def test_100_megabytes_of_rubbish_are_refused_in_little_memory(tmp_path: Path, case: str) -> None:
    name, write = RUBBISH[case]
    path = tmp_path / name
    write(path)
    # 400 MB of address space: the interpreter, pyoxigraph and the program take most of it.
    program = "import resource as r; r.setrlimit(r.RLIMIT_AS, (400 << 20,) * 2); r.setrlimit(r.RLIMIT_CPU, (10, 10))\n"
    program += "from imaging_trials.cli import main; raise SystemExit(main())"
    answer = subprocess.run(
        [sys.executable, "-c", program, "validate", str(path)], text=True, capture_output=True, check=False, timeout=60
    )
    path.unlink()
    assert_one_sentence(answer, str(path))


def test_a_literal_of_several_megabytes_is_read(tmp_path: Path) -> None:
    text = "x" * 5_000_000
    (tmp_path / "long.nt").write_text(f'<http://e/a> <http://e/b> "{text}" .\n', encoding="utf-8")
    (quad,) = reading.read(tmp_path / "long.nt")
    assert quad.object == Literal(text)


def test_a_gzipped_file_is_read_as_its_content(tmp_path: Path) -> None:
    quad = "<http://e/a> <http://e/b> <http://e/c> <http://e/g> .\n"
    (tmp_path / "a.nq.gz").write_bytes(gzip.compress(quad.encode()))
    assert [str(each) for each in reading.read(tmp_path / "a.nq.gz")] == [quad[:-3]]


@pytest.mark.parametrize("name", ["cut off", "damaged", "not gzip", "cut off inside"])
def test_a_gzipped_file_that_is_not_whole_is_refused(tmp_path: Path, name: str) -> None:
    lines = "".join(f"<http://e/{random.random()}> <http://e/b> <http://e/c> .\n" for _ in range(500))
    whole = gzip.compress(lines.encode())
    data = {
        "cut off": whole[:-4],
        "damaged": whole[:500] + bytes(20) + whole[520:],
        "not gzip": lines.encode(),
        "cut off inside": gzip.compress(lines[:-9].encode()),
    }
    path = tmp_path / "a.nt.gz"
    path.write_bytes(data[name])
    with pytest.raises(UserError, match=r"a\.nt\.gz") as error:
        reading.read(path)
    assert "\n" not in str(error.value)


def test_reading_stops_where_the_caller_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text("<http://e/a> <http://e/b> <http://e/c> .\n" * 100_000 + "rubbish")
    first = next(reading.stream(path))
    assert str(first.subject) == "<http://e/a>"
