"""All pulls together: each begun once, and given up by nobody before its end."""

import asyncio
import contextlib

import pytest

from home_bridge import pull as pull_module
from home_bridge import streams as streams_module
from home_bridge.cache import AudioCache
from home_bridge.errors import MusicAssistantError
from home_bridge.streams import BrokenPullError, Expected, PullSource, Streams

LIMIT_BYTES = 1_000_000
ROUNDS = 200
SECOND = b"\xff\xfb\xe0\x00" + bytes(39_996)
"""As many bytes as a second of MP3 of 320 kbit/s has."""


class Body:
    """What one path gives: pieces, and an end where a test says so."""

    def __init__(self):
        self.status = 200
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self._pieces = asyncio.Queue()
        self.content = self

    def give(self, *pieces):
        for piece in pieces:
            self._pieces.put_nowait(piece)

    async def iter_chunked(self, _size):
        while piece := await self._pieces.get():
            yield piece

    def close(self):
        pass


class Scene:
    """Streams of a server that has a body for each path."""

    def __init__(self, folder):
        self.cache = AudioCache(folder, LIMIT_BYTES)
        self.streams = Streams(self, "", self.cache)
        self.bodies = {}

    def body(self, path):
        return self.bodies.setdefault(path, Body())

    def pull(self, path, **known):
        return self.streams.pull(path, 1, PullSource(path, **known))

    async def get(self, url, **_limits):
        """Stand in for the HTTP client."""
        body = self.body(url)
        body.asked += 1
        await body.answers.wait()
        return body

    async def settle(self):
        """Let everything happen that can: files are written by other threads."""
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
            await asyncio.to_thread(lambda: None)


@pytest.fixture
def run(tmp_path):
    """Run a scenario with a scene of its own."""

    def run(scenario):
        async def scened():
            scene = Scene(tmp_path)
            try:
                await asyncio.wait_for(scenario(scene), 20)
            finally:
                await scene.streams.close()

        asyncio.run(scened())

    return run


async def heard(pull):
    await pull.open()
    return b"".join([chunk async for chunk in pull.read()])


def test_a_pull_that_has_just_begun_is_not_given_up(run):
    """Music Assistant has yet to answer, and others need space: it is the same pull afterwards, asked for once."""

    async def scenario(scene):
        late, other, third = (scene.body(path) for path in ("/late.mp3", "/other.mp3", "/third.mp3"))
        late.answers.clear()
        begun = scene.pull("/late.mp3")
        for path, body in {"/other.mp3": other, "/third.mp3": third}.items():
            body.give(bytes(LIMIT_BYTES - 100_000), b"")
            await heard(scene.pull(path))
        assert begun.file in scene.cache
        late.answers.set()
        late.give(b"x" * 50_000, b"")
        assert await heard(begun) == await heard(scene.pull("/late.mp3")) == b"x" * 50_000
        assert late.asked == 1

    run(scenario)


def test_a_pull_that_is_over_can_be_given_up(run, tmp_path):
    """Whole, broken or refused, it makes space like any other file, and the folder never has more than its bound."""

    async def scenario(scene):
        scene.body("/refused.mp3").status = 404
        scene.body("/whole.mp3").give(bytes(400_000), b"")
        scene.body("/big.mp3").give(bytes(LIMIT_BYTES), b"")
        for path in ("/refused.mp3", "/whole.mp3", "/big.mp3"):
            with contextlib.suppress(MusicAssistantError):
                await heard(scene.pull(path))
            await scene.settle()  # a file is in use until it has its name
        assert [path.stat().st_size for path in tmp_path.iterdir()] == [LIMIT_BYTES]

    run(scenario)


@pytest.fixture
def little_unread(monkeypatch):
    monkeypatch.setattr(streams_module, "UNREAD_AT_MOST", 200_000)


def test_what_may_have_no_end_and_nobody_hears(run, little_unread):
    """A station that nobody knows any more does not fill the cache for ever: it is pulled no further."""

    async def scenario(scene):
        scene.body("/station.mp3").give(*[bytes(50_000)] * 10)
        pull = scene.pull("/station.mp3")
        await scene.settle()
        assert (pull.broken, pull.size) == (True, 250_000)
        with pytest.raises(BrokenPullError):
            await heard(pull)

    run(scenario)


def test_what_has_an_end_is_pulled_to_it(run, little_unread):
    """A track of known length is pulled though nobody has come for it yet."""

    async def scenario(scene):
        scene.body("/track.mp3").give(*[SECOND] * 10, b"")
        pull = scene.pull("/track.mp3", expected=Expected("library://track/1", 0, 10_000))
        await scene.settle()
        assert (pull.finished, pull.size) == (True, 400_000)

    run(scenario)


def test_what_may_have_no_end_and_is_heard(run, little_unread):
    """As long as somebody listens it is pulled; then for a while, since another Echo may ask for it."""

    async def scenario(scene):
        body = scene.body("/episode.mp3")
        pull = scene.pull("/episode.mp3")
        listening = asyncio.ensure_future(heard(pull))
        body.give(*[bytes(50_000)] * 6)
        await scene.settle()
        assert (pull.broken, pull.size) == (False, 300_000)
        listening.cancel()
        body.give(*[bytes(50_000)] * 4)
        await scene.settle()
        assert (pull.broken, pull.size) == (False, 500_000)
        body.give(b"")
        assert len(await heard(pull)) == 500_000

    run(scenario)


LARGE = [bytes([number]) * 50_000 for number in range(60)]
"""More than the cache and the memory hold together."""


def test_what_was_only_passed_on_is_pulled_again(run):
    """What was larger than the cache is gone when it was heard: who may have it again gets all of it, each time."""

    async def scenario(scene):
        body = scene.body("/mix.mp3")
        for asked in (1, 2, 3):
            body.give(*LARGE, b"")
            pull = scene.streams.pull_as("mix", PullSource("/mix.mp3"), again=True)
            assert await heard(pull) == b"".join(LARGE)
            assert body.asked == asked

    run(scenario)


def test_what_was_pulled_ahead_and_cannot_be_kept(run):
    """It is larger than the cache, and waits for the Echo to come for it: one pull, nothing of it lost."""

    async def scenario(scene):
        scene.body("/mix.mp3").give(*LARGE, b"")
        scene.pull("/mix.mp3")
        await scene.settle()
        assert await heard(scene.pull("/mix.mp3")) == b"".join(LARGE)
        assert scene.body("/mix.mp3").asked == 1

    run(scenario)


def test_what_nobody_came_for_is_pulled_when_somebody_does(run, monkeypatch):
    """The pull ahead was given up, as it could not be kept: an Echo that comes late hears all of it all the same."""
    monkeypatch.setattr(pull_module, "HEARD_WITHIN_S", 0.01)

    async def scenario(scene):
        scene.body("/mix.mp3").give(*LARGE)
        ahead = scene.pull("/mix.mp3")
        with pytest.raises(BrokenPullError):
            await ahead.reach(None)
        scene.bodies.clear()
        scene.body("/mix.mp3").give(*LARGE, b"")
        assert await heard(scene.pull("/mix.mp3")) == b"".join(LARGE)

    run(scenario)
