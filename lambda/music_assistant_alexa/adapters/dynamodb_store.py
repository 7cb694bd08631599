"""The playback store on DynamoDB: one item per device, a condition per group of fields.

Conditions express what `models` says of each group: a running stream's events in their order, an enqueued stream by
the generation it follows. NearlyFinished and Started come in the same second in two Lambdas; neither may undo the
other.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from music_assistant_alexa.adapters.dynamodb_table import DynamoDbTable, RefusedError
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import (
    Activity,
    Change,
    Device,
    Enqueued,
    EventRank,
    MediaType,
    PlaybackState,
    QueueItem,
    Running,
)
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["KEPT_S", "DynamoDbStore"]

KEPT_S = 90 * 24 * 3600
"""Seconds a device's row is kept after it was last written."""

_NEWER_EVENT = (
    "attribute_not_exists(generation) OR generation < :generation OR (generation = :generation"
    " AND (occurred_at < :occurred_at OR (occurred_at = :occurred_at AND (offset_ms < :offset_ms"
    " OR (offset_ms = :offset_ms AND event_rank <= :event_rank)))))"
)
_NOTHING_NEWER_FOLLOWS = "attribute_not_exists(after_generation) OR after_generation <= :after_generation"
_NEWER_FOLLOWER = (
    "attribute_not_exists(after_generation) OR after_generation < :after_generation"
    " OR (after_generation = :after_generation AND enqueued_generation <= :enqueued_generation)"
)


class DynamoDbStore:
    """PlaybackStore on one table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._table = DynamoDbTable(client, table_name, now)

    def load(self, device_id: str) -> PlaybackState | None:
        """Return the row, None if there is none or it has expired."""
        fields = self._table.read(device_id)
        if not fields:
            return None
        try:
            return _state(device_id, fields)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PlaybackStoreError("the device's row cannot be read; delete it from the table") from error

    def record(self, device_id: str, change: Change) -> bool:
        """Write one group of fields, if nothing newer is stored."""
        fields, condition = _written(device_id, change)
        try:
            self._table.write(device_id, fields, kept_s=KEPT_S, condition=condition)
        except RefusedError:
            return False
        return True


def _written(device_id: str, change: Change) -> tuple[dict[str, Any], str]:
    """Return the fields a change sets, and the condition on them."""
    match change:
        case Running():
            return _running_fields(device_id, change), _NEWER_EVENT
        case Enqueued():
            return _enqueued_fields(change), _NEWER_FOLLOWER if change.token else _NOTHING_NEWER_FOLLOWS


def _running_fields(device_id: str, change: Running) -> dict[str, Any]:
    fields = {
        "player_id": Device(device_id).player_id,
        "queue_id": change.token.queue_id,
        "token": change.token.encode(),
        "generation": change.generation,
        "item": _item_fields(change.item),
        "activity": change.activity,
        "offset_ms": change.offset_ms,
        "occurred_at": change.occurred_at,
        "event_rank": int(change.rank),
    }
    if change.stopped_by_user is not None:
        fields["stopped_by_user"] = change.stopped_by_user
    return fields


def _enqueued_fields(change: Enqueued) -> dict[str, Any]:
    return {
        "after_generation": change.after_generation,
        "enqueued_generation": change.token.generation if change.token else 0,
        "enqueued_token": change.token.encode() if change.token else None,
        "enqueued_item": _item_fields(change.item) if change.item else None,
    }


def _item_fields(item: QueueItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in QueueItem.__dataclass_fields__}


def _state(device_id: str, fields: Mapping[str, Any]) -> PlaybackState:
    return PlaybackState(device_id, _running(fields), _enqueued(fields))


def _running(fields: Mapping[str, Any]) -> Running | None:
    token = StreamToken.decode(fields.get("token"))
    if token is None:
        return None
    return Running(
        token,
        _item(fields["item"]),
        Activity(fields["activity"]),
        int(fields["offset_ms"]),
        int(fields["occurred_at"]),
        EventRank(int(fields["event_rank"])),
        stopped_by_user=bool(fields.get("stopped_by_user")),
    )


def _enqueued(fields: Mapping[str, Any]) -> Enqueued | None:
    if "after_generation" not in fields:
        return None
    item = fields.get("enqueued_item")
    token = StreamToken.decode(fields.get("enqueued_token"))
    return Enqueued(int(fields["after_generation"]), token, _item(item) if item else None)


def _item(fields: Mapping[str, Any]) -> QueueItem:
    known = {name: fields[name] for name in QueueItem.__dataclass_fields__ if name in fields}
    duration = known.get("duration_ms")
    known["duration_ms"] = int(duration) if isinstance(duration, Decimal) else None
    known["media_type"] = MediaType(known.get("media_type", MediaType.UNKNOWN))
    return QueueItem(**known)
