"""The one exception that reaches a person as a sentence."""

_LONGEST = 4000
_END = 300


class ImtError(Exception):
    """The command could not do its work.

    The message is one sentence that says what is wrong, where, and how to mend it. The command prints it
    without a traceback and ends with exit code 2.

    Whatever a file or a person put into it, it is one line of characters that can be printed: others are shown as
    escapes, and what is very long loses its middle.
    """

    def __init__(self, sentence: str) -> None:
        """Keep the sentence, tidied where it has to be."""
        sentence = _cut(sentence)
        if not sentence.isprintable():
            sentence = _cut("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in sentence))
        super().__init__(sentence)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - _END - 1]}…{text[-_END:]}"
