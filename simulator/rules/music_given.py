"""What a music directive and its answer hold: conditions of rows 65-89, and the parts that more than one row reads."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from simulator.rules.table import Exchange, Given, mapping

GET_CONTENT = "Alexa.Media.Search.GetPlayableContent"
GET_DISPLAYABLE = "Alexa.Media.Search.GetDisplayableContent"
INITIATE, REINITIATE = "Alexa.Media.Playback.Initiate", "Alexa.Media.Playback.Reinitiate"
GET_NEXT, GET_PREVIOUS = "Alexa.Audio.PlayQueue.GetNextItem", "Alexa.Audio.PlayQueue.GetPreviousItem"
JUMP = "Alexa.Audio.PlayQueue.JumpToItem"
GET_ITEM, GET_VIEW = "Alexa.Media.PlayQueue.GetItem", "Alexa.Media.PlayQueue.GetView"
SETTERS = tuple(f"Alexa.Media.PlayQueue.Set{mode}" for mode in ("Shuffle", "Loop", "Repeat"))
SET_LOOP = SETTERS[1]
FEEDBACK = "Alexa.UserPreference.ReceiveFeedback"
ITEM_EVENT = "AlexaAudioPlayQueueEvent."
ERROR = "ErrorResponse"

ANSWERS: dict[str, dict[str, str]] = {
    **{name: {f"{name}.Response": "1.0"} for name in (GET_CONTENT, INITIATE, REINITIATE, GET_NEXT, GET_PREVIOUS, JUMP)},
    GET_DISPLAYABLE: {f"{GET_DISPLAYABLE}.Response": "2.0"},
    GET_ITEM: {"Alexa.Audio.PlayQueue.GetItem.Response": "1.0"},
    GET_VIEW: {"Alexa.Audio.PlayQueue.GetView.Response": "1.0"},
    **{name: {"Alexa.Response": "3.0"} for name in SETTERS},
    FEEDBACK: {"Alexa.Response": "2.0", "Alexa.UserPreference.Audio.ReceiveFeedback.Response": "2.0"},
}
"""What each directive is answered with when nothing is wrong, and in which version."""
ERRORS: dict[str, frozenset[str]] = {
    "Alexa": frozenset(
        {
            "ACCOUNT_PROBLEM", "EXPIRED_AUTHORIZATION_CREDENTIAL", "INVALID_AUTHORIZATION_CREDENTIAL",
            "INTERNAL_ERROR", "INVALID_DIRECTIVE", "RATE_LIMIT_EXCEEDED",
        }
    ),
    "Alexa.Media": frozenset(
        {
            "CONTENT_NOT_FOUND", "CONTENT_FILTERED", "CRITERIA_NOT_FOUND", "ITEM_NOT_FOUND", "INVALID_ITEM",
            "INSUFFICIENT_USER_SUBSCRIPTION", "GEOGRAPHICAL_RESTRICTION_ERROR", "DEVICE_LIMIT_REACHED",
        }
    ),
    "Alexa.Audio": frozenset({"SKIP_LIMIT_REACHED", "ITEM_NOT_FOUND"}),
}  # fmt: skip
"""The types of error, by the namespace each belongs to; ITEM_NOT_FOUND has been seen in two."""
ERROR_VERSIONS = {"Alexa": "3.0", "Alexa.Media": "1.0", "Alexa.Audio": "1.0"}
ENTITY_TYPES = ("TRACK", "ALBUM", "ARTIST", "PLAYLIST", "GENRE", "STATION")
CONTENT_TYPES = (*ENTITY_TYPES, "PROGRAM")


def is_directive(exchange: Exchange) -> bool:
    """Say whether the request is a directive of the Music Skill API."""
    return "namespace" in _header(exchange.event)


def answers(*kinds: str) -> Given:
    """Return the condition that one of these directives is answered, and not with an error."""
    return lambda exchange: exchange.kind in kinds and not error_name(exchange)


def is_item_event(exchange: Exchange) -> bool:
    """Say whether a speaker reports what it does with an item."""
    return exchange.kind.startswith(ITEM_EVENT)


def is_general_error(exchange: Exchange) -> bool:
    """Say whether a directive is answered with an error that is not about its content."""
    return is_directive(exchange) and error_name(exchange) == "Alexa"


def is_unknown_directive(exchange: Exchange) -> bool:
    """Say whether nobody knows a directive of that name."""
    return is_directive(exchange) and exchange.kind not in ANSWERS


def has_items(exchange: Exchange) -> bool:
    """Say whether a directive is answered with an item or several."""
    return is_directive(exchange) and any(items(exchange))


def payload(exchange: Exchange) -> dict[str, Any]:
    """Return what a directive says."""
    return mapping(mapping(exchange.event).get("payload"))


def told(exchange: Exchange) -> dict[str, Any]:
    """Return what the answer says."""
    return mapping(mapping(exchange.answer).get("payload"))


def header(exchange: Exchange) -> dict[str, Any]:
    """Return the answer's header."""
    return _header(exchange.answer)


