"""One player of the pocket home and the queue it plays: sessions, what is handed over early, and how an index moves."""

from collections.abc import Callable, Iterator

from home_bridge.errors import MusicAssistantError
from home_bridge.packets import FromServer, NameQuery
from simulator.pocket_clock import PocketClock
from simulator.pocket_queue import PocketItem, PocketQueue
from simulator.pocket_slimproto import HEARTBEAT_S, Media, PocketClient, State

ENQUEUE_AFTER_S = 0.5
PRELOAD_GIVES_UP_S = 120
LOOK_AGAIN_S = 0.25
REPEAT_ONE_AFTER_S = 0.2
DEBOUNCE_S = 1.0
EMPTIED_AFTER_S = 5
NEAR_THE_END_S = 5
PAUSED_TOO_LONG_S = 30
RESTARTS_AFTER_S = 5
ATTEMPTS = 5


class PocketPlayer:
    """A connected player, its queue, and everything about it that happens later."""

    def __init__(
        self,
        mac: str,
        queue: PocketQueue,
        clock: PocketClock,
        send: Callable[[FromServer], None],
        numbers: Iterator[int],
        *,
        old: bool,
    ) -> None:
        self.queue = queue
        self._numbers = numbers
        self._mac = mac
        self._clock = clock
        self._send_now = send
        self._connected = True
        self._elapsed = (0.0, clock.time())
        self._state = "idle"
        self._reported: tuple[str, float, float, str | None] = ("idle", 0.0, clock.time(), None)
        self._seen: tuple[str, PocketItem | None, int] = ("idle", None, 0)
        self.client = PocketClient(clock, self._send, self._heard, old=old)

    def greet(self) -> None:
        """Ask who it is, and show the queue it had."""
        self._send(NameQuery())
        self._beat()
        self._changed()

    def gone(self) -> None:
        """Forget everything that was to happen."""
        self._connected = False
        self._clock.cancel(self._mac + " ma")

    def loaded(self, item: PocketItem) -> None:
        """Take note that the first bytes of an item were pulled, and prepare what comes after it."""
        self.queue.in_buffer = self.queue.index_of(item.queue_item_id)
        self.signal()
        if item.duration_s:
            self._preload_after(item)

    def play_index(self, which: int | str, seek_s: int = 0) -> None:
        """Start a new session with an item, or with the first one after it that can be played."""
        self._cancel("play index")
        queue = self.queue
        queue.resume_s = 0
        at = queue.index_of(which) if isinstance(which, str) else which
        if at is None:
            raise MusicAssistantError(f"Item {which} not found in queue")
        queue.in_buffer = at
        queue.session = f"session{next(self._numbers)}"
        at, item = self._first_playable(at, seek_s)
        queue.index, queue.current = at, item
        self._play_url(item, enqueue=False)
        self.signal()

    def enqueue_again(self) -> None:
        """Hand the next item over anew: only while playing, and while the current item is the one last loaded."""
        queue = self.queue
        if queue.state == "playing" and queue.in_buffer is not None and queue.in_buffer == queue.index:
            following = queue.following(queue.in_buffer)
            if following is not None:
                self._enqueue(following)

    def update_items(self, items: list[PocketItem]) -> None:
        """Replace the items, and what the player has been told comes next."""
        self.queue.items = items
        self.signal()
        self.enqueue_again()

    def signal(self) -> None:
        """Have another look at the player soon."""
        self._later("look", LOOK_AGAIN_S, self._update)

    def clear(self) -> None:
        """Empty the queue and stop the player."""
        queue, was_idle = self.queue, self.queue.state == "idle"
        queue.index = queue.current = queue.in_buffer = None
        queue.elapsed_s, queue.since = 0, self._clock.time()
        self.update_items([])
        if not was_idle:
            self.stop()

    def stop(self) -> None:
        """Stop the player; the position is kept to resume at."""
        self._cancel("play index")
        if self.queue.state == "playing":
            self.queue.resume_s = int(self.queue.elapsed_now(self._clock.time()))
        self.client.stop()
        self._update()

    def pause(self) -> None:
        """Pause; stop if that lasts half a minute."""
        self._cancel("play index")
        if self.queue.state == "playing":
            self.queue.resume_s = int(self.queue.elapsed_now(self._clock.time()))
        self.client.pause()
        self._watch_pause(PAUSED_TOO_LONG_S)

    def play(self) -> None:
        """Go on after a pause, or resume in a new session."""
        if self.queue.state == "paused":
            self.client.play()
            return
        queue = self.queue
        playing = queue.state == "playing"
        position = queue.elapsed_now(self._clock.time()) if playing else queue.resume_s or queue.elapsed_s
        item = queue.current
        if item is None and queue.items:
            item, position = queue.item(queue.index or 0), 0
        if item is None:
            raise MusicAssistantError("the queue is empty")
        self.play_index(item.queue_item_id, int(position) if item.duration_s else 0)

    def skip(self, by: int) -> None:
        """Show the next item (or the one before, or the same again) at once and play it a second later."""
        queue = self.queue
        if queue.index is None:
            return
        back = by < 0 and queue.elapsed_s < RESTARTS_AFTER_S
        index = queue.next_index(queue.index, skip=True) if by > 0 else max(0, queue.index - back)
        if index is not None:
            queue.index, queue.current = index, queue.item(index)
            queue.elapsed_s, queue.since = 0, self._clock.time()
            # Until then the player is not listened to.
            self._later("play index", DEBOUNCE_S, lambda: self._play_later(index))

    def _play_later(self, index: int) -> None:
        if index < len(self.queue.items):
            self.play_index(index)

    def _send(self, packet: FromServer) -> None:
        self._clock.soon(lambda: self._send_now(packet) if self._connected else None)

    def _later(self, name: str, delay_s: float, action: Callable[[], object]) -> None:
        self._clock.later(f"{self._mac} ma {name}", delay_s, action)

    def _cancel(self, name: str) -> None:
        self._clock.cancel(f"{self._mac} ma {name}")

    def _beat(self) -> None:
        self.client.beat()
        self._later("beat", HEARTBEAT_S, self._beat)

    def _first_playable(self, index: int, seek_s: int) -> tuple[int, PocketItem]:
        for _ in range(ATTEMPTS):
            item = self.queue.item(index)
            if item and item.available:
                item.seek_s = seek_s if item.duration_s else 0
                return index, item
            following = self.queue.next_index(index, may_repeat=False) if item else index
            if following is None:
                break
            index, seek_s = following, 0
        raise MusicAssistantError("No playable item found to start playback")

    def _preload_after(self, item: PocketItem, looks: int = PRELOAD_GIVES_UP_S) -> None:
        """Enqueue what follows an item once that item is the current one, or after two minutes all the same."""
        current = self.queue.current
        if current is None:
            return
        if current is not item and looks:
            self._later("preload", 1, lambda: self._preload_after(item, looks - 1))
            return
        self._cancel("preload")
        index = self.queue.index_of(item.queue_item_id)
        following = self.queue.item(None if index is None else self.queue.next_index(index))
        if following is not None:
            following.seek_s = 0
            self._enqueue(following)

    def _enqueue(self, item: PocketItem) -> None:
        self._later("enqueue", ENQUEUE_AFTER_S, lambda: self._play_url(item, enqueue=True))

    def _play_url(self, item: PocketItem, *, enqueue: bool) -> None:
        path = f"/single/{self.queue.session}/{self._mac}/{item.queue_item_id}/{self._mac}.flac"
        media = Media(path, item.queue_item_id)
        self.client.play_url(media, enqueue=enqueue, flush=not enqueue, autostart=enqueue)
        if self.queue.repeat == "one":
            again = lambda: self.client.play_url(media, enqueue=True, flush=False, autostart=True)  # noqa: E731
            self._later("repeat one", REPEAT_ONE_AFTER_S, again)

    # How the queue follows the player

    def _heard(self, heartbeat: bool) -> None:  # the library's callback
        if heartbeat:
            if self._state == "playing":
                self._elapsed = (self.client.elapsed_ms / 1000, self._clock.time())
            return
        before, self._state = self._state, self.client.state.word
        if before != "playing" and self._state == "playing":
            self._elapsed = (self._elapsed[0], self._clock.time())
        self._update()

    def _update(self) -> None:
        media = self.client.current
        self._reported = (self._state, *self._elapsed, media.queue_item_id if media else None)
        self._changed()

    def _changed(self) -> None:
        """Take over what the player reports: on every change, and each second while it plays."""
        queue = self.queue
        if self._state == "playing":
            self._later("poll", 1, self._changed)
        if f"{self._mac} ma play index" in self._clock.waiting:
            return
        queue.state, elapsed_s, since, queue_item_id = self._reported
        if queue.state in {"playing", "paused"}:
            if queue_item_id is None:
                return
            self._follow(queue_item_id, elapsed_s, since)
        elif not queue.current and queue.index is not None:
            queue.show(queue.index)
        self._compare()

    def _follow(self, queue_item_id: str, elapsed_s: float, since: float) -> None:
        queue, now = self.queue, self._clock.time()
        elapsed = int(elapsed_s + (now - since if queue.state == "playing" else 0))
        queue.show(queue.index_of(queue_item_id))
        queue.elapsed_s = elapsed + (queue.current.seek_s if queue.current else 0)
        queue.since = now

    def _compare(self) -> None:
        queue = self.queue
        state, item, heard_s = self._seen
        elapsed = int(queue.elapsed_now(self._clock.time()))
        if queue.state == "playing":
            heard_s = max(elapsed, heard_s) if item is queue.current else elapsed
        self._seen = (queue.state, queue.current, heard_s)
        if (state, item) != (queue.state, queue.current):
            self.signal()
        ended = queue.state == "idle" and state != "idle" and not queue.upcoming
        if ended and item and heard_s >= (item.duration_s or 24 * 3600) - NEAR_THE_END_S:
            self._empty_soon(EMPTIED_AFTER_S)

    def _empty_soon(self, looks: int) -> None:
        self._later("empty", 1, lambda: self._empty_if_still(looks - 1))

    def _empty_if_still(self, looks: int) -> None:
        if self.queue.state != "idle" or self.queue.upcoming:
            return
        if looks:
            self._empty_soon(looks)
        else:
            self.clear()

    def _watch_pause(self, looks: int) -> None:
        self._later("watch pause", 1, lambda: self._stop_long_pause(looks - 1))

    def _stop_long_pause(self, looks: int) -> None:
        if self.client.state is not State.PAUSED:
            return
        if looks:
            self._watch_pause(looks)
        else:
            self.stop()
