"""One request of the custom skill, read once. The only reader of ask-sdk's envelope.

ask-sdk fails closed: one unknown enum value anywhere in `context` or `request` and no handler runs. So `readable` cuts
the event to what is read here before the SDK sees it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ask_sdk_model import RequestEnvelope
from ask_sdk_model.interfaces.audioplayer import ErrorType

from music_assistant_alexa.json_parts import items, part, storable_text, text
from music_assistant_alexa.models import Device, Heard, Moment
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["Turn", "application_ids", "read", "readable"]

SPEAKING = {"LaunchRequest", "IntentRequest"}
"""Request types that may be answered with speech."""

LONGEST_MS = 10**12
"""Thirty years: no offset is larger, and what is written into a token has to fit."""

_WITH_INTENT = {"IntentRequest", "CanFulfillIntentRequest"}
_FAILED = "AudioPlayer.PlaybackFailed"
_FAILURES = {kind.value for kind in ErrorType}
_STREAM = ("token", "offsetInMilliseconds")
_REQUEST = ("type", "requestId", "timestamp", "locale", *_STREAM)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler needs to know of a request."""

    key: str
    """The request's type; for an intent, its name."""

    locale: str
    moment: Moment
    may_speak: bool
    slots: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What was said, by slot; names Alexa matched are in the catalogue's own spelling. Empty ones are left out."""

    pending: str = ""
    """The question of ours that a yes or no answers."""

    reported: StreamToken | None = None
    """Of AudioPlayer events: the stream it is about, if it is one of ours."""

    offset_ms: int = 0
    current: Heard = field(default_factory=Heard)
    """Of PlaybackFailed: what the device played when it failed."""

    failure: str = ""
    """Of PlaybackFailed: Alexa's word for what was wrong with the stream."""

    @property
    def device(self) -> Device:
        """The thing in the kitchen."""
        return self.moment.device


def application_ids(event: Mapping[str, Any]) -> set[str]:
    """Return every application id an event names, as it stands there; there must be one, and it must be ours."""
    system = part(part(event, "context"), "System")
    named = (part(system, "application"), part(part(event, "session"), "application"))
    ids = [each["applicationId"] for each in named if "applicationId" in each]
    return {one if isinstance(one, str) else "" for one in ids}


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event cut to what is read here, each slot to the one text that was meant."""
    context, request, session = (part(event, name) for name in ("context", "request", "session"))
    device = part(part(context, "System"), "device")
    plays_audio = part(device, "supportedInterfaces").get("AudioPlayer") is not None
    return {
        "session": {"attributes": part(session, "attributes")} if session else None,
        "context": {
            "System": {
                "device": {
                    "deviceId": storable_text(device, "deviceId"),
                    "supportedInterfaces": {"AudioPlayer": {}} if plays_audio else {},
                }
            },
            "AudioPlayer": _only(part(context, "AudioPlayer"), _STREAM),
        },
        "request": {**_only(request, _REQUEST), **_body(request)},
    }


def read(envelope: RequestEnvelope, now: float) -> Turn:
    """Read an envelope. `now` stands in for a timestamp Alexa left out."""
    request, context = envelope.request, envelope.context
    intent = getattr(request, "intent", None)
    occurred_at = request.timestamp.replace(tzinfo=request.timestamp.tzinfo or dt.UTC) if request.timestamp else None
    device = _device(context.system)
    moment = Moment(
        device=device,
        occurred_at=int(occurred_at.timestamp() if occurred_at else now),
        heard=_heard(context.audio_player),
    )
    attributes = (envelope.session.attributes if envelope.session else None) or {}
    return Turn(
        key=intent.name if intent and request.object_type == "IntentRequest" else request.object_type,
        locale=request.locale or "",
        moment=moment,
        may_speak=request.object_type in SPEAKING,
        slots=_slots(intent),
        pending=str(attributes.get("pending", "")),
        reported=_reported(request) if device.device_id else None,
        offset_ms=_ms(getattr(request, "offset_in_milliseconds", None)),
        current=_heard(getattr(request, "current_playback_state", None)),
        failure=_failure(getattr(request, "error", None)),
    )


def _device(system: Any) -> Device:
    device = system.device if system else None
    if device is None:
        return Device("", plays_audio=False)
    interfaces = device.supported_interfaces
    return Device(device.device_id or "", plays_audio=bool(interfaces and interfaces.audio_player is not None))


def _reported(request: Any) -> StreamToken | None:
    """Return the stream an event is about; none while the device plays a stream that is not ours."""
    playing = getattr(getattr(request, "current_playback_state", None), "token", None)
    if playing and StreamToken.decode(playing) is None:
        return None
    return StreamToken.decode(getattr(request, "token", None))


def _heard(state: Any) -> Heard:
    if state is None:
        return Heard()
    return Heard(StreamToken.decode(state.token), _ms(state.offset_in_milliseconds))


def _failure(error: Any) -> str:
    kind = error.object_type if error else None
    return str((kind or ErrorType.MEDIA_ERROR_UNKNOWN).value)


def _body(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only some requests have."""
    if request.get("type") in _WITH_INTENT:
        return {"intent": _intent(part(request, "intent"))}
    if request.get("type") == _FAILED:
        kind = text(part(request, "error"), "type")
        error = {"error": {"type": kind}} if kind in _FAILURES else {}
        return {"currentPlaybackState": _only(part(request, "currentPlaybackState"), _STREAM), **error}
    return {}


def _intent(intent: Mapping[str, Any]) -> dict[str, Any]:
    slots = {name: {"name": name, "value": _meant(slot)} for name, slot in part(intent, "slots").items()}
    return {"name": text(intent, "name"), "slots": slots}


def _meant(slot: Any) -> str:
    """Return the first name any authority matched, dynamic entities and the model's own values alike; or the words.

    Of several values ("blur and oasis") the first counts.
    """
    for authority in items(part(slot, "resolutions"), "resolutionsPerAuthority"):
        for match in items(authority, "values"):
            if name := text(part(match, "value"), "name"):
                return name
    several = items(part(slot, "slotValue"), "values")
    return text(slot, "value") or (_meant(several[0]) if several else "")


def _slots(intent: Any) -> dict[str, str]:
    slots = (intent.slots if intent else None) or {}
    return {name: slot.value for name, slot in slots.items() if slot.value}


def _ms(value: Any) -> int:
    return int(min(value, LONGEST_MS)) if isinstance(value, (int, float)) and value > 0 else 0


def _only(whole: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: whole[name] for name in names if name in whole}
