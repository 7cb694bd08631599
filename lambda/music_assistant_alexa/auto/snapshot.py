"""What is known of a vehicle at one moment, from its two rows alone: no call home, no secret."""

from dataclasses import dataclass

from music_assistant_alexa.media_session import Vehicle
from music_assistant_alexa.models import Activity, Heard, MediaType, PlaybackState, QueueItem

__all__ = ["Snapshot"]

SILENT_AFTER_MS = 60_000
"""So long after its end a track that nobody reported on is taken for over: the car is off."""

LOST_AFTER_MS = 60_000
"""A head unit that tells its progress, and has told nothing for so long, may be off: nobody knows where it is."""

OFF_AFTER_MS = 300_000
"""After so long it is."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both rows, and when they are looked at."""

    vehicle: Vehicle
    playback: PlaybackState
    now: float

    @property
    def item(self) -> QueueItem | None:
        """What plays or played last."""
        return self.playback.running.item if self.playback.running else None

    @property
    def playing(self) -> bool:
        """Tell whether music is heard, as far as was reported."""
        running = self.playback.running
        if running is None or running.activity not in {Activity.HANDED, Activity.STARTED}:
            return False
        if self.vehicle.tells_progress and self._untold_ms() >= OFF_AFTER_MS:
            return False
        duration_ms = running.item.duration_ms
        return duration_ms is None or running.position_ms + self._untold_ms() < duration_ms + SILENT_AFTER_MS

    @property
    def position_ms(self) -> int:
        """What a state says: where it was reported last, and the time since while it plays, up to the track's end."""
        if not self.playing:
            return self.place_ms
        duration_ms = self.item.duration_ms if self.item else None
        reckoned_ms = self._reckoned_ms()
        return reckoned_ms if duration_ms is None else min(reckoned_ms, duration_ms)

    @property
    def place_ms(self) -> int:
        """Where it goes on: by now, or where it was reported last if it may have been switched off since."""
        duration_ms = self.item.duration_ms if self.item else None
        over = duration_ms is not None and self._reckoned_ms() >= duration_ms
        lost = self.vehicle.tells_progress and self._untold_ms() > LOST_AFTER_MS
        return self._stored_ms() if over or lost else self._reckoned_ms()

    @property
    def handed_at(self) -> int | None:
        """When the stream was handed out, None if that is not known."""
        known = self.item and self.vehicle.pictured == self.item.queue_item_id
        return self.vehicle.handed_at if known else None

    @property
    def heard(self) -> Heard:
        """What the head unit would say of itself: the stream it plays, and where in it; nothing before it began."""
        running = self.playback.running
        if running is None or running.activity is not Activity.STARTED:
            return Heard()
        return Heard(running.token, max(self.place_ms - running.token.position_ms, 0))

    def _stored_ms(self) -> int:
        running = self.playback.running
        return 0 if running is None or running.item.media_type is MediaType.RADIO else running.position_ms

    def _reckoned_ms(self) -> int:
        """Return where it is if it has played since it was reported last; a station is nowhere."""
        running = self.playback.running
        ticks = running and running.activity is Activity.STARTED and running.item.media_type is not MediaType.RADIO
        return self._stored_ms() + (self._untold_ms() if ticks else 0)

    def _untold_ms(self) -> int:
        """Return for how long nothing was told of the stream, since it was handed out if nothing ever was."""
        running = self.playback.running
        told_at = running.occurred_at if running and running.activity is not Activity.HANDED else self.handed_at
        return max(round((self.now - told_at) * 1000), 0) if told_at else 0
