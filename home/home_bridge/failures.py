"""PlaybackFailed: what replaces a stream that broke. Never a loop: once again, then what follows, then silence."""

from home_bridge import echo_events
from home_bridge.errors import MusicAssistantError, StreamTimeoutError, UnreachableError
from home_bridge.look_ahead import wanted_stream
from home_bridge.models import Event, Item, Stream, Wanted, derived_path
from home_bridge.packets import Stat
from home_bridge.turn import Turn


async def replace_failed(turn: Turn, event: Event) -> None:
    """Put something in the place of a failed stream; what that is stands in the player afterwards.

    A stream the Echo only buffers is never repaired by touching the one that is heard.
    """
    player = turn.player
    upcoming = player.following.stream if player.following else None
    buffering = event.current_generation not in {None, event.generation}
    if buffering and upcoming is not None and upcoming.generation == event.generation:
        await _replace_upcoming(turn, event, upcoming)
    elif not buffering and _is_audible(turn, event):
        await _replace_audible(turn, event)


def _is_audible(turn: Turn, event: Event) -> bool:
    """Tell whether the failed stream is the one being heard, or the one about to be; and not a repeated report."""
    player = turn.player
    turn.home.send(echo_events.imply_started(player, event.generation))
    audible = player.audible
    if audible is None or audible.stream.generation != event.generation or event.order <= audible.last:
        return False
    turn.home.send(echo_events.report(player, event))
    return True


async def _replace_audible(turn: Turn, event: Event) -> None:
    player = turn.player
    if player.wanted is not Wanted.PLAY:
        return
    if not player.in_step:
        stream = await wanted_stream(turn, event.generation)
        player.taking_over = stream.generation if stream else None
        return
    turn.home.send([Stat("STMn")] if player.loaded else [])
    failed = player.current
    item = failed.item if failed else None
    if item is not None and event.failures == 0 and await _played(turn, item, player.position_ms):
        return
    following = await _item_after(turn, failed) if event.failures <= 1 else None
    if following is None or not await _played(turn, following, None):
        turn.home.send(player.end())
        player.current = None


async def _played(turn: Turn, item: Item, position_ms: int | None) -> bool:
    """Play an item; False if Music Assistant refuses it. Not being able to ask is the caller's error."""
    try:
        await turn.play_item(item, 0 if item.duration_ms is None else position_ms)
    except UnreachableError:
        raise
    except (MusicAssistantError, StreamTimeoutError):
        return False
    return True


async def _item_after(turn: Turn, failed: Stream | None) -> Item | None:
    found = await turn.find(failed.queue_item_id) if failed else None
    following = await turn.after(found, skip=True) if found else None
    return following.item if following else None


async def _replace_upcoming(turn: Turn, event: Event, upcoming: Stream) -> None:
    """Offer the buffering stream's item once more under a new generation, then the item after it, then nothing."""
    player = turn.player
    await turn.reattach()
    item = upcoming.item
    if event.failures == 1:
        item = await _item_after(turn, upcoming)
    if event.failures > 1 or item is None or player.loaded is None or player.audible is None:
        player.answer_next(player.audible.stream.generation if player.audible else event.generation, None)
        return
    path = derived_path(player.loaded.path, item.queue_item_id)
    player.answer_next(player.audible.stream.generation, player.hand_out(item.queue_item_id, path, item))
