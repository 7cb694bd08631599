"""One thing that reaches us from a vehicle, read once. The only reader of the envelope and of AASB's forms.

`{"vehicleId": ..., "message": AASB}`, a bare AASB message of the vehicle "default", or what the head unit did:
`{"vehicleId": ..., "event": {"name": ..., "token", "offset_ms", "source", "occurred_at"}}`. Every SDK from 3.0 to 4.3:
a header's version is echoed and never checked, and what a version does not have may be missing.
"""

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from music_assistant_alexa.auto.words import TOPIC, Control, Report, Selector, Source
from music_assistant_alexa.json_parts import part, storable_text, unix_seconds
from music_assistant_alexa.media_session import SessionEventName
from music_assistant_alexa.models import Device
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["BadMessageError", "Fault", "Head", "Turn", "is_ours", "outline", "read"]

VEHICLE_LIMIT = 200
"""Characters of a vehicle's id at most."""

LATE_S = 600
"""An event is told so long after it happened at most; what says that it is older has a wrong clock."""

MOST_MS = 30 * 24 * 3600 * 1000
"""No position lies beyond; an offset is cut to it."""

_Word = TypeVar("_Word", bound=StrEnum)


class Fault(StrEnum):
    """What can be wrong with a message."""

    FORM = "form"
    WORD = "word"
    ACTION = "action"
    TOPIC = "topic"
    SELECTOR = "selector"


class BadMessageError(Exception):
    """A message that cannot be carried out as it stands; says which part of it, never what stood there."""

    def __init__(self, fault: Fault, cause: str) -> None:
        super().__init__(cause)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Head:
    """What can be told of any message, however broken: where an error about it goes."""

    action: str = ""
    source: Source | None = None
    version: str = "4.0"
    message_id: str = ""
    session_id: str = ""

    @property
    def about(self) -> Source:
        """The source that an answer is about."""
        return self.source or Source.DEFAULT


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler needs to know."""

    key: str
    """`GetState`, `Play.PRESET`, `PlayControl.NEXT`, `PlayerEvent.PlaybackStarted`, `event.finished` ..."""

    device: Device
    """The vehicle, which is a device like any other: it has a player, a row and generations of its own."""

    occurred_at: int
    source: Source | None = None
    """None where a head unit's event does not say it: that of the open session."""

    session_id: str = ""
    text: str = ""
    """Of Play: what is tuned to."""

    ms: int = 0
    """Of Seek the position, of AdjustSeek the difference, of an event where in the stream."""

    volume: int = 0
    """0 to 100."""

    muted: bool = False
    token: StreamToken | None = None
    """Of an event: the stream it is about, if it is one of ours."""


def is_ours(event: Mapping[str, Any]) -> bool:
    """Tell whether an event comes from a vehicle, by its shape alone, however damaged the rest of it is."""
    return "vehicleId" in event or "messageDescription" in part(event, "header")


def outline(event: Mapping[str, Any]) -> Head:
    """Return what an answer to the event must say, as far as it can be made out."""
    message = event["message"] if "vehicleId" in event and "message" in event else event
    header, payload = part(message, "header"), part(message, "payload") or part(event, "event")
    source = storable_text(payload, "source").upper()
    return Head(
        storable_text(part(header, "messageDescription"), "action"),
        Source(source) if source in set(Source) else None,
        storable_text(header, "version")[:10] or "4.0",
        storable_text(header, "id"),
        storable_text(payload, "sessionId")[:VEHICLE_LIMIT],
    )


def read(event: Mapping[str, Any], now: float) -> Turn:
    """Read what came from a vehicle. Raises BadMessageError."""
    device = _device(event.get("vehicleId", "default"))
    if "vehicleId" in event and "message" not in event and isinstance(event.get("event"), Mapping):
        return _report(device, event["event"], now)
    message = event.get("message") if "vehicleId" in event else event
    if not isinstance(message, Mapping):
        raise BadMessageError(Fault.FORM, "neither message nor event is an object")
    description = part(part(message, "header"), "messageDescription")
    if not description:
        raise BadMessageError(Fault.FORM, "the message has no header.messageDescription")
    if description.get("topic") != TOPIC:
        raise BadMessageError(Fault.TOPIC, f"the topic is not {TOPIC}")
    if not isinstance(message.get("payload"), Mapping):
        raise BadMessageError(Fault.FORM, "payload is no object")
    return _turn(description.get("action"), device, message["payload"], int(now))


