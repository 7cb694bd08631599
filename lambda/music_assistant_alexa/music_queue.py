"""The queues of the music skill: Alexa names them and their entries, Music Assistant holds them at home.

No device id comes with that dialect's requests: a household has a few players for it, and a queue is given one of them.
"""

from dataclasses import dataclass, field

from music_assistant_alexa.models import Activity, Device, MediaItem, PlayerId, QueueItem

__all__ = ["PLAYERS", "ItemEvent", "ItemReference", "MusicQueue", "QueueEntry", "QueueOrder", "QueueView"]

PLAYERS = 4
"""How many of a household's rooms can each play a queue of their own by the music skill at once."""


@dataclass(frozen=True, slots=True)
class MusicQueue:
    """A queue, and the player that was given to it."""

    queue_id: str
    seat: int
    """From 1 to PLAYERS."""

    content: str = ""
    """The contentId it was made of."""

    heard_at: int = field(default=0, compare=False)
    """When it was last noted that it is heard, in Unix seconds."""

    @property
    def player_id(self) -> PlayerId:
        """Return the locally administered MAC of its player: the same in every run."""
        return Device(f"music skill {self.seat}").player_id

    @property
    def player_name(self) -> str:
        """Return what its player is called in Music Assistant."""
        return f"Alexa music {self.seat}"


@dataclass(frozen=True, slots=True)
class ItemReference:
    """How Alexa refers to an entry."""

    queue_id: str
    entry_id: str
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """What a new queue is to be."""

    queue_id: str
    name: str
    """Its player's."""

    content: MediaItem
    """`uri` says what; name, artist and other uris let home notice that the uri has come to mean something else."""

    shuffle: bool = False
    loop: bool = False
    repeat_one: bool = False
    explicit_allowed: bool = True
    goes_on: ItemReference | None = None
    """The entry that is heard: begin with it, where it is, if the player holds its queue, of the same content."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One item of a queue, as Alexa refers to it."""

    entry_id: str
    """Unique in its queue: an item that comes again by "repeat" is another entry."""

    item: QueueItem
    """Its `queue_item_id` is empty until MA has loaded it."""

    first: bool = False
    """Nothing stands before it."""

    offset_ms: int = 0
    """Where in its stream to begin."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """What a screen shows of a queue."""

    entries: tuple[QueueEntry, ...]
    shuffle: bool = False
    loop: bool = False
    repeat_one: bool = False


@dataclass(frozen=True, slots=True)
class ItemEvent:
    """What a speaker did with an entry."""

    activity: Activity
    entry_id: str
    offset_ms: int
    occurred_at: int = field(default=0)
    """Unix seconds."""
