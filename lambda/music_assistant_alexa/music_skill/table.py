"""The one table of the music skill's handlers, and what a handler may use."""

from collections.abc import Callable
from dataclasses import dataclass

from music_assistant_alexa.actions import Art
from music_assistant_alexa.contents import Contents
from music_assistant_alexa.handler_table import HandlerTable
from music_assistant_alexa.music_queues import QueuePlayback
from music_assistant_alexa.music_skill.directive import Directive
from music_assistant_alexa.music_skill.responses import Response

__all__ = ["Handler", "Services", "table"]


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers call."""

    contents: Contents
    playback: QueuePlayback
    art: Callable[[str], Art]
    """The public URLs of a picture."""


Handler = Callable[[Directive, Services], Response | None]
"""Events are answered with nothing."""

table: HandlerTable[Handler] = HandlerTable()
