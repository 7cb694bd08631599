"""What a head unit did: with a stream of ours, as an Echo's AudioPlayer events tell it, and with its sources."""

from dataclasses import replace

from music_assistant_alexa import telemetry
from music_assistant_alexa.actions import Outcome, Stop
from music_assistant_alexa.auto.failures import UnplayableError
from music_assistant_alexa.auto.message import Turn
from music_assistant_alexa.auto.steps import (
    goes_on,
    handed,
    is_here,
    last_moment,
    moment,
    play_of,
    quiet,
    reopened,
    sounds,
    source_of,
    tell,
)
from music_assistant_alexa.auto.table import Answer, Services, table
from music_assistant_alexa.auto.words import Report
from music_assistant_alexa.errors import NothingPlayingError, PlaybackStoreError, SkillError
from music_assistant_alexa.media_session import Change, Vehicle, closed, silenced
from music_assistant_alexa.models import Activity, Heard, Moment
from music_assistant_alexa.playback_events import Reported
from music_assistant_alexa.stream_token import StreamToken


@table.on(f"event.{Report.STARTED}", f"event.{Report.PROGRESS}")
def started(turn: Turn, skill: Services) -> Answer:
    """Note where the music is. Silence, if Music Assistant's own screen wants it."""
    if turn.token is None:
        return Answer()
    reported = Reported(turn.token, turn.ms)
    outcome = tell(lambda: skill.events.started(_moment(turn), reported))
    if Stop() in outcome.actions:
        return Answer(skill.sessions.change(turn.device, quiet(turn)))
    if not _is_now(turn, skill, turn.token, Activity.STARTED):
        return Answer()
    return Answer(skill.sessions.change(turn.device, sounds(turn)))


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
    if play_of(upcoming) is None or Stop() in ended.actions:
        return Answer(skill.sessions.change(turn.device, silenced), error=error)
    return goes_on(turn, skill, upcoming)


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
    if turn.token:
        begun = skill.sessions.change(turn.device, reopened(turn, playing=False), opens=True)
        more = started(turn, skill)
        return replace(more, events=(*begun, *more.events))
    try:
        outcome = skill.playback.resume(moment(turn, skill))
    except NothingPlayingError:
        return Answer(skill.sessions.change(turn.device, reopened(turn, playing=False), opens=True))
    return handed(turn, skill, outcome, reopened(turn))


@table.on(f"event.{Report.GUI_STOPPED}")
def gui_stopped(turn: Turn, skill: Services) -> Answer:
    """Keep silent what someone has stopped on the screen; the session stays open."""
    _silence(turn, skill)
    return Answer(skill.sessions.change(turn.device, quiet(turn)))


@table.on(f"event.{Report.SWITCHED_AWAY}")
def switched_away(turn: Turn, skill: Services) -> Answer:
    """Close the session of a source that has lost the loudspeakers to another."""
    _silence(turn, skill)

    def transition(vehicle: Vehicle) -> Change:
        return closed(vehicle) if vehicle.session.is_open_at(source_of(turn, vehicle)) else (vehicle, ())

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


def _moment(turn: Turn) -> Moment:
    return Moment(turn.device, turn.occurred_at)


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
    try:
        state = skill.store.load(turn.device.device_id)
    except PlaybackStoreError:
        return None
    running = state.running if state else None
    return running.activity if running and running.generation > token.generation else None
