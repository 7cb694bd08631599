"""What account linking remembers, in memory: the same conditions as on DynamoDB, in plain Python."""

import threading
import time
from collections.abc import Callable

from music_assistant_alexa.errors import PlaybackStoreError

__all__ = ["MemoryLinkingStore"]


class MemoryLinkingStore:
    """LinkingStore for tests; every method is atomic, as a conditional update is."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.away = False
        """Every call fails while it is set."""
        self.calls = 0
        self._now = now
        self._rows: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    @property
    def keys(self) -> set[str]:
        """Every key that was ever written."""
        return set(self._rows)

    def begin(self, grant_id: str, kept_s: int) -> bool:
        """Begin a grant; False if it was begun before."""
        with self._lock:
            if self._live("grant", grant_id) is not None:
                return False
            self._write("grant", grant_id, 1, kept_s)
            return True

    def renew(self, grant_id: str, generation: int, kept_s: int) -> int | None:
        """Return the generation that follows."""
        with self._lock:
            stored = self._live("grant", grant_id)
            if stored == generation:
                self._write("grant", grant_id, generation + 1, kept_s)
            return generation + 1 if stored in {generation, generation + 1} else None

    def revoke(self, grant_id: str, kept_s: int) -> None:
        """End a grant that was begun."""
        with self._lock:
            if self._live("grant", grant_id) is not None:
                self._write("grant", grant_id, 0, kept_s)

    def count(self, counter: str, limit: int, kept_s: int) -> bool:
        """Count one, if that is within the limit."""
        with self._lock:
            tries = self._live("tries", counter) or 0
            if tries < limit:
                self._write("tries", counter, tries + 1, kept_s)
            return tries < limit

    def uncount(self, counter: str, kept_s: int) -> None:
        """Count one less."""
        with self._lock:
            tries = self._live("tries", counter) or 0
            if tries:
                self._write("tries", counter, tries - 1, kept_s)

    def _live(self, kind: str, name: str) -> int | None:
        self.calls += 1
        if self.away:
            raise PlaybackStoreError("the table is away")
        value, expires_at = self._rows.get(f"{kind}#{name}", (None, 0.0))
        return value if expires_at > self._now() else None

    def _write(self, kind: str, name: str, value: int, kept_s: int) -> None:
        self._rows[f"{kind}#{name}"] = (value, int(self._now()) + kept_s)
