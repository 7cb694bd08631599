"""Clocks that tests move: a wall clock and an event loop that follows it."""

import asyncio
import time
from collections.abc import Callable


class MovableClock:
    """Real time plus an offset that only grows."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._on_advance: list[Callable[[], object]] = []

    def time(self) -> float:
        """Return the wall clock in seconds since 1970."""
        return time.time() + self._offset

    def monotonic(self) -> float:
        """Return seconds since an unknown start."""
        return time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Move forward at once; wakes every loop that follows this clock."""
        if seconds < 0:
            raise ValueError(f"A clock cannot go back: {seconds}")
        self._offset += seconds
        for wake in self._on_advance:
            wake()

    def on_advance(self, wake: Callable[[], object]) -> None:
        """Call `wake` after each move, from the thread that moved the clock."""
        self._on_advance.append(wake)


class MovableLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers follow a MovableClock; sockets stay real.

    Timers that a move makes due fire in the order of their times, in one turn of the loop; what they
    schedule anew counts from the new time. Move in steps if that matters.
    """

    def __init__(self, clock: MovableClock | None = None) -> None:
        # Before super(): the base class reads time() while it is made.
        self.clock = clock or MovableClock()
        super().__init__()
        self.clock.on_advance(self._wake)

    def time(self) -> float:
        """Return the moved monotonic time, which every timer of this loop is compared with."""
        return self.clock.monotonic()

    def advance(self, seconds: float) -> None:
        """Move this loop's clock; safe from any thread."""
        self.clock.advance(seconds)

    def _wake(self) -> None:
        if not self.is_closed():
            self.call_soon_threadsafe(lambda: None)
