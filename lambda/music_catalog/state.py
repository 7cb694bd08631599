"""What Amazon has been told, in a SQLite file beside the catalogues: when each entity changed, and how far uploads are.

One row for an entity: `digest` changes when it does, `updated` is when, `run` is the last run that saw it, `sent`
is the `updated` that Amazon has (NULL: it was never told), and `noted` is when the skill's table was told (NULL:
never). A build is one transaction, so that one that breaks off leaves all as it was. SQLite holds a large library in a
file where a dict would hold it in memory.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from music_catalog.errors import ConfigurationError
from music_catalog.models import Kind

__all__ = ["Part", "Row", "State", "Upload", "writing"]

_GONE = b""
"""The digest of what is gone: unlike any other, so that its return is a change."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    kind TEXT, id TEXT, digest BLOB NOT NULL, updated INTEGER NOT NULL, run INTEGER NOT NULL, sent INTEGER,
    noted INTEGER, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS upload (kind TEXT PRIMARY KEY, catalog_id TEXT, upload_id TEXT, completed INTEGER);
CREATE TABLE IF NOT EXISTS part (kind TEXT, number INTEGER, url TEXT, etag TEXT, PRIMARY KEY (kind, number));
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of an entity."""

    digest: bytes
    updated: int
    """When it became what it is, in Unix milliseconds."""

    run: int
    """The last one that met it."""

    sent: int | None
    """The `updated` that Amazon has; None: it was never told."""

    noted: int | None
    """When the skill's table was told what it is, in Unix milliseconds; None: never."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that has begun and is not confirmed."""

    kind: Kind
    catalog_id: str
    upload_id: str
    completed: bool
    """All of it is there, and Amazon was told so."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an upload, counted from 1; `etag` is "" until it is there."""

    number: int
    url: str
    etag: str


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise ConfigurationError where the folder, or a file in it, cannot be written."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationError(
            f"{folder} cannot be written ({error}): set CATALOG_FOLDER to a folder of your own that has room"
        ) from error


