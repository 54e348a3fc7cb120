"""The SHACL test suite of W3C, run through the command, on its files as they are."""

import subprocess
import sys
from collections import Counter

import pytest

from imaging_trials import cli
from rdfkit.shacl import ENGINES
from tests.conftest import ROOT, Show
from tests.support import w3c_shacl

pytestmark = pytest.mark.prove

TESTS = 121
REFUSED = {"auto": {"sparql/pre-binding/shapesGraph-001"}, "pyshacl": {"sparql/pre-binding/shapesGraph-001"}}
"""What an engine may refuse: ``$shapesGraph``."""

MAX_REFUSED_BY_FAST = 5


@pytest.mark.parametrize("engine", ENGINES)
def test_suite(engine: str, capsys: pytest.CaptureFixture[str], show: Show) -> None:
    """Each test has the expected multiset of results, or the expected failure, or is refused by name."""
    outcomes: dict[str, str] = {}
    for entry in w3c_shacl.entries():
        files = [str(entry.data), "--shapes", str(entry.shapes)]
        code = cli.main(["validate", *files, "--engine", engine, "--format", "ttl"])
        out, err = capsys.readouterr()
        assert code in {0, 1, 2}
        if code == 2:
            assert "Unexpected error" not in err
            outcomes[entry.name] = "passed" if entry.results is None else "refused"
        elif entry.results is None:
            outcomes[entry.name] = "wrong"
        else:
            found = w3c_shacl.of_report(out)
            outcomes[entry.name] = "passed" if found == (entry.results, entry.conforms) else "wrong"
    figures = Counter(outcomes.values())
    refused = {name for name, outcome in outcomes.items() if outcome == "refused"}
    shown = (f"{figures[name]} {name}" for name in ("passed", "refused", "wrong"))
    show(f"W3C SHACL test suite, engine {engine}", [", ".join(shown), *sorted(refused)])
    assert len(outcomes) == TESTS
    assert [name for name, outcome in outcomes.items() if outcome == "wrong"] == []
    if engine == "fast":
        assert len(refused) <= MAX_REFUSED_BY_FAST
    else:
        assert refused <= REFUSED[engine]


def test_one_in_a_process_of_its_own() -> None:
    entry = next(each for each in w3c_shacl.entries() if each.name == "core/path/path-complex-001")
    command = [sys.executable, "-m", "imaging_trials", "validate", str(entry.data), "--shapes", str(entry.shapes)]
    answer = subprocess.run(
        [*command, "--format", "ttl"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 1, answer.stderr
    assert w3c_shacl.of_report(answer.stdout) == (entry.results, entry.conforms)
