"""Imports made-up studies, more and more of them, and prints time and memory of the whole group of processes.

``python benchmarks/growth.py [NUMBER…] [--jobs N] [--check]``; the numbers are 10000, 100000 and 1000000. The studies
are in a temporary folder (``TMPDIR``) and need 15 GB for a million; what is written is counted and not kept. With
``--check`` more than 1 GB of memory, or a CPU time per record that grows by half, is an error.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import records

ROOT = Path(__file__).resolve().parents[1]
MAX_BYTES = 1_000_000_000
MAX_GROWTH = 1.5
_SAMPLE_SECONDS = 0.2


def peak(process: int) -> int:
    """Return the highest memory of a process and of those that it started, in bytes, each at its own time."""
    found = 0
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (thread / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
        lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        found += 1024 * int(lines[0].split()[1]) if lines else 0
    return found


def measure(number: int, jobs: int) -> tuple[float, float, int, int, int]:
    """Return wall seconds, CPU seconds, memory in bytes, and the bytes read and written, of an import."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "studies.ndjson")
        with source.open("wb") as file:
            for record in records.studies(number):
                file.write(record + b"\n")
        command = [sys.executable, "-m", "imaging_trials", "import", "clinicaltrials", str(source), "--jobs", str(jobs)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin, highest, written = time.monotonic(), 0, 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as running:
            sampled = 0.0
            while running.stdout and (data := running.stdout.read(1 << 20)):
                written += len(data)
                if time.monotonic() - sampled > _SAMPLE_SECONDS:
                    sampled = time.monotonic()
                    highest = max(highest, peak(running.pid))
        wall = time.monotonic() - begin
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        if running.returncode:
            raise SystemExit(f"the import of {number} ended with {running.returncode}")
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        return wall, cpu, highest, source.stat().st_size, written


def main() -> None:
    """Print a line for each number of records."""
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    print("| records | GB in | GB out | wall s | CPU s | µs of CPU a record | memory MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    costs, too_much = [], False
    for number in arguments.numbers:
        wall, cpu, memory, read, written = measure(number, arguments.jobs)
        costs.append(cpu / number)
        too_much |= memory > MAX_BYTES
        print(
            f"| {number:,} | {read / 1e9:.2f} | {written / 1e9:.2f} | {wall:.1f} | {cpu:.1f} "
            f"| {1e6 * cpu / number:.0f} | {memory / 1e6:.0f} |",
            flush=True,
        )
    if arguments.check and (too_much or costs[-1] > MAX_GROWTH * costs[0]):
        raise SystemExit("the import of many records costs too much")


if __name__ == "__main__":
    main()
