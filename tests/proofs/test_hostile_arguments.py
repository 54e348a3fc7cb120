"""Dangerous arguments of the command: each is refused in one line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from imaging_trials.model.project import PROJECT
from tests.conftest import ROOT

pytestmark = pytest.mark.prove

MANY = 100_000
P = "@prefix e: <http://e/> .\n" + "".join(
    f"@prefix {name}: <{PROJECT.prefixes[name]}> .\n" for name in ("imt", "rdf", "sh", "skos", "xsd")
)
X = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
NESTED = 900


ONE_LINE = re.compile(r"(?:imt: [^\n]{5,4100}\n)?")
ARGUMENTS: dict[str, list[bytes]] = {
    "a command with a line end": [b"que\nry"],
    "a query that is no UTF-8": [b"query", b"--sparql", b"SELECT \xff"],
    "a query that eats all memory": [b"query", b"--timeout", b"20", b"--sparql", b'SELECT * { BIND("xxxxxxxx" AS ?a0) '
        + b"".join(b"BIND(CONCAT(?a%d,?a%d) AS ?a%d)" % (n, n, n + 1) for n in range(50)) + b"}"],
    "a query without an end": [b"query", b"--timeout", b"1", b"--sparql",
        b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"],
    "a query to lint that breaks off": [b"query", b"--lint", b"--sparql", b"SELECT * { BIND("],
    "a row of a query that breaks off": [b"explain", b"--sparql", b"SELECT * {"],
    "a parameter with control signs": [b"query", b"guidelines-by-body-site", b"--param", b"site=\x1b[31m\n\xff"],
    "a name that is no UTF-8": [b"show", b"\xff\n"],
    "a name of 100,000 letters": [b"show", b"a" * MANY],
    "a citation of control signs": [b"cite", b"\x1b\x07"],
    "a day that is none": [b"audit", b"--as-of", b"2026-02-30\n"],
    "a list with a line end in its name": [b"audit", b"no\nsuch\nfile"],
    "a file with a line end in its name": [b"validate", b"no\nsuch\x1b.ttl"],
    "a folder with a line end in its name": [b"diff", b"no\nsuch", b"."],
    "an agent that is no UTF-8": [b"dossier", b"\xff"],
    "a mapping set of line ends": [b"mappings", b"list", b"--set", b"\n" * 1000],
    "data with a line end in the name": [b"query", b"agents", b"--data", b"no\nsuch\x1b.ttl"],
    "data that are no UTF-8": [b"query", b"agents", b"--data", b"\xff\xfe"],
    "data that are a device": [b"query", b"agents", b"--data", b"/dev/zero"],
    "data that are the root of the files": [b"query", b"agents", b"--data", b"/"],
    "data with an empty name": [b"show", b"fes", b"--data", b""],
    "a day of data that is none": [b"query", b"agents", b"--data", b"data", b"--as-of", b"9999-99-99\n"],
    "a server that is no address": [b"query", b"--sparql", b"ASK {}", b"--endpoint", b"http://[::1\n"],
}  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_command_refuses_hostile_arguments_in_one_line(name: str) -> None:
    program = "import resource as r; r.setrlimit(r.RLIMIT_CPU, (40, 40)); r.setrlimit(r.RLIMIT_CORE, (0, 0))\n"
    program += "from imaging_trials.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, *ARGUMENTS[name]], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    stderr = done.stderr.decode()
    assert done.returncode in {1, 2}, stderr
    assert stderr.startswith("imt: ")
    assert ONE_LINE.fullmatch(stderr), stderr
    assert "should not have" not in stderr


def test_an_impossible_day_in_a_file_gives_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text(f'{P}e:a a imt:Event ; imt:earliestDay "2016-02-30"^^xsd:date .', encoding="utf-8")
    imt = str(Path(sys.executable).with_name("imt"))
    for engine in ("fast", "pyshacl"):
        command = [imt, "validate", "--engine", engine, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert "2016-02-30" in done.stdout
