"""The HTTP API: routes, who may call them, and how errors look."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from home_bridge import __version__
from home_bridge.access import Access
from home_bridge.allow_list import check_command
from home_bridge.arguments import Arguments, checked_name
from home_bridge.commands import COMMANDS
from home_bridge.errors import BadRequestError, BridgeError, BusyError, RequestTimeoutError, StreamTimeoutError
from home_bridge.models import Event, EventKind

_log = logging.getLogger(__name__)

BODY_LIMIT = 256 * 1024
BODY_S = 30.0
"""How long a client may take over its body."""

RETRY_AFTER_S = 30

_MAC = re.compile(r"02(:[0-9a-f]{2}){5}")
_GENERATION = re.compile(r"[0-9]{1,18}")
_MILLISECONDS = re.compile(r"[0-9]{1,6}")
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

server_log = logging.getLogger("home_bridge.http_server")
"""For aiohttp's server. It would write a traceback for every request that is no HTTP, and for every hang-up."""

_NO_FAULTS = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
server_log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], _NO_FAULTS)))

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Players(Protocol):
    """What the HTTP side asks of the players."""

    async def health(self) -> dict[str, Any]:
        """Return what is known of Music Assistant and the players."""
        ...

    async def ma(self, command: str, args: dict[str, Any]) -> bytes:
        """Return the raw JSON of one of MA's own commands."""
        ...

    async def put(self, mac: str, name: str) -> dict[str, Any]:
        """Make or rename a player."""
        ...

    async def command(self, mac: str, name: str, args: dict[str, Any], room: str | None) -> dict[str, Any]:
        """Do a command, making the player (called `room`) if it is new."""
        ...

    async def state(self, mac: str) -> dict[str, Any]:
        """Return a player's state."""
        ...

    async def next(self, mac: str, generation: int) -> dict[str, Any]:
        """Return what follows a stream."""
        ...

    async def report(self, mac: str, event: Event) -> dict[str, Any]:
        """Take what an Echo did."""
        ...

    async def forget(self, mac: str) -> None:
        """Drop a player."""
        ...


def routes(players: Players, access: Access) -> list[web.RouteDef]:
    """Return the JSON routes."""
    calls = Calls(players, access)
    known = partial(only_known, access)
    return [
        web.get("/healthz", calls.healthz),
        web.post("/api", known(calls.api)),
        web.put("/players/{mac}", known(calls.put)),
        web.get("/players/{mac}", known(calls.state)),
        web.delete("/players/{mac}", known(calls.forget)),
        web.post("/players/{mac}/command", known(calls.command)),
        web.get("/players/{mac}/next", known(calls.next)),
        web.post("/players/{mac}/events", known(calls.report)),
    ]


class Calls:
    """The handlers."""

    def __init__(self, players: Players, access: Access) -> None:
        self._players = players
        self._access = access

    async def healthz(self, request: web.Request) -> web.Response:
        """Say that the bridge runs; to the skill, also what it sees."""
        answer = {"status": "ok", "version": __version__}
        if self._access.knows(request.headers.get("Authorization", "")):
            answer |= await self._players.health()
        return web.json_response(answer)

    async def api(self, request: web.Request) -> web.Response:
        """Pass on one of MA's own commands."""
        body = await json_body(request)
        command, args = check_command(body.get("command"), body.get("args"))
        return web.Response(body=await self._players.ma(command, args), content_type="application/json")

    async def put(self, request: web.Request) -> web.Response:
        """Make or rename a player."""
        name = checked_name((await json_body(request)).get("name"))
        return web.json_response(await self._players.put(player_mac(request), name))

    async def state(self, request: web.Request) -> web.Response:
        """Show a player."""
        return web.json_response(await self._players.state(player_mac(request)))

    async def forget(self, request: web.Request) -> web.Response:
        """Drop a player."""
        await self._players.forget(player_mac(request))
        return web.Response(status=204)

    async def command(self, request: web.Request) -> web.Response:
        """Do a command."""
        body = await json_body(request)
        name, args = body.get("command"), body.get("args", {})
        if not isinstance(name, str) or name not in COMMANDS or not isinstance(args, dict):
            raise BadRequestError(f"command must be one of {', '.join(sorted(COMMANDS))}, args an object")
        room = checked_name(args["name"]) if args.get("name") is not None else None
        return web.json_response(await self._players.command(player_mac(request), name, args, room))

    async def next(self, request: web.Request) -> web.Response:
        """Say what follows a stream."""
        generation = request.query.get("generation", "")
        if not _GENERATION.fullmatch(generation):
            raise BadRequestError("generation must be a whole number, as the stream's answer gave it")
        return web.json_response(await self._players.next(player_mac(request), int(generation)))

    async def report(self, request: web.Request) -> web.Response:
        """Take what an Echo did."""
        event = event_of(Arguments(await json_body(request)))
        return web.json_response(await self._players.report(player_mac(request), event))


