"""A queue of the music skill as the bridge knows it: the entries it has handed out or shown. Pure.

Alexa names the queue, the bridge its entries: by numbers from 1. An entry keeps its number from the first time it is
shown until it has been heard; the same item played again is another entry. Music Assistant knows none of this: to it
the queue is that of an ordinary player, and an entry one of its items.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from home_bridge.cache import cache_key
from home_bridge.errors import UnknownItemError
from home_bridge.identity import Content
from home_bridge.models import Item, Stream
from home_bridge.queue_view import QueueView

ENTRIES_LIMIT = 200
"""Entries that are remembered: more than are heard while a URL is good."""


@dataclass(frozen=True, slots=True)
class Modes:
    """In which order a queue plays, in Alexa's words: two switches for what is one mode of Music Assistant's."""

    shuffle: bool = False
    loop: bool = False
    repeat_one: bool = False

    @property
    def repeat(self) -> str:
        """MA's mode: who wants this song again wants that more than the whole queue."""
        if self.repeat_one:
            return "one"
        return "all" if self.loop else "off"

    def seen(self, view: QueueView) -> Self:
        """Return the modes as MA has them, whose screen sets them too; the loop as it was while it repeats one item."""
        repeat_one = view.repeat == "one"
        loop = self.loop if repeat_one else view.repeat == "all"
        return replace(self, shuffle=view.shuffle, loop=loop, repeat_one=repeat_one)

    def without_repeat_one(self, view: QueueView) -> QueueView:
        """Return MA's queue as a skip finds it, which leaves "repeat one": looping, if the loop switch is on."""
        return replace(view, repeat="all") if self.loop and view.repeat == "one" else view


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """What a new queue is to be."""

    queue_id: str
    content: Content
    modes: Modes = field(default_factory=Modes)
    explicit_allowed: bool = True
    goes_on: tuple[str, int] | None = None
    """Queue and entry that are heard: begin there, where it is, if the player holds that queue, of the same content."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a queue, as Alexa refers to it."""

    number: int
    item: Item
    """Its `queue_item_id` is empty until Music Assistant has loaded it."""

    sound: str
    """Under what name its audio is kept."""

    generation: int | None = None
    """Of the stream it is; None until Music Assistant has been made to play it."""

    offset_ms: int = 0
    """Where in its stream to begin."""

    heard: bool = False
    first: bool = False
    """Nothing stands before it."""

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the HTTP API shows it."""
        return {
            "entry_id": str(self.number),
            "item": self.item.to_json(),
            "first": self.first,
            "offset_ms": self.offset_ms,
        }


@dataclass(slots=True)
class MusicQueue:
    """The entries of one queue, the newest last, and how it was asked for."""

    queue_id: str
    content: str
    """The uri that was asked for."""

    explicit_allowed: bool = True
    modes: Modes = field(default_factory=Modes)
    """As they were asked for, or seen last."""

    count: int = 0
    """The number given last."""

    refused: str = ""
    """Why Music Assistant did not load it."""

    head: str = ""
    """The queue item that stands first."""

    asked: tuple[str, int, int] | None = None
    """The last request that moved the player, the entry it was about, and the entry it led to."""

    liked: tuple[str, ...] = ()
    """Uris that were marked as favourites: what stands in MA's queue does not notice it."""

    lent: dict[str, str] = field(default_factory=dict)
    """Names of audio that is kept under another one, also of queues that this player held before."""

    entries: dict[int, Entry] = field(default_factory=dict)
    version: int = field(default=0, compare=False)
    """Counts changes: what is on disk is of one."""

    @property
    def begun(self) -> bool:
        """Whether MA was made to play any of it."""
        return any(entry.generation is not None for entry in self.entries.values())

    def entry(self, number: int) -> Entry:
        """Return an entry. Raises UnknownItemError."""
        try:
            return self.entries[number]
        except KeyError:
            raise UnknownItemError("the queue has no such entry, or it was long ago") from None

    @property
    def newest_first(self) -> list[Entry]:
        """The entries, the one of the highest number first."""
        return [self.entries[number] for number in sorted(self.entries, reverse=True)]

    def of_generation(self, generation: int) -> Entry | None:
        """Return the entry that a stream is."""
        return next((entry for entry in self.newest_first if entry.generation == generation), None)

    def of_item(self, queue_item_id: str, *, unheard: bool = False) -> Entry | None:
        """Return the newest entry that is an item of MA's queue; `unheard`: None if that was heard already."""
        newest = next((entry for entry in self.newest_first if entry.item.queue_item_id == queue_item_id), None)
        return None if newest is None or (unheard and newest.heard) else newest

    def add(self, item: Item, *, first: bool = False) -> Entry:
        """Give an item a number."""
        self.count += 1
        sound = cache_key(self.queue_id, self.count)
        return self._put(Entry(self.count, self._liked(item), sound, first=first or self._is_head(item)))

    def shown(self, item: Item, *, ahead: bool) -> Entry:
        """Return the entry an item of MA's queue is, or will be; `ahead`: one that is still to be played."""
        known = self.of_item(item.queue_item_id, unheard=ahead)
        return self.describe(known, item) if known else self.add(item)

    def describe(self, entry: Entry, item: Item) -> Entry:
        """Note what MA says of an entry's item now."""
        return self._put(replace(entry, item=self._liked(item)))

    def handed_out(self, stream: Stream) -> Entry:
        """Return the entry that a stream is: its own, that of the item as it was shown, or a new one."""
        known = self.of_generation(stream.generation) or self.of_item(stream.queue_item_id, unheard=True)
        item = stream.item or (known.item if known else Item(stream.queue_item_id))
        return self.bind(known or self.add(item), stream)

    def bind(self, entry: Entry, stream: Stream) -> Entry:
        """Note the stream that an entry has become."""
        item = replace(self._liked(stream.item or entry.item), queue_item_id=stream.queue_item_id)
        if entry.first and not self.head:
            self.head = stream.queue_item_id
        return self._put(replace(entry, item=item, generation=stream.generation, offset_ms=stream.offset_ms))

    def follow_on(self, before: Entry, offset_ms: int) -> Entry:
        """Begin with an entry of the queue before: the same stream, from where it is."""
        first = self.add(before.item, first=before.first)
        self.lent = dict([*self.lent.items(), (first.sound, before.sound)][-ENTRIES_LIMIT:])
        self.head = before.item.queue_item_id if before.first else ""
        return self._put(replace(first, sound=before.sound, generation=before.generation, offset_ms=offset_ms))

    def note_heard(self, entry: Entry) -> None:
        """Note that an entry is, or was, heard."""
        if not entry.heard:
            self._put(replace(entry, heard=True))

    def like(self, uri: str) -> None:
        """Note that an item has become a favourite."""
        self.liked = (*(each for each in self.liked if each != uri), uri)[-ENTRIES_LIMIT:]
        for entry in list(self.entries.values()):
            self._put(replace(entry, item=self._liked(entry.item)))

    def note_modes(self, modes: Modes) -> None:
        """Note in which order it plays now."""
        if modes != self.modes:
            self.modes = modes
            self.version += 1

    def note_asked(self, request: str, about: Entry, result: Entry) -> Entry:
        """Remember where a request led, in case it comes again; return that."""
        self.asked = (request, about.number, result.number)
        self.version += 1
        return result

    def answered(self, request: str, about: Entry, current: int | None) -> Entry | None:
        """Return where the same request has led already, if the player is still there."""
        if self.asked is None or self.asked[:2] != (request, about.number):
            return None
        result = self.entries.get(self.asked[2])
        return result if result and result.generation == current else None

    def refuse(self, reason: str) -> None:
        """Note that Music Assistant did not load it."""
        self.refused = reason
        self.version += 1

    def to_json(self) -> dict[str, Any]:
        """Return all of it, to be written down."""
        kept = asdict(self) | {"entries": [asdict(entry) for entry in self.entries.values()]}
        del kept["version"]
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read what was written down. Raises TypeError, ValueError or KeyError for anything else."""
        entries = (Entry(**{**entry, "item": Item(**entry["item"])}) for entry in kept["entries"])
        asked = kept["asked"] and tuple(kept["asked"])
        fields = {**kept, "entries": {entry.number: entry for entry in entries}, "asked": asked}
        return cls(**{**fields, "liked": tuple(kept["liked"]), "modes": Modes(**kept.get("modes", {}))})

    def _put(self, entry: Entry) -> Entry:
        if self.entries.get(entry.number) != entry:
            self.entries[entry.number] = entry
            self.version += 1
        while len(self.entries) > ENTRIES_LIMIT:
            del self.entries[min(self.entries)]
        return entry

    def _liked(self, item: Item) -> Item:
        return replace(item, favourite=True) if item.uri in self.liked else item

    def _is_head(self, item: Item) -> bool:
        return bool(self.head) and item.queue_item_id == self.head
