"""The vendored files of the site: made again from npm's packages, they have the same content."""

import os
import shutil
from pathlib import Path

import pytest

from tools.vendor import making

BROWSER = os.environ.get("IMT_BROWSER")
"""The Python of the environment of the browser, which has a Node of its own beside it."""

PATH = os.pathsep.join([*([str(Path(BROWSER).parent)] if BROWSER else []), os.environ.get("PATH", "")])

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(
        not os.environ.get("CI") and shutil.which("npm", path=PATH) is None,
        reason="needs Node with npm, and a registry that it can reach",
    ),
]


def test_vendored_files_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make vendor` would change nothing: neither what was bundled nor the list of packages and digests."""
    monkeypatch.setenv("PATH", PATH)
    made = making.make()
    committed = {path.name: path.read_bytes() for path in making.FOLDER.iterdir()}
    assert committed.keys() == made.keys()
    differ = [name for name in made if making.content(name, committed[name]) != making.content(name, made[name])]
    assert differ == []
