"""Regular expressions, weakened in one place: an anchor left out, a class of characters or a count widened."""

import re
from collections.abc import Iterator

_PART = re.compile(r"\[[^\]]+\]|\{\d+(?:,\d*)?\}|\\.|\(|\)|.", re.DOTALL)


def weaker(pattern: str) -> Iterator[str]:
    """Yield patterns that match all that ``pattern`` matches, and mostly more."""
    parts = _PART.findall(pattern)
    seen = {pattern}
    for index, part in enumerate(parts):
        for instead in _wider(part):
            changed = "".join([*parts[:index], instead, *parts[index + 1 :]])
            if changed not in seen:
                seen.add(changed)
                yield changed


def _wider(part: str) -> Iterator[str]:
    if part in {"^", "$"}:
        yield ""
    elif part.startswith("[") or part == r"\S" or re.fullmatch(r"\\[.]", part):
        yield "."
    elif part.startswith("{"):
        least, comma, most = part[1:-1].partition(",")
        if int(least):
            yield f"{{{int(least) - 1},{most if comma else least}}}"
        if not comma or most:
            yield f"{{{least},}}"
    elif part in {"+", "?"}:
        yield "*"
