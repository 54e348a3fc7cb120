"""Data frames, rich display and the page docs/notebook.md, in the environment of ``tests/doors.lock``."""

import json

import pytest

from imaging_trials import questions
from tests.conftest import ROOT
from tests.support import doors
from tests.support.notebook import cells

pytestmark = [pytest.mark.prove, pytest.mark.xdist_group("doors"), doors.needs_doors]

TYPED = """
import json, sys
from pyoxigraph import Literal, NamedNode
from imaging_trials import questions
X = "http://www.w3.org/2001/XMLSchema#"
def typed(text, name): return Literal(text, datatype=NamedNode(X + name))
iri = NamedNode("https://w3id.org/imaging-trials/id/agent/fes")
columns = {
    "whole": [typed("7", "integer"), None, typed("-1", "int")],
    "number": [typed("1.50", "decimal"), typed("2", "integer"), None],
    "day": [typed("2014-03-31", "date"), None, typed("1066-10-14", "date")],
    "no_day": [typed("2014-02-30", "date"), None, None],
    "truth": [typed("true", "boolean"), typed("0", "boolean"), None],
    "huge": [typed("99999999999999999999", "integer"), None, None],
    "iri": [iri, None, Literal("text")],
    "mixed": [typed("1", "integer"), Literal("one"), None],
    "empty": [None, None, None],
}
made = questions.frame(list(columns), list(zip(*columns.values())))
none = questions.frame(["a"], [])
print(json.dumps({
    "types": {name: str(one) for name, one in made.dtypes.items()},
    "first": [str(one) for one in made.iloc[0]],
    "missing": int(made.isna().sum().sum()),
    "none": [list(none.columns), len(none)],
}))
"""


def test_columns_have_types() -> None:
    ended = doors.run("-c", TYPED)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["types"] == {
        "whole": "Int64", "number": "Float64", "day": "datetime64[s]", "no_day": "string", "truth": "boolean",
        "huge": "string", "iri": "string", "mixed": "string", "empty": "string",
    }  # fmt: skip
    assert found["first"] == [
        "7", "1.5", "2014-03-31 00:00:00", "2014-02-30", "True", "99999999999999999999", "agent:fes", "1", "<NA>",
    ]  # fmt: skip
    assert found["missing"] == 13
    assert found["none"] == [["a"], 0]


def test_the_cells_of_the_page_print_what_it_shows() -> None:
    page = ROOT / "docs" / "notebook.md"
    shown = [output for _, output in cells(page.read_text(encoding="utf-8"))]
    ended = doors.run("tests/support/notebook.py", str(page))
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert [printed for printed, _ in found] == shown
    assert any("<pre" in html for _, html in found)


def test_frame_without_pandas_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(Exception, match=r"pip install 'imaging-trials\[pandas\]'"):
        questions.frame(["a"], [])
