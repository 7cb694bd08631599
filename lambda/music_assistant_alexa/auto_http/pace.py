"""How often one caller may come, as this sandbox has seen it.

Nothing is written for it: a row for each refusal would be a bill that anyone can run up. A vehicle that waits for its
answers has one sandbox, so that what it sends too fast is seen.
"""

from collections import Counter
from collections.abc import Callable

__all__ = ["WINDOW_S", "Pace"]

WINDOW_S = 60
"""Seconds after which counting begins anew."""


class Pace:
    """Counts the requests of each caller."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._window = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def allows(self, kind: str, who: str, most: int) -> bool:
        """Count one request, and tell whether it is none too many. Callers of two kinds are never the same."""
        window = int(self._now()) // WINDOW_S
        if window != self._window:
            self._window = window
            self._counts.clear()
        self._counts[kind, who] += 1
        return self._counts[kind, who] <= most