def answer_name(exchange: Exchange) -> str:
    """Return namespace and name of the answer."""
    return f"{header(exchange).get('namespace')}.{header(exchange).get('name')}"


def error_name(exchange: Exchange) -> str:
    """Return the namespace of the error that is answered, empty where it is none."""
    return str(header(exchange).get("namespace")) if header(exchange).get("name") == ERROR else ""


def is_error(exchange: Exchange, kind: str, namespaces: tuple[str, ...] = ("Alexa.Media",)) -> Iterator[str]:
    """Yield why the answer is not that error of the media kind."""
    found, version = error_name(exchange), header(exchange).get("payloadVersion")
    if not found:
        yield f"{exchange.kind} is answered with {answer_name(exchange)}, not with {kind}"
    elif told(exchange).get("type") != kind:
        yield f"the error is {told(exchange).get('type')!r}, not {kind}"
    elif found not in namespaces or version != "1.0":
        yield f"the error is of {found}, version {version!r}"


def attributes(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the attributes of what is looked for."""
    found = mapping(payload(exchange).get("selectionCriteria")).get("attributes")
    return [mapping(each) for each in found] if isinstance(found, list) else []


def kinds_asked_for(exchange: Exchange) -> set[str]:
    """Return the types that would be right: that of the one entity, or that which MEDIA_TYPE picks among several."""
    named = [(each.get("type"), each.get("entityId") or each.get("value")) for each in attributes(exchange)]
    entities = {str(kind) for kind, name in named if kind in ENTITY_TYPES and name}
    wanted = {str(name) for kind, name in named if kind == "MEDIA_TYPE" and name in ENTITY_TYPES}
    return wanted & entities or (entities | wanted if entities else set())


def finds_a_kind(exchange: Exchange) -> bool:
    """Say whether something of a certain kind was looked for, and something was found."""
    return answers(GET_CONTENT)(exchange) and bool(kinds_asked_for(exchange))


def finds_nothing(exchange: Exchange) -> bool:
    """Say whether what was asked for is not there: by the answer, or as the asker knows."""
    not_found = told(exchange).get("type") == "CONTENT_NOT_FOUND" and bool(error_name(exchange))
    return not_found or "missing" in exchange.asked_for


def explicit_allowed(exchange: Exchange) -> bool:
    """Say whether the listener's filter lets explicit words pass."""
    return mapping(payload(exchange).get("filters")).get("explicitLanguageAllowed") is not False


def content(exchange: Exchange) -> dict[str, Any]:
    """Return the content that was found."""
    return mapping(told(exchange).get("content"))


def method(exchange: Exchange) -> dict[str, Any]:
    """Return the playbackMethod that Initiate is answered with."""
    return mapping(told(exchange).get("playbackMethod"))


def items(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Yield every item of the answer."""
    several = told(exchange).get("items")
    one = (method(exchange).get("firstItem"), told(exchange).get("item"))
    yield from (mapping(each) for each in (*one, *(several if isinstance(several, list) else ())) if each)


def reference(exchange: Exchange) -> tuple[Any, Any]:
    """Return queue and item that a directive is about, in whichever of the three forms."""
    found: Any = payload(exchange).get("currentItemReference") or payload(exchange).get("targetItemReference")
    bare = mapping(mapping(found).get("value") or found)
    return bare.get("queueId"), bare.get("id")


def form(exchange: Exchange) -> str:
    """Return which of the three forms the reference of a directive has."""
    found = mapping(payload(exchange).get("currentItemReference"))
    return "wrapped" if "value" in found else "nested" if "content" in found else "bare"


def control(controls: Any, name: str) -> dict[str, Any]:
    """Return the control of that name, empty where it is not declared."""
    found = controls if isinstance(controls, list) else []
    return next((each for each in map(mapping, found) if each.get("name") == name), {})


def unnamed(metadata: dict[str, Any], of_what: str) -> Iterator[str]:
    """Yield what of type, name and art is not there."""
    if metadata.get("type") not in CONTENT_TYPES:
        yield f"{of_what} is of type {metadata.get('type')!r}"
    name = mapping(metadata.get("name"))
    speech = mapping(name.get("speech"))
    if not name.get("display") or speech.get("type") != "PLAIN_TEXT" or not speech.get("text"):
        yield f"{of_what} has no name to be spoken and shown"
    sources = mapping(metadata.get("art")).get("sources")
    urls = [str(mapping(each).get("url", "")) for each in sources] if isinstance(sources, list) else []
    if not urls:
        yield f"{of_what} has no art"
    elif not all(url.startswith("https://") for url in urls):
        yield f"{of_what} has art that is not https"


def seconds_of(stamp: Any) -> float | None:
    """Return a point of time in ISO 8601 as Unix seconds; None where it is none, or has no zone."""
    try:
        when = datetime.fromisoformat(re.sub(r"Z$", "+00:00", str(stamp)))
    except ValueError:
        return None
    return when.timestamp() if when.tzinfo else None


def _header(message: Any) -> dict[str, Any]:
    return mapping(mapping(message).get("header"))
