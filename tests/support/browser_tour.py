"""A tour of the site in Chromium: prints what it saw as JSON. It runs in an environment of its own, with playwright.

Usage: ``python -m tests.support.browser_tour SITE SCREENSHOTS``. ``tests/proofs/test_site_in_browser.py`` starts it and
judges what it prints; the screenshots of every kind of page at two widths, light and dark, are for people to look at.
"""

import functools
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

PAGES = (
    "index.html", "browse.html", "search.html?q=F-18+FES", "questions.html", "question/agents-with-both-documents.html",
    "question/agent-dossier.html", "guides.html", "guides/readme.html", "guides/model.html", "guides/stores.html",
    "vocab.html", "shapes.html", "concept.html", "concept/modality.html", "concept/modality/pet.html", "dataset.html",
    "graph/page.html", "id/agent.html", "id/agent/dcfbc.html", "id/document/fes-caepr.html", "id/edition.html",
    "id/edition/esur-cervical-cancer-mri-2011.html", "id/article/adam-2021.html", "id/radionuclide/zr-89.html",
    "id/organization/snmmi.html", "id/section/caeprs.html", "id/mapping.html",
    "id/mapping/ncit-modality-pet-C17007.html", "id/page/imaging-trials-resources.html", "concept/trial-type.html",
)  # fmt: skip
"""Every kind of page."""

WIDTHS = {360: 740, 1440: 900}
SCHEMES = ("light", "dark")

AXE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"

LETTERS = """() => {
  const seen = {sizes: new Set(), families: new Set(), weights: new Set(), "not loaded": new Set()};
  let widest = 0;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !element.offsetParent) { continue; }
    const style = getComputedStyle(element);
    seen.sizes.add(style.fontSize);
    seen.families.add(style.fontFamily.split(",")[0]);
    seen.weights.add(style.fontWeight);
    if (!element.matches("p, dd, li") || element.closest("pre, .index, .scroll")) { continue; }
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = new Set([...range.getClientRects()].map((one) => Math.round(one.bottom / 12)));
    const text = element.innerText.replace(/\\s+/g, " ");
    if (lines.size > 3) { widest = Math.max(widest, text.length / lines.size); }
  }
  for (const face of document.fonts) { if (face.status !== "loaded") { seen["not loaded"].add(face.weight); } }
  const named = Object.entries(seen).map(([name, found]) => [name, [...found]]);
  return {...Object.fromEntries(named), widest};
}"""
"""What letters a page has: only elements with text of their own that are shown count."""

SEARCHES = (
    "F-18 FES", "18F-FES", "¹⁸F FES", "[18F]FES", "18FFES", "fluorine-18 fes", "f18 fes", "18FDG", "Ga-68 PSMA-11",
    "99mTc-MDP", "10.1007/s00259-020-05112-2", "https://doi.org/10.1007/s00259-020-05112-2", "PMID 33275178",
    "33275178", "Loft A", "hasTarget", "Axumin", "Axumin®", "cervical cancer", "zzzz", "<script>", "",
)  # fmt: skip


