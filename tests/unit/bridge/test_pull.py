"""One pull, many readers: all of it, in order, or an error."""

import asyncio
import contextlib

import pytest

from home_bridge import pull as pull_module
from home_bridge.cache import AudioCache, cache_key
from home_bridge.errors import MusicAssistantError, UnreachableError
from home_bridge.pull import PIECE, TAIL_BYTES, BrokenPullError, Pull

LIMIT_BYTES = 10 * 1024 * 1024


class Source:
    """A body that comes when the test says so."""

    def __init__(self):
        self._pieces = asyncio.Queue()
        self.taken = 0

    def give(self, *pieces):
        for piece in pieces:
            self._pieces.put_nowait(piece)

    async def body(self):
        while piece := await self._pieces.get():
            if isinstance(piece, Exception):
                raise piece
            self.taken += len(piece)
            yield piece


class Scene:
    """A pull and its source, in a loop of its own."""

    def __init__(self, folder, limit_bytes=LIMIT_BYTES):
        self.cache = AudioCache(folder, limit_bytes)
        self.source = Source()
        self.pull = Pull(self.cache.new(cache_key("p", 1), "mp3"), self.cache)
        self.pull.opened()
        self.filling = asyncio.ensure_future(self._fill())

    async def _fill(self):
        try:
            await self.pull.fill(self.source.body())
        except MusicAssistantError as error:
            self.pull.fail(error)

    async def settle(self):
        """Let everything happen that can: files are written by other threads."""
        for _ in range(200):
            await asyncio.sleep(0)
            await asyncio.to_thread(lambda: None)

    def reader(self, start=0, stop=None):
        return asyncio.ensure_future(self._read(start, stop))

    async def _read(self, start, stop):
        return b"".join([chunk async for chunk in self.pull.read(start, stop)])


@pytest.fixture
def run(tmp_path):
    """Run a scenario with a scene of its own."""

    def run(scenario, **kind):
        async def scened():
            scene = Scene(tmp_path, **kind)
            try:
                await asyncio.wait_for(scenario(scene), 20)
            finally:
                scene.filling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await scene.filling

        asyncio.run(scened())

    return run


def pieces(count, size=50_000):
    return [bytes([number % 256]) * size for number in range(count)]


def test_readers_at_any_time_get_the_same(run):
    """Who comes before the first byte, in the middle and after the end: all hear all of it."""
    audio = pieces(20)

    async def scenario(scene):
        early = scene.reader()
        scene.source.give(*audio[:10])
        await scene.settle()
        late, part = scene.reader(), scene.reader(120_000, 777_777)
        scene.source.give(*audio[10:], b"")
        whole = b"".join(audio)
        assert await early == await late == whole
        assert await part == whole[120_000:777_777]
        await scene.filling
        assert await scene.reader() == whole
        assert scene.pull.file.whole

    run(scenario)


def test_an_aborted_reader_changes_nothing(run):
    """The pull goes on, and the others hear on."""
    audio = pieces(6)

    async def scenario(scene):
        leaving, staying = scene.reader(), scene.reader()
        scene.source.give(*audio[:3])
        await scene.settle()
        leaving.cancel()
        scene.source.give(*audio[3:], b"")
        assert await staying == b"".join(audio)

    run(scenario)


def test_what_breaks_is_an_error_to_all(run):
    """A body that ends early never looks whole: what came is given, then the error; also to who comes later."""

    async def scenario(scene):
        now = scene.reader()
        scene.source.give(b"x" * 1000, UnreachableError("broke off"))
        for reader in (now, scene.reader()):
            with pytest.raises(BrokenPullError):
                await reader
        assert await scene.reader(0, 1000) == b"x" * 1000
        with pytest.raises(BrokenPullError):
            await scene.pull.reach(1001)
        assert not scene.pull.file.whole

    run(scenario)


def test_waiting_for_a_length(run):
    """A part is reached when its bytes are here, the length when the end is."""

    async def scenario(scene):
        part, end = (asyncio.ensure_future(scene.pull.reach(size)) for size in (1500, None))
        scene.source.give(b"x" * 1000)
        await scene.settle()
        assert not part.done()
        scene.source.give(b"x" * 1000)
        await part
        assert not end.done()
        scene.source.give(b"")
        await end
        assert scene.pull.size == 2000

    run(scenario)


def test_no_space_on_disk_passes_on(run):
    """What finds no space is passed on to who listens, all of it and in order, and no faster than the slowest hears."""
    audio = pieces(60)

    async def scenario(scene):
        chunks = scene.pull.read()
        scene.source.give(*audio, b"")
        heard = [await anext(chunks)]
        await scene.settle()
        assert scene.source.taken <= 200_000 + TAIL_BYTES + 2 * 50_000
        heard += [chunk async for chunk in chunks]
        assert b"".join(heard) == b"".join(audio)
        assert max(map(len, heard)) <= PIECE
        assert not scene.pull.held
        await scene.filling
        assert not scene.pull.file.whole

    run(scenario, limit_bytes=200_000)


def test_no_space_and_nobody_listens_yet(run):
    """What was pulled ahead waits for its first reader with bounded memory; who comes then hears all of it."""
    audio = pieces(60)

    async def scenario(scene):
        scene.source.give(*audio, b"")
        await scene.settle()
        assert scene.source.taken <= 200_000 + TAIL_BYTES + 2 * 50_000
        assert await scene.reader() == b"".join(audio)
        await scene.filling

    run(scenario, limit_bytes=200_000)


def test_no_space_and_nobody_comes(run, monkeypatch):
    """Music Assistant is not kept waiting for ever: the pull ends, and may be begun anew since nobody has heard it."""
    monkeypatch.setattr(pull_module, "HEARD_WITHIN_S", 0.01)

    async def scenario(scene):
        scene.source.give(*pieces(60), b"")
        await scene.filling
        assert scene.pull.in_vain
        with pytest.raises(BrokenPullError):
            await scene.reader()

    run(scenario, limit_bytes=200_000)


def test_no_space_and_the_last_has_left(run):
    """Then the pull comes to its end with bounded memory; who asks afterwards gets what is there and an error."""
    audio = pieces(60)

    async def scenario(scene):
        chunks = scene.pull.read()
        scene.source.give(*audio, b"")
        heard = await anext(chunks)
        await scene.settle()
        await chunks.aclose()
        await scene.filling
        assert heard == audio[0][: len(heard)]
        assert scene.pull.finished
        assert scene.pull.broken
        assert not scene.pull.in_vain
        with pytest.raises(BrokenPullError):
            await scene.reader()

    run(scenario, limit_bytes=200_000)


def test_what_the_memory_holds_is_not_broken(run):
    """A little that found no space is still there when the end has come: all of it can be had."""
    audio = pieces(20)

    async def scenario(scene):
        scene.source.give(*audio, b"")
        await scene.filling
        assert (scene.pull.held, scene.pull.broken) == (False, False)
        assert await scene.reader() == b"".join(audio)

    run(scenario, limit_bytes=200_000)


def test_a_file_cut_short_from_outside(run, tmp_path):
    """A file that is shorter than what was written is an error, not a short track."""

    async def scenario(scene):
        scene.source.give(b"x" * 1000, b"")
        await scene.filling
        (path,) = tmp_path.iterdir()
        path.write_bytes(b"x" * 10)
        with pytest.raises(BrokenPullError):
            await scene.reader()

    run(scenario)
