"""Rows 7-33, 42, 45, 46 and 54: AudioPlayer directives, and the answers to events and buttons."""

from collections.abc import Iterator
from typing import Any

from simulator.rules.given import (
    EVENT,
    EXCEPTION,
    FAILED,
    FINISHED,
    NEARLY_FINISHED,
    STARTED,
    STOPPED,
    enqueues_ahead,
    error_of,
    failed_while_buffering,
    has_clear,
    has_enqueue,
    has_no_player,
    has_other_play,
    has_pictures,
    has_play,
    is_button,
    is_enqueue,
    is_event,
    is_internal_error,
    is_pause,
    is_pause_button,
    is_resume,
    of_kind,
    picture_sources,
    plays_ahead,
    stream_of,
)
from simulator.rules.table import Exchange, rule

BEHAVIORS = ("REPLACE_ALL", "ENQUEUE", "REPLACE_ENQUEUED")
CLEAR_BEHAVIORS = ("CLEAR_ENQUEUED", "CLEAR_ALL")
MOST_TOKEN, MOST_URL = 1_024, 8_000
STANDARD = ("outputSpeech", "card", "reprompt")


@rule(7, "S004", "A Play has a behaviour and a stream with url, token and offset.", given=has_play)
def _play_is_complete(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        stream = stream_of(play)
        missing = [key for key in ("url", "token", "offsetInMilliseconds") if stream.get(key) is None]
        missing += [] if play.get("playBehavior") else ["playBehavior"]
        if missing:
            yield f"a Play has no {', '.join(missing)}"


@rule(8, "S004", "A Play replaces all, enqueues, or replaces what is enqueued.", given=has_play)
def _play_behaviour_is_known(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if play.get("playBehavior") not in BEHAVIORS:
            yield f"playBehavior is {play.get('playBehavior')!r}"


@rule(
    9,
    "S004, GH timheuer/alexa-skills-dotnet#137",
    "An ENQUEUE says which stream it expects before it.",
    given=has_enqueue,
)
def _enqueue_expects_a_token(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if is_enqueue(play) and not stream_of(play).get("expectedPreviousToken"):
            yield "an ENQUEUE has no expectedPreviousToken"


@rule(
    10,
    "S004, GH alams154/music-assistant-alexa-skill-prototype#68",
    "Only an ENQUEUE has the key expectedPreviousToken, even as null.",
    given=has_other_play,
)
def _others_expect_none(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if not is_enqueue(play) and "expectedPreviousToken" in stream_of(play):
            yield f"a Play {play.get('playBehavior')} has the key expectedPreviousToken"


@rule(11, "S004", "A stream comes over HTTPS.", given=has_play)
def _stream_is_https(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if not str(stream_of(play).get("url", "")).startswith("https://"):
            yield "a stream's url does not start with https://"


@rule(12, "A3", "A stream's url has at most 8,000 characters.", given=has_play)
def _stream_url_short_enough(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if len(str(stream_of(play).get("url", ""))) > MOST_URL:
            yield f"a stream's url has more than {MOST_URL} characters"


@rule(13, "S004", "A token is text of 1 to 1,024 characters.", given=has_play)
def _token_fits(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        token = stream_of(play).get("token")
        if not isinstance(token, str) or not 1 <= len(token) <= MOST_TOKEN:
            yield f"a token is no text of 1 to {MOST_TOKEN} characters"


@rule(14, "S004", "A stream's offset is a whole number of milliseconds from 0.", given=has_play)
def _offset_is_a_number(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        offset = stream_of(play).get("offsetInMilliseconds")
        if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
            yield f"a stream's offset is {offset!r}"


@rule(15, "DOC audioplayer", "An answer has one Play at most.", given=has_play)
def _one_play_at_most(exchange: Exchange) -> Iterator[str]:
    if len(exchange.plays) > 1:
        yield f"the answer has {len(exchange.plays)} Play directives"


@rule(17, "PY; https MEM", "Art and background come over HTTPS.", level="warning", given=has_pictures)
def _pictures_are_https(exchange: Exchange) -> Iterator[str]:
    for key, source in picture_sources(exchange):
        if not str(source.get("url", "")).startswith("https://"):
            yield f"a source of {key} has no https url"


@rule(18, "S004", "A ClearQueue clears what is enqueued, or all.", given=has_clear)
def _clear_behaviour_is_known(exchange: Exchange) -> Iterator[str]:
    for directive in exchange.directives:
        if directive.get("type") == "AudioPlayer.ClearQueue" and directive.get("clearBehavior") not in CLEAR_BEHAVIORS:
            yield f"clearBehavior is {directive.get('clearBehavior')!r}"


@rule(19, "S004", "PlaybackStarted is answered with Stop, ClearQueue or nothing.", given=of_kind(STARTED))
def _started_may_stop_or_clear(exchange: Exchange) -> Iterator[str]:
    yield from _only(exchange, "AudioPlayer.Stop", "AudioPlayer.ClearQueue")


@rule(
    20,
    "S004",
    "PlaybackFinished is answered with Stop, ClearQueue or nothing; it cannot Play.",
    given=of_kind(FINISHED),
)
def _finished_may_stop_or_clear(exchange: Exchange) -> Iterator[str]:
    yield from _only(exchange, "AudioPlayer.Stop", "AudioPlayer.ClearQueue")


@rule(21, "S004", "PlaybackStopped cannot be answered.", given=of_kind(STOPPED))
def _stopped_gets_nothing(exchange: Exchange) -> Iterator[str]:
    yield from _empty(exchange)


@rule(
    22, "S004", "PlaybackNearlyFinished is answered with AudioPlayer directives only.", given=of_kind(NEARLY_FINISHED)
)
def _nearly_finished_gets_audio(exchange: Exchange) -> Iterator[str]:
    yield from _audio_only(exchange)


@rule(
    23,
    "S004 recommends; policy",
    "PlaybackNearlyFinished never replaces the stream that still plays.",
    given=plays_ahead,
)
def _nearly_finished_replaces_nothing(exchange: Exchange) -> Iterator[str]:
    if "REPLACE_ALL" in _behaviors(exchange):
        yield "the stream that still plays is replaced"


@rule(24, "S004", "What PlaybackNearlyFinished enqueues expects the event's own token before it.", given=enqueues_ahead)
def _enqueued_after_its_event(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if is_enqueue(play) and stream_of(play).get("expectedPreviousToken") != exchange.token:
            yield "expectedPreviousToken is not the token of the event"


@rule(25, "S004", "PlaybackFailed is answered with AudioPlayer directives only.", given=of_kind(FAILED))
def _failed_gets_audio(exchange: Exchange) -> Iterator[str]:
    yield from _audio_only(exchange)


@rule(26, "S004", "An AudioPlayer event is answered without speech, card or reprompt.", given=is_event)
def _events_are_not_spoken_to(exchange: Exchange) -> Iterator[str]:
    yield from (f"the answer to an AudioPlayer event has {key}" for key in STANDARD if exchange.response.get(key))


@rule(27, "A3 FIELD", "The answer to an AudioPlayer event does not keep a session open.", given=is_event)
def _events_hold_no_session_open(exchange: Exchange) -> Iterator[str]:
    if exchange.response.get("shouldEndSession") is False:
        yield "the answer to an AudioPlayer event has shouldEndSession false"


@rule(28, "S004, A6", "An AudioPlayer event is answered without Dialog or APL directives.", given=is_event)
def _events_get_no_dialog(exchange: Exchange) -> Iterator[str]:
    for directive in exchange.directives:
        if str(directive.get("type", "")).startswith(("Dialog.", "Alexa.Presentation.")):
            yield f"the answer to an AudioPlayer event has {directive['type']}"


@rule(
    29,
    "GH alexa-samples/skill-sample-nodejs-audio-player#157",
    "A button is answered with AudioPlayer directives, without speech.",
    given=is_button,
)
def _buttons_get_audio(exchange: Exchange) -> Iterator[str]:
    yield from _audio_only(exchange)
    yield from (
        f"a button is answered with {key}" for key in ("outputSpeech", "reprompt") if exchange.response.get(key)
    )


@rule(30, "Amazon sample", "A button is answered without a card.", given=is_button)
def _buttons_get_no_card(exchange: Exchange) -> Iterator[str]:
    if exchange.response.get("card"):
        yield "a button is answered with a card"


@rule(31, "policy", "The pause button stops the stream.", given=is_pause_button)
def _pause_button_stops(exchange: Exchange) -> Iterator[str]:
    if not _stops(exchange):
        yield "the pause button is not answered with Stop"


@rule(32, "S004", "System.ExceptionEncountered cannot be answered.", given=of_kind(EXCEPTION))
def _exceptions_get_nothing(exchange: Exchange) -> Iterator[str]:
    yield from _empty(exchange)


@rule(33, "S004 against PY", "INTERNAL_ERROR and INTERNAL_SERVICE_ERROR are both taken.", given=is_internal_error)
def _both_names_of_an_internal_error(exchange: Exchange) -> Iterator[str]:
    if exchange.raised:
        yield f"the error {error_of(exchange)} made the skill raise {exchange.raised}"


@rule(42, "A1", "A device without an AudioPlayer gets no AudioPlayer directive.", given=has_no_player)
def _no_audio_where_none_plays(exchange: Exchange) -> Iterator[str]:
    for directive in exchange.directives:
        if str(directive.get("type", "")).startswith(EVENT):
            yield f"a device without an AudioPlayer is sent {directive['type']}"


@rule(45, "S004 example", "AMAZON.PauseIntent stops the stream and ends the session.", given=is_pause)
def _pause_stops_and_ends(exchange: Exchange) -> Iterator[str]:
    if not _stops(exchange):
        yield "AMAZON.PauseIntent is not answered with Stop"
    if exchange.response.get("shouldEndSession") is not True:
        yield "AMAZON.PauseIntent does not end the session"


@rule(46, "S004 example", "AMAZON.ResumeIntent plays on, or says why it cannot.", given=is_resume)
def _resume_plays_or_says_why(exchange: Exchange) -> Iterator[str]:
    if not (exchange.plays or exchange.speech):
        yield "AMAZON.ResumeIntent is answered with neither a Play nor speech"


@rule(
    54,
    "S004",
    "A stream that fails while it is buffered does not stop the one that plays.",
    given=failed_while_buffering,
)
def _a_failing_next_stops_nothing(exchange: Exchange) -> Iterator[str]:
    if "REPLACE_ALL" in _behaviors(exchange) or _stops(exchange):
        yield "the stream that plays is stopped although another one failed"


def _behaviors(exchange: Exchange) -> list[Any]:
    return [play.get("playBehavior") for play in exchange.plays]


def _stops(exchange: Exchange) -> bool:
    return any(
        directive.get("type") == "AudioPlayer.Stop" or directive.get("clearBehavior") == "CLEAR_ALL"
        for directive in exchange.directives
    )


def _only(exchange: Exchange, *allowed: str) -> Iterator[str]:
    for directive in exchange.directives:
        if directive.get("type") not in allowed:
            yield f"{exchange.kind} is answered with {directive.get('type')}"


def _audio_only(exchange: Exchange) -> Iterator[str]:
    yield from _only(exchange, "AudioPlayer.Play", "AudioPlayer.Stop", "AudioPlayer.ClearQueue")


def _empty(exchange: Exchange) -> Iterator[str]:
    filled = sorted(key for key, value in exchange.response.items() if value is not None)
    if filled:
        yield f"{exchange.kind} cannot be answered, and is with {', '.join(filled)}"
