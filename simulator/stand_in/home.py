"""The stand-in home: the parts wired together on one movable clock."""

import asyncio
import random

from simulator.clock import MovableClock
from simulator.stand_in.api import Api
from simulator.stand_in.faults import Faults
from simulator.stand_in.following import Following
from simulator.stand_in.players import Players
from simulator.stand_in.queues import Queues
from simulator.stand_in.shapes import Json
from simulator.stand_in.shelf import Shelf
from simulator.stand_in.streams import Streams
from simulator.stand_in.timers import Timers

# Small steps, so that what runs every second runs as often as it would in real time.
_STEP_S = 0.5
_TURNS_PER_STEP = 10
_ANSWER_WITHIN_S = 1.0
_ANSWER_POLL_S = 0.002


class Home:
    """A Music Assistant server with its player side, its API and its stream server."""

    def __init__(self, clock: MovableClock, token: str, *, strict_sessions: bool = False) -> None:
        self.clock = clock
        self.strict_sessions = strict_sessions
        """As servers from 2.10 on: no stream without a session, and the end of one cuts its streams off."""
        self.random = random.Random(20)  # the same mix in every run
        self.timers = Timers()
        self.faults = Faults()
        self.shelf = Shelf()
        self.queues = Queues(self)
        self.following = Following(self)
        self.players = Players(self)
        self.streams = Streams(self)
        self.api = Api(self, token)

    async def start(self) -> None:
        """Open all three ports."""
        await self.streams.start()
        await self.players.start()
        await self.api.start()

    async def stop(self) -> None:
        """Close everything."""
        await self.api.stop()
        await self.streams.stop()
        await self.players.stop()
        self.timers.cancel_all()

    def allow(self) -> None:
        """Refuse nothing any more, and play everything."""
        self.faults.clear()
        self.shelf.restore()

    async def restart(self, down_s: float) -> None:
        """Be gone for some real seconds and come back on the same ports; only items and indexes survive."""
        await self.stop()
        await asyncio.sleep(down_s)
        await self.start()

    async def advance(self, seconds: float) -> None:
        """Move the clock forward in small steps; players get the time to answer their heartbeats."""
        left = seconds
        while left > 0:
            step = min(_STEP_S, left)
            left -= step
            self.clock.advance(step)
            for _ in range(_TURNS_PER_STEP):
                await asyncio.sleep(0)
            await self._heartbeats_answered()

    async def _heartbeats_answered(self) -> None:
        for _ in range(round(_ANSWER_WITHIN_S / _ANSWER_POLL_S)):
            if not self.players.owes_answers():
                return
            await asyncio.sleep(_ANSWER_POLL_S)

    def addresses(self) -> Json:
        """Return where everything listens."""
        return {
            "url": self.api.url,
            "stream_url": self.streams.url,
            "slimproto_port": self.players.server.port,
        }