def _turn(action: Any, device: Device, payload: Mapping[str, Any], now: int) -> Turn:
    reader = _ACTIONS.get(action) if isinstance(action, str) else None
    if reader is None:
        raise BadMessageError(Fault.ACTION, "header.messageDescription.action is none that is answered")
    source = _word(Source, payload, "source")
    key, fields = reader(payload)
    return Turn(f"{action}.{key}" if key else action, device, now, source, **fields)


class _MutedState(StrEnum):
    MUTED = "MUTED"
    UNMUTED = "UNMUTED"


def _play(payload: Mapping[str, Any]) -> "_Read":
    selector = _word(Selector, payload, "contentSelectorType")
    return selector, {"text": _said(payload), "session_id": _session_id(payload) or str(uuid.uuid4())}


def _player_event(payload: Mapping[str, Any]) -> "_Read":
    return _exact(SessionEventName, payload, "eventName"), {"session_id": _session_id(payload)}


def _muted_state(payload: Mapping[str, Any]) -> "_Read":
    return "", {"muted": _word(_MutedState, payload, "state") is _MutedState.MUTED}


_Read = tuple[str, dict[str, Any]]
"""What is behind the action's name in the turn's key, and the turn's fields."""

_ACTIONS: dict[str, Callable[[Mapping[str, Any]], _Read]] = {
    "GetState": lambda _: ("", {}),
    "Play": _play,
    "PlayControl": lambda payload: (_word(Control, payload, "controlType"), {}),
    "Seek": lambda payload: ("", {"ms": _ms(payload, "offset")}),
    "AdjustSeek": lambda payload: ("", {"ms": _ms(payload, "deltaOffset")}),
    "VolumeChanged": lambda payload: ("", {"volume": _percent(payload)}),
    "MutedStateChanged": _muted_state,
    "PlayerEvent": _player_event,
    "PlayerError": lambda payload: ("", {"session_id": _session_id(payload)}),
}


def _report(device: Device, event: Mapping[str, Any], now: float) -> Turn:
    """Read what a head unit did. It happened now if its clock cannot be right: that must not outlive its repair."""
    name = _exact(Report, event, "name")
    source = _word(Source, event, "source") if event.get("source") is not None else None
    offset = _ms(event, "offset_ms") if event.get("offset_ms") is not None else 0
    told_at = _time(event.get("occurred_at"), now)
    occurred_at = int(told_at if now - LATE_S <= told_at <= now else now)
    token = StreamToken.decode(event.get("token"))
    return Turn(f"event.{name}", device, occurred_at, source, ms=max(offset, 0), token=token)


def _device(vehicle_id: Any) -> Device:
    name = storable_text({"id": vehicle_id}, "id")
    if not name or len(name) > VEHICLE_LIMIT:
        raise BadMessageError(Fault.FORM, f"vehicleId is no text of 1 to {VEHICLE_LIMIT} characters")
    return Device(f"vehicle#{name}")


def _word(words: type[_Word], payload: Mapping[str, Any], name: str) -> _Word:
    """Return an enumerated word; the SDK reads them in any case."""
    return _known(words, storable_text(payload, name).upper(), name)


def _exact(words: type[_Word], payload: Mapping[str, Any], name: str) -> _Word:
    """Return a word that is not one of AASB's enumerations."""
    return _known(words, storable_text(payload, name), name)


def _known(words: type[_Word], word: str, name: str) -> _Word:
    if word not in set(words):
        raise BadMessageError(Fault.WORD, f"{name} is none of {', '.join(words)}")
    return words(word)


def _said(payload: Mapping[str, Any]) -> str:
    said = storable_text(payload, "payload")
    if not said:
        raise BadMessageError(Fault.FORM, "payload.payload is no text")
    return said[:VEHICLE_LIMIT]


def _session_id(payload: Mapping[str, Any]) -> str:
    return storable_text(payload, "sessionId")[:VEHICLE_LIMIT]


def _ms(payload: Mapping[str, Any], name: str) -> int:
    return int(max(min(_number(payload, name), MOST_MS), -MOST_MS))


def _percent(payload: Mapping[str, Any]) -> int:
    volume = _number(payload, "volume")
    if not 0 <= volume <= 1:
        raise BadMessageError(Fault.FORM, "volume is not from 0 to 1")
    return round(volume * 100)


def _number(payload: Mapping[str, Any], name: str) -> float:
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        raise BadMessageError(Fault.FORM, f"{name} is no number")
    return value


def _time(value: Any, now: float) -> float:
    """Read Unix seconds or ISO 8601; now for anything else, and for nothing."""
    match value:
        case bool():
            return now
        case int() | float() if 0 < value < math.inf:
            return value
        case str():
            return now if (told_at := unix_seconds(value)) is None else told_at
    return now
