"""`imt serve` holds to its own OpenAPI document: schemathesis makes requests from it, right and wrong ones."""

import subprocess
from pathlib import Path

import pytest

from tests.support import doors
from tests.support.endpoint import Endpoint

pytestmark = [pytest.mark.xdist_group("serve"), pytest.mark.prove, doors.needs_doors]

PATHS = (
    "^/(questions|audit|things/.name.|questions/"
    "(guidelines-by-body-site|is-agent-named|agent-dossier|articles-of-author-name|author-counts)(/explain)?)$"
)
"""Of each kind of question one, with each type of parameter, and all the rest: 369 operations would take minutes."""

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_every_answer_is_as_described(open_endpoint: Endpoint, tmp_path: Path) -> None:
    base = open_endpoint.url.removesuffix("/query")
    program = str(Path(doors.PYTHON).with_name("schemathesis"))
    options = ["--checks", CHECKS, "--max-examples", "15", "--phases", "coverage,fuzzing", "--generation-deterministic"]
    done = subprocess.run(
        [program, "run", f"{base}/openapi.json", "-u", base, "--include-path-regex", PATHS, *options],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Tested: 11" in done.stdout
