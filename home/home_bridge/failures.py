"""PlaybackFailed: what replaces a stream that broke. Never a loop: once again, then what follows, then silence.

Every stream knows how many failed before it (`Stream.failures`): so what is heard and what is buffered behind it are
counted apart, and whatever a person asks for, or follows by itself, is counted from zero.
"""

from dataclasses import replace

from home_bridge import echo_events
from home_bridge.errors import MusicAssistantError, StreamTimeoutError, UnreachableError
from home_bridge.look_ahead import wanted_stream
from home_bridge.models import Event, Item, Stream, Wanted, derived_path
from home_bridge.packets import Stat
from home_bridge.player import Player
from home_bridge.turn import Turn

FAILURES = 2
"""Streams in a row that may fail before it is silent: an item, and the same again. What then follows has one try."""

HEALED_MS = 30_000
"""A stream heard this long was no failure."""


async def replace_failed(turn: Turn, event: Event) -> None:
    """Put something in the place of a failed stream; what that is stands in the player afterwards.

    A stream the Echo only buffers is never repaired by touching the one that is heard.
    """
    player = turn.player
    upcoming = player.following.stream if player.following else None
    buffering = event.current_generation not in {None, event.generation}
    if buffering and upcoming is not None and upcoming.generation == event.generation:
        await _replace_upcoming(turn, upcoming)
    elif not buffering and _is_audible(turn, event):
        await _replace_audible(turn, event)


def _is_audible(turn: Turn, event: Event) -> bool:
    """Tell whether the failed stream is the one being heard, or the one about to be; and not a repeated report."""
    player = turn.player
    turn.home.send(echo_events.imply_started(player, event.generation))
    audible = player.audible
    if audible is None or not audible.is_changed_by(event):
        return False
    turn.home.send(echo_events.report(player, event))
    return True


async def _replace_audible(turn: Turn, event: Event) -> None:
    player = turn.player
    if player.wanted is not Wanted.PLAY:
        return
    if not player.in_step or player.current is None:
        enqueued = player.following.stream if player.following else None
        stream = await wanted_stream(turn, event.generation)
        player.taking_over = stream.generation if stream else None
        player.given_twice = player.taking_over if enqueued and enqueued.generation == player.taking_over else None
        return
    turn.home.send([Stat("STMn")] if player.loaded else [])
    failed = player.current
    healed = event.offset_ms - failed.offset_ms >= HEALED_MS
    failures = 0 if healed else failed.failures
    if failures == 0 and failed.item is not None and await _played(turn, failed.item, player.position_ms):
        _count(player, 1)
        return
    following = await _item_after(turn, failed) if failures <= 1 else None
    if following is not None and await _played(turn, following, None):
        _count(player, FAILURES)
        return
    turn.home.send(player.end())
    player.current = None


def _count(player: Player, failures: int) -> None:
    player.current = player.current and replace(player.current, failures=failures)


async def _played(turn: Turn, item: Item, position_ms: int | None) -> bool:
    """Play an item; False if Music Assistant refuses it. Not being able to ask is the caller's error."""
    try:
        await turn.play_item(item, 0 if item.endless else position_ms)
    except UnreachableError:
        raise
    except (MusicAssistantError, StreamTimeoutError):
        return False
    return True


async def _item_after(turn: Turn, failed: Stream) -> Item | None:
    found = await turn.find(failed.queue_item_id)
    following = await turn.after(found, skip=True) if found else None
    return following.item if following else None


async def _replace_upcoming(turn: Turn, upcoming: Stream) -> None:
    """Offer the buffering stream's item once more under a new generation, then the item after it, then nothing."""
    player = turn.player
    if player.audible is None:
        return
    after = player.audible.stream.generation
    if not player.in_step:
        await _replace_by_wanted(turn, upcoming, after)
        return
    await turn.reattach()
    item = upcoming.item if upcoming.failures == 0 else await _item_after(turn, upcoming)
    if upcoming.failures >= FAILURES or item is None or player.loaded is None:
        player.answer_next(after, None)
        return
    path = derived_path(player.loaded.path, item.queue_item_id)
    stream = player.hand_out(item.queue_item_id, path, item)
    player.answer_next(after, replace(stream, failures=upcoming.failures + 1))


async def _replace_by_wanted(turn: Turn, upcoming: Stream, after: int) -> None:
    """Offer what MA's screen has chosen meanwhile; if that is what failed, once more, then nothing."""
    player = turn.player
    if player.current is not None and player.current.generation == player.taking_over:
        player.answer_next(after, None)  # a command has replaced everything: its own answer hands that out
        return
    wanted = await wanted_stream(turn, after)
    if wanted is not None and wanted.generation == upcoming.generation:
        again = player.hand_out(wanted.queue_item_id, wanted.path, wanted.item, wanted.position_ms + wanted.offset_ms)
        wanted = None if wanted.failures else replace(again, failures=1)
        player.current = wanted or player.current
    player.answer_next(after, wanted)
