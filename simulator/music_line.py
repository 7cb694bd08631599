"""The wire between Alexa's music service and a skill: each exchange is judged, kept, and refused if it broke a rule."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.audio_device import Clock
from simulator.music_directives import Account, Happened, directive, item_event
from simulator.rules import Breach, Exchange, Known, RuleBroken, judge_exchange, judge_trace
from simulator.rules.music_given import error_name, told

__all__ = ["Invoke", "MusicLine", "error_of"]

Invoke = Callable[[dict[str, Any]], Any]


class MusicLine:
    """What one room says to the skill, and what it hears."""

    def __init__(self, invoke: Invoke, account: Account, clock: Clock, *, strict: bool = True) -> None:
        self.trace: list[Exchange] = []
        self.breaches: list[Breach] = []
        """Every rule that was broken or, as a warning, bent."""
        self.witness: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        """Asked when an event was answered for more that is known about it: fields of an Exchange."""
        self._invoke = invoke
        self._account = account
        self._clock = clock
        self._strict = strict
        self._raised: Exception | None = None
        self._refused: list[Breach] = []

    def ask(
        self, kind: str, payload: Mapping[str, Any], *, version: str = "1.0", known: Iterable[Known] = ()
    ) -> Exchange:
        """Send a directive; `known` is what can be known of what it asks for."""
        return self.send(directive(self._account, kind, payload, version), known)

    def tell(self, happened: Happened, item: Mapping[str, str], offset_ms: int, **more: Any) -> Exchange:
        """Send an event of the speaker."""
        return self.send(item_event(self._account, happened, item, offset_ms, self._clock.time(), **more))

    def send(self, event: dict[str, Any], known: Iterable[Known] = ()) -> Exchange:
        """Send any event, however odd. Raises RuleBroken for an answer that breaks a rule."""
        exchange = self._exchange(event, frozenset(known))
        before = Counter(judge_trace(self.trace))
        self.trace.append(exchange)
        # A breach that only the whole trace shows was there before, or is the work of this answer.
        breaches = [*judge_exchange(exchange), *(Counter(judge_trace(self.trace)) - before)]
        self.breaches += breaches
        broken = [breach for breach in breaches if breach.level == "error"]
        if broken and self._strict:
            raise RuleBroken(broken, exchange.kind) from (self._raised if exchange.crashed else None)
        self._refused = broken
        return exchange

    def accepted(self, exchange: Exchange) -> bool:
        """Say whether the last answer is one to act upon: neither an error, nor against a rule."""
        return not self._refused and not error_of(exchange)

    def again(self) -> Exchange:
        """Send the last directive once more, as when its answer was lost on the way."""
        return self.send(next(each.event for each in reversed(self.trace) if "header" in each.event))

    def _exchange(self, event: dict[str, Any], known: frozenset[Known]) -> Exchange:
        at, began = self._clock.time(), time.monotonic()
        try:
            answer = self._invoke(event)
        except Exception as error:  # noqa: BLE001  # Lambda, too, reports whatever escapes a handler
            self._raised = error
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        seconds = time.monotonic() - began
        seen = self.witness(event) if self.witness else {}
        return Exchange(event, answer, seconds=seconds, at=at, asked_for=known, **seen)


def error_of(exchange: Exchange) -> str:
    """Return the type of error that was answered, empty where it is none."""
    if exchange.crashed:
        return "INTERNAL_ERROR"
    return str(told(exchange).get("type")) if error_name(exchange) else ""
