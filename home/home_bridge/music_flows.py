"""What happens to a queue of the music skill, as coroutines over a Turn; which of its entries is meant is known.

Nobody but Alexa decides what an Echo plays here, and it asks for the next item itself: so nothing is ever enqueued or
replaced, and what failed is asked for again by its own URL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from home_bridge import echo_events, edits, look_ahead
from home_bridge.content import Plan, may_be_heard
from home_bridge.errors import (
    MusicAssistantError,
    StreamTimeoutError,
    UnknownItemError,
    UnreachableError,
)
from home_bridge.media import PART, add_in_parts
from home_bridge.models import Event, EventKind, Item, Rank, Stream, Wanted, derived_path
from home_bridge.music_queue import Entry, MusicQueue
from home_bridge.player import Player
from home_bridge.queue_view import QueueView
from home_bridge.turn import Found, Turn

VIEWED = 10
"""Entries of a view."""

PAGE = 20
"""Items of MA's queue that are looked at together for one that may be heard."""

LOOKS = 2
"""How often it is asked what follows: MA's refill at the end knows of no filter."""


async def begin(turn: Turn, queue: MusicQueue, plan: Plan) -> None:
    """Make MA play the first item, which takes the first entry. Raises BridgeError.

    Not by `replace`: that stops what plays beside the loading, and one track is loaded so soon that MA stops that.
    """
    player, first = turn.player, plan.first
    await turn.api("player_queues/clear", skip_stop=True)
    await turn.start(turn.api("player_queues/play_media", media=first.uri, option="play"))
    if player.current is None:
        raise StreamTimeoutError("Music Assistant took the queue back")
    if first.restarts_where_left:
        await turn.describe()  # MA alone knows where that is
    else:
        player.describe(replace(first, queue_item_id=player.current.queue_item_id))
    queue.bind(queue.entry(1), player.current)


async def fill(turn: Turn, plan: Plan) -> None:
    """Set the modes and add what follows, now that the first item plays."""
    await turn.api("player_queues/repeat", repeat_mode=plan.repeat)
    await turn.api("player_queues/shuffle", shuffle_enabled=False)
    if plan.seed and await _goes_on_alike(turn, plan.seed):
        return
    await add_in_parts(turn, list(plan.rest[:PART]))
    if plan.shuffle:
        await turn.api("player_queues/shuffle", shuffle_enabled=True)
    if rest := list(plan.rest[PART:]):
        turn.home.later(add_in_parts(turn, rest))


async def _goes_on_alike(turn: Turn, seed: str) -> bool:
    """Let MA add what is like the seed, now and whenever the queue nears its end; False where no provider can."""
    try:
        await turn.api("player_queues/play_media", media=seed, option="add", radio_mode=True)
    except UnreachableError:
        raise
    except MusicAssistantError:
        return False
    return True


async def following(turn: Turn, queue: MusicQueue, entry: Entry) -> Entry | None:
    """Return what follows an entry by itself; of an entry that is not the wanted one, the wanted one."""
    generation = _generation(entry)
    queue.note_heard(entry)
    turn.home.send(echo_events.imply_started(turn.player, generation))
    for _ in range(LOOKS):
        if not queue.explicit_allowed and turn.player.wanted is Wanted.PLAY:
            await _leave_out_explicit(turn, queue)
        stream = await look_ahead.next_stream(turn, generation)
        if stream is None:
            return None
        if stream.item is None or _may_be_heard(queue, stream.item):
            return queue.handed_out(stream)
    return None


async def skip(turn: Turn, queue: MusicQueue, entry: Entry) -> Entry | None:
    """Play what follows an entry because someone asked, so that "repeat one" is left; None at the end."""
    turn.home.send(echo_events.imply_started(turn.player, _generation(entry)))
    found = await turn.find(entry.item.queue_item_id)  # none: MA empties a queue five seconds after its end
    if found is not None:
        found = replace(found, view=queue.modes.without_repeat_one(found.view))
    items = await _until_heard(turn, queue, found, loops=found.view.repeat == "all") if found else []
    if not items or not _may_be_heard(queue, items[-1]):
        return None
    queue.note_heard(entry)
    await turn.play_item(items[-1])
    return _current(turn, queue)


def heard(turn: Turn, queue: MusicQueue, named: Entry | None) -> Entry | None:
    """Return the entry that the player is at, with its place; None behind its end, or where a newer one is named."""
    player = turn.player
    entry = queue.of_generation(player.current.generation) if player.current else None
    if player.current is None or entry is None:
        return None
    if named is not None and (named.generation or 0) > player.current.generation:
        return None
    if entry.item.duration_ms is not None and player.position_ms >= entry.item.duration_ms:
        return None
    return replace(entry, offset_ms=max(0, player.position_ms - player.current.position_ms))


async def caught_up(turn: Turn, queue: MusicQueue, named: Entry) -> Entry | None:
    """Return the entry that is heard though its Started has not come, with its place; what follows it at its end."""
    _follow(turn, named, _generation(named))
    turn.home.send(echo_events.imply_started(turn.player, _generation(named)))
    current = turn.player.current
    last = queue.of_generation(current.generation) if current else None
    return heard(turn, queue, None) or await following(turn, queue, last or named)


async def previous(turn: Turn, queue: MusicQueue, entry: Entry) -> Entry:
    """Play what stands before an entry. Raises UnknownItemError at the first."""
    found = await turn.find(entry.item.queue_item_id)
    index = found.index if found else 0
    while index > 0:
        index -= 1
        items = await turn.items(index, 1)
        if items and _may_be_heard(queue, items[0]):
            queue.note_heard(entry)
            await turn.play_item(items[0])
            return _current(turn, queue)
    raise UnknownItemError("nothing stands before it")


