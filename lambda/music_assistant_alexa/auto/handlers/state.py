"""What the Engine asks about, and what it only lets us know."""

import logging
from dataclasses import replace

from music_assistant_alexa import deadline, telemetry
from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.auto.steps import look, noted
from music_assistant_alexa.auto.table import Answer, Services, table
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import Vehicle
from music_assistant_alexa.models import PlaybackState

_log = logging.getLogger(__name__)

ANSWER_S = 0.35
"""The Engine waits 500 ms for a state, the way to the vehicle included, and takes a late one for an empty one."""


@table.on("GetState")
def get_state(turn: Turn, skill: Services) -> Answer:
    """Say what plays, from the two rows alone; an idle state is better than none where they cannot be read."""
    try:
        with deadline.spending(min(ANSWER_S, deadline.remaining())):
            return Answer(state=look(turn, skill))
    except PlaybackStoreError as error:
        _log.warning("playback state not read: %s", error)
        telemetry.count("PlaybackStore")
        return Answer(state=Snapshot(Vehicle(), PlaybackState(turn.device.device_id), turn.occurred_at))


@table.on("VolumeChanged")
def volume_changed(turn: Turn, skill: Services) -> Answer:
    """Keep the volume, which is the head unit's: Music Assistant sends every player the full signal."""
    return noted(turn, skill, lambda vehicle: replace(vehicle, volume=turn.volume))


@table.on("MutedStateChanged")
def muted_state_changed(turn: Turn, skill: Services) -> Answer:
    """Keep whether it is muted."""
    return noted(turn, skill, lambda vehicle: replace(vehicle, muted=turn.muted))
