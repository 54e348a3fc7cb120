"""Whether work is linear in its input: the same work at two sizes, compared. No test asserts seconds."""

import time
from collections.abc import Callable

FACTOR = 16
"""How much smaller the smaller input is."""

_MAX_RATIO = 4
"""Linear work costs about as much at once as in `FACTOR` parts, quadratic work `FACTOR` times as much."""

_NOTHING = 0.0003
"""Seconds that are too few to compare."""

_ATTEMPTS = 20


def is_linear(work: Callable[[int], object], size: int) -> bool:
    """Return whether ``work(size)`` costs about as much as `FACTOR` times ``work(size // FACTOR)``.

    ``work`` takes the size of the input that it makes and reads. Both take about the same time where work is linear, so
    that a busy processor slows them alike; they take turns, up to twenty times, and the least of each counts: a pause
    can only add. (The clock of the processor's time ticks too rarely for this on some machines.)
    """
    whole = parts = float("inf")
    for _ in range(_ATTEMPTS):
        start = time.perf_counter()
        work(size)
        middle = time.perf_counter()
        for _ in range(FACTOR):
            work(size // FACTOR)
        whole, parts = min(whole, middle - start), min(parts, time.perf_counter() - middle)
        if whole <= _MAX_RATIO * max(parts, _NOTHING):
            return True
    return False
