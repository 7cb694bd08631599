"""A vehicle's message and its answer: conditions of rows 90-105, and the parts that more than one of them reads."""

from typing import Any

from simulator.rules.table import Exchange, Given, mapping

TOPIC = "LocalMediaSource"
MOST_NAME = 64
"""Characters of a name that anybody would give a vehicle or a station."""
# The words and keys below are those of the SDK's LocalMediaSource.yml, 4.0 to 4.3.
SOURCES = frozenset(
    {
        "BLUETOOTH", "USB", "FM_RADIO", "AM_RADIO", "SATELLITE_RADIO", "LINE_IN", "COMPACT_DISC", "SIRIUS_XM",
        "DAB", "DEFAULT",
    }
)  # fmt: skip
WORDS: dict[str, dict[str, frozenset[str]]] = {
    "Play": {"source": SOURCES, "contentSelectorType": frozenset({"FREQUENCY", "CHANNEL", "PRESET"})},
    "PlayControl": {
        "source": SOURCES,
        "controlType": frozenset(
            {
                "RESUME", "PAUSE", "STOP", "NEXT", "PREVIOUS", "START_OVER", "FAST_FORWARD", "REWIND",
                "ENABLE_REPEAT_ONE", "ENABLE_REPEAT", "DISABLE_REPEAT", "ENABLE_SHUFFLE", "DISABLE_SHUFFLE",
                "FAVORITE", "UNFAVORITE",
            }
        ),
    },
    "MutedStateChanged": {"source": SOURCES, "state": frozenset({"MUTED", "UNMUTED"})},
    **{action: {"source": SOURCES} for action in ("Seek", "AdjustSeek", "VolumeChanged", "GetState")},
}  # fmt: skip
"""The enumerated words of each action, by the key they stand under."""
PLAYBACK_KEYS: dict[str, type] = {
    **dict.fromkeys(("state", "favorites", "type", "playbackSource", "playbackSourceId"), str),
    **dict.fromkeys(("trackName", "trackId", "trackNumber", "artistName", "artistId", "albumName", "albumId"), str),
    **dict.fromkeys(("tinyURL", "smallURL", "mediumURL", "largeURL", "coverId", "mediaProvider", "mediaType"), str),
    **dict.fromkeys(("trackOffset", "duration"), int),
    **dict.fromkeys(("shuffleEnabled", "repeatEnabled"), bool),
    "supportedOperations": list,
}
SESSION_KEYS: dict[str, type] = {
    **dict.fromkeys(("endpointId", "userName", "accessToken", "spiVersion"), str),
    **dict.fromkeys(("loggedIn", "isGuest", "launched", "active"), bool),
    "tokenRefreshInterval": int,
    "supportedContentSelectors": list,
}


def states() -> tuple[str, ...]:
    """Return the states a local media source may be in."""
    return ("IDLE", "STOPPED", "PLAYING")


def message_of(exchange: Exchange) -> dict[str, Any]:
    """Return the message that was sent, without the vehicle's envelope."""
    event = mapping(exchange.event)
    return mapping(event.get("message")) if "vehicleId" in event else event


def action_of(message: dict[str, Any]) -> str:
    """Return a message's action, empty where it is none of our topic."""
    description = mapping(mapping(message.get("header")).get("messageDescription"))
    action = description.get("action")
    return action if description.get("topic") == TOPIC and isinstance(action, str) else ""


def payload_of(exchange: Exchange) -> dict[str, Any]:
    """Return the payload of the message that was sent."""
    return mapping(message_of(exchange).get("payload"))


