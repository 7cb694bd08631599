"""The playback store on DynamoDB: one item per device, a condition per group of fields.

Conditions express what `models` says of each group: a running stream's events in their order, an enqueued stream by
the generation it follows. NearlyFinished and Started come in the same second in two Lambdas; neither may undo the
other.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from music_assistant_alexa import deadline
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

__all__ = ["DynamoDbStore", "dynamodb_client"]

KEPT_S = 90 * 24 * 3600
"""Seconds a device's row is kept after it was last written."""

CALL_S = 1.5
"""Seconds for one call, its second try included. It takes 10 ms; if the table hangs, home still has its time."""

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize

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
_LIVE = "attribute_not_exists(expires_at) OR expires_at > :now"


def dynamodb_client(endpoint: str = "") -> Any:
    """Make the one client, with time-outs that leave Alexa an answer."""
    config = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("dynamodb", config=config, endpoint_url=endpoint or None)


class DynamoDbStore:
    """PlaybackStore on one table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._client = client
        self._table_name = table_name
        self._now = now

    def load(self, device_id: str) -> PlaybackState | None:
        """Return the row; an expired one is none, since DynamoDB deletes days later."""
        row = self._call(
            self._client.get_item,
            TableName=self._table_name,
            Key={"device_id": {"S": device_id}},
            ConsistentRead=True,
        ).get("Item")
        if not row:
            return None
        fields = {name: _deserialize(value) for name, value in row.items()}
        if fields.get("expires_at", 0) <= self._now():
            return None
        try:
            return _state(device_id, fields)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PlaybackStoreError("the device's row cannot be read; delete it from the table") from error

    def record(self, device_id: str, change: Change) -> bool:
        """Write one group of fields, if nothing newer is stored."""
        try:
            self._update(device_id, change)
        except _RefusedError as refused:
            if not refused.expired_at(self._now()):
                return False
            self._forget(device_id, refused.row["expires_at"])
            return self.record(device_id, change)
        return True

    def _update(self, device_id: str, change: Change) -> None:
        fields, condition = _written(device_id, change)
        fields["expires_at"] = int(self._now()) + KEPT_S
        values = {**fields, "now": int(self._now())}
        self._call(
            self._client.update_item,
            TableName=self._table_name,
            Key={"device_id": {"S": device_id}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
            ConditionExpression=f"({_LIVE}) AND ({condition})",
            ExpressionAttributeNames={f"#{name}": name for name in fields},
            ExpressionAttributeValues={f":{name}": _serialize(value) for name, value in values.items()},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    def _forget(self, device_id: str, expires_at: Any) -> None:
        """Delete an expired row, so that nothing of it comes back with the next write; unless someone was faster."""
        with suppress(_RefusedError):
            self._call(
                self._client.delete_item,
                TableName=self._table_name,
                Key={"device_id": {"S": device_id}},
                ConditionExpression="expires_at = :expires_at",
                ExpressionAttributeValues={":expires_at": expires_at},
            )

    @staticmethod
    def _call(operation: Callable[..., Any], **arguments: Any) -> Any:
        if deadline.remaining() <= 0:
            raise PlaybackStoreError("no time is left for DynamoDB")
        try:
            return deadline.enforced(lambda: operation(**arguments), CALL_S)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ConditionalCheckFailedException":
                raise _RefusedError(error.response.get("Item", {})) from error
            raise PlaybackStoreError(f"DynamoDB refused: {code}; see the table's metrics and the role") from error
        except (BotoCoreError, TimeoutError) as error:
            raise PlaybackStoreError(f"DynamoDB cannot be reached: {type(error).__name__}") from error


class _RefusedError(Exception):
    """The condition does not hold: something newer is stored, or the row has expired."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__()
        self.row = row

    def expired_at(self, now: float) -> bool:
        """Tell whether the row in the way is one that no longer counts."""
        return "expires_at" in self.row and int(self.row["expires_at"]["N"]) <= now


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
