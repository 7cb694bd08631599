"""The music skill's queues at home, in memory: what the core needs to notice of the bridge, and a count of round trips.

A queue is a list of entries that grows: an item that comes again is a new entry. One player holds one queue; the one
before is forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from music_assistant_alexa.errors import ContentFilteredError, ItemNotFoundError, MediaNotFoundError
from music_assistant_alexa.models import PlayerId, QueueCommand, QueueItem
from music_assistant_alexa.music_queue import ItemEvent, QueueEntry, QueueOrder, QueueView
from simulator.scripted_home import Call, tracks

__all__ = ["ScriptedQueues"]

VIEWED = 10


@dataclass
class _Queue:
    order: QueueOrder
    items: list[QueueItem]
    entries: list[QueueEntry] = field(default_factory=list)
    modes: dict[str, bool] = field(default_factory=dict)
    """The switches `shuffle`, `loop` and `repeat_one`."""

    def entry(self, at: int) -> QueueEntry:
        """Return the entry at a place, those before it made first."""
        while len(self.entries) <= at:
            item = self.items[len(self.entries) % len(self.items)]
            self.entries.append(QueueEntry(str(len(self.entries) + 1), item, first=not self.entries))
        return self.entries[at]

    def again(self, at: int) -> QueueEntry:
        """Put the item of a place there once more, behind itself."""
        self.items[at + 1 : at + 1] = [self.items[at]]
        del self.entries[at + 1 :]
        return self.entry(at + 1)

    def find(self, entry_id: str) -> int:
        """Return the place of an entry."""
        at = int(entry_id) - 1 if entry_id.isdecimal() else -1
        if not 0 <= at < max(len(self.items), len(self.entries)):
            raise ItemNotFoundError("the queue holds no such entry")
        return at


@dataclass
class ScriptedQueues:
    """MusicQueues for a household."""

    contents: dict[str, list[QueueItem]] = field(default_factory=dict)
    """What a contentId holds; three tracks where nothing is said."""
    missing: set[str] = field(default_factory=set)
    """Uris that mean nothing any more."""
    failure: Exception | None = None
    """Raised by every call, after it was counted."""
    calls: list[Call] = field(default_factory=list)
    reports: list[ItemEvent] = field(default_factory=list)
    _queues: dict[PlayerId, _Queue] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of all calls so far."""
        return [call.name for call in self.calls]

    def start(self, player: PlayerId, order: QueueOrder) -> QueueEntry:
        """Hold a new queue; the same order again is answered alike."""
        self._count("start", order=order)
        held = self._queues.get(player)
        if held is None or held.order.queue_id != order.queue_id:
            self._queues[player] = held = self._loaded(order)
        return held.entry(0)

    def following(self, player: PlayerId, queue_id: str, entry_id: str, *, skip: bool) -> QueueEntry | None:
        """Return what follows; with "repeat one" the same item, unless it is skipped."""
        self._count("following", entry_id=entry_id, skip=skip)
        queue = self._held(player, queue_id)
        at = queue.find(entry_id)
        if queue.modes["repeat_one"] and not skip:
            return queue.again(at)
        if at + 1 >= len(queue.items) and not queue.modes["loop"]:
            return None
        return queue.entry(at + 1)

    def previous(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return what stands before."""
        self._count("previous", entry_id=entry_id)
        queue = self._held(player, queue_id)
        at = queue.find(entry_id)
        if at == 0:
            raise ItemNotFoundError("nothing stands before it")
        return queue.entry(at - 1)

    def jump(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return the entry."""
        self._count("jump", entry_id=entry_id)
        queue = self._held(player, queue_id)
        return queue.entry(queue.find(entry_id))

    def view(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueView:
        """Return what a screen shows."""
        self._count("view", entry_id=entry_id)
        queue = self._held(player, queue_id)
        at = queue.find(entry_id)
        places = range(at, max(min(at + VIEWED, len(queue.items)), at + 1))
        return QueueView(tuple(map(queue.entry, places)), **queue.modes)

    def change(self, player: PlayerId, queue_id: str, command: QueueCommand) -> None:
        """Set a mode, or make an item a favourite."""
        self._count(command.name, **command.args)
        queue = self._held(player, queue_id)
        if command.name in queue.modes:
            queue.modes[command.name] = command.args["on"]
        else:
            at = queue.find(command.args["entry_id"])
            liked = replace(queue.entry(at).item, favourite=True)
            queue.entries[at] = replace(queue.entries[at], item=liked)

    def tell(self, player: PlayerId, queue_id: str, event: ItemEvent) -> None:
        """Hear what a speaker did."""
        self._count("tell", event=event)
        self._held(player, queue_id)
        self.reports.append(event)

    def _count(self, name: str, **args: object) -> None:
        self.calls.append(Call(name, args))
        if self.failure:
            raise self.failure

    def _held(self, player: PlayerId, queue_id: str) -> _Queue:
        held = self._queues.get(player)
        if held is None or held.order.queue_id != queue_id:
            raise ItemNotFoundError("the player holds another queue by now")
        return held

    def _loaded(self, order: QueueOrder) -> _Queue:
        uri = order.content.uri
        if uri in self.missing:
            raise MediaNotFoundError
        items = list(_allowed(self.contents.get(uri) or tracks(uri), explicit_allowed=order.explicit_allowed))
        if not items:
            raise ContentFilteredError("all of it is explicit")
        modes = {"shuffle": order.shuffle, "loop": order.loop, "repeat_one": order.repeat_one}
        return _Queue(order, items, modes=modes)


def _allowed(items: Iterable[QueueItem], *, explicit_allowed: bool) -> Iterable[QueueItem]:
    return (item for item in items if explicit_allowed or not item.explicit)
