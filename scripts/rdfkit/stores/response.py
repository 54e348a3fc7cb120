"""What a server answers to a request."""

from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Response:
    """A complete response to a request for ``url``."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters; ``text/plain`` if the server gives none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower() or "text/plain"
