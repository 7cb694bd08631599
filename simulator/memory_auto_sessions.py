"""The rows of vehicles in memory: the same answers as on DynamoDB, in plain Python."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from music_assistant_alexa.adapters.dynamodb_auto_sessions import KEPT_S
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import Vehicle

__all__ = ["MemoryAutoSessions"]


class MemoryAutoSessions:
    """AutoSessions for tests; every `save` is atomic, as a conditional update is."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.away = False
        """Every call fails while it is set."""
        self.writes = 0
        """How many were not refused."""
        self._now = now
        self._rows: dict[str, tuple[Vehicle, float]] = {}
        self._lock = threading.Lock()

    def load(self, device_id: str) -> Vehicle:
        """Return what is remembered of a vehicle, unless that was too long ago."""
        self._raise_if_away()
        with self._lock:
            return self._live(device_id)

    def save(self, device_id: str, vehicle: Vehicle) -> bool:
        """Write a vehicle that was read, changed; False if it was written by another since."""
        self._raise_if_away()
        with self._lock:
            if self._live(device_id).version != vehicle.version:
                return False
            self._rows[device_id] = (replace(vehicle, version=vehicle.version + 1), int(self._now()) + KEPT_S)
            self.writes += 1
            return True

    def _raise_if_away(self) -> None:
        if self.away:
            raise PlaybackStoreError("away")

    def _live(self, device_id: str) -> Vehicle:
        vehicle, expires_at = self._rows.get(device_id, (Vehicle(), 0.0))
        return vehicle if expires_at > self._now() else Vehicle()
