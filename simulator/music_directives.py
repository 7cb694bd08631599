"""Build the directives and events that Alexa's music service sends, shaped exactly like the files in tests/events."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from simulator.envelopes import APPLICATION_ID

Form = Literal["bare", "wrapped", "nested"]
Happened = Literal["Started", "Stopped", "Finished", "Failed"]
QUEUE = "Alexa.Audio.PlayQueue"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose music it is: one account, however many rooms."""

    user_id: str = "amzn1.ask.account.AMAAAAEXAMPLEUSERAAAAAAAAAAAAAAAA"
    access_token: str | None = field(default=None, repr=False)
    """Of a linked account; without linking there is none."""
    application_id: str = APPLICATION_ID
    locale: str = "en-US"
    country: str = "US"

    @property
    def user(self) -> dict[str, str]:
        """Return who asks, as directives say it."""
        return {"id": self.user_id, **({"accessToken": self.access_token} if self.access_token else {})}


def directive(account: Account, kind: str, payload: Mapping[str, Any], version: str = "1.0") -> dict[str, Any]:
    """Return a directive of a new messageId; `kind` is its namespace and name."""
    namespace, name = kind.rsplit(".", 1)
    header = {"namespace": namespace, "name": name, "messageId": str(uuid.uuid4()), "payloadVersion": version}
    # Only a search says which country it comes from.
    country = {"countryCode": account.country} if namespace == "Alexa.Media.Search" else {}
    context = {"user": account.user, "location": {"originatingLocale": account.locale, **country}}
    return {"header": header, "payload": {"requestContext": context, **payload}}


def item_event(
    account: Account, happened: Happened, item: Mapping[str, str], offset_ms: int, now: float, **more: Any
) -> dict[str, Any]:
    """Return what a speaker reports of an item; it has no session, and no device by its own name."""
    user = {"userId": account.user["id"], **({"accessToken": account.access_token} if account.access_token else {})}
    system = {
        "application": {"applicationId": account.application_id},
        "user": user,
        "endpointIds": ["opaque-endpoint"],
        "apiEndpoint": "https://api.amazonalexa.com",
        "apiAccessToken": "EXAMPLE",
    }
    request = {
        "type": f"AlexaAudioPlayQueueEvent.ItemPlayback{happened}",
        "requestId": f"amzn1.echo-api.request.{uuid.uuid4()}",
        "timestamp": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "body": {"item": dict(item), "offsetInMilliseconds": offset_ms, **more},
    }
    return {"version": "1.0", "context": {"System": system}, "request": request}


def reference(item: Mapping[str, str], form: Form = "bare") -> dict[str, Any]:
    """Return a reference to an item in one of the three forms that are in use."""
    if form == "wrapped":
        return {"namespace": QUEUE, "name": "item", "value": dict(item)}
    if form == "nested":
        content = {"id": item["contentId"], "metadataType": "TRACK"}
        return {"id": item["id"], "queueId": item["queueId"], "content": content}
    return dict(item)
