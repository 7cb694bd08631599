"""What is known of a vehicle at one moment, from its two rows alone: no call home, no secret."""

from dataclasses import dataclass

from music_assistant_alexa.media_session import Vehicle
from music_assistant_alexa.models import Activity, Heard, MediaType, PlaybackState, QueueItem

__all__ = ["Snapshot"]

SILENT_AFTER_MS = 60_000
"""So long after its end a track that nobody reported on is taken for over: the car is off."""


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
        duration_ms = running.item.duration_ms
        return duration_ms is None or self._elapsed_ms() < duration_ms + SILENT_AFTER_MS

    @property
    def position_ms(self) -> int:
        """Where in the track that is: what was reported last, and the time since while it plays."""
        duration_ms = self.item.duration_ms if self.item else None
        elapsed_ms = self._elapsed_ms()
        return elapsed_ms if duration_ms is None else min(elapsed_ms, duration_ms)

    @property
    def heard(self) -> Heard:
        """What the head unit would say of itself: the stream it plays, and where in it; nothing before it began."""
        running = self.playback.running
        if running is None or running.activity is not Activity.STARTED:
            return Heard()
        return Heard(running.token, max(self.position_ms - running.token.position_ms, 0))

    def _elapsed_ms(self) -> int:
        running = self.playback.running
        if running is None or running.item.media_type is MediaType.RADIO:
            return 0
        since_s = self.now - running.occurred_at if running.activity is Activity.STARTED else 0
        return running.position_ms + max(round(since_s * 1000), 0)
