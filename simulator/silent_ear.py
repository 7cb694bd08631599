"""Streams that are only lengths: an Echo with this ear plays without a network, and fails when it is told to."""

from collections import deque
from dataclasses import dataclass, field

from simulator.sound import FetchFailed, Sound

__all__ = ["SilentEar", "SilentSound"]

TRACK_MS = 200_000
BROKEN = "MEDIA_ERROR_SERVICE_UNAVAILABLE"


@dataclass(slots=True)
class SilentSound:
    """A stream of a known length; `breaks_at_ms` is where its connection is lost."""

    url: str
    whole_ms: int
    breaks_at_ms: int | None = None
    content_type: str = "audio/mpeg"
    track: str | None = None
    buffered_ms: int = 0
    endless: bool = False

    @property
    def received(self) -> int:
        """Return how many bytes have been pulled, at 320 kbit/s."""
        return self.buffered_ms * 40

    @property
    def length_ms(self) -> int | None:
        """Return how long the stream is; None until its end has been pulled."""
        return self.whole_ms if self.buffered_ms == self.whole_ms and self.breaks_at_ms is None else None

    def hear(self, until_ms: int) -> None:
        """Pull until `until_ms` of the stream are here, or its end; raise FetchFailed where it breaks."""
        end = self.whole_ms if self.breaks_at_ms is None else self.breaks_at_ms
        self.buffered_ms = max(self.buffered_ms, min(until_ms, end))
        if self.breaks_at_ms is not None and until_ms > self.breaks_at_ms:
            raise FetchFailed(BROKEN, "broken")

    def close(self) -> None:
        """Pull no more."""


@dataclass(slots=True)
class SilentEar:
    """Opens anything."""

    whole_ms: int = TRACK_MS
    errors: deque[str | None] = field(default_factory=deque)
    """What the next streams end in when they are opened, in order: an error type, or None for none."""
    breaks_at_ms: int | None = None
    """Where every stream loses its connection."""

    def open(self, url: str) -> SilentSound:
        """Start to pull; raise FetchFailed where that is scripted."""
        error = self.errors.popleft() if self.errors else None
        if error:
            raise FetchFailed(error, "scripted")
        return SilentSound(url, self.whole_ms, self.breaks_at_ms)

    def go_on(self, url: str, begun: Sound, at_ms: int) -> SilentSound:  # noqa: ARG002  # silence sounds alike everywhere
        """Go on with what another ear began."""
        return self.open(url)
