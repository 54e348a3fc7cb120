"""The vendored files of the site: made again from npm's packages, they have the same content."""

import os
import shutil

import pytest

from tools.vendor import making

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(
        not os.environ.get("CI") and shutil.which("npm") is None,
        reason="needs Node with npm, and a registry that it can reach",
    ),
]


def test_vendored_files_can_be_made_again() -> None:
    """`make vendor` would change nothing: neither what was bundled nor the list of packages and digests."""
    made = making.make()
    committed = {path.name: path.read_bytes() for path in making.FOLDER.iterdir()}
    assert committed.keys() == made.keys()
    differ = [name for name in made if making.content(name, committed[name]) != making.content(name, made[name])]
    assert differ == []
