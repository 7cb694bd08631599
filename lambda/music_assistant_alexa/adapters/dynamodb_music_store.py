"""The music skill's rows on DynamoDB: what contents mean, and which queue has which player.

Every content has a row `content#<uri>`, every entity that a catalogue told Amazon a row `entity#<uri>`. All four seats
are in one row, `music#pool`: it says which queue sits where, so one read answers for any queue, and a seat is given
with one write on the condition that no other was given since (`version`) and that the one to be taken was not heard
since. So a sandbox may go by what it saw last: what stands in the way comes back with the refusal, and the next try
needs no read. Of a seat it is known when it was heard last (`heard_n`), of which entry (`entry_n`), and since when it
is silent (`silent_n`, 0 while it plays); what an older version of this wrote has neither of the last two.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from boto3.dynamodb.types import TypeSerializer

from music_assistant_alexa.adapters.dynamodb_table import DynamoDbTable, RefusedError
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue

__all__ = ["CONTENT_KEPT_S", "HEARD_EVERY_S", "POOL_KEPT_S", "DynamoDbMusicStore", "entity_row"]

CONTENT_KEPT_S = 400 * 24 * 3600
"""Seconds a content is known after it was last handed out: an alarm may ask for it a year later."""

POOL_KEPT_S = 90 * 24 * 3600
"""Seconds the seats are kept after one of them was last given or heard, as long as a device's row."""

HEARD_EVERY_S = 60
"""Seconds in which it is noted once that a queue is heard."""

_POOL = "music#pool"
_FIELDS = tuple(MediaItem.__dataclass_fields__)
_serialize = TypeSerializer().serialize
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


def entity_row(item: MediaItem, now: float) -> dict[str, Any]:
    """Return the row that says what an entity is, as DynamoDB takes it: catalogues write it, not the skill."""
    row = {"device_id": f"entity#{item.uri}", "expires_at": int(now) + CONTENT_KEPT_S} | _fields(item)
    return {name: _serialize(value) for name, value in row.items()}


