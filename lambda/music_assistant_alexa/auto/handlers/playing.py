"""What Alexa asks a vehicle to play, and how."""

from dataclasses import replace
from functools import partial

from music_assistant_alexa.auto.message import BadMessageError, Fault, Turn
from music_assistant_alexa.auto.steps import (
    goes_on,
    handed,
    is_here,
    last_moment,
    look,
    moment,
    noted,
    quiet,
    reopened,
    resumed,
)
from music_assistant_alexa.auto.table import Answer, Handler, Services, table
from music_assistant_alexa.auto.words import SELECTORS, Control, Selector, Source
from music_assistant_alexa.errors import MediaNotFoundError, NothingPlayingError
from music_assistant_alexa.media_session import opened
from music_assistant_alexa.models import MediaItem, RepeatMode

SKIP_MS = 15_000
"""What fast forward and rewind go by."""

LAST_MS = 1_000
"""A seek beyond the end goes to so long before it: what follows then follows by itself."""

PRESET_DIGITS = 4


@table.on(*(f"Play.{selector}" for selector in Selector))
def play(turn: Turn, skill: Services) -> Answer:
    """Play what the source is tuned to, in the session that Alexa has named."""
    source, selector = _source(turn), Selector(turn.key.removeprefix("Play."))
    if selector not in SELECTORS.get(source, ()):
        raise BadMessageError(Fault.SELECTOR, f"{source} takes no {selector}")
    presets = _presets(turn, skill, source) if selector is Selector.PRESET else ""
    outcome = skill.playback.play(moment(turn, skill), [_tuned(turn, skill, selector, presets or source)])
    session = partial(opened, source=source, session_id=turn.session_id, playing=True, presets=presets)
    return handed(turn, skill, outcome, session)


@table.on(f"PlayControl.{Control.RESUME}")
def resume(turn: Turn, skill: Services) -> Answer:
    """Go on where the vehicle was, or with preset 1 where nothing was played yet; in a session of its own."""
    try:
        outcome = resumed(turn, skill)
    except NothingPlayingError:
        outcome = skill.playback.play(moment(turn, skill), [skill.stations.preset(1, _source(turn))])
    return handed(turn, skill, outcome, reopened(turn))


@table.on(f"PlayControl.{Control.PAUSE}")
def pause(turn: Turn, skill: Services) -> Answer:
    """Fall silent, to be resumed; the session stays open."""
    if is_here(turn, skill):
        skill.playback.pause(last_moment(turn, skill))
    return Answer(skill.sessions.change(turn.device, quiet(turn)))


@table.on(f"PlayControl.{Control.STOP}")
def stop(turn: Turn, skill: Services) -> Answer:
    """Fall silent, and close the session."""
    if is_here(turn, skill):
        skill.playback.stop(last_moment(turn, skill))
    return Answer(skill.sessions.change(turn.device, quiet(turn, ended=True)))


@table.on(f"PlayControl.{Control.NEXT}")
def next_item(turn: Turn, skill: Services) -> Answer:
    """Play the item after the current one."""
    return goes_on(turn, skill, skill.playback.next(moment(turn, skill)))


@table.on(f"PlayControl.{Control.PREVIOUS}")
def previous_item(turn: Turn, skill: Services) -> Answer:
    """Play the item before the current one."""
    return goes_on(turn, skill, skill.playback.previous(moment(turn, skill)))


@table.on(f"PlayControl.{Control.START_OVER}")
def start_over(turn: Turn, skill: Services) -> Answer:
    """Play the current item from its start."""
    return goes_on(turn, skill, skill.playback.start_over(moment(turn, skill)))


@table.on("Seek")
def seek(turn: Turn, skill: Services) -> Answer:
    """Go to a position in the track."""
    return _seek(turn, skill, turn.ms, relative=False)


