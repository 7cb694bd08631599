"""The player side: aioslimproto's own server on loopback, and each client as a player of the server."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aioslimproto.client
from aioslimproto.models import EventType
from aioslimproto.server import SlimServer

from simulator.stand_in.errors import RefusedError
from simulator.stand_in.music import artist_name
from simulator.stand_in.queue import QueueItem
from simulator.stand_in.shapes import Json

if TYPE_CHECKING:
    from simulator.stand_in.home import Home

_STATES = {
    "BUFFERING": "playing",
    "BUFFER_READY": "playing",
    "PAUSED": "paused",
    "PLAYING": "playing",
    "STOPPED": "idle",
}
_DEFAULT_VOLUME = 20
_POLL_S = 1
_REPEAT_ONE_AFTER_S = 0.2
_QUEUE_AFTER_S = 0.02
"""The server reads both player and queue from its database: 20 ms, and 160 ms on a machine that is busy."""


class LoopbackSlimServer(SlimServer):  # type: ignore[misc]  # the library is not seen by mypy
    """The library's server without what it opens beside: all interfaces, fixed ports, discovery, command lines."""

    def __init__(self) -> None:
        super().__init__(cli_port=None, cli_port_json=None, ip_address="127.0.0.1", name="Music Assistant")

    async def start(self) -> None:
        """Listen on 127.0.0.1; on the port of last time, or a free one."""
        port = getattr(self, "port", 0)
        self._server = await asyncio.start_server(self._create_client, "127.0.0.1", port)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on everyone."""
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close every connection; the players see the end of the stream."""
        for client in self.players:
            client.disconnect()
            client.callback(client, EventType.PLAYER_DISCONNECTED)


@dataclass(frozen=True, slots=True)
class Reported:
    """What the server believes of a player since its last change; a heartbeat alone does not move it."""

    state: str = "idle"
    elapsed_s: float = 0
    at: float = 0
    queue_item_id: str | None = None

    def elapsed_now(self, now: float) -> float:
        """Return the position in the stream in seconds, counted on while playing."""
        return self.elapsed_s + (now - self.at if self.state == "playing" else 0)


class Player:
    """One connected player."""

    def __init__(self, home: "Home", client: Any) -> None:
        self._home = home
        self.client = client
        self.player_id: str = client.player_id
        self.reported = Reported()
        self.answered = 0
        self._state = "idle"
        self._elapsed: tuple[float, float] = (0, home.clock.time())

    @property
    def name(self) -> str:
        """Return the name that the player gave itself."""
        return str(self.client.name)

    @property
    def last_heartbeat(self) -> int:
        """Return the number of the last heartbeat that was sent."""
        return int(self.client._last_heartbeat)  # noqa: SLF001  # told nowhere else

    async def set_up(self) -> None:
        """Greet a player that has just connected as the server does."""
        self._take_attributes()
        await self.client.power(powered=False)
        await self.client.stop()
        await self.client.volume_set(_DEFAULT_VOLUME)
        self.update()
        await self.client.configure_display(disabled=True)

    def heard(self, event: Any) -> None:
        """Take in an event of the library."""
        if event.type == EventType.PLAYER_BUFFER_READY:
            self._home.timers.start(f"unpause {self.player_id}", self.client.unpause_at(self.client.jiffies))
        elif event.type == EventType.PLAYER_HEARTBEAT:
            self.answered = self.last_heartbeat
            if self._state == "playing":
                self._elapsed = (self.client.elapsed_seconds, self._home.clock.time())
        else:
            self._take_attributes()
            self.update()

    def update(self) -> None:
        """Make what was heard the reported state, and let the queue follow."""
        media = self.client.current_media
        item_id = media.metadata.get("queue_item_id") if media and media.metadata else None
        self.reported = Reported(self._state, *self._elapsed, item_id)
        self._home.following.player_changed(self)

    async def play_media(self, item: QueueItem, session: str) -> None:
        """Have the player stream an item, paused until its buffer is full."""
        if not self.client.powered:
            await self.client.power(powered=True)
        await self._play_url(item, session, enqueue=False)

    async def enqueue_next(self, item: QueueItem, session: str) -> None:
        """Tell the player side what comes next; the player hears of it when it has decoded the current one."""
        await self._play_url(item, session, enqueue=True)

    async def stop(self) -> None:
        """Stop."""
        await self.client.stop()
        self.update()

    def _take_attributes(self) -> None:
        before, self._state = self._state, _STATES[self.client.state.name]
        if before != "playing" and self._state == "playing":
            self._elapsed = (self._elapsed[0], self._home.clock.time())

    async def _play_url(self, item: QueueItem, session: str, *, enqueue: bool) -> None:
        queue = self._home.queues.need(self.player_id)
        path = f"/single/{session}/{queue.queue_id}/{item.queue_item_id}/{self.player_id}.flac"
        arguments: dict[str, Any] = {
            "url": self._home.streams.url + path,
            "mime_type": "audio/flac",
            "metadata": _metadata(item),
        }
        await self.client.play_url(**arguments, enqueue=enqueue, send_flush=not enqueue, autostart=enqueue)
        if queue.repeat_mode == "one":
            self._home.timers.later(
                f"repeat one {self.player_id}",
                _REPEAT_ONE_AFTER_S,
                lambda: self.client.play_url(**arguments, enqueue=True, send_flush=False, autostart=True),
            )


