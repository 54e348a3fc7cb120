"""The one exception that reaches a person as a sentence."""


class ImtError(Exception):
    """The command could not do its work.

    The message is one sentence that says what is wrong, where, and how to mend it. The command prints it
    without a traceback and ends with exit code 2.
    """
