"""The skill's playback store in memory: the same conditions as on DynamoDB, in plain Python."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from music_assistant_alexa.adapters.dynamodb_store import KEPT_S
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import Change, Enqueued, PlaybackState, Running

__all__ = ["MemoryStore"]

LARGEST_ROW = 400_000
"""Characters a row may take, about as many as DynamoDB takes bytes."""


class MemoryStore:
    """PlaybackStore for tests; every `record` is atomic, as a conditional update is."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.away: PlaybackStoreError | None = None
        """Raised by every call while it is set."""
        self.writes: list[tuple[str, Change]] = []
        """Every change that was written, in order; those refused are not among them."""
        self._now = now
        self._rows: dict[str, tuple[PlaybackState, float]] = {}
        self._lock = threading.Lock()

    def load(self, device_id: str) -> PlaybackState | None:
        """Return the row, unless it has expired."""
        self._raise_if_away()
        with self._lock:
            return self._live(device_id)

    def record(self, device_id: str, change: Change) -> bool:
        """Write one group of fields; False if something newer is stored."""
        self._raise_if_away()
        if len(repr(change)) > LARGEST_ROW:
            raise PlaybackStoreError("the row would be too large")
        with self._lock:
            state = self._live(device_id) or PlaybackState(device_id)
            changed = _changed(state, change)
            if changed is None:
                return False
            self._rows[device_id] = (changed, int(self._now()) + KEPT_S)
            self.writes.append((device_id, change))
            return True

    def _live(self, device_id: str) -> PlaybackState | None:
        state, expires_at = self._rows.get(device_id, (None, 0.0))
        return state if expires_at > self._now() else None

    def _raise_if_away(self) -> None:
        if self.away:
            raise self.away


def _changed(state: PlaybackState, change: Change) -> PlaybackState | None:
    """Return the row after the change, or None when the group's condition forbids it."""
    match change:
        case Running():
            return _with_running(state, change)
        case Enqueued():
            return replace(state, enqueued=change) if _may_follow(state.enqueued, change) else None


def _with_running(state: PlaybackState, change: Running) -> PlaybackState | None:
    stored = state.running
    if stored is not None and change.order < stored.order:
        return None
    kept = bool(stored and stored.stopped_by_user) if change.stopped_by_user is None else change.stopped_by_user
    return replace(state, running=replace(change, stopped_by_user=kept))


def _may_follow(stored: Enqueued | None, change: Enqueued) -> bool:
    if stored is None or stored.after_generation < change.after_generation:
        return True
    if stored.after_generation > change.after_generation or change.token is None:
        return stored.after_generation == change.after_generation
    return stored.token is None or stored.token.generation <= change.token.generation