def messages(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the messages of the answer."""
    found = mapping(exchange.answer).get("messages")
    return [mapping(each) for each in found] if isinstance(found, list) else []


def events(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the payloads of the answer's PlayerEvents."""
    return [mapping(each.get("payload")) for each in messages(exchange) if action_of(each) == "PlayerEvent"]


def player_errors(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the payloads of the answer's PlayerErrors."""
    return [mapping(each.get("payload")) for each in messages(exchange) if action_of(each) == "PlayerError"]


def state_of(exchange: Exchange, part: str) -> dict[str, Any]:
    """Return one of the two parts of the state that GetState is answered with."""
    replies = [mapping(each.get("payload")) for each in messages(exchange) if action_of(each) == "GetState"]
    return mapping(mapping(replies[0].get("state")).get(part)) if replies else {}


def now_playing(exchange: Exchange) -> dict[str, Any]:
    """Return what the answer says plays now."""
    return mapping(mapping(exchange.answer).get("now_playing"))


def is_message(exchange: Exchange) -> bool:
    """Say whether something comes from a vehicle."""
    return "vehicleId" in mapping(exchange.event) or "messageDescription" in mapping(message_of(exchange).get("header"))


def is_action(action: str) -> Given:
    """Return the condition that a message has an action, and everything in it is as it should be."""
    return lambda exchange: action_of(message_of(exchange)) == action and _is_whole(exchange)


def control(kind: str) -> Given:
    """Return the condition that a control is asked for at a source of ours, and carried out."""

    def given(exchange: Exchange) -> bool:
        asked = _word(payload_of(exchange), "controlType") == kind
        return asked and is_action("PlayControl")(exchange) and _is_done(exchange)

    return given


def is_played(exchange: Exchange) -> bool:
    """Say whether a Play was carried out."""
    return is_action("Play")(exchange) and _is_done(exchange)


def is_play_of_old(exchange: Exchange) -> bool:
    """Say whether a Play has no sessionId, as before 3.3."""
    asked = is_action("Play")(exchange) and "sessionId" not in payload_of(exchange)
    return asked and _is_named(payload_of(exchange).get("payload")) and not has_other_source(exchange)


def is_seek_within(exchange: Exchange) -> bool:
    """Say whether a seek was carried out."""
    return action_of(message_of(exchange)) in ("Seek", "AdjustSeek") and bool(mapping(exchange.answer).get("stream"))


def volume_known(exchange: Exchange) -> bool:
    """Say whether a volume is set that can be looked up in the answer."""
    volume = payload_of(exchange).get("volume")
    is_number = isinstance(volume, int | float) and not isinstance(volume, bool) and 0 <= volume <= 1
    return is_action("VolumeChanged")(exchange) and is_number and bool(now_playing(exchange))


def has_text_payload(exchange: Exchange) -> bool:
    """Say whether a message of our topic has text for a payload."""
    message = message_of(exchange)
    return bool(action_of(message)) and isinstance(message.get("payload"), str)


def has_other_source(exchange: Exchange) -> bool:
    """Say whether a message is for a source the skill was not told to be; a state is owed for each."""
    source = _word(payload_of(exchange), "source")
    known = (
        exchange.sources is not None and source in SOURCES and action_of(message_of(exchange)) not in ("", "GetState")
    )
    return known and source not in (exchange.sources or ())


def has_unknown_word(exchange: Exchange) -> bool:
    """Say whether one of the enumerated words is none of the SDK's, and the source is not another's."""
    words, payload = WORDS.get(action_of(message_of(exchange)), {}), payload_of(exchange)
    unknown = any(_word(payload, key) not in known for key, known in words.items())
    is_object = isinstance(message_of(exchange).get("payload"), dict)
    return is_object and unknown and not has_other_source(exchange)


def _word(payload: dict[str, Any], key: str) -> str:
    """Return an enumerated word in capitals: the SDK reads them in any case."""
    word = payload.get(key)
    return word.upper() if isinstance(word, str) else ""


def _is_whole(exchange: Exchange) -> bool:
    header, payload = mapping(message_of(exchange).get("header")), message_of(exchange).get("payload")
    published = header.get("messageType") == "Publish" and _is_named(
        mapping(exchange.event).get("vehicleId", "default")
    )
    return published and isinstance(payload, dict) and not has_unknown_word(exchange)


def _is_named(name: Any) -> bool:
    return isinstance(name, str) and name.isascii() and 0 < len(name.strip()) <= MOST_NAME


def _is_done(exchange: Exchange) -> bool:
    return not has_other_source(exchange) and not player_errors(exchange) and not exchange.crashed
