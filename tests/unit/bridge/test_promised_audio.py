"""Audio that was promised until some moment: given up last, and remembered over a restart."""

import asyncio
import os

import pytest

from home_bridge.cache import AudioCache, cache_key

NOW = 1_800_000_000


class Shelf:
    """A cache whose clock stands still until a test moves it."""

    def __init__(self, folder, space):
        self.folder, self.space, self.now = folder, space, NOW
        self.restart()

    def restart(self):
        self.cache = AudioCache(self.folder, self.space, lambda: self.now)

    def write(self, name, size=10, until=0):
        async def written():
            file = self.cache.new(cache_key(name, 1), "mp3", until=until)
            with file.opened(os.O_RDWR | os.O_CREAT) as descriptor:
                grew = await self.cache.append(file, descriptor, b"x" * size)
                if grew:
                    await file.keep(descriptor)
            return grew

        return asyncio.run(written())

    def find(self, name, until=0):
        return self.cache.find(cache_key(name, 1), until=until)

    def kept(self, *names):
        return [name for name in names if cache_key(name, 1) in {file.key for file in self.cache._files.values()}]


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path, 40)


def test_others_go_first(shelf):
    """What was promised stays while anything else can go, however long ago it was used."""
    shelf.write("promised", until=NOW + 100)
    for name in ("a", "b", "c", "d"):
        shelf.write(name)
    assert shelf.kept("promised", "a", "b", "c", "d") == ["promised", "b", "c", "d"]


def test_where_all_are_promised(shelf):
    """The one that is promised for the shortest time goes, since what plays must find space."""
    for name, seconds in {"a": 300, "b": 100, "c": 200, "d": 400, "e": 500}.items():
        assert shelf.write(name, until=NOW + seconds)
    assert shelf.kept("a", "b", "c", "d", "e") == ["a", "c", "d", "e"]


def test_a_promise_that_is_over(shelf):
    """After that moment it is a file like any other."""
    shelf.write("promised", until=NOW + 100)
    shelf.write("a")
    shelf.now += 101
    for name in ("b", "c", "d"):
        shelf.write(name)
    assert shelf.kept("promised", "a", "b", "c", "d") == ["a", "b", "c", "d"]


def test_a_promise_is_renewed_and_never_shortened(shelf):
    """A newer URL of the same audio makes it last longer; an older one changes nothing."""
    shelf.write("promised", until=NOW + 100)
    shelf.find("promised", until=NOW + 500)
    assert shelf.find("promised", until=NOW + 50).until == NOW + 500
    shelf.now += 400
    for name in ("a", "b", "c", "d"):
        shelf.write(name)
    assert shelf.kept("promised", "a") == ["promised"]


def test_a_promise_outlives_a_restart(shelf):
    """It stands in the file's name, with the tag, so that bytes of before and after fit together."""
    shelf.write("promised")
    before = shelf.find("promised", until=NOW + 100)
    assert [path.name.split(".")[2:] for path in shelf.folder.iterdir()] == [[str(NOW + 100), "mp3"]]
    shelf.restart()
    found = shelf.find("promised")
    assert (found.until, found.tag, found.size, found.extension) == (NOW + 100, before.tag, 10, "mp3")
    with found.opened() as descriptor:
        assert os.read(descriptor, 99) == b"x" * 10
    for name in ("a", "b", "c", "d"):
        shelf.write(name)
    assert shelf.kept("promised", "a") == ["promised"]


def test_promised_while_it_is_written(shelf):
    """A promise made before the file is whole stands in the name it gets then."""

    async def written():
        file = shelf.cache.new(cache_key("a", 1), "mp3")
        with file.opened(os.O_RDWR | os.O_CREAT) as descriptor:
            await shelf.cache.append(file, descriptor, b"x")
            shelf.find("a", until=NOW + 100)
            await file.keep(descriptor)

    asyncio.run(written())
    shelf.restart()
    assert shelf.find("a").until == NOW + 100
