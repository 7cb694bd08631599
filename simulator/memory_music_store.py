"""The music skill's rows in memory: the same answers as on DynamoDB, in plain Python."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from music_assistant_alexa.adapters.dynamodb_music_store import CONTENT_KEPT_S, HEARD_EVERY_S, POOL_KEPT_S
from music_assistant_alexa.models import MediaItem
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue

__all__ = ["MemoryMusicStore"]


@dataclass(slots=True)
class _Heard:
    """What is known of a queue that has a seat."""

    entry_id: str = ""
    silent_since: int = 0


class MemoryMusicStore:
    """MusicStore for tests; every method is atomic, and counted as DynamoDB's calls would be."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.away: Exception | None = None
        """Raised by every call while it is set."""
        self.reads = 0
        self.writes = 0
        self._now = now
        self._contents: dict[str, tuple[MediaItem, float]] = {}
        self._entities: dict[str, tuple[MediaItem, float]] = {}
        self._seats: dict[str, MusicQueue] = {}
        self._heard: dict[str, _Heard] = {}
        self._before: dict[str, MusicQueue | None] = {}
        """Who sat there before the queue that was given a seat last; None: nobody."""
        self._seen = False
        """The seats were read before: to give one it is enough to write."""
        self._forgotten_at = 0.0
        self._lock = threading.Lock()

    def content(self, uri: str) -> MediaItem | None:
        """Return what a contentId meant, unless that was too long ago."""
        with self._lock:
            self._count(reads=1)
            item, expires_at = self._contents.get(uri, (None, 0.0))
            return item if expires_at > self._now() else None

    def remember(self, item: MediaItem) -> None:
        """Keep what a contentId means."""
        with self._lock:
            self._count(writes=1)
            self._contents[item.uri] = (item, int(self._now()) + CONTENT_KEPT_S)

    def entity(self, uri: str) -> MediaItem | None:
        """Return what a catalogue told that an entity is, unless that was too long ago."""
        with self._lock:
            self._count(reads=1)
            item, expires_at = self._entities.get(uri, (None, 0.0))
            return item if expires_at > self._now() else None

    def remember_entities(self, items: Sequence[MediaItem]) -> None:
        """Keep what entities are, as a catalogue's run does it."""
        with self._lock:
            self._count(writes=1)
            expires_at = int(self._now()) + CONTENT_KEPT_S
            self._entities.update((item.uri, (item, expires_at)) for item in items)

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue that has a seat."""
        with self._lock:
            self._read_seats()
            return self._live().get(queue_id)

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue the seat of the one it replaces, else an empty one, else a silent one, else the longest idle."""
        with self._lock:
            self._before.clear()
            seats = self._live()
            if not self._seen or queue_id in seats:
                self._read_seats()
            if queue_id not in seats:
                self._count(writes=1)
                later = max((queue.heard_at + 1 for queue in seats.values()), default=0)
                seat, self._before[queue_id] = self._freed(replacing)
                self._heard[queue_id] = _Heard()
                self._note(MusicQueue(queue_id, seat, content), max(int(self._now()), later))
            return seats[queue_id]

    def give_back(self, queue_id: str) -> None:
        """Seat who sat there before, unless another has the seat by now."""
        with self._lock:
            if queue_id not in self._before:
                return
            self._count(writes=1)
            before = self._before.pop(queue_id)
            if self._live().pop(queue_id, None) and before:
                self._note(before, before.heard_at)

    def touch(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that a queue is heard: once a minute, or when it was silent or at another entry."""
        now = int(self._now())
        with self._lock:
            heard = self._heard.get(queue.queue_id, _Heard())
            if self._plays(heard, entry_id) and queue.heard_at > now - HEARD_EVERY_S:
                return
            self._count(writes=1)
            if self._live().get(queue.queue_id) == queue:
                self._heard[queue.queue_id] = _Heard(entry_id or heard.entry_id)
                self._note(queue, now)

    def silence(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that a queue is no longer heard, if that entry was what is."""
        with self._lock:
            heard = self._heard.get(queue.queue_id, _Heard())
            if not self._plays(heard, entry_id):
                return
            self._count(writes=1)
            if self._live().get(queue.queue_id) == queue:
                heard.silent_since = int(self._now())
                self._note(queue, self._seats[queue.queue_id].heard_at)

    @staticmethod
    def _plays(heard: _Heard, entry_id: str) -> bool:
        return not heard.silent_since and (not (entry_id and heard.entry_id) or entry_id == heard.entry_id)

    def _read_seats(self) -> None:
        self._count(reads=1)
        self._seen = True

    def _freed(self, replacing: str) -> tuple[int, MusicQueue | None]:
        """Return an empty seat, after the one to be given was emptied; and who sat there."""
        if replacing not in self._seats and len(self._seats) == PLAYERS:
            replacing = min(self._seats, key=self._turn)
        before = self._seats.pop(replacing, None)
        return min(set(range(1, PLAYERS + 1)) - {queue.seat for queue in self._seats.values()}), before

    def _turn(self, queue_id: str) -> tuple[bool, int, int]:
        queue, silent_since = self._seats[queue_id], self._heard[queue_id].silent_since
        return not silent_since, silent_since or queue.heard_at, queue.seat

    def _note(self, queue: MusicQueue, heard_at: int) -> None:
        self._seats[queue.queue_id] = replace(queue, heard_at=heard_at)
        self._forgotten_at = int(self._now()) + POOL_KEPT_S

    def _live(self) -> dict[str, MusicQueue]:
        if self._forgotten_at <= self._now():
            self._seats.clear()
        return self._seats

    def _count(self, *, reads: int = 0, writes: int = 0) -> None:
        if self.away:
            raise self.away
        self.reads += reads
        self.writes += writes
