"""The bridge's JSON of the music skill's queues into models, and back."""

import re
from collections.abc import Mapping
from typing import Any

from music_assistant_alexa.adapters.wire import listed, queue_item, readable
from music_assistant_alexa.music_queue import ItemEvent, QueueEntry, QueueOrder, QueueView

__all__ = ["answered_entry", "answered_view", "is_entry_id", "ordered", "told"]

VIEWED = 10
"""Entries of a view at most."""

QUEUE_ID_LIMIT = 255
"""Characters of a queue's id that home takes; ours are far shorter."""

_ENTRY_ID = re.compile("[1-9][0-9]{0,8}")


def is_entry_id(text: str) -> bool:
    """Tell whether a text can be the id of an entry: it becomes a number in the URL of its stream."""
    return _ENTRY_ID.fullmatch(text) is not None


def answered_entry(answer: Any) -> QueueEntry | None:
    """Read an answer that has one entry or none. Raises HomeCommandError for anything else."""
    with readable("entry of a queue"):
        return _entry(answer["entry"]) if answer["entry"] is not None else None


def answered_view(answer: Any) -> QueueView:
    """Read what is shown of a queue. Raises HomeCommandError for anything else."""
    with readable("view of a queue"):
        return QueueView(
            tuple(_entry(each) for each in listed(answer["entries"])[:VIEWED]),
            answer.get("shuffle") is True,
            answer.get("loop") is True,
            answer.get("repeat_one") is True,
        )


def ordered(order: QueueOrder) -> dict[str, Any]:
    """Write what a new queue is to be."""
    content = order.content
    return {
        "queue_id": order.queue_id,
        "name": order.name,
        "content": {
            "uri": content.uri,
            "name": content.name,
            "artist": content.artist,
            "media_type": content.media_type,
            "other_uris": list(content.other_uris),
        },
        "shuffle": order.shuffle,
        "loop": order.loop,
        "repeat_one": order.repeat_one,
        "explicit_allowed": order.explicit_allowed,
        **_going_on(order),
    }


def told(queue_id: str, event: ItemEvent) -> dict[str, Any]:
    """Write what a speaker did."""
    return {
        "queue_id": queue_id,
        "entry_id": event.entry_id,
        "event": event.activity,
        "offset_ms": event.offset_ms,
        "occurred_at": event.occurred_at,
    }


def _going_on(order: QueueOrder) -> dict[str, Any]:
    """Write what a queue goes on with; what cannot be an entry of ours is none."""
    heard = order.goes_on
    if heard is None or not is_entry_id(heard.entry_id) or len(heard.queue_id) > QUEUE_ID_LIMIT:
        return {"goes_on": False}
    return {"goes_on": True, "heard": {"queue_id": heard.queue_id, "entry_id": heard.entry_id}}


def _entry(value: Mapping[str, Any]) -> QueueEntry:
    item = queue_item(value["item"])
    if item is None or not is_entry_id(value["entry_id"]):
        raise ValueError("no item, or no id")
    offset_ms = int(value.get("offset_ms") or 0)
    return QueueEntry(value["entry_id"], item, value.get("first") is True, max(offset_ms, 0))
