"""What an Echo fetches to play: /stream, by signed URLs and without a token, as from a good content network.

A generation's audio is answered whole (200) or in part (206) while it is still being pulled. What a range asks for may
not be known before the end is here: that is waited for, which takes Music Assistant a few seconds.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import hdrs, web

from home_bridge.access import Access
from home_bridge.errors import BusyError, MusicAssistantError
from home_bridge.http_api import error_answer
from home_bridge.ranges import Span, parse_range, unmet
from home_bridge.streams import BrokenPullError, Pull, PullSource, Streams

_log = logging.getLogger(__name__)

WHOLE_WITHIN_S = 25.0
"""So long a part whose place depends on the length is waited for; in it Music Assistant encodes 7 to 14 minutes.

What is here is not sent meanwhile as a shorter part: a browser takes the end of a part of what has no known length for
the end of all.
"""

_TYPES = {"mp3": "audio/mpeg", "aac": "audio/aac"}


class Sources(Protocol):
    """What the players know of the streams that Echos and speakers were given."""

    def source(self, path: str, generation: int) -> PullSource:
        """Return where a stream is to be pulled."""
        ...

    def sound(self, queue_id: str, number: int) -> str:
        """Return under what name the audio of a music skill's entry is kept."""
        ...

    async def entry_source(self, queue_id: str, number: int, *, broken: str) -> PullSource:
        """Return where an entry is to be pulled, once MA has loaded it; never `broken`, a path whose body broke before.

        Raises BridgeError.
        """
        ...


class AudioApi:
    """Serves audio."""

    def __init__(self, access: Access, streams: Streams, sources: Sources) -> None:
        self._access = access
        self._streams = streams
        self._sources = sources

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; aiohttp answers HEAD by the GET handlers."""
        return [web.get("/stream/{name}", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Serve a stream's audio, or the part of it that is asked for."""
        ref = self._reference(request)
        if ref is None:
            return error_answer(HTTPStatus.FORBIDDEN, "forbidden", "no such stream")
        try:
            if "p" in ref:
                return await self._generation(request, str(ref["p"]), int(ref["g"]))
            return await self._entry(request, str(ref["q"]), int(ref["n"]))
        except ConnectionError:
            _log.debug("a client has hung up")
            return web.Response()  # to nobody

    async def _generation(self, request: web.Request, path: str, generation: int) -> web.StreamResponse:
        pull = self._streams.known(path, generation)
        if request.method == hdrs.METH_HEAD:
            return await _head(request, _extension(path), pull)
        source = self._sources.source(path, generation)
        if source.endless and pull is None:
            return await _pass_through(request, _extension(path), self._streams.live(source.path))
        return await _serve(request, self._streams.pull(path, generation, source))

    async def _entry(self, request: web.Request, queue_id: str, number: int) -> web.StreamResponse:
        """Serve an entry of the music skill: audio that is here stays until its URL expires, and needs MA no more."""
        name, until = self._sources.sound(queue_id, number), int(request.query["exp"])
        pull = self._streams.known_as(name, until=until)
        if request.method == hdrs.METH_HEAD:
            return await _head(request, _extension(request.match_info["name"]), pull)
        if pull is None or pull.broken:
            source = await self._sources.entry_source(queue_id, number, broken=pull.path if pull else "")
            if source.endless:
                return await _pass_through(request, source.extension, self._streams.live(source.path))
            pull = self._streams.pull_as(name, source, until=until, again=True)
        return await _serve(request, pull)

    def _reference(self, request: web.Request) -> dict[str, Any] | None:
        query = request.query
        return self._access.reference("stream", request.match_info["name"], query.get("exp", ""), query.get("sig", ""))


async def _head(request: web.Request, extension: str, pull: Pull | None) -> web.StreamResponse:
    """Answer the headers of the whole: with its length if that is known and can be had, and without asking for it."""
    response = _audio(extension, pull)
    if refusal := _refusal(request, response):
        return refusal
    if pull is not None and pull.finished and not pull.broken:
        response.content_length = pull.size
    await response.prepare(request)
    return response


async def _pass_through(request: web.Request, extension: str, audio: AsyncGenerator[bytes]) -> web.StreamResponse:
    response = _audio(extension)
    return _refusal(request, response) or await _send(request, response, audio)


