"""Write the site into a folder so that a reader never sees half of it."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from rdfkit.base import UserError

MARKER = ".imaging-trials-site"
"""An empty file that says that a folder is a site, which may be replaced by a newer one."""


FOLDER = "site"
"""The folder in a packed site."""

_NO_DAY = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can state, so that the same files give the same bytes."""

_FOR_ALL_TO_READ = 0o100644 << 16


class Written(NamedTuple):
    """How many pages and files were written, and their size in bytes."""

    folder: Path
    pages: int
    files: int
    size: int


def packed(made: dict[str, bytes]) -> bytes:
    """Return files by their paths as a zip file that unpacks into one folder; its bytes depend on the files alone."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, data in sorted({**made, MARKER: b""}.items()):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", _NO_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _FOR_ALL_TO_READ
            target.writestr(entry, data)
    return archive.getvalue()


def write_site(made: dict[str, bytes], folder: Path) -> Written:
    """Write files by their paths into a folder in place of an earlier site there.

    They are written beside the folder first, which is replaced at the end. Raises UserError if the folder holds
    something else than a site, or cannot be written to.
    """
    if folder.exists() and not (folder / MARKER).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} holds something else than a site: name an empty or a new folder with -o.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".site-", dir=folder.parent))
        try:
            new, old = staging / "new", staging / "old"
            for name in sorted({str(Path(name).parent) for name in made}):
                (new / name).mkdir(parents=True, exist_ok=True)
            for name, data in made.items():
                (new / name).write_bytes(data)
            (new / MARKER).write_bytes(b"")
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise UserError(
            f"{error.filename or folder} cannot be written ({error.strerror or error}): free space or fix that, then "
            "make the site again."
        ) from error
    pages = sum(name.endswith(".html") for name in made)
    return Written(folder, pages, len(made), sum(len(data) for data in made.values()))
