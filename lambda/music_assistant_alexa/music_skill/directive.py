"""One message of the music skill, read once: a directive, or an event in the custom skill's shape. The only reader.

Nothing in an envelope is taken for granted: what is missing or of another type is as if it had not been said, and a
handler that cannot do without it asks for it by a property that raises IncompleteRequestError.
"""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from music_assistant_alexa.contents import Criteria, Named
from music_assistant_alexa.errors import IncompleteRequestError
from music_assistant_alexa.json_parts import items, part, text, unix_seconds
from music_assistant_alexa.models import MediaType
from music_assistant_alexa.music_queues import ItemReference, Modes

__all__ = ["EVENTS", "Directive", "read"]

EVENTS = "AlexaAudioPlayQueueEvent."
"""How the types of a speaker's reports begin."""

TEXT_LIMIT = 1000
"""Characters of a text that is read; a longer one is none. Ids are far shorter."""

MOST_CRITERIA = 10
"""How many things a screen is answered about at most."""

_KINDS = {
    "TRACK": MediaType.TRACK,
    "ALBUM": MediaType.ALBUM,
    "ARTIST": MediaType.ARTIST,
    "PLAYLIST": MediaType.PLAYLIST,
    "GENRE": MediaType.GENRE,
    "STATION": MediaType.RADIO,
}
"""Types of attributes that name a thing, and values of MEDIA_TYPE; any other is passed over."""

_SWITCHED = {True: True, False: False, "ON": True, "ONE": True, "OFF": False}


@dataclass(frozen=True, slots=True)
class Directive:
    """What a handler needs to know of a message."""

    key: str
    """Namespace and name, with a dot between; of an event its type."""

    message_id: str
    application_id: str = ""
    """Of events only: directives do not say it."""

    access_token: str | None = field(default=None, repr=False)
    explicit_allowed: bool = True
    criteria: tuple[Criteria, ...] = ()
    limit: int = MOST_CRITERIA
    content_id: str = ""
    reference: ItemReference | None = None
    """The entry it is about, in whichever of the three shapes; with Initiate, what plays now."""

    target_id: str = ""
    user_initiated: bool = False
    modes: Modes = field(default_factory=Modes)
    switch: bool | None = None
    """What a mode is set to."""

    feedback: str = ""
    offset_ms: int = 0
    occurred_at: int = 0
    """Of events, in Unix seconds."""

    @property
    def is_event(self) -> bool:
        """Tell a report from a directive."""
        return self.key.startswith(EVENTS)

    @property
    def item(self) -> ItemReference:
        """The entry it is about. Raises IncompleteRequestError."""
        if self.reference is None:
            raise IncompleteRequestError("no item is referred to")
        return self.reference

    @property
    def on(self) -> bool:
        """What a mode is set to. Raises IncompleteRequestError."""
        if self.switch is None:
            raise IncompleteRequestError("it is not said whether on or off")
        return self.switch


def read(message: Mapping[str, Any], now: float) -> Directive:
    """Read a message of the dialect; `now` stands in for a time Alexa left out."""
    return _event(message, now) if "request" in message else _directive(message)


def _directive(message: Mapping[str, Any]) -> Directive:
    header, payload = part(message, "header"), part(message, "payload")
    return Directive(
        key=f"{_text(header, 'namespace')}.{_text(header, 'name')}",
        message_id=_text(header, "messageId") or str(uuid.uuid4()),
        access_token=_text(part(part(payload, "requestContext"), "user"), "accessToken") or None,
        explicit_allowed=part(payload, "filters").get("explicitLanguageAllowed") is not False,
        criteria=_all_criteria(payload),
        limit=min(_whole(payload, "maxResultLimit") or MOST_CRITERIA, MOST_CRITERIA),
        content_id=_content_id(payload, "contentId"),
        reference=_named_reference(payload),
        target_id=_text(payload, "targetItemId"),
        user_initiated=payload.get("isUserInitiated") is True,
        modes=_modes(part(payload, "playbackModes")),
        switch=_switch(payload),
        feedback=_text(part(payload, "feedback"), "value"),
    )


