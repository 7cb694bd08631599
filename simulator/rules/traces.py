"""Rows that need more than one exchange: 47, 49-53 and 55."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from simulator.rules.audio_player import FINISHED, NEARLY_FINISHED, STARTED, STOPPED
from simulator.rules.table import DIALOG_TYPES, Exchange, mapping, trace_rule


@trace_rule(47, "policy", "AMAZON.ResumeIntent of a device on which nothing was ever played is answered with speech.")
def _resume_of_nothing_is_spoken(trace: Sequence[Exchange]) -> Iterator[str]:
    for before, exchange in enumerate(trace):
        if exchange.intent == "AMAZON.ResumeIntent" and not any(each.plays for each in trace[:before]):
            if exchange.plays:
                yield "something is played although nothing was played before"
            elif not exchange.speech:
                yield "nothing is said although there is nothing to resume"


@trace_rule(49, "S004", "Stopped and Started of the same stream leave the queue at home where it was.")
def _a_pause_to_speak_moves_nothing(trace: Sequence[Exchange]) -> Iterator[str]:
    for earlier, later in itertools.pairwise(trace):
        same = earlier.kind == STOPPED and later.kind == STARTED and earlier.token == later.token
        if same and _moved(earlier, later):
            yield f"the queue went from {earlier.current_item} to {later.current_item}"


@trace_rule(50, "A5", "NearlyFinished, however early, leaves the queue at home where it was.")
def _looking_ahead_moves_nothing(trace: Sequence[Exchange]) -> Iterator[str]:
    for earlier, later in itertools.pairwise(trace):
        if later.kind == NEARLY_FINISHED and _moved(earlier, later):
            yield f"the queue went from {earlier.current_item} to {later.current_item}"


@trace_rule(51, "A5", "NearlyFinished after Finished raises nothing.")
def _a_late_nearly_finished_is_answered(trace: Sequence[Exchange]) -> Iterator[str]:
    finished: set[Any] = set()
    for exchange in trace:
        if exchange.kind == FINISHED:
            finished.add(exchange.token)
        if exchange.kind == NEARLY_FINISHED and exchange.token in finished and exchange.crashed:
            yield "NearlyFinished after Finished made the skill raise"


@trace_rule(
    52, "policy", "NearlyFinished twice for one stream, nothing else between, is answered with the same stream."
)
def _asking_twice_gives_the_same(trace: Sequence[Exchange]) -> Iterator[str]:
    last: Exchange | None = None
    for exchange in trace:
        if exchange.kind == NEARLY_FINISHED:
            if last and last.token == exchange.token and _next_tokens(last) != _next_tokens(exchange):
                yield "the second NearlyFinished of a stream is answered with another stream"
            last = exchange
        elif exchange.kind in DIALOG_TYPES or exchange.kind.startswith(("PlaybackController.", "AudioPlayer.")):
            last = None


@trace_rule(53, "S004", "NearlyFinished of a stream that is no longer heard replaces nothing.")
def _a_stale_nearly_finished_is_harmless(trace: Sequence[Exchange]) -> Iterator[str]:
    heard: Any = None
    for exchange in trace:
        heard = exchange.token if exchange.kind == STARTED else heard
        if exchange.kind != NEARLY_FINISHED or exchange.token == heard:
            continue
        if any(play.get("playBehavior") != "ENQUEUE" for play in exchange.plays):
            yield "an outdated NearlyFinished replaces what is enqueued or heard"


@trace_rule(55, "policy", "A token that was never handed out raises nothing.")
def _foreign_tokens_do_no_harm(trace: Sequence[Exchange]) -> Iterator[str]:
    ours: set[Any] = set()
    for exchange in trace:
        if exchange.kind.startswith("AudioPlayer.") and exchange.token not in ours and exchange.crashed:
            yield "a token of another skill made the skill raise"
        ours.update(_next_tokens(exchange))


def _moved(earlier: Exchange, later: Exchange) -> bool:
    return None not in (earlier.current_item, later.current_item) and earlier.current_item != later.current_item


def _next_tokens(exchange: Exchange) -> list[Any]:
    return [mapping(mapping(play.get("audioItem")).get("stream")).get("token") for play in exchange.plays]
