"""`imt serve --data`: people's own files are answered beside the graph."""

from pathlib import Path

import pytest

from tests.support.endpoint import serving

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("serve")]


def test_the_server_answers_over_data_beside_the_graph(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text('<urn:mine> <urn:says> "hello" .\n')
    with serving("--data", str(path), XDG_CACHE_HOME=str(tmp_path / "cache")) as running:
        own = running.ask("SELECT ?o { <urn:mine> <urn:says> ?o }", accept="text/csv")
        assert own.text.split() == ["o", "hello"]
        ours = running.ask("PREFIX imt: <https://w3id.org/imaging-trials/vocab#> ASK { ?a a imt:PharmaceuticalAgent }")
        assert "true" in ours.text
