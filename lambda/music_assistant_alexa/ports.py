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


class MusicAssistant(Protocol):
    """The server's own API: the library of the whole home."""

    def search(self, text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Return what answers to `text`, best first within each kind. Raises HomeError."""
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
