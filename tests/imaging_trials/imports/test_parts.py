"""Files in parts: one record a line, arrays and pages of any size, shards and a pool give what one process gives."""

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging_trials import imports
from imaging_trials.cli import main
from imaging_trials.imports import cutting
from rdfkit.base import UserError
from tests.support.records import DAY, MADE_UP, imported, made_up_studies

STUDIES = made_up_studies(23)
FORMS = {
    "lines": b"\n".join(STUDIES) + b"\n",
    "lines without an end, and blank ones": b"\r\n\r\n".join(STUDIES),
    "array": b"[" + b",".join(STUDIES) + b"]",
    "array over lines": json.dumps([json.loads(one) for one in STUDIES], indent=1).encode(),
    "page": b'{"totalCount": 23, "studies": [' + b" ,\n".join(STUDIES) + b'], "nextPageToken": "a"}\n',
    "array with other first keys": b"[%s]"
    % b",".join(
        b'{"hasResults": false, ' + one[1:] if at % 3 == 1 else b'{"other": [{}], ' + one[1:] if at % 3 else one
        for at, one in enumerate(STUDIES)
    ),
    "page with its studies first": b'{"studies":[' + b",".join(STUDIES) + b"]}",
    "with a mark": b"\xef\xbb\xbf" + b"\n".join(STUDIES),
    "UTF-16": b"\n".join(STUDIES).decode().encode("utf-16"),
    "UTF-16 without a mark": (b"[" + b",".join(STUDIES) + b"]").decode().encode("utf-16-be"),
    "gzip": gzip.compress(b"\n".join(STUDIES)),
}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "BLOCK_BYTES", 15_000)
    monkeypatch.setattr(cutting, "_HEAD_BYTES", 500)


def graphs(data: bytes) -> list[bytes]:
    """Return the statements of records, sorted."""
    return sorted(line for line in data.splitlines() if b"/import/nct" in line and b"wasGeneratedBy" not in line)


def refused(report: imports.Report) -> list[str]:
    return [name for kind, name, _ in report.details if kind == "refused"]


def shard(path: Path, number: int, of: int) -> tuple[imports.Report, bytes]:
    out = io.BytesIO()
    options = imports.Options(DAY, of="clinicaltrials", shard=(number, of))
    return imports.import_file(imports.find(str(path)), options, out), out.getvalue()


@pytest.mark.parametrize("name", FORMS)
def test_each_form_gives_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FORMS["lines"])
    expected = graphs(imported(path, of="clinicaltrials")[1])
    path.write_bytes(FORMS[name])
    report, data = imported(path, of="clinicaltrials")
    assert (report.read, report.written, report.refused) == (23, 23, 0)
    assert graphs(data) == expected
    assert report.quads == data.count(b"\n")


@pytest.mark.parametrize("name", ["lines", "array with other first keys", "UTF-16", "gzip"])
def test_shards_one_after_the_other_are_the_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FORMS[name])
    found = [shard(path, number, 7) for number in range(1, 8)]
    assert b"".join(data for _, data in found) == imported(path, of="clinicaltrials")[1]
    assert sum(report.written for report, _ in found) == 23
    assert max(report.written for report, _ in found) < 6


