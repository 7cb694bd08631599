"""What follows a stream: asked of MA by STMd, compared with the queue, and derived only if MA gives another one.

Repeat, shuffle, unplayable items and autoplay are MA's business. Deriving first and sending STMd late is wrong: a pull
of the next item makes MA, two minutes later, enqueue the one after it.
"""

from home_bridge import echo_events
from home_bridge.errors import UnreachableError
from home_bridge.models import Item, Stream, Wanted, derived_path, item_of
from home_bridge.player import START_WITHIN_S
from home_bridge.turn import Turn

REPEAT_STMD_S = 0.1
FIRST_WITHIN_S = 2.0
"""MA answers STMd in 5 ms, or in 1.5 s when the track has just begun."""

AGAIN_WITHIN_S = 1.2
"""After a re-sync MA enqueues the right item 0.5 s after the first byte."""

REFILL_WITHIN_S = 4.0
"""MA refills a queue 5 s after its last item became the current one."""

REFILL_LOOK_S = 0.5


async def next_stream(turn: Turn, generation: int) -> Stream | None:
    """Return what follows stream `generation` if that is the wanted one; for any other, the wanted stream itself.

    A repeated question gets the same answer. None: nothing follows, or MA's screen wants silence.
    """
    player = turn.player
    turn.home.send(echo_events.imply_started(player, generation))
    if player.wanted is not Wanted.PLAY:
        return None
    if player.following is not None and player.following.after_generation == generation and player.in_step:
        return player.following.stream
    if player.current is None:
        return await _after_the_end(turn, generation)
    if player.current.generation != generation:
        return await wanted_stream(turn, generation)
    if player.ending:  # Finished came first; with an answer it is no end
        player.end_at, player.start_by = None, player.now() + START_WITHIN_S
    return await fresh_answer(turn, generation)


async def fresh_answer(turn: Turn, generation: int, *, edited: bool = False) -> Stream | None:
    """Find what follows the current stream, and remember that the Echo was told so.

    `edited`: the queue was changed and re-synced just now, so MA may still send the old next item first.
    """
    player, before = turn.player, turn.player.following
    stream = await _upcoming(turn, edited=edited)
    kept = before.stream if before and before.after_generation == generation else None
    if stream and kept and kept.path == stream.path:
        stream = kept
    player.answer_next(generation, stream)
    if stream is None and player.start_by is not None:
        player.start_by = None
        turn.home.send(player.end())
    return stream


async def wanted_stream(turn: Turn, generation: int) -> Stream | None:
    """Return what MA wants played, to an Echo that still plays something else."""
    player = turn.player
    if player.current is None:
        return None
    if player.loaded is None and not player.in_step and player.current.item is not None:
        # The connection was lost since MA sent it: its session is gone.
        before = player.current
        await turn.play_item(player.current.item, player.current.position_ms)
        player.superseded = before
    await turn.describe()
    if player.audible is not None and player.audible.stream.generation == generation:
        player.taking_over = None
        player.answer_next(generation, player.current)
    return player.current


async def _after_the_end(turn: Turn, generation: int) -> Stream | None:
    """Answer a question that came after the end (short tracks do that): MA is idle, so it is told to play on."""
    audible = turn.player.audible
    if audible is None or audible.stream.generation != generation:
        return None
    if turn.player.following is not None and turn.player.following.after_generation == generation:
        return turn.player.following.stream
    found = await turn.find(audible.stream.queue_item_id)
    following = await turn.after(found, skip=False) if found else None
    if following is not None:
        await turn.play_item(following.item)
    turn.player.taking_over = None
    turn.player.answer_next(generation, turn.player.current)
    return turn.player.current


async def _upcoming(turn: Turn, *, edited: bool) -> Stream | None:
    player = turn.player
    await turn.reattach()
    await turn.describe()
    if player.current is None or player.current.endless:
        return None
    if player.loaded is None:
        raise UnreachableError("Music Assistant has not loaded the stream again since the connection was lost")
    expected = await _expected(turn, 0 if edited else REFILL_WITHIN_S)
    return await _offered(turn, expected, patient=edited) if expected else None


async def _expected(turn: Turn, refill_s: float = 0) -> Item | None:
    """Return what the queue says follows the current item; wait `refill_s` for MA's refill where it refills."""
    waited = 0.0
    while turn.player.current is not None:
        found = await turn.find(turn.player.current.queue_item_id)
        if found is None:
            return None
        following = await turn.after(found, skip=False)
        if following is not None or not found.view.refills or waited >= refill_s:
            return following.item if following else None
        await turn.home.pause(REFILL_LOOK_S)
        waited += REFILL_LOOK_S
    return None


async def _offered(turn: Turn, expected: Item, *, patient: bool) -> Stream | None:
    """Return the stream MA offers for the expected item: at once, after a re-sync, or else derived."""
    player = turn.player
    if player.loaded and player.loaded.seek_ms and item_of(player.loaded.path) == expected.queue_item_id:
        await turn.resync()  # or repeat one, set on MA's screen, begins where MA began this stream
    if not await _ask(turn, expected, FIRST_WITHIN_S, patient=patient):
        await turn.resync()
        again = await _expected(turn)
        if again is None:
            return None
        expected = again
        await _ask(turn, expected, AGAIN_WITHIN_S, patient=True)
    if player.loaded is None:
        return None
    path = derived_path(player.loaded.path, expected.queue_item_id)
    if player.pending_item == expected.queue_item_id and player.loaded.pending:
        path = player.loaded.pending
    return player.hand_out(expected.queue_item_id, path, expected)


async def _ask(turn: Turn, expected: Item, within_s: float, *, patient: bool) -> bool:
    """Say STMd until MA has sent the expected item ahead; give up at another one, unless `patient`."""
    player, home = turn.player, turn.home
    asked = 0.0
    while player.pending_item != expected.queue_item_id and player.loaded is not None and asked < within_s:
        player.loaded.pending = None
        home.send(player.decoded())
        await home.until(lambda: bool(player.pending_item), REPEAT_STMD_S)
        asked += REPEAT_STMD_S
        if player.pending_item not in {"", expected.queue_item_id}:
            if not patient:
                return False
            await turn.home.pause(REPEAT_STMD_S)
    return player.pending_item == expected.queue_item_id
