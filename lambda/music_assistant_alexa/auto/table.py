"""The one table of the dialect's handlers, what a handler may use, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from music_assistant_alexa.actions import Play
from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.sessions import Sessions
from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.handler_table import HandlerTable
from music_assistant_alexa.media_session import SessionEvent
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents
from music_assistant_alexa.ports import MusicAssistant, PlaybackStore
from music_assistant_alexa.stations import Stations

__all__ = ["Answer", "Handler", "Services", "table"]


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers call."""

    playback: Playback
    events: PlaybackEvents
    stations: Stations
    music: MusicAssistant
    store: PlaybackStore
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers, before it is JSON."""

    events: tuple[SessionEvent, ...] = ()
    """What Alexa is told, in order."""

    play: Play | None = None
    """What the head unit is to play from now on. Without it: what it plays, unless one of the events is a Stopped."""

    state: Snapshot | None = None
    """Of GetState, and only of it."""

    error: Exception | None = None
    """What went wrong although the rest was done."""


Handler = Callable[[Turn, Services], Answer]

table: HandlerTable[Handler] = HandlerTable()
