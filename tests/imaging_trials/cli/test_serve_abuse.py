"""`imt serve` under abuse: silent connections, heavy queries, unread answers, killed workers, too few descriptors."""

import os
import random
import resource
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from imaging_trials import questions
from tests.support.endpoint import COUNT, ENDLESS, Endpoint, Reply, children, command_of, serving, until

pytestmark = [pytest.mark.xdist_group("serve"), pytest.mark.prove]

LIGHT = "/questions/agents-with-both-documents"
COLUMNS = " ".join(f"?c{n}_{'x' * 1000}" for n in range(20))
WIDE = (
    f"SELECT * WHERE {{ VALUES ({COLUMNS}) {{ ({'1 ' * 20}) }} "
    "{ SELECT (1 AS ?z) { ?s ?p ?o . VALUES ?m { 0 1 2 3 } } } }"
)
"""A short query whose answer in JSON would be 2 GB."""

LARGE = "SELECT ?s ?p ?o ?m { ?s ?p ?o VALUES ?m { 0 1 } }"
"""About 30 MB of JSON."""

DOUBLED = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(32))
HUGE = f'SELECT (STRLEN(?a32) AS ?n) {{ BIND("x" AS ?a0) {DOUBLED} }}'
"""A short query that needs a text of 4 GB: it has more memory than it may within a second or two."""


def memory(running: Endpoint) -> int:
    """Return the bytes that the server and its workers have in memory."""
    total = 0
    for one in (running.process.pid, *children(running.process.pid)):
        with suppress(OSError, ValueError):
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * resource.getpagesize()
    return total


def connected(running: Endpoint, stack: ExitStack, number: int, text: str = "") -> list[socket.socket]:
    """Open connections that send a text and then nothing."""
    clients = []
    for _ in range(number):
        client = stack.enter_context(socket.create_connection(running.host, timeout=60))
        if text:
            client.sendall(text.encode())
        clients.append(client)
    return clients


def heavy(running: Endpoint, stack: ExitStack, number: int) -> list[socket.socket]:
    """Send queries that never end, on connections that stay open."""
    target = f"/query?{urlencode({'query': ENDLESS})}"
    return connected(running, stack, number, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def well(running: Endpoint) -> bool:
    """Return whether health check, saved question and own query are answered now."""
    targets = ("/health", LIGHT, f"/query?{urlencode({'query': COUNT})}")
    replies = [running.send("GET", target) for target in targets]
    print([(reply.status, reply.text) for reply in replies if reply.status != 200])
    return [reply.status for reply in replies] == [200] * 3


@pytest.mark.parametrize("text", ["", "GET / HTTP/1.1\r\nX-Slow: "])
def test_silent_connections_lock_nobody_out(text: str) -> None:
    with serving() as running, ExitStack() as stack:
        clients = connected(running, stack, 1200, text)
        assert well(running)
        # There are 512 at most: the oldest make room for the others at once.
        clients[0].settimeout(4)
        with suppress(ConnectionResetError):
            assert clients[0].recv(1000) == b""
        # They are closed after 10 s at most; one that began a head is sent why.
        ends = [client.recv(1000) for client in clients[-20:]]
        assert all(end == b"" or end.startswith(b"HTTP/1.1 408 ") for end in ends)
        assert well(running)


def test_a_new_connection_is_not_the_first_to_be_closed() -> None:
    """A full server closes the oldest that waits: those that have begun a request, although new ones have not."""
    with serving() as running, ExitStack() as stack:
        begun = connected(running, stack, 520, "GET / HTTP/1.1\r\nX-Slow: ")
        assert well(running)
        new = connected(running, stack, 30)
        assert well(running)
        assert is_closed(begun[0])
        assert [is_closed(client) for client in new[:20:4]] == [False] * 5


def is_closed(client: socket.socket) -> bool:
    """Return whether the server has ended a connection on which it has sent nothing."""
    client.settimeout(0.5)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_slow_body_is_ended(endpoint: Endpoint) -> None:
    with ExitStack() as stack:
        (slow,) = connected(endpoint, stack, 1, "POST /audit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
        begun = time.monotonic()
        while not (got := slow.recv(1000) if time.monotonic() - begun > 29 else b""):
            slow.sendall(b"x") if time.monotonic() - begun < 4 else None
            time.sleep(1)
        assert got.startswith(b"HTTP/1.1 408 ")


def test_heavy_queries_stop_nobody() -> None:
    with serving("--timeout", "25") as running, ExitStack() as stack:
        heavy(running, stack, 6)
        assert until(lambda: len(running.workers()) > 5)
        for _ in range(5):
            assert well(running)
        heavy(running, stack, 60)  # more than there can be workers
        assert running.send("GET", "/health").status == 200
        assert running.send("GET", LIGHT).status == 200
        reply = running.ask("ASK {}")
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        stack.close()  # the clients leave
        assert until(lambda: well(running))


def test_no_descriptor_is_left_for_a_moment() -> None:
    with serving("--timeout", "2", before="ulimit -n 128") as running, ExitStack() as stack:
        heavy(running, stack, 2)
        with suppress(OSError):
            connected(running, stack, 600)
        time.sleep(3)
        assert well(running)
        stack.close()
        assert well(running)


def test_descriptors_taken_by_others_stop_the_server_for_a_moment_only() -> None:
    """The limit of the running server is lowered below what it has open: it can neither accept nor start a worker."""
    with serving("--timeout", "1") as running, ExitStack() as stack:
        limit = resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (8, limit[1]))
        for worker in running.workers():
            os.kill(worker, signal.SIGKILL)
        connected(running, stack, 50)
        time.sleep(2)
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, limit)
        assert until(lambda: well(running))


