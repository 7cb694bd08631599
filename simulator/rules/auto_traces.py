"""Rows 96 and 99: what only a sequence of a vehicle's messages shows."""

from collections.abc import Iterator, Sequence
from typing import Any

from simulator.rules.auto_given import action_of, control, events, is_message, message_of, payload_of, player_errors
from simulator.rules.table import Case, Exchange, mapping, trace_rule


def _resumes(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each RESUME, with all that was before it."""
    for number, exchange in enumerate(trace):
        if control("RESUME")(exchange):
            yield tuple(trace[: number + 1])


def _sessions(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield the trace of a vehicle in which a session was opened."""
    own = tuple(exchange for exchange in trace if is_message(exchange))
    if any(event["eventName"] == "PlaybackSessionStarted" for exchange in own for event in events(exchange)):
        yield own


def _switches(trace: Sequence[Exchange]) -> Iterator[Case]:
    """Yield each loss of the loudspeakers that was answered without an error, with all that was before it."""
    for number, exchange in enumerate(trace):
        if _happened(exchange).get("name") == "switched_away" and not player_errors(exchange):
            yield tuple(trace[: number + 1])


@trace_rule(96, "S002", "RESUME leads to a session of a new UUID.", cases=_resumes)
def _resume_uses_no_id_twice(case: Case) -> Iterator[str]:
    *before, last = case
    used = {event["sessionId"] for exchange in before for event in events(exchange)}
    if events(last) and events(last)[-1]["sessionId"] in used:
        yield "RESUME opens a session under an id that was used before"


@trace_rule(99, "S002", "A session that was opened is closed.", cases=_sessions)
def _sessions_are_closed(case: Case) -> Iterator[str]:
    session, playing = "", False
    for event in (event for exchange in case for event in events(exchange)):
        name, session_id = event["eventName"], event["sessionId"]
        if name == "PlaybackSessionStarted":
            if session not in ("", session_id):
                yield "a session is opened before the one before it was closed"
            session, playing = session_id, False
        elif session_id and session_id != session:
            yield f"{name} of a session that is not open"
        elif name == "PlaybackSessionEnded":
            if playing:
                yield "a session is closed while it plays"
            session = ""
        else:
            playing = name == "PlaybackStarted" if session_id else playing


@trace_rule(99, "S002", "A source that has lost the loudspeakers has no session open.", cases=_switches)
def _who_lost_the_loudspeakers_is_closed(case: Case) -> Iterator[str]:
    opened: dict[str, str] = {}
    for event in (event for exchange in case for event in _told(exchange)):
        if event["eventName"] == "PlaybackSessionStarted":
            opened[event["sessionId"]] = event["source"]
        elif event["eventName"] == "PlaybackSessionEnded":
            opened.pop(event["sessionId"], None)
    named = _happened(case[-1]).get("source")
    if any(named in (None, source) for source in opened.values()):
        yield "a session is left open by a source that has lost the loudspeakers"


def _happened(exchange: Exchange) -> dict[str, Any]:
    """Return what a head unit says it did."""
    return mapping(mapping(exchange.event).get("event")) if is_message(exchange) else {}


def _told(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Yield what the Engine was told of sessions: by the head unit itself, and by the answer."""
    forwarded = payload_of(exchange) if action_of(message_of(exchange)) == "PlayerEvent" else {}
    if all(isinstance(forwarded.get(key), str) for key in ("eventName", "source", "sessionId")):
        yield forwarded
    yield from events(exchange)
