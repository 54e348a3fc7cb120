"""Tables that fit a terminal, and pipes and streams that are not as expected."""

import os
import threading
from pathlib import Path

import pytest

from rdfkit.base import UserError, streams, table
from rdfkit.base.text import width

HEAD = ("agent", "name of the agent", "source")
ROWS = [
    ("agent:fes", "[18F]fluoroestradiol", "https://example.org/a/very/long/address/without/any/space"),
    ("agent:fdg", "", "NCI"),
    ("agent:x", "氟代脱氧葡萄糖 氟代脱氧葡萄糖", "a\nb"),
]


@pytest.mark.parametrize("columns", [1, 5, 20, 27, 28, 40, 60, 79, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    *lines, number = table(HEAD, ROWS, columns=columns).splitlines()
    wide = [line for line in lines if width(line) > columns]
    assert all(len(line) == 1 for line in wide)  # a character of two columns in a terminal of one
    assert number == "(3 rows)"
    letters = "".join("".join(lines).split())
    for row in ROWS[:2]:
        for word in (word for cell in row for word in cell.split()):
            assert word[0] in letters


def test_a_table_that_fits_is_not_changed() -> None:
    plain = table(HEAD, ROWS)
    assert table(HEAD, ROWS, columns=200) == plain
    assert max(map(width, plain.splitlines())) > 79


def test_cells_are_broken_at_spaces() -> None:
    assert table(["a", "b"], [["one two three", "x"]], columns=18).splitlines()[2:4] == ["one two three  x", "(1 row)"]
    assert table(["a", "b"], [["one two three four", "x"]], columns=12).splitlines()[2:4] == ["one two    x", "three"]


def test_a_long_cell_is_wrapped_in_linear_time() -> None:
    assert len(table(["a", "b"], [["é" * 200_000, "b" * 200_000]], columns=30).splitlines()) > 10_000


def test_a_pipe_without_a_writer_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_WAIT_SECONDS", 0.05)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="nothing has written to it"):
        streams.open_input(tmp_path / "pipe")


def test_a_pipe_with_a_writer_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"x" * 100_000))
    writer.start()
    with streams.open_input(tmp_path / "pipe") as file:
        assert file.read() == b"x" * 100_000
    writer.join()
