"""JSON from home into models, and back. Texts are cut: a title of a megabyte must not fill a row or a speech."""

from collections.abc import Mapping
from typing import Any

from music_assistant_alexa.errors import HomeCommandError, HomePart
from music_assistant_alexa.models import (
    MediaItem,
    MediaType,
    PlaybackEvent,
    PlayerState,
    QueueItem,
    RepeatMode,
    Stream,
    Upcoming,
    Wanted,
)

__all__ = ["media_items", "player_state", "reported", "upcoming"]

TEXT_LIMIT = 300
"""Characters of a title or name at most."""

URL_LIMIT = 2000
"""Characters of a uri or picture URL at most; a longer one is none."""

_LISTS = {
    "artists": MediaType.ARTIST,
    "albums": MediaType.ALBUM,
    "playlists": MediaType.PLAYLIST,
    "tracks": MediaType.TRACK,
    "radio": MediaType.RADIO,  # singular, where the others are plural
    "podcasts": MediaType.PODCAST,
    "audiobooks": MediaType.AUDIOBOOK,
}


def media_items(answer: Any) -> list[MediaItem]:
    """Read `music/search`: a list for each kind."""
    lists = answer if isinstance(answer, dict) else {}
    found = ((kind, item) for name, kind in _LISTS.items() for item in _list(lists.get(name)))
    return [_media_item(kind, item) for kind, item in found if _playable(item)]


def _playable(item: Any) -> bool:
    return isinstance(item, dict) and bool(_uri(item.get("uri"))) and item.get("is_playable") is not False


def _media_item(kind: MediaType, item: Mapping[str, Any]) -> MediaItem:
    names = [_text(artist.get("name")) for artist in _list(item.get("artists")) if isinstance(artist, dict)]
    uri = _uri(item["uri"])
    return MediaItem(uri, _text(item.get("name")), kind, ", ".join(filter(None, names)), uri.startswith("library://"))


def player_state(answer: Any) -> PlayerState:
    """Read the bridge's player state. Raises HomeCommandError for anything else."""
    try:
        queue = answer.get("queue") or {}
        return PlayerState(
            player_id=str(answer["player_id"]),
            queue_id=str(answer["queue_id"]),
            wanted=Wanted(answer.get("wanted", Wanted.PLAY)),
            replace_enqueued=answer.get("replace_enqueued") is True,
            stream=_stream(answer.get("stream")),
            item=_queue_item(queue.get("current_item")),
            upcoming=_upcoming(Wanted.PLAY, answer.get("upcoming")),
            shuffle=queue.get("shuffle") is True,
            repeat=RepeatMode(queue.get("repeat") or RepeatMode.OFF),
        )
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unreadable("player state") from error


def upcoming(answer: Any) -> Upcoming:
    """Read the bridge's answer to `next`. Raises HomeCommandError for anything else."""
    try:
        return _upcoming(Wanted(answer["wanted"]), answer["upcoming"]) or Upcoming(Wanted(answer["wanted"]))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unreadable("next stream") from error


def reported(event: PlaybackEvent) -> dict[str, Any]:
    """Write an event as the bridge reads it."""
    body: dict[str, Any] = {
        "event": event.event,
        "generation": event.token.generation,
        "queue_item_id": event.token.queue_item_id,
        "offset_ms": event.offset_ms,
        "occurred_at": event.occurred_at,
    }
    if event.current_generation is not None:
        body["current_generation"] = event.current_generation
    return body


def _upcoming(wanted: Wanted, value: Mapping[str, Any] | None) -> Upcoming | None:
    if not value:
        return None
    return Upcoming(wanted, _queue_item(value.get("item")), _stream(value.get("stream")))


def _stream(value: Mapping[str, Any] | None) -> Stream | None:
    if not value:
        return None
    return Stream(
        str(value["url"]),
        str(value["queue_item_id"]),
        int(value["position_ms"]),
        int(value["generation"]),
        int(value.get("offset_ms") or 0),  # an older bridge does not say it
    )


def _queue_item(value: Mapping[str, Any] | None) -> QueueItem | None:
    if not value:
        return None
    duration = value.get("duration_ms")
    return QueueItem(
        queue_item_id=str(value["queue_item_id"]),
        uri=_uri(value.get("uri")),
        title=_text(value.get("title")),
        artist=_text(value.get("artist")),
        album=_text(value.get("album")),
        image_url=_uri(value.get("image_url")),
        duration_ms=int(duration) if duration else None,
        media_type=MediaType(value.get("media_type") or MediaType.UNKNOWN),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:TEXT_LIMIT] if isinstance(value, str) else ""


def _uri(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= URL_LIMIT else ""


def _unreadable(what: str) -> HomeCommandError:
    return HomeCommandError(
        f"the bridge's {what} cannot be read: skill and bridge differ in version", HomePart.BRIDGE, 200
    )
