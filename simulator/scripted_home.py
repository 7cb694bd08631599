"""A home in memory, for tests of the skill's core: both ports home, and a count of the round trips they would cost.

It behaves as the home bridge is described, as far as a core needs to notice: streams are numbered by one rising
counter, an answer to "what follows?" is repeated, and whatever MA's own screen wants is `wanted`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from music_assistant_alexa.errors import MediaNotFoundError, NothingPlayingError, QueueFinishedError
from music_assistant_alexa.models import (
    Activity,
    MediaItem,
    MediaType,
    PlaybackEvent,
    PlayerId,
    PlayerState,
    QueueCommand,
    QueueItem,
    RepeatMode,
    Stream,
    Upcoming,
    Wanted,
)

__all__ = ["Call", "ScriptedHome", "queue_item", "tracks"]

QUEUE_ID = "02:00:00:00:00:01"
TRACK_MS = 200_000


@dataclass(frozen=True, slots=True)
class Call:
    """One round trip home: a command's name, or `search`, `next_stream`, `report`; and what went with it."""

    name: str
    args: dict[str, Any]


def queue_item(uri: str, title: str, **fields: Any) -> QueueItem:
    """Return a queue item with an id made of its uri."""
    known: dict[str, Any] = {"artist": "Blue Harbor", "album": "Night Ferry", "duration_ms": TRACK_MS} | fields
    return QueueItem(hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest(), uri, title, **known)


def tracks(uri: str, count: int = 3) -> list[QueueItem]:
    """Return what a queue holds after `uri` was played: so many tracks of it."""
    return [queue_item(f"{uri}/{number}", f"{uri.rsplit('/', 1)[-1]} {number}") for number in range(1, count + 1)]