async def jump(turn: Turn, queue: MusicQueue, entry: Entry) -> Entry:
    """Play an entry that was shown or heard. Raises UnknownItemError."""
    current = turn.player.current
    playing = queue.of_generation(current.generation) if current else None
    found = await turn.find(entry.item.queue_item_id) if entry.item.queue_item_id else None
    if found is None:
        raise UnknownItemError("Music Assistant's queue no longer holds it")
    await turn.play_item(found.item)
    if playing is not None and playing.number != entry.number:
        queue.note_heard(playing)
    return _current(turn, queue)


async def view(turn: Turn, queue: MusicQueue, entry: Entry) -> tuple[list[Entry], QueueView]:
    """Return an entry and what stands after it, and the modes."""
    found = await turn.find(entry.item.queue_item_id) if entry.item.queue_item_id else None
    if found is None:
        return [entry], await turn.queue()
    items = [found.item, *await turn.items(found.index + 1, VIEWED - 1)]
    behind = _heard_of(turn, found, items)
    shown = [
        queue.shown(item, ahead=place >= behind)
        for place, item in enumerate(items)
        if place and _may_be_heard(queue, item)
    ]
    return [queue.describe(entry, found.item), *shown], found.view


def _heard_of(turn: Turn, found: Found, items: Sequence[Item]) -> int:
    """Return how many of `items`, which begin with `found`, are heard or were; MA's own index lags a second behind."""
    current = turn.player.current
    ids = [item.queue_item_id for item in items]
    if current is not None and current.queue_item_id in ids:
        return ids.index(current.queue_item_id) + 1
    return 0 if found.view.current_index is None else found.view.current_index + 1 - found.index


def tell(turn: Turn, queue: MusicQueue, entry: Entry, event: Event) -> None:
    """Tell MA what a speaker did with an entry. A failure is a silence, after which Alexa asks for what it wants."""
    player, failed = turn.player, event.kind is EventKind.FAILED
    if failed:
        event = replace(event, kind=EventKind.STOPPED)
    elif event.kind is EventKind.STARTED:
        _follow(turn, entry, event.generation)
    if event.kind is EventKind.STARTED and player.wanted is Wanted.PAUSE and _is_news(player, event):
        turn.home.send(player.want_play())  # whatever MA's screen said: someone has told Alexa to go on
    turn.home.send(echo_events.report(player, event))
    if failed:
        _may_begin_again(player, event)
    queue.note_heard(entry)


def _may_begin_again(player: Player, event: Event) -> None:
    """Take the same stream's Started within this second: Alexa asks for what failed anew, in times of whole seconds."""
    audible = player.audible
    if audible is not None and audible.stream.generation == event.generation:
        player.audible = replace(audible, last=(event.occurred_at, -1, Rank.START))


def _is_news(player: Player, event: Event) -> bool:
    audible = player.audible
    return audible is None or event.generation > audible.stream.generation or audible.is_changed_by(event)


def _follow(turn: Turn, entry: Entry, generation: int) -> None:
    """Take what a speaker has begun for what follows, though something else was chosen since it was handed out."""
    player = turn.player
    if player.audible is None or player.stream_of(generation) or generation <= player.audible.stream.generation:
        return
    holder = player.loaded or player.current
    if holder is not None:
        path = derived_path(holder.path, entry.item.queue_item_id)
        stream = Stream(generation, entry.item.queue_item_id, path, item=entry.item)
        player.answer_next(player.audible.stream.generation, stream)


async def _leave_out_explicit(turn: Turn, queue: MusicQueue) -> None:
    """Take out of MA's queue what is explicit before the next that may be heard: who added it knows of no filter."""
    current = turn.player.current
    found = await turn.find(current.queue_item_id) if current else None
    if found is None:
        return
    items = await _until_heard(turn, queue, found, loops=False)  # MA deletes nothing before what it has loaded
    if explicit := [item.queue_item_id for item in items if item.explicit]:
        await edits.edit(turn, lambda: _delete(turn, explicit))


async def _delete(turn: Turn, queue_item_ids: Sequence[str]) -> None:
    for each in queue_item_ids:
        await turn.api("player_queues/delete_item", item_id_or_index=each)


async def _until_heard(turn: Turn, queue: MusicQueue, found: Found, *, loops: bool) -> list[Item]:
    """Return the items behind `found` up to the first that may be heard, which is the last; all where none may be."""
    passed: list[Item] = []
    for offset, limit in _pages(found, loops=loops):
        for item in await turn.items(offset, limit):
            passed.append(item)
            if _may_be_heard(queue, item):
                return passed
    return passed


def _pages(found: Found, *, loops: bool) -> Iterator[tuple[int, int]]:
    """Yield place and length of each part of MA's queue behind an item; where it loops, then of those up to it."""
    again = found.index + 1
    yield from ((start, PAGE) for start in range(again, found.view.items, PAGE))
    if loops:
        yield from ((start, min(PAGE, again - start)) for start in range(0, again, PAGE))


def _may_be_heard(queue: MusicQueue, item: Item) -> bool:
    return may_be_heard(item, explicit_allowed=queue.explicit_allowed)


def _generation(entry: Entry) -> int:
    if entry.generation is None:
        raise UnknownItemError("this entry was shown but never played")
    return entry.generation


def _current(turn: Turn, queue: MusicQueue) -> Entry:
    if turn.player.current is None:
        raise StreamTimeoutError("Music Assistant's screen has stopped it meanwhile")
    return queue.handed_out(turn.player.current)
