"""The same records on Apache Spark, with a worker that is killed in the middle: the lines of one process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.records import MADE_UP, imported, made_up_studies

pytestmark = pytest.mark.prove

SPARK = os.environ.get("IMT_SPARK")
"""The Python of the environment of ``tests/spark.lock``; `make prove` sets it."""

needs_spark = pytest.mark.skipif(
    not os.environ.get("CI") and (SPARK is None or shutil.which("java") is None),
    reason="needs Java 17, and in IMT_SPARK the Python of an environment with pyspark",
)


def lines(folder: Path) -> list[bytes]:
    """Return the lines of what Spark committed, sorted."""
    assert (folder / "_SUCCESS").exists()
    assert not (folder / "_temporary").exists()
    return sorted(line for part in folder.glob("part-*") for line in part.read_bytes().split(b"\n") if line)


@needs_spark
def test_spark_gives_the_lines_of_one_process(tmp_path: Path) -> None:
    source = tmp_path / "studies.ndjson"
    source.write_bytes(b"\n".join([*made_up_studies(400), b'{"protocolSection": {}}', b"no JSON"]) + b"\n")
    _, data = imported(source, of="clinicaltrials")
    expected = sorted(
        line for line in data.splitlines() if b"/graph/import/nct" in line and b"#wasGeneratedBy" not in line
    )
    folder = subprocess.run(
        [SPARK or "python3", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.spark_import", source, MADE_UP / "pubmed.xml", tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), str(ROOT), folder])},
        capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout)
    assert seen["partitions"] >= 8
    assert seen["elsewhere"] == []
    assert seen["listening"] > 0
    assert sorted(name for name, _ in seen["refused"]) == ["record", "record, ''"]
    assert "Lost task 3.0" in done.stderr, "the worker was not killed"
    assert lines(tmp_path / "out" / "quads") == expected
    assert lines(tmp_path / "out" / "files") == sorted(imported(MADE_UP / "pubmed.xml")[1].splitlines())
