"""Rows 90-98 and 100-105: Alexa Auto's LocalMediaSource, by one message or event and its answer."""

import uuid
from collections.abc import Iterator

from simulator.rules.auto_given import (
    PLAYBACK_KEYS,
    SESSION_KEYS,
    action_of,
    control,
    events,
    has_other_source,
    has_text_payload,
    has_unknown_word,
    is_action,
    is_message,
    is_play_of_old,
    is_played,
    is_seek_within,
    message_of,
    messages,
    now_playing,
    payload_of,
    player_errors,
    state_of,
    states,
    volume_known,
)
from simulator.rules.table import Exchange, mapping, rule

MOST_STATE_S = 0.5
STARTED = ["PlaybackSessionStarted", "PlaybackStarted"]
STOPPED = ["PlaybackStopped", "PlaybackSessionEnded"]
FORM = 100
"""The code of a PlayerError about a message's form."""
SLACK_MS = 1_000
"""A seek beyond the end may lead to the last second, so that something is heard."""
STATE_WORDS = {
    "favorites": frozenset({"FAVORITED", "UNFAVORITED", "NOT_RATED"}),
    "mediaType": frozenset({"TRACK", "PODCAST", "STATION", "AD", "SAMPLE", "OTHER"}),
    "supportedOperations": frozenset(
        {
            "PLAY", "PAUSE", "STOP", "NEXT", "PREVIOUS", "START_OVER", "FAST_FORWARD", "REWIND", "ENABLE_REPEAT",
            "ENABLE_REPEAT_ONE", "DISABLE_REPEAT", "ENABLE_SHUFFLE", "DISABLE_SHUFFLE", "FAVORITE", "UNFAVORITE",
            "SEEK", "ADJUST_SEEK",
        }
    ),
    "supportedContentSelectors": frozenset({"FREQUENCY", "CHANNEL", "PRESET"}),
}  # fmt: skip
"""The enumerated words of a state, by the key they stand under: one, or a list of them."""
LENGTHS = ("trackOffset", "duration", "tokenRefreshInterval")
"""What of a state is a number of milliseconds."""
PARTS = {"playbackState": PLAYBACK_KEYS, "sessionState": SESSION_KEYS}


@rule(90, "AUTO Message.cpp", "A payload is an object; one that is text is refused.", given=has_text_payload)
def _a_payload_of_text_is_refused(exchange: Exchange) -> Iterator[str]:
    if not player_errors(exchange):
        yield "a payload that is text is answered without a PlayerError"


@rule(90, "AUTO Message.cpp", "Every message that is sent has a header and a payload.", given=is_message)
def _every_message_is_whole(exchange: Exchange) -> Iterator[str]:
    for message in messages(exchange):
        header = mapping(message.get("header"))
        named = [header.get(key) for key in ("version", "messageType", "id")]
        description = mapping(header.get("messageDescription"))
        if not all(
            isinstance(each, str) and each for each in (*named, description.get("topic"), description.get("action"))
        ):
            yield "a message has no whole header"
        if not isinstance(message.get("payload"), dict):
            yield "the payload of a message is no object"


@rule(
    91,
    "AUTO",
    "GetState is answered by a Reply of the action GetState that names the message it replies to.",
    given=is_action("GetState"),
)
def _a_state_is_a_reply(exchange: Exchange) -> Iterator[str]:
    replies = [message for message in messages(exchange) if action_of(message) == "GetState"]
    if len(replies) != 1:
        yield f"{len(replies)} replies to GetState"
        return
    header = mapping(replies[0].get("header"))
    if header.get("messageType") != "Reply":
        yield "the answer to GetState is no Reply"
    asked = mapping(message_of(exchange).get("header")).get("id")
    named = isinstance(asked, str) and asked.isascii()
    if named and mapping(header.get("messageDescription")).get("replyToId") != asked:
        yield "the reply does not name the message it replies to"


