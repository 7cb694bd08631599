"""What a head unit did: with a stream of ours, as an Echo's AudioPlayer events tell it, and with its sources."""

import logging
from dataclasses import replace

from music_assistant_alexa import telemetry
from music_assistant_alexa.actions import Outcome, Play, Stop
from music_assistant_alexa.auto.failures import UnplayableError
from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.steps import (
    goes_on,
    handed,
    is_here,
    last_moment,
    look,
    play_of,
    quiet,
    reopened,
    resumed,
    sounds,
    source_of,
    tell,
)
from music_assistant_alexa.auto.table import Answer, Services, table
from music_assistant_alexa.auto.words import Report
from music_assistant_alexa.errors import NothingPlayingError, PlaybackStoreError, SkillError
from music_assistant_alexa.media_session import Change, Transition, Vehicle, closed, confirmed, silenced
from music_assistant_alexa.models import Activity, EventRank, Heard, Moment, Running
from music_assistant_alexa.playback_events import Reported
from music_assistant_alexa.stream_token import StreamToken

_log = logging.getLogger(__name__)

_PROGRESS = f"event.{Report.PROGRESS}"

IN_FLIGHT_MS = 2_000
"""So much further than the silence a progress may say that it was: clocks have whole seconds."""


@table.on(f"event.{Report.STARTED}", _PROGRESS)
def started(turn: Turn, skill: Services) -> Answer:
    """Note where the music is. Silence, if Music Assistant's own screen wants it."""
    if turn.token is None or _is_in_flight(turn, skill, turn.token):
        return Answer()
    reported = Reported(turn.token, turn.ms)
    outcome = tell(lambda: skill.events.started(_moment(turn), reported))
    if Stop() in outcome.actions:
        return Answer(skill.sessions.change(turn.device, quiet(turn)))
    if not _is_now(turn, skill, turn.token, Activity.STARTED):
        return Answer()
    return Answer(skill.sessions.change(turn.device, _audible(turn)))


@table.on(f"event.{Report.STOPPED}")
def stopped(turn: Turn, skill: Services) -> Answer:
    """Keep the place; someone may only be speaking."""
    if turn.token is None:
        return Answer()
    _tell_stopped(turn, skill, turn.token)
    if not _is_now(turn, skill, turn.token, Activity.STOPPED):
        return Answer()
    return Answer(skill.sessions.change(turn.device, silenced))


@table.on(f"event.{Report.FINISHED}")
def finished(turn: Turn, skill: Services) -> Answer:
    """Answer the end of a stream with the next one, as an Echo is that asks just before it ends.

    With a newer one that was handed out and never begun: the answer that had it may have been lost.
    """
    if turn.token is None or _newer(turn, skill, turn.token) not in {None, Activity.HANDED}:
        return Answer()
    reported, here, error = Reported(turn.token, turn.ms), _moment(turn), None
    try:
        upcoming = skill.events.nearly_finished(here, reported)
    except SkillError as failed_ahead:
        upcoming, error = Outcome(), failed_ahead
    ended = tell(lambda: skill.events.finished(here, reported))
    play = play_of(upcoming)
    if play is None or Stop() in ended.actions:
        return Answer(skill.sessions.change(turn.device, silenced), error=error)
    return goes_on(turn, skill, upcoming) if _runs(turn, skill, play) else Answer()


@table.on(f"event.{Report.FAILED}")
def failed(turn: Turn, skill: Services) -> Answer:
    """Try again, then the next item, then fall silent: the rule of AudioPlayer's PlaybackFailed."""
    if turn.token is None:
        return Answer()
    telemetry.count("PlaybackFailed")
    if _newer(turn, skill, turn.token) is Activity.HANDED:
        return finished(turn, skill)
    try:
        outcome = skill.events.failed(_moment(turn), Reported(turn.token), Heard(turn.token, turn.ms))
    except SkillError as error:
        _tell_stopped(turn, skill, turn.token)
        return Answer(skill.sessions.change(turn.device, silenced), error=error)
    if play_of(outcome):
        return goes_on(turn, skill, outcome)
    if not _is_now(turn, skill, turn.token, Activity.FAILED):
        return Answer()
    return Answer(skill.sessions.change(turn.device, silenced), error=UnplayableError())


@table.on(f"event.{Report.GUI_STARTED}")
def gui_started(turn: Turn, skill: Services) -> Answer:
    """Open a session of its own for a source that someone has chosen on the screen, and go on there.

    With a token the head unit plays that already. Where nothing was played yet, someone is only looking.
    """
    if _is_late(turn, skill, begins=True):
        return Answer()
    if turn.token:
        begun = skill.sessions.change(turn.device, reopened(turn, playing=False), opens=True)
        more = started(turn, skill)
        return replace(more, events=(*begun, *more.events))
    try:
        outcome = resumed(turn, skill)
    except NothingPlayingError:
        return Answer(skill.sessions.change(turn.device, reopened(turn, playing=False), opens=True))
    return handed(turn, skill, outcome, reopened(turn))


