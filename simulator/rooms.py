"""The rooms of a household, each with one Echo: the time it lives in, and what a witness knows of it."""

from dataclasses import dataclass, field
from typing import Any

from music_assistant_alexa.stream_token import StreamToken
from simulator.echo import Echo
from simulator.pocket_clock import PocketClock
from simulator.pocket_queue import PocketItem
from simulator.tries import Tries


@dataclass
class RoomClock:
    """The time of one Echo: it moves everyone's, except while this Echo makes up for what has passed."""

    house: PocketClock
    moves: bool = True

    def time(self) -> float:
        """Return seconds since 1970."""
        return self.house.time()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        if self.moves:
            self.house.advance(seconds)


@dataclass(frozen=True)
class Asked:
    """How things stood when a person's words arrived: a track may end while they are spoken."""

    item_id: str | None
    item: PocketItem | None
    position_ms: int
    finished: bool
    playing: bool
    following: list[PocketItem] | None
    """What `next` leads to, one or none; None where nobody can say."""
    before: PocketItem | None
    """What `previous` leads to."""


@dataclass
class Room:
    """A place with one Echo, and what the witness knows of it."""

    echo: Echo
    mac: str
    clock: RoomClock
    played_until: float = 0.0
    """The moment up to which its music has played."""
    held: list[dict[str, Any]] = field(default_factory=list)
    """Events on their way, not yet handled, in the order they were sent."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """Events handled last, to come a second time."""
    holding: int = 0
    asked: Asked | None = None
    orders: dict[str, str] = field(default_factory=dict)
    """The playBehavior with which the skill gave each stream, by token."""
    begun: list[str] = field(default_factory=list)
    """Tokens of the streams that were heard, in order."""
    answered: str | None = None
    """The token whose NearlyFinished was answered last."""
    silenced: bool = False
    """Someone asked for silence here, and for nothing since."""
    screen_since: int | None = None
    """From this generation on Music Assistant's own screen decides what plays; None: people at the Echo do."""
    tries: Tries = field(default_factory=Tries)
    """What took the place of streams that failed."""
    shaken: bool = False
    """A connection was lost, a program restarted or a Lambda was overtaken since all was well."""

    @property
    def quiet(self) -> bool:
        """Say whether no event is on its way and no screen or fault interferes: what must happen is certain."""
        return not self.held and not self.holding and not self.shaken and self.screen_since is None

    @property
    def token(self) -> StreamToken | None:
        """Return the token of the stream the Echo holds."""
        current = self.echo.device.current
        return StreamToken.decode(current.token) if current else None

    @property
    def item_id(self) -> str | None:
        """Return the queue item of it."""
        return self.token.queue_item_id if self.token else None

    @property
    def begun_ms(self) -> int:
        """Return where in the track the stream began that the Echo holds."""
        current = self.echo.device.current
        return (self.token.position_ms if self.token else 0) + (current.offset_ms if current else 0)

    @property
    def position_ms(self) -> int:
        """Return where in the track the Echo is."""
        return (self.token.position_ms if self.token else 0) + self.echo.device.position_ms
