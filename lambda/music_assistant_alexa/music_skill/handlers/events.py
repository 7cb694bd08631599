"""What speakers report of an item. It is told home, and answered with nothing."""

import logging
from collections.abc import Callable

from music_assistant_alexa import telemetry
from music_assistant_alexa.models import Activity
from music_assistant_alexa.music_queue import ItemEvent
from music_assistant_alexa.music_skill.directive import EVENTS, Directive
from music_assistant_alexa.music_skill.table import Services, table

_log = logging.getLogger(__name__)


def _handler(activity: Activity) -> Callable[[Directive, Services], None]:
    def handle(directive: Directive, skill: Services) -> None:
        item = directive.item
        event = ItemEvent(activity, item.entry_id, directive.offset_ms, directive.occurred_at)
        skill.playback.report(item.queue_id, event)

    return handle


table.on(f"{EVENTS}ItemPlaybackStarted")(_handler(Activity.STARTED))
table.on(f"{EVENTS}ItemPlaybackStopped")(_handler(Activity.STOPPED))
table.on(f"{EVENTS}ItemPlaybackFinished")(_handler(Activity.FINISHED))


@table.on(f"{EVENTS}ItemPlaybackFailed")
def failed(directive: Directive, skill: Services) -> None:
    """Tell home; Alexa asks for the next item by itself."""
    _log.warning("a speaker could not play an item of a queue")
    telemetry.count("PlaybackFailed")
    _handler(Activity.FAILED)(directive, skill)
