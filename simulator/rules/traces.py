"""Rows that need more than one exchange: 47, 49-53 and 55."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from simulator.rules.given import FINISHED, NEARLY_FINISHED, STARTED, STOPPED, is_event, is_resume, stream_of
from simulator.rules.table import DIALOG_TYPES, Case, Exchange, trace_rule

DEVICE_KINDS = (*DIALOG_TYPES, "PlaybackController.", "AudioPlayer.")
FILLS_A_QUEUE = {"AddToQueueIntent", "PlayNextIntent"}


def _resumes_of_nothing(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each resume of a device on which nothing was played yet, and for which nothing was put into a queue."""
    for exchange in trace:
        if is_resume(exchange):
            yield (exchange,)
        if exchange.plays or exchange.intent in FILLS_A_QUEUE:
            return


def _pauses_to_speak(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each Stopped, and the Started that goes on with its stream, where home was asked after both."""
    last: Exchange | None = None
    for exchange in trace:
        goes_on = last and last.kind == STOPPED and exchange.kind == STARTED and exchange.token == last.token
        if last and goes_on and None not in (last.current_item, exchange.current_item):
            yield last, exchange
        if is_event(exchange):
            last = exchange
        elif exchange.plays:
            last = None


def _looks_ahead(trace: Sequence[Exchange]) -> Iterator[Case]:
    for earlier, later in itertools.pairwise(trace):
        if later.kind == NEARLY_FINISHED and None not in (earlier.current_item, later.current_item):
            yield earlier, later


def _late_looks_ahead(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each NearlyFinished of a stream that has finished, and what was before it."""
    finished: set[Any] = set()
    for earlier, later in itertools.pairwise(trace):
        if earlier.kind == FINISHED:
            finished.add(earlier.token)
        if later.kind == NEARLY_FINISHED and later.token in finished:
            yield earlier, later


def _doubled_looks_ahead(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield two NearlyFinished of one stream between which nothing else was asked or told."""
    last: Exchange | None = None
    for exchange in trace:
        if exchange.kind == NEARLY_FINISHED and not exchange.refused:
            if last and last.token == exchange.token:
                yield last, exchange
            last = exchange
        elif exchange.kind.startswith(DEVICE_KINDS):
            last = None


def _stale_looks_ahead(trace: Sequence[Exchange]) -> Iterator[Case]:
    heard: Any = None
    for exchange in trace:
        heard = exchange.token if exchange.kind == STARTED else heard
        if exchange.kind == NEARLY_FINISHED and exchange.token != heard:
            yield (exchange,)


def _events_of_foreign_streams(trace: Sequence[Exchange]) -> Iterator[Case]:
    ours: set[Any] = set()
    for exchange in trace:
        if is_event(exchange) and exchange.token not in ours:
            yield (exchange,)
        ours.update(_next_tokens(exchange))


@trace_rule(
    47,
    "policy",
    "AMAZON.ResumeIntent of a device on which nothing was played or added is answered with speech.",
    cases=_resumes_of_nothing,
)
def _resume_of_nothing_is_spoken(case: Case) -> Iterator[str]:
    (exchange,) = case
    if exchange.plays:
        yield "something is played although nothing was played before"
    elif not exchange.speech:
        yield "nothing is said although there is nothing to resume"


@trace_rule(
    49, "S004", "Stopped and Started of the same stream leave the queue at home where it was.", cases=_pauses_to_speak
)
def _a_pause_to_speak_moves_nothing(case: Case) -> Iterator[str]:
    yield from _moved(case)


@trace_rule(50, "A5", "NearlyFinished, however early, leaves the queue at home where it was.", cases=_looks_ahead)
def _looking_ahead_moves_nothing(case: Case) -> Iterator[str]:
    yield from _moved(case)


@trace_rule(51, "A5", "NearlyFinished after Finished is answered, and moves nothing.", cases=_late_looks_ahead)
def _a_late_nearly_finished_is_answered(case: Case) -> Iterator[str]:
    if case[-1].raised:
        yield "NearlyFinished after Finished made the skill raise"
    yield from _moved(case)


@trace_rule(
    52,
    "policy",
    "NearlyFinished twice for one stream, nothing else between, is answered with the same stream.",
    cases=_doubled_looks_ahead,
)
def _asking_twice_gives_the_same(case: Case) -> Iterator[str]:
    first, second = case
    if _next_tokens(first) != _next_tokens(second):
        yield "the second NearlyFinished of a stream is answered with another stream"


@trace_rule(
    53, "S004", "NearlyFinished of a stream that is no longer heard replaces nothing.", cases=_stale_looks_ahead
)
def _a_stale_nearly_finished_is_harmless(case: Case) -> Iterator[str]:
    (exchange,) = case
    if any(play.get("playBehavior") != "ENQUEUE" for play in exchange.plays):
        yield "an outdated NearlyFinished replaces what is enqueued or heard"


@trace_rule(55, "policy", "A token that was never handed out raises nothing.", cases=_events_of_foreign_streams)
def _foreign_tokens_do_no_harm(case: Case) -> Iterator[str]:
    (exchange,) = case
    if exchange.raised:
        yield "a token of another skill made the skill raise"


def _moved(case: Case) -> Iterator[str]:
    before, after = case[0].current_item, case[-1].current_item
    if None not in (before, after) and before != after:
        yield f"the queue went from {before} to {after}"


def _next_tokens(exchange: Exchange) -> list[Any]:
    return [stream_of(play).get("token") for play in exchange.plays]
