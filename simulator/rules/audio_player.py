"""Rows 7-33, 42, 45, 46 and 54: AudioPlayer directives, and the answers to events and buttons."""

from collections.abc import Iterator
from typing import Any

from simulator.rules.table import DIALOG_TYPES, Exchange, mapping, rule

BEHAVIORS = ("REPLACE_ALL", "ENQUEUE", "REPLACE_ENQUEUED")
CLEAR_BEHAVIORS = ("CLEAR_ENQUEUED", "CLEAR_ALL")
MOST_TOKEN, MOST_URL = 1_024, 8_000
EVENT = "AudioPlayer."
STARTED, FINISHED = "AudioPlayer.PlaybackStarted", "AudioPlayer.PlaybackFinished"
STOPPED, NEARLY_FINISHED = "AudioPlayer.PlaybackStopped", "AudioPlayer.PlaybackNearlyFinished"
FAILED = "AudioPlayer.PlaybackFailed"
STANDARD = ("outputSpeech", "card", "reprompt")


@rule(7, "S004", "A Play has a behaviour and a stream with url, token and offset.")
def _play_is_complete(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        stream = _stream(play)
        missing = [key for key in ("url", "token", "offsetInMilliseconds") if stream.get(key) is None]
        missing += [] if play.get("playBehavior") else ["playBehavior"]
        if missing:
            yield f"a Play has no {', '.join(missing)}"


@rule(8, "S004", "A Play replaces all, enqueues, or replaces what is enqueued.")
def _play_behaviour_is_known(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if play.get("playBehavior") not in BEHAVIORS:
            yield f"playBehavior is {play.get('playBehavior')!r}"


@rule(9, "S004, GH timheuer/alexa-skills-dotnet#137", "An ENQUEUE says which stream it expects before it.")
def _enqueue_expects_a_token(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if play.get("playBehavior") == "ENQUEUE" and not _stream(play).get("expectedPreviousToken"):
            yield "an ENQUEUE has no expectedPreviousToken"


@rule(
    10,
    "S004, GH alams154/music-assistant-alexa-skill-prototype#68",
    "Only an ENQUEUE has the key expectedPreviousToken, even as null.",
)
def _others_expect_none(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if play.get("playBehavior") != "ENQUEUE" and "expectedPreviousToken" in _stream(play):
            yield f"a Play {play.get('playBehavior')} has the key expectedPreviousToken"


@rule(11, "S004", "A stream comes over HTTPS.")
def _stream_is_https(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if not str(_stream(play).get("url", "")).startswith("https://"):
            yield "a stream's url does not start with https://"


@rule(12, "A3", "A stream's url has at most 8,000 characters.")
def _stream_url_short_enough(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        if len(str(_stream(play).get("url", ""))) > MOST_URL:
            yield f"a stream's url has more than {MOST_URL} characters"


@rule(13, "S004", "A token is text of 1 to 1,024 characters.")
def _token_fits(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        token = _stream(play).get("token")
        if not isinstance(token, str) or not 1 <= len(token) <= MOST_TOKEN:
            yield f"a token is no text of 1 to {MOST_TOKEN} characters"


@rule(14, "S004", "A stream's offset is a whole number of milliseconds from 0.")
def _offset_is_a_number(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        offset = _stream(play).get("offsetInMilliseconds")
        if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
            yield f"a stream's offset is {offset!r}"


@rule(15, "DOC audioplayer", "An answer has one Play at most.")
def _one_play_at_most(exchange: Exchange) -> Iterator[str]:
    if len(exchange.plays) > 1:
        yield f"the answer has {len(exchange.plays)} Play directives"


@rule(17, "PY; https MEM", "Art and background come over HTTPS.", level="warning")
def _pictures_are_https(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays:
        metadata = mapping(mapping(play.get("audioItem")).get("metadata"))
        for key in ("art", "backgroundImage"):
            for source in mapping(metadata.get(key)).get("sources") or []:
                if not str(mapping(source).get("url", "")).startswith("https://"):
                    yield f"a source of {key} has no https url"


@rule(18, "S004", "A ClearQueue clears what is enqueued, or all.")
def _clear_behaviour_is_known(exchange: Exchange) -> Iterator[str]:
    for directive in exchange.directives:
        if directive.get("type") == "AudioPlayer.ClearQueue" and directive.get("clearBehavior") not in CLEAR_BEHAVIORS:
            yield f"clearBehavior is {directive.get('clearBehavior')!r}"


@rule(19, "S004", "PlaybackStarted is answered with Stop, ClearQueue or nothing.")
def _started_may_stop_or_clear(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == STARTED:
        yield from _only(exchange, "AudioPlayer.Stop", "AudioPlayer.ClearQueue")


@rule(20, "S004", "PlaybackFinished is answered with Stop, ClearQueue or nothing; it cannot Play.")
def _finished_may_stop_or_clear(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == FINISHED:
        yield from _only(exchange, "AudioPlayer.Stop", "AudioPlayer.ClearQueue")


@rule(21, "S004", "PlaybackStopped cannot be answered.")
def _stopped_gets_nothing(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == STOPPED:
        yield from _empty(exchange)


@rule(22, "S004", "PlaybackNearlyFinished is answered with AudioPlayer directives only.")
def _nearly_finished_gets_audio(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == NEARLY_FINISHED:
        yield from _audio_only(exchange)


@rule(23, "S004 recommends; policy", "PlaybackNearlyFinished never replaces the stream that still plays.")
def _nearly_finished_replaces_nothing(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == NEARLY_FINISHED and "REPLACE_ALL" in _behaviors(exchange):
        yield "the stream that still plays is replaced"


@rule(24, "S004", "What PlaybackNearlyFinished enqueues expects the event's own token before it.")
def _enqueued_after_its_event(exchange: Exchange) -> Iterator[str]:
    for play in exchange.plays if exchange.kind == NEARLY_FINISHED else []:
        expected = _stream(play).get("expectedPreviousToken")
        if play.get("playBehavior") == "ENQUEUE" and expected != exchange.token:
            yield "expectedPreviousToken is not the token of the event"


@rule(25, "S004", "PlaybackFailed is answered with AudioPlayer directives only.")
def _failed_gets_audio(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == FAILED:
        yield from _audio_only(exchange)


@rule(26, "S004", "An AudioPlayer event is answered without speech, card or reprompt.")
def _events_are_not_spoken_to(exchange: Exchange) -> Iterator[str]:
    if exchange.kind.startswith(EVENT):
        yield from (f"the answer to an AudioPlayer event has {key}" for key in STANDARD if exchange.response.get(key))


@rule(27, "A3 FIELD", "The answer to an AudioPlayer event does not keep a session open.")
def _events_hold_no_session_open(exchange: Exchange) -> Iterator[str]:
    if exchange.kind.startswith(EVENT) and exchange.response.get("shouldEndSession") is False:
        yield "the answer to an AudioPlayer event has shouldEndSession false"


@rule(28, "S004, A6", "An AudioPlayer event is answered without Dialog or APL directives.")
def _events_get_no_dialog(exchange: Exchange) -> Iterator[str]:
    if exchange.kind.startswith(EVENT):
        for directive in exchange.directives:
            if str(directive.get("type", "")).startswith(("Dialog.", "Alexa.Presentation.")):
                yield f"the answer to an AudioPlayer event has {directive['type']}"


@rule(
    29,
    "GH alexa-samples/skill-sample-nodejs-audio-player#157",
    "A button is answered with AudioPlayer directives, without speech.",
)
def _buttons_get_audio(exchange: Exchange) -> Iterator[str]:
    if _is_button(exchange):
        yield from _audio_only(exchange)
        yield from (
            f"a button is answered with {key}" for key in ("outputSpeech", "reprompt") if exchange.response.get(key)
        )


@rule(30, "Amazon sample", "A button is answered without a card.")
def _buttons_get_no_card(exchange: Exchange) -> Iterator[str]:
    if _is_button(exchange) and exchange.response.get("card"):
        yield "a button is answered with a card"


@rule(31, "policy", "The pause button stops the stream.")
def _pause_button_stops(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == "PlaybackController.PauseCommandIssued" and not exchange.refused and not _stops(exchange):
        yield "the pause button is not answered with Stop"


@rule(32, "S004", "System.ExceptionEncountered cannot be answered.")
def _exceptions_get_nothing(exchange: Exchange) -> Iterator[str]:
    if exchange.kind == "System.ExceptionEncountered":
        yield from _empty(exchange)


@rule(33, "S004 against PY", "INTERNAL_ERROR and INTERNAL_SERVICE_ERROR are both taken.")
def _both_names_of_an_internal_error(exchange: Exchange) -> Iterator[str]:
    error = mapping(exchange.request.get("error")).get("type")
    if exchange.kind == "System.ExceptionEncountered" and exchange.crashed:
        yield f"the error {error} made the skill raise"


@rule(42, "A1", "A device without an AudioPlayer gets no AudioPlayer directive.")
def _no_audio_where_none_plays(exchange: Exchange) -> Iterator[str]:
    if exchange.kind in DIALOG_TYPES and not exchange.plays_audio:
        for directive in exchange.directives:
            if str(directive.get("type", "")).startswith(EVENT):
                yield f"a device without an AudioPlayer is sent {directive['type']}"


@rule(45, "S004 example", "AMAZON.PauseIntent stops the stream and ends the session.")
def _pause_stops_and_ends(exchange: Exchange) -> Iterator[str]:
    if exchange.intent != "AMAZON.PauseIntent" or exchange.refused or not exchange.plays_audio:
        return
    if not _stops(exchange):
        yield "AMAZON.PauseIntent is not answered with Stop"
    if exchange.response.get("shouldEndSession") is not True:
        yield "AMAZON.PauseIntent does not end the session"


@rule(46, "S004 example", "AMAZON.ResumeIntent plays on, or says why it cannot.")
def _resume_plays_or_says_why(exchange: Exchange) -> Iterator[str]:
    if exchange.intent == "AMAZON.ResumeIntent" and not exchange.refused and not (exchange.plays or exchange.speech):
        yield "AMAZON.ResumeIntent is answered with neither a Play nor speech"


@rule(54, "S004", "A stream that fails while it is buffered does not stop the one that plays.")
def _a_failing_next_stops_nothing(exchange: Exchange) -> Iterator[str]:
    playing = mapping(exchange.request.get("currentPlaybackState")).get("token")
    if exchange.kind != FAILED or playing in (None, exchange.token):
        return
    if "REPLACE_ALL" in _behaviors(exchange) or _stops(exchange):
        yield "the stream that plays is stopped although another one failed"


def _stream(play: dict[str, Any]) -> dict[str, Any]:
    return mapping(mapping(play.get("audioItem")).get("stream"))


def _behaviors(exchange: Exchange) -> list[Any]:
    return [play.get("playBehavior") for play in exchange.plays]


def _is_button(exchange: Exchange) -> bool:
    return exchange.kind.startswith("PlaybackController.")


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
