# ruff: noqa: E501, C901 - tables of pieces, and one branch for each kind of damage
"""Texts and files that an attacker might send to crash a reader, and a separate process to try them in.

`spoiled` damages real files; `made_of` joins pieces of a language; `PUMPS` are repeated to make a text long. `in_fork`
runs what is dangerous in a forked process with limits on time and memory, so that a crash or a hang is a failed test
and does not end the test run.
"""

import os
import resource
import signal
import tempfile
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rdfkit.base.errors import UserError
from rdfkit.shacl.checking.problems import MAX_PROBLEMS_SHOWN

MEGABYTES = 1500
"""Address space that an example may use in addition to what the test run has."""


def examples(number: int) -> settings:
    """Return settings for a number of examples: the same in every run, without a database and without shrinking."""
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


# Damaged files

NASTY = (
    b"\x00", b"\xed\xa0\x80", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\r", b"\r\n", b"\n\r", b"\x0b\x0c\x1c",
    "\u2028\u2029\x85".encode(), "\u202e\u2066".encode(), "\u200b\u200d\ufeff".encode(), "e\u0301\u0301\u0301".encode(),
    "\U0010ffff".encode(), "٣".encode(), "ﷺ".encode(), b"\x1b[31m", b"9" * 5000, b"-0", b"1e999999999", b"0x1F", b"NaN",
    b"2016-02-30", b"0000-00-00", b"99999999-13-99", b"-0001-01-01T25:61:61Z", b'"', b"'", b'"""', b"\\", b"\\u0000",
    b"\\uD800", b"\\U00110000", b"<", b">", b"<>", b"{", b"}", b"[", b"]", b"(", b")", b"<<", b">>", b"&a;", b"<!--", b"]]>",
    b"<![CDATA[", b"%00", b"%s", b"#", b"@", b":", b";", b"|", b"\t", b" " * 3000, b"\n" * 3000, b"a" * 20000, b"..", b"://",
    b"http://[", b"_:", b"@prefix", b"@base <x> .", b"null", b"true", b"{}" * 50, b"[]" * 50, b"(" * 2000, b"[" * 2000,
    b"{" * 2000, b'{"a":' * 2000, b"<a>" * 2000,
)  # fmt: skip
"""Pieces that a file may contain by accident or by intent."""


def spoiled(files: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return files damaged in one to four ways: bytes changed, parts cut, doubled or moved, or a hostile piece inserted."""

    @st.composite
    def strategy(draw: st.DrawFn) -> bytes:
        data = draw(st.sampled_from(files))
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(data)))
            to = min(len(data), at + draw(st.sampled_from((1, 2, 10, 100, 1000))))
            way = draw(st.sampled_from(("flip", "cut", "end", "double", "put", "put", "over", "move", "ends", "code")))
            if way == "flip" and at < len(data):
                data = data[:at] + bytes((data[at] ^ 1 << draw(st.integers(0, 7)),)) + data[at + 1 :]
            elif way == "cut":
                data = data[:at] + data[to:]
            elif way == "end":
                data = data[:at]
            elif way == "double":
                data = data[:to] + data[at:]
            elif way == "put":
                data = data[:at] + draw(st.sampled_from(NASTY)) + data[at:]
            elif way == "over":
                data = data[:at] + draw(st.sampled_from(NASTY)) + data[to:]
            elif way == "move":
                data = data[at:to] + data[:at] + data[to:]
            elif way == "ends":
                data = data.replace(b"\n", draw(st.sampled_from((b"\r", b"\r\n", b"\n\r", b"\x85", b""))))
            elif way == "code":
                data = data.decode("utf-8", "replace").encode(draw(st.sampled_from(CODES)), "replace")
        return data

    return strategy()


CODES = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "utf-7", "cp037")


def made_of(pieces: Sequence[str], most: int = 40) -> st.SearchStrategy[str]:
    """Return texts of pieces of a language in any order, with a blank between them or none."""
    words = st.lists(st.sampled_from(pieces), min_size=1, max_size=most)
    return st.builds(lambda found, gap: gap.join(found), words, st.sampled_from((" ", " ", "", "\n")))


@cache
def names() -> st.SearchStrategy[str]:
    """Return what a user might type for a name, an identifier, a day or a value."""
    letters = st.characters(exclude_categories=()) | st.sampled_from('18FfTcGa-[]()^⁰¹⁸ᵐ\u00a0 .:/<>"\\{}%#@')
    long = st.builds(lambda pump, times: pump * times, st.sampled_from(PUMPS), st.sampled_from((2, 50, 3000)))
    return st.text(letters, max_size=60) | made_of(NAMES, 8) | long | st.sampled_from(NAMES)


NAMES = (
    "", " ", "\0", "\n", "\ud800", "\udcff", "\u202e", "\u200b", "FES", "[18F]", "F-18", "99mTc", "(18)", "^18^", "18-", "18",
    "Tc 99m", "fluorine", "<sup>18</sup>F", "agent:", "agent:fes", "http://", "https://doi.org/", "10.1000/", "doi:", "PMID",
    "PMC", "NCT", "12345678", "<", ">", "://", "[", "\\", "?", "*", "--", "-1", "+1", "9" * 30, "9" * 5000, "2016-02-30",
    "2016-13-01", "0000-01-01", "9999-12-31", "٢٠١٦-٠١-٠١", "2016-01-01T00:00:00", "true", "NaN", "1e400", "x" * 3000, "2 h",
    "90min", "bodysite:lung", "lung", "a=b", "=", "../../etc/hostname", "%s", "{}",
)  # fmt: skip

PUMPS = (
    "a", "aa.", "a.a", " ", "\t ", "\n", "1", "18F ", "F-18", "[18F]", "(", "()", "[", "{", "<", "<a", "<sup>", "^18", "18-",
    "m", "-", ":", "a:", "::", "/", "#", "/#_:=", "\\", '\\"', '"', "'", '""', '"""a', "=", ",", ";", "PMID", "PMID ", "PMC1",
    "10.1", "10.1000/a", "doi:", "e\u0301", "\u0301", "ﷺ", "İ", "ß", "\u00a0", "\u200b", "\u2028", "٣", "%", "_:", "@a-", "@a{",
    "\n@a{a,b={", "?a<?b", "service ", "xservice", "xservicea:", "xservice<", "\\u0041", "TY  - \n", '{"a":', "<!--", "&a;",
)  # fmt: skip
"""What is repeated to make hostile texts long: each has been slow in some reader."""


