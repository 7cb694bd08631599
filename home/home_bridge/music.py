"""The music skill's queue on one player: begun before Music Assistant has loaded it, and asked about one at a time.

The answer to a new queue waits for two questions that MA answers in 20 ms; the loading goes on behind it, under the
player's lock, so that whatever asks about the queue next waits for that.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, replace
from typing import Any, Protocol

from home_bridge import commands, music_audio, music_flows
from home_bridge.cache import cache_key
from home_bridge.content import Plan, planned, resolve
from home_bridge.errors import (
    BridgeError,
    MusicAssistantError,
    StreamTimeoutError,
    UnknownItemError,
    UnknownQueueError,
    UnreachableError,
)
from home_bridge.models import Event
from home_bridge.music_queue import Entry, MusicQueue, QueueOrder
from home_bridge.player import Player
from home_bridge.streams import PullSource
from home_bridge.turn import Turn

_log = logging.getLogger(__name__)

LOADED_WITHIN_S = 5.0
"""How long a stream, or a question about the queue, waits for its first item to be loaded."""

LOAD_S = 20.0
"""How long all of the loading may take."""


class QueuePlayer(Protocol):
    """The session of the player that the queue is on."""

    player: Player

    @property
    def turn(self) -> Turn:
        """The player and its world."""
        ...

    def exclusively(self, within_s: float = ...) -> AbstractAsyncContextManager[None]:
        """Hold the player's lock; what changed is written down before it is let go."""
        ...

    async def ready(self) -> None:
        """Wait until MA has the player. Raises MusicAssistantError."""
        ...

    def reattach_if_lost(self) -> None:
        """Let MA, if it has forgotten what the Echo plays, load that again."""
        ...

    def remember(self) -> None:
        """Write down what has changed."""
        ...

    def drop_rest(self) -> None:
        """End what still goes on with a queue that is being replaced."""
        ...

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something behind the answer."""
        ...


class Music:
    """The queue of one player, if it has one."""

    def __init__(self, session: QueuePlayer, queue: MusicQueue | None = None) -> None:
        self._session = session
        self.queue = queue
        self._to_load: MusicQueue | None = None
        """The one that was begun last; one that only goes on with it needs no loading."""

        self._orders = self._begun_order = 0
        """How many were taken, and which of them the player holds."""

        self._begun = asyncio.Event()
        """The first item is loaded, or cannot be."""

        self._begun.set()
        if queue is not None and not queue.refused and not queue.begun:
            queue.refuse("the bridge was restarted while Music Assistant loaded it")

    async def start(self, order: QueueOrder) -> Entry:
        """Begin a queue in the place of the one before, and return its first entry. The same order: the same entry.

        Raises UnknownQueueError where one that was ordered later has begun before its content was found.
        """
        if known := self._begun_before(order):
            return known
        self._orders = place = self._orders + 1
        start = await self._running(order) or await self._planned(order)
        if known := self._begun_before(order):  # the same order came twice at once
            return known
        if place < self._begun_order:
            raise UnknownQueueError("a queue that was ordered later holds the player")
        self._begun_order = place
        return self._begin(order, start) if isinstance(start, Plan) else self._go_on(order, start)

    async def following(self, queue_id: str, number: int, *, skip: bool) -> Entry | None:
        """Return what follows an entry; `skip`: play it, since someone asked."""
        queue = await self._loaded(queue_id)
        async with self._session.exclusively():
            entry = self._held(queue_id).entry(number)
            if not skip:
                with contextlib.suppress(MusicAssistantError):  # what was answered before is known without MA
                    await self._session.ready()
                return await music_flows.following(self._session.turn, queue, entry)
            if known := queue.answered("skip", entry, self._playing):
                return known
            await self._session.ready()
            found = await music_flows.skip(self._session.turn, queue, entry)
            return found and queue.note_asked("skip", entry, found)

    async def move(self, queue_id: str, where: str, number: int) -> Entry:
        """Play what stands before an entry (`previous`), or the entry itself (`jump`)."""
        queue = await self._loaded(queue_id)
        async with self._session.exclusively():
            entry = self._held(queue_id).entry(number)
            if known := queue.answered(where, entry, self._playing):
                return known
            await self._session.ready()
            flow = music_flows.previous if where == "previous" else music_flows.jump
            return queue.note_asked(where, entry, await flow(self._session.turn, queue, entry))

    async def view(self, queue_id: str, number: int) -> dict[str, Any]:
        """Return an entry and what follows it, with the modes; what is known of that where MA cannot be asked."""
        queue = await self._loaded(queue_id)
        try:
            async with self._session.exclusively():
                entry = self._held(queue_id).entry(number)
                entries, seen = await music_flows.view(self._session.turn, queue, entry)
                queue.note_modes(queue.modes.seen(seen))
        except (UnreachableError, StreamTimeoutError):
            entries = [self._held(queue_id).entry(number)]
        return {"entries": [each.to_json() for each in entries], **asdict(queue.modes)}

    async def switch(self, queue_id: str, name: str, *, on: bool) -> None:
        """Turn `shuffle`, `loop` or `repeat_one` on or off; the others stay as they are."""
        queue = await self._loaded(queue_id)
        async with self._session.exclusively():
            self._held(queue_id)
            await self._session.ready()
            turn = self._session.turn
            modes = replace(queue.modes.seen(await turn.queue()), **{name: on})
            if name == "shuffle":
                await commands.run(turn, "shuffle", {"on": on})
            else:
                await commands.run(turn, "repeat", {"mode": modes.repeat})
            queue.note_modes(modes)

    async def like(self, queue_id: str, number: int) -> Entry:
        """Make an entry's item a favourite of MA's."""
        queue = self._held(queue_id)
        entry = queue.entry(number)
        await self._session.turn.home.api("music/favorites/add_item", item=entry.item.uri)
        queue.like(entry.item.uri)
        self._session.remember()
        return queue.entry(number)

    async def tell(self, queue_id: str, number: int, event: Event) -> None:
        """Take what a speaker did with an entry; `event` has its generation filled in."""
        queue = await self._loaded(queue_id)
        async with self._session.exclusively():
            entry = self._held(queue_id).entry(number)
            if entry.generation is None:
                raise UnknownItemError("this entry was shown but never played")
            music_flows.tell(self._session.turn, queue, entry, replace(event, generation=entry.generation))
        self._session.reattach_if_lost()

    async def source(self, queue_id: str, number: int, *, broken: str = "") -> PullSource:
        """Return where an entry's audio is to be pulled; what broke under the path `broken` from a new session."""
        queue = await self._loaded(queue_id)
        turn = self._session.turn
        if not music_audio.is_loaded(turn, queue.entry(number), broken):
            async with self._session.exclusively():
                await self._session.ready()
                await music_audio.load_again(turn, queue.entry(number), broken)
        return music_audio.source(turn, queue.entry(number))

    def holds(self, queue_id: str) -> bool:
        """Tell whether this is the player's queue."""
        return self.queue is not None and self.queue.queue_id == queue_id

    def sound(self, queue_id: str, number: int) -> str | None:
        """Return under what name an entry's audio is kept; None for an entry nobody knows any more."""
        if self.queue is None:
            return None
        entry = self.queue.entries.get(number) if self.holds(queue_id) else None
        return entry.sound if entry else self.queue.lent.get(cache_key(queue_id, number))

    def sound_of(self, generation: int) -> str | None:
        """Return under what name the audio of a stream is kept, if it is an entry's."""
        entry = self.queue.of_generation(generation) if self.queue else None
        return entry.sound if entry else None

    @property
    def _playing(self) -> int | None:
        current = self._session.player.current
        return current.generation if current else None

    def _held(self, queue_id: str) -> MusicQueue:
        if self.queue is None or self.queue.queue_id != queue_id:
            raise UnknownQueueError("the player holds another queue by now, or none")
        return self.queue

    async def _loaded(self, queue_id: str) -> MusicQueue:
        """Return a queue whose first item is loaded. Raises UnknownQueueError, and MusicAssistantError if it is not."""
        queue = self._held(queue_id)
        try:
            async with asyncio.timeout(LOADED_WITHIN_S):
                await self._begun.wait()
        except TimeoutError as error:
            raise StreamTimeoutError("Music Assistant has not loaded the queue yet") from error
        if queue.refused:
            raise MusicAssistantError(f"Music Assistant could not load the queue: {queue.refused}")
        return queue

    async def _load(self, queue: MusicQueue, begun: asyncio.Event, plan: Plan) -> None:
        """Load a queue, unless a newer one has come; each step of it is done or not."""
        try:
            async with self._session.exclusively(LOAD_S):
                await self._load_unless_replaced(queue, begun, plan)
        except BridgeError as error:
            _log.warning("a queue of the music skill was not loaded, or not to its end: %s", error)
            if not begun.is_set():
                queue.refuse(str(error))
        finally:
            begun.set()
            self._session.remember()

    async def _load_unless_replaced(self, queue: MusicQueue, begun: asyncio.Event, plan: Plan) -> None:
        if queue is self._to_load:
            await self._session.ready()
        if queue is self._to_load:
            self._session.drop_rest()
            await music_flows.begin(self._session.turn, queue, plan)
            begun.set()
        if queue is self._to_load:
            await music_flows.fill(self._session.turn, plan)

    def _begun_before(self, order: QueueOrder) -> Entry | None:
        """Return the first entry of a queue that came before; one that could not be loaded is tried once more."""
        if self.queue is None or self.queue.queue_id != order.queue_id or self.queue.refused:
            return None
        return self.queue.entries.get(1)

    def _made(self, order: QueueOrder) -> MusicQueue:
        """Make a queue without entries; the URLs of those before it on this player stay good."""
        lent = self.queue.lent if self.queue else {}
        return MusicQueue(order.queue_id, order.content.uri, order.explicit_allowed, order.modes, lent=lent)

    async def _planned(self, order: QueueOrder) -> Plan:
        """Return how a queue that begins anew is loaded. Raises BridgeError."""
        api, allowed = self._session.turn.home.api, order.explicit_allowed
        listing = await resolve(api, order.content, explicit_allowed=allowed)
        return planned(listing, shuffle=order.modes.shuffle, repeat=order.modes.repeat)

    def _begin(self, order: QueueOrder, plan: Plan) -> Entry:
        """Take the player for a queue, and return its first entry; it is loaded behind the answer."""
        queue = self._made(order)
        entry = queue.add(plan.first, first=True)
        self.queue = self._to_load = queue
        self._begun = asyncio.Event()
        self._session.remember()
        self._session.background(self._load(queue, self._begun, plan))
        return entry

    async def _running(self, order: QueueOrder) -> Entry | None:
        """Return what a queue goes on with: the entry that is heard, at its place, or what follows its end.

        None where it begins anew: the player holds another queue, nothing plays or follows, or it may not be heard.
        """
        before, turn = self.queue, self._session.turn
        if order.goes_on is None or before is None or before.refused:
            return None
        if (before.queue_id, before.content) != (order.goes_on[0], order.content.uri):
            return None
        named = before.entries.get(order.goes_on[1])
        entry = music_flows.heard(turn, before, named)
        if entry is None and named is not None and named.generation is not None:
            async with self._session.exclusively():
                await self._session.ready()
                entry = await music_flows.caught_up(turn, before, named)
        if entry is None or self.queue is not before or (entry.item.explicit and not order.explicit_allowed):
            return None
        return entry

    def _go_on(self, order: QueueOrder, running: Entry) -> Entry:
        """Take the player for a queue that goes on with an entry of the one before, and return its first entry."""
        liked = self.queue.liked if self.queue else ()
        self.queue = replace(self._made(order), liked=liked)
        first = self.queue.follow_on(running, running.offset_ms)
        self._session.remember()
        self._session.background(self._set_modes(order))
        return first

    async def _set_modes(self, order: QueueOrder) -> None:
        """Give what goes on the modes that were asked for; whoever asks what follows waits for that."""
        async with self._session.exclusively(LOAD_S):
            if not self.holds(order.queue_id):
                return
            await self._session.ready()
            seen = await self._session.turn.queue()
            if seen.repeat != order.modes.repeat:
                await commands.run(self._session.turn, "repeat", {"mode": order.modes.repeat})
            if seen.shuffle != order.modes.shuffle:
                await commands.run(self._session.turn, "shuffle", {"on": order.modes.shuffle})
