"""Files of records, damaged in hundreds of ways: each is imported or refused, and what is written is whole N-Quads."""

import io
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imaging_trials import imports
from rdfkit.base import UserError
from tests.support.hostile_texts import spoiled, try_all
from tests.support.records import DAY, MADE_UP

pytestmark = pytest.mark.prove


def test_files_of_records_are_imported_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files = [one.read_bytes() for one in sorted(MADE_UP.iterdir())]
    assert len(files) > 7

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        for of in ("clinicaltrials",) if b"protocolSection" in data else ("pubmed", "clinicaltrials"):
            out = io.BytesIO()
            with suppress(UserError):
                imports.import_file(imports.find(str(path)), imports.Options(DAY, abstracts=True, of=of), out)
            list(parse(out.getvalue(), format=RdfFormat.N_QUADS))

    try_all(spoiled(files), 300, read)
