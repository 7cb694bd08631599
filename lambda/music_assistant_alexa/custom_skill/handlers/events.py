"""What devices report. Answered with directives or silence, never with words."""

import logging
from collections.abc import Callable

from music_assistant_alexa import telemetry
from music_assistant_alexa.actions import Outcome
from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.table import Handler, Services, table
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.models import Moment
from music_assistant_alexa.playback_events import PlaybackEvents, Reported

_log = logging.getLogger(__name__)

_Event = Callable[[PlaybackEvents, Moment, Reported], Outcome]


def _handler(event: _Event) -> Handler:
    """Return a handler for an event about one stream; a foreign token is answered with silence."""

    def handle(turn: Turn, skill: Services) -> Reply:
        if turn.reported is None:
            return Reply()
        return Reply.of(event(skill.events, turn.moment, Reported(turn.reported, turn.offset_ms)))

    return handle


table.on("AudioPlayer.PlaybackStarted")(_handler(PlaybackEvents.started))
table.on("AudioPlayer.PlaybackNearlyFinished")(_handler(PlaybackEvents.nearly_finished))
table.on("AudioPlayer.PlaybackStopped")(_handler(PlaybackEvents.stopped))
table.on("AudioPlayer.PlaybackFinished")(_handler(PlaybackEvents.finished))


@table.on("AudioPlayer.PlaybackFailed")
def failed(turn: Turn, skill: Services) -> Reply:
    """Try again, skip, or fall silent; the request says which stream broke and which one plays."""
    if turn.reported is None:
        return Reply()
    _log.warning("the device could not play a stream: %s", turn.failure)
    telemetry.count("PlaybackFailed")
    return Reply.of(skill.events.failed(turn.moment, Reported(turn.reported), turn.current))
