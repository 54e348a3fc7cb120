"""Records of registries that are not in this repository, and graphs made by importing records."""

import io
import os
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from imaging_trials import imports
from imaging_trials.model.project import PROJECT
from tests.conftest import ROOT

SHARED = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared")) / "reference" / "records"
"""Real records, which are read in place."""

MADE_UP = ROOT / "tests" / "fixtures" / "imports"
DAY = "2026-11-30"


def real(folder: str) -> list[Path]:
    """Return the real records in a folder; skip the test where there are none, and fail there with CI=true."""
    found = sorted(path for path in (SHARED / folder).rglob("*") if path.is_file() and path.name != "README.md")
    if not found:
        why = f"the real records are not here: {SHARED / folder}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found


def imported(
    path: Path, *, abstracts: bool = False, strict: bool = False, of: str = "pubmed"
) -> tuple[imports.Report, bytes]:
    """Return the report and the N-Quads of a file."""
    out = io.BytesIO()
    report = imports.import_file(imports.find(str(path)), imports.Options(DAY, abstracts, strict, of), out)
    return report, out.getvalue()


def store_of(data: bytes) -> ox.Store:
    """Return N-Quads as a store."""
    store = ox.Store()
    store.extend(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    return store


def values(store: ox.Store, curie: str) -> Counter[str]:
    """Return how often each value of a property is there."""
    found = store.quads_for_pattern(None, ox.NamedNode(PROJECT.expand(curie)), None, None)
    return Counter(PROJECT.shorten(quad.object.value) for quad in found if not isinstance(quad.object, ox.Triple))


def of_thing(store: ox.Store, thing: str, curie: str) -> list[str]:
    """Return the different values of a property of a thing in all graphs, sorted."""
    subject = ox.NamedNode(PROJECT.expand(thing) if not thing.startswith("http") else thing)
    found = store.quads_for_pattern(subject, ox.NamedNode(PROJECT.expand(curie)), None, None)
    return sorted({PROJECT.shorten(quad.object.value) for quad in found if not isinstance(quad.object, ox.Triple)})


def made_up_studies(count: int) -> list[bytes]:
    """Return studies, each as one line of JSON without its end, with numbers from NCT91000000."""
    import json

    (first, *_) = json.loads((MADE_UP / "studies.json").read_text(encoding="utf-8"))["studies"]
    text = json.dumps(first, ensure_ascii=False)
    return [text.replace("NCT90000301", f"NCT{91_000_000 + number}").encode() for number in range(count)]
