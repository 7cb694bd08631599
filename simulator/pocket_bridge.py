"""The home bridge without sockets or an event loop: its real players and flows, on a clock that only tests move.

It does what `home_bridge.session` and `home_bridge.service` do, step by step: one thing at a time for each player,
4.5 s for each, what changed written down before it is told, and a lost connection made again.
"""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from home_bridge import commands, echo_events, failures, look_ahead, shapes
from home_bridge.arguments import Arguments
from home_bridge.connection import FIRST_PAUSE_S, LONGEST_PAUSE_S
from home_bridge.errors import (
    BridgeError,
    MusicAssistantError,
    QueueFinishedError,
    StreamTimeoutError,
    UnknownItemError,
    UnreachableError,
)
from home_bridge.http_api import event_of
from home_bridge.models import EventKind, Memory, Stream
from home_bridge.packets import FromServer, ToServer
from home_bridge.player import Player
from home_bridge.queue_view import QueueView
from home_bridge.session import ANSWER_WITHIN_S, CONNECT_WITHIN_S, KNOWN_WITHIN_S, LOOK_S, REATTACH_TRIES
from home_bridge.store import PlayerStore
from home_bridge.turn import Turn
from music_assistant_alexa import errors
from music_assistant_alexa.adapters import wire
from music_assistant_alexa.models import PlaybackEvent, PlayerId, PlayerState, QueueCommand, Upcoming
from simulator.pocket_home import PocketHome
from simulator.pocket_queue import PocketItem

STREAM_URL = "http://192.0.2.10:8097"


class OutOfTime(BaseException):
    """The time for one thing is over, wherever it waits; as asyncio's own cancelling, no flow catches it."""


