"""The one table of the custom skill's handlers, and what a handler may use."""

from collections.abc import Callable
from dataclasses import dataclass

from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.handler_table import HandlerTable
from music_assistant_alexa.library import Library
from music_assistant_alexa.playback import Playback
from music_assistant_alexa.playback_events import PlaybackEvents

__all__ = ["Handler", "Services", "table"]


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers call."""

    playback: Playback
    events: PlaybackEvents
    library: Library


Handler = Callable[[Turn, Services], Reply]

table: HandlerTable[Handler] = HandlerTable()
