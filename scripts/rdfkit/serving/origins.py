"""Where a request comes from: pages of other sites may not use a server on someone's own machine.

A page that a person visits can make the browser send requests to 127.0.0.1: by script (with an Origin header), by an
image or a frame (with Sec-Fetch-Site), or under a name of its own that resolves to 127.0.0.1 (DNS rebinding: the Host
header has that name). None of these is run, unless the server was started for pages of other sites.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request

_EXPOSED = "ETag, Link, Retry-After, X-Total-Count"


class Origins:
    """Which origins and which names in the Host header are served."""

    def __init__(self, host: str, names: tuple[str, ...], *, cors: bool) -> None:
        """Take the host that is listened on, further names of this server, and whether any page may ask."""
        self.cors = cors
        self._names = {"localhost", host.lower(), socket.gethostname().lower(), *(name.lower() for name in names)}
        self.headers = (
            {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
            if cors
            else {"Cross-Origin-Resource-Policy": "same-origin"}
        )

    def check(self, request: Request) -> None:
        """Raise RefusedError for a request of a page that may not use this server."""
        if self.cors:
            return
        host = request.headers.get("host", "")
        if not self._is_ours(host):
            raise RefusedError(
                421,
                f"This server is not '{host[:100]}': use its address, or start it with --name for that name.",
            )
        origin = request.headers.get("origin")
        if origin is not None and urlsplit_host(origin) != host.lower():
            raise RefusedError(
                403,
                f"A page of '{origin[:100]}' may not use this server: start it with --cors to allow that.",
            )
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            is_visit = request.headers.get("sec-fetch-dest") == "document" and request.method == "GET"
            if not is_visit or request.path == "/query":
                raise RefusedError(
                    403, "A page of another site may not use this server: start it with --cors to allow that."
                )

    def preflight(self, request: Request) -> dict[str, str]:
        """Return the headers of the answer to a preflight (Fetch, section 3.2.2)."""
        if not self.cors or "access-control-request-method" not in request.headers:
            return {}
        headers = {
            "Access-Control-Allow-Methods": "GET, HEAD, POST",
            "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers", "*"),
            "Access-Control-Max-Age": "600",
            "Vary": "Access-Control-Request-Headers",
        }
        if "access-control-request-private-network" in request.headers:
            headers["Access-Control-Allow-Private-Network"] = "true"
        return headers

    def _is_ours(self, host: str) -> bool:
        """Return whether a Host header has a name of this server, or an address: no attacker can own an address."""
        name = urlsplit_host(f"//{host}", port=False)
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name.partition("%")[0])
        except ValueError:
            return False
        return True


def urlsplit_host(url: str, *, port: bool = True) -> str:
    """Return the host of a URL in lower case, with the port as it is written or without it; nothing if it has none."""
    try:
        parts = urlsplit(url)
        return (parts.netloc if port else parts.hostname or "").lower()
    except ValueError:
        return ""
