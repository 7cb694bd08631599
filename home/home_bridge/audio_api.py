"""What an Echo fetches: /stream and /art, by signed URLs and without a token."""

import contextlib
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

from home_bridge.access import Access
from home_bridge.art import Pictures
from home_bridge.errors import MusicAssistantError
from home_bridge.http_api import error_answer
from home_bridge.streams import BrokenPullError, PullSource, Streams

_log = logging.getLogger(__name__)

_TYPES = {"mp3": "audio/mpeg", "aac": "audio/aac"}


class AudioApi:
    """Serves audio and pictures."""

    def __init__(
        self, access: Access, streams: Streams, pictures: Pictures, source: Callable[[str, int], PullSource]
    ) -> None:
        self._access = access
        self._streams = streams
        self._pictures = pictures
        self._source = source

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; aiohttp answers HEAD by the GET handlers."""
        return [web.get("/stream/{name}", self.stream), web.get("/art/{name}", self.art)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve a generation's audio from its start; Range is answered with all of it."""
        ref = self._reference(request, "stream")
        if ref is None or "p" not in ref:
            return error_answer(403, "forbidden", "no such stream")
        path, generation = str(ref["p"]), int(ref["g"])
        response = _audio_response(path)
        pull = self._streams.known(path, generation)
        if request.method == "HEAD":
            response.content_length = pull.size if pull and pull.finished else None
            await response.prepare(request)
            return response
        source = self._source(path, generation)
        try:
            if source.endless and pull is None:
                return await self._pass_through(request, response, source.path)
            return await self._spooled(request, response, path, generation, source.path)
        except ConnectionResetError:
            return response  # the listener went away, which is no fault

    async def art(self, request: web.Request) -> web.StreamResponse:
        """Serve a picture."""
        ref = self._reference(request, "art")
        if ref is None:
            return error_answer(403, "forbidden", "no such picture")
        try:
            if "p" in ref:
                picture = await self._pictures.from_music_assistant(str(ref["p"]))
            else:
                picture = await self._pictures.from_elsewhere(str(ref["u"]))
        except MusicAssistantError as error:
            _log.info("art: %s", error)
            return error_answer(404, "not_found", "no such picture")
        headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=picture.body, content_type=picture.content_type, headers=headers)

    def _reference(self, request: web.Request, kind: Any) -> dict[str, Any] | None:
        query = request.query
        return self._access.reference(kind, request.match_info["name"], query.get("exp", ""), query.get("sig", ""))

    async def _spooled(
        self, request: web.Request, response: web.StreamResponse, path: str, generation: int, source: str
    ) -> web.StreamResponse:
        pull = self._streams.pull(path, generation, source)
        await pull.open()
        if pull.finished:
            response.content_length = pull.size
        await response.prepare(request)
        try:
            async with contextlib.aclosing(pull.read()) as chunks:
                async for chunk in chunks:
                    await response.write(chunk)
        except BrokenPullError:
            _abort(request)
        except ConnectionError:
            _log.debug("a client has hung up")
        return response

    async def _pass_through(
        self, request: web.Request, response: web.StreamResponse, source: str
    ) -> web.StreamResponse:
        try:
            async with contextlib.aclosing(self._streams.pass_through(source)) as chunks:
                async for chunk in chunks:
                    if not response.prepared:
                        await response.prepare(request)
                    await response.write(chunk)
        except MusicAssistantError:
            if not response.prepared:
                raise
            _abort(request)
        except ConnectionError:
            _log.debug("a client has hung up")
        if not response.prepared:
            raise MusicAssistantError("Music Assistant's stream was empty")
        return response


def _audio_response(path: str) -> web.StreamResponse:
    content_type = _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    # Cloudflare caches .mp3 by itself unless it is told not to.
    headers = {"Content-Type": content_type, "Cache-Control": "private, no-store", "Accept-Ranges": "none"}
    return web.StreamResponse(headers=headers)


def _abort(request: web.Request) -> None:
    """Break the connection, so that half a track does not look like a whole one."""
    if request.transport is not None:
        request.transport.abort()
