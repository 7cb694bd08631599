"""Rows 73-76, 78, 79, 83, 84 and 86: what a queue of the Music Skill API, and each item of it, must have."""

from collections.abc import Iterator
from typing import Any

from simulator.rules.music_given import (
    GET_ITEM,
    GET_NEXT,
    GET_PREVIOUS,
    GET_VIEW,
    INITIATE,
    JUMP,
    REINITIATE,
    answers,
    control,
    finds_nothing,
    has_items,
    header,
    is_error,
    items,
    method,
    payload,
    reference,
    seconds_of,
    told,
    unnamed,
)
from simulator.rules.table import Exchange, mapping, rule

MOST_VIEWED = 10
STREAMING = (INITIATE, REINITIATE, GET_NEXT, GET_PREVIOUS, JUMP, GET_ITEM)
PARTS_OF_AN_ITEM = ("id", "playbackInfo", "metadata", "controls", "rules", "stream")


@rule(
    73,
    "S001",
    "Initiate answers with type ALEXA_AUDIO_PLAYER_QUEUE, an id and a first item.",
    given=answers(INITIATE, REINITIATE),
)
def _queue_begins(exchange: Exchange) -> Iterator[str]:
    found = method(exchange)
    if found.get("type") != "ALEXA_AUDIO_PLAYER_QUEUE":
        yield f"the playback method is of type {found.get('type')!r}"
    if not isinstance(found.get("id"), str) or not found["id"]:
        yield "the queue has no id"
    first = mapping(found.get("firstItem"))
    missing = [key for key in PARTS_OF_AN_ITEM if not first.get(key)]
    if missing:
        yield f"the first item has no {', '.join(missing)}"
    yield from unnamed(mapping(first.get("metadata")), "the first item")


@rule(
    74,
    "LEX; presence 312",
    "An item's stream, Initiate's too, has an https uri, an offset from 0 to before its end and a validUntil to come.",
    given=lambda each: each.kind in STREAMING and has_items(each),
)
def _streams_can_be_played(exchange: Exchange) -> Iterator[str]:
    for item in items(exchange):
        stream = mapping(item.get("stream"))
        if not str(stream.get("uri", "")).startswith("https://"):
            yield "an item's stream has no https uri"
        if not _is_time(offset := stream.get("offsetInMilliseconds")):
            yield f"an item's stream begins at {offset!r}"
        elif "endOffsetInMilliseconds" in stream and not (
            _is_time(end := stream["endOffsetInMilliseconds"]) and end >= offset
        ):
            yield f"an item's stream ends at {stream['endOffsetInMilliseconds']!r}"
        yield from _past_its_end(offset, item.get("durationInMilliseconds"))
        yield from _expired(stream.get("validUntil"), exchange.at)


@rule(
    75,
    "S001, 312",
    "Initiate with shuffle or loop shows it in the selected controls.",
    given=lambda each: answers(INITIATE)(each) and bool(mapping(payload(each).get("playbackModes"))),
)
def _modes_are_selected(exchange: Exchange) -> Iterator[str]:
    modes = mapping(payload(exchange).get("playbackModes"))
    for mode in ("shuffle", "loop"):
        shown = control(method(exchange).get("controls"), mode.upper())
        if shown.get("type") != "TOGGLE" or not shown.get("enabled"):
            yield f"the control {mode.upper()} is not declared, so that it cannot be used"
        elif shown.get("selected") is not (modes.get(mode) is True):
            yield f"{mode} is {modes.get(mode)!r}, its control says selected {shown.get('selected')!r}"


@rule(
    76,
    "S001",
    "Initiate with an old contentId resolves it anew or answers CONTENT_NOT_FOUND.",
    given=lambda each: each.kind == INITIATE and finds_nothing(each),
)
def _old_content_is_not_found(exchange: Exchange) -> Iterator[str]:
    yield from is_error(exchange, "CONTENT_NOT_FOUND")


@rule(
    78,
    "LEX",
    "GetNextItem after the last item says that the queue is finished, and has no item.",
    given=lambda each: answers(GET_NEXT)(each) and told(each).get("isQueueFinished") is not False,
)
def _finished_queue_has_no_item(exchange: Exchange) -> Iterator[str]:
    if told(exchange).get("isQueueFinished") is not True:
        yield "GetNextItem's answer does not say whether the queue is finished"
    elif told(exchange).get("item") is not None:
        yield "the queue is finished, and has an item"


@rule(
    79,
    "LEX",
    "GetNextItem before the last item has an item and says that the queue is not finished.",
    given=lambda each: answers(GET_NEXT)(each) and told(each).get("isQueueFinished") is False,
)
def _running_queue_has_an_item(exchange: Exchange) -> Iterator[str]:
    if not mapping(told(exchange).get("item")):
        yield "the queue is not finished, and has no item"


@rule(
    83,
    "F18",
    "GetItem and GetView are answered in the namespace Alexa.Audio.PlayQueue.",
    given=answers(GET_ITEM, GET_VIEW),
)
def _views_are_of_the_other_namespace(exchange: Exchange) -> Iterator[str]:
    if header(exchange).get("namespace") != "Alexa.Audio.PlayQueue":
        yield f"the answer's namespace is {header(exchange).get('namespace')!r}"
    found = [item.get("id") for item in items(exchange)]
    if exchange.kind == GET_ITEM and found != [reference(exchange)[1]]:
        yield f"GetItem of {reference(exchange)[1]!r} is answered with {found}"


@rule(84, "312", "GetView shows at most ten items.", given=answers(GET_VIEW))
def _views_are_short(exchange: Exchange) -> Iterator[str]:
    shown = told(exchange).get("items")
    if not isinstance(shown, list):
        yield "the view has no items"
    elif len(shown) > MOST_VIEWED:
        yield f"the view has {len(shown)} items"


@rule(
    86,
    "LEX",
    "The item of a live stream has no durationInMilliseconds.",
    given=lambda each: "live" in each.asked_for and has_items(each),
)
def _live_streams_have_no_length(exchange: Exchange) -> Iterator[str]:
    for item in items(exchange):
        if "durationInMilliseconds" in item:
            yield f"a live stream is said to last {item['durationInMilliseconds']!r} ms"


def _is_time(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _past_its_end(offset: Any, lasts: Any) -> Iterator[str]:
    if _is_time(offset) and _is_time(lasts) and offset >= lasts:
        yield f"an item of {lasts} ms begins at {offset}"


def _expired(stamp: Any, now: float | None) -> Iterator[str]:
    until = seconds_of(stamp)
    if until is None:
        yield f"a stream's validUntil is {stamp!r}"
    elif now is not None and until <= now:
        yield f"a stream's validUntil, {stamp}, has passed"
