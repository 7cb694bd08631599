"""A clock for everything that lives in one thread: time passes when it is told to, and timers fire in their order."""

import heapq
from collections import deque
from collections.abc import Callable, Collection
from itertools import count

Action = Callable[[], object]

START = 1_800_000_000.0


class PocketClock:
    """Wall clock, timers with names, and what happens as soon as everyone has finished speaking."""

    def __init__(self) -> None:
        self._now = START
        self._timers: list[tuple[float, int, str]] = []
        self._actions: dict[str, tuple[int, Action]] = {}
        self._soon: deque[Action] = deque()
        self._settling = False
        self._count = count()

    def time(self) -> float:
        """Return seconds since 1970."""
        return self._now

    def later(self, name: str, delay_s: float, action: Action) -> None:
        """Act after that time, unless the name is used again or cancelled before."""
        number = next(self._count)
        self._actions[name] = (number, action)
        heapq.heappush(self._timers, (self._now + max(0.0, delay_s), number, name))

    def cancel(self, containing: str) -> None:
        """Forget every timer whose name contains that text."""
        for name in [name for name in self._actions if containing in name]:
            del self._actions[name]

    def soon(self, action: Action) -> None:
        """Act when what runs now has come to its end, before time passes."""
        self._soon.append(action)

    @property
    def waiting(self) -> Collection[str]:
        """Return the names of all timers."""
        return self._actions.keys()

    def settle(self) -> None:
        """Let everything happen that is to happen soon."""
        if self._settling:
            return
        self._settling = True
        try:
            while self._soon:
                self._soon.popleft()()
        finally:
            self._settling = False

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.run(lambda: False, self._now + seconds)

    def run(self, check: Callable[[], bool], until: float) -> bool:
        """Let time pass until `check` is true or the moment has come; return whether it is true."""
        was_settling, self._settling = self._settling, False  # what is to happen soon happens while somebody waits
        try:
            self.settle()
            while not check() and self._fire(until):
                self.settle()
        finally:
            self._settling = was_settling
        return check()

    def _fire(self, until: float) -> bool:
        """Let the next timer act; False if none is due in time."""
        while self._timers and self._timers[0][0] <= until:
            due, number, name = heapq.heappop(self._timers)
            found = self._actions.get(name)
            if found is not None and found[0] == number:
                del self._actions[name]
                self._now = max(self._now, due)
                found[1]()
                return True
        self._now = max(self._now, until)
        return False
