"""What the tour of the pages that ask does at each step: its queries, and how it waits for answers and reads them."""

import functools
import html
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

QUERY = "SELECT ?agent ?name WHERE { ?agent a imt:PharmaceuticalAgent ; skos:prefLabel ?name } ORDER BY ?name"
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) < STR(?i)) }"
BROKEN = (
    "SELECT ?agent WHERE {\n  ?agent a imt:PharmaceuticalAgent ;\n    imt:hasTarget target:psma\n  FILTR(?agent)\n}"
)
HOSTILE = 'SELECT ?text ?iri { BIND("<img src=x onerror=alert(1)>" AS ?text) BIND(IRI("javascript:alert(1)") AS ?iri) }'

EVERY = 4
"""Every how many questions a row is explained."""

ASK = """async ({text, dataset}) => {
  try { return await imtEngine.query(text, imtNames.datasets[dataset]); } catch (error) { return {error}; }
}"""

MAX_WAIT_MS = 60_000
"""How long anything in the tour may take."""

WHY = """async ({id, text, dataset}) => {
  const graphs = imtNames.datasets[dataset];
  const found = await imtEngine.query(text, graphs);
  if (found.form !== "SELECT" || !found.rows.length) { return null; }
  const row = {};
  found.rows[0].forEach((one, place) => { if (one) { row[found.variables[place]] = one; } });
  const about = await (await fetch(`../question/${id}.json`)).json();
  const done = await imtEngine.explain(text, graphs, row, about);
  if (done.reason) { return done; }
  const box = document.createElement("div");
  box.append(...await imtWhy(done.statements, about.absence, 1));
  box.querySelectorAll(".name").forEach((one) => one.remove());
  const shown = [...box.querySelectorAll("tbody tr")].map((line) => [...line.children].map((one) => one.textContent));
  return {statements: done.statements, absence: about.absence, shown};
}"""


class Encoding(http.server.SimpleHTTPRequestHandler):
    """Says that .gz is an encoding, as some hosts do: the browser then unpacks the files itself. Logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def end_headers(self) -> None:
        """Add the header."""
        if self.path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()


@contextmanager
def served_with_encoding(folder: Path) -> Iterator[str]:
    """Serve a folder with `Encoding`."""
    handler = functools.partial(Encoding, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def questions(site: Path) -> Iterator[dict[str, str]]:
    """Yield the saved questions that can be asked here, as their pages have them: name, query, dataset."""
    for path in sorted((site / "question").glob("*.html")):
        page = path.read_text(encoding="utf-8")
        form = re.search(r'<form id="question" class="ask" data-id="([^"]*)" data-dataset="([^"]*)"', page)
        if form:
            text = re.search(r'<pre id="text"[^>]*>([^<]*)</pre>', page)
            assert text, path
            yield {"id": form[1], "dataset": form[2], "text": html.unescape(text[1])}


def rows(page: Page, place: str = "#answer") -> list[list[str]]:
    """Return the rows of a table as people read them."""
    found: list[list[str]] = page.locator(f"{place} tbody").first.evaluate(
        "(body) => [...body.rows].map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    return found


def answered(page: Page) -> None:
    """Wait for an answer."""
    page.locator("#status", has_text="Answered").wait_for()
