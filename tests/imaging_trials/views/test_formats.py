"""The registry of output formats."""

import argparse

import pytest

from imaging_trials.views import formats

EVERY_FORMAT = [(kind, name) for kind in formats.RENDERERS for name in formats.names(kind)]


@pytest.mark.parametrize(("kind", "name"), EVERY_FORMAT)
def test_a_renderer_exists(kind: str, name: str) -> None:
    assert callable(formats.renderer(kind, name))


@pytest.mark.parametrize("kind", formats.RENDERERS)
def test_the_first_format_is_the_default(kind: str) -> None:
    parser = argparse.ArgumentParser()
    formats.add_argument(parser, kind)
    assert parser.parse_args([]).format == formats.names(kind)[0]
    for name in formats.names(kind):
        assert parser.parse_args(["--format", name]).format == name


def test_another_format_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    formats.add_argument(parser, "answer", "csv is SPARQL 1.1 CSV")
    with pytest.raises(SystemExit):
        parser.parse_args(["--format", "papyrus"])
    assert "invalid choice: 'papyrus'" in capsys.readouterr().err
