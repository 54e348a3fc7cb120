"""Run the cells of docs/notebook.md; run in the environment of ``tests/doors.lock``.

Prints, as JSON, what each cell printed, and the HTML of its last line if that is an expression.
"""

import ast
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any


def cells(text: str) -> list[tuple[str, str]]:
    """Return each cell and the output that the page shows below it."""
    found: list[tuple[str, str]] = []
    for block in text.split("```")[1::2]:
        language, _, body = block.partition("\n")
        if language == "python":
            found.append((body, ""))
        elif language == "text":
            found[-1] = (found[-1][0], body)
    return found


def _run(source: str, names: dict[str, Any]) -> tuple[str, str]:
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    out = io.StringIO()
    shown = ""
    with contextlib.redirect_stdout(out):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            shown = getattr(value, "_repr_html_", str)()
    return out.getvalue(), shown


if __name__ == "__main__":
    namespace: dict[str, Any] = {}
    page = Path(sys.argv[1]).read_text(encoding="utf-8")
    print(json.dumps([_run(source, namespace) for source, _ in cells(page)]))
