"""Files of a static site: read from a folder, below which nothing else is found."""

import mimetypes
from pathlib import Path

from rdfkit.serving.errors import RefusedError
from rdfkit.serving.messages import Request, Response
from rdfkit.serving.tags import tagged

_HOME = "index.html"
_MAX_FILE_BYTES = 64_000_000
_TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".ttl": "text/turtle", ".nq": "application/n-quads"}
_WITH_CHARSET = ("text/", "application/json", "application/xml")


def is_site(folder: Path) -> bool:
    """Return whether a folder has a site."""
    return (folder / _HOME).is_file()


def file(folder: Path, request: Request) -> Response:
    """Return the file at the path of a request. Raises RefusedError if there is none."""
    found = _at(folder, request.path.strip("/") or _HOME)
    if found is None:
        raise RefusedError(404, f"There is nothing at '{request.path[:200]}': see / for what there is.")
    return _response(request, found)


def page(folder: Path, request: Request) -> Response | None:
    """Return the page of the site for a path without an ending, or None if there is none."""
    found = _at(folder, f"{request.path.strip('/')}.html")
    return _response(request, found) if found else None


def _at(folder: Path, path: str) -> Path | None:
    if "\0" in path or any(part.startswith(".") for part in path.split("/")):
        return None
    root = folder.resolve()
    for name in (path, f"{path}.html", f"{path}/{_HOME}"):
        try:
            found = (root / name).resolve()
            if found.is_relative_to(root) and found.is_file() and found.stat().st_size <= _MAX_FILE_BYTES:
                return found
        except OSError:  # a name that is too long, or a folder that may not be entered
            return None
    return None


def _response(request: Request, found: Path) -> Response:
    try:
        data = found.read_bytes()
    except OSError:
        raise RefusedError(404, f"There is nothing at '{request.path[:200]}' that can be read.") from None
    media = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return tagged(request, media, data)
