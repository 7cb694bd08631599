"""How long one request may still take. Set once when a request comes in, spent by every call it makes.

Alexa waits about 8 s; an answer later than `BUDGET_S` would leave no room for the way back and a cold start.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from threading import Thread
from typing import TypeVar

__all__ = ["BUDGET_S", "enforced", "remaining", "spending"]

T = TypeVar("T")

BUDGET_S = 5.0
"""Seconds one request may take in all, waiting for home and tables included."""

_ends_at: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def spending(seconds: float = BUDGET_S) -> Iterator[None]:
    """Let what happens inside take so many seconds."""
    before = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(before)


def remaining() -> float:
    """Return the seconds left, never negative; the whole budget outside a request."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return BUDGET_S
    return max(ends_at - time.monotonic(), 0.0)


def enforced(call: Callable[[], T], most_s: float = BUDGET_S) -> T:
    """Return what `call` returns. Raises TimeoutError when it is not back in `most_s`, or the request's time is up.

    The time-outs of sockets do not add up to a deadline: names are resolved without one, each address of a host has
    its own, and so has each drop in which an answer comes. What hangs is left to end by itself, in its own thread.
    """
    left = min(most_s, remaining())
    if left <= 0:
        raise TimeoutError("no time is left")
    outcome: Future[T] = Future()
    Thread(target=copy_context().run, args=(_settle, outcome, call), daemon=True).start()
    return outcome.result(timeout=left)


def _settle(outcome: "Future[T]", call: Callable[[], T]) -> None:
    try:
        outcome.set_result(call())
    except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
        outcome.set_exception(error)
