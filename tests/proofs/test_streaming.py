"""Imported records with planted faults that cross records: windows give the report of the whole, at two sizes."""

import io
import random
from pathlib import Path

import pytest

from imaging_trials import imports
from imaging_trials.build import records, streaming, validation
from imaging_trials.model import PROJECT
from rdfkit.base import UserError
from rdfkit.shacl import report
from tests.imaging_trials.build.test_streaming import random_quads
from tests.support.hostile_texts import spoiled, try_all
from tests.support.records import DAY, MADE_UP

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def context() -> validation.Context:
    return validation.load_context()


def imported(of: str, name: str) -> str:
    """Return the N-Quads of the made-up records in a file."""
    out = io.BytesIO()
    imports.import_file(imports.find(str(MADE_UP / name)), imports.Options(DAY, of=of), out)
    return out.getvalue().decode()


def planted(triples: int, *, contradictory: bool = False) -> str:
    """Return about so many triples of imported records, each with its own identifiers, and faults among them.

    Two articles with one DOI are a contradiction.
    """
    trial, article = imported("clinicaltrials", "studies.json"), imported("pubmed", "article.xml")
    number = next(part for part in article.split('vocab#pmid> "')[1:]).split('"')[0]
    chance, parts, size, count = random.Random(1), [], 0, 0
    while size < triples:
        pmid = str(91_000_000 + count)
        text = trial.replace("9000030", f"9{count:06}") + article.replace(number, pmid)
        text = text.replace("10.5555/madeup", f"10.5555/{count // 2 if contradictory else count}")
        other = f"<https://pubmed.ncbi.nlm.nih.gov/{91_000_000 + chance.randrange(count + 40)}/>"
        text += "".join(f"{line} <https://example.org/graph/{count}> .\n" for line in faults(count, other, pmid))
        parts.append(text)
        size += text.count("\n")
        count += 1
    return "".join(parts)


def faults(number: int, other: str, pmid: str) -> list[str]:
    """Return triples of one record that are about another one, and wrong together with it: every tenth record."""
    this, kind = f"<https://example.org/thing/{number}>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

    def term(name: str) -> str:
        return f"<{PROJECT.vocabulary}{name}>"

    return {
        1: [f"{this} {kind} {term('Article')}", f'{this} {term("pmid")} "{pmid}"'],
        2: [f"{this} {term('isAuthorshipOf')} {other}", f"{this} {kind} {term('PersonAuthorship')}"],
        3: [f"{this} {kind} {term('Trial')}", f'{this} {term("nctId")} "NCT9{number // 2:06}1"'],
        4: [f"{this} {kind} {term('Trial')}", f"{this} {term('usesIntervention')} {this[:-1]}/linked>"],
        9: [f"<https://example.org/thing/{number - 5}/linked> {kind} {term('Intervention')}"],
        5: [f"{other} {term('hasAuthorship')} {this}", f"{this} {kind} {term('GroupAuthorship')}"],
        6: [f"{this} {kind} {term('Journal')}", f'{this} {term("issn")} "1234-5678"'],
        7: [f'{other} {term("pages")} "12"', f"{this} {term('undefinedProperty')} {other}"],
        8: [
            f"<https://example.org/shared> {kind} {term('Journal')}",
            f'<https://example.org/shared> {term("issn")} "1111-1111"',
        ],
    }.get(number % 10, [])


@pytest.mark.parametrize(
    ("triples", "window", "contradictory"),
    [(10_000, 700, False), (10_000, 2_000, True), (100_000, 20_000, False)],
)
def test_imported_records_have_one_report(
    triples: int, window: int, contradictory: bool, tmp_path: Path, context: validation.Context
) -> None:
    path = tmp_path / "records.nq"
    path.write_text(planted(triples, contradictory=contradictory))
    whole = validation.validate_files([path], context=context)
    streamed = streaming.validate_streams([records.File(path, "nquads")], context, window=window)
    assert len({result.shape for result in whole.results}) > 5
    assert bool(whole.contradictions) is contradictory
    assert report.as_json(streamed) == report.as_json(whole)
    assert report.lines_with_snippets(streamed) == report.lines_with_snippets(whole)


def test_damaged_quads_have_one_report_or_one_sentence(tmp_path: Path, context: validation.Context) -> None:
    files = [random_quads(seed).encode() for seed in range(9)]
    path = tmp_path / "a.nq"

    def read(data: object) -> None:
        assert isinstance(data, bytes)
        path.write_bytes(data)
        outcomes = []
        for is_streamed in (False, True):
            try:
                if is_streamed:
                    found = streaming.validate_streams([records.File(path, "nquads")], context, window=5)
                else:
                    found = validation.validate_files([path], context=context)
                outcomes.append(report.as_json(found))
            except streaming.AxiomsError:
                return
            except UserError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]

    try_all(spoiled(files), 25, read)
