"""Rows 65-69, 71, 72, 85 and 87-89: the Music Skill API, by one directive or event and its answer."""

from collections.abc import Iterator
from typing import Any

from simulator.rules.music_given import (
    ANSWERS,
    ERROR_VERSIONS,
    ERRORS,
    GET_CONTENT,
    SETTERS,
    answer_name,
    answers,
    attributes,
    content,
    error_name,
    explicit_allowed,
    finds_a_kind,
    finds_nothing,
    header,
    is_directive,
    is_error,
    is_general_error,
    is_item_event,
    is_unknown_directive,
    kinds_asked_for,
    payload,
    told,
    unnamed,
)
from simulator.rules.table import Exchange, mapping, rule

FIELDS = ("namespace", "name", "messageId", "payloadVersion")
MOST_MESSAGE_ID = 128
MOST_SEARCH_S = 0.5


@rule(
    65,
    "DOC",
    "A music answer's header has its four fields and a new messageId of at most 128 characters.",
    given=is_directive,
)
def _header_is_complete(exchange: Exchange) -> Iterator[str]:
    found = header(exchange)
    missing = [key for key in FIELDS if not isinstance(found.get(key), str) or not found[key]]
    if missing:
        yield f"{exchange.kind} is answered without {', '.join(missing)} in the header"
        return
    message_id = found["messageId"]
    if len(message_id) > MOST_MESSAGE_ID or not message_id.replace("-", "").isalnum():
        yield f"the answer's messageId is no text of letters, digits and dashes, at most {MOST_MESSAGE_ID}"
    if message_id == mapping(mapping(exchange.event).get("header")).get("messageId"):
        yield "the answer has the messageId of the directive"


@rule(
    65,
    "B1",
    "A music directive is answered by its own response, in its version, or by an error.",
    given=lambda each: is_directive(each) and not error_name(each),
)
def _answer_belongs_to_its_directive(exchange: Exchange) -> Iterator[str]:
    versions = ANSWERS.get(exchange.kind, {})
    name, version = answer_name(exchange), header(exchange).get("payloadVersion")
    if versions and name not in versions:
        yield f"{exchange.kind} is answered with {name}"
    elif versions and exchange.kind not in SETTERS and versions[name] != version:
        yield f"{name} is of version {version!r}, not {versions[name]}"


@rule(
    66,
    "S003",
    "GetPlayableContent that finds something answers with id, and metadata of type, name and art.",
    given=answers(GET_CONTENT),
)
def _content_is_complete(exchange: Exchange) -> Iterator[str]:
    found = content(exchange)
    if not isinstance(found.get("id"), str) or not found["id"]:
        yield "the content has no id"
    if "actions" in found:
        yield "the content has actions, which are only for displays"
    yield from unnamed(mapping(found.get("metadata")), "the content")


@rule(
    66,
    "312",
    "The metadata of an album names who made it.",
    given=lambda each: answers(GET_CONTENT)(each) and _type_of(content(each)) == "ALBUM",
    level="warning",
)
def _albums_have_authors(exchange: Exchange) -> Iterator[str]:
    if not mapping(content(exchange).get("metadata")).get("authors"):
        yield "the album has no authors"


@rule(
    67,
    "312",
    "GetPlayableContent's metadata.type is the kind of what was asked for.",
    given=finds_a_kind,
)
def _content_is_of_its_kind(exchange: Exchange) -> Iterator[str]:
    found, allowed = _type_of(content(exchange)), kinds_asked_for(exchange)
    if found not in allowed:
        yield f"the content is of type {found!r}, asked for was {' or '.join(sorted(allowed))}"


@rule(
    68,
    "S003, F18",
    "GetPlayableContent that finds nothing answers CONTENT_NOT_FOUND of Alexa.Media, version 1.0.",
    given=lambda each: each.kind == GET_CONTENT and finds_nothing(each),
)
def _search_finds_nothing(exchange: Exchange) -> Iterator[str]:
    yield from is_error(exchange, "CONTENT_NOT_FOUND")


