"""Zip archives of records: read member by member, and refused in one sentence where they are not what they seem."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imaging_trials.cli import main
from tests.support.records import DAY, MADE_UP, imported, made_up_studies

STUDIES = made_up_studies(4)


def archive(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def graphs(data: bytes) -> list[bytes]:
    return sorted(line for line in data.splitlines() if b"/import/nct" in line and b"wasGeneratedBy" not in line)


def test_each_member_is_read(tmp_path: Path) -> None:
    """One study a member, in folders, several in one, compressed once more: the records of one a line."""
    path = tmp_path / "ctg-studies.json.zip"
    path.write_bytes(b"\n".join(STUDIES))
    expected = graphs(imported(path, of="clinicaltrials")[1])
    members = {
        "NCT91000000.json": STUDIES[0],
        "all/": b"",
        "all/NCT91000001.json": STUDIES[1],
        "more.ndjson.gz": gzip.compress(b"\n".join(STUDIES[2:])),
        "__MACOSX/._NCT91000001.json": b"\0\5\26\7",
    }
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        path.write_bytes(archive(members, compression=compression))
        report, data = imported(path, of="clinicaltrials")
        assert (report.read, report.written, report.refused) == (4, 4, 0)
        assert graphs(data) == expected


def test_citations_may_be_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    path.write_bytes(archive({one.name: one.read_bytes() for one in sorted(MADE_UP.glob("*.nbib"))}))
    assert imported(path)[0].written == 1


def test_a_broken_member_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"a.json": STUDIES[0], "b.json": STUDIES[1][:300], "c.json": b"", "d.json": STUDIES[2]}))
    report, data = imported(path, of="clinicaltrials")
    assert (report.read, report.written, report.refused) == (4, 2, 2)
    assert [name for kind, name, _ in report.details if kind == "refused"] == ["b.json", "c.json"]
    assert graphs(data)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        link = zipfile.ZipInfo("a.json")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(archive({"a.json": STUDIES[0]}))
    at = data.index(b"PK\x01\x02")
    for place in (6, at + 8):
        struct.pack_into("<H", data, place, 1)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(archive({"a.json": STUDIES[0]}))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def undecodable(data: bytes, at: int) -> bytes:
    """Return compressed data that begins with a block of a kind that there is not (RFC 1951, 3.2.3)."""
    return data[:at] + b"\x07" + data[at + 1 :]


def overlapping() -> bytes:
    """Return an archive whose second member has the bytes of the first."""
    data = archive({"a.json": STUDIES[0], "b.json": STUDIES[0]})
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + struct.pack("<I", 0) + data[second + 46 :]


def understated() -> bytes:
    """Return an archive whose member is larger than its directory says."""
    data = bytearray(archive({"a.json": STUDIES[0]}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 100)
    return bytes(data)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a path above": (lambda: archive({"../a.json": STUDIES[0]}), "a member outside its folder, '../a.json'"),
    "a path from the root": (lambda: archive({"/etc/a.json": STUDIES[0]}), "outside its folder"),
    "a path of Windows": (lambda: archive({"..\\a.json": STUDIES[0]}), "outside its folder"),
    "a drive": (lambda: archive({"C:\\a.json": STUDIES[0]}), "outside its folder"),
    "a link": (linked, "a link or a device"),
    "encrypted": (encrypted, "encrypted member"),
    "a bomb": (lambda: archive({"a.json": b"0" * 20_000_000}), "more than 400 times its size"),
    "a bomb of many": (lambda: archive({f"{at}.json": b" " * 2_000_000 for at in range(9)}), "more than 400 times"),
    "a bomb of gzip": (lambda: gzip.compress(b" " * 20_000_000), "more than 400 times"),
    "gzip in a member": (lambda: archive({"a": gzip.compress(b" " * 20_000_000)}), "more than 400 times"),
    "damaged": (damaged, "broken or cut off"),
    "no deflate data": (lambda: undecodable(archive({"a.json": STUDIES[0]}), 30 + len("a.json")), "broken or cut off"),
    "no deflate data in gzip": (lambda: undecodable(gzip.compress(STUDIES[0]), 10), "broken or cut off (gzip"),
    "overlapping": (overlapping, "broken"),
    "understated": (understated, "broken or cut off"),
    "cut off": (lambda: archive({"a.json": STUDIES[0]})[:-30], "broken zip archive"),
    "empty": (lambda: archive({}), "without files"),
    "of Word": (lambda: archive({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "as those of Word"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_one_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, folder = tmp_path / "a.zip", tmp_path / "folder"
    make, words = BAD[name]
    path.write_bytes(make())
    assert main(["import", "clinicaltrials", str(path), "--into", str(folder), "--day", DAY]) == 2
    printed = capsys.readouterr()
    assert words in printed.err
    assert printed.err.count("\n") == 1
    assert list(folder.iterdir()) == []