# A separate process


def in_fork(work: Callable[[Callable[[object], None]], object], *, seconds: int) -> None:
    """Run a function in a forked process, and fail with its error.

    ``work`` gets a function that reports the current example, so that a crash is reported with it. The fork may take
    so many seconds of CPU, ten times as long by the clock of a busy machine, and `MEGABYTES` of memory.
    """
    receiving, sending = os.pipe()
    with tempfile.TemporaryFile() as at:
        child = os.fork()
        if child == 0:
            os.close(receiving)
            report = ""
            try:
                _limit(seconds)
                work(lambda example: _write_over(at.fileno(), ascii(example)[:2000].encode()))
            except BaseException as raised:  # noqa: BLE001 - reported by the parent process
                raised.__notes__ = []  # hypothesis repeats the example in them, which may be long
                report = traceback.format_exc()[-6000:]
            finally:
                os.write(sending, report.encode("utf-8", "replace"))
                os._exit(0 if not report else 1)
        os.close(sending)
        with os.fdopen(receiving, "rb") as pipe:
            error = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        at.seek(0)
        example = at.read().decode()
    if os.WIFSIGNALED(status):
        what = signal.Signals(os.WTERMSIG(status)).name
        pytest.fail(f"died of {what} (SIGKILL, SIGXCPU: out of time), at {example}", pytrace=False)
    if error:
        pytest.fail(f"{error}\nat {example}", pytrace=False)


def _limit(seconds: int) -> None:
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + (MEGABYTES << 20),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, spent + seconds + 1))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(10 * seconds)  # a hang takes no CPU time; the machine may be busy
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a crashing engine prints a long trace


def _write_over(file: int, text: bytes) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, text, 0)


def is_accepted(read: Callable[[], object]) -> bool:
    """Return whether a reader accepts something; if not, its error must be one short line, or a list of places too."""
    try:
        read()
    except UserError as error:
        sentence, *places = str(error).split("\n")
        assert len(places) <= MAX_PROBLEMS_SHOWN + 1
        for line in (sentence, *places):
            assert line.isprintable(), ascii(line)
            assert 10 <= len(line) <= 4000
        return False
    return True


ROUNDS = 12
"""Factor on the number of examples that a test names."""


def try_all(
    what: "st.SearchStrategy[object]", number: int, read: Callable[[object], object], *, seconds: int = 30
) -> None:
    """Run a reader on `ROUNDS` times so many examples, in a separate process."""

    def work(at: Callable[[object], None]) -> None:
        @examples(number * ROUNDS)
        @given(what)
        def each(example: object) -> None:
            at(example)
            is_accepted(lambda: read(example))

        each()

    in_fork(work, seconds=seconds * ROUNDS)
