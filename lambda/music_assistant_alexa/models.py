"""The things the skill talks about, under the names of the architecture's words table.

All are frozen; JSON becomes one of these at the edge that knows both words (adapters and dialects) and nothing travels
as a dict further than that. Times are Unix seconds, positions and durations milliseconds.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Self

from music_assistant_alexa.stream_token import StreamToken

PlayerId = str


class MediaType(StrEnum):
    """MA's media types, as far as a person can ask for them."""

    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"
    PLAYLIST = "playlist"
    RADIO = "radio"
    PODCAST = "podcast"
    PODCAST_EPISODE = "podcast_episode"
    AUDIOBOOK = "audiobook"
    GENRE = "genre"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> Self:
        del value
        return cls("unknown")


class RepeatMode(StrEnum):
    """MA's repeat_mode; Alexa's Loop is ALL, "repeat this song" is ONE."""

    OFF = "off"
    ONE = "one"
    ALL = "all"


class QueueOption(StrEnum):
    """Where media go in a queue (MA's `option`; always sent, since its default is a server setting)."""

    REPLACE = "replace"
    NEXT = "next"
    ADD = "add"


class Wanted(StrEnum):
    """What MA's own screen last asked of the player."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Device:
    """The thing in the kitchen."""

    device_id: str = field(repr=False)
    plays_audio: bool = True

    @property
    def player_id(self) -> PlayerId:
        """The locally administered MAC under which the device is a player in MA: stable, needs no mapping."""
        digest = hashlib.sha256(self.device_id.encode()).digest()[:5]
        return "02:" + digest.hex(":")


@dataclass(frozen=True, slots=True)
class MediaQuery:
    """What was asked for, in words."""

    text: str
    kind: MediaType | None = None
    """The kind that was spoken ("the album ..."), or None for free search."""

    artist: str = ""


@dataclass(frozen=True, slots=True)
class MediaItem:
    """An artist, album, track, playlist, radio ... of Music Assistant."""

    uri: str
    """MA's own; ours where it has none: `ma:library`, `ma:genre/<name>`, `ma:station/<uri>`, `ma:favourites/<kind>`."""

    name: str
    media_type: MediaType
    artist: str = ""
    in_library: bool = False
    album: str = ""
    image_url: str = ""
    explicit: bool = False
    other_uris: tuple[str, ...] = ()
    """Its providers' own uris: they still mean it when MA's database has been made anew."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One entry of a play queue."""

    queue_item_id: str
    uri: str = ""
    title: str = ""
    artist: str = ""
    album: str = ""
    image_url: str = ""
    duration_ms: int | None = None
    """None for what has no end (a radio)."""

    media_type: MediaType = MediaType.TRACK
    explicit: bool = False
    favourite: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """What a speaker is to fetch, still at MA's LAN URL."""

    url: str
    queue_item_id: str
    position_ms: int
    generation: int
    offset_ms: int = 0
    """Where in it the device is to begin."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What follows a stream, and whether MA's own screen wants music at all."""

    wanted: Wanted
    item: QueueItem | None = None
    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class PlayerState:
    """The bridge's answer about one player."""

    player_id: PlayerId
    queue_id: str
    wanted: Wanted = Wanted.PLAY
    replace_enqueued: bool = False
    """The audible stream's NearlyFinished has been answered, so what was enqueued must be replaced by `upcoming`."""

    stream: Stream | None = None
    item: QueueItem | None = None
    """The queue's current item; that of `stream`, where there is one."""

    upcoming: Upcoming | None = None
    shuffle: bool = False
    repeat: RepeatMode = RepeatMode.OFF


@dataclass(frozen=True, slots=True)
class QueueCommand:
    """One command of the bridge's closed list, with its arguments as home-bridge's HTTP API names them."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


class Activity(StrEnum):
    """What the device last said it does; HANDED until it says anything of a stream."""

    HANDED = "handed"
    STARTED = "started"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"


class EventRank(IntEnum):
    """Order of events that carry the same second and the same offset (Alexa's timestamps have whole seconds)."""

    START = 0
    STOPPED = 1
    STARTED_AGAIN = 2
    LAST = 3


@dataclass(frozen=True, slots=True)
class PlaybackEvent:
    """What the device did, as the bridge is told."""

    event: Activity
    token: StreamToken
    offset_ms: int
    occurred_at: int
    current_generation: int | None = None
    """Of `failed` only: the generation audible when it failed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the device says of itself in a request's context."""

    token: StreamToken | None = None
    offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """Who asks, when, and what the device last played by its own account."""

    device: Device
    occurred_at: int
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True)
class Running:
    """The stream a device plays or played last: one of the row's two groups of fields."""

    token: StreamToken
    item: QueueItem
    activity: Activity
    offset_ms: int
    """Where in the stream the device was at `occurred_at`."""

    occurred_at: int
    rank: EventRank
    stopped_by_user: bool | None = False
    """None in a change: what is stored stays."""

    @property
    def generation(self) -> int:
        """The stream's generation."""
        return self.token.generation

    @property
    def position_ms(self) -> int:
        """Where in the track that was."""
        return self.token.position_ms + self.offset_ms

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What decides between two events of one device: the greater is the newer."""
        return (self.generation, self.occurred_at, self.offset_ms, self.rank)


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What was answered to NearlyFinished: another group. It counts only while `after_generation` runs."""

    after_generation: int
    token: StreamToken | None = None
    """None when nothing follows."""

    item: QueueItem | None = None


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """All that is remembered of one device."""

    device_id: str = field(repr=False)
    running: Running | None = None
    enqueued: Enqueued | None = None

    def silenced(self, generation: int) -> bool:
        """Tell whether the user has stopped this stream, or one after it."""
        running = self.running
        return running is not None and bool(running.stopped_by_user) and running.generation >= generation

    @property
    def following(self) -> Enqueued | None:
        """What was enqueued behind the running stream, if it still counts."""
        if self.running and self.enqueued and self.enqueued.after_generation == self.running.generation:
            return self.enqueued
        return None


Change = Running | Enqueued
