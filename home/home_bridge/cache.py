"""A folder of audio, bounded in bytes: files that grow while they are served, and whole ones that outlive a restart.

A file bears its name only when it is whole and on disk; until then it is a `.part`, and those of an earlier run are
deleted. Files in use are kept, the least recently used of the others go when space is needed; those that were promised
until some moment, which stands in their names, go last.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_log = logging.getLogger(__name__)

PART = ".part"
FREED_AT_ONCE = 64 * 1024 * 1024
"""What is deleted when the disk is full before the cache is: others fill it too."""

_WHOLE_NAME = re.compile(
    r"(?P<key>[0-9a-f]{32})\.(?P<tag>[0-9a-f]{16})(\.(?P<until>[0-9]{1,12}))?\.(?P<extension>[a-z0-9]+)"
)


class CachedFile:
    """One file: written by at most one, read by many."""

    def __init__(self, key: str, tag: str, path: Path, size: int = 0, until: int = 0) -> None:
        self.key = key
        self.tag = tag
        """Differs for other content of the same key: a strong validator."""

        self.until = until
        """Unix seconds: so long it was promised to somebody."""

        self.extension = path.suffix.removeprefix(".")
        self.size = size
        self.users = 0
        """Who reads or writes it, or is about to: while there are any it is kept."""

        self.whole = size > 0
        self._path = path
        self._place = path if self.whole else path.with_name(path.name + PART)

    @contextlib.contextmanager
    def opened(self, flags: int = os.O_RDONLY) -> Iterator[int]:
        """Keep the file while it is read or written; yield its descriptor. Raises OSError."""
        descriptor = os.open(self._place, flags, 0o600)
        self.hold()
        try:
            yield descriptor
        finally:
            self.let_go()
            os.close(descriptor)

    def hold(self) -> None:
        """Keep the file until it is let go as often as it was held."""
        self.users += 1

    def let_go(self) -> None:
        """Need the file no more."""
        self.users -= 1

    async def append(self, descriptor: int, chunk: bytes) -> None:
        """Write behind what there is. Raises OSError; then nothing was added."""
        await asyncio.to_thread(_write, descriptor, chunk, self.size)
        self.size += len(chunk)

    async def keep(self, descriptor: int) -> None:
        """Give the file its name, now that it is whole. Raises OSError."""
        await asyncio.to_thread(os.fsync, descriptor)
        self._place = self._place.rename(self._path)
        self.whole = True

    def promise(self, until: int) -> None:
        """Note in its name how long it is to be kept; never shorter than before."""
        if until <= self.until:
            return
        self.until = until
        self._path = self._path.with_name(f"{self.key}.{self.tag}.{until}.{self.extension}")
        if self.whole:
            with contextlib.suppress(OSError):
                self._place = self._place.rename(self._path)

    def touch(self) -> None:
        """Note on disk that it was used, for the order after a restart."""
        with contextlib.suppress(OSError):
            os.utime(self._place)

    def delete(self) -> None:
        """Give the disk space back."""
        with contextlib.suppress(OSError):
            self._place.unlink()


class AudioCache:
    """All files, the one used last at the end."""

    def __init__(self, folder: Path, limit_bytes: int, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._now = now
        self._files: dict[str, CachedFile] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._restore()

    @property
    def taken_bytes(self) -> int:
        """How much disk space all files take."""
        return sum(file.size for file in self._files.values())

    def __contains__(self, file: CachedFile) -> bool:
        """Tell whether a file has not been deleted to make space."""
        return self._files.get(file.key) is file

    def find(self, key: str, *, until: float = 0) -> CachedFile | None:
        """Return a file, which is now the one used last, and is promised until that moment."""
        file = self._files.pop(key, None)
        if file is not None:
            self._files[key] = file
            file.promise(int(until))
            file.touch()
        return file

    def new(self, key: str, extension: str, *, until: float = 0) -> CachedFile:
        """Make an empty file, in the place of the one of that key if there is one."""
        if (old := self._files.pop(key, None)) is not None:
            old.delete()
        tag = secrets.token_hex(8)
        file = self._files[key] = CachedFile(key, tag, self._folder / f"{key}.{tag}.{extension}")
        file.promise(int(until))
        return file

    async def append(self, file: CachedFile, descriptor: int, chunk: bytes) -> bool:
        """Let a file grow, at the cost of those nobody uses; return False where the disk or the cache is full."""
        if not self._made_space(len(chunk)):
            return False
        try:
            await file.append(descriptor, chunk)
        except OSError as error:
            _log.warning("the disk does not take more audio (%s): the least recently used is deleted", error.strerror)
        else:
            return True
        self._give_up(FREED_AT_ONCE)
        try:
            await file.append(descriptor, chunk)
        except OSError:
            return False
        return True

    def _made_space(self, wanted: int) -> bool:
        over = self.taken_bytes + wanted - self._limit_bytes
        return over <= 0 or self._give_up(over) >= over

    def _give_up(self, wanted: int) -> int:
        """Delete until `wanted` bytes are free: the least recently used, then the soonest promised; return how many."""
        freed, now = 0, self._now()
        promised_last = sorted(self._files.values(), key=lambda file: max(file.until - now, 0))
        for file in promised_last:
            if freed >= wanted:
                break
            if not file.users:
                freed += file.size
                del self._files[file.key]
                file.delete()
        return freed

    def _restore(self) -> None:
        """Take over what an earlier run left whole; delete the rest."""
        found = []
        for path in self._folder.iterdir():
            match = _WHOLE_NAME.fullmatch(path.name)
            if match and (stat := path.stat()).st_size:
                until = int(match["until"] or 0)
                found.append((stat.st_mtime, CachedFile(match["key"], match["tag"], path, stat.st_size, until)))
            elif path.suffix == PART or match:
                path.unlink(missing_ok=True)
        for _, file in sorted(found, key=lambda entry: entry[0]):
            if (older := self._files.pop(file.key, None)) is not None:
                older.delete()
            self._files[file.key] = file
        self._made_space(0)


def cache_key(path: str, generation: int) -> str:
    """Return the name under which the audio of a generation is kept; says nothing about what it is."""
    return hashlib.sha256(f"{generation}:{path}".encode()).hexdigest()[:32]


def _write(descriptor: int, chunk: bytes, at: int) -> None:
    view = memoryview(chunk)
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written
