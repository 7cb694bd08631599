"""All queues: loading items, playing an index, and handing the next item to the player early."""

import asyncio
import random
from typing import TYPE_CHECKING

from simulator.stand_in.errors import MediaNotFound, RefusedError
from simulator.stand_in.music import Media
from simulator.stand_in.queue import Queue, QueueItem

if TYPE_CHECKING:
    from simulator.stand_in.home import Home
    from simulator.stand_in.players import Player

# As the server's session ids: 8 letters and digits that cannot be mistaken for each other.
_SESSION_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ENQUEUE_AFTER_S = 0.5
_PRELOAD_GIVES_UP_S = 120
_PLAYER_UPDATE_AFTER_S = 0.25
_ATTEMPTS = 5


class Queues:
    """The queues of the players that are connected, and what is remembered of the others."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._queues: dict[str, Queue] = {}
        self._remembered: dict[str, Queue] = {}
        self.transitioning: set[str] = set()
        """Queues whose player is not listened to until the next play_index has gone through."""

    def all(self) -> list[Queue]:
        """Return the queues of connected players."""
        return list(self._queues.values())

    def get(self, queue_id: str) -> Queue | None:
        """Return a queue, or None for an unknown or unconnected player."""
        return self._queues.get(queue_id)

    def need(self, queue_id: str) -> Queue:
        """Return a queue that must be there."""
        queue = self.get(queue_id)
        if not queue:
            raise RefusedError(f"Queue {queue_id} is not available")
        return queue

    def register(self, player: "Player") -> None:
        """Give a player that has just connected its queue, with the items it had before."""
        remembered = self._remembered.get(player.player_id)
        queue = remembered.remembered() if remembered else Queue(player.player_id, player.name)
        self._queues[player.player_id] = queue
        self._home.following.player_changed(player)

    def remove(self, queue_id: str) -> None:
        """Forget session, buffer, next item and position: the connection is lost."""
        self._queues.pop(queue_id, None)

    def signal(self, queue: Queue) -> None:
        """Store a queue that has changed, and let its player have a look."""
        if self._queues.get(queue.queue_id) is queue:
            self._remembered[queue.queue_id] = queue.remembered()
        self._home.timers.later(
            f"update player {queue.queue_id}",
            _PLAYER_UPDATE_AFTER_S,
            lambda: self._home.players.update(queue.queue_id),
        )

    def update_items(self, queue: Queue, items: list[QueueItem]) -> None:
        """Replace the items, and what the player has been told comes next."""
        queue.items = items
        self.signal(queue)
        self.enqueue_again(queue)

    def enqueue_again(self, queue: Queue) -> None:
        """Hand over the next item anew: only while playing, and while the current item is the one last loaded."""
        loaded = queue.index_in_buffer
        if (
            queue.state == "playing"
            and loaded is not None
            and loaded == queue.current_index
            and (next_item := queue.following(loaded))
        ):
            self._enqueue(queue, next_item)

    def load(
        self,
        queue: Queue,
        items: list[QueueItem],
        at: int = 0,
        *,
        keep_remaining: bool = True,
        keep_played: bool = True,
        shuffle: bool = False,
    ) -> None:
        """Put items in at an index."""
        before = queue.items[:at] if keep_played else []
        after = items + (queue.items[at:] if keep_remaining else [])
        for n, item in enumerate(after):
            item.sort_index += at + n
        if shuffle:
            after = self._home.random.sample(after, len(after))
        self.update_items(queue, before + after)

    def clear(self, queue: Queue, *, skip_stop: bool = False) -> None:
        """Empty a queue and stop its player."""
        if queue.state != "idle" and not skip_stop:
            self._home.timers.start(f"stop {queue.queue_id}", self.stop(queue.queue_id))
        queue.current_index = queue.current_item = queue.index_in_buffer = None
        queue.elapsed_time = 0
        queue.elapsed_time_last_updated = self._home.clock.time()
        self.update_items(queue, [])

    async def stop(self, queue_id: str) -> None:
        """Stop the player; the position is kept to resume at."""
        self._home.timers.cancel(f"play index {queue_id}")
        player = self._home.players.need(queue_id)
        queue = self.get(queue_id)
        if queue and queue.state == "playing":
            queue.resume_pos = int(queue.elapsed_now(self._home.clock.time()))
        await player.stop()
        if queue and self._home.strict_sessions:
            self._set_session(queue, None)

    async def play_index(self, queue_id: str, index: int | str, seek_s: int = 0) -> None:
        """Start a new session with the item at an index or of an id."""
        self._home.timers.cancel(f"play index {queue_id}")
        self.transitioning.add(queue_id)
        queue = self.need(queue_id)
        queue.resume_pos = 0
        at = queue.index_of(index) if isinstance(index, str) else index
        if at is None:
            raise RefusedError(f"Item {index} not found in queue")
        queue.index_in_buffer = at
        player = self._home.players.need(queue_id)
        session = new_session(self._home.random)
        self._set_session(queue, session)
        at, item = self._first_playable(queue, at, seek_s)
        queue.current_index, queue.current_item = at, item
        await player.play_media(item, session)
        queue.current_index, queue.current_item = at, item
        self.transitioning.discard(queue_id)
        self.signal(queue)

    def _set_session(self, queue: Queue, session: str | None) -> None:
        queue.session_id = session
        if self._home.strict_sessions:
            self._home.streams.cut(queue)

    def loaded_in_buffer(self, queue: Queue, item: QueueItem) -> None:
        """Take note that the first bytes of an item have been pulled, and prepare what comes after it."""
        queue.index_in_buffer = queue.index_of(item.queue_item_id)
        self.signal(queue)
        if item.media.duration_s:
            self._home.timers.start(f"preload {queue.queue_id}", self._preload_after(queue, item))

    async def _preload_after(self, queue: Queue, item: QueueItem) -> None:
        """Enqueue what follows an item once that item is the current one, or after two minutes all the same."""
        for _ in range(_PRELOAD_GIVES_UP_S):
            if not queue.current_item:
                return
            if queue.current_item.queue_item_id == item.queue_item_id:
                break
            await asyncio.sleep(1)
        index = queue.index_of(item.queue_item_id)
        next_index = None if index is None else queue.next_index(index)
        next_item = queue.item(next_index)
        if next_item:
            look_at(next_item)
            self._enqueue(queue, next_item)

    def _enqueue(self, queue: Queue, item: QueueItem) -> None:
        async def hand_over() -> None:
            player = self._home.players.get(queue.queue_id)
            if player and queue.session_id:
                await player.enqueue_next(item, queue.session_id)

        self._home.timers.later(f"enqueue {queue.queue_id}", _ENQUEUE_AFTER_S, hand_over)

    def _first_playable(self, queue: Queue, index: int, seek_s: int) -> tuple[int, QueueItem]:
        """Return the item at an index, or the first one after it that can be played."""
        for _ in range(_ATTEMPTS):
            item = queue.item(index)
            if item and item.available:
                look_at(item, seek_s)
                return index, item
            next_index = queue.next_index(index, may_repeat=False) if item else index
            if next_index is None:
                break
            index, seek_s = next_index, 0
        raise MediaNotFound("No playable item found to start playback")


def look_at(item: QueueItem, seek_s: int = 0) -> None:
    """Decide how an item is streamed: its next pull starts there. A track named by its file becomes the library's."""
    item.media = Media(item.media.kind, item.media.entry)
    item.seek_s = seek_s if item.media.duration_s else 0


def new_session(shuffler: random.Random) -> str:
    """Return the id that a session's stream URLs carry."""
    return "".join(shuffler.choices(_SESSION_LETTERS, k=8))