async def _serve(request: web.Request, pull: Pull) -> web.StreamResponse:
    await pull.open()
    response = _audio(pull.file.extension, pull)
    if refusal := _refusal(request, response):
        return refusal
    span = _span(request, pull)
    if span is None or (span.whole and not pull.finished):
        if pull.finished and not pull.broken:
            response.content_length = pull.size
        return await _send(request, response, pull.read())
    await _reach(pull, span)
    part = span.of(pull.size)
    total = str(pull.size) if pull.finished else "*"
    if part is None:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes */{total}"
        return _bare(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, response)
    response.set_status(HTTPStatus.PARTIAL_CONTENT)
    response.headers[hdrs.CONTENT_RANGE] = f"bytes {part.start}-{part.stop - 1}/{total}"
    response.content_length = len(part)
    return await _send(request, response, pull.read(part.start, part.stop))


def _span(request: web.Request, pull: Pull) -> Span | None:
    """Return the part that is asked for; None for all: also where If-Range names other content (RFC 9110, 13.1.5)."""
    unless = request.headers.get(hdrs.IF_RANGE)
    if not pull.held or (unless is not None and unless.strip() != _etag(pull)):
        return None
    headers = request.headers.getall(hdrs.RANGE, [])
    return parse_range(headers[0]) if len(headers) == 1 else None


async def _reach(pull: Pull, span: Span) -> None:
    """Wait until a part's place is known. Raises BusyError where that takes too long, MusicAssistantError."""
    try:
        async with asyncio.timeout(WHOLE_WITHIN_S):
            await pull.reach(span.needs)
    except TimeoutError as error:
        raise BusyError("the length is not known yet; ask again") from error
    except BrokenPullError as error:
        raise MusicAssistantError("Music Assistant's stream broke off") from error


def _refusal(request: web.Request, response: web.StreamResponse) -> web.Response | None:
    """Return what is answered to a request whose conditions are not met (RFC 9110, 13.1); it asks for no part."""
    asked, tag = request.headers, response.headers.get(hdrs.ETAG)
    status = unmet(asked.getall(hdrs.IF_MATCH, []), asked.getall(hdrs.IF_NONE_MATCH, []), tag)
    return None if status is None else _bare(status, response)


def _bare(status: HTTPStatus, response: web.StreamResponse) -> web.Response:
    """Return an answer with the headers of audio and no body."""
    headers = {name: value for name, value in response.headers.items() if name != hdrs.CONTENT_TYPE}
    return web.Response(status=status, headers=headers)


async def _send(request: web.Request, response: web.StreamResponse, audio: AsyncGenerator[bytes]) -> web.StreamResponse:
    """Send audio; what breaks off must not look whole. Raises MusicAssistantError before anything is sent."""
    try:
        async with contextlib.aclosing(audio) as chunks:
            async for chunk in chunks:
                if not response.prepared:
                    await response.prepare(request)
                await response.write(chunk)
                await request.writer.drain()  # aiohttp would take 64 kB more for each that waits
    except (BrokenPullError, MusicAssistantError) as error:
        if not response.prepared:
            raise MusicAssistantError("Music Assistant's stream broke off") from error
        _abort(request)
    if not response.prepared:
        raise MusicAssistantError("Music Assistant's stream was empty")
    return response


def _audio(extension: str, pull: Pull | None = None) -> web.StreamResponse:
    """Return the headers of audio; of what has no end, parts cannot be asked for."""
    headers = {
        hdrs.CONTENT_TYPE: _TYPES.get(extension, "application/octet-stream"),
        # Cloudflare caches .mp3 by itself unless it is told not to.
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.ACCEPT_RANGES: "bytes" if pull is not None and pull.held else "none",
    }
    if pull is not None and pull.held:
        headers[hdrs.ETAG] = _etag(pull)
    return web.StreamResponse(headers=headers)


def _extension(path: str) -> str:
    return path.rpartition(".")[2]


def _etag(pull: Pull) -> str:
    return f'"{pull.file.tag}"'


def _abort(request: web.Request) -> None:
    """Break the connection, so that half a track does not look like a whole one."""
    if request.transport is not None:
        request.transport.abort()
