"""Music Assistant's queue as the bridge sees it, and the arithmetic of what comes after what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from home_bridge.models import Item

REPEAT_MODES = ("off", "one", "all")

LOOK_PAST = 5
"""How many unplayable items MA skips before it gives up."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """What `player_queues/get` says."""

    state: str = "idle"
    current_index: int | None = None
    items: int = 0
    shuffle: bool = False
    repeat: str = "off"
    current_item: Item | None = None
    elapsed_ms: int = 0
    stream_title: str | None = None
    """What a station says that it plays, where it says so: "Artist - Title"."""

    refills: bool = False
    """MA adds items by itself at the end: autoplay or radio mode."""

    @classmethod
    def from_ma(cls, raw: Mapping[str, Any] | None, now: float) -> Self:
        """Read MA's queue; None (no such queue) is an empty one."""
        if not raw:
            return cls()
        current = raw.get("current_item")
        return cls(
            state=str(raw.get("state") or "idle"),
            current_index=raw.get("current_index"),
            items=int(raw.get("items") or 0),
            shuffle=bool(raw.get("shuffle_enabled")),
            repeat=str(raw.get("repeat_mode") or "off"),
            current_item=Item.from_ma(current) if current else None,
            elapsed_ms=_elapsed_ms(raw, now),
            stream_title=((current or {}).get("streamdetails") or {}).get("stream_title") or None,
            # Older servers say the first two, newer ones the others.
            refills=any(
                raw.get(name)
                for name in ("dont_stop_the_music_enabled", "radio_source", "autoplay_enabled", "is_dynamic")
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the queue as the player state shows it."""
        return {
            "state": self.state,
            "current_index": self.current_index,
            "items": self.items,
            "shuffle": self.shuffle,
            "repeat": self.repeat,
            "current_item": self.current_item.to_json() if self.current_item else None,
            "stream_title": self.stream_title,
            "elapsed_ms": self.elapsed_ms,
        }


def _elapsed_ms(raw: Mapping[str, Any], now: float) -> int:
    elapsed = float(raw.get("elapsed_time") or 0)
    if raw.get("state") == "playing":
        elapsed += max(0.0, now - float(raw.get("elapsed_time_last_updated") or now))
    return int(elapsed * 1000)


def index_after(index: int, items: int, repeat: str, *, skip: bool) -> int | None:
    """Return the index that follows, or None at the end.

    With repeat one the same item follows by itself; `skip` (someone said "next") leaves it.
    """
    if repeat == "one" and not skip:
        return index
    if index + 1 < items:
        return index + 1
    return 0 if repeat == "all" and items else None


def index_before(index: int) -> int:
    """Return the index before; before the first is the first."""
    return max(index - 1, 0)