@table.on(f"event.{Report.GUI_STOPPED}")
def gui_stopped(turn: Turn, skill: Services) -> Answer:
    """Keep silent what someone has stopped on the screen; the session stays open."""
    if _is_late(turn, skill):
        return Answer()
    _silence(turn, skill)
    return Answer(skill.sessions.change(turn.device, quiet(turn)))


@table.on(f"event.{Report.SWITCHED_AWAY}")
def switched_away(turn: Turn, skill: Services) -> Answer:
    """Close the session of a source that has lost the loudspeakers to another."""
    if _is_late(turn, skill):
        return Answer()
    _silence(turn, skill)

    def transition(vehicle: Vehicle) -> Change:
        return closed(vehicle) if vehicle.holds(source_of(turn, vehicle)) else (vehicle, ())

    return Answer(skill.sessions.change(turn.device, transition))


def _silence(turn: Turn, skill: Services) -> None:
    """Keep the place, and that it was a person who wanted silence."""
    if not is_here(turn, skill):
        return
    if turn.token:
        _tell_stopped(turn, skill, turn.token)
    skill.playback.pause(last_moment(turn, skill))


def _tell_stopped(turn: Turn, skill: Services, token: StreamToken) -> None:
    tell(lambda: skill.events.stopped(_moment(turn), Reported(token, turn.ms)))


def _audible(turn: Turn) -> Transition:
    """Return the stream being heard: the answer that had it has arrived, and with it what Alexa was told."""
    heard, progress = sounds(turn), turn.key == _PROGRESS

    def transition(vehicle: Vehicle) -> Change:
        known = confirmed(vehicle)
        return heard(replace(known, tells_progress=known.tells_progress or progress))

    return transition


def _runs(turn: Turn, skill: Services, play: Play) -> bool:
    """Record the stream as the one that plays from now on: its `started` may be lost. False, if a newer one does."""
    token = StreamToken.decode(play.token)
    if token is None:
        return True
    running = Running(token, play.item, Activity.HANDED, play.offset_ms, 0, EventRank.START)
    try:
        return skill.store.record(turn.device.device_id, running)
    except PlaybackStoreError as error:  # music does not stop because it could not be written
        _log.warning("playback state not stored: %s", error)
        return True


def _moment(turn: Turn) -> Moment:
    return Moment(turn.device, turn.occurred_at)


def _is_in_flight(turn: Turn, skill: Services, token: StreamToken) -> bool:
    """Tell whether a progress was on its way while someone stopped the stream: only `started` ends that silence."""
    running = _running(turn, skill) if turn.key == _PROGRESS else None
    if running is None or not running.stopped_by_user:
        return False
    return running.generation == token.generation and turn.ms <= running.offset_ms + IN_FLIGHT_MS


def _is_late(turn: Turn, skill: Services, *, begins: bool = False) -> bool:
    """Tell whether something else was asked for since this was done on the screen.

    A newer stream that never began does not show it, since the answer that had it may be lost; a later time does.
    `begins`: what was stopped since does not begin again.
    """
    try:
        seen = look(turn, skill)
    except PlaybackStoreError:
        return False
    running = seen.playback.running
    if running is None:
        return False
    if begins and running.stopped_by_user and running.occurred_at > turn.occurred_at:
        return True
    generation = turn.token.generation if turn.token else 0
    if generation >= running.generation:
        return False
    began = generation > 0 and running.activity is not Activity.HANDED
    return began or (seen.handed_at or 0) > turn.occurred_at


def _is_now(turn: Turn, skill: Services, token: StreamToken, activity: Activity) -> bool:
    """Tell whether what was reported is what is known now: it was not late, and nothing newer is known."""
    try:
        state = skill.store.load(turn.device.device_id)
    except PlaybackStoreError:
        return True
    running = state.running if state else None
    return running is not None and running.generation == token.generation and running.activity is activity


def _newer(turn: Turn, skill: Services, token: StreamToken) -> Activity | None:
    """Return what is known of a newer stream that was handed out since; None, if none was."""
    running = _running(turn, skill)
    return running.activity if running and running.generation > token.generation else None


def _running(turn: Turn, skill: Services) -> Running | None:
    try:
        state = skill.store.load(turn.device.device_id)
    except PlaybackStoreError:
        return None
    return state.running if state else None
