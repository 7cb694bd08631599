"""The entries of a music-skill queue: which number stands for what, and until when."""

import itertools
import json
from dataclasses import replace

import pytest

from home_bridge.cache import cache_key
from home_bridge.errors import UnknownItemError
from home_bridge.models import Item, Stream
from home_bridge.music_queue import ENTRIES_LIMIT, Modes, MusicQueue
from home_bridge.queue_view import QueueView
from home_bridge.store import PlayerStore

MAC = "02:00:00:00:00:01"


def item(number, **changes):
    return Item(f"{number:032x}", f"library://track/{number}", f"Track {number}", **changes)


def stream(generation, number, offset_ms=0):
    return Stream(
        generation, f"{number:032x}", f"/single/a/q/{number:032x}/p.mp3", item=item(number), offset_ms=offset_ms
    )


@pytest.fixture
def queue():
    """Make a queue whose first item, track 1, is loaded as generation 101."""
    made = MusicQueue("q1", "library://album/1")
    made.bind(made.add(replace(item(1), queue_item_id=""), first=True), stream(101, 1))
    return made


def test_numbers_rise(queue):
    """Each new item has the next number, and audio under a name of its own."""
    entries = [queue.entry(1), queue.handed_out(stream(102, 2)), queue.handed_out(stream(103, 3))]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert len({entry.sound for entry in entries}) == 3


def test_the_same_stream_is_the_same_entry(queue):
    """What is answered twice is one entry, also after it was heard."""
    entry = queue.handed_out(stream(102, 2))
    queue.note_heard(entry)
    assert queue.handed_out(stream(102, 2)).number == entry.number


def test_shown_and_then_handed_out(queue):
    """An entry keeps the number it was shown with, and its stream is known from then on."""
    shown = queue.shown(item(2), ahead=True)
    assert (shown.number, shown.generation) == (2, None)
    handed = queue.handed_out(stream(102, 2, offset_ms=300))
    assert (handed.number, handed.generation, handed.offset_ms) == (2, 102, 300)
    assert queue.of_generation(102) == handed


def test_what_comes_again_is_another_entry(queue):
    """A track that was heard gets another number; ahead in a view too, behind it does not."""
    queue.note_heard(queue.entry(1))
    assert queue.shown(item(1), ahead=False).number == 1
    assert queue.shown(item(1), ahead=True).number == 2
    assert queue.handed_out(stream(105, 1)).number == 2


def test_an_unheard_entry_takes_its_newer_stream(queue):
    """Chosen by name after it was announced as the next one: the same entry, by another stream."""
    queue.handed_out(stream(102, 2))
    again = queue.handed_out(stream(103, 2))
    assert (again.number, again.generation) == (2, 103)
    assert queue.of_generation(102) is None


def test_the_first_of_all(queue):
    """Nothing stands before the item the queue began with, whenever it comes again."""
    queue.note_heard(queue.entry(1))
    assert queue.entry(1).first
    assert queue.handed_out(stream(104, 1)).first
    assert not queue.handed_out(stream(105, 2)).first


def test_a_repeated_request(queue):
    """A request that comes again leads where it has led, while the player is there and it is the last one."""
    about, led = queue.entry(1), queue.handed_out(stream(102, 2))
    queue.note_asked("skip", about, led)
    assert queue.answered("skip", about, 102) == led
    assert queue.answered("skip", about, 103) is None
    assert queue.answered("previous", about, 102) is None
    queue.note_asked("jump", led, led)
    assert queue.answered("skip", about, 102) is None


def test_favourites(queue):
    """A favourite is one in every entry there is and in those to come, though MA's queue does not know."""
    queue.handed_out(stream(102, 2))
    queue.like("library://track/2")
    assert [entry.item.favourite for entry in queue.newest_first] == [True, False]
    queue.note_heard(queue.entry(2))
    assert queue.handed_out(stream(106, 2)).item.favourite


def test_bounded(queue):
    """The oldest entries are forgotten; their numbers are not given again."""
    for number in range(2, ENTRIES_LIMIT + 2):
        queue.add(item(number))
    assert len(queue.entries) == ENTRIES_LIMIT
    with pytest.raises(UnknownItemError):
        queue.entry(1)
    assert queue.add(item(999)).number == ENTRIES_LIMIT + 2


