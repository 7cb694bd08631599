"""Where an entry of the music skill is to be pulled from its beginning, as often as its URL is asked for.

Most often the cache has it. Else it is asked of the session that MA has now; where that began it elsewhere, or is gone,
or gave a broken body, MA is made to load it again. What was heard long ago is not: that would end what is heard.
"""

from dataclasses import replace

from home_bridge.errors import StreamTimeoutError, UnknownItemError, UnreachableError
from home_bridge.models import Stream
from home_bridge.music_queue import Entry
from home_bridge.player import Player
from home_bridge.streams import Expected, PullSource
from home_bridge.turn import STREAM_WITHIN_S, Turn


def is_loaded(turn: Turn, entry: Entry, broken: str) -> bool:
    """Tell whether MA's session gives an entry whole; `broken`: a path that did not. Raises UnknownItemError."""
    player, stream = turn.player, _stream(turn.player, entry)
    if player.loaded is None:
        return False
    return not _is_current(player, stream) or player.loaded.path == stream.path != broken


async def load_again(turn: Turn, entry: Entry, broken: str) -> None:
    """Make MA load an entry, unless someone has meanwhile. Raises BridgeError."""
    player, stream = turn.player, _stream(turn.player, entry)
    if not _is_current(player, stream):
        await turn.reattach()
    elif not is_loaded(turn, entry, broken):
        await _reload(turn, stream)
    if player.loaded is None:
        raise UnreachableError("Music Assistant has not loaded the stream again since the connection was lost")


def source(turn: Turn, entry: Entry) -> PullSource:
    """Return where to pull an entry. Raises UnknownItemError."""
    player, stream = turn.player, _stream(turn.player, entry)
    item, path = stream.item or entry.item, player.pull_path(stream.path, stream.generation)
    expected = Expected(item.uri, stream.position_ms, item.duration_ms) if item.duration_ms else None
    return PullSource(path, replace(stream, item=item).endless, expected)


def _stream(player: Player, entry: Entry) -> Stream:
    stream = None if entry.generation is None else player.stream_of(entry.generation)
    if stream is None:
        raise UnknownItemError("this entry is not what plays or follows")
    return stream


def _is_current(player: Player, stream: Stream) -> bool:
    return player.current is not None and player.current.generation == stream.generation


async def _reload(turn: Turn, stream: Stream) -> None:
    """Let MA play the current stream again from where it begins. The speaker is not told."""
    player, before = turn.player, turn.player.loaded
    with player.commanded(reattaching=stream.position_ms):
        seconds = stream.position_ms // 1000
        await turn.api("player_queues/play_index", index=stream.queue_item_id, seek_position=seconds)
        await turn.home.until(lambda: player.loaded is not None and player.loaded is not before, STREAM_WITHIN_S)
    if player.loaded is None or player.loaded is before or player.current is None:
        raise StreamTimeoutError("Music Assistant took the command but sent no stream to the player")
    player.current = replace(player.current, path=player.loaded.path)
