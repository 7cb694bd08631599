"""What can be asked of a queue of the music skill. Knows no JSON, no AWS and no HTTP.

Music Assistant holds the queue at home; the table says on which of the household's players. Whatever is asked costs one
round trip, and an entry is handed out with a URL that home serves for half a day, loaded or not.
"""

import logging
import uuid
from dataclasses import dataclass, field
from typing import Self

from music_assistant_alexa.actions import Art
from music_assistant_alexa.contents import Contents
from music_assistant_alexa.errors import ContentFilteredError, ItemNotFoundError, PlaybackStoreError, SkillError
from music_assistant_alexa.models import Activity, MediaItem, QueueCommand
from music_assistant_alexa.music_queue import (
    ItemEvent,
    ItemReference,
    MusicQueue,
    QueueEntry,
    QueueOrder,
    QueueView,
)
from music_assistant_alexa.ports import MusicQueues, MusicStore
from music_assistant_alexa.stream_urls import PublicUrls

__all__ = ["BegunQueue", "HandedEntry", "HandedView", "Initiation", "ItemReference", "Modes", "QueuePlayback"]

_log = logging.getLogger(__name__)

_QUEUE_IDS = uuid.UUID("6c2f6a3e-3c57-5f0a-9d0f-8f5d0f3f5b1e")
"""The namespace of our queue ids. Any other would do; it must stay."""


@dataclass(frozen=True, slots=True)
class Modes:
    """In which order a queue plays, in Alexa's words: two switches, which home makes MA's one mode of."""

    shuffle: bool = False
    loop: bool = False
    repeat_one: bool = False

    @classmethod
    def of(cls, view: QueueView) -> Self:
        """Return the modes of a queue as home has it."""
        return cls(view.shuffle, view.loop, view.repeat_one)


@dataclass(frozen=True, slots=True)
class Initiation:
    """A queue that is to begin."""

    message_id: str
    """Of the request: the same again is answered with the same queue."""

    content_id: str
    modes: Modes = field(default_factory=Modes)
    explicit_allowed: bool = True
    current: ItemReference | None = None
    """What plays there now, and is replaced."""


@dataclass(frozen=True, slots=True)
class HandedEntry:
    """An entry with all that is needed to hear and show it."""

    queue_id: str
    entry: QueueEntry
    url: str
    """Public, signed, https."""

    valid_until: int
    """Unix seconds."""

    art: Art


@dataclass(frozen=True, slots=True)
class BegunQueue:
    """A queue that has begun, and the first that is heard of it."""

    queue_id: str
    modes: Modes
    first: HandedEntry


@dataclass(frozen=True, slots=True)
class HandedView:
    """What a screen shows of a queue."""

    entries: tuple[HandedEntry, ...]
    modes: Modes


