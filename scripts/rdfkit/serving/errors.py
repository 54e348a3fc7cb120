"""The error of a request that is not answered."""

from rdfkit.base import UserError

_MAX_NEAR = 5


class RefusedError(UserError):
    """A request that is not answered: the message says why and what to do, ``status`` is that of the response.

    ``near`` are right names close to a wrong one, ``headers`` are further headers of the response.
    """

    def __init__(  # noqa: D107
        self, status: int, message: str, near: tuple[str, ...] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.near = near[:_MAX_NEAR]
        self.headers = headers or {}
