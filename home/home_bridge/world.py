"""What all players share."""

from dataclasses import dataclass
from typing import Protocol

from home_bridge.ma_api import MusicAssistantApi
from home_bridge.settings import Settings
from home_bridge.store import PlayerStore
from home_bridge.streams import Streams


class Clock(Protocol):
    """A wall clock."""

    def time(self) -> float:
        """Return Unix seconds."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What all players share."""

    settings: Settings
    ma: MusicAssistantApi
    streams: Streams
    store: PlayerStore
    clock: Clock
