"""What the core asks of the world; what stands in for an adapter in tests passes the same contract test."""

from typing import Protocol

from music_assistant_alexa.media_session import Vehicle
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

    def has_genre(self, name: str) -> bool:
        """Tell whether a genre of the library has that name, or has it among its others. Raises HomeError."""
        ...

    def favourite_stations(self) -> list[MediaItem]:
        """Return the radio stations that are favourites, in the server's order. Raises HomeError."""
        ...

    def set_favourite(self, uri: str, *, on: bool) -> None:
        """Make something a favourite, or no more one. Raises MediaNotFoundError, HomeError."""
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


class AutoSessions(Protocol):
    """Rows of vehicles, one each beside its player's. Raises PlaybackStoreError."""

    def load(self, device_id: str) -> Vehicle:
        """Return what is remembered of a vehicle; of one never seen, nothing but version 0."""
        ...

    def save(self, device_id: str, vehicle: Vehicle) -> bool:
        """Write a vehicle that was loaded, changed; False if another has written it since."""
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
        """Do `shuffle {on}`, `loop {on}`, `repeat_one {on}` or `favourite {entry_id}`."""
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

    def entity(self, uri: str) -> MediaItem | None:
        """Return what a catalogue last told Amazon that an entity is, None if none told of it."""
        ...

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue, None if its player has been given to another."""
        ...

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue one of the household's players: that of the queue it replaces, else one that is free.

        If none is, the one that has been silent longest, else the one that was heard longest ago. A queue that has one
        keeps it. Of two at once, each gets a player of its own.
        """
        ...

    def give_back(self, queue_id: str) -> None:
        """Undo what `seat` has just done for a queue, unless another has the player by now."""
        ...

    def touch(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that an entry of a queue is being heard."""
        ...

    def silence(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that an entry is no longer heard: the queue is silent, unless another of it is by now."""
        ...


class LinkingStore(Protocol):
    """What account linking must not forget. Raises PlaybackStoreError."""

    def begin(self, grant_id: str, kept_s: int) -> bool:
        """Begin a grant at generation 1; False if it was begun before."""
        ...

    def renew(self, grant_id: str, generation: int, kept_s: int) -> int | None:
        """Return the generation that follows; None unless `generation` is the grant's newest, or the one before.

        The one before is good until its successor has been used, since an answer can be lost.
        """
        ...

    def revoke(self, grant_id: str, kept_s: int) -> None:
        """End a grant, if it was begun; it is remembered as ended for as long as a token of it could be good."""
        ...

    def count(self, counter: str, limit: int, kept_s: int) -> bool:
        """Count one more; False if `limit` is reached already."""
        ...

    def uncount(self, counter: str, kept_s: int) -> None:
        """Count one less."""
        ...
