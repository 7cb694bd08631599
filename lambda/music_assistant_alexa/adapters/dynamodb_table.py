"""The one table: key `device_id`, TTL attribute `expires_at`, conditional writes, and errors of the store's own.

An expired row counts as none, since DynamoDB deletes it days later.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from music_assistant_alexa import deadline
from music_assistant_alexa.errors import PlaybackStoreError

__all__ = ["CALL_S", "DynamoDbTable", "RefusedError", "dynamodb_client"]

CALL_S = 1.5
"""Seconds for one call, its second try included. It takes 10 ms; if the table hangs, home still has its time."""

_LIVE = "attribute_not_exists(expires_at) OR expires_at > :now"

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def dynamodb_client(endpoint: str = "") -> Any:
    """Make the one client, with time-outs that leave Alexa an answer."""
    config = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client("dynamodb", config=config, endpoint_url=endpoint or None)


class RefusedError(Exception):
    """The condition of a write does not hold; `fields` is what is stored instead, empty where there is no row."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__()
        self.fields = fields


class DynamoDbTable:
    """Rows as plain fields; every method is one call, and raises PlaybackStoreError."""

    def __init__(self, client: Any, name: str, now: Callable[[], float]) -> None:
        self._client = client
        self._name = name
        self._now = now

    def read(self, key: str) -> dict[str, Any]:
        """Return a row's fields, none if there is no row or it has expired."""
        answer = self._call(
            self._client.get_item, TableName=self._name, Key={"device_id": {"S": key}}, ConsistentRead=True
        )
        fields = _plain(answer.get("Item", {}))
        return {} if self._has_expired(fields) else fields

    def write(
        self,
        key: str,
        fields: Mapping[str, Any],
        *,
        kept_s: int,
        condition: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Set fields of a row, if the condition holds. Raises RefusedError.

        `condition` may name each field as `:field`, and `values`. An expired row is deleted first (two calls more):
        nothing of it comes back.
        """
        try:
            self._update(key, fields, kept_s, condition, values or {})
        except RefusedError as refused:
            if not self._has_expired(refused.fields):
                raise
            self._forget(key, refused.fields["expires_at"])
            self.write(key, fields, kept_s=kept_s, condition=condition, values=values)

    def _update(
        self, key: str, fields: Mapping[str, Any], kept_s: int, condition: str, values: Mapping[str, Any]
    ) -> None:
        now = int(self._now())
        written = {**fields, "expires_at": now + kept_s}
        given = {**written, **values, "now": now}
        self._call(
            self._client.update_item,
            TableName=self._name,
            Key={"device_id": {"S": key}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in written),
            ConditionExpression=f"({_LIVE}) AND ({condition})" if condition else _LIVE,
            ExpressionAttributeNames={f"#{name}": name for name in written},
            ExpressionAttributeValues={f":{name}": _serialize(value) for name, value in given.items()},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    def _forget(self, key: str, expires_at: Any) -> None:
        """Delete an expired row, unless someone was faster."""
        with suppress(RefusedError):
            self._call(
                self._client.delete_item,
                TableName=self._name,
                Key={"device_id": {"S": key}},
                ConditionExpression="expires_at = :expires_at",
                ExpressionAttributeValues={":expires_at": _serialize(expires_at)},
            )

    def _has_expired(self, fields: Mapping[str, Any]) -> bool:
        return "expires_at" in fields and bool(fields["expires_at"] <= self._now())

    @staticmethod
    def _call(operation: Callable[..., Any], **arguments: Any) -> Any:
        if deadline.remaining() <= 0:
            raise PlaybackStoreError("no time is left for DynamoDB")
        try:
            return deadline.enforced(lambda: operation(**arguments), CALL_S)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ConditionalCheckFailedException":
                raise RefusedError(_plain(error.response.get("Item", {}))) from error
            raise PlaybackStoreError(f"DynamoDB refused: {code}; see the table's metrics and the role") from error
        except (BotoCoreError, TimeoutError) as error:
            raise PlaybackStoreError(f"DynamoDB cannot be reached: {type(error).__name__}") from error


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _deserialize(value) for name, value in row.items()}
