"""The players' file, while the disk takes nothing: the bridge goes on from memory, and writes again when it can."""

import sqlite3

import pytest

from home_bridge.models import Memory, Stream
from home_bridge.music_queue import Modes, MusicQueue
from home_bridge.store import PlayerStore, Written

MAC = "02:00:00:00:00:01"
LARGE = "x" * 10_000
"""More than a page of the file has room for."""


def memory(generation, path=LARGE):
    return Memory(MAC, "Kitchen", generation, current=Stream(generation, "item", path))


class _SpoiltDisk:
    """A database whose disk fails below it."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def execute(self, *_):
        raise sqlite3.OperationalError("disk I/O error")


@pytest.fixture
def store(tmp_path):
    """Open a file that knows one player."""
    opened = PlayerStore(tmp_path / "players.sqlite3")
    opened.save(memory(1, "short"))
    database = opened._database
    yield opened
    database.close()


@pytest.fixture(params=["full", "read-only", "broken"])
def fail(store, request):
    """Have the disk take nothing more; what is returned mends it."""
    database = store._database
    if request.param == "full":
        database.execute("PRAGMA max_page_count = 1")  # no more than there is
        return lambda: database.execute("PRAGMA max_page_count = 1000000")
    if request.param == "read-only":
        database.execute("PRAGMA query_only = ON")
        return lambda: database.execute("PRAGMA query_only = OFF")
    store._database = _SpoiltDisk()
    return lambda: setattr(store, "_database", database)


def test_what_cannot_be_written_is_written_with_the_next_change(store, fail):
    """Nothing is raised, what was written before stays, and once the disk takes it again all of it is there."""
    written = Written(store)
    written.renew(memory(2), None)
    fail()
    assert store.load() == [memory(1, "short")]
    written.renew(memory(2), None)
    assert store.load() == [memory(2)]


def test_a_queue_that_cannot_be_written(store, fail):
    """It is written with the next change too, though itself it has not changed since."""
    written, queue = Written(store), MusicQueue("q", LARGE, True, Modes())
    written.renew(memory(1), queue)
    fail()
    written.renew(memory(1), queue)
    assert store.queues() == {MAC: queue}


def test_it_is_said_once(store, fail, caplog):
    """One line when the disk takes nothing any more, and one when it does again, however often it was tried."""
    caplog.set_level("INFO", "home_bridge.store")
    for generation in (2, 3):
        store.save(memory(generation))
    [line] = caplog.messages
    assert "goes on from memory" in line
    fail()
    for generation in (4, 5):
        store.save(memory(generation))
    assert len(caplog.messages) == 2


def test_a_player_that_cannot_be_forgotten(store, fail):
    """It is taken out of the file with the next change that can be written, whoever's that is."""
    store.forget(MAC)
    fail()
    store.save(Memory("02:00:00:00:00:02", "Bath", 1))
    assert [known.mac for known in store.load()] == ["02:00:00:00:00:02"]


def test_a_player_made_anew_while_it_could_not_be_forgotten(store, fail):
    """It is the new one that the file has in the end."""
    store.forget(MAC)
    store.save(memory(7))
    fail()
    store.save(memory(7))
    assert store.load() == [memory(7)]
