"""How long one request may still take. Set once when a request comes in, spent by every call it makes.

Alexa waits about 8 s; an answer later than `BUDGET_S` would leave no room for the way back and a cold start.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["BUDGET_S", "remaining", "spending"]

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
