"""The bridge: wiring, the players by their MACs, start and end."""

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from typing import Any, cast

import aiohttp
from aiohttp import web

from home_bridge import __version__
from home_bridge.access import Access
from home_bridge.art_api import ArtApi
from home_bridge.audio_api import AudioApi
from home_bridge.cache import AudioCache, cache_key
from home_bridge.errors import BadRequestError, MusicAssistantError, UnknownPlayerError, UnknownQueueError
from home_bridge.front_door import SERVER, FrontDoor
from home_bridge.gallery import Gallery, open_gallery
from home_bridge.http_api import BODY_LIMIT, errors_as_json, routes, server_log
from home_bridge.lines import Lines
from home_bridge.ma_api import MusicAssistantApi
from home_bridge.models import Event, Memory, Wanted, queue_of
from home_bridge.music import Music
from home_bridge.music_api import music_routes
from home_bridge.music_queue import MusicQueue
from home_bridge.session import Session
from home_bridge.settings import Settings
from home_bridge.store import PlayerStore
from home_bridge.streams import PullSource, Streams
from home_bridge.world import Clock, World

_log = logging.getLogger(__name__)

PLAYERS_LIMIT = 256
LOST_AT_MOST = 1000
"""Streams of one player that a power cut can take from its file: far more than it is handed in half a minute."""

SHUTDOWN_S = 2.0


class _WallClock:
    """The machine's own clock."""

    def time(self) -> float:
        """Return Unix seconds."""
        return time.time()


