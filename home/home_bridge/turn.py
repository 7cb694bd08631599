"""One thing a player does: a command, an event, a question. What it wants of the world goes through `Home`.

The flows in this package are coroutines over these two, so that they run without sockets or an event loop: a test
gives them a `Home` that answers at once and a clock that stands still.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from home_bridge.errors import MusicAssistantError, StreamTimeoutError
from home_bridge.models import Item, Stream, Wanted
from home_bridge.packets import ToServer
from home_bridge.player import Player
from home_bridge.queue_view import LOOK_PAST, QueueView, index_after

STREAM_WITHIN_S = 3.0
"""MA sends `strm s` 20-90 ms after the call that causes it."""

PAGE = 500
"""Items asked for at once when the place of one is not known; 78 ms on a queue of 5,000."""

SETTLED_S = 1.2
"""So long MA's queue may lag behind the player."""

LOOK_S = 0.2
_NEAR = 3


class Home(Protocol):
    """The world as a flow sees it."""

    async def api(self, command: str, **args: Any) -> Any:
        """Call Music Assistant. Raises MusicAssistantError."""
        ...

    async def sample(self, path: str) -> None:
        """Pull the first kilobyte of a stream and drop it."""
        ...

    async def pull(self, stream: Stream) -> None:
        """Begin to pull a stream for the Echo, unless that has begun; wait until there is audio."""
        ...

    async def until(self, check: Callable[[], bool], within_s: float) -> bool:
        """Wait until `check` is true, looking again after every packet; return whether it became so in time."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let so much time pass, whatever comes meanwhile."""
        ...

    def send(self, packets: Sequence[ToServer]) -> None:
        """Tell Music Assistant's slimproto server."""
        ...

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` after the answer; a new command that replaces the queue ends it."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """Where an item stands in the queue."""

    index: int
    item: Item
    view: QueueView


@dataclass(frozen=True, slots=True)
class Turn:
    """A player and its world."""

    player: Player
    home: Home

    async def api(self, command: str, **args: Any) -> Any:
        """Call a command of MA about this player's queue."""
        return await self.home.api(command, queue_id=self.player.mac, **args)

    async def queue(self) -> QueueView:
        """Return MA's queue as it is now."""
        return QueueView.from_ma(await self.api("player_queues/get"), self.player.now())

    async def items(self, offset: int, limit: int) -> list[Item]:
        """Return a part of the queue."""
        raw = await self.api("player_queues/items", offset=offset, limit=limit)
        return [Item.from_ma(item) for item in raw or []]

    async def find(self, queue_item_id: str) -> Found | None:
        """Return where an item stands: near the current one most often, else page by page."""
        view = await self.queue()
        near = max(0, (view.current_index or 0) - _NEAR)
        for offset, limit in [(near, 2 * _NEAR + 1), *((start, PAGE) for start in range(0, view.items, PAGE))]:
            for index, item in enumerate(await self.items(offset, limit), offset):
                if item.queue_item_id == queue_item_id:
                    return Found(index, item, view)
        return None

    async def after(self, found: Found, *, skip: bool) -> Found | None:
        """Return the item that follows, passing over what MA knows to be unplayable."""
        index = found.index
        for _ in range(LOOK_PAST):
            following = index_after(index, found.view.items, found.view.repeat, skip=skip)
            if following is None:
                return None
            index = following
            items = await self.items(index, 1)
            if items and items[0].available:
                return Found(index, items[0], found.view)
        return None

    async def play_item(self, item: Item, position_ms: int | None = None) -> None:
        """Make MA play an item of its queue from `position_ms`, or from where MA itself would start it."""
        seconds, rest_ms = divmod(position_ms or 0, 1000)
        if position_ms is not None and not seconds and item.restarts_where_left:
            seconds, rest_ms = 1, 0  # 0 means "where it was left" to MA
        first_ms = item.start_ms if position_ms is None else seconds * 1000 + rest_ms
        await self.start(
            self.api("player_queues/play_index", index=item.queue_item_id, seek_position=seconds), first_ms
        )
        if self.player.current and self.player.current.queue_item_id == item.queue_item_id:
            self.player.describe(item)
        await self.describe()

    async def start(self, call: Awaitable[Any], position_ms: int = 0) -> None:
        """Await a call by which MA begins a new stream, and wait for that. Raises StreamTimeoutError."""
        player, before = self.player, self.player.generation
        with player.commanded(asked_ms=position_ms):
            await call
            arrived = await self.home.until(
                lambda: player.current is not None and player.current.generation > before, STREAM_WITHIN_S
            )
        if not arrived or player.current is None:
            raise StreamTimeoutError("Music Assistant took the command but sent no stream to the player")
        player.taking_over = player.current.generation

    async def describe(self) -> None:
        """Learn from the queue what the current stream is, if that is not known yet."""
        current = self.player.current
        if current is None or current.item is not None:
            return
        found = await self.find(current.queue_item_id)
        if found is None:
            return
        if current.generation == self.player.taking_over:
            self.player.describe(found.item, found.item.start_ms)
        else:
            self.player.describe(found.item, await self._start_on_screen(found.view))

    async def _start_on_screen(self, view: QueueView) -> int:
        """Return where MA's screen started the current stream: it is paused there, as MA's elapsed time soon says."""
        loaded = self.player.loaded
        while not view.elapsed_ms and loaded is not None and self.player.now() < loaded.since + SETTLED_S:
            await self.home.pause(LOOK_S)
            view = await self.queue()
        return view.elapsed_ms // 1000 * 1000

    async def reattach(self) -> None:
        """Make MA load what the Echo plays again, which it has forgotten. The Echo is told nothing: it plays on."""
        player = self.player
        if player.loaded is not None or not player.in_step or player.current is None:
            return
        live = player.current.item is not None and player.current.item.endless
        seconds = 0 if live else max(player.position_ms // 1000, 1)
        with player.commanded(reattaching=seconds * 1000):
            await self.api("player_queues/play_index", index=player.current.queue_item_id, seek_position=seconds)
            await self.home.until(lambda: player.loaded is not None, STREAM_WITHIN_S)
        await self.resync()  # nobody pulls this URL, and without a pull MA enqueues nothing

    async def resync(self) -> None:
        """Pull a little of the current stream, so that MA enqueues what now follows it."""
        if self.player.loaded is None:
            return
        try:
            await self._keep_unheard()
            await self.home.sample(self.player.loaded.path)
        except MusicAssistantError:
            return  # asking for the next stream will show what MA knows

    async def _keep_unheard(self) -> None:
        """Pull the current stream if the Echo has yet to: with "repeat one" a sample makes MA start it at 0."""
        player = self.player
        await self.describe()
        current = player.current
        if current is None or player.in_step or current.item is None or current.endless:
            return
        if player.loaded is not None and player.loaded.path == current.path:
            await self.home.pull(current)

    def may_play(self) -> None:
        """Note that a command of ours wants music, whatever MA's screen said before."""
        self.home.send(self.player.want_play() if self.player.wanted is not Wanted.PLAY else [])
