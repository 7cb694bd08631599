"""Pulling the next stream before the Echo asks for it, so that the change of track is gapless."""

import asyncio
from collections.abc import Callable

from home_bridge.models import Stream
from home_bridge.player import Player

AHEAD_S = 10.0
"""An Echo buffers less than this; Music Assistant encodes a whole track in it."""


def due(player: Player) -> float | None:
    """Return when, in Unix seconds, what follows is to be pulled: ten seconds before the end of what is heard."""
    audible, following = player.audible, player.following
    if audible is None or not audible.playing or following is None or following.stream is None:
        return None
    if following.after_generation != audible.stream.generation or following.stream.endless:
        return None
    duration_ms = audible.stream.item.duration_ms if audible.stream.item else None
    if duration_ms is None:
        return None
    left_s = (duration_ms - audible.stream.position_ms - audible.offset_ms) / 1000
    return audible.since + left_s - AHEAD_S


class Prefetch:
    """The timer of one player."""

    def __init__(self, player: Player, pull: Callable[[Stream], object]) -> None:
        self._player = player
        self._pull = pull
        self._timer: asyncio.TimerHandle | None = None

    def plan(self) -> None:
        """Set the timer by what is known now, in the place of the one before."""
        self.cancel()
        moment = due(self._player)
        if moment is not None:
            wait_s = max(0.0, moment - self._player.now())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._begin)

    def cancel(self) -> None:
        """Pull nothing ahead."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        following = self._player.following
        if following is not None and following.stream is not None:
            self._pull(following.stream)
