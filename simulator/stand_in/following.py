"""How a queue follows what its player reports: index, position, state, and the end."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.stand_in.queue import Queue, QueueItem

if TYPE_CHECKING:
    from simulator.stand_in.home import Home
    from simulator.stand_in.players import Player

_EMPTIED_AFTER_S = 5
_NEAR_THE_END_S = 5


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a queue looked like when its player was last heard."""

    state: str = "idle"
    current_item: QueueItem | None = None
    elapsed_s: int = 0
    playing_s: int = 0


class Following:
    """Keeps every queue at what its player says."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._seen: dict[str, _Seen] = {}

    def player_changed(self, player: "Player") -> None:
        """Take over what a player reports; called on every change and each second while it plays."""
        queue = self._home.queues.get(player.player_id)
        if not queue or queue.queue_id in self._home.queues.transitioning:
            return
        queue.display_name = player.name
        queue.state = player.reported.state
        if queue.state in ("playing", "paused"):
            if player.reported.queue_item_id is None:
                return
            self._follow(queue, player)
        elif not queue.current_item and queue.current_index is not None:
            self._set_current(queue, queue.current_index)
        self._compare(queue)

    def _follow(self, queue: Queue, player: "Player") -> None:
        now = self._home.clock.time()
        elapsed = int(player.reported.elapsed_now(now))
        self._set_current(queue, queue.index_of(player.reported.queue_item_id or ""))
        seek_s = queue.current_item.seek_s if queue.current_item else None
        queue.elapsed_time = elapsed + (seek_s or 0)
        queue.elapsed_time_last_updated = now

    def _set_current(self, queue: Queue, index: int | None) -> None:
        queue.current_index = index
        queue.current_item = queue.item(index)
        queue.next_item = queue.following(index) if index is not None and queue.current_item else None

    def _compare(self, queue: Queue) -> None:
        """Store and signal what has changed since last time."""
        before = self._seen.get(queue.queue_id, _Seen())
        elapsed = int(queue.elapsed_now(self._home.clock.time()))
        playing_s = before.playing_s
        if queue.state == "playing":
            same = before.current_item is queue.current_item
            playing_s = max(elapsed, before.playing_s) if same else elapsed
        seen = _Seen(queue.state, queue.current_item, int(queue.elapsed_time), playing_s)
        self._seen[queue.queue_id] = seen
        if (seen.state, seen.current_item) != (before.state, before.current_item):
            self._home.queues.signal(queue)
        if seen.state == "idle" and before.state != "idle":
            self._ended(queue, before)

    def _ended(self, queue: Queue, before: _Seen) -> None:
        """Empty the queue in five seconds if its last item was played to its end."""
        if queue.next_item or not before.current_item:
            return
        length_s = before.current_item.media.duration_s or 24 * 3600
        if before.playing_s >= length_s - _NEAR_THE_END_S:
            self._home.timers.start(f"empty {queue.queue_id}", self._empty_later(queue))

    async def _empty_later(self, queue: Queue) -> None:
        for _ in range(_EMPTIED_AFTER_S):
            await asyncio.sleep(1)
            if queue.state != "idle" or queue.next_item:
                return
        self._home.queues.clear(queue)