class DynamoDbMusicStore:
    """MusicStore on one table with key `device_id` and TTL attribute `expires_at`."""

    def __init__(self, client: Any, table_name: str, now: Callable[[], float]) -> None:
        self._table = DynamoDbTable(client, table_name, now)
        self._now = now
        self._seen: _Pool | None = None
        """The seats as they were read or written last; others may have sat down since."""
        self._given: tuple[str, _Seat] | None = None
        """The queue that was given a seat last, and the seat as it was before."""

    def content(self, uri: str) -> MediaItem | None:
        """Return what a contentId meant when it was last handed out: one read."""
        return self._item(f"content#{uri}")

    def remember(self, item: MediaItem) -> None:
        """Write the content's row anew."""
        self._table.write(f"content#{item.uri}", _fields(item), kept_s=CONTENT_KEPT_S)

    def entity(self, uri: str) -> MediaItem | None:
        """Return what a catalogue last told Amazon that an entity is: one read."""
        return self._item(f"entity#{uri}")

    def queue(self, queue_id: str) -> MusicQueue | None:
        """Return a queue, None if its player has been given to another: one read."""
        seat = self._pool().seat_of(queue_id)
        return seat.queue if seat else None

    def seat(self, queue_id: str, content: str, *, replacing: str = "") -> MusicQueue:
        """Give a queue a player: one write, in a new sandbox after a read; a write more where others were faster."""
        self._given = None
        seen = self._seen
        pool = self._pool() if seen is None or seen.seat_of(queue_id) else seen
        return self._seated(pool, MusicQueue(queue_id, 0, content), replacing)

    def give_back(self, queue_id: str) -> None:
        """Undo what `seat` has just done for a queue: one write, unless the player is another's by now."""
        given_to, before = self._given or ("", None)
        if before is None or given_to != queue_id:
            return
        self._given = None
        self._note(before, before.fields, f"queue_{before.number} = :given_to", {"given_to": queue_id})

    def touch(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that an entry is heard: one write, if the queue was silent, at another, or noted over a minute ago."""
        now, seat = int(self._now()), self._seat_of(queue)
        if seat.plays(entry_id) and queue.heard_at > now - HEARD_EVERY_S:
            return
        heard = replace(seat, queue=replace(queue, heard_at=now), entry_id=entry_id or seat.entry_id, silent_since=0)
        fields = {f"{name}_{queue.seat}": heard.fields[f"{name}_{queue.seat}"] for name in ("heard", "entry", "silent")}
        self._note(heard, fields, f"queue_{queue.seat} = :queue_id", {"queue_id": queue.queue_id})

    def silence(self, queue: MusicQueue, entry_id: str = "") -> None:
        """Note that an entry is no longer heard: one write, if nothing else of the queue is."""
        now, seat = int(self._now()), self._seat_of(queue)
        if not seat.plays(entry_id):
            return
        condition, values = f"queue_{queue.seat} = :queue_id", {"queue_id": queue.queue_id}
        if seat.entry_id:  # what follows may have begun meanwhile
            condition += f" AND entry_{queue.seat} = :entry_id"
            values["entry_id"] = seat.entry_id
        self._note(replace(seat, silent_since=now), {f"silent_{queue.seat}": now}, condition, values)

    def _note(self, seat: "_Seat", fields: Mapping[str, Any], condition: str, values: Mapping[str, Any]) -> None:
        """Write `fields` of the row, which make one seat `seat`, if `condition` holds."""
        try:
            self._table.write(_POOL, fields, kept_s=POOL_KEPT_S, condition=condition, values=values)
        except RefusedError:
            return  # it has been noted, or the player is another queue's by now
        if self._seen:
            self._seen = self._seen.with_seat(seat)

    def _seat_of(self, queue: MusicQueue) -> "_Seat":
        """Return a queue's seat as it was seen last."""
        return (self._seen and self._seen.seat_of(queue.queue_id)) or _Seat(queue)

    def _item(self, key: str) -> MediaItem | None:
        fields = self._table.read(key)
        try:
            return _media_item(fields) if fields else None
        except _UNREADABLE as error:
            raise PlaybackStoreError("the content's row cannot be read; delete it from the table") from error

    def _pool(self) -> "_Pool":
        self._seen = _Pool.read(self._table.read(_POOL))
        return self._seen

    def _seated(self, pool: "_Pool", queue: MusicQueue, replacing: str) -> MusicQueue:
        """Give the queue a seat of the pool; refused, since another queue was faster, try again with what is stored."""
        if seated := pool.seat_of(queue.queue_id):
            return seated.queue
        taken = pool.to_give(replacing)
        given = _Seat(replace(queue, seat=taken.number, heard_at=pool.time_to_write(self._now())))
        condition, values = pool.unchanged(taken)
        try:
            self._table.write(_POOL, pool.giving(given), kept_s=POOL_KEPT_S, condition=condition, values=values)
        except RefusedError as refused:
            return self._seated(_Pool.read(refused.fields), queue, replacing)
        self._seen = replace(pool.with_seat(given), version=pool.version + 1)
        self._given = queue.queue_id, taken
        return given.queue


class _Turn(NamedTuple):
    """Orders seats as they are given to new queues: empty ones, those silent longest, those heard longest ago."""

    taken: bool
    playing: bool
    since: int
    """Unix seconds: since when it is silent, or when it was heard last."""

    number: int


@dataclass(frozen=True, slots=True)
class _Seat:
    """A player, and the queue that was given it."""

    queue: MusicQueue
    entry_id: str = ""
    """The entry that was heard last; "" where nobody has said."""

    silent_since: int = 0
    """Unix seconds; 0 while it plays."""

    @property
    def number(self) -> int:
        """From 1 to PLAYERS."""
        return self.queue.seat

    @property
    def turn(self) -> "_Turn":
        """Return when this seat is given to a new queue, compared with the others."""
        silent = self.silent_since
        return _Turn(bool(self.queue.queue_id), not silent, silent or self.queue.heard_at, self.number)

    @property
    def fields(self) -> dict[str, Any]:
        """Return what of the row is this seat."""
        queue = self.queue
        values = {"queue": queue.queue_id, "content": queue.content, "heard": queue.heard_at}
        values |= {"entry": self.entry_id, "silent": self.silent_since}
        return {f"{name}_{self.number}": value for name, value in values.items()}

    def plays(self, entry_id: str) -> bool:
        """Tell whether an entry is what is heard there, as far as is known; "" is any."""
        return not self.silent_since and (not entry_id or not self.entry_id or entry_id == self.entry_id)


@dataclass(frozen=True, slots=True)
class _Pool:
    """The row of the seats, as it was read."""

    version: int
    """How many times a seat was given; 0 where there is no row."""

    seats: tuple[_Seat, ...]
    """One for each player, of no queue where nobody sits."""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        try:
            return cls(int(fields.get("version", 0)), tuple(_seats(fields)))
        except _UNREADABLE as error:
            raise PlaybackStoreError("the row music#pool cannot be read; delete it from the table") from error

    def seat_of(self, queue_id: str) -> _Seat | None:
        """Return the seat that a queue has."""
        return next((seat for seat in self.seats if queue_id and seat.queue.queue_id == queue_id), None)

    def to_give(self, replacing: str) -> _Seat:
        """Return the seat that a new queue gets: that of the queue it replaces, else the one whose turn is first."""
        return self.seat_of(replacing) or min(self.seats, key=lambda seat: seat.turn)

    def time_to_write(self, now: float) -> int:
        """Return now, raised above every seat's time, so that seats given in the same second keep their order."""
        return max(int(now), *(seat.queue.heard_at + 1 for seat in self.seats))

    def unchanged(self, taken: _Seat) -> tuple[str, dict[str, Any]]:
        """Return the condition that since the row was read no seat was given, nor `taken` heard; and its values."""
        if not self.version:
            return "attribute_not_exists(version)", {}
        condition, values = f"version = :seen AND heard_{taken.number} = :heard", {"heard": taken.queue.heard_at}
        values["seen"] = self.version
        if taken.silent_since:
            condition += f" AND silent_{taken.number} = :silent"
            values["silent"] = taken.silent_since
        return condition, values

    def with_seat(self, seat: _Seat) -> Self:
        """Return the row as it is when a seat has become another."""
        return replace(self, seats=tuple(seat if seat.number == each.number else each for each in self.seats))

    def giving(self, given: _Seat) -> dict[str, Any]:
        """Return the fields of the row to write so that a seat is given; of a new row those of all seats."""
        seats = [given] if self.version else self.with_seat(given).seats
        return {"version": self.version + 1} | {name: value for seat in seats for name, value in seat.fields.items()}


def _seats(fields: Mapping[str, Any]) -> Iterator[_Seat]:
    for number in range(1, PLAYERS + 1):
        queue_id, content = str(fields.get(f"queue_{number}", "")), str(fields.get(f"content_{number}", ""))
        queue = MusicQueue(queue_id, number, content, int(fields.get(f"heard_{number}", 0)))
        yield _Seat(queue, str(fields.get(f"entry_{number}", "")), int(fields.get(f"silent_{number}", 0)))


def _fields(item: MediaItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _FIELDS} | {"other_uris": list(item.other_uris)}


def _media_item(fields: Mapping[str, Any]) -> MediaItem:
    known = {name: fields[name] for name in _FIELDS if name in fields}
    known["media_type"] = MediaType(known["media_type"])
    known["other_uris"] = tuple(known.get("other_uris", ()))
    return MediaItem(**known)
