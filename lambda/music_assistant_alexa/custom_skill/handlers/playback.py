"""Transport: by voice, and by the buttons of a remote or a screen, which have the same effect without words."""

import re

from music_assistant_alexa.actions import Outcome
from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn
from music_assistant_alexa.errors import PlayerUnavailableError
from music_assistant_alexa.models import RepeatMode

__all__ = ["handed", "require_audio"]

_DURATION = re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)(?:\.\d+)?S)?)?")


def require_audio(turn: Turn) -> None:
    """Raise PlayerUnavailableError for a device that has no AudioPlayer."""
    if not turn.device.plays_audio:
        raise PlayerUnavailableError("the device has no AudioPlayer")


@table.on("AMAZON.ResumeIntent", "PlaybackController.PlayCommandIssued")
def resume(turn: Turn, skill: Services) -> Reply:
    """Go on where the device was."""
    require_audio(turn)
    return handed(skill.playback.resume(turn.moment))


@table.on("AMAZON.PauseIntent", "PlaybackController.PauseCommandIssued")
def pause(turn: Turn, skill: Services) -> Reply:
    """Fall silent, to be resumed."""
    return Reply.of(skill.playback.pause(turn.moment))


@table.on("AMAZON.StopIntent", "AMAZON.CancelIntent")
def stop(turn: Turn, skill: Services) -> Reply:
    """Fall silent and forget what was enqueued."""
    return Reply.of(skill.playback.stop(turn.moment))


@table.on("AMAZON.NextIntent", "PlaybackController.NextCommandIssued")
def next_item(turn: Turn, skill: Services) -> Reply:
    """Play the item after the current one."""
    require_audio(turn)
    return handed(skill.playback.next(turn.moment))


@table.on("AMAZON.PreviousIntent", "PlaybackController.PreviousCommandIssued")
def previous_item(turn: Turn, skill: Services) -> Reply:
    """Play the item before the current one."""
    require_audio(turn)
    return handed(skill.playback.previous(turn.moment))


@table.on("AMAZON.StartOverIntent", "AMAZON.RepeatIntent")
def start_over(turn: Turn, skill: Services) -> Reply:
    """Play the current item from its start, at once."""
    require_audio(turn)
    return handed(skill.playback.start_over(turn.moment))


@table.on("SeekIntent")
def seek(turn: Turn, skill: Services) -> Reply:
    """Go to a position in the current item."""
    require_audio(turn)
    position_ms = _duration_ms(turn.slots.get("duration", ""))
    if position_ms is None:
        return Reply(Sentence("position"), question=Sentence("position"))
    return Reply.of(skill.playback.seek(turn.moment, position_ms))


@table.on("AMAZON.ShuffleOnIntent")
def shuffle_on(turn: Turn, skill: Services) -> Reply:
    """Mix what follows."""
    return Reply.of(skill.playback.shuffle(turn.moment, on=True), Sentence("shuffle_on"))


@table.on("AMAZON.ShuffleOffIntent")
def shuffle_off(turn: Turn, skill: Services) -> Reply:
    """Put what follows back in order."""
    return Reply.of(skill.playback.shuffle(turn.moment, on=False), Sentence("shuffle_off"))


@table.on("AMAZON.LoopOnIntent")
def loop_on(turn: Turn, skill: Services) -> Reply:
    """Repeat the queue."""
    return Reply.of(skill.playback.repeat(turn.moment, RepeatMode.ALL), Sentence("loop_on"))


@table.on("AMAZON.LoopOffIntent")
def loop_off(turn: Turn, skill: Services) -> Reply:
    """Repeat nothing."""
    return Reply.of(skill.playback.repeat(turn.moment, RepeatMode.OFF), Sentence("loop_off"))


def handed(outcome: Outcome, sentence: Sentence | None = None) -> Reply:
    """Answer with the stream that was handed out; if a newer one was, meanwhile, say so."""
    return Reply.of(outcome, sentence, titled=True) if outcome.actions else Reply(Sentence("overtaken"))


def _duration_ms(text: str) -> int | None:
    """Read AMAZON.DURATION (ISO 8601, "PT1M30S"); None for what it is not."""
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(match[unit] or 0) for unit in "dhms")
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
