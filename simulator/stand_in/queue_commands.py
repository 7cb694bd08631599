"""The API's commands for queues."""

import asyncio
from typing import TYPE_CHECKING, Any

from simulator.stand_in import music
from simulator.stand_in.errors import MediaNotFound, QueueEmpty, RefusedError
from simulator.stand_in.music import Media
from simulator.stand_in.queue import Queue, QueueItem
from simulator.stand_in.shapes import Json

if TYPE_CHECKING:
    from simulator.stand_in.home import Home

_DEBOUNCE_S = 1
_PAUSED_TOO_LONG_S = 30
_UNTIL_PAUSED_S = 5
_RESTARTS_AFTER_S = 5
_REPEAT_MODES = ("off", "one", "all")


class QueueCommands:
    """Every method without an underscore is `player_queues/{its name}`."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._queues = home.queues

    def all(self) -> list[Json]:
        """List the queues of connected players."""
        return [queue.as_json() for queue in self._queues.all()]

    def get(self, queue_id: str) -> Json | None:
        """Tell one queue; nothing if it is unknown."""
        queue = self._queues.get(queue_id)
        return queue.as_json() if queue else None

    def get_active_queue(self, player_id: str) -> Json | None:
        """Tell the queue that a player plays; always its own here."""
        return self.get(player_id)

    def items(self, queue_id: str, limit: int = 500, offset: int = 0) -> list[Json]:
        """List the items of a queue in the order they will be played."""
        queue = self._queues.get(queue_id)
        return [item.as_json() for item in queue.items[offset : offset + limit]] if queue else []

    async def play_media(
        self,
        queue_id: str,
        media: Any,
        option: str | None = None,
        radio_mode: bool = False,
        start_item: str | None = None,
    ) -> None:
        """Load media into a queue; an unknown option looks them up and loads nothing."""
        queue = self._queues.need(queue_id)
        if option == "replace":
            self._queues.clear(queue)
        if option not in ("add", "next"):
            queue.played_media.clear()
        found = self._found(media if isinstance(media, list) else [media])
        if option is None:
            option = "play" if found and found[0].kind == "track" else "replace"
            if option == "replace":
                self._queues.clear(queue, skip_stop=True)
        # Looking media up takes the server long enough for the stop of what was cleared.
        await self._home.timers.finished(f"stop {queue_id}")
        queue.played_media.extend(entry for entry in found if entry.kind != "radio")
        if radio_mode:
            raise RefusedError("No provider offers similar tracks")
        shuffler = self._home.random
        shelf = self._home.shelf
        media_found = [entry for top in found for entry in music.to_queue(top, start_item, shuffler)]
        playable = [entry for entry in media_found if shelf.is_available(entry)]
        items = [QueueItem(queue_id, entry, favorite=shelf.is_favorite(entry)) for entry in playable]
        if not items:
            raise MediaNotFound("No playable items found")
        await self._load(queue, items, option)

    async def _load(self, queue: Queue, items: list[QueueItem], option: str) -> None:
        index = queue.current_index or 0
        if queue.state in ("playing", "paused") and queue.index_in_buffer is not None:
            index = queue.index_in_buffer
        after = index + 1
        shuffle = queue.shuffle_enabled and len(items) > 1
        if option == "replace":
            self._queues.load(queue, items, keep_remaining=False, keep_played=False, shuffle=shuffle)
            await self._queues.play_index(queue.queue_id, 0)
        elif option in ("next", "replace_next"):
            self._queues.load(queue, items, after, keep_remaining=option == "next", shuffle=shuffle)
        elif option == "play":
            self._queues.load(queue, items, after, shuffle=shuffle)
            await self._queues.play_index(queue.queue_id, min(after, len(queue.items) - 1))
        elif option == "add":
            at = after if queue.shuffle_enabled else len(queue.items) + 1
            self._queues.load(queue, items, at, shuffle=queue.shuffle_enabled)
            if queue.current_index is None:
                queue.current_index, queue.current_item = 0, queue.item(0)
                self._queues.signal(queue)

    def _found(self, media: list[Any]) -> list[Media]:
        """Return what can be found; what cannot is left out."""
        found = []
        for entry in media:
            uri = entry.get("uri", "") if isinstance(entry, dict) else str(entry)
            try:
                found.append(music.find(uri))
            except MediaNotFound:
                continue
        return found

    def move_item(self, queue_id: str, queue_item_id: str, pos_shift: int = 1) -> None:
        """Move an item down (or up, if negative); 0 makes it the next one."""
        queue = self._queues.need(queue_id)
        at = queue.index_of(queue_item_id)
        if at is None:
            raise RefusedError(f"Item {queue_item_id} not found in queue")
        if queue.index_in_buffer is not None and at <= queue.index_in_buffer:
            raise RefusedError(f"{at} is already played/buffered")
        current = queue.current_index or 0
        to = at + pos_shift if pos_shift else current + (queue.state == "playing")
        if current <= to <= len(queue.items):
            items = list(queue.items)
            items.insert(to, items.pop(at))
            self._queues.update_items(queue, items)

    def delete_item(self, queue_id: str, item_id_or_index: int | str) -> None:
        """Take an item out; one that has been pulled already stays, without an error."""
        queue = self._queues.need(queue_id)
        which = item_id_or_index
        at = queue.index_of(which) if isinstance(which, str) else which
        if at is None:
            raise RefusedError(f"Item {item_id_or_index} not found in queue")
        if queue.index_in_buffer is not None and at <= queue.index_in_buffer:
            return
        items = list(queue.items)
        items.pop(at)
        self._queues.update_items(queue, items)

    def clear(self, queue_id: str, skip_stop: bool = False) -> None:
        """Empty a queue."""
        self._queues.clear(self._queues.need(queue_id), skip_stop=skip_stop)

    def shuffle(self, queue_id: str, shuffle_enabled: bool) -> None:
        """Mix what follows, or put it back in order."""
        queue = self._queues.need(queue_id)
        if queue.shuffle_enabled == shuffle_enabled:
            return
        queue.shuffle_enabled = shuffle_enabled
        index = queue.current_index if queue.index_in_buffer is None else queue.index_in_buffer
        after = 0 if index is None else index + 1
        rest = [] if index is None else queue.items[after:]
        if not shuffle_enabled:
            rest.sort(key=lambda item: item.sort_index)
        self._queues.load(queue, rest, after, keep_remaining=False, shuffle=shuffle_enabled)

    def repeat(self, queue_id: str, repeat_mode: str) -> None:
        """Set the repeat mode; a word that is none is swallowed."""
        queue = self._queues.need(queue_id)
        queue.repeat_mode = repeat_mode if repeat_mode in _REPEAT_MODES else "unknown"
        self._queues.signal(queue)
        self._queues.enqueue_again(queue)

    def dont_stop_the_music(self, queue_id: str, dont_stop_the_music_enabled: bool) -> None:
        """Refuse to go on with similar tracks: files offer none."""
        if dont_stop_the_music_enabled:
            raise RefusedError("Don't stop the music is not supported by any of the music providers")
        self._queues.signal(self._queues.need(queue_id))

    async def play_index(self, queue_id: str, index: int | str, seek_position: int = 0) -> None:
        """Play the item at an index or of an id, from that second."""
        await self._queues.play_index(queue_id, index, seek_position)

    async def seek(self, queue_id: str, position: int = 10) -> None:
        """Play the current item from that second."""
        queue = self._queues.need(queue_id)
        if not queue.current_item or queue.current_index is None:
            raise RefusedError(f"Queue {queue_id} has no item(s) loaded")
        length_s = queue.current_item.media.duration_s
        if not length_s or position > length_s:
            raise RefusedError("Can not seek outside of duration range")
        await self._queues.play_index(queue_id, queue.current_index, max(0, position))

    async def skip(self, queue_id: str, seconds: int = 10) -> None:
        """Seek by so many seconds."""
        await self.seek(queue_id, int(self._queues.need(queue_id).elapsed_time + seconds))

    def next(self, queue_id: str) -> None:
        """Show the next item at once and play it a second later."""
        queue = self._queues.need(queue_id)
        self._queues.transitioning.add(queue_id)
        if queue.current_index is not None:
            self._show_then_play(queue, queue.next_index(queue.current_index, is_skip=True))

    def previous(self, queue_id: str) -> None:
        """Show the item before at once, or the same after five seconds of it, and play it a second later."""
        queue = self._queues.need(queue_id)
        self._queues.transitioning.add(queue_id)
        if queue.current_index is not None:
            is_back = queue.elapsed_time < _RESTARTS_AFTER_S
            self._show_then_play(queue, max(0, queue.current_index - is_back))

    def _show_then_play(self, queue: Queue, index: int | None) -> None:
        if index is None:
            return
        queue.current_index, queue.current_item = index, queue.item(index)
        queue.elapsed_time = 0
        queue.elapsed_time_last_updated = self._home.clock.time()
        self._queues.signal(queue)
        self._home.timers.later(
            f"play index {queue.queue_id}",
            _DEBOUNCE_S,
            lambda: self._queues.play_index(queue.queue_id, index),
        )

    async def play(self, queue_id: str) -> None:
        """Go on after a pause, or resume."""
        player = self._home.players.need(queue_id)
        if self._queues.need(queue_id).state == "paused":
            await player.client.play()
        else:
            await self.resume(queue_id)

    async def pause(self, queue_id: str) -> None:
        """Pause; the player is stopped if that lasts half a minute."""
        self._home.timers.cancel(f"play index {queue_id}")
        queue = self._queues.get(queue_id)
        if not queue:
            return
        if queue.state == "playing":
            queue.resume_pos = int(queue.elapsed_now(self._home.clock.time()))
        await self._home.players.need(queue_id).client.pause()
        self._home.timers.start(f"watch pause {queue_id}", self._stop_long_pause(queue_id))

    async def _stop_long_pause(self, queue_id: str) -> None:
        for _ in range(_UNTIL_PAUSED_S):
            if self._state(queue_id) != "playing":
                break
            await asyncio.sleep(1)
        for _ in range(_PAUSED_TOO_LONG_S):
            if self._state(queue_id) != "paused":
                return
            await asyncio.sleep(1)
        if self._state(queue_id) == "paused":
            await self._queues.stop(queue_id)

    def _state(self, player_id: str) -> str | None:
        player = self._home.players.get(player_id)
        return player.reported.state if player else None

    async def play_pause(self, queue_id: str) -> None:
        """Pause what plays, play what does not."""
        queue = self._queues.get(queue_id)
        await (self.pause if queue and queue.state == "playing" else self.play)(queue_id)

    async def stop(self, queue_id: str) -> None:
        """Stop and keep the position."""
        await self._queues.stop(queue_id)

    async def resume(self, queue_id: str) -> None:
        """Play the current item from where it was, in a new session."""
        queue = self._queues.need(queue_id)
        is_playing = queue.state == "playing"
        kept = queue.resume_pos or queue.elapsed_time
        position = queue.elapsed_now(self._home.clock.time()) if is_playing else kept
        item = queue.current_item
        if not item and queue.items:
            item, position = queue.item(queue.current_index or 0), 0
        if not item:
            raise QueueEmpty(f"Resume requested but queue {queue_id} is empty")
        seek_s = int(position) if item.media.duration_s else 0
        await self._queues.play_index(queue_id, item.queue_item_id, seek_s)

    async def transfer(self, source_queue_id: str, target_queue_id: str, auto_play: bool | None = None) -> None:
        """Move a queue to another player, where it goes on."""
        source, target = self._queues.need(source_queue_id), self._queues.need(target_queue_id)
        auto_play = source.state == "playing" if auto_play is None else auto_play
        target.repeat_mode, target.shuffle_enabled = source.repeat_mode, source.shuffle_enabled
        target.resume_pos, target.current_index = int(source.elapsed_time), source.current_index
        target.current_item = source.current_item
        items = source.items
        self._queues.clear(source)
        for item in items:
            item.queue_id = target_queue_id
        self._queues.update_items(target, items)
        if auto_play:
            await self.resume(target_queue_id)
