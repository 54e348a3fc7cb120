"""A tour of the pages that check data and write Turtle, in Chromium: prints what it saw as JSON.

Usage: ``python -m tests.support.check_tour SITE SCREENSHOTS FILES``. FILES is a JSON file with paths of Turtle files:
``files`` are checked one after the other, ``valid`` and ``invalid`` are dropped on the page.
"""

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.support.browser_tour import CHROMIUM, FLAGS, WIDTHS, Tour, grave, served

RECORD = "https://example.org/record"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
FORMATS = {
    "record.nt": f"<{RECORD}> <https://w3id.org/imaging-trials/vocab#doi> \"no DOI\" .\n"
    f"<{RECORD}> <{TYPE}> <https://w3id.org/imaging-trials/vocab#Article> .\n",
    "record.nq": f"<{RECORD}> <https://w3id.org/imaging-trials/vocab#doi> \"no DOI\" <urn:x-a> .\n"
    f"<{RECORD}> <{TYPE}> <https://w3id.org/imaging-trials/vocab#Article> <urn:x-b> .\n",
    "record.trig": "@prefix imt: <https://w3id.org/imaging-trials/vocab#> .\n"
    f"# a comment: <{RECORD}> .\n<urn:x-a> {{\n  <{RECORD}> a imt:Article ;\n    imt:doi 'no DOI' . }}\n",
    "record.jsonld": json.dumps(
        {"@context": "https://w3id.org/imaging-trials/context.jsonld", "@id": RECORD,
         "@type": "https://w3id.org/imaging-trials/vocab#Article",
         "https://w3id.org/imaging-trials/vocab#doi": "no DOI"}
    ),
    "broken.ttl": "@prefix imt: <https://w3id.org/imaging-trials/vocab#> .\n\n<urn:x-a> a imt:Article ;\n  imt:doi .\n",
    "hostile.ttl": "@prefix imt: <https://w3id.org/imaging-trials/vocab#> .\n<urn:x-a> a imt:Article ;\n"
    "  imt:doi \"<img src=x onerror=alert(1)>\" .\n",
}  # fmt: skip
"""Small files in each format, with the same fault; one that cannot be read, and one with markup."""

REFUSED = {
    "latin-1.ttl": '<urn:x-a> <urn:x-b> "é" .'.encode("latin-1"),
    "utf-16.ttl": '<urn:x-a> <urn:x-b> "é" .'.encode("utf-16"),
    "data.rdf": b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "elsewhere.jsonld": b'{"@context": "https://schema.org", "@id": "urn:x-a", "@type": "Thing"}',
    "quoted.ttl": b"<urn:x-a> <urn:x-b> <urn:x-c> {| <urn:x-d> 1 |} .",
}
"""Files that the page must not check."""

ENTRIES: dict[str, dict[str, str | list[str]]] = {
    "edition": {
        "slug": "example-mri-2031", "label": 'Example "MRI" of C:\\ 2031 <b>',
        "imt-isEditionOf": "guideline:esur-cervical-cancer-mri", "imt-coversModality": ["modality:mri"],
        "imt-isIssuedBy": ["European Society of Urogenital Radiology", "organization:eanm"],
        "imt-reviewIntervalYears": "5", "imt-versionLabel": "2.0", "source": "page:imaging-trials-resources",
        "day": "2026-11-30", "reason": "The page “names” it.",
    },
    "agent": {
        "slug": "example-agent", "label": "example agent", "imt-hasAgentKind": ["agentkind:imaging-agent"],
        "imt-hasRadionuclide": "nuclide:f-18", "imt-hasModality": ["modality:pet", "modality:pet-ct"],
    },
    "document": {
        "slug": "example-document", "label": "example document", "imt-isDocumentOf": "agent:fes",
        "imt-hasDocumentKind": "dockind:investigator-brochure", "imt-documentNumber": ["A-1"],
    },
}  # fmt: skip
"""What is typed into each form."""


def checked(page: Page, path: str, name: str = "", text: str | bytes = "") -> dict[str, Any]:
    """Choose a file on the page and return what it shows."""
    data = text.encode() if isinstance(text, str) else text
    given: Any = {"name": name, "mimeType": "text/plain", "buffer": data} if name else path
    page.set_input_files("#file", given)
    page.wait_for_selector("#answer h2, #answer .wrong", timeout=60_000)
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#answer tbody tr").all()]
    links = [one.get_attribute("href") for one in page.locator("#answer td:last-child a").all()]
    found = {"text": page.locator("#answer").inner_text(), "rows": rows, "links": links}
    page.evaluate("document.getElementById('answer').replaceChildren()")
    return found


def fixtures(tour: Tour, files: list[str]) -> dict[str, Any]:
    """Return focus, shape and constraint of what the engine in the page reports, by file."""
    found = {}
    with tour.page() as page:
        page.goto(tour.address + "check.html")
        for name in files:
            answer = page.evaluate(
                "text => imtEngine.check(text, 'ttl', 'file:///data')", Path(name).read_text(encoding="utf-8")
            )
            found[name] = {
                "results": [[one["focus"], one["shape"], one["parameter"]] for one in answer["results"]],
                "contradictions": len(answer["contradictions"]),
            }
    return found


