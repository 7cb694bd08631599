"""Changes of a vehicle's row: read, decide, write on the condition that nobody wrote meanwhile."""

import logging

from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import SessionEvent, Transition, Vehicle
from music_assistant_alexa.models import Device
from music_assistant_alexa.ports import AutoSessions

__all__ = ["Sessions"]

_log = logging.getLogger(__name__)

TRIES = 5
"""So many others may be faster: a vehicle has one head unit, and its messages come seconds apart."""


class Sessions:
    """The rows of vehicles, changed by pure functions."""

    def __init__(self, store: AutoSessions) -> None:
        self._store = store

    def of(self, device: Device) -> Vehicle:
        """Return what is remembered of a vehicle. Raises PlaybackStoreError."""
        return self._store.load(device.device_id)

    def change(self, device: Device, transition: Transition, *, opens: bool = False) -> tuple[SessionEvent, ...]:
        """Make a change, and return what Alexa is to be told: each event by the one answer that made it true.

        Music does not stop because its session could not be written. Who `opens` one then tells what a first session
        tells; who goes on in one opens none, since nobody would know of it to close it.
        """
        try:
            return self._change(device, transition)
        except PlaybackStoreError as error:
            _log.warning("media session not stored: %s", error)
            return tuple(event for event in transition(Vehicle())[1] if opens or not event.session_id)

    def _change(self, device: Device, transition: Transition) -> tuple[SessionEvent, ...]:
        for _ in range(TRIES):
            before = self._store.load(device.device_id)
            after, events = transition(before)
            if after == before or self._store.save(device.device_id, after):
                return events
        raise PlaybackStoreError("the vehicle's row is written by others all the time")
