"""Made-up records with the shapes of real ones: their fields, list lengths and lengths of texts, with other words.

The shapes are those of the real records in ``../shared/reference/records`` (or ``$IMT_SHARED``) where they are at hand,
else those of the made-up ones in ``tests/fixtures/imports``. Each word is replaced by one of its length, each number by
another; signs stay, because what a text costs depends on them. Dates, codes and identifiers of headings stay too.
"""

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REAL = Path(os.environ.get("IMT_SHARED", ROOT.parent / "shared")) / "reference" / "records"
MADE_UP = ROOT / "tests" / "fixtures" / "imports"

_WORD = re.compile(r"[A-Za-z]{3,60}|[0-9]{3,20}")
_KEPT = re.compile(r"[A-Z0-9_]{1,60}|[0-9]{4}(?:-[0-9]{2}){0,2}(?:T[0-9:]{5,8})?|[0-9]{1,4} (?:Year|Month|Week|Day)s?")
_LETTERS = "aeiou", "bdfgklmnprstv"
_KEPT_XML = re.compile(r"(?s)<\?xml.*?\?>|<!DOCTYPE.*?>|<[^>]*>|&[#A-Za-z0-9]{1,20};")
_KEPT_IN = (
    "AccessionNumber", "ArticleId", "DataBankName", "Day", "ELocationID", "ISSN", "ISSNLinking", "Identifier",
    "Language", "MedlineDate", "Month", "NlmUniqueID", "PMID", "PublicationStatus", "RegistryNumber", "Season", "Year",
)  # fmt: skip


def studies(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield studies of API version 2, each as one line of JSON without its end."""
    shapes = [json.loads(path.read_bytes()) for path in sorted((REAL / "clinicaltrials" / "v2").glob("*.json"))]
    shapes = shapes or json.loads((MADE_UP / "studies.json").read_bytes())["studies"][:1]
    words = _Words(seed)
    made = [json.dumps(_study(shape, words), ensure_ascii=False) for shape in shapes for _ in range(20)]
    for number in range(count):
        yield made[number % len(made)].replace("NCT00000000", f"NCT{91_000_000 + number}").encode()


def articles(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield PubMed's XML: the start of a set, its articles, and its end."""
    paths = sorted((REAL / "pubmed" / "xml").glob("*.xml")) or [MADE_UP / "article.xml"]
    words = _Words(seed)
    shapes = [
        found
        for path in paths
        for found in re.findall(r"(?s)<PubmedArticle>.*?</PubmedArticle>", path.read_text(encoding="utf-8"))
    ]
    made = [_article(shape, words) for shape in shapes for _ in range(10)]
    yield b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n'
    for number in range(count):
        yield made[number % len(made)].replace(">00000000</PMID>", f">{10_000_000 + number}</PMID>").encode() + b"\n"
    yield b"</PubmedArticleSet>\n"


class _Words:
    """Made-up words, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def instead(self, text: str) -> str:
        """Return a text with other words of the same lengths."""
        return _WORD.sub(self._other, text)

    def _other(self, found: "re.Match[str]") -> str:
        word = found[0]
        if word[0].isdigit():
            return "".join(self._random.choices("123456789", k=len(word)))
        made = "".join(self._random.choice(_LETTERS[number % 2]) for number in range(len(word)))
        return made.upper() if word.isupper() else made.capitalize() if word[0].isupper() else made


def _study(value: Any, words: _Words, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _study(one, words, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_study(one, words, name) for one in value]
    if name == "nctId":
        return "NCT00000000"
    if not isinstance(value, str) or name in ("id", "pmid", "nctIdAliases", "email") or _KEPT.fullmatch(value):
        return value
    return words.instead(value)


def _article(shape: str, words: _Words) -> str:
    shape = re.sub(r"(<MedlineCitation[^>]*>\s*<PMID[^>]*>)[0-9]+", r"\g<1>00000000", shape, count=1)
    made, place, element = [], 0, ""
    for found in _KEPT_XML.finditer(shape):
        text = shape[place : found.start()]
        made.append(text if element in _KEPT_IN or not text.strip() else words.instead(text))
        made.append(found[0])
        place = found.end()
        element = re.split(r"[\s>]", found[0][1:])[0]
    return "".join(made) + shape[place:]
