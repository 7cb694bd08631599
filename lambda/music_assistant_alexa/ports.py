"""What the core asks of the world: three ports, each with one adapter and one fake that pass the same contract test."""

from typing import Protocol

from music_assistant_alexa.models import (
    Change,
    MediaItem,
    MediaType,
    PlaybackEvent,
    PlaybackState,
    PlayerId,
    PlayerState,
    QueueCommand,
    Upcoming,
)
from music_assistant_alexa.music_queue import ItemEvent, MusicQueue, QueueEntry, QueueOrder, QueueView


class Search(Protocol):
    """What finds media by what was said."""

    def search(self, text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Return what answers to `text`, best first within each kind. Raises HomeError."""
        ...


class MusicAssistant(Search, Protocol):
    """The server's own API: the library of the whole home."""

    def item(self, uri: str) -> MediaItem:
        """Return what a uri stands for now. Raises MediaNotFoundError, HomeError."""
        ...

    def albums_of(self, artist_uri: str) -> list[MediaItem]:
        """Return an artist's albums, the newest first. Raises HomeError."""
        ...


class EchoPlayers(Protocol):
    """The home bridge: an Echo as an MA player. Every method is one round trip home and raises HomeError."""

    def command(self, player: PlayerId, command: QueueCommand) -> PlayerState:
        """Do it (making the player if it is new); `.stream` is to be played then, `.upcoming` enqueued."""
        ...

    def next_stream(self, player: PlayerId, generation: int) -> Upcoming:
        """Return what follows the stream of that generation."""
        ...

    def report(self, player: PlayerId, event: PlaybackEvent) -> PlayerState:
        """Tell what the device did."""
        ...


class PlaybackStore(Protocol):
    """The rows, one per device. Raises PlaybackStoreError."""

    def load(self, device_id: str) -> PlaybackState | None:
        """Return what is remembered of the device, or None if nothing is or it has expired."""
        ...

    def record(self, device_id: str, change: Change) -> bool:
        """Write one group of fields; False if something newer is stored already."""
        ...


class MusicQueues(Protocol):
    """The home bridge: an MA queue for each of the music skill's. Every method is one round trip and raises HomeError.

    A queue that the player no longer holds is an ItemNotFoundError.
    """

    def start(self, player: PlayerId, order: QueueOrder) -> QueueEntry:
        """Have the player (made if it is new) hold a new queue, and return its first entry before MA has loaded it.

        The same order again gets the same answer. Raises MediaNotFoundError, ContentFilteredError.
        """
        ...

    def following(self, player: PlayerId, queue_id: str, entry_id: str, *, skip: bool) -> QueueEntry | None:
        """Return what follows an entry, None after the last; `skip`: someone asked, so that "repeat one" is left."""
        ...

    def previous(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return what stands before an entry. Raises ItemNotFoundError at the first."""
        ...

    def jump(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueEntry:
        """Return the entry, to be played now. Raises ItemNotFoundError."""
        ...

    def view(self, player: PlayerId, queue_id: str, entry_id: str) -> QueueView:
        """Return the queue from an entry on, ten entries at most. Raises ItemNotFoundError."""
        ...

    def change(self, player: PlayerId, queue_id: str, command: QueueCommand) -> None:
        """Do `shuffle {on}`, `repeat {mode}` or `favourite {entry_id}`."""
        ...

    def tell(self, player: PlayerId, queue_id: str, event: ItemEvent) -> None:
        """Tell what a speaker did with an entry."""
        ...


class MusicStore(Protocol):
    """Rows of the music skill. Raises PlaybackStoreError."""

    def content(self, uri: str) -> MediaItem | None:
        """Return what a contentId meant when it was last handed out."""
        ...

    def remember(self, item: MediaItem) -> None:
        """Keep what a contentId means, for over a year."""
        ...

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue, None if its player has been given to another."""
        ...

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue one of the household's players: that of the queue it replaces, else the longest idle.

        A queue that has one keeps it. Of two at once, each gets a player of its own.
        """
        ...

    def touch(self, queue: MusicQueue) -> None:
        """Note that a queue is being heard, so that its player is not the longest idle."""
        ...
