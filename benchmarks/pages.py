"""Measure when pages of the site can be read, and when a first query is answered, in Chromium, and print two tables.

Each page is opened in a fresh profile, at 1.6 Mbit/s with 150 ms for each round trip, from a server that compresses
(as the usual hosts do) and from one that does not. A figure is the median of several runs, which alternate. First
contentful paint is what the browser itself reports (https://www.w3.org/TR/paint-timing/). The browser does not slow
down what a worker loads, so for the query the server does: all its answers together have 1.6 Mbit/s.

Run in the environment of ``tests/browser.lock``: .venv-browser/bin/python benchmarks/pages.py SITE
"""

import functools
import gzip
import http.server
import io
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
BYTES_PER_SECOND = 1_600_000 / 8
ROUND_TRIP_MS = 150
RUNS = 3
PAGES = (
    "index.html", "id/agent/fes.html", "id/edition/esur-cervical-cancer-mri-2011.html", "question/agents.html",
    "concept/modality/pet.html", "guides/start.html", "search.html", "vocab.html",
)  # fmt: skip
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
BYTES = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)"


class Plain(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class Packed(Plain):
    """Serves files compressed, as the usual hosts do for text."""

    def send_head(self) -> "io.BytesIO | BinaryIO | None":
        """Send the head of an answer, and return its body."""
        path = Path(self.translate_path(self.path))
        if not path.is_file() or path.suffix == ".woff2":
            return super().send_head()
        data = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return io.BytesIO(data)


class Slow(Packed):
    """Sends compressed files, all together at the speed of the slow network."""

    line = threading.Lock()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send the body in small parts, one at a time for all connections."""
        time.sleep(ROUND_TRIP_MS / 1000)
        while part := source.read(8192):
            with self.line:
                time.sleep(len(part) / BYTES_PER_SECOND)
            outputfile.write(part)


@contextmanager
def served(folder: Path, kind: type[Plain]) -> Iterator[str]:
    """Serve a folder on a free port of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(kind, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def opened(browser: Browser, address: str) -> tuple[float, float, int]:
    """Open a page in a slow network; return milliseconds to the first paint and to the end, and bytes."""
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    page.goto(address, wait_until="load")
    page.wait_for_function(PAINT)
    done = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    found = page.evaluate(PAINT), page.evaluate(done), page.evaluate(BYTES)
    context.close()
    return found


def first_answer(browser: Browser, address: str) -> float:
    """Return the seconds from opening the page that asks, with nothing stored, until a query is answered."""
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address + "ask.html", wait_until="domcontentloaded")
    page.click("#submit")
    page.locator("#status", has_text="Answered").wait_for(timeout=120_000)
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def main(site: Path) -> None:
    """Print the tables."""
    print("| page | KB | first paint, s | all loaded, s | uncompressed: KB | first paint, s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with sync_playwright() as play, served(site, Packed) as packed, served(site, Plain) as plain:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        opened(browser, packed + PAGES[0])  # warms the browser
        for path in PAGES:
            runs = [(opened(browser, packed + path), opened(browser, plain + path)) for _ in range(RUNS)]
            paint, load, size, plain_paint, plain_size = (
                statistics.median(run[which][column] for run in runs)
                for which, column in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2))
            )
            print(
                f"| `{path}` | {size / 1000:.0f} | {paint / 1000:.2f} | {load / 1000:.2f} | {plain_size / 1000:.0f} "
                f"| {plain_paint / 1000:.2f} |"
            )
        print("\n| first answer to a query of one's own | s |\n| --- | ---: |")
        with served(site, Slow) as slow:
            for words, address in (("at 1.6 Mbit/s", slow), ("on this machine", plain)):
                print(f"| {words} | {statistics.median(first_answer(browser, address) for _ in range(RUNS)):.1f} |")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