def test_shards_of_several_files_are_the_whole(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    files = []
    for number in range(5):
        files.append(tmp_path / f"{number}.ndjson")
        files[-1].write_bytes(b"\n".join(STUDIES[number * 4 : number * 4 + 4]))
    files.append(MADE_UP / "studies.json")
    command = ["import", "clinicaltrials", *map(str, files), "--day", DAY]
    main(command)
    whole = capsysbinary.readouterr().out
    found = []
    for number in range(1, 4):
        main([*command, "--shard", f"{number}/3"])
        found.append(capsysbinary.readouterr().out)
    assert b"".join(found) == whole
    assert all(found)


def test_a_record_of_an_earlier_shard_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\n".join([*STUDIES, STUDIES[0]]))
    report, data = shard(path, 3, 3)
    assert refused(report) == ["NCT91000000"]
    assert b"nct91000000" not in data


def test_a_pool_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two processes, over ranges of a file, over bytes that were decompressed."""
    lines, packed = tmp_path / "a.ndjson", tmp_path / "b.gz"
    lines.write_bytes(FORMS["lines"] + b'{"protocolSection": {}}\n' + STUDIES[3])
    packed.write_bytes(gzip.compress(FORMS["page"]))
    options = imports.Options(DAY, of="clinicaltrials")
    sources = [imports.find(str(path)) for path in (lines, packed)]
    found = []
    for jobs in (1, 2):
        out = io.BytesIO()
        with imports.files_in_parts(sources, options, lambda _, __: None, jobs) as files:
            reports = [imports.write(one, options, parts, out, lambda _, __: None) for one, parts in files]
        found.append((reports, out.getvalue()))
    assert found[0] == found[1]
    assert [(one.read, one.written, one.refused) for one in found[0][0]] == [(25, 24, 1), (23, 23, 0)]
    assert refused(found[0][0][0]) == ["line 24, ''"]
    assert ("warned", "NCT91000003", "the record is in the file twice") in found[0][0][0].details


def test_a_large_array_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"[" + b",".join(STUDIES * 20) + b"]")
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        for block in cutting.blocks(chunks(path), "file") or ():
            assert block.size < 20_000
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[-1] < path.stat().st_size / 5


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(5000):
            yield data


# Bad input


def broken(data: bytes) -> dict[str, bytes]:
    return {
        "cut off": data[: len(data) * 2 // 3],
        "without its end": data.rstrip()[:-1],
        "something after it": data + b" x",
    }


@pytest.mark.parametrize("name", ["array", "page"])
@pytest.mark.parametrize("damage", ["cut off", "without its end", "something after it"])
def test_a_broken_list_is_one_sentence(
    name: str, damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / "file", tmp_path / "folder"
    path.write_bytes(broken(FORMS[name])[damage])
    assert main(["import", "clinicaltrials", str(path), "--into", str(folder)]) == 2
    assert "broken or cut off" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_a_broken_line_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\n".join([*STUDIES[:10], STUDIES[10][:900] + b"}", *STUDIES[11:]]))
    report, _ = imported(path, of="clinicaltrials")
    assert (report.written, report.refused) == (22, 1)
    assert refused(report) == ["line 11"]


def test_a_last_line_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FORMS["lines"][:-200])
    with pytest.raises(UserError, match=r"line 23: .*broken or cut off"):
        imported(path, of="clinicaltrials")


def test_a_line_above_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MAX_RECORD_BYTES", 50_000)
    path = tmp_path / "file"
    long = STUDIES[1][:-1] + b', "a": "' + b"a" * 200_000 + b'"}'
    path.write_bytes(b"\n".join([STUDIES[0], long, *STUDIES[2:]]))
    report, _ = imported(path, of="clinicaltrials")
    assert (report.written, report.refused) == (22, 1)
    path.write_bytes(b"[" + b",".join([STUDIES[0], long, *STUDIES[2:]]) + b"]")
    with pytest.raises(UserError, match="a record of more than"):
        imported(path, of="clinicaltrials")


@pytest.mark.parametrize("name", ["lines", "array"])
def test_another_encoding_is_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FORMS[name].replace(b"Made-up trial", b"Caf\xe9", 12))
    with pytest.raises(UserError, match=r"is not in UTF-8: .* has the byte 0xE9"):
        imported(path, of="clinicaltrials")


def test_a_half_of_utf16_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FORMS["UTF-16"][:-201])
    with pytest.raises(UserError, match="broken or cut off"):
        imported(path, of="clinicaltrials")


def test_a_pipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["import", "pubmed", str(tmp_path / "pipe")]) == 2
    assert "is a pipe or a device" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--jobs", "0"], ["--jobs", "x"], ["--shard", "0/3"], ["--shard", "4/3"], ["--resume"]]
)
def test_a_wrong_option_is_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "pubmed", str(MADE_UP / "article.nbib"), *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