@dataclass
class ScriptedHome:
    """MusicAssistant and EchoPlayers for one Echo."""

    library: list[MediaItem] = field(default_factory=list)
    contents: dict[str, list[QueueItem]] = field(default_factory=dict)
    """What a uri brings into the queue; three tracks where nothing is said."""
    queue: list[QueueItem] = field(default_factory=list)
    wanted: Wanted = Wanted.PLAY
    repeat: RepeatMode = RepeatMode.OFF
    shuffle: bool = False
    failure: Exception | None = None
    """Raised by every call, after it was counted."""
    calls: list[Call] = field(default_factory=list)
    generation: int = 0
    stream: Stream | None = None
    """The wanted stream; reports of its successor move it."""
    answered: Upcoming | None = None
    """What was answered to NearlyFinished of `stream`."""
    stream_host: str = "http://192.0.2.10:8097"
    sessions: int = 0
    failures: dict[int, int] = field(default_factory=dict)
    """How many streams failed before that of a generation took their place."""

    @property
    def names(self) -> list[str]:
        """The names of all calls so far."""
        return [call.name for call in self.calls]

    @property
    def current_item(self) -> str | None:
        """What plays, by its id."""
        item = self._item()
        return item.queue_item_id if item else None

    def search(self, text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Return the whole library of those kinds: ranking is the skill's business."""
        self._count("search", {"text": text, "kinds": kinds, "limit": limit})
        return [item for item in self.library if item.media_type in kinds]

    def item(self, uri: str) -> MediaItem:
        """Return what of the library a uri stands for."""
        self._count("item", {"uri": uri})
        found = next((item for item in self.library if item.uri == uri), None)
        if found is None:
            raise MediaNotFoundError
        return found

    def albums_of(self, artist_uri: str) -> list[MediaItem]:
        """Return the library's albums of an artist, the last first."""
        self._count("albums_of", {"artist_uri": artist_uri})
        artist = next((item.name for item in self.library if item.uri == artist_uri), "")
        albums = [item for item in self.library if item.media_type is MediaType.ALBUM and item.artist == artist]
        return albums[::-1]

    def has_genre(self, name: str) -> bool:
        """Tell whether the library has a genre of that name."""
        self._count("has_genre", {"name": name})
        genres = (item.name for item in self.library if item.media_type is MediaType.GENRE)
        return name.casefold() in map(str.casefold, genres)

    def favourite_stations(self) -> list[MediaItem]:
        """Return the library's stations: all of them are favourites."""
        self._count("favourite_stations", {})
        return [item for item in self.library if item.media_type is MediaType.RADIO]

    def set_favourite(self, uri: str, *, on: bool) -> None:
        """Hear what is a favourite, or no more one."""
        self._count("set_favourite", {"uri": uri, "on": on})

    def command(self, player: PlayerId, command: QueueCommand) -> PlayerState:
        """Do one command."""
        self._count(command.name, dict(command.args))
        getattr(self, f"_{command.name}")(command.args)
        edits = command.name in {"add", "play_next", "remove", "shuffle", "repeat"}
        replaces = edits and self.answered is not None
        if replaces:
            self.answered = self._upcoming()
        return replace(self._state(player), replace_enqueued=replaces)

    def next_stream(self, player: PlayerId, generation: int) -> Upcoming:
        """Return what follows a stream; for another than the wanted one, the wanted one itself."""
        self._count("next_stream", {"player": player, "generation": generation})
        if self.answered and self.answered.stream and self.answered.stream.generation == generation:
            self._advance()
        if self.wanted is not Wanted.PLAY or self.stream is None:
            return Upcoming(self.wanted)
        if generation != self.stream.generation:
            return Upcoming(self.wanted, self._item(), self.stream)
        self.answered = self.answered or self._upcoming()
        return replace(self.answered, wanted=self.wanted)

    def report(self, player: PlayerId, event: PlaybackEvent) -> PlayerState:
        """Hear what the device did: a successor's Started moves the queue, a failure makes a new stream."""
        self._count("report", {"player": player, "event": event})
        following = self.answered.stream if self.answered else None
        if event.event is Activity.FAILED:
            return self._repaired(player, event)
        if event.event is Activity.STARTED and following and following.generation == event.token.generation:
            self._advance()
        return self._state(player)

    def _count(self, name: str, args: dict[str, Any]) -> None:
        self.calls.append(Call(name, args))
        if self.failure:
            raise self.failure

    def _state(self, player: PlayerId) -> PlayerState:
        return PlayerState(
            player,
            QUEUE_ID,
            self.wanted,
            stream=self.stream,
            item=self._item(),
            upcoming=self.answered if self.answered and self.answered.stream else None,
            shuffle=self.shuffle,
            repeat=self.repeat,
        )

    def _play(self, args: Any) -> None:
        self.queue = list(self._contents(args["media"]))
        self._hand_out(self.queue[0]) if self.queue else self._end()

    def _resume(self, args: Any) -> None:
        if args:
            self._hand_out(self._named(args), args["position_ms"])
        else:
            self._play_instead({})

    def _next(self, args: Any) -> None:
        if not any(item.queue_item_id == args["queue_item_id"] for item in self.queue):
            self._play_instead(args)
            return
        index = self.queue.index(self._named(args)) + 1
        if index == len(self.queue) and self.repeat is not RepeatMode.ALL:
            if "uri" not in args:
                raise QueueFinishedError("nothing follows")
            index -= 1
        self._hand_out(self.queue[index % len(self.queue)])

    def _play_instead(self, args: Any) -> None:
        """Play what waits in the queue, else what is named."""
        self._hand_out(self.queue[0] if self.queue else self._named({"queue_item_id": "", **args}))

    def _previous(self, args: Any) -> None:
        self._hand_out(self.queue[max(self.queue.index(self._named(args)) - 1, 0)])

    def _shuffle(self, args: Any) -> None:
        self.shuffle = args["on"]

    def _repeat(self, args: Any) -> None:
        self.repeat = args["mode"]

    def _add(self, args: Any) -> None:
        self.queue += self._contents(args["media"])

    def _play_next(self, args: Any) -> None:
        index = self._index() + 1
        self.queue[index:index] = self._contents(args["media"])

    def _remove(self, args: Any) -> None:
        removed = self._named(args)
        index = self.queue.index(removed)
        self.queue.remove(removed)
        if self.stream and removed.queue_item_id == self.stream.queue_item_id:
            self._hand_out(self.queue[index]) if index < len(self.queue) else self._end()

    def _contents(self, media: Iterable[str]) -> list[QueueItem]:
        return [item for uri in media for item in self.contents.get(uri) or tracks(uri)]

    def _named(self, args: Any) -> QueueItem:
        """Find the item by its id, or play its uri when the queue no longer holds it."""
        found = next((item for item in self.queue if item.queue_item_id == args["queue_item_id"]), None)
        if found:
            return found
        if "uri" not in args:
            raise NothingPlayingError("the queue no longer holds the item")
        self.queue = [queue_item(args["uri"], "by its uri")]
        return self.queue[0]

    def _index(self) -> int:
        current = self.stream.queue_item_id if self.stream else ""
        return next((at for at, item in enumerate(self.queue) if item.queue_item_id == current), -1)

    def _item(self) -> QueueItem | None:
        return self.queue[self._index()] if self._index() >= 0 else None

    def _hand_out(self, item: QueueItem, position_ms: int = 0) -> None:
        self.sessions += 1
        self.stream, self.answered = self._stream(item, position_ms), None

    def _stream(self, item: QueueItem, position_ms: int = 0) -> Stream:
        self.generation += 1
        path = f"/single/s{self.sessions}/{QUEUE_ID}/{item.queue_item_id}/{QUEUE_ID}.flac"
        rest_ms = position_ms % 1000
        return Stream(self.stream_host + path, item.queue_item_id, position_ms - rest_ms, self.generation, rest_ms)

    def _upcoming(self) -> Upcoming:
        index = self._index() + (self.repeat is not RepeatMode.ONE)
        if self.repeat is RepeatMode.ALL:
            index %= len(self.queue)
        if index >= len(self.queue):
            return Upcoming(self.wanted)
        return Upcoming(self.wanted, self.queue[index], self._stream(self.queue[index]))

    def _advance(self) -> None:
        self.stream, self.answered = (self.answered.stream if self.answered else None), None

    def _end(self) -> None:
        self.stream, self.answered = None, None

    def _repaired(self, player: PlayerId, event: PlaybackEvent) -> PlayerState:
        """Answer a failure: the same item again, then the next one, then silence."""
        failures = self.failures.get(event.token.generation, 0)
        following = self.answered.stream if self.answered else None
        if following and following.generation == event.token.generation:
            self.answered = self._upcoming() if not failures else Upcoming(self.wanted)
            self.failures[self.generation] = failures + 1
            return self._state(player)
        index = self._index() + failures
        if failures > 1 or index >= len(self.queue):
            return replace(self._state(player), stream=None)
        self._hand_out(self.queue[index], 0 if failures else event.token.position_ms + event.offset_ms)
        self.failures[self.generation] = failures + 1
        return self._state(player)
