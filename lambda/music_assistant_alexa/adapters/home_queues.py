"""The music skill's queues at home, by the bridge's HTTP API: what each call asks, and what its refusals mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from music_assistant_alexa.adapters.home_http import HomeHttp
from music_assistant_alexa.adapters.queue_wire import answered_entry, answered_view, is_entry_id, ordered, told
from music_assistant_alexa.errors import HomeCommandError, HomePart, ItemNotFoundError, NothingPlayingError
from music_assistant_alexa.models import PlayerId, QueueCommand
from music_assistant_alexa.music_queue import ItemEvent, QueueEntry, QueueOrder, QueueView

__all__ = ["HomeQueues"]


class HomeQueues:
    """MusicQueues over the way home."""

    def __init__(self, home: HomeHttp) -> None:
        self._home = home

    def start(self, player: PlayerId, order: QueueOrder) -> QueueEntry:
        """Have the player hold a new queue; the answer comes before Music Assistant has loaded it."""
        entry = answered_entry(self._home.request("Start", "POST", _path(player), ordered(order)))
        if entry is None:
            raise HomeCommandError("the bridge began a queue without an entry", HomePart.BRIDGE, 200)
        return entry

    def following(self, player: PlayerId, queue_id: str, entry_id: str, *, skip: bool) -> QueueEntry | None:
        """Return what follows an entry, None after the last."""
        query = {"queue_id": queue_id, "entry_id": _known(entry_id), "skip": int(skip)}
        with _about_an_entry():
            return answered_entry(self._home.request("Following", "GET", _path(player, "/next", query)))

    def previous(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return what stands before an entry."""
        entry = self._command(player, queue_id, QueueCommand("previous", {"entry_id": entry_id}))
        if entry is None:
            raise ItemNotFoundError("nothing stands before it")
        return entry

    def jump(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return the entry that someone chose, to be played now."""
        entry = self._command(player, queue_id, QueueCommand("jump", {"entry_id": entry_id}))
        if entry is None:
            raise ItemNotFoundError("the queue holds no such entry")
        return entry

    def view(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueView:
        """Return the queue from an entry on."""
        query = {"queue_id": queue_id, "entry_id": _known(entry_id)}
        with _about_an_entry():
            return answered_view(self._home.request("View", "GET", _path(player, "", query)))

    def change(self, player: PlayerId, queue_id: str, command: QueueCommand) -> None:
        """Do what has no entry for an answer."""
        self._command(player, queue_id, command)

    def tell(self, player: PlayerId, queue_id: str, event: ItemEvent) -> None:
        """Tell what a speaker did; nobody waits for the answer."""
        _known(event.entry_id)
        with _about_an_entry():
            self._home.request("Event", "POST", _path(player, "/events"), told(queue_id, event), awaited=False)

    def _command(self, player: PlayerId, queue_id: str, command: QueueCommand) -> QueueEntry | None:
        if "entry_id" in command.args:
            _known(command.args["entry_id"])
        body = {"queue_id": queue_id, "command": command.name, "args": dict(command.args)}
        with _about_an_entry():
            return answered_entry(self._home.request("Command", "POST", _path(player, "/command"), body))


def _path(player: PlayerId, of: str = "", query: Mapping[str, Any] | None = None) -> str:
    return f"/players/{player}/queue{of}" + (f"?{urlencode(query)}" if query else "")


def _known(entry_id: str) -> str:
    """Return an id that home may have given. Raises ItemNotFoundError for any other: home need not be asked."""
    if not is_entry_id(entry_id):
        raise ItemNotFoundError("no queue has such an entry")
    return entry_id


@contextmanager
def _about_an_entry() -> Iterator[None]:
    """Let "no such item" mean the entry that was asked about; of an Echo's own queue it means that nothing plays."""
    try:
        yield
    except NothingPlayingError as error:
        raise ItemNotFoundError("the queue holds no such entry") from error
