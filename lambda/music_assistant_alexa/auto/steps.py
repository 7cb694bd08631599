"""What more than one handler does: look at a vehicle, hand music out, say that it is silent."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace

from music_assistant_alexa import telemetry
from music_assistant_alexa.actions import Outcome, Play
from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.auto.table import Answer, Services
from music_assistant_alexa.auto.words import Source
from music_assistant_alexa.errors import HomeError, ItemNotFoundError, NothingPlayingError, PlaybackStoreError
from music_assistant_alexa.media_session import (
    Change,
    MediaSession,
    SessionEventName,
    Transition,
    Vehicle,
    closed,
    opened,
    silenced,
    sounding,
)
from music_assistant_alexa.models import Moment, PlaybackState

__all__ = [
    "goes_on",
    "handed",
    "is_here",
    "last_moment",
    "look",
    "moment",
    "noted",
    "play_of",
    "quiet",
    "reopened",
    "resumed",
    "sounds",
    "source_of",
    "tell",
]

_log = logging.getLogger(__name__)

PICTURE_EDGES = (48, 110, 256, 600)
"""Pixels of a state's tiny, small, medium and large picture."""


def look(turn: Turn, skill: Services) -> Snapshot:
    """Return what is known of the vehicle now: two reads. Raises PlaybackStoreError."""
    vehicle, device_id = skill.sessions.of(turn.device), turn.device.device_id
    return Snapshot(vehicle, skill.store.load(device_id) or PlaybackState(device_id), turn.occurred_at)


def moment(turn: Turn, skill: Services) -> Moment:
    """Return who asks and when; where the vehicle is by now is reckoned from its rows, since no message says it."""
    try:
        return Moment(turn.device, turn.occurred_at, look(turn, skill).heard)
    except PlaybackStoreError:  # what can be done without the rows is
        return Moment(turn.device, turn.occurred_at)


def last_moment(turn: Turn, skill: Services) -> Moment:
    """Return the moment in which the vehicle falls silent: a report of the same whole second was before it."""
    now = moment(turn, skill)
    heard = replace(now.heard, offset_ms=now.heard.offset_ms + 1) if now.heard.token else now.heard
    return replace(now, heard=heard)


def source_of(turn: Turn, vehicle: Vehicle) -> str:
    """Return the source something is about: the one it names, else that of the last session."""
    return turn.source or vehicle.session.source or Source.DEFAULT


def is_here(turn: Turn, skill: Services) -> bool:
    """Tell whether what plays is the turn's own source's: nobody pauses a radio by stopping the CD."""
    try:
        vehicle = skill.sessions.of(turn.device)
    except PlaybackStoreError:
        return True
    return not vehicle.session.session_id or turn.source is None or vehicle.holds(turn.source)


def resumed(turn: Turn, skill: Services) -> Outcome:
    """Go on where the vehicle was.

    Raises NothingPlayingError where nothing was played yet, ItemNotFoundError where that is no more.
    """
    state = skill.store.load(turn.device.device_id)
    if state is None or state.running is None:
        raise NothingPlayingError("nothing was played here yet")
    try:
        return skill.playback.resume(moment(turn, skill))
    except NothingPlayingError as error:
        raise ItemNotFoundError("what was played last is no more") from error


def play_of(outcome: Outcome) -> Play | None:
    """Return the stream that an outcome hands out, if it does."""
    return next((action for action in outcome.actions if isinstance(action, Play)), None)


def handed(turn: Turn, skill: Services, outcome: Outcome, transition: Transition, *, opens: bool = True) -> Answer:
    """Answer with the stream that was handed out; with nothing, if a newer one was meanwhile.

    `opens`: in a session of its own.
    """
    play = play_of(outcome)
    if play is None:
        return Answer()
    return Answer(skill.sessions.change(turn.device, _showing(turn, play, transition), opens=opens), play)


def goes_on(turn: Turn, skill: Services, outcome: Outcome) -> Answer:
    """Answer with a stream in the session that is open at the source, or in a new one."""
    return handed(turn, skill, outcome, sounds(turn), opens=False)


def sounds(turn: Turn) -> Transition:
    """Return music being heard at the source, with an id for the case that no session is open there."""
    new_id = str(uuid.uuid4())
    return lambda vehicle: sounding(vehicle, source_of(turn, vehicle), new_id)


def reopened(turn: Turn, *, playing: bool = True) -> Transition:
    """Return the opening of a session with an id of its own: nobody gave one."""
    new_id = str(uuid.uuid4())
    return lambda vehicle: opened(vehicle, source_of(turn, vehicle), new_id, playing=playing)


def quiet(turn: Turn, *, ended: bool = False) -> Transition:
    """Return falling silent, which is told in any case: Alexa may still believe in a session that we do not know."""

    def transition(vehicle: Vehicle) -> Change:
        source = source_of(turn, vehicle)
        if not vehicle.holds(source):
            names = (SessionEventName.STOPPED, SessionEventName.SESSION_ENDED)[: 2 if ended else 1]
            return vehicle, tuple(map(MediaSession(source).event, names))
        if ended:
            return closed(replace(vehicle, session=replace(vehicle.session, playing=True)))
        session = vehicle.session if vehicle.session.is_open_at(source) else vehicle.doubted
        return silenced(vehicle)[0], (session.event(SessionEventName.STOPPED),)

    return transition


def noted(turn: Turn, skill: Services, change: Callable[[Vehicle], Vehicle]) -> Answer:
    """Keep what a later GetState says; Alexa is told nothing."""
    return Answer(skill.sessions.change(turn.device, lambda vehicle: (change(vehicle), ())))


def tell(report: Callable[[], Outcome]) -> Outcome:
    """Tell home what happened. It happened all the same where home is away: that is no error of the vehicle's."""
    try:
        return report()
    except HomeError as error:
        telemetry.failed(_log, "home was not told", error)
        return Outcome()


def _showing(turn: Turn, play: Play, transition: Transition) -> Transition:
    """Return the transition, with the pictures of what is handed out now kept as well, and when that is."""
    pictures = tuple(play.art[edge] for edge in PICTURE_EDGES if edge in play.art)

    def shown(vehicle: Vehicle) -> Change:
        after, events = transition(vehicle)
        item_id = play.item.queue_item_id
        return replace(after, pictured=item_id, pictures=pictures, handed_at=turn.occurred_at), events

    return shown
