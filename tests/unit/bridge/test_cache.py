"""The folder of audio: bounded, and whole or not there."""

import asyncio
import errno
import os

import pytest

from home_bridge import cache as cache_module
from home_bridge.cache import AudioCache, cache_key


def key(number):
    return cache_key("/single/a/b/c/d.mp3", number)


def files_in(folder):
    return sorted(path.name.split(".", 2)[2] for path in folder.iterdir())


def write(cache, number, size, *, whole=True):
    """Write a file of `size` bytes; return whether all found space."""

    async def written():
        file = cache.new(key(number), "mp3")
        with file.opened(os.O_RDWR | os.O_CREAT) as descriptor:
            grew = await cache.append(file, descriptor, b"x" * size)
            if whole and grew:
                await file.keep(descriptor)
        return grew

    return asyncio.run(written())


def test_a_file_has_its_name_when_it_is_whole(tmp_path):
    """Until then it is a part, which no later run takes for anything."""
    cache = AudioCache(tmp_path, 1000)
    write(cache, 1, 10, whole=False)
    write(cache, 2, 10)
    assert files_in(tmp_path) == ["mp3", "mp3.part"]


def test_a_restart_keeps_what_is_whole_and_deletes_the_rest(tmp_path):
    """After a crash in the middle of a pull nothing of it is left; a whole file has the same content and tag."""
    before = AudioCache(tmp_path, 1000)
    write(before, 1, 10, whole=False)
    write(before, 2, 20)
    (tmp_path / "of-somebody-else.txt").write_text("left alone")
    after = AudioCache(tmp_path, 1000)
    assert after.find(key(1)) is None
    found = after.find(key(2))
    assert (found.whole, found.size, found.tag) == (True, 20, before.find(key(2)).tag)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".mp3", ".txt"]


def test_an_empty_file_is_none(tmp_path):
    """A file whose bytes never reached the disk is not served as an empty track."""
    cache = AudioCache(tmp_path, 1000)
    write(cache, 1, 10)
    (name,) = tmp_path.iterdir()
    name.write_bytes(b"")
    assert AudioCache(tmp_path, 1000).find(key(1)) is None


def test_least_recently_used_goes_first(tmp_path):
    """When space is needed the file used longest ago is deleted, and only as many as needed."""
    cache = AudioCache(tmp_path, 100)
    for number in (1, 2, 3):
        write(cache, number, 30)
    assert cache.find(key(1))
    assert write(cache, 4, 30)
    assert [bool(cache.find(key(number))) for number in (1, 2, 3, 4)] == [True, False, True, True]
    assert cache.taken_bytes == 90


def test_order_of_use_outlives_a_restart(tmp_path):
    """What was used last is kept longest, also by the next run."""
    cache = AudioCache(tmp_path, 100)
    for number in (1, 2, 3):
        write(cache, number, 30)
    for at, number in enumerate((1, 2, 3)):
        os.utime(cache.find(key(number))._place, (at, at))
    cache.find(key(1))
    later = AudioCache(tmp_path, 60)
    assert [bool(later.find(key(number))) for number in (1, 2, 3)] == [True, False, True]


def test_files_in_use_are_kept(tmp_path):
    """What somebody reads is not deleted, even where no space is left for more."""
    cache = AudioCache(tmp_path, 100)
    write(cache, 1, 90)
    with cache.find(key(1)).opened() as descriptor:
        assert not write(cache, 2, 30)
        assert os.pread(descriptor, 90, 0) == b"x" * 90
    assert write(cache, 3, 30)
    assert cache.find(key(1)) is None


def test_a_file_that_is_about_to_be_written_is_kept(tmp_path):
    """What is held takes no space yet, and is not given up for the space of others; let go it is a file like any."""
    cache = AudioCache(tmp_path, 100)
    held = cache.new(key(1), "mp3")
    held.hold()
    write(cache, 2, 90)
    assert write(cache, 3, 90)
    assert held in cache
    held.let_go()
    assert write(cache, 4, 90)
    assert held not in cache


def test_two_files_of_one_key(tmp_path):
    """Whatever an earlier run has left behind, what is on disk is what is counted: the newer one."""
    cache = AudioCache(tmp_path, 1000)
    write(cache, 1, 10)
    (older,) = tmp_path.iterdir()
    newer = older.with_name(f"{key(1)}.{'0' * 16}.mp3")
    newer.write_bytes(b"y" * 20)
    os.utime(older, (1, 1))
    after = AudioCache(tmp_path, 1000)
    assert (after.taken_bytes, list(tmp_path.iterdir())) == (20, [newer])
    assert after.find(key(1)).tag == "0" * 16


@pytest.fixture
def small_disk(monkeypatch):
    """Have a disk that takes no more than so many bytes in all files."""

    def limit(folder, space):
        def write(descriptor, chunk, at):
            if sum(path.stat().st_size for path in folder.iterdir()) + len(chunk) > space:
                raise OSError(errno.ENOSPC, "No space left on device")
            os.pwrite(descriptor, chunk, at)

        monkeypatch.setattr(cache_module, "_write", write)

    return limit


def test_a_full_disk_is_made_space_on(tmp_path, small_disk):
    """Where the disk is full before the cache is, what nobody uses is deleted, and the audio is kept after all."""
    cache = AudioCache(tmp_path, 1000)
    small_disk(tmp_path, 100)
    write(cache, 1, 90)
    assert write(cache, 2, 90)
    assert cache.find(key(1)) is None


def test_a_disk_that_stays_full(tmp_path, small_disk):
    """Where nothing can be deleted the file does not grow, and says so; nothing was added to it."""
    cache = AudioCache(tmp_path, 1000)
    small_disk(tmp_path, 10)
    assert not write(cache, 1, 90)
    assert cache.find(key(1)).size == 0


def test_another_pull_of_the_same_has_another_tag(tmp_path):
    """The same URL pulled anew may be other bytes: who holds a part of the old ones must not put them together."""
    cache = AudioCache(tmp_path, 1000)
    write(cache, 1, 10)
    first = cache.find(key(1)).tag
    write(cache, 1, 10)
    assert cache.find(key(1)).tag != first
    assert files_in(tmp_path) == ["mp3"]