@rule(
    92,
    "C3.1",
    "GetState's reply has all 24 keys of playbackState and all 10 of sessionState.",
    given=is_action("GetState"),
)
def _a_state_is_whole(exchange: Exchange) -> Iterator[str]:
    for part, kinds in PARTS.items():
        found = state_of(exchange, part)
        missing = kinds.keys() - found.keys()
        if missing:
            yield f"{part} lacks {', '.join(sorted(missing))}: the Engine reads that as an empty state"
        wrong = _mistyped(exchange, part)
        if wrong:
            yield f"{part} has another type in {', '.join(sorted(wrong))}"


@rule(
    93,
    "S002",
    "GetState's reply says spiVersion 1.0, type ExternalMediaPlayerMusicItem, and words of the SDK.",
    given=is_action("GetState"),
)
def _a_state_speaks_the_sdks_words(exchange: Exchange) -> Iterator[str]:
    if state_of(exchange, "sessionState").get("spiVersion") != "1.0":
        yield "spiVersion is not 1.0"
    playback = state_of(exchange, "playbackState")
    if playback.get("type") != "ExternalMediaPlayerMusicItem":
        yield "type is not ExternalMediaPlayerMusicItem"
    if playback.get("state") not in states():
        yield "state is none of IDLE, STOPPED, PLAYING"
    for part in PARTS:
        for key in _misspelt(exchange, part):
            yield f"{key} has a word that the SDK does not know: the Engine reads that as an empty state"
        found = state_of(exchange, part)
        for key in LENGTHS:
            if isinstance(found.get(key), int) and found[key] < 0:
                yield f"{key} is less than nothing"


@rule(94, "C3.5", "GetState is answered within 500 ms.", given=is_action("GetState"))
def _a_state_comes_soon(exchange: Exchange) -> Iterator[str]:
    if exchange.seconds is not None and exchange.seconds > MOST_STATE_S:
        yield f"GetState took {exchange.seconds * 1000:.0f} ms"


@rule(
    95,
    "S002",
    "Play leads to PlaybackSessionStarted, then PlaybackStarted, with its sessionId.",
    given=is_played,
)
def _play_opens_its_session(exchange: Exchange) -> Iterator[str]:
    last = events(exchange)[-2:]
    if [event["eventName"] for event in last] != STARTED:
        yield f"Play is answered by {[event['eventName'] for event in last]}"
    asked = payload_of(exchange).get("sessionId")
    if _is_uuid(asked) and any(event["sessionId"] != asked for event in last):
        yield "another session is opened than Play's"


@rule(96, "S002", "RESUME leads to a session of a new UUID.", given=control("RESUME"))
def _resume_opens_a_session(exchange: Exchange) -> Iterator[str]:
    last = events(exchange)[-2:]
    if [event["eventName"] for event in last] != STARTED:
        yield f"RESUME is answered by {[event['eventName'] for event in last]}"
        return
    ids = {event["sessionId"] for event in last}
    if len(ids) != 1 or not _is_uuid(ids.pop()):
        yield "the sessionId is no UUID"


@rule(97, "AUTO sample", "STOP leads to PlaybackStopped, then PlaybackSessionEnded.", given=control("STOP"))
def _stop_closes_the_session(exchange: Exchange) -> Iterator[str]:
    told = [event["eventName"] for event in events(exchange)]
    if told[-2:] != STOPPED or set(told) != set(STOPPED):
        yield "STOP is not answered by PlaybackStopped and PlaybackSessionEnded"


@rule(98, "AUTO sample", "PAUSE leads to PlaybackStopped, and the session is kept.", given=control("PAUSE"))
def _pause_keeps_the_session(exchange: Exchange) -> Iterator[str]:
    if [event["eventName"] for event in events(exchange)] != STOPPED[:1]:
        yield "PAUSE is not answered by PlaybackStopped alone"


