"""What the HTTP API answers about a player."""

from typing import Any

from home_bridge.models import Stream
from home_bridge.player import Player
from home_bridge.queue_view import QueueView


def player_state(player: Player, queue: QueueView, stream_url: str, *, available: bool) -> dict[str, Any]:
    """Return the player state: what is to be streamed, what follows, and MA's queue."""
    shown = queue.to_json()
    if player.current is not None and player.current.item is not None:
        shown["current_item"] = player.current.item.to_json()
    if player.in_step:
        shown["elapsed_ms"] = player.position_ms
    following = player.following.stream if player.following and player.next_was_served else None
    return {
        "player_id": player.mac,
        "queue_id": player.mac,
        "name": player.name,
        "available": available,
        "wanted": player.wanted,
        "replace_enqueued": player.next_was_served,
        "stream": _stream(None if player.ending else player.current, stream_url),
        "upcoming": upcoming(following, stream_url),
        "queue": shown,
    }


def upcoming(stream: Stream | None, stream_url: str) -> dict[str, Any] | None:
    """Return a stream that follows, with its item."""
    if stream is None:
        return None
    return {"item": stream.item.to_json() if stream.item else None, "stream": _stream(stream, stream_url)}


def _stream(stream: Stream | None, stream_url: str) -> dict[str, Any] | None:
    if stream is None:
        return None
    return {
        "url": stream_url + stream.path,
        "queue_item_id": stream.queue_item_id,
        "position_ms": stream.position_ms,
        "offset_ms": stream.offset_ms,
        "generation": stream.generation,
    }
