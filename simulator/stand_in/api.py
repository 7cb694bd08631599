"""The web server: POST /api with raw results and plain-text errors, and what stands beside it."""

import asyncio
import inspect
import json
from collections.abc import Callable
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from aiohttp import web

from simulator.stand_in.errors import RefusedError
from simulator.stand_in.music_commands import MusicCommands
from simulator.stand_in.player_commands import PlayerCommands
from simulator.stand_in.queue_commands import QueueCommands
from simulator.stand_in.shapes import Json
from simulator.stand_in.web import Site, picture

if TYPE_CHECKING:
    from simulator.stand_in.home import Home

_ADMIN_ONLY = ("config/providers/save", "config/players/save", "players/create_group_player")
_UNAUTHENTICATED = {"WWW-Authenticate": 'Bearer realm="Music Assistant"'}
_USER: Json = {
    "user_id": "stand-in-user",
    "username": "alexa",
    "role": "user",
    "enabled": True,
    "created_at": "2026-11-21T21:02:45.969072+00:00",
    "display_name": None,
    "avatar_url": None,
    "preferences": {},
    "provider_filter": [],
    "player_filter": [],
}
PASSWORD = "open sesame"
"""The password of the one user, whose name is `alexa`."""


class Api:
    """Music Assistant's web server as clients see it."""

    def __init__(self, home: "Home", token: str) -> None:
        self._home = home
        self._token = token
        self._takes_ms: dict[str, int] = {}
        self._others_take_ms = 0
        self._commands = self._all_commands()
        self._site = Site(self._app)

    @property
    def url(self) -> str:
        """Return the address of the web server."""
        return self._site.url

    async def start(self) -> None:
        """Listen on loopback."""
        await self._site.start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._site.stop()

    def pace(self, takes_ms: dict[str, int], others_ms: int) -> None:
        """Let each command take so long from now on; at first all are as fast as they can."""
        self._takes_ms, self._others_take_ms = takes_ms, others_ms

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api", self._answer)
        app.router.add_get("/info", self._about)
        app.router.add_get("/imageproxy", picture(self._home.faults))
        app.router.add_get("/auth/me", self._me)
        app.router.add_post("/auth/login", self._login)
        return app

    def _all_commands(self) -> dict[str, Callable[..., Any]]:
        queues = QueueCommands(self._home)
        players = PlayerCommands(self._home, queues)
        return {
            **{f"player_queues/{name}": method for name, method in _public_methods(queues).items()},
            **{f"players/{name.replace('cmd_', 'cmd/')}": method for name, method in _public_methods(players).items()},
            **MusicCommands(self._home).commands(),
            "info": self._server,
            "auth/me": lambda: _USER,
        }

    async def _answer(self, request: web.Request) -> web.Response:
        """Carry out one command; whatever goes wrong in it is a 500 without a reason."""
        body = await request.read()
        if not body:
            return web.Response(status=400, text="Body required")
        try:
            message = json.loads(body)
        except ValueError:
            return web.Response(status=400, text=f"Invalid JSON: {body.decode(errors='replace')}")
        if not isinstance(message, dict) or "command" not in message:
            return web.Response(status=400, text="Invalid JSON: missing required field")
        command = message["command"]
        began = asyncio.get_running_loop().time()
        if command not in self._commands and command not in _ADMIN_ONLY:
            return web.Response(status=400, text=f"Invalid Command: {command}")
        answer = await self._refused(request, command)
        answer = answer or await self._carried_out(command, message.get("args") or {})
        if takes_ms := self._takes_ms.get(command, self._others_take_ms):
            await asyncio.sleep(began + takes_ms / 1_000 - asyncio.get_running_loop().time())
        return answer

    async def _refused(self, request: web.Request, command: str) -> web.Response | None:
        fault = self._home.faults.meet("api", command)
        if fault and fault.stall_s:
            await asyncio.sleep(fault.stall_s)
        status = fault.status if fault else None
        if status == web.HTTPUnauthorized.status_code or not self._is_authenticated(request):
            return web.Response(status=401, text="Authentication required", headers=_UNAUTHENTICATED)
        if command in _ADMIN_ONLY:
            return web.Response(status=403, text="Admin access required")
        return web.Response(status=status, text="Internal server error") if status else None

    async def _carried_out(self, command: str, arguments: Json) -> web.Response:
        handler = self._commands[command]
        try:
            result = handler(**_accepted(handler, arguments))
            if inspect.isawaitable(result):
                result = await result
        except (RefusedError, LookupError, TypeError, ValueError):
            return web.Response(status=500, text="Internal server error")
        return web.json_response(result)

    def _is_authenticated(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and token == self._token

    async def _about(self, _request: web.Request) -> web.Response:
        return web.json_response(self._server(), headers={"Access-Control-Allow-Origin": "*"})

    def _server(self) -> Json:
        return {
            "server_id": "5ca1ab1e000000000000000000000000",
            "server_version": "0.0.0",
            "schema_version": 29,
            "min_supported_schema_version": 28,
            "base_url": self.url,
            "homeassistant_addon": False,
            "onboard_done": True,
            "name": None,
            "status": "running",
        }

    async def _me(self, request: web.Request) -> web.Response:
        if not self._is_authenticated(request):
            return web.Response(status=401, text="Not authenticated")
        return web.json_response(_USER)

    async def _login(self, request: web.Request) -> web.Response:
        credentials = (await request.json()).get("credentials", {})
        if credentials != {"username": _USER["username"], "password": PASSWORD}:
            wrong = {"success": False, "error": "Invalid username or password"}
            return web.json_response(wrong, status=401)
        return web.json_response({"success": True, "token": self._token, "user": _USER})


def _public_methods(commands: object) -> dict[str, Callable[..., Any]]:
    methods = inspect.getmembers(commands, inspect.ismethod)
    return {name: method for name, method in methods if not name.startswith("_")}


def _accepted(handler: Callable[..., Any], arguments: Json) -> Json:
    """Return the arguments that a command knows, made what it expects: "1" will do for 1; the others are ignored."""
    hints = get_type_hints(handler)
    parameters = inspect.signature(handler).parameters
    return {name: _converted(value, hints.get(name, object)) for name, value in arguments.items() if name in parameters}


def _converted(value: Any, wanted: Any) -> Any:
    types = get_args(wanted) if isinstance(wanted, UnionType) else (wanted,)
    if value is None or Any in types or object in types or type(value) in types:
        return value
    if int in types:
        return int(value)
    raise TypeError(f"{value!r} is not {wanted}")
