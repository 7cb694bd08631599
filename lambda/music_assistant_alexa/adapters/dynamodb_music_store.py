"""The music skill's rows on DynamoDB: what contents mean, and which queue has which player.

Every content has a row `content#<uri>`. All four seats are in one row, `music#pool`: it says which queue sits where,
so one read answers for any queue, and a seat is given with one write on the condition that no other was given since
(`version`) and that the one to be taken was not heard since. So a sandbox may go by what it saw last: what stands in
the way comes back with the refusal, and the next try needs no read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from music_assistant_alexa.adapters.dynamodb_table import DynamoDbTable, RefusedError
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue

__all__ = ["CONTENT_KEPT_S", "HEARD_EVERY_S", "POOL_KEPT_S", "DynamoDbMusicStore"]

CONTENT_KEPT_S = 400 * 24 * 3600
"""Seconds a content is known after it was last handed out: an alarm may ask for it a year later."""

POOL_KEPT_S = 90 * 24 * 3600
"""Seconds the seats are kept after one of them was last given or heard, as long as a device's row."""

HEARD_EVERY_S = 60
"""Seconds in which it is noted once that a queue is heard."""

_POOL = "music#pool"
_FIELDS = tuple(MediaItem.__dataclass_fields__)
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class DynamoDbMusicStore:
    """MusicStore on one table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._table = DynamoDbTable(client, table_name, now)
        self._now = now
        self._seen: _Pool | None = None
        """The seats as they were read or written last; others may have sat down since."""

    def content(self, uri: str) -> MediaItem | None:
        """Return what a contentId meant when it was last handed out: one read."""
        fields = self._table.read(f"content#{uri}")
        try:
            return _media_item(fields) if fields else None
        except _UNREADABLE as error:
            raise PlaybackStoreError("the content's row cannot be read; delete it from the table") from error

    def remember(self, item: MediaItem) -> None:
        """Write the content's row anew."""
        fields = {name: getattr(item, name) for name in _FIELDS} | {"other_uris": list(item.other_uris)}
        self._table.write(f"content#{item.uri}", fields, kept_s=CONTENT_KEPT_S)

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue, None if its player has been given to another: one read."""
        return self._pool().queue(queue_id)

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue a player: one write, in a new sandbox after a read; a write more where others were faster."""
        seen = self._seen
        pool = self._pool() if seen is None or seen.queue(queue_id) else seen
        return self._seated(pool, MusicQueue(queue_id, 0, content), replacing)

    def touch(self, queue: MusicQueue) -> None:
        """Note that a queue is being heard, once a minute: the call is made only if it was read as older."""
        now = int(self._now())
        if queue.heard_at > now - HEARD_EVERY_S:
            return
        seat, values = queue.seat, {"queue_id": queue.queue_id, "before": now - HEARD_EVERY_S}
        condition = f"queue_{seat} = :queue_id AND heard_{seat} <= :before"
        try:
            self._table.write(_POOL, {f"heard_{seat}": now}, kept_s=POOL_KEPT_S, condition=condition, values=values)
        except RefusedError:
            return  # it has been noted, or the player is another queue's by now

    def _pool(self) -> "_Pool":
        self._seen = _Pool.read(self._table.read(_POOL))
        return self._seen

    def _seated(self, pool: "_Pool", queue: MusicQueue, replacing: str) -> MusicQueue:
        """Return the queue in a seat. Each refusal means that another queue got one, or is heard."""
        if seated := pool.queue(queue.queue_id):
            return seated
        taken = pool.to_give(replacing)
        given = replace(queue, seat=taken.seat, heard_at=pool.next_turn(self._now()))
        condition, values = pool.unchanged(taken)
        try:
            self._table.write(_POOL, pool.giving(given), kept_s=POOL_KEPT_S, condition=condition, values=values)
        except RefusedError as refused:
            return self._seated(_Pool.read(refused.fields), queue, replacing)
        self._seen = pool.with_given(given)
        return given


@dataclass(frozen=True, slots=True)
class _Pool:
    """The row of the seats, as it was read."""

    version: int
    """How many times a seat was given; 0 where there is no row."""

    seats: tuple[MusicQueue, ...]
    """One for each player, of no queue where nobody sits."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        try:
            return cls(int(fields.get("version", 0)), tuple(_seats(fields)))
        except _UNREADABLE as error:
            raise PlaybackStoreError("the row music#pool cannot be read; delete it from the table") from error

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue that has a seat."""
        return next((seat for seat in self.seats if queue_id and seat.queue_id == queue_id), None)

    def to_give(self, replacing: str) -> MusicQueue:
        """Return the seat that a new queue gets: the replaced one's, else the longest idle, an empty one first."""
        return self.queue(replacing) or min(self.seats, key=lambda seat: (seat.heard_at, seat.seat))

    def next_turn(self, now: float) -> int:
        """Return the time to write: now, or later than every other, so that of one second the first is given first."""
        return max(int(now), *(seat.heard_at + 1 for seat in self.seats))

    def unchanged(self, taken: MusicQueue) -> tuple[str, dict[str, Any]]:
        """Return the condition that no seat was given and that one not heard since, with its values."""
        if not self.version:
            return "attribute_not_exists(version)", {}
        values = {"seen": self.version, "heard": taken.heard_at}
        return f"version = :seen AND heard_{taken.seat} = :heard", values

    def with_given(self, queue: MusicQueue) -> Self:
        """Return the row as it is when a queue was given a seat."""
        seats = tuple(queue if queue.seat == seat.seat else seat for seat in self.seats)
        return replace(self, version=self.version + 1, seats=seats)

    def giving(self, queue: MusicQueue) -> dict[str, Any]:
        """Return the fields that seat a queue. The first to sit writes all of them."""
        given = self.with_given(queue)
        fields = [_seat_fields(seat) for seat in ([queue] if self.version else given.seats)]
        return {"version": given.version} | {name: value for each in fields for name, value in each.items()}


def _seats(fields: Mapping[str, Any]) -> Iterator[MusicQueue]:
    for seat in range(1, PLAYERS + 1):
        queue_id, content = str(fields.get(f"queue_{seat}", "")), str(fields.get(f"content_{seat}", ""))
        yield MusicQueue(queue_id, seat, content, int(fields.get(f"heard_{seat}", 0)))


def _seat_fields(queue: MusicQueue) -> dict[str, Any]:
    return {
        f"queue_{queue.seat}": queue.queue_id,
        f"content_{queue.seat}": queue.content,
        f"heard_{queue.seat}": queue.heard_at,
    }


def _media_item(fields: Mapping[str, Any]) -> MediaItem:
    known = {name: fields[name] for name in _FIELDS if name in fields}
    known["media_type"] = MediaType(known["media_type"])
    known["other_uris"] = tuple(known.get("other_uris", ()))
    return MediaItem(**known)