@table.on("AdjustSeek")
def adjust_seek(turn: Turn, skill: Services) -> Answer:
    """Go by so much, either way."""
    return _seek(turn, skill, turn.ms)


@table.on(f"PlayControl.{Control.FAST_FORWARD}")
def fast_forward(turn: Turn, skill: Services) -> Answer:
    """Go 15 s ahead."""
    return _seek(turn, skill, SKIP_MS)


@table.on(f"PlayControl.{Control.REWIND}")
def rewind(turn: Turn, skill: Services) -> Answer:
    """Go 15 s back."""
    return _seek(turn, skill, -SKIP_MS)


def _shuffling(*, on: bool) -> Handler:
    def handle(turn: Turn, skill: Services) -> Answer:
        skill.playback.shuffle(moment(turn, skill), on=on)
        return noted(turn, skill, lambda vehicle: replace(vehicle, shuffle=on))

    return handle


def _repeating(mode: RepeatMode) -> Handler:
    def handle(turn: Turn, skill: Services) -> Answer:
        skill.playback.repeat(moment(turn, skill), mode)
        return noted(turn, skill, lambda vehicle: replace(vehicle, repeat=mode))

    return handle


def _rating(*, on: bool) -> Handler:
    def handle(turn: Turn, skill: Services) -> Answer:
        uri = _playing_uri(turn, skill)
        skill.music.set_favourite(uri, on=on)
        return noted(turn, skill, lambda vehicle: replace(vehicle, rated=uri, favourite=on))

    return handle


table.on(f"PlayControl.{Control.ENABLE_SHUFFLE}")(_shuffling(on=True))
table.on(f"PlayControl.{Control.DISABLE_SHUFFLE}")(_shuffling(on=False))
table.on(f"PlayControl.{Control.ENABLE_REPEAT}")(_repeating(RepeatMode.ALL))
table.on(f"PlayControl.{Control.ENABLE_REPEAT_ONE}")(_repeating(RepeatMode.ONE))
table.on(f"PlayControl.{Control.DISABLE_REPEAT}")(_repeating(RepeatMode.OFF))
table.on(f"PlayControl.{Control.FAVORITE}")(_rating(on=True))
table.on(f"PlayControl.{Control.UNFAVORITE}")(_rating(on=False))


def _seek(turn: Turn, skill: Services, ms: int, *, relative: bool = True) -> Answer:
    """Play from a position, or by a difference to where it is now; kept within the track."""
    seen = look(turn, skill)
    position_ms = max(ms + (seen.place_ms if relative else 0), 0)
    if seen.item and seen.item.duration_ms:
        position_ms = min(position_ms, max(seen.item.duration_ms - LAST_MS, 0))
    return goes_on(turn, skill, skill.playback.seek(moment(turn, skill), position_ms))


def _tuned(turn: Turn, skill: Services, selector: Selector, source: str) -> MediaItem:
    """Find what a source is tuned to."""
    match selector:
        case Selector.FREQUENCY:
            return skill.stations.on_frequency(turn.text, source)
        case Selector.CHANNEL:
            return skill.stations.on_channel(turn.text)
    if not turn.text.isdecimal() or len(turn.text) > PRESET_DIGITS:
        raise MediaNotFoundError(turn.text, "preset")
    return skill.stations.preset(int(turn.text), source)


def _presets(turn: Turn, skill: Services, source: Source) -> str:
    """Return the source whose presets count: for DEFAULT that of what plays now, chosen by whatever name."""
    if source is not Source.DEFAULT:
        return source
    session = skill.sessions.of(turn.device).session
    return (session.presets or session.source) if session.session_id else source


def _playing_uri(turn: Turn, skill: Services) -> str:
    """Return the uri of what plays or played last."""
    item = look(turn, skill).item
    if item is None or not item.uri:
        raise NothingPlayingError("nothing was ever played here")
    return item.uri


def _source(turn: Turn) -> Source:
    return turn.source or Source.DEFAULT
