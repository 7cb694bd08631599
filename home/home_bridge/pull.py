"""One generation's audio: pulled once from Music Assistant, served while it comes, to any number of readers."""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import AsyncGenerator, Iterator

from home_bridge.cache import AudioCache, CachedFile
from home_bridge.errors import MusicAssistantError, UnreachableError

_log = logging.getLogger(__name__)

CHUNK = 64 * 1024
"""What is taken from Music Assistant at once."""

PIECE = 4 * 1024
"""Read from disk at once for one of many readers; it stays in memory for as long as the reader takes none of it.

With four times as much a reader that waits costs up to 130 kB of the process, with this 47 kB; 50 MB/s still pass."""

TAIL_BYTES = 1024 * 1024
"""What no longer fits on disk is held in memory up to this much, until those who listen have it."""

HEARD_WITHIN_S = 60.0
"""So long what was pulled ahead and no longer fits waits for its first reader: that one comes within ten seconds."""


class BrokenPullError(Exception):
    """The body ended early, or the bridge no longer holds what a reader asks for; nothing of it may look whole."""


class Pull:
    """The audio of one generation: what of it has come so far, and whether more will."""

    def __init__(self, file: CachedFile, cache: AudioCache) -> None:
        self.size = file.size
        self.finished = file.whole
        self.file = file
        self.path = ""
        """Where it is pulled from; empty for what an earlier run has pulled."""

        self._cache = cache
        self._opened = file.whole
        self._error: Exception | None = None
        self._tail: deque[bytes] = deque()
        self._passes_on = False
        """The disk is full: what comes is passed on to those who listen, and forgotten."""

        self._heard = False
        """Somebody has begun to read it."""

        self._positions: dict[object, int] = {}
        self._left_at = 0
        """How much was here when the last reader left."""

        self._news = asyncio.Event()

    @property
    def in_vain(self) -> bool:
        """Whether it failed in a way that asking Music Assistant again does no harm.

        Music Assistant could not be asked, or not answer; or nobody came to hear what could not be kept.
        """
        if self._error is None:
            return False
        return not self._heard if self._passes_on else not self._opened and isinstance(self._error, UnreachableError)

    @property
    def broken(self) -> bool:
        """Whether nobody can have all of it any more: it ended before its end, or was passed on and is gone."""
        return self._error is not None or (self.finished and self._tail_begins > self.file.size)

    @property
    def held(self) -> bool:
        """Whether any part of it can be had at any time."""
        return not self._passes_on

    @property
    def unread(self) -> int:
        """How many bytes have come since anybody read it."""
        return 0 if self._positions else self.size - self._left_at

    def opened(self) -> None:
        """Note that Music Assistant answers."""
        self._opened = True
        self._wake()

    async def fill(self, chunks: AsyncGenerator[bytes]) -> None:
        """Take all audio there is. What the source raises is what readers get."""
        with self.file.opened(os.O_RDWR | os.O_CREAT) as descriptor:
            async with contextlib.aclosing(chunks):
                async for chunk in chunks:
                    await self._append(descriptor, chunk)
            self.finished = True
            self._wake()
            if self.held:
                await self.file.keep(descriptor)

    def fail(self, error: Exception) -> None:
        """Note that no more will come, though there should."""
        self._error = error
        self._wake()

    async def open(self) -> None:
        """Wait until Music Assistant answers. Raises MusicAssistantError if it does not, or refuses."""
        while not self._opened and self._error is None:
            await self._news.wait()
        if self._error is not None and (not self._opened or not self.size):
            raise self._error

    async def reach(self, size: int | None) -> None:
        """Wait until so many bytes are here, or all. Raises BrokenPullError where they will not come."""
        while not self.finished and (size is None or self.size < size):
            if self._error is not None:
                raise BrokenPullError from self._error
            await self._news.wait()

    async def read(self, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes]:
        """Yield the bytes from `start` to before `stop`, waiting for what is still to come. Raises BrokenPullError."""
        reader, position = object(), start
        with self._reading(reader, start) as descriptor:
            while stop is None or position < stop:
                chunk = await self._chunk(descriptor, position, PIECE if stop is None else min(PIECE, stop - position))
                if not chunk:
                    return
                yield chunk
                position += len(chunk)
                if not self.held:
                    self._positions[reader] = position
                    self._wake()

    @contextlib.contextmanager
    def _reading(self, reader: object, start: int) -> Iterator[int]:
        self._positions[reader] = start
        self._heard = True
        self._wake()
        try:
            with self.file.opened() as descriptor:
                yield descriptor
        except OSError as error:
            raise BrokenPullError from error
        finally:
            del self._positions[reader]
            self._left_at = self.size
            self._wake()

    async def _chunk(self, descriptor: int, position: int, most: int) -> bytes:
        """Return what stands at a position, as soon as it is here; nothing at the end."""
        while position >= self.size:
            if self.finished:
                return b""
            if self._error is not None:
                raise BrokenPullError from self._error
            await self._news.wait()
        if position < self.file.size:
            most = min(most, self.file.size - position)
            if chunk := await asyncio.to_thread(os.pread, descriptor, most, position):
                return chunk
            raise BrokenPullError("the file is shorter than what was written")
        return self._from_tail(position, most)

    async def _append(self, descriptor: int, chunk: bytes) -> None:
        if self.held and not await self._cache.append(self.file, descriptor, chunk):
            _log.warning("no space for more audio: what comes is passed on and not kept")
            self._passes_on = True
        if self._passes_on:
            await self._tail_has_space()
            self._tail.append(chunk)
        self.size += len(chunk)
        self._wake()

    @property
    def _tail_begins(self) -> int:
        return self.size - sum(map(len, self._tail))

    async def _tail_has_space(self) -> None:
        """Wait for the first and the slowest of those who listen; where all have gone, the oldest is dropped."""
        while self.size - self._tail_begins >= TAIL_BYTES:
            await self._first_reader()
            slowest = min(self._positions.values(), default=self.size)
            if self._tail_begins + len(self._tail[0]) <= slowest:
                self._tail.popleft()
            else:
                await self._news.wait()

    async def _first_reader(self) -> None:
        """Wait until somebody listens. Raises MusicAssistantError where nobody does: its server is kept waiting."""
        try:
            async with asyncio.timeout(HEARD_WITHIN_S):
                while not self._heard:
                    await self._news.wait()
        except TimeoutError as error:
            raise MusicAssistantError("nobody came for what could not be kept") from error

    def _from_tail(self, position: int, most: int) -> bytes:
        at = self._tail_begins
        for chunk in self._tail:
            if at <= position < at + len(chunk):
                return chunk[position - at :][:most]
            at += len(chunk)
        raise BrokenPullError("what was asked for is no longer held")

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
