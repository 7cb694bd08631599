"""Audio: each generation is pulled once from Music Assistant, into a temporary file that is served while it grows.

The same URL can carry other audio later, and an old session must never be asked again. What has no end (a radio) is
passed through.
"""

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp

from home_bridge.errors import MusicAssistantError, UnreachableError

_log = logging.getLogger(__name__)

CHUNK = 64 * 1024
SAMPLE = 1024
_OK = 200
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
_SAMPLE_TIMEOUT = aiohttp.ClientTimeout(total=2, sock_connect=1)


class BrokenPullError(Exception):
    """Music Assistant's body ended early; what was sent must not look whole."""


@dataclass(frozen=True, slots=True)
class PullSource:
    """Where a handed-out stream is to be pulled, and whether it ends."""

    path: str
    endless: bool


class Pull:
    """One generation's audio: what has come so far, and whether more will."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self.finished = False
        self.readers = 0
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as the pull
        self._opened = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    @property
    def broken(self) -> bool:
        """Whether it ended before its end."""
        return self._error is not None

    @property
    def in_vain(self) -> bool:
        """Whether Music Assistant could not even be asked, so that asking again does no harm."""
        return not self._opened and isinstance(self._error, UnreachableError)

    def opened(self) -> None:
        """Note that Music Assistant answers."""
        self._opened = True
        self._wake()

    def append(self, chunk: bytes) -> None:
        """Take more audio."""
        self._file.seek(0, 2)
        self._file.write(chunk)
        self.size += len(chunk)
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Note that no more will come."""
        self.finished = error is None
        self._error = error
        self._wake()

    async def open(self) -> None:
        """Wait until Music Assistant answers. Raises MusicAssistantError if it does not, or refuses."""
        while not self._opened and self._error is None:
            await self._changed()
        if self._error is not None and (not self._opened or not self.size):
            raise self._error

    async def read(self) -> AsyncGenerator[bytes]:
        """Yield all of it from the start, waiting for what is still to come. Raises BrokenPullError."""
        position = 0
        self.readers += 1
        try:
            while True:
                if position < self.size:
                    self._file.seek(position)
                    chunk = self._file.read(min(CHUNK, self.size - position))
                    position += len(chunk)
                    yield chunk
                elif self.finished:
                    return
                elif self._error is not None:
                    raise BrokenPullError from self._error
                else:
                    await self._changed()
        finally:
            self.readers -= 1

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    async def _changed(self) -> None:
        await self._news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class Streams:
    """All pulls, the least recently used given up when they take too much room."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, folder: Path, room_bytes: int) -> None:
        self._http = http
        self._base_url = base_url
        self._folder = folder
        self._room_bytes = room_bytes
        self._pulls: dict[tuple[str, int], Pull] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def known(self, path: str, generation: int) -> Pull | None:
        """Return a generation's pull if there is one."""
        return self._pulls.get((path, generation))

    def pull(self, path: str, generation: int, source: str) -> Pull:
        """Return a generation's pull, begun now (from `source`) if there is none."""
        key = (path, generation)
        pull = self._pulls.pop(key, None)
        if pull is None or pull.in_vain:
            pull = self._begun(source)
        self._pulls[key] = pull  # the last one is the one used last
        self._make_room()
        return pull

    async def pass_through(self, source: str) -> AsyncGenerator[bytes]:
        """Yield what Music Assistant gives, as it comes, without an end."""
        async with self._get(source, _TIMEOUT) as response:
            with _translated():
                async for chunk in response.content.iter_chunked(CHUNK):
                    yield chunk

    async def sample(self, path: str) -> None:
        """Pull the first kilobyte and drop it."""
        async with self._get(path, _SAMPLE_TIMEOUT) as response:
            with _translated():
                await response.content.readexactly(SAMPLE)

    async def close(self) -> None:
        """End all pulls and give the disk space back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pull in self._pulls.values():
            pull.close()
        self._pulls.clear()

    def _begun(self, source: str) -> Pull:
        pull = Pull(self._folder)
        # A task of its own: a client that goes away does not end the pull.
        task = asyncio.get_running_loop().create_task(self._fill(pull, source))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return pull

    async def _fill(self, pull: Pull, source: str) -> None:
        try:
            async with self._get(source, _TIMEOUT) as response:
                pull.opened()
                with _translated():
                    async for chunk in response.content.iter_chunked(CHUNK):
                        self._append(pull, chunk)
            pull.end()
        except (MusicAssistantError, OSError) as error:
            _log.warning("a stream broke after %d bytes: %s", pull.size, error)
            pull.end(error if isinstance(error, MusicAssistantError) else MusicAssistantError("the disk is full"))

    def _append(self, pull: Pull, chunk: bytes) -> None:
        if pull.size > self._room_bytes:
            raise MusicAssistantError("a stream without an end, longer than CACHE_BYTES")
        pull.append(chunk)

    def _make_room(self) -> None:
        over = sum(pull.size for pull in self._pulls.values()) - self._room_bytes
        for key, pull in list(self._pulls.items())[:-1]:
            if over <= 0:
                return
            if (pull.finished or pull.broken) and not pull.readers:
                over -= pull.size
                self._pulls.pop(key).close()

    @contextlib.asynccontextmanager
    async def _get(self, path: str, limits: aiohttp.ClientTimeout) -> AsyncIterator[aiohttp.ClientResponse]:
        with _translated():
            response = await self._http.get(self._base_url + path, timeout=limits, allow_redirects=False)
        try:
            if response.status != _OK:
                raise MusicAssistantError(f"Music Assistant's stream server answered {response.status}")
            yield response
        finally:
            response.close()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn the HTTP client's errors into ours."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise UnreachableError(f"Music Assistant's stream server broke off: {type(error).__name__}") from error