class Players:
    """Every player that is connected."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._players: dict[str, Player] = {}
        self.server = LoopbackSlimServer()
        # The library reads the wall clock as `time.time()`; give it the one that tests move.
        aioslimproto.client.time = home.clock
        self.server.subscribe(self._heard)

    async def start(self) -> None:
        """Listen for players and look at each of them every second."""
        await self.server.start()
        self._home.timers.start("poll players", self._poll())

    async def stop(self) -> None:
        """Hang up and listen no more."""
        self._home.timers.cancel_all("poll players")
        await self.server.stop()
        await asyncio.sleep(0)

    def all(self) -> list[Player]:
        """Return the connected players."""
        return list(self._players.values())

    def get(self, player_id: str) -> Player | None:
        """Return a player, or None if it is not connected."""
        return self._players.get(player_id)

    def need(self, player_id: str) -> Player:
        """Return a player that must be there."""
        player = self.get(player_id)
        if not player:
            raise RefusedError(f"Player {player_id} is not available")
        return player

    def update(self, player_id: str) -> None:
        """Let the queue of a player have another look at it."""
        if player := self.get(player_id):
            player.update()

    def owes_answers(self) -> bool:
        """Tell whether a player has not answered the last heartbeat that it was sent."""
        return any(player.client.connected and player.answered < player.last_heartbeat for player in self.all())

    def _heard(self, event: Any) -> None:
        if event.type == EventType.PLAYER_CONNECTED:
            self._connected(event.player_id)
        elif event.type == EventType.PLAYER_DISCONNECTED:
            self._players.pop(event.player_id, None)
            self._home.queues.remove(event.player_id)
        elif player := self.get(event.player_id):
            player.heard(event)

    def _connected(self, player_id: str) -> None:
        client = self.server.get_player(player_id)
        if not client:
            return
        player = Player(self._home, client)

        async def greet() -> None:
            await player.set_up()
            if client.connected:
                self._players[player_id] = player
                await asyncio.sleep(_QUEUE_AFTER_S)
            if self.get(player_id) is player:
                self._home.queues.register(player)

        self._home.timers.start(f"greet {player_id}", greet())

    async def _poll(self) -> None:
        while True:
            for player in self.all():
                if player.reported.state == "playing":
                    self._home.following.player_changed(player)
            await asyncio.sleep(_POLL_S)


def _metadata(item: QueueItem) -> Json:
    return {
        "item_id": item.media.uri,
        "title": item.media.name,
        "artist": artist_name(item.media),
        "duration": item.media.duration_s,
        "source_id": item.queue_id,
        "queue_item_id": item.queue_item_id,
    }
