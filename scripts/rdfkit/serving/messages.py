"""Requests and responses, and how the front and its workers exchange them."""

import json
from typing import Any, NamedTuple

_LENGTHS_BYTES = 8
"""A message is two lengths of 4 bytes, a head in JSON, and a body."""


class Request(NamedTuple):
    """A request: ``query`` is the part of the address after ``?``, names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def accept(self) -> str:
        """The Accept header; all of its lines, if there are several."""
        return self.headers.get("accept", "")


class Response(NamedTuple):
    """A complete response; its length and the date are added when it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def pack(head: Any, body: bytes) -> bytes:
    """Return a message with a head, which JSON can write, and a body."""
    return begin(head, len(body)) + body


def begin(head: Any, size: int) -> bytes:
    """Return a message as far as the body of ``size`` bytes that follows."""
    written = json.dumps(head).encode()
    return len(written).to_bytes(4, "big") + size.to_bytes(4, "big") + written


class Reader:
    """Puts messages together from pieces that arrive in any size."""

    def __init__(self) -> None:  # noqa: D107
        self._data = bytearray()
        self.size = 0
        """The bytes of the message that is arriving; 0 if not even its lengths have arrived."""

    def feed(self, piece: bytes) -> tuple[Any, bytes] | None:
        """Take a piece; return the message that it completes. No second message may follow before an answer."""
        self._data += piece
        if not self.size:
            if len(self._data) < _LENGTHS_BYTES:
                return None
            self._head = int.from_bytes(self._data[:4], "big")
            self.size = _LENGTHS_BYTES + self._head + int.from_bytes(self._data[4:8], "big")
        if len(self._data) < self.size:
            return None
        with memoryview(self._data) as view:
            head = json.loads(bytes(view[_LENGTHS_BYTES : _LENGTHS_BYTES + self._head]))
            body = bytes(view[_LENGTHS_BYTES + self._head : self.size])
        self._data = bytearray()
        self.size = 0
        return head, body
