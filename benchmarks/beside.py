"""The questions about imports over made-up records in Oxigraph on disk.

``python -m benchmarks.beside FOLDER [--runs 3]``, where FOLDER is a folder of imports. Prints the seconds that the
store took to be made, and of each question the CPU seconds from the opened store to the last row, the median of some
runs.
"""

import argparse
import statistics
import time
from pathlib import Path

from pyoxigraph import QuerySolutions

from imaging_trials.imports import data
from imaging_trials.model import PROJECT
from rdfkit.sparql import results, saved

NAMES = (
    "trials-by-phase", "trials-by-status", "trials-by-purpose", "trials-of-an-agent", "imaging-trials-by-evidence",
    "trials-stopped-and-why", "trials-of-a-sponsor", "corrected-or-retracted-articles", "articles-of-a-trial",
    "guideline-articles-by-publication-type", "what-changed-in-a-record",
)  # fmt: skip
MAX_SECONDS = 2.0


def main() -> int:
    """Print the table; return 1 if a question takes longer than `MAX_SECONDS`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    begin, spent = time.perf_counter(), time.process_time()
    opener = data.opener([given.folder], infer=False)
    made = time.perf_counter() - begin, time.process_time() - spent
    begin = time.perf_counter()
    store = opener()
    opened = time.perf_counter() - begin
    print(f"made in {made[0]:.1f} s ({made[1]:.1f} CPU s), opened in {opened:.3f} s; {len(store):,} quads")
    slow = 0
    for name in NAMES:
        query = saved.find(PROJECT, name)
        taken, rows = [], 0
        for _ in range(given.runs):
            begin = time.process_time()
            answer = results.ask(PROJECT, store, query.text, query.dataset)
            assert isinstance(answer, QuerySolutions)
            rows = sum(1 for _ in answer)
            taken.append(time.process_time() - begin)
        slow += statistics.median(taken) > MAX_SECONDS
        print(f"{name:<40} {statistics.median(taken):7.3f} CPU s {rows:>8,} rows", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
