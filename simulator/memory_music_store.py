"""The music skill's rows in memory: the same answers as on DynamoDB, in plain Python."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from music_assistant_alexa.adapters.dynamodb_music_store import CONTENT_KEPT_S, HEARD_EVERY_S, POOL_KEPT_S
from music_assistant_alexa.models import MediaItem
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue

__all__ = ["MemoryMusicStore"]


class MemoryMusicStore:
    """MusicStore for tests; every method is atomic, and counted as DynamoDB's calls would be."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.away: Exception | None = None
        """Raised by every call while it is set."""
        self.reads = 0
        self.writes = 0
        self._now = now
        self._contents: dict[str, tuple[MediaItem, float]] = {}
        self._seats: dict[str, MusicQueue] = {}
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

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue that has a seat."""
        with self._lock:
            self._read_seats()
            return self._live().get(queue_id)

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue the seat of the one it replaces, else an empty one, else the longest idle."""
        with self._lock:
            seats = self._live()
            if not self._seen or queue_id in seats:
                self._read_seats()
            if queue_id not in seats:
                self._count(writes=1)
                later = max((queue.heard_at + 1 for queue in seats.values()), default=0)
                self._note(MusicQueue(queue_id, self._freed(replacing), content), max(int(self._now()), later))
            return seats[queue_id]

    def touch(self, queue: MusicQueue) -> None:
        """Note that a queue is heard, once a minute."""
        now = int(self._now())
        if queue.heard_at > now - HEARD_EVERY_S:
            return
        with self._lock:
            self._count(writes=1)
            seated = self._live().get(queue.queue_id)
            if seated == queue and seated.heard_at <= now - HEARD_EVERY_S:
                self._note(queue, now)

    def _read_seats(self) -> None:
        self._count(reads=1)
        self._seen = True

    def _freed(self, replacing: str) -> int:
        """Return an empty seat, after the one to be given was emptied."""
        if replacing not in self._seats and len(self._seats) == PLAYERS:
            replacing = min(self._seats, key=lambda queue_id: self._seats[queue_id].heard_at)
        self._seats.pop(replacing, None)
        return min(set(range(1, PLAYERS + 1)) - {queue.seat for queue in self._seats.values()})

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