class QueuePlayback:
    """Playback in queues that Alexa names. A queue or entry that is no more is an ItemNotFoundError."""

    def __init__(self, queues: MusicQueues, store: MusicStore, contents: Contents, urls: PublicUrls) -> None:
        self._queues = queues
        self._store = store
        self._contents = contents
        self._urls = urls

    def initiate(self, wanted: Initiation) -> BegunQueue:
        """Begin a queue. Raises MediaNotFoundError, ContentFilteredError."""
        return self._begin(wanted, self._contents.meaning(wanted.content_id))

    def reinitiate(self, wanted: Initiation) -> BegunQueue:
        """Begin anew what plays, at the item and the place it is at; at its first item if nothing is said to play."""
        content_id = wanted.content_id or self._content_id(wanted.current)
        return self._begin(wanted, self._contents.meaning(content_id), goes_on=wanted.current)

    def following(self, reference: ItemReference, *, skip: bool) -> HandedEntry | None:
        """Return what follows an entry, None after the last; `skip`: someone asked for it."""
        queue = self._queue(reference)
        entry = self._queues.following(queue.player_id, queue.queue_id, reference.entry_id, skip=skip)
        return self._handed(queue.queue_id, entry) if entry else None

    def previous(self, reference: ItemReference) -> HandedEntry:
        """Return what stands before an entry."""
        queue = self._queue(reference)
        return self._handed(queue.queue_id, self._queues.previous(queue.player_id, queue.queue_id, reference.entry_id))

    def jump(self, reference: ItemReference, entry_id: str) -> HandedEntry:
        """Return the entry that someone chose, to be played now. Raises ItemNotFoundError, also if it is not there."""
        try:
            queue = self._queue(reference)
            return self._handed(queue.queue_id, self._queues.jump(queue.player_id, queue.queue_id, entry_id))
        except ItemNotFoundError as error:
            raise ItemNotFoundError(str(error), named=True) from error

    def item(self, reference: ItemReference) -> HandedEntry:
        """Return the very entry, with a fresh URL. Raises ItemNotFoundError."""
        entries = self.view(reference).entries
        if not entries:
            raise ItemNotFoundError("home shows nothing from that entry on")
        return entries[0]

    def view(self, reference: ItemReference) -> HandedView:
        """Return the queue from an entry on, ten entries at most."""
        queue = self._queue(reference)
        seen = self._queues.view(queue.player_id, queue.queue_id, reference.entry_id)
        entries = tuple(self._handed(queue.queue_id, entry) for entry in seen.entries)
        return HandedView(entries, Modes.of(seen))

    def shuffle(self, reference: ItemReference, *, on: bool) -> None:
        """Mix what follows, or put it back in order."""
        self._change(reference, QueueCommand("shuffle", {"on": on}))

    def loop(self, reference: ItemReference, *, on: bool) -> None:
        """Begin again after the last item, or end there."""
        self._change(reference, QueueCommand("loop", {"on": on}))

    def repeat_one(self, reference: ItemReference, *, on: bool) -> None:
        """Play one item over and over, or go on."""
        self._change(reference, QueueCommand("repeat_one", {"on": on}))

    def like(self, reference: ItemReference) -> None:
        """Make an entry's item a favourite."""
        self._change(reference, QueueCommand("favourite", {"entry_id": reference.entry_id}))

    def report(self, queue_id: str, event: ItemEvent) -> None:
        """Tell home what a speaker did with an entry; nothing, if the queue's player was given to another queue."""
        queue = self._store.queue(queue_id)
        if queue is None:
            return
        self._note(queue, event)
        self._queues.tell(queue.player_id, queue.queue_id, event)

    def _begin(self, wanted: Initiation, content: MediaItem, goes_on: ItemReference | None = None) -> BegunQueue:
        if content.explicit and not wanted.explicit_allowed:
            raise ContentFilteredError("it is explicit, and the listener's filter is on")
        queue_id = str(uuid.uuid5(_QUEUE_IDS, wanted.message_id))
        replaced = wanted.current.queue_id if wanted.current else ""
        queue = self._store.seat(queue_id, content.uri, replacing=replaced)
        order = QueueOrder(
            queue_id,
            queue.player_name,
            content,
            shuffle=wanted.modes.shuffle,
            loop=wanted.modes.loop,
            repeat_one=wanted.modes.repeat_one,
            explicit_allowed=wanted.explicit_allowed,
            goes_on=goes_on,
        )
        try:
            first = self._queues.start(queue.player_id, order)
        except SkillError:
            self._give_back(queue_id)
            raise
        return BegunQueue(queue_id, wanted.modes, self._handed(queue_id, first))

    def _give_back(self, queue_id: str) -> None:
        """Give the player back to the queue that had it, since the new one did not begin: "next" there must find it."""
        try:
            self._store.give_back(queue_id)
        except PlaybackStoreError as error:
            _log.warning("a player cannot be given back: %s", error)

    def _content_id(self, current: ItemReference | None) -> str:
        """Return what plays now is made of: as the reference says, or as the table does."""
        if current is None:
            raise ItemNotFoundError("neither content nor an item that plays is named")
        return current.content_id or self._queue(current).content

    def _queue(self, reference: ItemReference) -> MusicQueue:
        queue = self._store.queue(reference.queue_id)
        if queue is None:
            raise ItemNotFoundError("the queue is no more: its player was given to another")
        return queue

    def _change(self, reference: ItemReference, command: QueueCommand) -> None:
        queue = self._queue(reference)
        self._queues.change(queue.player_id, queue.queue_id, command)

    def _handed(self, queue_id: str, entry: QueueEntry) -> HandedEntry:
        url, valid_until = self._urls.entry(queue_id, entry.entry_id)
        return HandedEntry(queue_id, entry, url, valid_until, self._urls.art(entry.item.image_url))

    def _note(self, queue: MusicQueue, event: ItemEvent) -> None:
        """Record that the queue is playing (keeps its player and renews its contentId), or that it went silent."""
        try:
            if event.activity is Activity.STARTED:
                self._store.touch(queue, event.entry_id)
                self._contents.renew(queue.content)
            else:
                self._store.silence(queue, event.entry_id)
        except PlaybackStoreError as error:
            _log.warning("that a queue is heard, or no more, cannot be noted: %s", error)
