"""The things a player is about. Positions and durations are milliseconds, moments are Unix seconds."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any, Self
from urllib.parse import quote_plus, urlencode

_STREAM_PATH = re.compile(
    r"/(?P<kind>single|flow)/[A-Za-z0-9]+/(?P<queue>[0-9a-z:_.-]+)/(?P<item>[0-9a-f]{32})/[0-9a-z:_.-]+\.[a-z0-9]+"
)

ART_SIZE = 512
"""Edge of a cover in pixels."""

_PROXY_ID = re.compile(r"[0-9a-f]{64}")

_ENDLESS = "radio"
"""The media type of what has no end, whatever length MA gives for it. A URL of no known length is to MA one, too."""

_RESUME_BACK_MS = 500
"""MA starts a podcast or audiobook this much before where it was left."""


class Wanted(StrEnum):
    """What Music Assistant's screen, or a command of ours, last asked for."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


class EventKind(StrEnum):
    """What an Echo can report."""

    STARTED = "started"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"


class Rank(IntEnum):
    """Order of events of one second and one offset; Alexa's timestamps have whole seconds."""

    IMPLIED = -1
    START = 0
    STOPPED = 1
    STARTED_AGAIN = 2
    LAST = 3


Order = tuple[int, int, int]
"""(occurred_at, offset_ms, rank): what decides which of two events of one generation is the newer."""

BEFORE_ALL: Order = (0, 0, Rank.IMPLIED)
"""The order of a Started that no Echo reported: another event, or a question, implied it."""


@dataclass(frozen=True, slots=True)
class Event:
    """What an Echo did with one stream."""

    kind: EventKind
    generation: int
    offset_ms: int
    """Where in the stream, not in the track."""

    occurred_at: int
    current_generation: int | None = None
    """Of `failed`: the stream that was audible then."""

    def order_in(self, stream: "Stream") -> Order:
        """Return the place of this event among those of its stream."""
        return (self.occurred_at, self.offset_ms, self._rank_in(stream))

    def _rank_in(self, stream: "Stream") -> Rank:
        if self.kind is EventKind.STARTED:
            return Rank.START if self.offset_ms <= stream.offset_ms else Rank.STARTED_AGAIN
        return Rank.STOPPED if self.kind is EventKind.STOPPED else Rank.LAST


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a queue."""

    queue_item_id: str
    uri: str = ""
    title: str = ""
    artist: str = ""
    album: str = ""
    image_url: str | None = None
    """`/imageproxy?...` of Music Assistant, or an https URL that anyone may fetch."""

    duration_ms: int | None = None
    """None where MA does not know it, and for what has no end."""

    media_type: str = "track"
    resume_ms: int = 0
    """Where MA starts it when it is played from "the start": a podcast or audiobook left in the middle."""

    available: bool = True
    explicit: bool = False
    favourite: bool = False

    @classmethod
    def from_ma(cls, raw: Mapping[str, Any]) -> Self:
        """Make one of what `player_queues/items` or a queue's `current_item` says."""
        media = raw.get("media_item") or {}
        album = media.get("album") or {}
        artists = media.get("artists") or []
        seconds = raw.get("duration") or media.get("duration")
        media_type = str(media.get("media_type") or "track")
        return cls(
            queue_item_id=str(raw.get("queue_item_id", "")),
            uri=str(media.get("uri") or ""),
            title=str(media.get("name") or raw.get("name") or ""),
            artist=", ".join(str(artist.get("name", "")) for artist in artists),
            album=str(album.get("name") or ""),
            image_url=_image_url(raw, media),
            duration_ms=int(float(seconds) * 1000) if seconds and media_type != _ENDLESS else None,
            media_type=media_type,
            resume_ms=int(media.get("resume_position_ms") or 0),
            available=bool(raw.get("available", True)),
            explicit=(media.get("metadata") or {}).get("explicit") is True,
            favourite=media.get("favorite") is True,
        )

    @classmethod
    def from_media(cls, media: Mapping[str, Any]) -> Self:
        """Make one of a track, station or episode that no queue holds yet."""
        mappings = [each for each in media.get("provider_mappings") or [] if isinstance(each, dict)]
        # The short form of an item says it itself; the full one has it for each of its providers.
        known = [bool(each.get("available", True)) for each in mappings] or [bool(media.get("available", True))]
        playable = media.get("is_playable") is not False
        return cls.from_ma({"media_item": media, "available": any(known) and playable})

    @property
    def endless(self) -> bool:
        """Whether it has no end. A podcast episode of unknown length has one."""
        return self.media_type == _ENDLESS

    @property
    def restarts_where_left(self) -> bool:
        """Whether MA takes "from 0" for "from where it was left"."""
        return self.media_type in {"podcast_episode", "audiobook"}

    @property
    def start_ms(self) -> int:
        """Where MA starts it unless told otherwise, in whole seconds."""
        return max(0, self.resume_ms - _RESUME_BACK_MS) // 1000 * 1000

    def to_json(self) -> dict[str, Any]:
        """Return the item as the HTTP API shows it."""
        shown = asdict(self)
        del shown["resume_ms"], shown["available"]
        return shown


