"""What a device is told to do, in words every dialect can turn into its own directives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from music_assistant_alexa.models import QueueItem

Art: TypeAlias = Mapping[int, str]
"""The public URLs of one square picture, by the length of its edge in pixels."""


class PlayBehavior(StrEnum):
    """Where a stream goes on the device (Alexa's playBehavior)."""

    REPLACE_ALL = "REPLACE_ALL"
    ENQUEUE = "ENQUEUE"
    REPLACE_ENQUEUED = "REPLACE_ENQUEUED"


@dataclass(frozen=True, slots=True)
class Play:
    """Fetch this stream, now or next."""

    behavior: PlayBehavior
    url: str
    """Public, signed, https."""

    token: str
    item: QueueItem
    art: Art = field(default_factory=dict)
    offset_ms: int = 0
    expected_previous_token: str | None = None
    """Of ENQUEUE, and only of it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop where you are."""


@dataclass(frozen=True, slots=True)
class ClearQueue:
    """Forget what was enqueued; with `everything`, stop too."""

    everything: bool = False


Action = Play | Stop | ClearQueue


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command or an event leads to."""

    actions: tuple[Action, ...] = ()
    item: QueueItem | None = None
    """What it is about, for those who speak."""
