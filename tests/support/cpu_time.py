"""A plugin of pytest that prints the processor time of a test run, of each file and in total, child processes included.

`os.times` of the process that runs a test counts a child from the moment the child was waited for. What a child that
still runs has taken, with the children that it has waited for, is read from ``/proc``, where there is one.
"""

import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_SHOWN = 12
"""Files with a line of their own; the rest is one sum."""


def used() -> float:
    """Return the CPU seconds of this process and of its children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + sum(map(_of_process, _running()))


def _running() -> list[str]:
    """Return the numbers of the child processes that have not been waited for."""
    return [pid for thread in Path("/proc/self/task").glob("*") for pid in _read(thread / "children").split()]


def _of_process(pid: str) -> float:
    """Return the CPU seconds of a process and of the children that it has waited for (proc(5), ``/proc/pid/stat``)."""
    fields = _read(Path("/proc", pid, "stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _read(path: Path) -> str:
    """Return the text of a file about a thread or a process, or an empty one if that has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


class CpuTime:
    """Adds up what each test costs; with pytest-xdist, what its workers report."""

    def __init__(self, config: pytest.Config) -> None:
        """Start with the cost of importing pytest and its plugins."""
        self.config = config
        self.last = used()
        self.by_file: dict[str, float] = defaultdict(float)
        self.of_workers = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note in the last report of a test what the test took; xdist sends it on to the process that prints."""
        report = yield
        if report.when == "teardown":  # asking the system costs too much to do it three times a test
            now = used()
            report.cpu_seconds = now - self.last  # type: ignore[attr-defined]
            self.last = now
        return report

    def pytest_collection_finish(self) -> None:
        """Keep the cost of collecting out of the first test."""
        self.last = used()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report to the sum of its file."""
        self.by_file[report.nodeid.partition("::")[0]] += getattr(report, "cpu_seconds", 0.0)

    def pytest_sessionfinish(self) -> None:
        """In a worker of xdist, report the total of the worker."""
        if (output := getattr(self.config, "workeroutput", None)) is not None:
            output["cpu_seconds"] = used()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker took."""
        self.of_workers += getattr(node, "workeroutput", {}).get("cpu_seconds", 0.0)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the sums."""
        times = os.times()
        own = times.user + times.system if self.of_workers else used()
        total = own + self.of_workers
        terminalreporter.section(f"CPU seconds: {total:.0f}", sep="-")
        ranked = sorted(self.by_file.items(), key=lambda pair: -pair[1])
        for name, seconds in ranked[:_SHOWN]:
            terminalreporter.write_line(f"{seconds:7.1f}  {name}")
        rest = sum(seconds for _, seconds in ranked[_SHOWN:])
        terminalreporter.write_line(f"{rest:7.1f}  in {len(ranked[_SHOWN:])} other files")
        terminalreporter.write_line(f"{total - sum(self.by_file.values()):7.1f}  for imports and for finding the tests")


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin, in the process that prints and in each worker."""
    config.pluginmanager.register(CpuTime(config), "cpu-time")
