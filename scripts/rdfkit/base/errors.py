"""The one exception that the user sees as a sentence."""

MAX_SENTENCE_CHARACTERS = 4000
_KEPT_END_CHARACTERS = 300


class UserError(Exception):
    """The command could not do its work.

    The message is one sentence: what is wrong, where, and how to fix it. The command prints it without a traceback and
    ends with exit code 2.

    It is one line of printable characters, whatever a file or a person put into it: other characters are shown as
    escapes, and a very long sentence loses its middle.
    """

    def __init__(self, sentence: str) -> None:
        """Keep the sentence, cleaned if necessary."""
        sentence = _shortened(sentence)
        if not sentence.isprintable():
            printable = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in sentence)
            sentence = _shortened("".join(printable))
        super().__init__(sentence)


def _shortened(text: str) -> str:
    if len(text) <= MAX_SENTENCE_CHARACTERS:
        return text
    return f"{text[: MAX_SENTENCE_CHARACTERS - _KEPT_END_CHARACTERS - 1]}…{text[-_KEPT_END_CHARACTERS:]}"
