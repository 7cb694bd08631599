"""An HTTP server on a free port of 127.0.0.1, and the pictures that both servers show."""

import asyncio
import io
import zlib
from collections.abc import Awaitable, Callable
from functools import cache
from urllib.parse import unquote_plus

from aiohttp import web
from PIL import Image

from simulator.demo_library import LIBRARY
from simulator.stand_in.faults import Faults
from simulator.stand_in.music import FILES

_HANG_UP_S = 0.05
"""To aiohttp 0 is "for ever"."""

_ORIGINAL = (500, 400)
"""Not square, as many a cover that people have scanned."""

_TYPES = {"jpeg": "image/jpeg", "jpg": "image/jpg", "png": "image/png", "webp": "image/webp"}
_COVERS = {f"{album.artist.name}/{album.title}/cover.jpg" for album in LIBRARY.albums}


class Site:
    """One listening address; it comes back on the same port after a stop."""

    def __init__(self, make_app: Callable[[], web.Application]) -> None:
        self._make_app = make_app
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the address; known once it has been started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen."""
        runner = web.AppRunner(self._make_app(), handler_cancellation=True, shutdown_timeout=_HANG_UP_S)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Listen no more and hang up on everyone."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None


def picture(faults: Faults) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return what answers /imageproxy, unless a test has it refused."""

    async def answer(request: web.Request) -> web.Response:
        fault = faults.meet("imageproxy")
        if fault and fault.stall_s:
            await asyncio.sleep(fault.stall_s)
        return web.Response(status=fault.status) if fault and fault.status else _picture(request)

    return answer


def _picture(request: web.Request) -> web.Response:
    """Answer /imageproxy: a cover of one colour, for known paths of a known provider only.

    As the real one: a size bounds the longer side, proportions are kept, and nothing is made larger.
    """
    query = request.query
    if "path" not in query or "provider" not in query:
        return web.Response(status=500, text="Internal server error")
    # Clients quote the path twice; once also works.
    path = unquote_plus(query["path"])
    if query["provider"] != FILES or path not in _COVERS:
        return web.Response(status=404)
    kind = query.get("fmt", "jpg")
    size = int(query.get("size", 0)) or max(_ORIGINAL)
    return web.Response(
        body=_cover(path, kind, size),
        content_type=_TYPES.get(kind, "image/jpg"),
        headers={"Cache-Control": "max-age=31536000", "Access-Control-Allow-Origin": "*"},
    )


@cache
def _cover(path: str, kind: str, size: int) -> bytes:
    colour = zlib.crc32(path.encode()) & 0xFFFFFF
    cover = Image.new("RGB", _ORIGINAL, (colour >> 16, colour >> 8 & 0xFF, colour & 0xFF))
    cover.thumbnail((size, size))
    written = io.BytesIO()
    cover.save(written, {"jpg": "jpeg"}.get(kind, kind))
    return written.getvalue()