def dropped(tour: Tour, valid: str, invalid: str) -> dict[str, Any]:
    """Choose and drop files: valid, not valid, in each format, broken; then go to a line."""
    with tour.page(viewport={"width": 1440, "height": 900}) as page:
        page.goto(tour.address + "check.html")
        found: dict[str, Any] = {"valid": checked(page, valid), "invalid": checked(page, invalid)}
        found |= {name: checked(page, "", name, text) for name, text in FORMATS.items()}
        found["refused"] = {name: checked(page, "", name, data) for name, data in REFUSED.items()}
        page.evaluate(
            """text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.nt'));
            const event = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
            document.getElementById('drop').dispatchEvent(event); }""",
            FORMATS["record.nt"],
        )
        page.wait_for_selector("#answer tbody tr", timeout=60_000)
        page.click("#answer tbody button >> nth=0")
        found["went to"] = page.evaluate(
            "(() => { const one = document.getElementById('data');"
            " return one.value.slice(one.selectionStart, one.selectionEnd); })()"
        )
        page.screenshot(path=tour.shots / "check-found-1440-light.png", full_page=True)
        page.click("#onward")
        page.wait_for_selector("#answer tbody tr", timeout=60_000)
        found["asked"] = [row.locator("th, td").all_inner_texts() for row in page.locator("#answer tbody tr").all()]
        found["own"] = page.locator("#own").inner_text()
        page.click("#own button")
        page.wait_for_load_state()
        found["left out"] = page.locator("#own").is_visible()
    return found


def added(tour: Tour) -> dict[str, Any]:
    """Fill in each form, by the keyboard as far as typing goes, and return the Turtle; then what is refused."""
    found: dict[str, Any] = {}
    for prefix, entries in ENTRIES.items():
        with tour.page(viewport={"width": 1440, "height": 900}) as page:
            page.goto(f"{tour.address}add.html#{prefix}")
            for name, value in entries.items():
                _enter(page, f"f-{prefix}-{name}", value)
            page.press(f"#f-{prefix}-slug", "Enter")
            page.wait_for_selector("#made:not([hidden])")
            page.click("#check")
            page.locator("#status", has_text="conforms").or_(page.locator("#findings li").first).wait_for(
                timeout=60_000
            )
            found[prefix] = {
                "turtle": page.locator("#turtle").inner_text(),
                "missing": page.locator("#missing li").all_inner_texts(),
                "status": page.locator("#status").inner_text(),
                "findings": page.locator("#findings").inner_text(),
                "focus": page.evaluate("document.activeElement.id || document.activeElement.tagName"),
            }
            page.screenshot(path=tour.shots / f"add-{prefix}-made-1440-light.png", full_page=True)
    with tour.page() as page:
        page.goto(tour.address + "add.html")
        wrong: dict[str, str | list[str]] = {
            "slug": "esur-cervical-cancer-mri-2021", "imt-reviewIntervalYears": "0", "imt-versionLabel": "version two",
            "imt-coversModality": ["telepathy"], "imt-isIssuedBy": ["organization:esur", "organization:esur"],
            "imt-isEndorsedBy": ["organization:esur"],
        }  # fmt: skip
        for name, value in wrong.items():
            _enter(page, f"f-edition-{name}", value)
        page.click("#form-edition button[type=submit]")
        found["refused"] = {
            one.get_attribute("id").removesuffix("-error"): one.inner_text()
            for one in page.locator("#form-edition p.error:not(:empty)").all()
        }
        found["focus"] = page.evaluate("document.activeElement.id")
        found["shown"] = page.locator("#made").is_visible()
        page.screenshot(path=tour.shots / "add-refused-1440-light.png", full_page=True)
    return found


def _enter(page: Page, field: str, value: str | list[str]) -> None:
    """Type a value, or several with the button for another, into a field; choose it in a list."""
    for number, text in enumerate([value] if isinstance(value, str) else value):
        place = f"#{field}" if number == 0 else f"#{field}-{number + 1}"
        if number:
            page.locator(f"#{field}").locator("xpath=..").locator("button.more").press("Enter")
        if page.locator(place).evaluate("one => one.tagName") == "SELECT":
            page.select_option(place, text)
        else:
            page.fill(place, text)


def looks(tour: Tour) -> dict[str, Any]:
    """Return what axe finds serious and which page is too wide, with the pages filled; take screenshots."""
    found: dict[str, Any] = {"axe": {}, "too wide": []}
    for scheme in ("light", "dark"):
        for width, height in WIDTHS.items():
            viewport = {"width": width, "height": height}
            with tour.page(viewport=viewport, color_scheme=scheme, bypass_csp=True) as page:
                page.goto(tour.address + "check.html")
                page.fill("#data", FORMATS["hostile.ttl"])
                page.click("#submit")
                page.wait_for_selector("#answer h2", timeout=60_000)
                _look(tour, page, f"check-{width}-{scheme}", width, found)
                page.goto(tour.address + "add.html")
                page.fill("#f-edition-slug", "example")
                page.click("#form-edition button[type=submit]")
                _look(tour, page, f"add-{width}-{scheme}", width, found)
    return found


def _look(tour: Tour, page: Page, name: str, width: int, found: dict[str, Any]) -> None:
    page.screenshot(path=tour.shots / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found["too wide"].append(f"{name}: {wide}")
    if found_here := grave(page):
        found["axe"][name] = found_here


def main(site: Path, shots: Path, files: list[str], valid: str, invalid: str) -> None:
    """Go through both pages and print what was seen."""
    shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, served(site) as address:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tour = Tour(browser, address, shots)
        seen: dict[str, Any] = {
            "dropped": dropped(tour, valid, invalid),
            "added": added(tour),
            "fixtures": fixtures(tour, files),
        }
        seen["said"] = list(tour.said)
        seen["asked elsewhere"] = sorted(one for one in tour.asked if not one.startswith((address, "blob:")))
        seen |= looks(tour)
        browser.close()
    json.dump(seen, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), given["files"], given["valid"], given["invalid"])