def grave(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical on a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:100]}"
        for one in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        if one["impact"] in ("serious", "critical")
    ]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as ``python -m http.server`` does, on a free port of this machine."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Tour:
    """Opens contexts, and keeps what the console said and which addresses were asked for."""

    def __init__(self, browser: Browser, address: str, shots: Path) -> None:
        """Take a browser, the address of the site, and the folder for screenshots."""
        self.browser = browser
        self.address = address
        self.shots = shots
        self.said: list[str] = []
        self.asked: set[str] = set()

    @contextmanager
    def page(self, **settings: Any) -> Iterator[Page]:
        """Open a page in a fresh profile."""
        context: BrowserContext = self.browser.new_context(**settings)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("console", lambda one: self.said.append(f"{page.url}: {one.text}") if one.type != "log" else None)
        page.on("pageerror", lambda one: self.said.append(f"{page.url}: {one}"))
        page.on("request", lambda one: self.asked.add(one.url))
        yield page
        context.close()

    def looks_at(self, page: Page, path: str) -> Iterator[str]:
        """Open a page, and yield the name of each look at it: light and dark, at each width."""
        page.goto(self.address + path)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                yield f"{width}-{scheme}"

    def too_wide(self) -> list[str]:
        """Return the pages that are wider than the window, and take the screenshots."""
        found = []
        with self.page() as page:
            for path in PAGES:
                name = path.partition(".html")[0].replace("/", "-")
                for look in self.looks_at(page, path):
                    wide, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
                    if wide > width:
                        found.append(f"{path}, {look}: {wide}")
                    page.screenshot(path=self.shots / f"{name}-{look}.png")
        return found

    def axe(self) -> dict[str, list[str]]:
        """Return what axe-core finds serious or critical, by page."""
        found = {}
        with self.page(bypass_csp=True) as page:
            for path in PAGES:
                for look in self.looks_at(page, path):
                    if found_here := grave(page):
                        found[f"{path} ({look})"] = found_here
        return found

    def searches(self, address: str) -> dict[str, list[str]]:
        """Return the first results of each search."""
        found = {}
        with self.page() as page:
            page.goto(address + "search.html")
            for text in SEARCHES:
                page.fill("#find", text)
                found[text] = page.locator("#results li a").all_inner_texts()[:3]
        return found

    def by_keyboard(self) -> dict[str, Any]:
        """Search from the header and open the first result with the keyboard alone, then go back."""
        with self.page() as page:
            page.goto(self.address + "id/agent/fes.html")
            page.keyboard.press("Tab")
            skip = page.evaluate("document.activeElement.textContent")
            for _ in range(12):
                if page.evaluate("document.activeElement.id") == "find":
                    break
                page.keyboard.press("Tab")
            page.keyboard.type("DCFBC")
            page.keyboard.press("Enter")
            page.wait_for_selector("#results li")
            address = page.url
            for _ in range(20):
                if page.evaluate("document.activeElement.closest('#results') !== null"):
                    break
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.wait_for_url("**/id/agent/*")
            title = page.locator("h1").inner_text()
            page.go_back()
            page.wait_for_selector("#results li")
            return {"skip": skip, "address": address, "title": title, "back": page.input_value("#find")}

    def copied(self) -> dict[str, str]:
        """Copy the BibTeX of the Fleischner paper, found by a search from the home page."""
        with self.page(permissions=["clipboard-read", "clipboard-write"]) as page:
            page.goto(self.address)
            page.fill("#find", "Fleischner 2017")
            page.click("button[type=submit]")
            page.locator("#results li", has_text="article").first.locator("a").click()
            figure = page.locator("figure", has_text="BibTeX")
            figure.locator("button").click()
            figure.locator("button", has_text="Copied").wait_for()
            copied = page.evaluate("navigator.clipboard.readText()")
            return {"shown": figure.locator("pre").inner_text(), "copied": copied}

    def errands(self) -> dict[str, Any]:
        """Do what strangers come for, with the mouse, from the home page; ``copied`` is one of these errands too."""
        found: dict[str, Any] = {}
        with self.page() as page:
            page.goto(self.address)
            page.fill("#find", "DCFBC")
            page.click("button[type=submit]")
            page.click("#results li a >> nth=0")
            found["does DCFBC have a CAEPR"] = page.locator("tr", has_text="CAEPR").first.inner_text()
            page.goto(self.address)
            row = page.locator("tr", has_text="Balleyguier 2011")
            found["is the cervical cancer guideline of 2011 the newest"] = row.locator(".mark").inner_text()
            row.locator("td").nth(2).locator("a").click()
            page.locator("dl.facts > div", has_text="superseded").locator("a").first.click()
            page.wait_for_url("**/esur-cervical-cancer-mri-2021.html")
            found["its successor"] = page.locator("h1").inner_text()
            page.goto(self.address)
            page.fill("#find", "FDG children")
            page.click("button[type=submit]")
            editions = page.locator("#results li", has_text="guideline edition").locator("a")
            editions.first.wait_for()
            found["which guidelines deal with FDG in children"] = editions.all_inner_texts()
            page.click("a:text('SNMMI/EANM'):text('version')")
            page.locator("td a", has_text="Vali 2021").first.wait_for()
            page.click("a.brand")
            page.fill("#find", "zirconium-89")
            page.click("button[type=submit]")
            page.locator("#results li", has_text="radionuclide").first.locator("a").click()
            carriers = page.locator("dl.facts > div", has_text="has radionuclide")
            found["which agents carry zirconium-89"] = carriers.locator("dd a").all_inner_texts()
        return found

    def type(self) -> dict[str, Any]:
        """Return the sizes, families and weights of letters on all pages, and the widest text by characters a line."""
        seen: dict[str, set[str]] = {"sizes": set(), "families": set(), "weights": set(), "not loaded": set()}
        widest = (0.0, "")
        with self.page(viewport={"width": 1440, "height": 900}) as page:
            for path in PAGES:
                page.goto(self.address + path)
                page.evaluate("document.fonts.ready.then(() => true)")
                letters = page.evaluate(LETTERS)
                for name, found in seen.items():
                    found.update(letters[name])
                widest = max(widest, (letters["widest"], path))
        return {**{name: sorted(found) for name, found in seen.items()}, "widest": widest}

    def without_scripts(self) -> dict[str, Any]:
        """Read pages with JavaScript off."""
        with self.page(java_script_enabled=False) as page:
            page.goto(self.address + "question/agents-with-both-documents.html")
            rows = page.locator("tbody tr").count()
            page.goto(self.address + "search.html")
            note = page.locator("noscript").inner_text()
            page.goto(self.address + "id/agent/fes.html")
            return {"rows": rows, "note": note, "buttons": page.locator("button.copy").count()}

    def looks(self) -> dict[str, str]:
        """Return the color of the paper in three media, and whether print leaves the search out."""
        found = {}
        for name, settings in {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}}.items():
            with self.page(**settings) as page:
                page.goto(self.address + "id/agent/fes.html")
                found[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
                if name == "dark":
                    page.emulate_media(media="print")
                    found["print"] = page.evaluate("getComputedStyle(document.body).backgroundColor")
                    found["search in print"] = str(page.locator("form.find").is_visible())
                    page.goto(self.address)
                    found["search of the home page in print"] = str(page.locator("form.find").is_visible())
        return found


def main(site: Path, shots: Path) -> None:
    """Go through the site, from a server and from files, and print what was seen."""
    shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, served(site) as address:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tour = Tour(browser, address, shots)
        seen: dict[str, Any] = {
            "searches": tour.searches(address),
            "searches from files": tour.searches(site.as_uri() + "/"),
            "too wide": tour.too_wide(),
            "keyboard": tour.by_keyboard(),
            "copied": tour.copied(),
            "errands": tour.errands(),
            "type": tour.type(),
            "without scripts": tour.without_scripts(),
            "looks": tour.looks(),
        }
        seen["said"] = tour.said
        seen["asked elsewhere"] = sorted(one for one in tour.asked if not one.startswith((address, "file://")))
        seen["axe"] = tour.axe()
        browser.close()
    json.dump(seen, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
