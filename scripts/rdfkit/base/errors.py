"""The one exception that the user sees as a sentence."""

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SENTENCE_CHARACTERS = 4000
_KEPT_END_CHARACTERS = 300


class UserError(Exception):
    """The command could not do its work.

    The message is one sentence: what is wrong, where, and how to fix it. The command prints it without a traceback and
    ends with exit code 2.

    It is one line of printable characters, whatever a file or a person put into it: other characters are shown as
    escapes, and a very long sentence loses its middle. Further lines, cleaned in the same way, may list the places.
    """

    def __init__(self, sentence: str, lines: "Iterable[str]" = ()) -> None:
        """Keep the sentence and the lines below it, cleaned if necessary."""
        super().__init__("\n".join(map(_cleaned, (sentence, *lines))))


def _cleaned(sentence: str) -> str:
    sentence = _shortened(sentence)
    if not sentence.isprintable():
        printable = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in sentence)
        sentence = _shortened("".join(printable))
    return sentence


def _shortened(text: str) -> str:
    if len(text) <= MAX_SENTENCE_CHARACTERS:
        return text
    return f"{text[: MAX_SENTENCE_CHARACTERS - _KEPT_END_CHARACTERS - 1]}…{text[-_KEPT_END_CHARACTERS:]}"
