"""The rows of vehicles on DynamoDB: one each, written on the condition that nobody wrote since it was read."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from music_assistant_alexa.adapters.dynamodb_table import DynamoDbTable, RefusedError
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import MediaSession, Vehicle
from music_assistant_alexa.models import RepeatMode

__all__ = ["KEPT_S", "DynamoDbAutoSessions"]

KEPT_S = 90 * 24 * 3600
"""Seconds a vehicle's row is kept after it was last written, as long as a device's."""

_UNCHANGED = "version = :before"
_NEW = "attribute_not_exists(version)"


class DynamoDbAutoSessions:
    """AutoSessions on one table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._table = DynamoDbTable(client, table_name, now)

    def load(self, device_id: str) -> Vehicle:
        """Return what is remembered of a vehicle: one read."""
        fields = self._table.read(_key(device_id))
        try:
            return _vehicle(fields) if fields else Vehicle()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PlaybackStoreError("the vehicle's row cannot be read; delete it from the table") from error

    def save(self, device_id: str, vehicle: Vehicle) -> bool:
        """Write a vehicle that was read, changed; False if it was written by another since."""
        condition = _UNCHANGED if vehicle.version else _NEW
        values = {"before": vehicle.version} if vehicle.version else {}
        try:
            self._table.write(_key(device_id), _fields(vehicle), kept_s=KEPT_S, condition=condition, values=values)
        except RefusedError:
            return False
        return True


def _key(device_id: str) -> str:
    return f"session#{device_id}"


def _fields(vehicle: Vehicle) -> dict[str, Any]:
    return {
        "version": vehicle.version + 1,
        "session": asdict(vehicle.session),
        "doubted": asdict(vehicle.doubted),
        "ended": vehicle.ended,
        "shuffle": vehicle.shuffle,
        "repeat_mode": str(vehicle.repeat),
        "rated": vehicle.rated,
        "favourite": vehicle.favourite,
        "volume": vehicle.volume,
        "muted": vehicle.muted,
        "pictured": vehicle.pictured,
        "pictures": list(vehicle.pictures),
        "handed_at": vehicle.handed_at,
        "tells_progress": vehicle.tells_progress,
    }


def _vehicle(fields: Mapping[str, Any]) -> Vehicle:
    """Read a row; one of before a field was there has its default."""
    volume = fields["volume"]
    return Vehicle(
        _session(fields["session"]),
        _session(fields["doubted"]) if "doubted" in fields else MediaSession(),
        fields.get("ended", ""),
        shuffle=fields["shuffle"],
        repeat=RepeatMode(fields["repeat_mode"]),
        rated=fields["rated"],
        favourite=fields["favourite"],
        volume=None if volume is None else int(volume),
        muted=fields["muted"],
        pictured=fields["pictured"],
        pictures=tuple(fields["pictures"]),
        handed_at=int(fields.get("handed_at", 0)),
        tells_progress=fields.get("tells_progress", False),
        version=int(fields["version"]),
    )


def _session(fields: Mapping[str, Any]) -> MediaSession:
    return MediaSession(
        fields["source"],
        fields["session_id"],
        fields["playing"],
        fields.get("presets", ""),
        fields.get("known", False),
    )
