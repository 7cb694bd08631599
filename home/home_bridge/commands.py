"""The closed list of commands, and what each means to Music Assistant.

Every command is a coroutine over a Turn; what is to be streamed afterwards stands in the player. `player_queues/next`
and `previous` act a second late, so index arithmetic is done here and `play_index` is given the item's id.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from home_bridge import echo_events, edits
from home_bridge.arguments import Arguments
from home_bridge.errors import BadRequestError, QueueFinishedError, UnknownItemError
from home_bridge.media import PART, add_in_parts, check_media
from home_bridge.models import Item
from home_bridge.queue_view import REPEAT_MODES, index_before
from home_bridge.turn import Found, Turn

Command = Callable[[Turn, Arguments], Awaitable[None]]


async def run(turn: Turn, name: str, args: Mapping[str, Any]) -> None:
    """Do one command. Raises BridgeError; then nothing of the queue is lost."""
    command = COMMANDS.get(name)
    if command is None:
        raise BadRequestError(f"unknown command; known are {', '.join(sorted(COMMANDS))}")
    arguments = Arguments(args)
    if "generation" in args:  # the Echo says that it plays this; its events are still on their way
        turn.home.send(echo_events.imply_started(turn.player, arguments.whole("generation")))
    await command(turn, arguments)


async def play(turn: Turn, args: Arguments) -> None:
    """Play media: instead of the queue (replace), or inserted and at once (play)."""
    option = args.choice("option", ("replace", "play", "next", "add"), "replace")
    if option in {"next", "add"}:
        await (edits.play_next if option == "next" else edits.add)(turn, args)
        return
    media, start_item = args.media(), args.optional_text("start_item")
    await check_media(turn, media, start_item)
    extra = {} if start_item is None else {"start_item": start_item}
    first = media[0] if len(media) == 1 else media[:PART]
    await turn.start(turn.api("player_queues/play_media", media=first, option=option, **extra))
    await turn.describe()
    if rest := media[PART:]:
        turn.home.later(add_in_parts(turn, rest))


async def resume(turn: Turn, args: Arguments) -> None:
    """Play an item from a position; by its uri when the queue no longer holds it.

    Without arguments: what waits in the queue of an Echo of which nobody knows what it played.
    """
    if not args.raw:
        await _play_instead(turn, None)
        return
    position_ms = args.position_ms()
    await _play_found(turn, args, lambda found: _itself(found.item), position_ms)


async def seek(turn: Turn, args: Arguments) -> None:
    """Play the given item, or the current one, from a position."""
    position_ms = args.position_ms()
    if args.optional_text("queue_item_id") is None:
        if turn.player.current is None:
            raise UnknownItemError("nothing plays that could be sought in; say queue_item_id")
        args = Arguments({**args.raw, "queue_item_id": turn.player.current.queue_item_id})
    await _play_found(turn, args, lambda found: _itself(found.item), position_ms)


async def next_(turn: Turn, args: Arguments) -> None:
    """Play the item after the given one; the given one again where none comes after it and its `uri` was sent."""
    uri = args.optional_uri("uri")
    found = await turn.find(args.text("queue_item_id"))
    if found is None:
        await _play_instead(turn, uri)
    elif behind := await turn.after(found, skip=True):
        await turn.play_item(behind.item)
    elif uri is not None:
        await turn.play_item(found.item, 0)
    else:
        raise QueueFinishedError("this was the last item of the queue")


async def previous(turn: Turn, args: Arguments) -> None:
    """Play the item before the given one; before the first is the first."""

    async def preceding(found: Found) -> Item:
        return (await turn.items(index_before(found.index), 1) or [found.item])[0]

    await _play_found(turn, args, preceding, None)


async def jump(turn: Turn, args: Arguments) -> None:
    """Play an item by its id or its index."""
    if "index" not in args.raw:
        await _play_found(turn, args, lambda found: _itself(found.item), None)
        return
    index = args.whole("index")
    items = await turn.items(index, 1) if index >= 0 else []
    if not items:
        raise UnknownItemError("the queue has no item of that index")
    await turn.play_item(items[0])


async def stop(turn: Turn, _args: Arguments) -> None:
    """Fall silent; the queue stays."""
    await turn.api("player_queues/stop")
    turn.player.stop()


async def autoplay(turn: Turn, args: Arguments) -> None:
    """Let Music Assistant go on by itself at the queue's end, or not."""
    on = args.flag("on")
    turn.may_play()
    await turn.api("player_queues/dont_stop_the_music", dont_stop_the_music_enabled=on)


async def _play_found(
    turn: Turn, args: Arguments, choose: Callable[[Found], Awaitable[Item]], position_ms: int | None
) -> None:
    uri = args.optional_uri("uri")
    found = await turn.find(args.text("queue_item_id"))
    if found is not None:
        await turn.play_item(await choose(found), position_ms)
    else:
        await _play_uri(turn, uri, position_ms or 0)


async def _play_instead(turn: Turn, uri: str | None) -> None:
    """Play what waits in a queue that no longer holds what the Echo played, and the uri where nothing does.

    MA empties an ended queue: what stands in it was put there since, and nobody has heard it.
    """
    waiting = await _waiting(turn)
    if waiting is not None:
        await turn.play_item(waiting)
    else:
        await _play_uri(turn, uri, 0)


async def _play_uri(turn: Turn, uri: str | None, position_ms: int) -> None:
    if uri is None:
        raise UnknownItemError("the queue no longer holds this item; say its uri to play it anyway")
    await check_media(turn, [uri])
    waiting = await _waiting(turn)
    await turn.start(turn.api("player_queues/play_media", media=uri, option="play"))
    await turn.describe()
    current = turn.player.current
    if position_ms and current is not None and current.item is not None:
        await turn.play_item(current.item, position_ms)
    if waiting is not None:  # MA has put the uri behind it, and would pass it over
        await turn.api("player_queues/play_media", media=waiting.uri, option="next")


async def _waiting(turn: Turn) -> Item | None:
    """Return the queue's current item, or its first where all was put next; None if nothing is left to play."""
    view = await turn.queue()
    items = await turn.items(view.current_index or 0, 1)
    return items[0] if items else None


async def _itself(item: Item) -> Item:
    return item


async def _shuffle(turn: Turn, args: Arguments) -> None:
    on = args.flag("on")
    await edits.edit(turn, lambda: turn.api("player_queues/shuffle", shuffle_enabled=on))


async def _repeat(turn: Turn, args: Arguments) -> None:
    mode = args.choice("mode", REPEAT_MODES)
    await edits.edit(turn, lambda: turn.api("player_queues/repeat", repeat_mode=mode))


COMMANDS: dict[str, Command] = {
    "play": play,
    "resume": resume,
    "seek": seek,
    "next": next_,
    "previous": previous,
    "jump": jump,
    "shuffle": _shuffle,
    "repeat": _repeat,
    "add": edits.add,
    "play_next": edits.play_next,
    "remove": edits.remove,
    "move": edits.move,
    "clear": edits.clear,
    "stop": stop,
    "autoplay": autoplay,
}
