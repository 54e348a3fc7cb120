"""Looks at the pictures of the site in Chromium, and prints what it saw as JSON.

Usage: ``python -m tests.support.browser_pictures SITE SCREENSHOTS PATH...``. It runs in an environment of its own, with
playwright; ``tests/proofs/test_pictures_in_browser.py`` starts it and judges what it prints.
"""

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support.browser_tour import CHROMIUM, FLAGS, WIDTHS, grave, served

FONTS = {"own font": None, "font of the system": "**/*.woff2"}
"""Names, and which files are not loaded."""

LOOK = """() => {
  const box = one => { const b = one.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
  const apart = (a, b) => a[2] <= b[0] + 0.5 || b[2] <= a[0] + 0.5 || a[3] <= b[1] + 0.5 || b[3] <= a[1] + 0.5;
  const found = [];
  let drawings = 0;
  for (const svg of document.querySelectorAll("svg[role=img]")) {
    if (!svg.getClientRects().length) continue;
    drawings += 1;
    const name = svg.querySelector("title").textContent;
    const view = svg.viewBox.baseVal;
    const texts = [...svg.querySelectorAll("text")].map(one => [one.textContent, box(one)]);
    for (const [words, b] of texts) {
      if (b[0] < 0 || b[1] < 0 || b[2] > view.width || b[3] > view.height) found.push(`${name}: ${words} leaves it`);
    }
    // The box of a text has room above and below the letters.
    const inner = texts.map(([words, b]) => [words, [b[0], b[1] + 3, b[2], b[3] - 3]]);
    inner.forEach(([words, b], at) => {
      for (const [other, c] of inner.slice(at + 1)) if (!apart(b, c)) found.push(`${name}: ${words} overlaps ${other}`);
    });
    for (const line of svg.querySelectorAll(".step, .bar, .head")) {
      for (const [words, b] of inner) {
        if (!apart(box(line).map((n, at) => line.tagName === "line" ? n + (at < 2 ? -0.75 : 0.75) : n), b)) {
          found.push(`${name}: ${words} is crossed by ${line.getAttribute("class")}`);
        }
      }
    }
  }
  return {found, drawings};
}"""
"""Returns what leaves a picture or overlaps, and how many pictures are shown."""

CONTRAST = """() => {
  const parts = color => color.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = color => {
    const linear = n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = parts(color).map(n => linear(n / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = getComputedStyle(document.body).backgroundColor;
  const found = {};
  for (const one of document.querySelectorAll("svg[role=img] text")) {
    const cell = one.matches(".many") ? one.previousElementSibling : null;
    const [a, b] = [light(getComputedStyle(one).fill), light(cell ? getComputedStyle(cell).fill : paper)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const look = one.getAttribute("class") || "text";
    found[look] = Math.min(found[look] || 99, Math.round(ratio * 10) / 10);
  }
  return found;
}"""
"""Returns the least contrast of the texts of each kind to what is behind them (WCAG 2.2)."""


def main(site: Path, shots: Path, paths: list[str]) -> None:
    """Look at each page in two widths, two schemes and two fonts, and print what was seen."""
    shots.mkdir(parents=True, exist_ok=True)
    seen: dict[str, Any] = {"found": [], "drawings": {}, "wide": [], "contrast": {}, "axe": {}, "said": []}
    with sync_playwright() as play, served(site) as address:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                for font, blocked in FONTS.items():
                    if blocked and scheme == "dark":
                        continue
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        color_scheme=scheme,
                        bypass_csp=width == min(WIDTHS),
                    )
                    context.set_default_timeout(60_000)
                    page = context.new_page()
                    if blocked:
                        page.route(blocked, lambda route: route.abort())
                    else:
                        page.on("console", lambda one: seen["said"].append(one.text))
                    for path in paths:
                        page.goto(address + path)
                        page.evaluate("document.fonts.ready")
                        where = f"{path} at {width}, {scheme}, {font}"
                        looked = page.evaluate(LOOK)
                        seen["found"] += [f"{where}: {one}" for one in looked["found"]]
                        seen["drawings"][where] = looked["drawings"]
                        if page.evaluate("document.documentElement.scrollWidth") > width:
                            seen["wide"].append(where)
                        seen["contrast"][where] = page.evaluate(CONTRAST)
                        if not blocked:
                            name = path.removesuffix(".html").replace("/", "-")
                            page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)
                        if width == min(WIDTHS) and not blocked:
                            seen["axe"][where] = grave(page)
                    context.close()
        browser.close()
    json.dump(seen, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:])
