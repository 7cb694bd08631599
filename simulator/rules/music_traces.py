"""Rows of the Music Skill API that need more than one exchange: 70, 77, 79, 80, 81 and 82."""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from simulator.rules.music_given import (
    ENTITY_TYPES,
    GET_CONTENT,
    GET_NEXT,
    GET_PREVIOUS,
    INITIATE,
    JUMP,
    SET_LOOP,
    SETTERS,
    answers,
    attributes,
    content,
    control,
    error_name,
    form,
    is_error,
    items,
    method,
    payload,
    reference,
    told,
)
from simulator.rules.table import Case, Exchange, mapping, trace_rule

LIMITS_S = ((0.50, 0.100), (0.90, 0.250), (0.99, 0.400))
ENOUGH = 20
"""How many answers percentiles are taken of: with fewer, the slowest would be all three."""


def _same_searches(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each search that found something, and the next one for the very same entities."""
    last: dict[str, Exchange] = {}
    for exchange in filter(answers(GET_CONTENT), trace):
        found = attributes(exchange)
        wanted = sorted((str(each.get("type")), str(each.get("entityId") or each.get("value"))) for each in found)
        if found and all("entityId" in each for each in found if each.get("type") in ENTITY_TYPES):
            if earlier := last.get(key := json.dumps(wanted)):
                yield earlier, exchange
            last[key] = exchange


def _many_starts(trace: Sequence[Exchange]) -> Iterator[Case]:
    started = tuple(each for each in trace if each.kind == INITIATE and each.seconds is not None)
    if len(started) >= ENOUGH:
        yield started


def _same_references(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield two GetNextItem, one after the other, that name one item in two forms."""
    for earlier, later in itertools.pairwise(trace):
        both = earlier.kind == later.kind == GET_NEXT and reference(earlier) == reference(later)
        if both and form(earlier) != form(later) and _by_user(earlier) == _by_user(later):
            yield earlier, later


def _before_the_first(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each GetPreviousItem of an item whose control PREVIOUS is disabled, which the first one's is."""
    firsts: set[tuple[Any, Any]] = set()
    for exchange in trace:
        if exchange.kind == GET_PREVIOUS and reference(exchange) in firsts and error_name(exchange) != "Alexa":
            yield (exchange,)
        if exchange.kind in SETTERS:
            firsts.clear()  # what is looped has no first item
        for queue_id, item in _handed_out(exchange):
            if control(item.get("controls"), "PREVIOUS").get("enabled") is False:
                firsts.add((queue_id, item.get("id")))


def _jumps_nowhere(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each JumpToItem with an id that the queue was never seen to have."""
    seen: set[tuple[Any, Any]] = set()
    for exchange in trace:
        target = reference(exchange)[0], payload(exchange).get("targetItemId")
        if exchange.kind == JUMP and target not in seen and error_name(exchange) != "Alexa":
            yield (exchange,)
        seen.update((queue_id, item.get("id")) for queue_id, item in _handed_out(exchange))


def _ends_of_loops(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each GetNextItem that ends a queue whose modes, as they were shown or set last, say loop.

    An item whose control NEXT is disabled is live: nothing follows that.
    """
    loops: dict[Any, bool] = {}
    live: set[tuple[Any, Any]] = set()
    for exchange in trace:
        queue_id = method(exchange).get("id") or reference(exchange)[0]
        ends = exchange.kind == GET_NEXT and told(exchange).get("isQueueFinished") is True
        if ends and loops.get(queue_id) and reference(exchange) not in live:
            yield (exchange,)
        loops[queue_id] = _loops(exchange, otherwise=loops.get(queue_id, False))
        for queue, item in _handed_out(exchange):
            if control(item.get("controls"), "NEXT").get("enabled") is False:
                live.add((queue, item.get("id")))


@trace_rule(
    70,
    "S003",
    "GetPlayableContent of one entity gives every user the same contentId, every time.",
    cases=_same_searches,
)
def _content_ids_are_lasting(case: Case) -> Iterator[str]:
    earlier, later = (content(exchange).get("id") for exchange in case)
    if earlier != later:
        yield f"the same search gave {earlier!r}, then {later!r}"


@trace_rule(
    77,
    "S001",
    "Initiate is answered within 100 ms at p50, 250 at p90, 400 at p99 (here without the way home; "
    "`make bench-music` has that).",
    cases=_many_starts,
    level="warning",  # how long a laptop takes while it does other things is no fault of the skill
)
def _starts_are_quick(case: Case) -> Iterator[str]:
    took = sorted(exchange.seconds or 0 for exchange in case)
    for share, limit in LIMITS_S:
        if (found := took[min(int(share * len(took)), len(took) - 1)]) > limit:
            yield f"p{share:.0%} of {len(took)} Initiates is {found * 1_000:.0f} ms, {limit * 1_000:.0f} are allowed"


@trace_rule(79, "S001", "In a queue whose modes say loop something follows every item.", cases=_ends_of_loops)
def _loops_have_no_end(case: Case) -> Iterator[str]:
    yield f"the queue ends behind {reference(case[0])[1]!r}, and its modes say loop"


@trace_rule(80, "B1", "GetNextItem understands all three forms of a reference alike.", cases=_same_references)
def _forms_are_alike(case: Case) -> Iterator[str]:
    earlier, later = ((told(each).get("isQueueFinished"), _id_of(each), told(each).get("type")) for each in case)
    if earlier != later:
        yield f"the {form(case[0])} form is answered with {earlier}, the {form(case[1])} one with {later}"


@trace_rule(81, "F18, 312", "GetPreviousItem of the first item answers ITEM_NOT_FOUND.", cases=_before_the_first)
def _nothing_before_the_first(case: Case) -> Iterator[str]:
    yield from is_error(case[0], "ITEM_NOT_FOUND", ("Alexa.Media", "Alexa.Audio"))


@trace_rule(82, "312", "JumpToItem with a bad id answers INVALID_ITEM.", cases=_jumps_nowhere)
def _no_jump_to_nowhere(case: Case) -> Iterator[str]:
    yield from is_error(case[0], "INVALID_ITEM")


def _handed_out(exchange: Exchange) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield every item of an answer, with its queue."""
    queue_id = method(exchange).get("id") or reference(exchange)[0]
    yield from ((queue_id, item) for item in items(exchange))


def _loops(exchange: Exchange, *, otherwise: bool) -> bool:
    """Return whether the modes of a queue say loop, once this was said and answered."""
    if exchange.kind == SET_LOOP and not error_name(exchange):
        return payload(exchange).get("enable") is True
    controls = method(exchange).get("controls") or told(exchange).get("queueControls")
    return control(controls, "LOOP").get("selected") is True if controls else otherwise


def _by_user(exchange: Exchange) -> bool:
    return payload(exchange).get("isUserInitiated") is True


def _id_of(exchange: Exchange) -> Any:
    return mapping(told(exchange).get("item")).get("id")
