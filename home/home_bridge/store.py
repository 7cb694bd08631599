"""What the bridge remembers over a restart: a small SQLite file, written before anything of it is handed out."""

import contextlib
import json
import logging
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from home_bridge.models import Audible, Following, Item, Memory, Stream, Wanted
from home_bridge.music_queue import MusicQueue

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS players (
    mac TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    streams TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS queues (
    mac TEXT PRIMARY KEY,
    queue TEXT NOT NULL
);
"""

_SAVE = """
INSERT INTO players VALUES (?, ?, ?, ?)
ON CONFLICT (mac) DO UPDATE SET name = excluded.name, generation = excluded.generation, streams = excluded.streams
"""
_SAVE_QUEUE = "INSERT INTO queues VALUES (?, ?) ON CONFLICT (mac) DO UPDATE SET queue = excluded.queue"
_DROP = ("DELETE FROM players WHERE mac = ?", "DELETE FROM queues WHERE mac = ?")


class PlayerStore:
    """The known players, one row each. While the disk takes nothing the bridge goes on without it, and says so once."""

    def __init__(self, path: Path) -> None:
        self._database = _opened(path)
        self._fails = False
        """The disk did not take the last change, as the log says."""

        self._gone: set[str] = set()
        """Players that are forgotten, and stand in the file still."""

    def load(self) -> list[Memory]:
        """Return every known player."""
        rows = self._database.execute("SELECT mac, name, generation, streams FROM players ORDER BY mac")
        return [_memory(*row) for row in rows]

    def save(self, memory: Memory) -> bool:
        """Write a player; False where the disk does not take it.

        What ends this program takes nothing of it any more, a power cut the last seconds.
        """
        fields = asdict(memory)
        streams = json.dumps({name: fields[name] for name in ("wanted", "current", "audible", "following")})
        return self._write((_SAVE, (memory.mac, memory.name, memory.generation, streams)))

    def queues(self) -> dict[str, MusicQueue]:
        """Return the music skill's queues by their players; one that cannot be read is none."""
        found = {}
        for mac, queue in self._database.execute("SELECT mac, queue FROM queues"):
            with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
                found[mac] = MusicQueue.from_json(json.loads(queue))
        return found

    def save_queue(self, mac: str, queue: MusicQueue) -> bool:
        """Write the queue of a player, in the place of the one before; False where the disk does not take it."""
        return self._write((_SAVE_QUEUE, (mac, json.dumps(queue.to_json()))))

    def forget(self, mac: str) -> None:
        """Drop a player; where the disk does not take that, the next change that it takes drops it."""
        self._gone.add(mac)
        self._write()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, *changes: tuple[str, tuple[Any, ...]]) -> bool:
        """Drop the players that are gone and make the changes; return whether the disk has taken all of it."""
        dropped = [(statement, (mac,)) for mac in self._gone for statement in _DROP]
        try:
            with self._database:
                for statement, values in (*dropped, *changes):
                    self._database.execute(statement, values)
        except sqlite3.Error as error:
            if not self._fails:
                _log.warning("the players' file cannot be written (%s): the bridge goes on from memory", error)
            self._fails = True
            return False
        if self._fails:
            _log.warning("the players' file is written again")
        self._fails = False
        self._gone.clear()
        return True


class Written:
    """What was written down last of one player: only what has changed is written again."""

    def __init__(self, store: PlayerStore) -> None:
        self._store = store
        self._memory: Memory | None = None
        self._queue: tuple[str, int] | None = None

    def renew(self, memory: Memory, queue: MusicQueue | None) -> None:
        """Write down a player, and the music skill's queue on it; what the disk does not take is written next time."""
        if memory != self._memory and self._store.save(memory):
            self._memory = memory
        if queue is None or (version := (queue.queue_id, queue.version)) == self._queue:
            return
        if self._store.save_queue(memory.mac, queue):
            self._queue = version


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; a broken one is put aside (generations start at the time of day, so none comes twice)."""
    try:
        return _prepared(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # not broken: locked, or the folder cannot be written
        aside = path.with_suffix(".broken")
        _log.warning("the players' file is broken; it is kept as %s and rooms are made anew", aside.name)
        path.replace(aside)
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # A wait for the disk at each change, 9 ms on a good one, kept everyone waiting: audio, and 200 Echos' commands.
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _memory(mac: str, name: str, generation: int, streams: str) -> Memory:
    fields: dict[str, Any] = {}
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
        fields = _read(json.loads(streams))
    return Memory(mac, name, generation, **fields)


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    following, audible = stored["following"], stored["audible"]
    return {
        "wanted": Wanted(stored["wanted"]),
        "current": _stream(stored["current"]),
        "following": following and Following(following["after_generation"], _stream(following["stream"])),
        "audible": audible
        and Audible(**{**audible, "stream": _stream(audible["stream"]), "last": tuple(audible["last"])}),
    }


def _stream(stored: dict[str, Any] | None) -> Stream | None:
    if stored is None:
        return None
    return Stream(**{**stored, "item": Item(**stored["item"]) if stored["item"] else None})
