"""Audio from Music Assistant: each generation is pulled once, into the cache, and served while it comes.

The same URL can carry other audio later, and an old session must never be asked again. What has no end (a radio) is
passed through, and taken up again when its source hiccups.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp

from home_bridge.audio_length import AudioLength
from home_bridge.cache import AudioCache, cache_key
from home_bridge.errors import MusicAssistantError, UnreachableError
from home_bridge.pull import CHUNK, BrokenPullError, Pull

__all__ = ["BrokenPullError", "Expected", "Pull", "PullSource", "Streams"]

_log = logging.getLogger(__name__)

SAMPLE = 1024
SHORT_MS = 2000
"""A body that ends this much before its track does broke off, though Music Assistant ends it as if it were whole."""

SAME_END_MS = 500
RECONNECT_WITHIN_S = 5.0
RECONNECT_EVERY_S = 0.25
_REMEMBERED_ENDS = 256
UNREAD_AT_MOST = 256 * 1024 * 1024
"""What of a stream of unknown length comes while nobody reads it: two hours of music, or it has no end at all."""

_OK = 200
_FAULTS = range(500, 600)
"""What the stream server, or a proxy before it, answers while it cannot; others say that it will not."""

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
_LIVE_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=RECONNECT_WITHIN_S)
_ONCE = {aiohttp.hdrs.CONNECTION: "close"}
"""aiohttp may leave a body's read timeout running on a connection that it keeps, where it ends the next body."""

