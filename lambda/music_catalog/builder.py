"""The six catalogue files of a library, written as it is read."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from music_catalog.entities import digest, encoded, entity, header, timed, tombstone
from music_catalog.errors import LibraryShrunkError
from music_catalog.models import ENTITY_LIMIT, HEADROOM, Entry, Kind, Locale
from music_catalog.state import Row, State, writing

__all__ = ["Builder", "Counts", "Notes", "Source", "folder_of"]

SHRUNK_FROM = 20
"""Entities of a kind from which on the loss of more than half is taken for a mistake."""


TOLD_EACH = 100
"""Entities after which a watcher is told how many there are."""

NOTED_FOR_MS = 90 * 24 * 3600 * 1000
"""Milliseconds after which the skill's table is told anew what has not changed: its rows do not stay for ever."""


class Source(Protocol):
    """Whatever gives the entries of a kind."""

    def entries(self, kind: Kind) -> Iterator[Entry]:
        """Yield all of them."""
        ...


class Notes(Protocol):
    """Whoever keeps for the skill what entities are, so that it need not ask home. Raises CatalogError."""

    def add(self, entry: Entry) -> None:
        """Keep what an entity is, now or with those that follow."""
        ...

    def finish(self) -> None:
        """Keep what was added and is not kept yet."""
        ...


@dataclass(slots=True)
class Counts:
    """What a build wrote of one kind."""

    living: int = 0
    changed: int = 0
    """Of them new, or not as before."""

    deleted: int = 0
    dropped: int = 0
    """For which there was no place."""


@dataclass(slots=True)
class _Build:
    """One build while it runs."""

    run: int
    now_ms: int
    places: int
    """Places with Amazon that nothing holds."""

    counts: dict[Kind, Counts] = field(default_factory=dict)


class Builder:
    """Builds catalogues of what a source gives; asks the state what changed."""

    def __init__(
        self,
        state: State,
        folder: Path,
        locales: Sequence[Locale],
        limit: int = ENTITY_LIMIT,
        notes: Notes | None = None,
    ) -> None:
        self._state = state
        self._notes = notes
        self._folder = folder
        self._locales = locales
        self._limit = limit
        self._headroom = min(HEADROOM, limit // 20)

    def build(
        self,
        source: Source,
        now_ms: int,
        *,
        may_shrink: bool = False,
        told: Callable[[Kind, int], None] = lambda _kind, _written: None,
    ) -> dict[Kind, Counts]:
        """Write all six files, telling how many entities there are. Raises CatalogError; nothing is kept then."""
        with writing(self._folder), self._state.building() as run:
            build = _Build(run, now_ms, self._limit - self._state.places_taken())
            folder = folder_of(self._folder, run)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for kind in Kind:
                build.counts[kind] = counts = Counts()
                with _file(folder, kind, self._locales) as lines:
                    self._write_living(build, kind, source, lines, told)
                    if not may_shrink:
                        self._check_loss(kind, run)
                    counts.deleted = self._write_deleted(build, kind, lines)
            if self._notes:
                self._notes.finish()
        self._forget_others(run)
        return build.counts

    def _write_living(
        self, build: _Build, kind: Kind, source: Source, lines: "_Lines", told: Callable[[Kind, int], None]
    ) -> None:
        counts = build.counts[kind]
        for entry in source.entries(kind):
            made = entity(entry, self._locales)
            row = self._state.row(kind, made["id"])
            if row and row.run == build.run:
                continue
            if not self._has_place(build, kind, row):
                counts.dropped += 1
                continue
            line = encoded(made)
            mark = digest(line)
            updated = _updated(row, mark, build.now_ms)
            self._state.stamp(kind, made["id"], mark, build.run, updated)
            lines.write(timed(line, updated))
            counts.living += 1
            counts.changed += row is None or updated != row.updated
            self._note(entry, made["id"], row, updated, build.now_ms)
            if counts.living % TOLD_EACH == 0:
                told(kind, counts.living)
        told(kind, counts.living)

    def _note(self, entry: Entry, entity_id: str, row: Row | None, updated: int, now_ms: int) -> None:
        """Tell the skill's table what an entity is, if that is new, has changed or was told long ago."""
        is_known = row and row.noted and row.updated == updated and row.noted > now_ms - NOTED_FOR_MS
        if self._notes and entry.item and not is_known:
            self._notes.add(entry)
            self._state.note_told(entry.kind, entity_id, now_ms)

    def _has_place(self, build: _Build, kind: Kind, row: Row | None) -> bool:
        """Tell whether an entity gets a place: what Amazon keeps has one, what is new takes one of those left.

        What is gone holds its place until Amazon has been told, so that no upload ever asks for too many.
        """
        if row and row.sent is not None:
            return True
        if build.places <= (self._headroom if kind is Kind.TRACK else 0):
            return False
        build.places -= 1
        return True

    def _check_loss(self, kind: Kind, run: int) -> None:
        known, lost = self._state.living(kind, run)
        if known >= SHRUNK_FROM and lost * 2 > known:
            raise LibraryShrunkError(
                f"{lost} of {known} {kind} that Alexa knows are gone: is a music provider of Music Assistant away? "
                "If they are meant to be gone, run `make catalog` again with SHRINK=1"
            )

    def _write_deleted(self, build: _Build, kind: Kind, lines: "_Lines") -> int:
        gone = 0
        for entity_id, updated in self._state.bury(kind, build.run, build.now_ms):
            lines.write(encoded(tombstone(entity_id, updated)))
            gone += 1
        return gone

    def _forget_others(self, run: int) -> None:
        for folder in self._folder.glob("run-*"):
            if folder != folder_of(self._folder, run):
                shutil.rmtree(folder, ignore_errors=True)


def _updated(row: Row | None, digest: bytes, now_ms: int) -> int:
    """Return an entity's lastUpdatedTime: the one it has if it is unchanged, else now, or later if that is not new."""
    if row is None:
        return now_ms
    return row.updated if row.digest == digest else max(now_ms, row.updated + 1)


def folder_of(folder: Path, run: int) -> Path:
    """Return where the files of a run lie."""
    return folder / f"run-{run}"


class _Lines:
    """The entities of one file, one a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._between = b"\n"

    def write(self, line: bytes) -> None:
        """Add one."""
        self._file.write(self._between + line)
        self._between = b",\n"


@contextmanager
def _file(folder: Path, kind: Kind, locales: Sequence[Locale]) -> Iterator[_Lines]:
    with (folder / f"{kind}.json").open("wb") as file:
        file.write(encoded(header(kind, locales))[:-1] + b',"entities":[')
        yield _Lines(file)
        file.write(b"\n]}\n")
