"""The JSON routes of the music skill's queues: what may be asked, and how it is answered."""

import re
from functools import partial
from typing import Any, Protocol

from aiohttp import web

from home_bridge.access import Access
from home_bridge.arguments import Arguments, checked_name
from home_bridge.errors import BadRequestError, UnknownQueueError
from home_bridge.http_api import json_body, only_known, player_mac
from home_bridge.identity import Content
from home_bridge.models import Event, EventKind
from home_bridge.music import Music
from home_bridge.music_queue import Entry, Modes, QueueOrder

URIS_LIMIT = 20
"""Uris of one content at most; each may have to be asked for."""

ID_LIMIT = 255
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_SWITCHES = ("shuffle", "loop", "repeat_one")
_COMMANDS = ("previous", "jump", "favourite", *_SWITCHES)


class QueuePlayers(Protocol):
    """The players that queues are on."""

    def music(self, mac: str) -> Music | None:
        """Return the queue of a player, if there is such a player."""
        ...

    def new_music(self, mac: str, name: str) -> Music:
        """Return the queue of a player, which is made if it is new."""
        ...


def music_routes(players: QueuePlayers, access: Access) -> list[web.RouteDef]:
    """Return the routes."""
    calls, known = MusicCalls(players), partial(only_known, access)
    return [
        web.post("/players/{mac}/queue", known(calls.start)),
        web.get("/players/{mac}/queue", known(calls.view)),
        web.get("/players/{mac}/queue/next", known(calls.following)),
        web.post("/players/{mac}/queue/command", known(calls.command)),
        web.post("/players/{mac}/queue/events", known(calls.tell)),
    ]


class MusicCalls:
    """The handlers."""

    def __init__(self, players: QueuePlayers) -> None:
        self._players = players

    async def start(self, request: web.Request) -> web.Response:
        """Begin a queue; the answer does not wait for Music Assistant to load it."""
        args = Arguments(await json_body(request))
        order, name = _order(args), checked_name(args.raw.get("name"))
        entry = await self._players.new_music(player_mac(request), name).start(order)
        return web.json_response({"queue_id": order.queue_id, "entry": entry.to_json()})

    async def following(self, request: web.Request) -> web.Response:
        """Say what follows an entry."""
        skip = Arguments(request.query).choice("skip", ("0", "1"), "0") == "1"
        queue_id, number = _named(request.query.get("queue_id"), request.query.get("entry_id"))
        return _answer(await self._music(request).following(queue_id, number, skip=skip))

    async def view(self, request: web.Request) -> web.Response:
        """Show a queue from an entry on."""
        queue_id, number = _named(request.query.get("queue_id"), request.query.get("entry_id"))
        return web.json_response(await self._music(request).view(queue_id, number))

    async def command(self, request: web.Request) -> web.Response:
        """Do a command."""
        args = Arguments(await json_body(request))
        command, details = args.choice("command", _COMMANDS), args.raw.get("args", {})
        if not isinstance(details, dict):
            raise BadRequestError("args must be an object")
        music, queue_id = self._music(request), args.text("queue_id")
        if command in _SWITCHES:
            await music.switch(queue_id, command, on=Arguments(details).flag("on"))
            return _answer(None)
        _, number = _named(queue_id, details.get("entry_id"))
        if command == "favourite":
            return _answer(await music.like(queue_id, number))
        return _answer(await music.move(queue_id, command, number))

    async def tell(self, request: web.Request) -> web.Response:
        """Take what a speaker did."""
        args = Arguments(await json_body(request))
        queue_id, number = _named(args.raw.get("queue_id"), args.raw.get("entry_id"))
        await self._music(request).tell(queue_id, number, _event(args))
        return web.json_response({})

    def _music(self, request: web.Request) -> Music:
        music = self._players.music(player_mac(request))
        if music is None:
            raise UnknownQueueError("no such player; a new queue makes it")
        return music


def _answer(entry: Entry | None) -> web.Response:
    return web.json_response({"entry": entry.to_json() if entry else None})


def _named(queue_id: object, entry_id: object) -> tuple[str, int]:
    if not isinstance(queue_id, str) or not 0 < len(queue_id) <= ID_LIMIT:
        raise BadRequestError("queue_id must be the text that the queue was begun with")
    if not isinstance(entry_id, str) or not _NUMBER.fullmatch(entry_id):
        raise BadRequestError("entry_id must be the text that the entry was answered with")
    return queue_id, int(entry_id)


def _order(args: Arguments) -> QueueOrder:
    queue_id, _ = _named(args.raw.get("queue_id"), "1")
    return QueueOrder(
        queue_id,
        _content(args.raw.get("content")),
        Modes(**{switch: args.flag(switch) for switch in _SWITCHES}),
        explicit_allowed=args.flag("explicit_allowed"),
        goes_on=_heard(args),
    )


def _heard(args: Arguments) -> tuple[str, int] | None:
    """Return the queue and the entry that a new queue goes on with."""
    if not args.flag("goes_on") or (heard := args.raw.get("heard")) is None:
        return None
    if not isinstance(heard, dict):
        raise BadRequestError("heard must be an object with queue_id and entry_id")
    return _named(heard.get("queue_id"), heard.get("entry_id"))


def _content(given: Any) -> Content:
    if not isinstance(given, dict):
        raise BadRequestError("content must be an object with a uri")
    args, uris = Arguments(given), given.get("other_uris") or []
    if not isinstance(uris, list) or len(uris) > URIS_LIMIT or not all(isinstance(uri, str) for uri in uris):
        raise BadRequestError(f"other_uris must be a list of {URIS_LIMIT} uris at most")
    texts = {name: str(given.get(name) or "") for name in ("name", "artist", "media_type")}
    return Content(args.text("uri"), **texts, other_uris=tuple(uris))


def _event(args: Arguments) -> Event:
    kind = EventKind(args.choice("event", tuple(EventKind)))
    return Event(kind, 0, max(0, args.whole("offset_ms")), args.whole("occurred_at"))
