"""A house on stand-ins that is as slow as a real one: a home far away, and a Music Assistant that takes its time.

The times are those of a real server on a machine like this one with a small local library, at the median; the distance
is what the connection to it is worth.
"""

import asyncio
import contextlib

from simulator.stack import Stack
from simulator.stand_in import StandIn
from simulator.tls import CHUNK_BYTES, HOST, Cable

AWAY_MS = 60
"""How long a question and its answer are on the way."""


TAKES_MS = {
    "music/item_by_uri": 14,
    "music/albums/album_tracks": 15,
    "music/artists/artist_tracks": 15,
    "music/playlists/playlist_tracks": 18,
    "music/search": 11,
    "player_queues/get": 10,
    "player_queues/items": 11,
    "player_queues/play_media": 75,
    "player_queues/play_index": 53,
    "player_queues/shuffle": 11,
    "player_queues/repeat": 11,
    "players/get": 11,
    "music/favorites/add_item": 16,
}
"""What a real server with a small local library took, in ms at the median; `play_media` 55 to 94."""

OTHERS_TAKE_MS = 12


class LongCable(Cable):
    """A cable from which bytes come out later than they went in."""

    def __init__(self, port: int, away_ms: int = AWAY_MS) -> None:
        self._way_s = away_ms / 2_000
        super().__init__((HOST, port))

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(*self._target)
        await asyncio.gather(self._way(reader, inner_writer), self._way(inner_reader, writer))

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while (chunk := await reader.read(CHUNK_BYTES)) and not writer.is_closing():
                loop.call_later(self._way_s, _deliver, writer, chunk)
                await writer.drain()
        loop.call_later(self._way_s, writer.close)


class FarStack(Stack):
    """The whole house, with the home where a home is."""

    @property
    def public_url(self) -> str:
        """Return the address the home is reached by from outside."""
        if not hasattr(self, "_way_home"):
            self._way_home = self._closing(LongCable(self.front.port))
        return f"https://{HOST}:{self._way_home.port}"

    def _start_home(self) -> StandIn:
        home: StandIn = self._parts.enter_context(StandIn())
        home.pace(TAKES_MS, OTHERS_TAKE_MS)
        return home


def _deliver(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    if not writer.is_closing():
        writer.write(chunk)