class State:
    """The file; whoever opens it closes it. Raises ConfigurationError where it cannot be written."""

    def __init__(self, path: Path) -> None:
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds the addresses to which parts of uploads go
            self._sql = sqlite3.connect(path, isolation_level=None)
            self._sql.executescript(_SCHEMA)
            if "noted" not in {column[1] for column in self._sql.execute("PRAGMA table_info(entity)").fetchall()}:
                self._sql.execute("ALTER TABLE entity ADD COLUMN noted INTEGER")  # a file of an older version

    def __enter__(self) -> Self:
        """Return itself, open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._sql.close()

    # What changed.

    @property
    def run(self) -> int:
        """Return the number of the last whole build; 0 before the first."""
        return int(self.note("run") or 0)

    @contextmanager
    def building(self) -> Iterator[int]:
        """Begin a build and give its number; all of it is kept, or nothing. Uploads that broke off are forgotten."""
        run = self.run + 1
        with self._whole():
            yield run
            for upload in self.uploads():
                if not upload.completed:
                    self._tell_again(upload.kind)
            self.keep_note("run", str(run))

    def places_taken(self) -> int:
        """Count the entities Amazon keeps, those that an upload is about to delete too."""
        return int(self._one("SELECT count(*) FROM entity WHERE sent IS NOT NULL")[0])

    def row(self, kind: Kind, entity_id: str) -> "Row | None":
        """Return what is known of an entity."""
        columns = "digest, updated, run, sent, noted"
        found = self._one(f"SELECT {columns} FROM entity WHERE kind = ? AND id = ?", kind, entity_id)  # noqa: S608
        return found and Row(*found)

    def stamp(self, kind: Kind, entity_id: str, digest: bytes, run: int, updated: int) -> None:
        """Note what an entity is now, and when it became so."""
        self._sql.execute(
            "INSERT INTO entity (kind, id, digest, updated, run) VALUES (?, ?, ?, ?, ?) ON CONFLICT (kind, id) "
            "DO UPDATE SET digest = excluded.digest, updated = excluded.updated, run = excluded.run",
            (kind, entity_id, digest, updated, run),
        )

    def note_told(self, kind: Kind, entity_id: str, now_ms: int) -> None:
        """Keep that the skill's table was told what an entity is."""
        self._sql.execute("UPDATE entity SET noted = ? WHERE kind = ? AND id = ?", (now_ms, kind, entity_id))

    def living(self, kind: Kind, run: int) -> tuple[int, int]:
        """Return (live entities Amazon has, how many of them this run did not see)."""
        row = self._one(
            "SELECT count(*), total(run < ?) FROM entity WHERE kind = ? AND sent IS NOT NULL AND digest != ?",
            *(run, kind, _GONE),
        )
        return int(row[0]), int(row[1])

    def bury(self, kind: Kind, run: int, now_ms: int) -> Iterator[tuple[str, int]]:
        """Forget what this run has not seen; yield the id and time of those that Amazon has to be told to delete."""
        unseen = "kind = ? AND run < ?"
        self._sql.execute(f"DELETE FROM entity WHERE {unseen} AND sent IS NULL", (kind, run))  # noqa: S608 - our own text
        self._sql.execute(
            f"UPDATE entity SET digest = ?, updated = max(?, updated + 1) WHERE {unseen} AND digest != ?",  # noqa: S608
            (_GONE, now_ms, kind, run, _GONE),
        )
        yield from self._sql.execute("SELECT id, updated FROM entity WHERE kind = ? AND digest = ?", (kind, _GONE))

    def untold(self, kind: Kind) -> int:
        """Count the entities, tombstones among them, that Amazon does not have as they are."""
        return int(self._one("SELECT count(*) FROM entity WHERE kind = ? AND sent IS NOT updated", kind)[0])

    # How far the uploads are.

    def uploads(self) -> list[Upload]:
        """Return the uploads that have begun and are not confirmed."""
        rows = self._sql.execute("SELECT kind, catalog_id, upload_id, completed FROM upload").fetchall()
        return [Upload(Kind(kind), catalog, upload, bool(done)) for kind, catalog, upload, done in rows]

    def begin(self, upload: Upload, urls: list[str]) -> None:
        """Keep an upload that Amazon is ready for."""
        with self._whole():
            self._drop(upload.kind)
            self._sql.execute(
                "INSERT INTO upload VALUES (?, ?, ?, 0)", (upload.kind, upload.catalog_id, upload.upload_id)
            )
            rows = [(upload.kind, number, url) for number, url in enumerate(urls, 1)]
            self._sql.executemany("INSERT INTO part VALUES (?, ?, ?, '')", rows)

    def parts(self, kind: Kind) -> list[Part]:
        """Return the parts of an upload in their order."""
        rows = self._sql.execute("SELECT number, url, etag FROM part WHERE kind = ? ORDER BY number", (kind,))
        return [Part(*row) for row in rows.fetchall()]

    def part_is_there(self, kind: Kind, number: int, etag: str) -> None:
        """Keep that a part has arrived."""
        self._sql.execute("UPDATE part SET etag = ? WHERE kind = ? AND number = ?", (etag, kind, number))

    def hand_over(self, kind: Kind) -> None:
        """Keep that Amazon is about to be told that an upload is whole: from now on it may know its entities."""
        with self._whole():
            self._sql.execute("UPDATE entity SET sent = updated WHERE kind = ?", (kind,))
            self.keep_note("rebind", "1")

    def complete(self, kind: Kind) -> None:
        """Keep that Amazon was told that an upload is whole."""
        self._sql.execute("UPDATE upload SET completed = 1 WHERE kind = ?", (kind,))

    def confirm(self, kind: Kind) -> None:
        """Keep that Amazon has taken an upload in: what it was told to delete is deleted."""
        with self._whole():
            gone = "kind = ? AND digest = ? AND sent = updated"
            self._sql.execute(f"DELETE FROM entity WHERE {gone}", (kind, _GONE))  # noqa: S608 - our own text
            self._drop(kind)

    def refuse(self, kind: Kind) -> None:
        """Keep that Amazon refused an upload: all of it has to be told again."""
        with self._whole():
            self._tell_again(kind)

    def _tell_again(self, kind: Kind) -> None:
        self._sql.execute("UPDATE entity SET sent = 0 WHERE kind = ? AND sent IS NOT NULL", (kind,))
        self._drop(kind)

    def _drop(self, kind: Kind) -> None:
        self._sql.execute("DELETE FROM upload WHERE kind = ?", (kind,))
        self._sql.execute("DELETE FROM part WHERE kind = ?", (kind,))

    # Notes: the ids of catalogues, and what is still to be done.

    def note(self, name: str) -> str:
        """Return a note; "" if there is none."""
        row = self._one("SELECT value FROM note WHERE name = ?", name)
        return str(row[0]) if row else ""

    def keep_note(self, name: str, value: str) -> None:
        """Write a note; "" takes it away."""
        if value:
            self._sql.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))
        else:
            self._sql.execute("DELETE FROM note WHERE name = ?", (name,))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")

    def _one(self, query: str, *values: object) -> Any:
        with closing(self._sql.execute(query, values)) as rows:
            return rows.fetchone()
