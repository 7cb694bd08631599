"""One Echo's player in the world: its socket, its lock, its timers and its memory. It decides nothing.

Everything a player does is serialised by one lock. Packets and timers are taken at once, by the sans-IO player.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from home_bridge import commands, echo_events, failures, look_ahead, shapes
from home_bridge.connection import Connection
from home_bridge.errors import BridgeError, MusicAssistantError, StreamTimeoutError, UnreachableError
from home_bridge.models import Event, EventKind, Memory, Stream, stream_path
from home_bridge.music import Music
from home_bridge.music_queue import MusicQueue
from home_bridge.packets import FromServer, Name, Strm, ToServer
from home_bridge.player import Player
from home_bridge.prefetch import Prefetch
from home_bridge.queue_view import QueueView
from home_bridge.store import Written
from home_bridge.streams import Expected, Pull, PullSource
from home_bridge.turn import Turn
from home_bridge.world import World
from music_assistant_alexa.stream_urls import VALID_S

_log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 4.5
"""Less than the skill waits: it is to hear what went wrong. Alexa waits 8 s."""

CONNECT_WITHIN_S = 2.5
KNOWN_WITHIN_S = 1.5
"""MA has a player 60 ms after its HELO."""

LOOK_S = 0.05
LONGEST_LOOK_S = 0.4
"""Pauses between looks grow: many new players at once would keep MA from making them."""

REATTACH_TRIES = 5


class Session:
    """The player of one Echo. It is its own `Home`."""

    def __init__(self, memory: Memory, world: World, queue: MusicQueue | None = None) -> None:
        self.player = Player(memory, world.clock.time, world.settings.codec)
        self._world = world
        self.turn = Turn(self.player, self)
        self.music = Music(self, queue)
        self._written = Written(world.store)
        self._lock = asyncio.Lock()
        self._news = asyncio.Event()
        self._known = False
        """MA has registered the player since the connection was made."""

        self._remarked = False
        self._timer: asyncio.TimerHandle | None = None
        self._prefetch = Prefetch(self.player, self._pull_ahead)
        self._reattaching: asyncio.Task[None] | None = None
        self._rest: set[asyncio.Task[None]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False
        """Nothing is written down any more, whatever still goes on: the player may be forgotten."""

        address = (world.settings.slimproto_host, world.settings.slimproto_port)
        self._connection = Connection(*address, memory.mac, self._on_packet, self._on_lost)

    @property
    def available(self) -> bool:
        """Whether MA and this player are in touch."""
        return self._connection.up and self.player.greeted

    def start(self) -> None:
        """Remember the player and connect it."""
        self.remember()
        self._connection.start()

    async def close(self) -> None:
        """Disconnect, and write nothing down from now on."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._prefetch.cancel()
        for task in (self._reattaching, *self._rest, *self._background):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._connection.close()

    async def command(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Do one command and return the player state after it."""
        async with self.exclusively():
            await self.ready()
            await commands.run(self.turn, name, args)
            return self._shown(await self.turn.queue())

    async def next(self, generation: int) -> dict[str, Any]:
        """Return what follows a stream."""
        async with self.exclusively():
            with contextlib.suppress(MusicAssistantError):  # what was answered before is known without MA
                await self.ready()
            stream = await look_ahead.next_stream(self.turn, generation)
            return {"wanted": self.player.wanted, "upcoming": shapes.upcoming(stream, self._world.settings.stream_url)}

    async def report(self, event: Event) -> dict[str, Any]:
        """Take what the Echo did and return the player state after it."""
        async with self.exclusively():
            if event.kind is EventKind.FAILED:
                await self.ready()  # a lost connection is why it failed, perhaps; nothing can be played before
                await failures.replace_failed(self.turn, event)
            else:
                self.send(echo_events.report(self.player, event))
            state = self._shown(await self._queue())
        self.reattach_if_lost()
        return state

    async def state(self) -> dict[str, Any]:
        """Return the player state."""
        async with self.exclusively():
            if self.available:
                with contextlib.suppress(MusicAssistantError):
                    await self.turn.describe()
            return self._shown(await self._queue())

    def source(self, path: str, generation: int) -> PullSource:
        """Return where the audio of a stream is to be pulled, and what is known of it."""
        stream = self.player.stream_of(generation)
        if stream is None:
            return PullSource(path, endless=path.startswith("/flow/"))
        item = stream.item
        expected = Expected(item.uri, stream.position_ms, item.duration_ms) if item and item.duration_ms else None
        return PullSource(self.player.pull_path(path, generation), stream.endless, expected)

    async def rename(self, name: str) -> None:
        """Give the room another name; MA takes an unasked SETD at once."""
        self.player.name = name
        self.send([Name(name)])

    async def known_to_ma(self) -> bool:
        """Wait a little for MA to have this player; return whether it has."""
        with contextlib.suppress(BridgeError):
            async with self.exclusively():
                await self.ready()
        return self._known

    # What the flows ask of the world (`Home`):

    async def api(self, command: str, **args: Any) -> Any:
        """Call Music Assistant; one that empties the queue also ends the adding to it. Raises MusicAssistantError."""
        if command == "player_queues/clear" or args.get("option") == "replace":
            self.drop_rest()
        return await self._world.ma.call(command, args)

    async def sample(self, path: str) -> None:
        """Pull the first kilobyte of a stream and drop it. Raises MusicAssistantError."""
        await self._world.streams.sample(path)

    async def pull(self, stream: Stream) -> None:
        """Begin to pull what the Echo will hear, and wait until its audio comes. Raises MusicAssistantError."""
        await self._world.streams.begun(self._pull_ahead(stream))

    async def until(self, check: Callable[[], bool], within_s: float) -> bool:
        """Wait until `check` is true, looking again after every packet; return whether it became so in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not check():
                    self._news.clear()
                    await self._news.wait()
        return check()

    async def pause(self, seconds: float) -> None:
        """Let so much time pass, whatever comes meanwhile."""
        await asyncio.sleep(seconds)

    def send(self, packets: Sequence[ToServer]) -> None:
        """Tell the slimproto server, after writing down what changed."""
        self.remember()
        self._connection.send(packets)
        self._set_timer()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on in the background."""
        _go_on(work, self._rest)

    # What the queue of the music skill asks of it (`QueuePlayer`):

    def drop_rest(self) -> None:
        """Stop adding to a queue that is being replaced."""
        for task in self._rest:
            task.cancel()

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something behind the answer, to its end."""
        _go_on(work, self._background)

    @contextlib.asynccontextmanager
    async def exclusively(self, within_s: float = ANSWER_WITHIN_S) -> AsyncIterator[None]:
        """Hold the player's lock, then write down what changed. Raises StreamTimeoutError after `within_s`."""
        try:
            async with asyncio.timeout(within_s), self._lock:
                try:
                    yield
                finally:
                    self.remember()
                    self._set_timer()
        except TimeoutError as error:
            raise StreamTimeoutError("Music Assistant did not come to an end in time") from error

    async def ready(self) -> None:
        """Wait until MA has the player. Raises UnreachableError where nothing answers, MusicAssistantError."""
        settings = self._world.settings
        if not self.available:
            self._connection.hurry()
            if not await self.until(lambda: self.available, CONNECT_WITHIN_S):
                raise UnreachableError(
                    f"nothing answers on port {settings.slimproto_port} of {settings.slimproto_host};"
                    " is Music Assistant running, with its Squeezelite provider?"
                )
        waited, pause_s = 0.0, LOOK_S
        while not self._known and waited < KNOWN_WITHIN_S:
            self._known = await self._registered()
            if not self._known:
                await asyncio.sleep(pause_s)
                waited, pause_s = waited + pause_s, min(2 * pause_s, LONGEST_LOOK_S)

    async def _registered(self) -> bool:
        """Ask whether MA has the player, and its queue, which comes up to 0.2 s later: nothing plays without (ran)."""
        found = await self.api("players/get", player_id=self.player.mac)
        available = bool(found and found.get("available"))
        return available and await self.api("player_queues/get", queue_id=self.player.mac) is not None

    def _on_packet(self, packet: FromServer) -> None:
        if isinstance(packet, Strm) and packet.command == "s":
            self._remark(packet)
        self.send(self.player.receive(packet))
        self._news.set()
        self.reattach_if_lost()

    def _remark(self, packet: Strm) -> None:
        """Write to the log what an Echo cannot play, and why."""
        if stream_path(packet.path) is None:
            _log.warning("Music Assistant wants ..%s in a group of players: an Echo cannot be", self.player.mac[-5:])
        elif packet.port != urlsplit(self._world.settings.stream_url).port and not self._remarked:
            self._remarked = True
            _log.warning("Music Assistant streams on port %d: set MUSIC_ASSISTANT_STREAM_URL", packet.port)

    def _on_lost(self) -> None:
        self._known = False
        self.player.disconnected()
        self._news.set()

    def _pull_ahead(self, stream: Stream) -> Pull:
        source = self.source(stream.path, stream.generation)
        if (sound := self.music.sound_of(stream.generation)) is not None:
            return self._world.streams.pull_as(sound, source, until=self.player.now() + VALID_S)
        return self._world.streams.pull(stream.path, stream.generation, source)

    def _set_timer(self) -> None:
        if self._closed:
            return
        self._prefetch.plan()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (deadline := self.player.deadline) is not None:
            wait_s = max(0.0, deadline - self._world.clock.time())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._on_time)

    def _on_time(self) -> None:
        self.send(self.player.tick())
        self._news.set()

    def remember(self) -> None:
        """Write down what has changed."""
        if not self._closed:
            self._written.renew(self.player.memory, self.music.queue)

    def reattach_if_lost(self) -> None:
        """Let MA, if it has forgotten what the Echo plays, load that again."""
        running = self._reattaching is not None and not self._reattaching.done()
        if self.player.lost and self.available and not running and not self._lock.locked():
            self._reattaching = asyncio.get_running_loop().create_task(_quietly(self._reattach()))

    async def _reattach(self) -> None:
        for _ in range(REATTACH_TRIES):
            with contextlib.suppress(MusicAssistantError):
                async with self.exclusively():
                    await self.ready()
                    if self.player.lost:
                        await self.turn.reattach()
            if not self.player.lost:
                return
            await asyncio.sleep(1)

    async def _queue(self) -> QueueView:
        try:
            return await self.turn.queue()
        except MusicAssistantError:
            return QueueView()

    def _shown(self, queue: QueueView) -> dict[str, Any]:
        return shapes.player_state(self.player, queue, self._world.settings.stream_url, available=self.available)


def _go_on(work: Coroutine[Any, Any, None], kept: set[asyncio.Task[None]]) -> None:
    """Do work behind an answer; its task is kept for as long as it runs."""
    task = asyncio.get_running_loop().create_task(_quietly(work))
    kept.add(task)
    task.add_done_callback(kept.discard)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    """Do work nobody waits for."""
    try:
        await work
    except BridgeError as error:
        _log.warning("left undone: %s", error)
