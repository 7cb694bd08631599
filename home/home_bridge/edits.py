"""Commands that change what follows. MA enqueues anew only while playing, and someone's speech has just paused it.

So a little of the current stream is pulled before and after the edit: before, since MA takes whatever was pulled last
for "already loaded" and would not touch it; after, since that makes it enqueue the right next item.
"""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from home_bridge.arguments import Arguments
from home_bridge.errors import MusicAssistantError, UnknownItemError
from home_bridge.look_ahead import fresh_answer, wanted_stream
from home_bridge.media import add_in_parts, check_media, insert_in_parts
from home_bridge.models import derived_path
from home_bridge.turn import Found, Turn


async def edit(turn: Turn, call: Callable[[], Awaitable[Any]]) -> None:
    """Change the queue, and find out what follows now if the Echo was told already."""
    turn.may_play()
    if turn.player.next_was_served:
        await turn.resync()
    await call()
    await turn.resync()
    player = turn.player
    if not player.next_was_served or player.audible is None:
        return
    generation = player.audible.stream.generation
    if player.in_step:
        await fresh_answer(turn, generation, edited=True)
    else:
        await wanted_stream(turn, generation)


async def add(turn: Turn, args: Arguments) -> None:
    """Put media at the end of the queue; nothing starts by it."""
    media = args.media()
    await check_media(turn, media)
    await edit(turn, lambda: add_in_parts(turn, media))


async def play_next(turn: Turn, args: Arguments) -> None:
    """Put media behind the current item."""
    media = args.media()
    await check_media(turn, media)
    await edit(turn, lambda: insert_in_parts(turn, media))


async def remove(turn: Turn, args: Arguments) -> None:
    """Take an item out of the queue; if it is the current one, or was when the queue ended, the next one plays."""
    found = await turn.find(args.text("queue_item_id"))
    if found is None:
        raise UnknownItemError("the queue does not hold this item")
    current = turn.player.current
    ended = current is None and found.index == found.view.current_index
    if ended or (current is not None and current.queue_item_id == found.item.queue_item_id):
        await _remove_current(turn, found)
    else:
        await edit(turn, lambda: _delete(turn, found))
        await turn.describe()  # what MA's screen started is what plays instead


async def move(turn: Turn, args: Arguments) -> None:
    """Move an item down (or up, when negative) by `pos_shift` places; 0 makes it the next one."""
    queue_item_id, pos_shift = args.text("queue_item_id"), args.whole("pos_shift")
    await edit(turn, lambda: turn.api("player_queues/move_item", queue_item_id=queue_item_id, pos_shift=pos_shift))


async def clear(turn: Turn, _args: Arguments) -> None:
    """Empty the queue; with it the music ends."""
    await turn.api("player_queues/clear")
    turn.player.stop()


async def _remove_current(turn: Turn, found: Found) -> None:
    """Take out what is playing, and play what follows it; where nothing does, nothing is left to play."""
    following = await turn.after(found, skip=True)
    if following is None or following.index == found.index:
        # All that is left has been heard, and MA would begin there again: it empties a queue at its end, too.
        await turn.api("player_queues/clear")
        turn.player.stop()
        return
    await _make_deletable(turn, found, following)
    await _delete(turn, found)
    await turn.play_item(following.item)


async def _make_deletable(turn: Turn, found: Found, following: Found) -> None:
    """Get round MA's refusal to delete what it has loaded, or what stands before that."""
    if found.index > 0 and turn.player.loaded is not None:
        # What was pulled last counts as loaded: pull a little of the item before.
        for before in await turn.items(found.index - 1, 1):  # none, if its screen has emptied the queue meanwhile
            with contextlib.suppress(MusicAssistantError):
                await turn.home.sample(derived_path(turn.player.loaded.path, before.queue_item_id))
    else:
        # Nothing stands before the first one: let the next one take its place.
        await turn.resync()
        await turn.api(
            "player_queues/move_item",
            queue_item_id=following.item.queue_item_id,
            pos_shift=found.index - following.index,
        )


async def _delete(turn: Turn, found: Found) -> None:
    await turn.api("player_queues/delete_item", item_id_or_index=found.item.queue_item_id)
