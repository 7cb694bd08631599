"""Square pictures by their references: kept, fetched once for all who ask at once, and the built-in one where none is.

What cannot be had is remembered for a minute, so that it is not asked for a thousand times. A kept picture is fetched
anew after a day, and shown on while that fails.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import aiohttp

from home_bridge.art import NoPictureError, Pictures, plain
from home_bridge.art_cache import ArtCache
from home_bridge.settings import Settings
from home_bridge.square import built_in_jpeg, square_jpeg
from music_assistant_alexa.stream_urls import DEFAULT_EDGE

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

FRESH_S = 24 * 3600
REFUSED_S = 60
REFUSALS_LIMIT = 1000
FETCHES = 4
"""At once: at most so many pictures of 10 MB are in memory."""


class Source(Protocol):
    """Where pictures come from."""

    async def from_music_assistant(self, path: str, edge: int) -> bytes:
        """Fetch a picture of MA's imageproxy, for a square of this edge. Raises NoPictureError."""
        ...

    async def from_elsewhere(self, url: str) -> bytes:
        """Fetch a remote picture. Raises NoPictureError."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A square JPEG."""

    body: bytes
    own: bool
    """Whether it is the picture that was asked for, and not the built-in one in its place."""


class Gallery:
    """All pictures of the house."""

    def __init__(self, source: Source, cache: ArtCache, now: Callable[[], float]) -> None:
        self._source = source
        self._cache = cache
        self._now = now
        self._refused: dict[str, float] = {}
        """Until when not to ask again, by key."""
        self._tasks: dict[str, asyncio.Task[bytes | None]] = {}
        self._fetches = asyncio.Semaphore(FETCHES)
        self._worker = asyncio.Semaphore(1)  # one picture is decoded at a time, and the cache has one user

    async def open(self) -> None:
        """Find the pictures that an earlier run has kept."""
        await self._work(self._cache.open)

    async def close(self) -> None:
        """Give up the pictures that are being fetched."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def picture(self, ref: dict[str, Any]) -> Shown:
        """Return the picture of a checked reference, or the built-in one."""
        edge = int(ref.get("s", DEFAULT_EDGE))
        if "b" in ref:
            return Shown(await self._work(built_in_jpeg, edge), own=True)
        body = await self._shared(_key(ref, edge), ref, edge)
        if body is None:
            return Shown(await self._work(built_in_jpeg, edge), own=False)
        return Shown(body, own=True)

    async def _shared(self, key: str, ref: dict[str, Any], edge: int) -> bytes | None:
        task = self._tasks.get(key)
        if task is None:
            # A task of its own: a client that goes away takes it from nobody.
            task = self._tasks[key] = asyncio.get_running_loop().create_task(self._had(key, ref, edge))
            task.add_done_callback(lambda _: self._tasks.pop(key))
        return await asyncio.shield(task)

    async def _had(self, key: str, ref: dict[str, Any], edge: int) -> bytes | None:
        """Return the picture kept, or fetched now, or None."""
        now = self._now()
        kept = await self._work(self._cache.load, key, now)
        old = kept.body if kept else None
        if (kept and 0 <= now - kept.since < FRESH_S) or self._is_refused(key, now):
            return old
        try:
            body = await self._fetched(ref, edge)
        except NoPictureError as error:
            _log.info("art: %s", error)
            self._refuse(key)
            return old
        await self._work(self._cache.save, key, body, now)
        return body

    async def _fetched(self, ref: dict[str, Any], edge: int) -> bytes:
        async with self._fetches:
            if "p" in ref:
                body = await self._source.from_music_assistant(ref["p"], edge)
            else:
                body = await self._source.from_elsewhere(ref["u"])
            return await self._work(square_jpeg, body, edge)

    def _is_refused(self, key: str, now: float) -> bool:
        return now < self._refused.get(key, 0)

    def _refuse(self, key: str) -> None:
        self._refused.pop(key, None)
        self._refused[key] = self._now() + REFUSED_S
        if len(self._refused) > REFUSALS_LIMIT:
            del self._refused[next(iter(self._refused))]

    async def _work(self, work: Callable[..., _T], *args: Any) -> _T:
        async with self._worker:
            return await asyncio.to_thread(work, *args)


@contextlib.asynccontextmanager
async def open_gallery(
    http: aiohttp.ClientSession, settings: Settings, now: Callable[[], float]
) -> AsyncIterator[Gallery]:
    """Yield the house's pictures; what they hold open is closed in the end."""
    pictures = Pictures(http, settings.ma_url)
    gallery = Gallery(pictures, ArtCache(settings.cache_dir / "art"), now)
    try:
        await gallery.open()
        yield gallery
    finally:
        await gallery.close()
        await pictures.close()


def _key(ref: dict[str, Any], edge: int) -> str:
    return f"{edge} p {plain(ref['p'])}" if "p" in ref else f"{edge} u {ref['u']}"
