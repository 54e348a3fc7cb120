"""The documents that readers use, and their fenced blocks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

FENCE = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")


class Block(NamedTuple):
    """A fenced block of a document: file, line of the fence, language, text."""

    file: str
    line: int
    language: str
    text: str


def blocks() -> Iterator[Block]:
    """Yield every fenced block of README, CONTRIBUTING and docs/."""
    for file in DOCUMENTS:
        text = file.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Block(file.relative_to(ROOT).as_posix(), line, match[1], match[2])


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each ``$ command`` of a console block with the output shown below it."""
    for part in re.split(r"(?m)^\$ ", text)[1:]:
        lines = part.splitlines()
        length = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\"))
        yield "\n".join(lines[:length]), "\n".join(lines[length:])


def unlike(shown: str, real: str) -> str:
    """Return nothing where the real output is what is shown, else both, to compare.

    A line ``...`` stands for any lines or none, and ``...`` inside a line for any text on that line.
    """
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else ".*?".join(map(re.escape, line.rstrip().split("..."))) + r" *\n"
        for line in shown.strip().splitlines()
    )
    same = re.fullmatch(pattern, real.strip() + "\n") is not None
    return "" if same else f"--- shown\n{shown.strip()}\n--- real\n{real.strip()}\n"