def test_going_on(queue):
    """The first entry of a queue that goes on is the running stream, with its audio, from where it is."""
    before = queue.handed_out(stream(102, 2))
    newer = MusicQueue("q2", "library://album/1")
    first = newer.follow_on(before, 4000)
    assert (first.number, first.generation, first.sound, first.offset_ms) == (1, 102, before.sound, 4000)
    assert not first.first


def test_audio_that_goes_on_in_queues_to_come(queue):
    """Under which name the running stream is kept is known of each queue that went on with it; of so many at most."""
    sound, before = queue.entry(1).sound, queue
    for number in range(ENTRIES_LIMIT + 2):
        newer = MusicQueue(f"later {number}", "library://album/1", lent=before.lent)
        newer.follow_on(before.entry(1), 0)
        before = newer
    assert before.lent[cache_key(f"later {ENTRIES_LIMIT + 1}", 1)] == sound
    assert before.lent[cache_key("later 2", 1)] == sound
    assert cache_key("later 1", 1) not in before.lent
    assert queue.lent == {}


@pytest.mark.parametrize("switches", list(itertools.product([False, True], repeat=3)))
def test_two_switches_for_one_mode(switches):
    """Music Assistant's mode is the song if that is wanted again, else the queue; the loop beneath it is remembered."""
    modes = Modes(*switches)
    assert modes.repeat == ("one" if modes.repeat_one else "all" if modes.loop else "off")
    assert modes.seen(QueueView(shuffle=modes.shuffle, repeat=modes.repeat)) == modes
    left = modes.without_repeat_one(QueueView(repeat=modes.repeat))
    assert left.repeat == ("all" if modes.loop else modes.repeat)


@pytest.mark.parametrize(
    ("repeat", "loop", "repeat_one"), [("off", False, False), ("all", True, False), ("one", True, True)]
)
def test_what_music_assistants_screen_sets(repeat, loop, repeat_one):
    """It wins over what was remembered."""
    seen = Modes(loop=True, repeat_one=repeat != "one").seen(QueueView(shuffle=True, repeat=repeat))
    assert seen == Modes(shuffle=True, loop=loop, repeat_one=repeat_one)


def test_written_down_and_read(tmp_path, queue):
    """All of it outlives a restart, and is gone with its player."""
    queue.note_modes(Modes(shuffle=True, loop=True, repeat_one=True))
    queue.lent["a"] = "b"
    queue.note_asked("skip", queue.entry(1), queue.handed_out(stream(102, 2)))
    queue.like("library://track/2")
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save_queue(MAC, queue)
    store.close()
    again = PlayerStore(tmp_path / "players.sqlite3")
    assert again.queues() == {MAC: queue}
    again.forget(MAC)
    assert again.queues() == {}
    again.close()


def test_written_down_by_an_older_version(tmp_path, queue):
    """A queue whose modes and lent audio nobody wrote down is read, too."""
    store = PlayerStore(tmp_path / "players.sqlite3")
    kept = queue.to_json()
    del kept["modes"], kept["lent"]
    store.save_queue(MAC, queue)
    store._database.execute("UPDATE queues SET queue = ?", (json.dumps(kept),))
    assert store.queues() == {MAC: queue}
    store.close()


@pytest.mark.parametrize("spoilt", ["", "{}", "[]", "null", '{"entries": [1]}'])
def test_a_queue_that_cannot_be_read(tmp_path, spoilt):
    """It is forgotten; Alexa begins another."""
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save_queue(MAC, MusicQueue("q", "ma:library"))
    store._database.execute("UPDATE queues SET queue = ?", (spoilt,))
    assert store.queues() == {}
    store.close()


def test_every_change_counts(queue):
    """Whatever changes what is on disk raises the version, and nothing else does."""
    changes = [
        lambda: queue.add(item(2)),
        lambda: queue.handed_out(stream(102, 2)),
        lambda: queue.note_heard(queue.entry(2)),
        lambda: queue.like("library://track/2"),
        lambda: queue.note_modes(Modes(loop=True)),
        lambda: queue.note_asked("jump", queue.entry(1), queue.entry(2)),
        lambda: queue.refuse("away"),
    ]
    for change in changes:
        before, text = queue.version, json.dumps(queue.to_json())
        change()
        assert (queue.version > before) == (json.dumps(queue.to_json()) != text)
        assert queue.version > before
    before = queue.version
    queue.handed_out(stream(102, 2))
    queue.note_heard(queue.entry(2))
    queue.note_modes(Modes(loop=True))
    assert queue.version == before