def _image_url(raw: Mapping[str, Any], media: Mapping[str, Any]) -> str | None:
    images = (media.get("metadata") or {}).get("images") or []
    image = raw.get("image") or media.get("image") or (images[0] if images else None)
    if not image or not image.get("path"):
        return None
    path = str(image["path"])
    remote = bool(image.get("remotely_accessible"))
    if remote and path.startswith("https://"):
        return path
    if _PROXY_ID.fullmatch(str(image.get("proxy_id"))):
        return f"/imageproxy/{image['proxy_id']}"  # Music Assistant 2.10 and newer, which no longer take a path
    if remote:
        return None
    # MA wants the path quoted twice: once by itself, once as a query value.
    query = {"path": quote_plus(path), "provider": str(image.get("provider", "")), "size": ART_SIZE, "fmt": "jpeg"}
    return "/imageproxy?" + urlencode(query)


@dataclass(frozen=True, slots=True)
class Stream:
    """An item as one Echo was given it, once: the same item given again is another stream."""

    generation: int
    queue_item_id: str
    path: str
    """Path on MA's stream server, with the extension of what an Echo is to get."""

    position_ms: int = 0
    """The track position of its first byte."""

    item: Item | None = None
    """None until MA's queue was asked what the item is."""

    offset_ms: int = 0
    """Where in it the Echo begins: MA seeks to whole seconds, the rest is skipped by the Echo."""

    failures: int = 0
    """How many streams failed, one after the other, before this one took their place."""

    def described(self, item: Item, position_ms: int | None = None) -> Self:
        """Return the same stream, knowing its item."""
        return replace(self, item=item, position_ms=self.position_ms if position_ms is None else position_ms)

    @property
    def endless(self) -> bool:
        """Whether its audio has no end: a radio, or MA's flow stream."""
        return self.path.startswith("/flow/") or (self.item is not None and self.item.endless)


@dataclass(frozen=True, slots=True)
class Following:
    """What was answered when an Echo asked what follows a stream."""

    after_generation: int
    stream: Stream | None
    """None: nothing follows."""


@dataclass(frozen=True, slots=True)
class Audible:
    """The stream an Echo started last, and what it said of it last."""

    stream: Stream
    offset_ms: int
    """Where in the stream it was at `since`."""

    since: float
    playing: bool
    last: Order
    ended: bool = False
    """Finished, failed for good, or followed by nothing."""

    def is_changed_by(self, event: Event) -> bool:
        """Tell whether an event is about this stream, and newer than what is known of it."""
        return event.generation == self.stream.generation and event.order_in(self.stream) > self.last

    def after_restart(self) -> Self:
        """Return it as it is after a restart of the bridge: a radio came through that, and fell silent with it."""
        return replace(self, playing=False) if self.stream.endless else self

    def offset_at(self, now: float) -> int:
        """Return where in the stream the Echo is, by what it said last."""
        if not self.playing:
            return self.offset_ms
        return self.offset_ms + max(0, int((now - self.since) * 1000))


@dataclass(slots=True)
class Loaded:
    """What MA has loaded into this player; gone with the connection."""

    path: str
    seek_ms: int
    """The track position at which MA's own clock for it is 0."""

    begun: bool = False
    """STMs was sent."""

    decoded: bool = False
    """STMd was sent: once for each `strm s`."""

    pending: str | None = None
    """Path of the next item's `strm s`, which MA sends ahead."""

    told_ms: int = 0
    """The elapsed time MA was told last."""

    since: float = 0.0
    """When MA sent it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What must outlive a restart; it is written down before an Echo is given any of it."""

    mac: str
    name: str
    generation: int
    wanted: Wanted = Wanted.PLAY
    current: Stream | None = None
    audible: Audible | None = None
    following: Following | None = None


def stream_path(path: str, codec: str = "mp3") -> str | None:
    """Return MA's stream path with the extension of a codec, or None if it is no such path."""
    return f"{path.rpartition('.')[0]}.{codec}" if _STREAM_PATH.fullmatch(path) else None


def item_of(path: str) -> str:
    """Return the queue item id in a stream path, or an empty text."""
    match = _STREAM_PATH.fullmatch(path)
    return match["item"] if match else ""


def queue_of(path: str) -> str:
    """Return the queue id in a stream path, or an empty text."""
    match = _STREAM_PATH.fullmatch(path)
    return match["queue"] if match else ""


def derived_path(path: str, queue_item_id: str) -> str:
    """Return the path of another item of the same session: within one session MA's own next URL is that very string."""
    return path.replace(item_of(path), queue_item_id)