def _event(message: Mapping[str, Any], now: float) -> Directive:
    request, system = part(message, "request"), part(part(message, "context"), "System")
    body = part(request, "body")
    return Directive(
        key=_text(request, "type"),
        message_id=_text(request, "requestId"),
        application_id=_text(part(system, "application"), "applicationId"),
        reference=_reference(body.get("item")),
        offset_ms=_whole(body, "offsetInMilliseconds"),
        occurred_at=_seconds(_text(request, "timestamp"), now),
    )


def _named_reference(payload: Mapping[str, Any]) -> ItemReference | None:
    """Return the entry a directive is about, wherever this one has it."""
    active = items(part(payload, "activeContext"), "content")
    places = (payload.get("currentItemReference"), payload.get("targetItemReference"), *active)
    return next((reference for reference in map(_reference, places) if reference), None)


def _reference(value: Any) -> ItemReference | None:
    """Read a reference: bare, bare with its content in an object (the older form), or wrapped with its namespace."""
    bare = part(value, "value") or value
    queue_id, entry_id = _text(bare, "queueId"), _text(bare, "id")
    if not queue_id or not entry_id:
        return None
    content_id = _content_id(bare, "contentId") or _content_id(part(bare, "content"), "id")
    return ItemReference(queue_id, entry_id, content_id)


def _all_criteria(payload: Mapping[str, Any]) -> tuple[Criteria, ...]:
    """Read what is asked for: one object; for a screen an array of them, which has a name of its own."""
    for name in ("alexaResolvedSelectionCriteria", "selectionCriteria"):
        value = payload.get(name)
        if isinstance(value, list):
            return tuple(_criteria(each) for each in value[:MOST_CRITERIA])
        if isinstance(value, Mapping):
            return (_criteria(value),)
    return ()


def _criteria(value: Any) -> Criteria:
    attributes = [each for each in items(value, "attributes") if isinstance(each, Mapping)]
    stated = {_text(each, "type"): _text(each, "value") for each in reversed(attributes)}
    named: dict[MediaType, Named] = {}
    for each in attributes:
        kind, thing = _KINDS.get(_text(each, "type")), Named(_text(each, "entityId"), _text(each, "value"))
        if kind and (each.get("entityId") or each.get("value")):  # also what nobody can read: it is not "play music"
            named.setdefault(kind, thing)
    sort = stated.get("SORT_TYPE", "")
    return Criteria(named, _KINDS.get(stated.get("MEDIA_TYPE", "")), sort == "RECENCY", sort == "POPULARITY")


def _modes(modes: Mapping[str, Any]) -> Modes:
    repeat_one = _SWITCHED.get(_text(part(modes, "repeat"), "status")) is True
    return Modes(modes.get("shuffle") is True, modes.get("loop") is True, repeat_one)


def _switch(payload: Mapping[str, Any]) -> bool | None:
    said = payload.get("enable")
    said = said if isinstance(said, bool) else _text(part(payload, "mode"), "status")
    return _SWITCHED.get(said)


def _seconds(moment: str, now: float) -> int:
    told_at = unix_seconds(moment)
    return int(now if told_at is None else told_at)


def _text(whole: Any, name: str) -> str:
    """Return a text; "" for one that is too long, or with control characters: those can be no id and no name."""
    said = text(whole, name)
    return said if len(said) <= TEXT_LIMIT and said.isprintable() else ""


def _content_id(whole: Mapping[str, Any], name: str) -> str:
    """Return a contentId just as it was handed out: what cannot be one is not found, instead of not being said."""
    said = whole.get(name)
    return said if isinstance(said, str) else ""


def _whole(whole: Mapping[str, Any], name: str) -> int:
    """Return a whole number of 0 or more, also where it comes as text or with a point; 0 for anything else."""
    try:
        number = float(whole.get(name, 0))
    except (TypeError, ValueError, OverflowError):
        return 0
    return max(int(number), 0) if math.isfinite(number) else 0