@rule(
    69,
    "LEX",
    "GetPlayableContent answers CONTENT_FILTERED for an explicit track where those are not allowed.",
    given=lambda each: each.kind == GET_CONTENT and "explicit" in each.asked_for and not explicit_allowed(each),
)
def _explicit_is_filtered(exchange: Exchange) -> Iterator[str]:
    yield from is_error(exchange, "CONTENT_FILTERED")


@rule(
    71,
    "S003, policy",
    "GetPlayableContent without criteria answers with content, not with an error.",
    given=lambda each: each.kind == GET_CONTENT and "selectionCriteria" in payload(each) and not attributes(each),
)
def _music_is_content(exchange: Exchange) -> Iterator[str]:
    if error_name(exchange):
        yield f"'play music' is answered with {told(exchange).get('type')}"


@rule(
    72,
    "S003",
    "GetPlayableContent is answered within 500 ms (here without the way home; `make bench-music` has that).",
    given=lambda each: each.kind == GET_CONTENT and each.seconds is not None,
    level="warning",  # how long a laptop takes while it does other things is no fault of the skill
)
def _found_in_time(exchange: Exchange) -> Iterator[str]:
    if (exchange.seconds or 0) > MOST_SEARCH_S:
        yield f"the search took {exchange.seconds:.2f} s"


@rule(
    85,
    "F18, 312",
    "SetShuffle, SetLoop and SetRepeat are answered Alexa.Response 3.0 with an empty payload.",
    given=answers(*SETTERS),
)
def _modes_are_acknowledged(exchange: Exchange) -> Iterator[str]:
    version = header(exchange).get("payloadVersion")
    if (answer_name(exchange), version) != ("Alexa.Response", "3.0"):
        yield f"{exchange.kind} is answered with {answer_name(exchange)}, version {version!r}"
    if mapping(exchange.answer).get("payload") != {}:
        yield f"the answer to {exchange.kind} has a payload"


@rule(87, "DOC", "A general error is an Alexa.ErrorResponse of payloadVersion 3.0.", given=is_general_error)
def _general_errors_are_of_version_3(exchange: Exchange) -> Iterator[str]:
    yield from _wrong_error(exchange)


@rule(
    87,
    "LEX",
    "An error is of the namespace and version that its type belongs to.",
    given=lambda each: is_directive(each) and error_name(each) not in ("", "Alexa"),
)
def _errors_are_in_their_namespace(exchange: Exchange) -> Iterator[str]:
    yield from _wrong_error(exchange)


@rule(88, "312", "A directive nobody knows is answered INVALID_DIRECTIVE, version 3.0.", given=is_unknown_directive)
def _unknown_directives_are_invalid(exchange: Exchange) -> Iterator[str]:
    if (error_name(exchange), told(exchange).get("type")) != ("Alexa", "INVALID_DIRECTIVE"):
        yield f"the directive {exchange.kind} is answered with {told(exchange).get('type') or answer_name(exchange)}"


@rule(
    89,
    "B1",
    "AlexaAudioPlayQueueEvent is acknowledged, and reaches no handler of the custom skill.",
    given=is_item_event,
)
def _events_are_acknowledged(exchange: Exchange) -> Iterator[str]:
    if exchange.answer != {}:
        yield f"{exchange.kind} is answered with more than an empty object"


def _type_of(found: dict[str, Any]) -> Any:
    return mapping(found.get("metadata")).get("type")


def _wrong_error(exchange: Exchange) -> Iterator[str]:
    namespace, kind, version = error_name(exchange), told(exchange).get("type"), header(exchange).get("payloadVersion")
    if kind not in ERRORS.get(namespace, ()):
        yield f"there is no error {kind!r} in {namespace}"
    if version != ERROR_VERSIONS.get(namespace, version):
        yield f"an error of {namespace} is of version {version!r}"
    if not told(exchange).get("message"):
        yield f"the error {kind} has no message"
