"""Finished pictures on disk, within a bound, the least recently used given up first."""

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

LIMIT_BYTES = 64 << 20
_SUFFIX = ".jpg"
_START, _END = b"\xff\xd8", b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture of the cache."""

    body: bytes
    since: float
    """When it was fetched, in Unix seconds."""


class ArtCache:
    """One file for each picture and edge. Its calls touch the disk: make them in a thread, one at a time.

    A disk that is full or broken costs speed, never a picture: every fault is a line in the log.
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._sizes: dict[str, int] = {}
        """By file name, the one used last at the end."""

    def open(self) -> None:
        """Find what is there, and clear away what a crash has left half written."""
        with self._unless_disk_fails():
            self._folder.mkdir(parents=True, exist_ok=True)
            seen = sorted((path.stat().st_atime, path) for path in self._folder.iterdir() if path.is_file())
            for _, path in seen:
                if path.suffix == _SUFFIX:
                    self._sizes[path.name] = path.stat().st_size
                else:
                    path.unlink()
            self._make_space()

    def load(self, key: str, now: float) -> Kept | None:
        """Return a kept picture, used `now` (Unix seconds), or None; one that is not whole is dropped."""
        name = _name(key)
        if name not in self._sizes:
            return None
        path = self._folder / name
        with self._unless_disk_fails():
            body, since = path.read_bytes(), path.stat().st_mtime
            if body.startswith(_START) and body.endswith(_END) and len(body) == self._sizes[name]:
                os.utime(path, (now, since))  # so that a restart knows which was used last
                self._sizes[name] = self._sizes.pop(name)
                return Kept(body, since)
        self._drop(name)
        return None

    def save(self, key: str, body: bytes, now: float) -> None:
        """Keep a picture: whole on the disk before it has its name."""
        name = _name(key)
        with self._unless_disk_fails():
            part = Path(self._written(body))
            try:
                os.utime(part, (now, now))
                part.replace(self._folder / name)
            except OSError:
                part.unlink(missing_ok=True)
                raise
            self._sizes.pop(name, None)
            self._sizes[name] = len(body)
            self._make_space()

    def _written(self, body: bytes) -> str:
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
            try:
                part.write(body)
                part.flush()
                os.fsync(part.fileno())
            except OSError:
                Path(part.name).unlink(missing_ok=True)
                raise
            return part.name

    def _make_space(self) -> None:
        over = sum(self._sizes.values()) - self._limit_bytes
        for name, size in list(self._sizes.items()):
            if over <= 0:
                return
            over -= size
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._sizes.pop(name, None)
        with self._unless_disk_fails():
            (self._folder / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _unless_disk_fails(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _log.warning("the pictures' folder cannot be used: %s", error.strerror)


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest() + _SUFFIX