class Bridge:
    """The whole service; runs in whatever event loop starts it."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or _WallClock()
        self._sessions: dict[str, Session] = {}
        self._exit = contextlib.AsyncExitStack()
        self.port = 0

    @property
    def url(self) -> str:
        """Where the bridge listens, as this machine sees it."""
        host = "127.0.0.1" if self._settings.host in {"0.0.0.0", ""} else self._settings.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Open the store, connect the known players, listen."""
        try:
            self._world = await self._made_world()
            gallery = await self._exit.enter_async_context(open_gallery(self._http, self._settings, self._clock.time))
            queues = self._world.store.queues()
            for memory in self._world.store.load():
                self._add(self._risen(memory), queues.get(memory.mac))
            self._exit.push_async_callback(self._close_sessions)
            await self._listen(gallery)
        except BaseException:
            await self._exit.aclose()
            raise

    async def close(self) -> None:
        """Stop listening, disconnect, close the store."""
        await self._exit.aclose()

    async def health(self) -> dict[str, Any]:
        """Return what is known of Music Assistant and the players."""
        try:
            info = await self._world.ma.info()
        except MusicAssistantError as error:
            seen: dict[str, Any] = {"reachable": False, "detail": str(error)}
        else:
            seen = {"reachable": True, "version": info.get("server_version"), "schema": info.get("schema_version")}
        players = [
            {"player_id": mac, "name": session.player.name, "available": session.available}
            for mac, session in self._sessions.items()
        ]
        return {"music_assistant": seen, "players": players}

    async def ma(self, command: str, args: dict[str, Any]) -> bytes:
        """Return the raw JSON of one of MA's own commands."""
        return await self._world.ma.call_raw(command, args)

    async def put(self, mac: str, name: str) -> dict[str, Any]:
        """Make or rename a player."""
        session = self._sessions.get(mac) or self._new(mac, name)
        await session.rename(name)
        await session.known_to_ma()
        return await session.state()

    async def command(self, mac: str, name: str, args: dict[str, Any], room: str | None) -> dict[str, Any]:
        """Do a command, making the player (called `room`) if it is new."""
        session = self._sessions.get(mac) or self._new(mac, room or f"Echo {mac[-5:].replace(':', '')}")
        return await session.command(name, args)

    async def state(self, mac: str) -> dict[str, Any]:
        """Return a player's state."""
        return await self._session(mac).state()

    async def next(self, mac: str, generation: int) -> dict[str, Any]:
        """Return what follows a stream; nothing, for an Echo nobody has heard of."""
        if mac not in self._sessions:
            return {"wanted": Wanted.PLAY, "upcoming": None}
        return await self._sessions[mac].next(generation)

    async def report(self, mac: str, event: Event) -> dict[str, Any]:
        """Take what an Echo did."""
        return await self._session(mac).report(event)

    async def forget(self, mac: str) -> None:
        """Drop a player, at once: one of that MAC may be made again while the old one hangs up."""
        session = self._session(mac)
        del self._sessions[mac]
        self._world.store.forget(mac)
        await session.close()

    def source(self, path: str, generation: int) -> PullSource:
        """Return where the audio of a stream is to be pulled; of a player that is forgotten, where the URL says."""
        session = self._sessions.get(queue_of(path))
        return session.source(path, generation) if session else PullSource(path, endless=path.startswith("/flow/"))

    def music(self, mac: str) -> Music | None:
        """Return the music skill's queue on a player, if there is such a player."""
        session = self._sessions.get(mac)
        return session.music if session else None

    def new_music(self, mac: str, name: str) -> Music:
        """Return the music skill's queue on a player, which is made if it is new."""
        return (self._sessions.get(mac) or self._new(mac, name)).music

    def sound(self, queue_id: str, number: int) -> str:
        """Return under what name the audio of a music skill's entry is kept, also of a queue that is no more."""
        known = (session.music.sound(queue_id, number) for session in self._sessions.values())
        return next(filter(None, known), None) or cache_key(queue_id, number)

    async def entry_source(self, queue_id: str, number: int, *, broken: str) -> PullSource:
        """Return where an entry of the music skill is to be pulled; never `broken`, a path whose body broke before."""
        for session in self._sessions.values():
            if session.music.holds(queue_id):
                return await session.music.source(queue_id, number, broken=broken)
        raise UnknownQueueError("no player holds this queue any more")

    def _session(self, mac: str) -> Session:
        try:
            return self._sessions[mac]
        except KeyError:
            raise UnknownPlayerError("no such player; a command or PUT /players/{mac} makes it") from None

    def _new(self, mac: str, name: str) -> Session:
        if len(self._sessions) >= PLAYERS_LIMIT:
            raise BadRequestError(f"{PLAYERS_LIMIT} players at most; DELETE those that are no more")
        # Begun at the time of day, so that numbers rise even when the store is lost.
        return self._add(Memory(mac, name, generation=int(self._clock.time())))

    def _risen(self, memory: Memory) -> Memory:
        """Return a player with a generation above all it may have used: the file can lack some, the clock be wrong."""
        return replace(memory, generation=max(memory.generation + LOST_AT_MOST, int(self._clock.time())))

    def _add(self, memory: Memory, queue: MusicQueue | None = None) -> Session:
        session = Session(memory, self._world, queue)
        session.start()
        self._sessions[memory.mac] = session
        return session

    async def _made_world(self) -> World:
        settings = self._settings
        settings.cache_dir.mkdir(parents=True, exist_ok=True)
        store = PlayerStore(settings.cache_dir / "players.sqlite3")
        self._exit.callback(store.close)
        # Without a limit: a pull for each Echo must not keep a command waiting.
        connector = aiohttp.TCPConnector(limit=0)
        self._http = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self._exit.push_async_callback(self._http.close)
        cache = AudioCache(settings.cache_dir / "streams", settings.cache_bytes, self._clock.time)
        streams = Streams(self._http, settings.stream_url, cache)
        self._exit.push_async_callback(streams.close)
        ma = MusicAssistantApi(self._http, settings.ma_url, settings.ma_token)
        return World(settings, ma, streams, store, self._clock)

    async def _listen(self, gallery: Gallery) -> None:
        settings = self._settings
        access = Access(settings.bridge_tokens, settings.signing_keys, self._clock.time)
        loop = asyncio.get_running_loop()
        self._door = FrontDoor(loop)
        app = web.Application(middlewares=[self._door.admit, errors_as_json], client_max_size=BODY_LIMIT)
        app.add_routes(routes(self, access))
        app.add_routes(music_routes(self, access))
        app.add_routes(ArtApi(access, gallery).routes())
        app.add_routes(AudioApi(access, self._world.streams, self).routes())
        runner = web.AppRunner(app, access_log=None, logger=server_log, shutdown_timeout=SHUTDOWN_S, **SERVER)
        await runner.setup()
        self._exit.push_async_callback(runner.cleanup)
        http = cast("web.Server", runner.server)  # made by setup
        self._lines = Lines(http, loop)
        server = await loop.create_server(self._lines, settings.host, settings.port)
        self._exit.callback(server.close)
        self.port = server.sockets[0].getsockname()[1]
        _log.info("home bridge %s listening on http://%s:%d", __version__, settings.host, self.port)

    async def _close_sessions(self) -> None:
        await asyncio.gather(*(session.close() for session in self._sessions.values()))
