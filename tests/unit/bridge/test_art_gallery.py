"""Pictures by their references: kept, shared, refused for a minute, and the built-in one where there is none."""

import asyncio
import contextlib
import io
import threading

import pytest
from PIL import Image

from home_bridge import gallery as gallery_module
from home_bridge.art import NoPictureError, Pictures, plain
from home_bridge.art_cache import ArtCache
from home_bridge.gallery import FRESH_S, REFUSED_S, Gallery
from home_bridge.square import built_in_jpeg

NOW = 1_800_000_000.0
REF = {"p": "/imageproxy?path=a&provider=x", "s": 110}
REMOTE = {"u": "https://img.example/a.jpg", "s": 110}


def jpeg(colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (50, 50), colour).save(file, "JPEG")
    return file.getvalue()


def colour_of(shown):
    return Image.open(io.BytesIO(shown.body)).resize((1, 1)).getpixel((0, 0))


class Source:
    """Gives one body for all, counting; waits while `gate` is closed."""

    def __init__(self):
        self.asked = []
        self.body = jpeg()
        self.fault = None
        self.at_once = self.most_at_once = 0
        self.news = asyncio.Condition()
        self.gate = asyncio.Event()
        self.gate.set()

    async def from_music_assistant(self, path, edge):
        return await self._given((path, edge))

    async def from_elsewhere(self, url):
        return await self._given(url)

    async def reached(self, count):
        async with self.news:
            await self.news.wait_for(lambda: self.at_once >= count)

    async def _given(self, what):
        self.asked.append(what)
        self.at_once += 1
        async with self.news:
            self.news.notify_all()
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
        finally:
            self.at_once -= 1
        if self.fault:
            raise self.fault
        return self.body


class House:
    """A gallery with a clock that only tests move."""

    def __init__(self, folder):
        self.time = NOW
        self.source = Source()
        self.gallery = Gallery(self.source, ArtCache(folder / "art"), lambda: self.time)

    async def shown(self, ref=REF):
        return await self.gallery.picture(ref)


@pytest.fixture
def live(tmp_path):
    """Run a story, given an open house."""

    def run(story):
        async def whole():
            house = House(tmp_path)
            await house.gallery.open()
            try:
                return await story(house)
            finally:
                await house.gallery.close()

        return asyncio.run(whole())

    return run


async def fetching(house, count=1):
    """Wait until so many fetches are under way."""
    async with asyncio.timeout(5):
        await house.source.reached(count)


@pytest.mark.parametrize("ref", [REF, REMOTE])
def test_a_picture_is_fetched_once(live, ref):
    """The second time it comes from the disk."""

    async def story(house):
        first, second = await house.shown(ref), await house.shown(ref)
        assert first == second
        assert first.own
        assert Image.open(io.BytesIO(first.body)).size == (110, 110)
        assert house.source.asked == [(REF["p"], 110) if ref is REF else REMOTE["u"]]

    live(story)


def test_references_of_old_have_an_edge(live):
    """A reference without one is 600 pixels."""

    async def story(house):
        shown = await house.shown({"p": REF["p"]})
        assert Image.open(io.BytesIO(shown.body)).size == (600, 600)
        assert house.source.asked == [(REF["p"], 600)]

    live(story)


def test_each_edge_and_picture_is_kept_by_itself(live):
    """One picture in another size is another file; size and format that MA put into its path are of no account."""

    async def story(house):
        for ref in (REF, REF | {"s": 48}, REMOTE, REF | {"p": REF["p"] + "&size=512&fmt=png"}):
            await house.shown(ref)
        assert len(house.source.asked) == 3

    live(story)


def test_many_who_ask_at_once_share_one_fetch(live):
    """Twenty requests of one picture, one fetch; nobody gets less for it."""

    async def story(house):
        house.source.gate.clear()
        asking = [asyncio.create_task(house.shown()) for _ in range(20)]
        await fetching(house)
        house.source.gate.set()
        assert len(set(await asyncio.gather(*asking))) == 1
        assert len(house.source.asked) == 1
        assert house.gallery._tasks == {}

    live(story)


def test_one_who_goes_away_takes_it_from_nobody(live):
    """The first of two hangs up: the other has the picture, of the same fetch."""

    async def story(house):
        house.source.gate.clear()
        first, second = asyncio.create_task(house.shown()), asyncio.create_task(house.shown())
        await fetching(house)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        house.source.gate.set()
        assert (await second).own
        assert len(house.source.asked) == 1

    live(story)


def test_few_pictures_are_in_memory_at_once(live):
    """However many are asked for, four are fetched at a time."""

    async def story(house):
        house.source.gate.clear()
        asking = [asyncio.create_task(house.shown(REF | {"p": f"/imageproxy?path={n}"})) for n in range(12)]
        await fetching(house, 4)
        for _ in range(200):
            await asyncio.sleep(0)
        assert house.source.at_once == 4
        house.source.gate.set()
        assert all(shown.own for shown in await asyncio.gather(*asking))
        assert house.source.most_at_once == 4

    live(story)