def only_known(access: Access, handler: Handler) -> Handler:
    """Let a handler be called only with a bridge token, and end it when the skill no longer waits."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not access.knows(request.headers.get("Authorization", "")):
            return error_answer(401, "unauthorized", "send Authorization: Bearer and a token of BRIDGE_TOKENS")
        limit = asyncio.timeout(_within_s(request))
        try:
            async with limit:
                return await handler(request)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise StreamTimeoutError("Music Assistant did not come to an end in time") from error

    return guarded


def _within_s(request: web.Request) -> float | None:
    """Return how long the skill will wait for the answer, if it says so."""
    within_ms = request.headers.get("X-Answer-Within-Ms", "")
    return int(within_ms) / 1000 if _MILLISECONDS.fullmatch(within_ms) else None


def event_of(args: Arguments) -> Event:
    """Return what a report says that an Echo did. Raises BadRequestError."""
    kind = EventKind(args.choice("event", tuple(EventKind)))
    current = None if args.raw.get("current_generation") is None else args.whole("current_generation")
    return Event(
        kind=kind,
        generation=args.whole("generation"),
        offset_ms=max(0, args.whole("offset_ms")),
        occurred_at=args.whole("occurred_at"),
        current_generation=current,
    )


def player_mac(request: web.Request) -> str:
    """Return the player a request is about. Raises BadRequestError."""
    mac = request.match_info["mac"]
    if not _MAC.fullmatch(mac):
        raise BadRequestError("a player is named by a MAC like 02:00:00:00:00:01, in small letters")
    return mac


async def json_body(request: web.Request) -> dict[str, Any]:
    """Return a request's JSON object. Raises BadRequestError, RequestTimeoutError."""
    try:
        async with asyncio.timeout(BODY_S):
            text = await request.read()
        body = json.loads(text)
    except TimeoutError as error:
        raise RequestTimeoutError(f"the body must be there within {BODY_S:.0f} s") from error
    except (ValueError, RuntimeError, ConnectionError, web.RequestPayloadError) as error:
        # RuntimeError is what aiohttp raises of a client that has gone, and what a body nested too deeply ends in.
        raise BadRequestError("the body must be JSON, and whole") from error
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    return body


def error_answer(status: int, code: str, detail: str) -> web.Response:
    """Return an error as it goes on the wire."""
    return web.json_response({"error": code, "detail": detail}, status=status)


def answer_to(error: BridgeError) -> web.Response:
    """Return the answer an error stands for."""
    answer = error_answer(error.status, error.code, str(error))
    if isinstance(error, BusyError):
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a handler raises into the answer it stands for."""
    try:
        return await handler(request)
    except BridgeError as error:
        return answer_to(error)
    except web.HTTPException as error:
        return error_answer(error.status, _CODES.get(error.status, "bad_request"), error.reason)
    except RecursionError:
        return error_answer(400, BadRequestError.code, "the body is nested too deeply")
    except Exception:  # noqa: BLE001 - the last line of defence: the skill gets JSON whatever happens
        _log.exception("a request failed by a fault of the bridge")
        return error_answer(500, "internal_error", "a fault of the bridge; its log says more")
