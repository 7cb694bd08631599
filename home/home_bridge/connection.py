"""The socket of one player: TCP to Music Assistant's slimproto port, kept up by reconnecting."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence

from home_bridge.packets import Frames, FromServer, Hello, ToServer, encode

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
CONNECT_WITHIN_S = 5.0
STEADY_S = 5.0
"""A connection that lasted this long was a good one; MA closes a second one of a MAC at once, for up to 10 s."""

SILENT_S = 5.0
SILENCES = 3
"""So many times SILENT_S without a packet: the server is gone. It asks for the status every 5 s."""


class Connection:
    """Says HELO, passes packets on, connects again after 0.5 s to 30 s when the server goes."""

    def __init__(
        self,
        host: str,
        port: int,
        mac: str,
        on_packet: Callable[[FromServer], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._host = host
        self._port = port
        self._mac = mac
        self._on_packet = on_packet
        self._on_lost = on_lost
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._born = 0.0

    @property
    def up(self) -> bool:
        """Whether the server is connected."""
        return self._writer is not None

    def start(self) -> None:
        """Connect, and stay connected until closed."""
        loop = asyncio.get_running_loop()
        self._born = loop.time()
        self._task = loop.create_task(self._run())

    def hurry(self) -> None:
        """Do not wait any longer before the next attempt."""
        self._hurry.set()

    def send(self, packets: Sequence[ToServer]) -> None:
        """Write packets, each by itself: 3.1.5 handles one packet for each read."""
        if self._writer is None:
            return
        jiffies = int((asyncio.get_running_loop().time() - self._born) * 1000) + 1
        for packet in packets:
            self._writer.write(encode(packet, jiffies))

    async def close(self) -> None:
        """Hang up for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._talk()
            except (OSError, TimeoutError) as error:
                _log.info("slimproto connection of ..%s failed: %s", self._mac[-5:], type(error).__name__)
            except Exception:  # noqa: BLE001 - a bug of ours: the room must not be gone for good
                _log.exception("what came for ..%s could not be taken; it connects again", self._mac[-5:])
            if asyncio.get_running_loop().time() - began > STEADY_S:
                pause_s = FIRST_PAUSE_S
            await self._pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _pause(self, pause_s: float) -> None:
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s * random.uniform(0.8, 1.2)):  # noqa: S311 - spreads reconnects, no secret
                await self._hurry.wait()

    async def _talk(self) -> None:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            reader, writer = await asyncio.open_connection(self._host, self._port)
        self._writer = writer
        try:
            self.send([Hello(self._mac)])
            await self._read(reader)
        finally:
            self._writer = None
            writer.close()
            self._on_lost()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        frames, silences = Frames(), 0
        while silences < SILENCES:
            try:
                # Counted in short waits, so that one jump of the clock is not taken for a long silence.
                async with asyncio.timeout(SILENT_S):
                    chunk = await reader.read(4096)
            except TimeoutError:
                silences += 1
                continue
            if not chunk:
                return
            silences = 0
            for packet in frames.feed(chunk):
                self._on_packet(packet)
