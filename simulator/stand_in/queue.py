"""One player's queue: its items, where it is in them, and the shape the API gives it."""

import uuid
from dataclasses import dataclass, field, replace

from simulator.demo_library import Track
from simulator.stand_in.music import FILES, Media, artist_name, path
from simulator.stand_in.shapes import Json, audio_format, image, media_json


@dataclass(slots=True, eq=False)
class QueueItem:
    """One entry of a queue.

    `seek_s` is where its next pull starts; None until the server has looked at how to stream it.
    """

    queue_id: str
    media: Media
    queue_item_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    sort_index: int = 0
    seek_s: int | None = None
    available: bool = True
    favorite: bool = False
    """Whether it was one when it was put in."""

    @property
    def name(self) -> str:
        """Return `Artist - Title`."""
        artist = artist_name(self.media)
        return f"{artist} - {self.media.name}" if artist else self.media.name

    def as_json(self) -> Json:
        """Return the item as the API tells it; nothing in it says how to stream it."""
        return {
            "queue_id": self.queue_id,
            "queue_item_id": self.queue_item_id,
            "name": self.name,
            "duration": self.media.duration_s,
            "sort_index": self.sort_index,
            "streamdetails": None if self.seek_s is None else self._streamdetails(),
            "media_item": self._media_json(),
            "image": image(self.media),
            "index": 0,
            "available": self.available,
            "extra_attributes": {},
        }

    def _media_json(self) -> Json:
        """Return the media; with its record in full once the server has looked at it."""
        shape = media_json(self.media) | {"favorite": self.favorite}
        if self.seek_s is not None and isinstance(self.media.entry, Track):
            shape["album"] = media_json(Media("album", self.media.entry.album))
        return shape

    def _streamdetails(self) -> Json:
        return {
            "provider": FILES,
            "item_id": path(self.media.entry),
            "audio_format": audio_format("mp3", 320),
            "media_type": self.media.kind,
            "stream_type": "local_file" if self.media.kind == "track" else "icy",
            "duration": self.media.duration_s,
            "stream_metadata": None,
            "stream_title": None,
        }


@dataclass(slots=True)
class Queue:
    """The state of a queue; what follows `session_id` is never told to a client."""

    queue_id: str
    display_name: str
    items: list[QueueItem] = field(default_factory=list)
    shuffle_enabled: bool = False
    repeat_mode: str = "off"
    dont_stop_the_music_enabled: bool = False
    current_index: int | None = None
    index_in_buffer: int | None = None
    elapsed_time: float = 0
    elapsed_time_last_updated: float = 0
    state: str = "idle"
    current_item: QueueItem | None = None
    next_item: QueueItem | None = None
    resume_pos: int = 0
    session_id: str | None = None
    played_media: list[Media] = field(default_factory=list)

    def remembered(self) -> "Queue":
        """Return what outlives a lost connection or a restart."""
        return replace(
            self,
            items=list(self.items),
            index_in_buffer=None,
            current_item=None,
            next_item=None,
            session_id=None,
            played_media=list(self.played_media),
        )

    def elapsed_now(self, now: float) -> float:
        """Return the position in seconds, counted on while playing."""
        return self.elapsed_time + (now - self.elapsed_time_last_updated if self.state == "playing" else 0)

    def index_of(self, queue_item_id: str) -> int | None:
        """Return where an item is, or None."""
        places = (n for n, item in enumerate(self.items) if item.queue_item_id == queue_item_id)
        return next(places, None)

    def item(self, which: int | str | None) -> QueueItem | None:
        """Return the item at an index or of an id, or None."""
        index = self.index_of(which) if isinstance(which, str) else which
        return self.items[index] if index is not None and index < len(self.items) else None

    def next_index(self, index: int, *, is_skip: bool = False, may_repeat: bool = True) -> int | None:
        """Return what comes after an index in the order of the queue and its repeat mode."""
        if not self.items:
            return None
        if self.repeat_mode == "one" and not is_skip:
            return index if may_repeat else None
        if index >= len(self.items) - 1:
            return 0 if may_repeat and self.repeat_mode == "all" else None
        return index + 1

    def following(self, index: int) -> QueueItem | None:
        """Return the first available item after an index."""
        for skip in range(5):
            item = self.item(self.next_index(index + skip))
            if item and item.available:
                return item
        return None

    def as_json(self) -> Json:
        """Return the queue as the API tells it: no session, no stream."""
        return {
            "queue_id": self.queue_id,
            "active": True,
            "display_name": self.display_name,
            "available": True,
            "items": len(self.items),
            "shuffle_enabled": self.shuffle_enabled,
            "repeat_mode": self.repeat_mode,
            "dont_stop_the_music_enabled": self.dont_stop_the_music_enabled,
            "current_index": self.current_index,
            "index_in_buffer": self.index_in_buffer,
            "elapsed_time": self.elapsed_time,
            "elapsed_time_last_updated": self.elapsed_time_last_updated,
            "state": self.state,
            "current_item": self.current_item.as_json() if self.current_item else None,
            "next_item": self.next_item.as_json() if self.next_item else None,
            "radio_source": [],
            "flow_mode": False,
            "resume_pos": self.resume_pos,
            "extra_attributes": {"active_playlist": " / ".join(media.name for media in self.played_media)},
        }