def test_killed_and_stopped_workers_are_replaced() -> None:
    with serving("--timeout", "2") as running:
        for number in (signal.SIGKILL, signal.SIGSTOP):
            for worker in running.workers():
                os.kill(worker, number)
            assert until(lambda: all(well(running) for _ in range(5)))
        assert len(running.workers()) >= 5
        assert not any("defunct" in command_of(one) for one in running.workers())


def test_answers_are_bounded_in_bytes_and_memory() -> None:
    replies: list[Reply] = []
    with serving("--max-rows", "1000000") as running:
        before = memory(running)
        asking = [threading.Thread(target=lambda: replies.append(running.ask(WIDE))) for _ in range(4)]
        for one in asking:
            one.start()
        most = 0
        while any(one.is_alive() for one in asking):
            most = max(most, memory(running))
            time.sleep(0.02)
        assert [reply.status for reply in replies] == [403] * 4
        assert "The answer has more than 64,000,000 bytes" in replies[0].detail
        assert most - before < 1_000_000_000
        huge = running.ask(HUGE)
        assert huge.status == 503
        assert "needs more than 1,500 MB" in huge.detail
        assert well(running)


def test_unread_answers_take_a_bounded_memory() -> None:
    with serving("--max-rows", "1000000") as running, ExitStack() as stack:
        before = memory(running)
        target = f"/query?{urlencode({'query': LARGE})}"
        connected(running, stack, 40, f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        most = 0
        end = time.monotonic() + 15
        while time.monotonic() < end:
            most = max(most, memory(running))
            assert running.send("GET", "/health").status == 200
            assert running.send("GET", LIGHT).status == 200
            time.sleep(0.2)
        assert 20_000_000 < most - before < 1_500_000_000, "twelve workers, each with an answer of 30 MB"
        stack.close()
        assert until(lambda: memory(running) - before < 300_000_000)
        assert well(running)


class Crowd:
    """Clients of all kinds, and what they saw: counts by kind and status, and whatever nobody asked for."""

    def __init__(self, running: Endpoint, end: float) -> None:
        self.running = running
        self.end = end
        self.records = [one for one in questions.records() if not one["service"]]
        self.seen: Counter[str] = Counter()
        self.wrong: list[object] = []

    def client(self, number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < self.end:
            chance.choices((self.question, self.own, self.abuse), (70, 20, 10))[0](chance)

    def noted(self, kind: str, reply: Reply, *statuses: int) -> None:
        self.seen[f"{kind} {reply.status}"] += 1
        # Where all workers are busy, the answer is that the request should be sent again later.
        if reply.status not in statuses and not (reply.status == 503 and "retry-after" in reply.headers):
            self.wrong.append((kind, reply))

    def question(self, chance: random.Random) -> None:
        one = chance.choice(self.records)
        values = {each["name"]: chance.choice(each["examples"] or [each["default"]]) for each in one["parameters"]}
        self.noted("question", self.running.send("GET", f"/questions/{one['name']}?{urlencode(values)}"), 200)

    def own(self, chance: random.Random) -> None:
        self.noted("own", self.running.ask(f"SELECT ?s {{ ?s a ?o }} OFFSET {chance.randrange(1000)} LIMIT 10"), 200)

    def abuse(self, chance: random.Random) -> None:
        kind = chance.randrange(6)
        if kind == 0:
            self.noted("endless", self.running.ask(ENDLESS), 504)
        elif kind == 1:
            self.noted("wide", self.running.ask(WIDE), 403, 504)
        else:
            good = f"GET {LIGHT} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            text = ["", "GET / HTTP/1.1\r\nX: ", "\x00\xff\r\n\r\n", good][kind - 2]
            with ExitStack() as stack, suppress(OSError):
                connected(self.running, stack, 5, text)
                time.sleep(chance.random())


def test_a_minute_of_everything_at_once(tmp_path: Path) -> None:
    """32 clients with saved questions, own queries and abuse: nothing fails that is not asked for."""
    with serving("--timeout", "30", TMPDIR=str(tmp_path)) as running, ThreadPoolExecutor(32) as pool:
        crowd = Crowd(running, time.monotonic() + 60)
        done = [pool.submit(crowd.client, number) for number in range(32)]
        most = 0
        while time.monotonic() < crowd.end:
            most = max(most, memory(running))
            assert running.send("GET", "/health").status == 200
            time.sleep(0.5)
        for one in done:
            one.result()
        print(crowd.seen, f"{most / 1e6:,.0f} MB at most")
        assert crowd.wrong == []
        assert crowd.seen["question 200"] > 20
        assert most < 3_500_000_000
        assert until(lambda: well(running))
        below = running.workers()
        running.process.terminate()
        assert running.process.wait(20) == 0
        assert until(lambda: not any(map(command_of, below)))
    assert list(tmp_path.iterdir()) == []
