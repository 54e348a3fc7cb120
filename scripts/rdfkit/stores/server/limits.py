"""What one request may take, and the refusal that says which limit it met."""

from dataclasses import dataclass

from rdfkit.base.errors import UserError


@dataclass(frozen=True)
class Limits:
    """The most that one request may take."""

    seconds: float = 30.0  # of the engine's time; as long again may pass while it waits for an engine
    rows: int = 100_000  # rows of a SELECT, or triples of a CONSTRUCT or DESCRIBE
    body: int = 250_000  # bytes of the request, and of the query in it
    answer: int = 64_000_000  # bytes that the engine may answer with
    memory: int = 1_500_000_000  # bytes of address space of one engine


class RefusedError(UserError):
    """A request that is not answered: the sentence says why, ``status`` is the one of the HTTP response."""

    def __init__(self, status: int, sentence: str) -> None:  # noqa: D107
        super().__init__(sentence)
        self.status = status
