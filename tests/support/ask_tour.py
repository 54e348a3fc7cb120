"""A tour of the pages that ask, in Chromium: prints what it saw as JSON, as ``browser_tour.py`` does.

Usage: ``python -m tests.support.ask_tour SITE SCREENSHOTS [PART ...]``. ``tests/proofs/test_asking_in_browser.py``
starts it and judges what it prints.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.support.asking_steps import (
    ASK,
    BROKEN,
    EVERY,
    HOSTILE,
    LONG,
    MAX_WAIT_MS,
    QUERY,
    WHY,
    answered,
    questions,
    rows,
    served_with_encoding,
)
from tests.support.browser_tour import CHROMIUM, FLAGS, WIDTHS, Tour, grave, served


class Asking:
    """The parts of the tour."""

    def __init__(self, tour: Tour, site: Path) -> None:
        """Take a tour and the folder of the site."""
        self.tour = tour
        self.site = site
        self.address = tour.address

    @contextmanager
    def page(self, **settings: Any) -> Iterator[Page]:
        """Open a page in a fresh profile, which may take its time to load the engine on a busy machine."""
        with self.tour.page(**settings) as page:
            page.set_default_timeout(MAX_WAIT_MS)
            yield page

    def every_question(self) -> dict[str, Any]:
        """Ask all saved questions, as their pages have them, and explain the first row of some."""
        answers, reasons = {}, {}
        with self.page() as page:
            page.goto(self.address + "question/agents.html")
            loaded = page.evaluate("imtEngine.load()")
            for place, one in enumerate(questions(self.site)):
                answers[one["id"]] = {"dataset": one["dataset"], **page.evaluate(ASK, one)}
                if place % EVERY == 0:
                    reasons[one["id"]] = page.evaluate(WHY, one)
        return {"loaded": loaded, "answers": answers, "reasons": reasons}

    def parameters(self) -> dict[str, Any]:
        """Ask a question with another value, go back and forth, and follow the address in a fresh profile."""
        path = "question/agents-of-a-radionuclide.html"
        found: dict[str, Any] = {}
        with self.page() as page:
            page.goto(self.address + path)
            found["stored"] = len(rows(page, "#stored"))
            page.select_option("#p-radionuclide", "nuclide:zr-89")
            page.click("#submit")
            answered(page)
            found["address"], found["asked"] = page.url.removeprefix(self.address), rows(page)
            found["text"] = page.locator("#text").inner_text()
            page.locator("#answer button", has_text="Explain").first.click()
            page.locator("#why table").wait_for()
            found["why"], found["focus"] = rows(page, "#why"), page.evaluate("document.activeElement.id")
            page.go_back()
            page.locator("#stored").wait_for()
            found["back"] = [page.locator("#asked").is_visible(), page.input_value("#p-radionuclide")]
            page.go_forward()
            page.locator("#answer tbody tr").first.wait_for()
            found["forward"] = rows(page)
            page.click("#open")
            answered(page)
            found["editor"] = [rows(page), page.locator("#dataset").input_value(), page.input_value("#query")]
        with self.page() as page:
            page.goto(self.address + path + "?radionuclide=nuclide:zr-89")
            answered(page)
            found["link"] = rows(page)
        return found

    def values(self) -> dict[str, Any]:
        """Give values of each kind, right and wrong."""
        found = {}
        tries = {
            "a name": ("added-to-the-page", "thing", "Fluorine-18"),
            "a local name": ("agent-dossier", "agent", "FES"),
            "another kind": ("agent-dossier", "agent", "nuclide:f-18"),
            "no name": ("agent-dossier", "agent", "zzz"),
            "several things": ("added-to-the-page", "thing", "approved"),
            "a string": ("agents-by-external-code", "code", 'a"\\b'),
            "another string": ("agents-by-external-code", "code", "T32277KB09"),
            "no day": ("superseded-on-day", "on", "2014"),
        }
        with self.page() as page:
            for name, (question, field, value) in tries.items():
                if not (self.site / f"question/{question}.html").is_file():
                    found[name] = "no such question"
                    continue
                page.goto(f"{self.address}question/{question}.html?{urlencode({field: value})}")
                page.locator("#answer > *").first.wait_for()
                wrong = page.locator("#answer .wrong")
                found[name] = wrong.inner_text() if wrong.count() else page.locator("#answer .note").inner_text()
        return found

    def own(self) -> dict[str, Any]:
        """Answer SPARQL of one's own: rows, triples, a boolean, with their files; hostile texts; another dataset."""
        found: dict[str, Any] = {}
        with self.page(accept_downloads=True) as page:
            page.goto(self.address + "ask.html")
            page.locator("#editor").wait_for()
            page.click("#submit")
            answered(page)
            found["first"] = len(rows(page))

            def ask(text: str, dataset: str = "all") -> None:
                page.select_option("#dataset", dataset)
                page.locator(".cm-content").click()
                page.keyboard.press("Control+a")
                page.keyboard.insert_text(text)
                page.locator("#status", has_text="Answered").evaluate("(one) => { one.textContent = ''; }")
                page.click("#submit")
                answered(page)

            def files() -> dict[str, str]:
                kept = {}
                for button in page.locator("#answer .files button").all():
                    with page.expect_download() as waiting:
                        button.click()
                    kept[waiting.value.suggested_filename] = Path(waiting.value.path()).read_bytes().decode()
                return kept

            ask(QUERY)
            found["rows"], found["files"], found["address"] = rows(page), files(), page.url
            page.check("#answer input[type=checkbox]")
            found["identifiers"] = rows(page)[0]
            ask("CONSTRUCT { ?a skos:prefLabel ?l . ?a imt:hasTarget ?t } { ?a imt:hasTarget ?t ; skos:prefLabel ?l }")
            found["turtle"] = files()["answer.ttl"]
            ask("ASK { ?a a imt:PharmaceuticalAgent }", "page")
            found["ask"] = [page.locator("#answer > p").first.inner_text(), files()["answer.json"]]
            ask(HOSTILE)
            found["hostile"] = [rows(page), page.locator("#answer img").count(), page.locator("#answer td a").count()]
            page.go_back()
            answered(page)
            found["back"] = [page.locator("#answer > p").first.inner_text(), page.locator("#dataset").input_value()]
        with self.page() as page:
            page.goto(self.address + "ask.html#" + urlencode({"query": QUERY, "dataset": "page"}))
            answered(page)
            found["link"] = [len(rows(page)), page.locator("#dataset").input_value()]
        return found

    def errors(self) -> dict[str, Any]:
        """Make mistakes: in the grammar, a prefix, an update, another server."""
        found: dict[str, Any] = {}
        tries = {
            "grammar": BROKEN,
            "prefix": "SELECT * {\n  ?a foaf2:name ?b }",
            "update": "DELETE WHERE { ?s ?p ?o }",
            "service": "SELECT * { SERVICE SILENT <https://example.org/> { ?s ?p ?o } }",
            "nothing": "# nothing",
        }
        with self.page() as page:
            for name, text in tries.items():
                page.goto(self.address + "ask.html#" + urlencode({"query": text, "dataset": "all"}))
                page.reload()
                page.locator("#answer .wrong").wait_for()
                found[name] = page.locator("#answer .wrong").inner_text()
                if name == "grammar":
                    found["marked"] = page.locator(".cm-lintRange-error").all_inner_texts()
                    found["line"] = page.locator("#answer mark").inner_text()
                    page.locator("#answer button", has_text="that place").click()
                    found["marked by the grammar"] = page.locator(".cm-lintRange-error").all_inner_texts()
        return found

    def stopped(self) -> dict[str, Any]:
        """Stop a query that would take hours, and ask another one."""
        found: dict[str, Any] = {}
        with self.page() as page:
            page.goto(self.address + "ask.html#" + urlencode({"query": LONG, "dataset": "all"}))
            page.locator("#status", has_text="Asking").wait_for()
            time.sleep(2)
            found["before"] = [page.locator("#status").inner_text(), len(page.workers)]
            page.click("#stop")
            page.locator("#status", has_text="Stopped").wait_for()
            waited = 0
            while page.workers and waited < MAX_WAIT_MS:
                page.wait_for_timeout(100)
                waited += 100
            found["after"] = [page.locator("#stop").is_disabled(), len(page.workers)]
            page.locator(".cm-content").click()
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(QUERY)
            page.click("#submit")
            answered(page)
            found["next"] = [len(rows(page)), len(page.workers)]
        return found

    def keyboard(self) -> dict[str, Any]:
        """Write, complete, answer and explain with the keyboard alone."""
        found: dict[str, Any] = {}

        def focus(page: Page) -> str:
            name: str = page.evaluate("document.activeElement.id || document.activeElement.className")
            return name

        def tab_to(page: Page, wanted: str) -> bool:
            for _ in range(40):
                if page.evaluate("(one) => document.activeElement.matches(one)", wanted):
                    return True
                page.keyboard.press("Tab")
            return False

        with self.page() as page:
            page.goto(self.address + "ask.html")
            page.locator("#editor").wait_for()
            found["editor"] = tab_to(page, "#editor")
            page.keyboard.press("Control+a")
            page.keyboard.type("SELECT ?agent WHERE { ?agent imt:hasTarg", delay=20)
            page.locator(".cm-tooltip-autocomplete li[aria-selected=true]", has_text="has target").first.wait_for()
            time.sleep(0.2)
            page.keyboard.press("Enter")
            page.keyboard.type(" prostate-specific", delay=20)
            page.locator(".cm-tooltip-autocomplete li", has_text="prostate").first.wait_for()
            time.sleep(0.2)
            page.keyboard.press("Enter")
            found["written"] = page.input_value("#query")
            page.keyboard.press("Tab")
            found["next"] = focus(page)
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Control+Enter")
            answered(page)
            found["rows"] = len(rows(page))
            found["table"] = tab_to(page, "#answer .scroll")
        with self.page() as page:
            page.goto(self.address + "question/agents-of-a-target.html")
            found["field"] = tab_to(page, "#p-target")
            found["button"] = tab_to(page, "#submit")
            page.keyboard.press("Enter")
            answered(page)
            found["explain"] = tab_to(page, "#answer td button")
            page.keyboard.press("Enter")
            page.locator("#why h2").wait_for()
            found["why"] = [focus(page), page.locator("#why h2").inner_text()]
        return found

    def otherwise(self) -> dict[str, Any]:
        """Read from a file; without scripts; without the editor; from a host that calls .gz an encoding."""
        found: dict[str, Any] = {}
        with self.page() as page:
            page.goto((self.site / "ask.html").as_uri())
            page.locator("#editor").wait_for()
            found["file"] = [page.locator("#needs-server").inner_text(), page.locator("#submit").is_disabled()]
            page.goto((self.site / "question/agents.html").as_uri())
            found["question from a file"] = [page.locator("#status").inner_text(), len(rows(page, "#stored"))]
        with self.page(java_script_enabled=False) as page:
            page.goto(self.address + "ask.html")
            found["without scripts"] = page.locator("noscript").inner_text()
            page.goto(self.address + "question/agents-of-a-radionuclide.html")
            found["question without scripts"] = [page.locator("#question").is_visible(), len(rows(page, "#stored"))]
        context = self.tour.browser.new_context()
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT_MS)
        page.route("**/vendor/editor.js", lambda one: one.abort())
        page.goto(self.address + "ask.html")
        page.fill("#query", BROKEN)
        page.click("#submit")
        page.locator("#answer .wrong").wait_for()
        place = page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]")
        page.fill("#query", QUERY)
        page.click("#submit")
        answered(page)
        found["without the editor"] = [place, len(rows(page))]
        context.close()
        with served_with_encoding(self.site) as address, self.page() as page:
            page.goto(address + "ask.html#" + urlencode({"query": QUERY, "dataset": "all"}))
            answered(page)
            found["encoded"] = len(rows(page))
            self.tour.asked = {one for one in self.tour.asked if not one.startswith(address)}
        return found

    def looks(self) -> dict[str, Any]:
        """Return what is too wide and what axe-core finds, with an answer, an error, an explanation; take pictures."""
        wide, axe = [], {}
        states = {
            "ask": ("ask.html", "#editor:not([hidden])"),
            "ask-answer": ("ask.html#" + urlencode({"query": QUERY, "dataset": "all"}), "#answer table"),
            "ask-error": ("ask.html#" + urlencode({"query": BROKEN, "dataset": "all"}), "#answer .wrong"),
            "question": ("question/agents-of-a-target.html", "#question:not([hidden])"),
            "question-why": ("question/agents-of-a-target.html?target=target:psma", "#answer table"),
        }
        for scheme in ("light", "dark"):
            for width, height in WIDTHS.items():
                settings = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
                with self.page(**settings, bypass_csp=True) as page:
                    for name, (path, shown) in states.items():
                        page.goto("about:blank")
                        page.goto(self.address + path)
                        page.locator(shown).first.wait_for()
                        if name == "question-why":
                            page.locator("#answer td button").first.click()
                            page.locator("#why table").wait_for()
                        page.screenshot(path=self.tour.shots / f"{name}-{width}-{scheme}.png", full_page=True)
                        size = page.evaluate("document.documentElement.scrollWidth")
                        if size > width:
                            wide.append(f"{name} at {width}: {size}")
                        if width == 360 and (found_here := grave(page)):
                            axe[f"{name} ({scheme})"] = found_here
        return {"too wide": wide, "axe": axe}


def main(site: Path, shots: Path, wanted: list[str]) -> None:
    """Go through the pages, or the parts of the tour that are wanted, and print what was seen."""
    shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, served(site) as address:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tour = Tour(browser, address, shots)
        asking = Asking(tour, site)
        parts = {
            "every question": asking.every_question,
            "parameters": asking.parameters,
            "values": asking.values,
            "own": asking.own,
            "errors": asking.errors,
            "stopped": asking.stopped,
            "keyboard": asking.keyboard,
            "otherwise": asking.otherwise,
        }
        seen: dict[str, Any] = {name: part() for name, part in parts.items() if not wanted or name in wanted}
        seen["said"] = tour.said
        seen["asked elsewhere"] = sorted(one for one in tour.asked if not one.startswith((address, "file://", "blob:")))
        if not wanted or "looks" in wanted:
            seen["looks"] = asking.looks()
        browser.close()
    json.dump(seen, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:])
