"""Who we are to a server: a user and a password, and the header that says so (RFC 7617 Basic, RFC 7616 Digest)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from rdfkit.base.errors import UserError

VARIABLE = "IMT_PASSWORD"
"""The variable of the environment that holds the password; a command line can be read by every user of a machine."""

_SCHEME = re.compile(r"(?:^|,\s*)(\w[\w-]*)\s+(?=[\w-]+\s*=|,|$)|^(\w[\w-]*)$")
_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(frozen=True)
class Login:
    """A user and a password; the password does not show where this is printed."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Challenge:
    """What a server wants to hear: its scheme (``basic`` or ``digest``) and the parameters that came with it."""

    scheme: str
    parameters: dict[str, str]
    _uses: "count[int]" = field(default_factory=lambda: count(1), compare=False)


def credentials(user: str | None) -> Login | None:
    """Return the login of a user, the password taken from the environment, or asked for on a terminal.

    No user: no login. Raises UserError where there is no password to be had.
    """
    import os
    import sys

    if user is None:
        return None
    if not user or ":" in user or not user.isprintable():
        raise UserError("--user takes a name without colon or control characters: the password is told apart from it.")
    password = os.environ.get(VARIABLE)
    if password is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UserError(f"There is no password for {user}: set {VARIABLE}, or run this on a terminal, which asks.")
        from getpass import getpass

        password = getpass(f"Password of {user}: ")
    return Login(user, password)


def challenge(headers: Iterable[str]) -> Challenge | None:
    """Return the best challenge in ``WWW-Authenticate`` headers that we can meet, Digest before Basic, or None."""
    found = [one for header in headers for one in _challenges(header)]
    digests = [one for one in found if one.scheme == "digest" and _is_known(one)]
    # Of several, the server's best comes with the longest hash.
    digests.sort(key=lambda one: "256" in one.parameters.get("algorithm", ""), reverse=True)
    return next(iter(digests), None) or next((one for one in found if one.scheme == "basic"), None)


def authorization(login: Login, challenge: Challenge, method: str, url: str) -> str:
    """Return the value of the ``Authorization`` header for a request; each call uses up one count of the nonce."""
    if challenge.scheme == "basic":
        return basic(login)
    import secrets

    return _digest(login, challenge, method, url, secrets.token_hex(16))


def basic(login: Login) -> str:
    """Return what Basic authentication sends."""
    from base64 import b64encode

    return "Basic " + b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")


def _challenges(header: str) -> list[Challenge]:
    # http.client reads headers as Latin-1, and a folded one has a line end in it.
    header = " ".join(header.encode("latin-1", "replace").decode("utf-8", "replace").split())
    starts = list(_SCHEME.finditer(header))
    ends = [start.start() for start in starts[1:]] + [len(header)]
    found = []
    for start, end in zip(starts, ends, strict=False):
        parameters = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare
            for name, quoted, bare in _PARAMETER.findall(header[start.end() : end])
        }
        found.append(Challenge((start[1] or start[2]).lower(), parameters))
    return found


def _is_known(one: Challenge) -> bool:
    algorithm = one.parameters.get("algorithm", "MD5").upper().removesuffix("-SESS")
    return algorithm in _HASHES and {"realm", "nonce"} <= one.parameters.keys() and _qop(one) is not None


def _qop(one: Challenge) -> str | None:
    """Return the quality of protection to use: ``auth``, nothing where the server knows none, None for another."""
    offered = [part.strip() for part in one.parameters.get("qop", "").split(",") if part.strip()]
    if not offered:
        return ""
    return "auth" if "auth" in offered else None


def _digest(login: Login, one: Challenge, method: str, url: str, client_nonce: str) -> str:
    given = one.parameters
    algorithm = given.get("algorithm", "MD5")
    name = _HASHES[algorithm.upper().removesuffix("-SESS")]
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def hashed(*texts: str) -> str:
        return hashlib.new(name, ":".join(texts).encode(), usedforsecurity=False).hexdigest()

    secret = hashed(login.user, given["realm"], login.password)
    if algorithm.upper().endswith("-SESS"):
        secret = hashed(secret, given["nonce"], client_nonce)
    uses = f"{next(one._uses):08x}"  # noqa: SLF001 - of this module
    request = hashed(method, path)
    qop = _qop(one)
    middle = [given["nonce"], uses, client_nonce, qop] if qop else [given["nonce"]]
    quoted = {
        "username": login.user,
        "realm": given["realm"],
        "nonce": given["nonce"],
        "uri": path,
        "response": hashed(secret, *middle, request),
    }
    if "opaque" in given:
        quoted["opaque"] = given["opaque"]
    bare = {"algorithm": algorithm}
    if qop:
        quoted["cnonce"] = client_nonce
        bare |= {"qop": qop, "nc": uses}
    fields = [f'{key}="{_escaped(value)}"' for key, value in quoted.items()]
    return "Digest " + ", ".join([*fields, *(f"{key}={value}" for key, value in bare.items())])


def _escaped(text: str) -> str:
    # http.client sends headers as Latin-1: the bytes of UTF-8 are passed through it (RFC 7616, charset=UTF-8).
    return text.replace("\\", "\\\\").replace('"', '\\"').encode().decode("latin-1")
