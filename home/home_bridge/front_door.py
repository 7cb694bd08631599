"""What every call passes before its handler: its form, a slot for it, and the count of those refused."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from home_bridge.errors import BusyError
from home_bridge.http_api import Handler, answer_to, error_answer
from home_bridge.limits import Refusals, Slots, client_of
from home_bridge.lines import Line
from home_bridge.plain_http import fault_in, is_last

SERVER: dict[str, Any] = {
    "max_line_size": 8190,  # a signed URL has 4,300 characters at most
    "max_field_size": 4096,
    "max_headers": 64,
    # Longer than proxies keep idle connections (cloudflared and Traefik 90 s, Caddy 120 s): else a call may be lost.
    "keepalive_timeout": 150.0,
    "auto_decompress": False,  # nobody sends compressed bodies, except to blow them up here
}
"""How aiohttp's server is set up."""

STREAMS = (96, 256)
"""Open streams for each client, and in all. An Echo reads one and begins the next; a few dozen share one address."""

PICTURES = (96, 128)
"""Pictures on their way, likewise."""


class FrontDoor:
    """The outermost middleware. Calls with a token are not limited: all Echos of a household come at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._slots = {"/stream/": Slots(*STREAMS), "/art/": Slots(*PICTURES)}
        self._refusals = Refusals(loop.call_later)

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Pass a call on, or refuse it."""
        with _in_hand(request):
            if fault := fault_in(request):
                return _last(error_answer(fault.status, fault.code, fault.detail))
            answer = await self._in_a_slot(request, handler)
            if answer.status == web.HTTPUnauthorized.status_code or self._is_bad_signature(request, answer):
                self._refusals.note()
            return _last(answer) if is_last(request) else answer

    async def _in_a_slot(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        slots = self._slots_of(request)
        if slots is None:
            return await handler(request)
        try:
            with slots.taken(_client(request)):
                answer = await handler(request)
                # Written here and not by the server: the slot is held until the client has taken it.
                await answer.prepare(request)
                await answer.write_eof()
                return answer
        except BusyError as error:
            return answer_to(error)

    def _slots_of(self, request: web.Request) -> Slots | None:
        return next((slots for path, slots in self._slots.items() if request.path.startswith(path)), None)

    def _is_bad_signature(self, request: web.Request, answer: web.StreamResponse) -> bool:
        return answer.status == web.HTTPForbidden.status_code and self._slots_of(request) is not None


@contextlib.contextmanager
def _in_hand(request: web.Request) -> Iterator[None]:
    """Tell the call's connection that it waits for the bridge now, not for its client."""
    line = request.transport.get_protocol() if request.transport else None
    if not isinstance(line, Line):
        yield
        return
    line.arrived()
    try:
        yield
    finally:
        line.answered()


def _client(request: web.Request) -> str | None:
    headers = request.headers
    return client_of(
        request.remote or "", headers.getall("CF-Connecting-IP", []) + headers.getall("X-Forwarded-For", [])
    )


def _last(answer: web.StreamResponse) -> web.StreamResponse:
    answer.force_close()
    return answer
