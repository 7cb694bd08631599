"""Build the request envelopes Alexa sends, shaped exactly like the files in tests/events."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

APPLICATION_ID = "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"

Activity = Literal["IDLE", "PLAYING", "PAUSED", "STOPPED", "FINISHED", "BUFFER_UNDERRUN"]
SPOKEN = ("LaunchRequest", "IntentRequest", "SessionEndedRequest", "CanFulfillIntentRequest")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: one device of one account, talking to one skill."""

    device_id: str = "amzn1.ask.device.AMAEXAMPLEECHODOTAAAAAAAAAAAA"
    user_id: str = "amzn1.ask.account.AMAAAAEXAMPLEUSERAAAAAAAAAAAAAAAA"
    application_id: str = APPLICATION_ID
    locale: str = "en-US"
    plays_audio: bool = True
    api_endpoint: str = "https://api.eu.amazonalexa.com"


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What `context.AudioPlayer` says: the activity, and the stream when there is or was one."""

    activity: Activity = "IDLE"
    token: str | None = None
    offset_ms: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it in Alexa's words."""
        if self.token is None:
            return {"playerActivity": self.activity}
        return {"playerActivity": self.activity, "token": self.token, "offsetInMilliseconds": self.offset_ms}


@dataclass(frozen=True, slots=True)
class Conversation:
    """The session a spoken request belongs to."""

    session_id: str
    new: bool
    attributes: dict[str, Any]


def envelope(
    sender: Sender, request: dict[str, Any], player: PlayerReport, conversation: Conversation | None = None
) -> dict[str, Any]:
    """Wrap `request`; events of the device itself have no session."""
    session = {} if conversation is None else {"session": _session(sender, conversation)}
    context = {"System": _system(sender)}
    if sender.plays_audio:
        context["AudioPlayer"] = player.as_json()
    return {"version": "1.0", **session, "context": context, "request": request}


def request_head(kind: str, request_id: str, now: float, locale: str) -> dict[str, Any]:
    """Return the four fields every request starts with; Alexa's timestamps have whole seconds."""
    stamp = datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": kind, "requestId": request_id, "timestamp": stamp, "locale": locale}


def intent(name: str, slots: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the intent object; an intent without slots has no `slots` key."""
    body: dict[str, Any] = {"name": name, "confirmationStatus": "NONE"}
    return {**body, "slots": slots} if slots else body


def slot(name: str, value: str | None = None, resolutions: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return one slot: empty, with a value, or with a value and what the slot type's lists made of it."""
    body: dict[str, Any] = {"name": name, "confirmationStatus": "NONE", "source": "USER"}
    if value is None:
        return body
    found = {"resolutions": {"resolutionsPerAuthority": resolutions}} if resolutions else {}
    return {**body, "value": value, **found, "slotValue": {"type": "Simple", "value": value, **found}}


def resolution(application_id: str, slot_type: str, match: tuple[str, str] | None) -> dict[str, Any]:
    """Return one authority's verdict: a match is (name, id) of the slot type's value."""
    authority = {"authority": f"amzn1.er-authority.echo-sdk.{application_id}.{slot_type}"}
    if match is None:
        return {**authority, "status": {"code": "ER_SUCCESS_NO_MATCH"}}
    name, value_id = match
    return {
        **authority,
        "status": {"code": "ER_SUCCESS_MATCH"},
        "values": [{"value": {"name": name, "id": value_id}}],
    }


def _system(sender: Sender) -> dict[str, Any]:
    interfaces: dict[str, Any] = {"AudioPlayer": {}} if sender.plays_audio else {}
    return {
        "application": {"applicationId": sender.application_id},
        "user": {"userId": sender.user_id},
        "device": {"deviceId": sender.device_id, "supportedInterfaces": interfaces},
        "apiEndpoint": sender.api_endpoint,
        "apiAccessToken": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.EXAMPLE.EXAMPLE",
    }


def _session(sender: Sender, conversation: Conversation) -> dict[str, Any]:
    return {
        "new": conversation.new,
        "sessionId": conversation.session_id,
        "application": {"applicationId": sender.application_id},
        "attributes": conversation.attributes,
        "user": {"userId": sender.user_id},
    }
