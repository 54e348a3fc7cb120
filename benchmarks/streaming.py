"""Print what validation a window at a time costs: ``python benchmarks/streaming.py [RECORDS ...]``.

For each number of made-up records three processes do their work on the same N-Quads: pyoxigraph parses them and does
nothing else, the records pass in windows, and all of them are validated as one graph (up to `MAX_WHOLE` records, which
take the memory). The reports of the last two must be equal. It fails if a limit is exceeded.
"""

import hashlib
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "scripts")]

SIZES = (1_000, 10_000)
MAX_WHOLE = 1_000
"""Records that are also validated as one graph: it takes about 200,000 triples of memory for a thousand of them."""

MAX_TIMES_WHOLE = 1.6
"""CPU seconds of the windows for each of the whole graph, on the same records."""

MAX_GROWTH = 13.0
"""CPU seconds for ten times the records, for each before."""

MAX_MB = 700
"""Of the windows, at any size."""

PARTS = ("parsing alone", "windows", "whole graph")


def run(part: str, path: Path) -> None:
    """Do one part, and print its CPU seconds, its peak memory in MB, and a hash of its report."""
    shown = ""
    if part == "parsing alone":
        from pyoxigraph import parse

        for _ in parse(path=path):
            pass
    else:
        from imaging_trials.build import records, streaming, validation
        from rdfkit.shacl import report

        context = validation.load_context()
        if part == "windows":
            found = streaming.validate_streams([records.File(path, "nquads")], context)
        else:
            found = validation.validate_data(validation.read_files([path]), context)
        shown = hashlib.sha256(report.as_json(found).encode()).hexdigest()[:16]
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, shown)


def write(records: int, path: Path) -> int:
    """Write the N-Quads of made-up studies, and return their number."""
    from benchmarks.records import studies

    from imaging_trials import imports

    source = path.with_suffix(".json")
    with source.open("wb") as lines:
        lines.writelines(line + b"\n" for line in studies(records))
    with path.open("wb") as out:
        made = imports.import_file(imports.find(str(source)), imports.Options("2026-11-30", of="clinicaltrials"), out)
    source.unlink()
    return made.quads


def measured(part: str, path: Path) -> tuple[float, float, str]:
    """Return CPU seconds, peak memory in MB and the hash of the report of one part, in a process of its own."""
    answer = subprocess.run([sys.executable, __file__, part, str(path)], capture_output=True, text=True, check=True)
    cpu, memory, *shown = answer.stdout.split()
    return float(cpu), float(memory), "".join(shown)


def main(sizes: tuple[int, ...]) -> int:
    """Print the table, and return 1 if a limit is exceeded."""
    faults = []
    before: tuple[int, float] | None = None
    print("| records | quads | what | CPU s | microseconds a quad | MB |\n| ---: | ---: | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        for records in sizes:
            path = Path(folder, "records.nq")
            quads = write(records, path)
            cost = {part: measured(part, path) for part in PARTS[: 3 if records <= MAX_WHOLE else 2]}
            for part, (cpu, memory, _) in cost.items():
                print(f"| {records:,} | {quads:,} | {part} | {cpu:.2f} | {1e6 * cpu / quads:.1f} | {memory:.0f} |")
            cpu, memory, shown = cost["windows"]
            if "whole graph" in cost:
                faults += [f"{records}: another report"] * (shown != cost["whole graph"][2])
                faults += [f"{records}: too slow"] * (cpu > MAX_TIMES_WHOLE * cost["whole graph"][0])
            faults += [f"{records}: too much memory"] * (memory > MAX_MB)
            if before and records == 10 * before[0]:
                faults += [f"{records}: not linear"] * (cpu > MAX_GROWTH * before[1])
            before = records, cpu
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in PARTS:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        raise SystemExit(main(tuple(map(int, sys.argv[1:])) or SIZES))
