"""JSON from home into models, and back. Texts are cut: a title of a megabyte must not fill a row or a speech."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from music_assistant_alexa.errors import HomeCommandError, HomePart
from music_assistant_alexa.models import (
    MediaType,
    PlaybackEvent,
    PlayerState,
    QueueItem,
    RepeatMode,
    Stream,
    Upcoming,
    Wanted,
)

__all__ = ["address", "listed", "player_state", "queue_item", "readable", "reported", "text", "upcoming"]

TEXT_LIMIT = 300
"""Characters of a title or name at most."""

URL_LIMIT = 2000
"""Characters of a uri or picture URL at most; a longer one is none."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half a pair of surrogates is no character: JSON can carry it, nothing else can."""


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Raise HomeCommandError for whatever inside cannot be read."""
    try:
        yield
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise HomeCommandError(
            f"the {what} from home cannot be read: skill and bridge differ in version", HomePart.BRIDGE, 200
        ) from error


def player_state(answer: Any) -> PlayerState:
    """Read the bridge's player state. Raises HomeCommandError for anything else."""
    with readable("player state"):
        queue = answer.get("queue") or {}
        return PlayerState(
            player_id=str(answer["player_id"]),
            queue_id=str(answer["queue_id"]),
            wanted=Wanted(answer.get("wanted", Wanted.PLAY)),
            replace_enqueued=answer.get("replace_enqueued") is True,
            stream=_stream(answer.get("stream")),
            item=queue_item(queue.get("current_item")),
            upcoming=_upcoming(Wanted.PLAY, answer.get("upcoming")),
            shuffle=queue.get("shuffle") is True,
            repeat=RepeatMode(queue.get("repeat") or RepeatMode.OFF),
        )


def upcoming(answer: Any) -> Upcoming:
    """Read the bridge's answer to `next`. Raises HomeCommandError for anything else."""
    with readable("next stream"):
        return _upcoming(Wanted(answer["wanted"]), answer["upcoming"]) or Upcoming(Wanted(answer["wanted"]))


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
    return Upcoming(wanted, queue_item(value.get("item")), _stream(value.get("stream")))


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


def queue_item(value: Mapping[str, Any] | None) -> QueueItem | None:
    """Read an item as the bridge shows it, None where there is none."""
    if not value:
        return None
    duration = value.get("duration_ms")
    return QueueItem(
        queue_item_id=str(value["queue_item_id"]),
        uri=address(value.get("uri")),
        title=text(value.get("title")),
        artist=text(value.get("artist")),
        album=text(value.get("album")),
        image_url=address(value.get("image_url")),
        duration_ms=int(duration) if duration else None,
        media_type=MediaType(value.get("media_type") or MediaType.UNKNOWN),
        explicit=value.get("explicit") is True,
        favourite=value.get("favourite") is True,
    )


def listed(value: Any) -> list[Any]:
    """Return a list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a text, cut; "" for anything else."""
    return _HALF.sub("", value[:TEXT_LIMIT]) if isinstance(value, str) else ""


def address(value: Any) -> str:
    """Return a uri or the address of a picture, "" for anything else; half of one would lead elsewhere."""
    return value if isinstance(value, str) and len(value) <= URL_LIMIT and not _HALF.search(value) else ""
