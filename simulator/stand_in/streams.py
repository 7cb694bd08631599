"""The stream server: unauthenticated, chunked, without a length, deaf to Range, and strict about sessions."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from simulator import tones
from simulator.demo_library import Radio
from simulator.stand_in.faults import Refusal
from simulator.stand_in.queue import Queue, QueueItem
from simulator.stand_in.queues import look_at
from simulator.stand_in.shapes import Json
from simulator.stand_in.web import Site, picture

if TYPE_CHECKING:
    from simulator.stand_in.home import Home

_HEADERS = {
    "Server": "Music Assistant",
    "transferMode.dlna.org": "Streaming",
    "contentFeatures.dlna.org": "DLNA.ORG_OP=01;DLNA.ORG_FLAGS=01500000000000000000000000000000",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Accept-Ranges": "none",
}
_TAG = b"ID3\x04\x00\x00\x00\x00\x00\x22TSSE\x00\x00\x00\x0e\x00\x00\x03Lavf61.7.100\x00" + bytes(10)
"""What every body begins with, followed by nothing but frames (seen: 44 bytes of ID3v2, no Xing frame)."""

_RADIO_BURST_S = 5


@dataclass(slots=True)
class Pull:
    """One GET of a stream that was let in."""

    path: str
    queue_item_id: str
    bytes: int = 0
    finished: bool = False


class Streams:
    """Serves what the queues play."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._pulls: list[Pull] = []
        self._open: list[tuple[Queue, web.Request]] = []
        self._site = Site(self._app)

    @property
    def url(self) -> str:
        """Return the address that players are told."""
        return self._site.url

    async def start(self) -> None:
        """Listen on loopback."""
        await self._site.start()

    async def stop(self) -> None:
        """Listen no more and break off what is being streamed."""
        await self._site.stop()

    def pulls(self) -> list[Json]:
        """Return every pull so far, oldest first."""
        return [asdict(pull) for pull in self._pulls]

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/single/{session}/{queue}/{item}/{player}.{fmt}", self._single)
        app.router.add_get("/imageproxy", picture(self._home.faults))
        return app

    def cut(self, queue: Queue) -> None:
        """Break off what is being streamed of a queue."""
        for streamed, request in self._open:
            if streamed is queue:
                _break_off(request)

    async def _single(self, request: web.Request) -> web.StreamResponse:
        queue, item = self._admitted(request)
        fault = self._home.faults.meet("stream")
        if fault and fault.stall_s:
            await asyncio.sleep(fault.stall_s)
        if fault and fault.status:
            return web.Response(status=fault.status, reason="Refused by the test")
        if item.seek_s is None:
            look_at(item)
        extension = request.match_info["fmt"]
        response = web.StreamResponse(headers=_HEADERS | {"icy-name": item.name})
        response.content_type = f"audio/{extension}"
        response.enable_chunked_encoding()
        await response.prepare(request)
        if request.method == "GET":
            self._open.append((queue, request))
            try:
                await self._send(request, response, queue, item, fault)
            finally:
                self._open.remove((queue, request))
        return response

    def _admitted(self, request: web.Request) -> tuple[Queue, QueueItem]:
        """Return what is asked for, or refuse in the server's own words and order."""
        wanted = request.match_info
        queue = self._home.queues.get(wanted["queue"])
        if not queue:
            raise web.HTTPNotFound(reason=f"Unknown Queue: {wanted['queue']}")
        if wanted["session"] != queue.session_id and (queue.session_id or self._home.strict_sessions):
            raise web.HTTPNotFound(reason=f"Unknown (or invalid) session: {wanted['session']}")
        if not self._home.players.get(wanted["player"]):
            raise web.HTTPNotFound(reason=f"Unknown Player: {wanted['player']}")
        item = queue.item(wanted["item"])
        if not item:
            raise web.HTTPNotFound(reason=f"Unknown Queue item: {wanted['item']}")
        return queue, item

    async def _send(
        self,
        request: web.Request,
        response: web.StreamResponse,
        queue: Queue,
        item: QueueItem,
        fault: Refusal | None,
    ) -> None:
        pull = Pull(request.path, item.queue_item_id)
        self._pulls.append(pull)
        # Only MP3 is made here; a real server also breaks off for formats that it cannot make.
        if request.match_info["fmt"] != "mp3":
            _break_off(request)
            return
        audio = self._audio(item)
        try:
            async for chunk in fault.spoil(audio) if fault else audio:
                await response.write(chunk)
                if not pull.bytes:
                    self._home.queues.loaded_in_buffer(queue, item)
                pull.bytes += len(chunk)
        except ConnectionAbortedError:
            _break_off(request)
            return
        except ConnectionError:
            return
        pull.finished = True

    async def _audio(self, item: QueueItem) -> AsyncIterator[bytes]:
        """Yield a track as fast as it is encoded, a station as fast as it is heard."""
        sound, seek_s = item.media.sound, item.seek_s or 0
        # The first call of a track encodes it, which would keep every player waiting.
        await asyncio.to_thread(tones.mp3, sound, from_s=seek_s)
        loop = asyncio.get_running_loop()
        started, sent_s = loop.time() - _RADIO_BURST_S, 0.0
        yield _TAG
        for chunk in tones.chunks(sound, from_s=seek_s):
            yield chunk
            sent_s += len(chunk) / tones.BYTES_PER_SECOND
            if isinstance(sound, Radio):
                await asyncio.sleep(started + sent_s - loop.time())


def _break_off(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
