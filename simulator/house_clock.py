"""The time of a whole house: moved by a test, or passing by itself where a real server plays."""

import time

from simulator.clock import MovableClock
from simulator.stand_in import StandIn

MOST_STEP_S = 1.0
SETTLE_S = 0.004


class HouseClock:
    """One time for the Echo, the skill, the bridge and the stand-in home."""

    def __init__(self, here: MovableClock, home: StandIn) -> None:
        self._here = here
        self._home = home

    def time(self) -> float:
        """Return seconds since 1970."""
        return self._here.time()

    def advance(self, seconds: float) -> None:
        """Move everyone's clock, in steps short enough for heartbeats to be answered between them."""
        while seconds > 0:
            step = min(seconds, MOST_STEP_S)
            self._home.advance(step)
            self._here.advance(step)
            time.sleep(SETTLE_S)
            seconds -= step

    def skip(self, seconds: float) -> None:
        """Let a long time pass at once for the skill and the bridge; the server at home has none of it."""
        self._here.advance(seconds)


class RealClock:
    """The time of a real server: it passes by waiting."""

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def advance(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
