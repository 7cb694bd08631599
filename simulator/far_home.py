"""A house on stand-ins that is as slow as a real one: a home far away, and a Music Assistant that takes its time.

The times are those of a real server on a machine like this one with a small local library, at the median; the distance
is what the connection to it is worth. DynamoDB is moto's, in this process.
"""

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from simulator.loop_thread import LoopThread
from simulator.stack import Stack
from simulator.tls import CHUNK_BYTES, HOST, Cable

if TYPE_CHECKING:
    from home_bridge.settings import Settings

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
"""What a real server took, in ms at the median; `play_media` 55 to 94."""

OTHERS_TAKE_MS = 12


class LongCable(Cable):
    """A cable that what goes in comes out of later."""

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


class UnhurriedApi:
    """Music Assistant's API, not answering before the real one would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = LoopThread(name="unhurried")
        self.url = self._thread.run(self._listen())

    def close(self) -> None:
        """Answer no more."""
        self._thread.run(self._stop())
        self._thread.close()

    async def _listen(self) -> str:
        self._http = aiohttp.ClientSession(self._url)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        return f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._http.close()

    async def _answer(self, request: web.Request) -> web.Response:
        loop = asyncio.get_running_loop()
        body = await request.read()
        takes_ms = TAKES_MS.get(await _command(request), OTHERS_TAKE_MS)
        due = loop.time() + takes_ms / 1_000
        headers = {name: value for name, value in request.headers.items() if name in {"Authorization", "Content-Type"}}
        async with self._http.request(request.method, request.path_qs, data=body, headers=headers) as answer:
            content, kind, status = await answer.read(), answer.content_type, answer.status
        await asyncio.sleep(due - loop.time())
        return web.Response(body=content, content_type=kind, status=status)


class FarStack(Stack):
    """The whole house, with the home where a home is."""

    @property
    def public_url(self) -> str:
        """Return the address the home is reached by from outside."""
        if not hasattr(self, "_way_home"):
            self._way_home = self._closing(LongCable(self.front.port))
        return f"https://{HOST}:{self._way_home.port}"

    def bridge_settings(self) -> "Settings":
        """Return what the bridge is told: Music Assistant answers as soon as a real one does."""
        self._api: Any = self._closing(UnhurriedApi(self.home.url))
        return replace(super().bridge_settings(), ma_url=self._api.url)


def _deliver(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    if not writer.is_closing():
        writer.write(chunk)


async def _command(request: web.Request) -> str:
    try:
        return str((await request.json())["command"])
    except (ValueError, KeyError, TypeError):
        return ""
