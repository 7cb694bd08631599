"""What may take the place of a failed stream: the same item again, the one after it, nothing.

The witness's own count, from nothing but what an Echo sent and was answered.
"""

from dataclasses import dataclass, field
from typing import Any

from music_assistant_alexa.stream_token import StreamToken
from simulator.pocket_queue import PocketItem, PocketQueue

HEALED_MS = 30_000
"""A stream heard this long was no failure."""

MOST = 2


@dataclass
class Tries:
    """The streams of one Echo, and how many failed before each took its place."""

    _before: dict[str, int | None] = field(default_factory=dict)
    """By token, how many failed before that stream took their place; None where nobody can say."""
    repaired: set[str] = field(default_factory=set)
    """Tokens of the streams that played while the enqueued one failed."""

    def judge(
        self, failed: dict[str, Any], directives: list[dict[str, Any]], queue: PocketQueue, *, certain: bool
    ) -> str:
        """Return what is wrong with the answer to a PlaybackFailed; empty if nothing is.

        `certain`: nothing else is on its way, so that what replaces the stream is certain.
        """
        heard = failed["currentPlaybackState"]
        buffering = heard["token"] != failed["token"]
        if buffering:
            self.repaired.add(heard["token"])
        plays = [each for each in directives if each["type"] == "AudioPlayer.Play"]
        expected = "REPLACE_ENQUEUED" if buffering else "REPLACE_ALL"
        if any(play["playBehavior"] != expected for play in plays) or (buffering and len(plays) < len(directives)):
            return "a buffering stream that failed touches the running one, or the other way round"
        before = 0 if not buffering and _healed(failed) else self._before.get(failed["token"], 0)
        known = certain and before is not None
        due = _replacements(failed, queue, before or 0)
        if not plays:
            return "a failed stream is not replaced" if known and due else ""
        token = plays[0]["audioItem"]["stream"]["token"]
        if token in self._before:
            return ""  # the same failure was answered before
        self._before[token] = before + 1 if certain and before is not None else None
        begins = _read(token)
        if known and [begins.queue_item_id] != [item.queue_item_id for item in due]:
            return "a failed stream is replaced by another than due"
        at_ms = begins.position_ms + begins.offset_ms
        expected_ms = _failed_at_ms(failed, buffering=buffering) if due and due[0].duration_s and not before else 0
        return f"what failed is tried again at {at_ms} ms, not {expected_ms}" if known and at_ms != expected_ms else ""


def _read(token: str) -> StreamToken:
    found = StreamToken.decode(token)
    assert found is not None  # the skill made it
    return found


def _failed_at_ms(failed: dict[str, Any], *, buffering: bool) -> int:
    """Return where in the track a stream failed."""
    token = _read(failed["token"])
    heard_ms: int = token.offset_ms if buffering else failed["currentPlaybackState"]["offsetInMilliseconds"]
    return token.position_ms + heard_ms


def _healed(failed: dict[str, Any]) -> bool:
    heard_ms: int = failed["currentPlaybackState"]["offsetInMilliseconds"] - _read(failed["token"]).offset_ms
    return heard_ms >= HEALED_MS


def _replacements(failed: dict[str, Any], queue: PocketQueue, before: int) -> list[PocketItem]:
    """Return what is to take the place of a stream before which that many failed: one item, or none."""
    item = queue.item(_read(failed["token"]).queue_item_id)
    if item is None or before >= MOST:
        return []
    if not before:
        return [item]
    following = queue.following(queue.items.index(item), skip=True)
    return [following] if following else []