class PocketSession:
    """The player of one Echo; it is also the `Home` that the bridge's flows ask."""

    def __init__(self, memory: Memory, home: PocketHome) -> None:
        self.player = Player(memory, home.clock.time)
        self.saved = memory
        """What is on disk."""
        self._home = home
        self._clock = home.clock
        self._turn = Turn(self.player, self)
        self._connected = False
        self._known = False
        self._ends_at: float | None = None
        self._pause_s = FIRST_PAUSE_S
        self._rest: Coroutine[Any, Any, None] | None = None
        self._pulled: dict[tuple[str, int], tuple[PocketItem, int]] = {}
        self._remember()
        self.connect()

    @property
    def available(self) -> bool:
        """Whether Music Assistant and this player are in touch."""
        return self._connected and self.player.greeted

    def connect(self) -> None:
        """Connect now; where nothing answers, try again later and later."""
        self._clock.cancel(f"{self.player.mac} reconnect")
        if self._connected:
            return
        self._connected = self._home.connect(self.player.mac, self._on_packet)
        if self._connected:
            self._pause_s = FIRST_PAUSE_S
        else:
            self._come_back()

    def lose_connection(self) -> None:
        """Lose the connection; it is made again soon."""
        if not self._connected:
            return
        self._home.drop(self.player.mac)
        self._connected = self._known = False
        self.player.disconnected()
        self._come_back()

    def end(self) -> None:
        """End, as when the program does: the connection is gone, and no timer is left."""
        self._home.drop(self.player.mac)
        self._clock.cancel(f"{self.player.mac} ")
        self._connected = False

    def command(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Do one command and return the player state after it."""

        async def work() -> dict[str, Any]:
            await self._ready()
            await commands.run(self._turn, name, args)
            return self._shown(await self._turn.queue())

        return self._exclusively(work())

    def next(self, generation: int) -> dict[str, Any]:
        """Return what follows a stream."""

        async def work() -> dict[str, Any]:
            if not self.available:
                self.connect()
                await self.until(lambda: self.available, CONNECT_WITHIN_S)
            stream = await look_ahead.next_stream(self._turn, generation)
            return {"wanted": self.player.wanted, "upcoming": shapes.upcoming(stream, STREAM_URL)}

        return self._exclusively(work())

    def report(self, body: dict[str, Any]) -> dict[str, Any]:
        """Take what the Echo did and return the player state after it."""
        event = event_of(Arguments(body))

        async def work() -> dict[str, Any]:
            if event.kind is EventKind.FAILED:
                await self._ready()
                await failures.replace_failed(self._turn, event)
            else:
                self.send(echo_events.report(self.player, event))
            try:
                queue = await self._turn.queue()
            except MusicAssistantError:
                queue = QueueView()
            return self._shown(queue)

        return self._exclusively(work())

    def pulled(self, path: str, generation: int) -> tuple[PocketItem, int]:
        """Return the item of a stream and the second its audio begins at; each generation is pulled once."""
        key = (path, generation)
        if key not in self._pulled:
            self._pulled[key] = self._home.pull(self.player.pull_path(path, generation))
        return self._pulled[key]

    # What the flows ask of the world (`Home`)

    async def api(self, command: str, **args: Any) -> Any:
        """Call Music Assistant."""
        return self._home.api(command, **args)

    async def sample(self, path: str) -> None:
        """Pull the first kilobyte of a stream."""
        self._home.pull(path, sample=True)

    async def pull(self, stream: Stream) -> None:
        """Begin to pull what the Echo will hear."""
        self.pulled(stream.path, stream.generation)

    async def until(self, check: Callable[[], bool], within_s: float) -> bool:
        """Let time pass until `check` is true."""
        moment = self._clock.time() + within_s
        if self._ends_at is not None and moment > self._ends_at:
            if not self._clock.run(check, self._ends_at):
                raise OutOfTime
            return True
        return self._clock.run(check, moment)

    async def pause(self, seconds: float) -> None:
        """Let so much time pass."""
        await self.until(lambda: False, seconds)

    def send(self, packets: Sequence[ToServer]) -> None:
        """Tell the slimproto server; what changed is on disk before."""
        self._remember()
        if self._connected:
            for packet in packets:
                self._clock.soon(lambda packet=packet: self._home.hear(self.player.mac, packet))  # type: ignore[misc]
        self._set_timer()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on after the answer."""
        self._rest = work

    def _exclusively(self, work: Coroutine[Any, Any, dict[str, Any]], *, again: bool = True) -> dict[str, Any]:
        """Do one thing to its end, within its time; `again`: load what was lost anew after it."""
        if self._ends_at is not None:
            work.close()
            raise AssertionError("two things at once: the session has a lock")
        self._clock.settle()
        self._ends_at = self._clock.time() + ANSWER_WITHIN_S
        try:
            return _finished(work)
        except OutOfTime:
            raise StreamTimeoutError("Music Assistant did not come to an end in time") from None
        finally:
            self._remember()
            self._set_timer()
            self._ends_at = None
            self._clock.settle()
            if again:
                self._reattach_if_lost()
                self._clock.settle()

    async def _ready(self) -> None:
        if not self.available:
            self.connect()
            if not await self.until(lambda: self.available, CONNECT_WITHIN_S):
                raise UnreachableError("nothing answers")
        waited = 0.0
        while not self._known and waited < KNOWN_WITHIN_S:
            found = await self.api("players/get", player_id=self.player.mac)
            self._known = bool(found and found.get("available"))
            if not self._known:
                await self.pause(LOOK_S)
                waited += LOOK_S

    def _on_packet(self, packet: FromServer) -> None:
        self.send(self.player.receive(packet))
        self._reattach_if_lost()

    def _on_time(self) -> None:
        self.send(self.player.tick())

    def _come_back(self) -> None:
        self._clock.later(f"{self.player.mac} reconnect", self._pause_s, self.connect)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _set_timer(self) -> None:
        name = f"{self.player.mac} deadline"
        self._clock.cancel(name)
        if (deadline := self.player.deadline) is not None:
            self._clock.later(name, deadline - self._clock.time(), self._on_time)

    def _remember(self) -> None:
        self.saved = self.player.memory

    def _reattach_if_lost(self) -> None:
        name = f"{self.player.mac} reattach"
        if self.player.lost and self.available and self._ends_at is None and name not in self._clock.waiting:
            self._clock.later(name, 0, lambda: self._reattach(REATTACH_TRIES))

    def _reattach(self, tries: int) -> None:
        async def work() -> dict[str, Any]:
            await self._ready()
            if self.player.lost:
                await self._turn.reattach()
            return {}

        if self._ends_at is not None:  # something else holds the player's lock
            self._clock.later(f"{self.player.mac} reattach", LOOK_S, lambda: self._reattach(tries))
            return
        try:
            self._exclusively(work(), again=False)
        except BridgeError:
            if tries > 1 and self.player.lost:
                self._clock.later(f"{self.player.mac} reattach", 1, lambda: self._reattach(tries - 1))

    def _shown(self, queue: QueueView) -> dict[str, Any]:
        return shapes.player_state(self.player, queue, STREAM_URL, available=self.available)


class PocketBridge:
    """All players, as the skill's `EchoPlayers` and as what serves audio."""

    def __init__(self, home: PocketHome) -> None:
        self.sessions: dict[str, PocketSession] = {}
        self.calls: list[PlayerId] = []
        """The player of each call so far, in order."""
        self._home = home

    def command(self, player: PlayerId, command: QueueCommand) -> PlayerState:
        """Do one command, making the player if it is new."""
        self.calls.append(player)
        if player not in self.sessions:
            self.sessions[player] = self._new(Memory(player, "Echo", int(self._home.clock.time())))
        with _told():
            return wire.player_state(self.sessions[player].command(command.name, dict(command.args)))

    def next_stream(self, player: PlayerId, generation: int) -> Upcoming:
        """Return what follows a stream."""
        self.calls.append(player)
        with _told():
            return wire.upcoming(self._session(player).next(generation))

    def report(self, player: PlayerId, event: PlaybackEvent) -> PlayerState:
        """Tell what the device did."""
        self.calls.append(player)
        with _told():
            return wire.player_state(self._session(player).report(wire.reported(event)))

    def pull(self, path: str, generation: int) -> tuple[PocketItem, int]:
        """Return what is heard of a signed stream. Raises MusicAssistantError."""
        return self.sessions[path.split("/")[3]].pulled(path, generation)

    def restart(self) -> None:
        """End the program and start it again with what is on disk."""
        store = PlayerStore(Path(":memory:"))
        for session in self.sessions.values():
            store.save(session.saved)
            session.end()
        self.sessions = {memory.mac: self._new(memory) for memory in store.load()}
        store.close()
        self._home.clock.settle()

    def _new(self, memory: Memory) -> PocketSession:
        return PocketSession(memory, self._home)

    def _session(self, player: PlayerId) -> PocketSession:
        try:
            return self.sessions[player]
        except KeyError:
            raise AssertionError(f"{player} was never commanded") from None


class _told:  # noqa: N801  # used as a function
    """Turn the bridge's errors into what the skill's HTTP adapter makes of them."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        match error:
            case QueueFinishedError():
                raise errors.QueueFinishedError("nothing follows") from error
            case UnknownItemError():
                raise errors.NothingPlayingError("the queue no longer holds the item") from error
            case UnreachableError() | StreamTimeoutError():
                raise errors.HomeUnreachableError(str(error), errors.HomePart.MUSIC_ASSISTANT) from error
            case BridgeError():
                raise errors.HomeCommandError(
                    str(error), errors.HomePart.MUSIC_ASSISTANT, error.status, error.code
                ) from error


def _finished(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run a flow to its end: nothing in it really waits."""
    try:
        work.send(None)
    except StopIteration as finished:
        answer: dict[str, Any] = finished.value
        return answer
    raise AssertionError("a flow waits for something outside")
