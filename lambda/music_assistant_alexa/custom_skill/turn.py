"""One request of the custom skill, read once. The only reader of ask-sdk's envelope.

ask-sdk fails closed: one unknown enum value anywhere in `context` and no handler runs. So `readable` cuts the context
to what is read here before the SDK sees it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ask_sdk_model import RequestEnvelope
from ask_sdk_model.interfaces.audioplayer import PlayerActivity

from music_assistant_alexa.models import Device, Heard, Moment, StreamToken

__all__ = ["Turn", "application_ids", "read", "readable"]

SPEAKING = {"LaunchRequest", "IntentRequest"}
"""Request types that may be answered with speech."""

_ACTIVITIES = {activity.value for activity in PlayerActivity}


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

    error_type: str = ""
    """Of reports of errors: Alexa's word for it."""

    @property
    def device(self) -> Device:
        """The thing in the kitchen."""
        return self.moment.device


def application_ids(event: Mapping[str, Any]) -> set[Any]:
    """Return every application id an event names; there must be one, and it must be ours."""
    system = _part(_part(event, "context"), "System")
    named = (_part(system, "application"), _part(_part(event, "session"), "application"))
    return {part["applicationId"] for part in named if "applicationId" in part}


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the event that ask-sdk can read: context cut to what we use, unknown activities dropped."""
    context = _part(event, "context")
    player = dict(_part(context, "AudioPlayer"))
    if player.get("playerActivity") not in _ACTIVITIES:
        player.pop("playerActivity", None)
    system = {name: value for name, value in _part(context, "System").items() if name != "person"}
    return {**event, "context": {"System": system, "AudioPlayer": player}}


def read(envelope: RequestEnvelope, now: float) -> Turn:
    """Read an envelope. `now` stands in for a timestamp Alexa left out."""
    request, context = envelope.request, envelope.context
    intent = getattr(request, "intent", None)
    occurred_at = request.timestamp.replace(tzinfo=request.timestamp.tzinfo or dt.UTC) if request.timestamp else None
    moment = Moment(
        device=_device(context.system),
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
        reported=StreamToken.decode(getattr(request, "token", None)),
        offset_ms=_ms(getattr(request, "offset_in_milliseconds", None)),
        current=_heard(getattr(request, "current_playback_state", None)),
        error_type=_error_type(request),
    )


def _device(system: Any) -> Device:
    device = system.device if system else None
    if device is None:
        return Device("", plays_audio=False)
    interfaces = device.supported_interfaces
    return Device(device.device_id or "", plays_audio=bool(interfaces and interfaces.audio_player is not None))


def _heard(state: Any) -> Heard:
    if state is None:
        return Heard()
    return Heard(StreamToken.decode(state.token), _ms(state.offset_in_milliseconds))


def _slots(intent: Any) -> dict[str, str]:
    slots = (intent.slots if intent else None) or {}
    spoken = {name: _matched(slot) or _said(slot) for name, slot in slots.items()}
    return {name: value.strip() for name, value in spoken.items() if value and value.strip()}


def _matched(slot: Any) -> str | None:
    """Return the first name any authority matched: dynamic entities and the model's own values alike."""
    authorities = (slot.resolutions.resolutions_per_authority if slot.resolutions else None) or []
    for authority in authorities:
        for wrapped in authority.values or []:
            return str(wrapped.value.name)
    return None


def _said(slot: Any) -> str | None:
    """Return the slot's words; of several values ("blur and oasis") the first."""
    value = slot.slot_value
    while value is not None and getattr(value, "values", None):
        value = value.values[0]
    return slot.value or getattr(value, "value", None)


def _error_type(request: Any) -> str:
    error = getattr(request, "error", None)
    kind = getattr(error, "object_type", None)
    return str(getattr(kind, "value", kind) or "")


def _ms(value: Any) -> int:
    return max(int(value), 0) if isinstance(value, (int, float)) else 0


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}
