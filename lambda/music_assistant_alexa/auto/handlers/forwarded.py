"""What a head unit has told the Engine itself, and lets us know: bookkeeping, since Alexa knows it already.

Events of other sessions may follow from it; the session it is about is never told of twice.
"""

import uuid
from dataclasses import replace

from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.steps import look, source_of, tell
from music_assistant_alexa.auto.table import Answer, Services, table
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import (
    Change,
    SessionEventName,
    Transition,
    Vehicle,
    closed,
    confirmed,
    opened,
    silenced,
    sounding,
)
from music_assistant_alexa.models import Activity, Moment
from music_assistant_alexa.playback_events import Reported


@table.on(f"PlayerEvent.{SessionEventName.SESSION_STARTED}")
def session_started(turn: Turn, skill: Services) -> Answer:
    """Take over the session that the head unit has opened."""
    if _is_over(turn, skill):
        return Answer()
    return _noted(turn, skill, _adopted(turn, playing=False))


@table.on(f"PlayerEvent.{SessionEventName.STARTED}")
def playback_started(turn: Turn, skill: Services) -> Answer:
    """Note that it plays."""
    if _is_over(turn, skill):
        return Answer()
    _tell(turn, skill, Activity.STARTED)
    return _noted(turn, skill, _adopted(turn, playing=True))


@table.on(f"PlayerEvent.{SessionEventName.STOPPED}", "PlayerError")
def playback_stopped(turn: Turn, skill: Services) -> Answer:
    """Note that it does not play."""
    if _is_open(turn, skill):
        _tell(turn, skill, Activity.STOPPED)
        return _noted(turn, skill, silenced)
    return Answer()


@table.on(f"PlayerEvent.{SessionEventName.SESSION_ENDED}")
def session_ended(turn: Turn, skill: Services) -> Answer:
    """Forget the session."""
    if _is_open(turn, skill):
        _tell(turn, skill, Activity.STOPPED)
        return _noted(turn, skill, closed)
    return Answer()


def _adopted(turn: Turn, *, playing: bool) -> Transition:
    """Return the session of the message being open; the one that is, if it is the same."""
    session_id = turn.session_id or str(uuid.uuid4())

    def transition(vehicle: Vehicle) -> Change:
        source = source_of(turn, vehicle)
        if not _is_same(turn, vehicle):
            after, events = opened(vehicle, source, session_id, playing=playing)
            return replace(after, session=replace(after.session, known=True)), events
        known = confirmed(vehicle)
        return sounding(known, source, session_id) if playing else (known, ())

    return transition


def _noted(turn: Turn, skill: Services, transition: Transition) -> Answer:
    """Make the change, and tell what is news to Alexa: events of other sources' sessions, or of another id's."""
    events = skill.sessions.change(turn.device, transition)
    known = {"", turn.session_id}
    return Answer(tuple(event for event in events if event.source != turn.source or not known & {event.session_id}))


def _is_over(turn: Turn, skill: Services) -> bool:
    """Tell whether a message is about the session that was closed last: it was told late, and opens none."""
    try:
        ended = skill.sessions.of(turn.device).ended
    except PlaybackStoreError:
        return False
    return bool(ended) and turn.session_id == ended


def _is_open(turn: Turn, skill: Services) -> bool:
    return _is_same(turn, skill.sessions.of(turn.device))


def _is_same(turn: Turn, vehicle: Vehicle) -> bool:
    """Tell whether a message is about the session that is open; SDKs before 3.3 name none."""
    session = vehicle.session
    return session.is_open_at(source_of(turn, vehicle)) and turn.session_id in {"", session.session_id}


def _tell(turn: Turn, skill: Services, activity: Activity) -> None:
    """Tell home, if it is news: such a message names no stream, so it is about the one that was handed out last."""
    try:
        seen = look(turn, skill)
    except PlaybackStoreError:
        return
    running = seen.playback.running
    silent = {Activity.STOPPED, Activity.FINISHED, Activity.FAILED}
    if running is None or running.activity is activity or (activity is Activity.STOPPED and running.activity in silent):
        return
    reported = Reported(running.token, max(seen.place_ms - running.token.position_ms, 0))
    here = Moment(turn.device, turn.occurred_at)
    report = skill.events.started if activity is Activity.STARTED else skill.events.stopped
    tell(lambda: report(here, reported))
