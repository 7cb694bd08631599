"""A queue of Music Assistant with nothing around it: items, where it is in them, and what comes after what."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from simulator.demo_library import Track
from simulator.stand_in import music
from simulator.stand_in.music import Media

LOOKS_PAST = 5


@dataclass(slots=True, eq=False)
class PocketItem:
    """One entry of a queue; `seek_s` is where its next pull starts."""

    queue_item_id: str
    media: Media
    sort_index: int = 0
    seek_s: int = 0
    available: bool = True

    @property
    def duration_s(self) -> int:
        """Return the length in seconds; 0 for what has no end."""
        return self.media.duration_s

    def as_json(self) -> dict[str, Any]:
        """Return what a client reads of an item."""
        return {
            "queue_item_id": self.queue_item_id,
            "name": self.media.name,
            "duration": self.duration_s,
            "available": self.available,
            "media_item": media_json(self.media),
        }


@lru_cache(maxsize=256)
def media_json(media: Media) -> dict[str, Any]:
    """Return what a client reads of an artist, a record, a track ..."""
    artist = music.artist_name(media)
    album = media.entry.album.title if isinstance(media.entry, Track) else ""
    return {
        "uri": media.uri,
        "name": media.name,
        "media_type": media.kind,
        "item_id": media.item_id,
        "provider": media.provider,
        "artists": [{"name": artist}] if artist else [],
        "album": {"name": album},
    }


@dataclass(slots=True)
class PocketQueue:
    """The state of a queue."""

    items: list[PocketItem] = field(default_factory=list)
    shuffle: bool = False
    repeat: str = "off"
    index: int | None = None
    in_buffer: int | None = None
    current: PocketItem | None = None
    upcoming: PocketItem | None = None
    state: str = "idle"
    elapsed_s: float = 0
    since: float = 0
    resume_s: int = 0
    session: str | None = None

    def forgotten(self) -> "PocketQueue":
        """Return the queue after a lost connection: items, modes and index stay, what plays is forgotten."""
        return PocketQueue(list(self.items), self.shuffle, self.repeat, self.index)

    def index_of(self, queue_item_id: str) -> int | None:
        """Return where an item stands."""
        return next((n for n, item in enumerate(self.items) if item.queue_item_id == queue_item_id), None)

    def item(self, which: int | str | None) -> PocketItem | None:
        """Return the item at an index or of an id."""
        at = self.index_of(which) if isinstance(which, str) else which
        return self.items[at] if at is not None and at < len(self.items) else None

    def next_index(self, index: int, *, skip: bool = False, may_repeat: bool = True) -> int | None:
        """Return what comes after an index in the order of the queue and its repeat mode."""
        if not self.items:
            return None
        if self.repeat == "one" and not skip:
            return index if may_repeat else None
        if index >= len(self.items) - 1:
            return 0 if may_repeat and self.repeat == "all" else None
        return index + 1

    def following(self, index: int, *, skip: bool = False) -> PocketItem | None:
        """Return the first available item after an index."""
        at: int | None = index
        for _ in range(LOOKS_PAST):
            at = self.next_index(at, skip=skip) if at is not None else None
            item = self.item(at)
            if item and item.available:
                return item
        return None

    def show(self, index: int | None) -> None:
        """Make an item the current one."""
        self.index, self.current = index, self.item(index)
        self.upcoming = self.following(index) if index is not None and self.current else None

    def elapsed_now(self, now: float) -> float:
        """Return the position in seconds, counted on while playing."""
        return self.elapsed_s + (now - self.since if self.state == "playing" else 0)

    def as_json(self) -> dict[str, Any]:
        """Return the queue as the API tells it."""
        return {
            "state": self.state,
            "current_index": self.index,
            "items": len(self.items),
            "shuffle_enabled": self.shuffle,
            "repeat_mode": self.repeat,
            "current_item": self.current.as_json() if self.current else None,
            "next_item": self.upcoming.as_json() if self.upcoming else None,
            "elapsed_time": self.elapsed_s,
            "elapsed_time_last_updated": self.since,
            "dont_stop_the_music_enabled": False,
        }
