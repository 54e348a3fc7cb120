"""Files of records, damaged in hundreds of ways: each is imported or refused, and what is written is whole N-Quads."""

import gzip
import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from imaging_trials import imports
from rdfkit.base import UserError
from tests.imaging_trials.imports.test_archives import archive
from tests.imaging_trials.imports.test_other_studies import NCI, XML
from tests.support.hostile_texts import spoiled, try_all
from tests.support.records import DAY, MADE_UP, made_up_studies

pytestmark = pytest.mark.prove


def test_files_of_records_are_imported_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files = [one.read_bytes() for one in sorted(MADE_UP.iterdir()) if one.is_file()]
    assert len(files) > 7
    studies = [XML.encode(), json.dumps(NCI).encode(), json.dumps({"data": [NCI, NCI], "total": 2}).encode()]
    members = {"a.json": made_up_studies(1)[0], "b.xml": studies[0], "c.json": studies[1], "d.nbib": files[-1][:500]}
    zipped = [archive(members), archive(members, compression=zipfile.ZIP_STORED), gzip.compress(studies[0])]
    files += [*studies, *zipped] * 2  # they are a third of the files that are damaged

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        for of in (
            ("clinicaltrials",) if b"protocolSection" in data or b"nct_id" in data else ("pubmed", "clinicaltrials")
        ):
            out = io.BytesIO()
            with suppress(UserError):
                imports.import_file(imports.find(str(path)), imports.Options(DAY, abstracts=True, of=of), out)
            list(parse(out.getvalue(), format=RdfFormat.N_QUADS))

    try_all(spoiled(files), 300, read)