@rule(
    100,
    "AUTO; clamp policy",
    "Seek and AdjustSeek are in milliseconds, kept within the track.",
    given=is_seek_within,
)
def _a_seek_stays_in_the_track(exchange: Exchange) -> Iterator[str]:
    stream, playing = mapping(exchange.answer.get("stream")), now_playing(exchange)
    position, duration = stream.get("position_ms"), playing.get("duration_ms")
    if not isinstance(position, int) or position < 0 or (duration is not None and position > duration):
        yield f"a seek leads to {position} ms of {duration}"
        return
    offset = payload_of(exchange).get("offset")
    if isinstance(offset, int) and duration is not None:
        wanted = max(min(offset, duration), 0)
        if not wanted - SLACK_MS <= position <= wanted:
            yield f"a seek to {offset} leads to {position} ms"


@rule(101, "AUTO LocalMediaSource.h", "VolumeChanged is a number from 0 to 1, scaled.", given=volume_known)
def _the_volume_is_scaled(exchange: Exchange) -> Iterator[str]:
    wanted = round(payload_of(exchange)["volume"] * 100)
    if now_playing(exchange).get("volume") != wanted:
        yield f"a volume of {wanted} % is kept as {now_playing(exchange).get('volume')}"


@rule(102, "AUTO sample", "A message for another source is ignored.", given=has_other_source)
def _other_sources_are_ignored(exchange: Exchange) -> Iterator[str]:
    if exchange.crashed or messages(exchange) or mapping(exchange.answer).get("stream"):
        yield "a message for another source is answered"


@rule(103, "policy", "A word nobody knows leads to PlayerError, not to a crash.", given=has_unknown_word)
def _unknown_words_are_errors(exchange: Exchange) -> Iterator[str]:
    if exchange.crashed:
        yield f"a word nobody knows made the skill raise {exchange.raised}"
    elif not player_errors(exchange):
        yield "a word nobody knows is answered without a PlayerError"


@rule(104, "S002", "SetFocus is never sent.", given=is_message)
def _focus_is_never_set(exchange: Exchange) -> Iterator[str]:
    if any(action_of(message) == "SetFocus" for message in messages(exchange)):
        yield "SetFocus is sent"


@rule(105, "C5", "Play of versions 3.0 to 3.2, which has no sessionId, is taken.", given=is_play_of_old)
def _play_without_a_session_is_taken(exchange: Exchange) -> Iterator[str]:
    if exchange.crashed or any(error.get("code") == FORM for error in player_errors(exchange)):
        yield "a Play without sessionId is refused for its form"
    opened = [event for event in events(exchange) if event["eventName"] == STARTED[0]]
    if opened and not _is_uuid(opened[-1]["sessionId"]):
        yield "a Play without sessionId opens a session whose id is no UUID"


def is_readable(exchange: Exchange) -> bool:
    """Say whether the SDK can read the state that a GetState is answered with; any other is an empty one to it."""
    return not any(
        kinds.keys() - state_of(exchange, part).keys() or _mistyped(exchange, part) or _misspelt(exchange, part)
        for part, kinds in PARTS.items()
    )


def _mistyped(exchange: Exchange, part: str) -> list[str]:
    """Return the keys of a state's part that are there and have another type than the SDK's."""
    found = state_of(exchange, part)
    return [key for key, kind in PARTS[part].items() if key in found and type(found[key]) is not kind]


def _misspelt(exchange: Exchange, part: str) -> list[str]:
    """Return the keys of a state's part under which stands a word that is none of the SDK's, which reads any case."""
    found = {key: value for key, value in state_of(exchange, part).items() if key in STATE_WORDS and value is not None}
    told = {key: value if isinstance(value, list) else [value] for key, value in found.items()}
    return [key for key, words in told.items() if not all(str(word).upper() in STATE_WORDS[key] for word in words)]


def _is_uuid(text: object) -> bool:
    try:
        return str(uuid.UUID(str(text))) == text
    except ValueError:
        return False