_SAMPLE_TIMEOUT = aiohttp.ClientTimeout(total=2, sock_connect=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a track before its audio comes, in ms of the track."""

    uri: str
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class PullSource:
    """Where the audio of a stream is to be pulled, whether it ends, and when."""

    path: str
    endless: bool = False
    expected: Expected | None = None

    @property
    def extension(self) -> str:
        """Say what kind of audio comes from there: mp3 or aac."""
        return self.path.rpartition(".")[2]


class Streams:
    """All pulls, by the name under which their audio is kept."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, cache: AudioCache) -> None:
        self._http = http
        self._base_url = base_url
        self._cache = cache
        self._pulls: dict[str, Pull] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: OrderedDict[str, int] = OrderedDict()
        """Where tracks ended that ended too early, by uri."""

    def known(self, path: str, generation: int) -> Pull | None:
        """Return a generation's pull if there is one, also of an earlier run."""
        return self.known_as(cache_key(path, generation))

    def pull(self, path: str, generation: int, source: PullSource) -> Pull:
        """Return a generation's pull, begun now (from `source`) if there is none."""
        return self.pull_as(cache_key(path, generation), source)

    def known_as(self, key: str, *, until: float = 0) -> Pull | None:
        """Return the pull that is kept under a name, if there is one; it is kept until that moment if it can be."""
        file, pull = self._cache.find(key, until=until), self._pulls.get(key)
        if file is None:
            self._pulls.pop(key, None)
            return None
        if pull is None or pull.file is not file:
            pull = self._pulls[key] = Pull(file, self._cache)
        return pull

    def pull_as(self, key: str, source: PullSource, *, until: float = 0, again: bool = False) -> Pull:
        """Return the pull that is kept under a name, begun now if there is none; `again`: also if that is broken."""
        pull = self.known_as(key, until=until)
        if pull is None or pull.in_vain or (again and pull.broken):
            self._pulls = {key: pull for key, pull in self._pulls.items() if pull.file in self._cache}
            file = self._cache.new(key, source.extension, until=until)
            pull = self._pulls[key] = Pull(file, self._cache)
            pull.path = source.path
            self._begin(pull, source)
        return pull

    def _begin(self, pull: Pull, source: PullSource) -> None:
        """Fill a pull in a task of its own: a client that goes away does not end it."""
        pull.file.hold()  # before there is any of it: given up now, it would be pulled once more
        task = asyncio.get_running_loop().create_task(self._fill(pull, source))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: pull.file.let_go())

    async def live(self, path: str) -> AsyncGenerator[bytes]:
        """Yield what Music Assistant gives, as it comes; a body that breaks off is asked for again, for five seconds.

        Raises MusicAssistantError after those, and at once if Music Assistant refuses or never answers.
        """
        loop = asyncio.get_running_loop()
        give_up_at: float | None = loop.time()  # what never began is not waited for
        while True:
            try:
                async with self._get(path, _LIVE_TIMEOUT) as response:
                    with _translated():
                        async for chunk in response.content.iter_chunked(CHUNK):
                            give_up_at = None
                            yield chunk
                ended: MusicAssistantError = UnreachableError("Music Assistant ended a stream that has no end")
            except UnreachableError as error:
                ended = error
            if give_up_at is None:
                give_up_at = loop.time() + RECONNECT_WITHIN_S
                _log.info("a stream without an end broke off, and is asked for again")
            if loop.time() >= give_up_at:
                raise ended
            await asyncio.sleep(RECONNECT_EVERY_S)

    async def sample(self, path: str) -> None:
        """Pull the first kilobyte and drop it. Raises MusicAssistantError."""
        async with self._get(path, _SAMPLE_TIMEOUT) as response:
            with _translated():
                await response.content.readexactly(SAMPLE)

    async def begun(self, pull: Pull) -> None:
        """Wait for a pull's first kilobyte, as long as for a sample. Raises MusicAssistantError if none comes."""
        try:
            async with asyncio.timeout(_SAMPLE_TIMEOUT.total):
                await pull.open()
                await pull.reach(SAMPLE)
        except (TimeoutError, BrokenPullError) as error:
            raise UnreachableError("Music Assistant's stream server gives no audio") from error

    async def close(self) -> None:
        """End all pulls."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pulls.clear()

    async def _fill(self, pull: Pull, source: PullSource) -> None:
        try:
            async with self._get(source.path, _TIMEOUT) as response:
                pull.opened()
                await pull.fill(self._checked(pull, response, source))
        except MusicAssistantError as error:
            _log.warning("a stream broke after %d bytes: %s", pull.size, error)
            pull.fail(error)
        except OSError as error:
            _log.warning("the cache cannot be written: %s", error.strerror)
            pull.fail(MusicAssistantError("the bridge's cache folder cannot be written"))

    async def _checked(self, pull: Pull, response: aiohttp.ClientResponse, source: PullSource) -> AsyncGenerator[bytes]:
        """Yield a body. Raises MusicAssistantError where it breaks, ends long before its track does, or seems endless.

        Endless: a station that was superseded, say, which nobody knows any more and nobody hears.
        """
        length = AudioLength(source.extension)
        with _translated():
            async for chunk in response.content.iter_chunked(CHUNK):
                length.feed(chunk)
                yield chunk
                if source.expected is None and pull.unread > UNREAD_AT_MOST:
                    raise MusicAssistantError("nobody listens, and it may have no end")
        if source.expected and length.seconds is not None:
            self._check_end(source.expected, source.expected.begins_ms + round(length.seconds * 1000))

    def _check_end(self, expected: Expected, ended_ms: int) -> None:
        """Raise for a body that ended too early, unless the track ended there before: then its tags are wrong."""
        missing_ms = expected.ends_ms - ended_ms
        if missing_ms <= SHORT_MS:
            return
        before_ms = self._ends.pop(expected.uri, None)
        self._ends[expected.uri] = ended_ms
        if len(self._ends) > _REMEMBERED_ENDS:
            self._ends.popitem(last=False)
        if before_ms is None or abs(before_ms - ended_ms) > SAME_END_MS:
            raise MusicAssistantError(f"it ended {missing_ms / 1000:.1f} s before its track does")

    @contextlib.asynccontextmanager
    async def _get(self, path: str, limits: aiohttp.ClientTimeout) -> AsyncIterator[aiohttp.ClientResponse]:
        with _translated():
            response = await self._http.get(self._base_url + path, headers=_ONCE, timeout=limits, allow_redirects=False)
        try:
            if response.status != _OK:
                refusal = UnreachableError if response.status in _FAULTS else MusicAssistantError
                raise refusal(f"Music Assistant's stream server answered {response.status}")
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