def test_one_picture_is_decoded_at_a_time_and_beside_the_loop(live, monkeypatch):
    """Decoding is done in a thread, one picture after the other: audio is never kept waiting."""
    threads, met = set(), []
    meeting = threading.Barrier(2)

    def squared(body, edge):
        threads.add(threading.current_thread())
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(0.1)  # a second one would have the time to come in
            met.append(edge)
        return body

    monkeypatch.setattr(gallery_module, "square_jpeg", squared)

    async def story(house):
        await asyncio.gather(*(house.shown(REF | {"p": f"/imageproxy?path={n}"}) for n in range(6)))

    live(story)
    assert met == []
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("what", ["refused", "no picture"])
def test_what_cannot_be_had_is_asked_for_once_a_minute(live, what):
    """The built-in picture is shown at once for a minute, then it is tried again; when it works it is the picture."""

    async def story(house):
        if what == "refused":
            house.source.fault = NoPictureError("no picture: 404 text/plain")
        else:
            house.source.body = b"<html>"
        for _ in range(10):
            shown = await house.shown()
            assert (shown.own, shown.body) == (False, built_in_jpeg(110))
        assert len(house.source.asked) == 1
        house.time += REFUSED_S - 1
        await house.shown()
        assert len(house.source.asked) == 1
        house.source.fault, house.source.body = None, jpeg()
        house.time += 1
        assert (await house.shown()).own
        assert len(house.source.asked) == 2

    live(story)


def test_refusals_are_remembered_within_a_bound(live, monkeypatch):
    """Memory is bounded, whatever is asked for."""
    monkeypatch.setattr(gallery_module, "REFUSALS_LIMIT", 5)

    async def story(house):
        house.source.fault = NoPictureError("no picture")
        for number in range(20):
            await house.shown(REF | {"p": f"/imageproxy?path={number}"})
        assert len(house.gallery._refused) == 5

    live(story)


def test_a_picture_is_fetched_anew_after_a_day(live):
    """A cover that was changed is seen the day after."""

    async def story(house):
        await house.shown()
        house.source.body = jpeg("blue")
        house.time += FRESH_S - 1
        assert colour_of(await house.shown())[0] > 200
        house.time += 1
        assert colour_of(await house.shown())[2] > 200
        assert len(house.source.asked) == 2

    live(story)


def test_an_old_picture_is_better_than_none(live):
    """When it cannot be fetched anew, the kept one is shown on, and nobody is asked for a minute."""

    async def story(house):
        await house.shown()
        house.time += 10 * FRESH_S
        house.source.fault = NoPictureError("the picture cannot be fetched")
        for _ in range(3):
            shown = await house.shown()
            assert shown.own
            assert colour_of(shown)[0] > 200
        assert len(house.source.asked) == 2

    live(story)


def test_the_built_in_picture_needs_nobody(live):
    """Its reference asks neither MA nor anyone else, and it is no makeshift."""

    async def story(house):
        shown = await house.shown({"b": 1, "s": 256})
        assert (shown.own, shown.body) == (True, built_in_jpeg(256))
        assert house.source.asked == []

    live(story)


def test_the_end_waits_for_nobody(live):
    """Closing gives up what is being fetched."""

    async def story(house):
        house.source.gate.clear()
        asking = asyncio.create_task(house.shown())
        await fetching(house)
        await house.gallery.close()
        (outcome,) = await asyncio.gather(asking, return_exceptions=True)
        assert isinstance(outcome, asyncio.CancelledError)
        assert house.source.at_once == 0

    live(story)


# What Music Assistant is asked for


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/imageproxy?path=a%252Fb%2Bc&provider=x", "/imageproxy?path=a%252Fb%2Bc&provider=x&{}"),
        ("/imageproxy?size=512&path=a&fmt=png&provider=x", "/imageproxy?path=a&provider=x&{}"),
        (f"/imageproxy/{'0f' * 32}", f"/imageproxy/{'0f' * 32}?{{}}"),
        ("/imageproxy?size=80", "/imageproxy?{}"),
        ("/imageproxy?path=%C3%89lodie&sizes=1&fmtx=2", "/imageproxy?path=%C3%89lodie&sizes=1&fmtx=2&{}"),
    ],
)
@pytest.mark.parametrize(
    ("edge", "size"), [(48, 256), (60, 256), (110, 256), (256, 512), (480, 1024), (600, 1024), (1200, 1024)]
)
def test_music_assistant_is_asked_for_a_size_it_has(path, asked, edge, size, monkeypatch):
    """Its path is kept to the letter; size and format are ours: a size that every MA takes, with some to spare."""
    fetched = []

    async def fetch(_, url):
        fetched.append(url)

    async def story():
        pictures = Pictures(None, "http://ma:8095")
        await pictures.from_music_assistant(path, edge)
        await pictures.close()

    monkeypatch.setattr(Pictures, "_fetch", staticmethod(fetch))
    asyncio.run(story())
    assert fetched == ["http://ma:8095" + asked.format(f"size={size}&fmt=jpeg")]


def test_a_plain_path_is_its_own():
    """Cutting size and format off twice is cutting them off once."""
    assert plain(plain("/imageproxy?path=a&size=1")) == plain("/imageproxy?path=a&size=1") == "/imageproxy?path=a"
