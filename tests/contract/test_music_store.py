"""One contract for every store of the music skill: which queue has which of the household's players."""

import threading

import pytest

from music_assistant_alexa.adapters.dynamodb_music_store import POOL_KEPT_S, DynamoDbMusicStore
from music_assistant_alexa.music_queue import PLAYERS
from simulator.memory_music_store import MemoryMusicStore

CONTENT = "library://album/2"
FOUR = [f"queue {number}" for number in range(1, PLAYERS + 1)]


@pytest.fixture
def store(make_store):
    return make_store(MemoryMusicStore, DynamoDbMusicStore)


# Who sits where


def test_a_queue_that_was_never_seated_is_none(store):
    """Neither an unknown queue nor an empty id is anywhere, in an empty pool or not."""
    assert (store.queue("queue 1"), store.queue("")) == (None, None)
    store.seat("queue 2", CONTENT)
    assert (store.queue("queue 1"), store.queue("")) == (None, None)


def test_a_queue_keeps_its_player(store, clock):
    """What seat gave, queue returns, with the content, time and again; seat gives the same again."""
    given = store.seat("queue 1", CONTENT)
    assert (given.queue_id, given.content) == ("queue 1", CONTENT)
    assert 1 <= given.seat <= PLAYERS
    clock.now += 3600
    assert store.queue("queue 1") == store.seat("queue 1", CONTENT) == given


def test_four_queues_have_four_players(store, seated):
    """Every room has its own, as long as there are enough."""
    queues = seated(store)
    assert {queue.seat for queue in queues} == set(range(1, PLAYERS + 1))
    assert len({queue.player_id for queue in queues}) == PLAYERS
    assert [store.queue(queue_id) for queue_id in FOUR] == queues


def test_the_fifth_takes_the_longest_idle(store, seated, held):
    """Its queue is none any more, the others stay; the next one takes the next."""
    first, second, *_ = seated(store)
    assert store.seat("queue 5", CONTENT).seat == first.seat
    assert store.seat("queue 6", CONTENT).seat == second.seat
    assert held(store, [*FOUR, "queue 5", "queue 6"]) == ["queue 3", "queue 4", "queue 5", "queue 6"]


def test_of_one_second_the_first_is_the_longest_idle(store, held):
    """Eight queues in one second: the last four have the players, not one of them twice."""
    queue_ids = [f"queue {number}" for number in range(8)]
    for queue_id in queue_ids:
        store.seat(queue_id, CONTENT)
    assert held(store, queue_ids) == queue_ids[4:]
    assert len({store.queue(queue_id).seat for queue_id in queue_ids[4:]}) == PLAYERS


def test_a_replacing_queue_gets_its_player(store, seated, held):
    """In the room where another queue played, its player goes on, though others are idle or empty."""
    queues = seated(store, FOUR[:2])
    assert store.seat("new", CONTENT, replacing="queue 2").seat == queues[1].seat
    assert held(store, ["queue 1", "queue 2", "new"]) == ["queue 1", "new"]


def test_what_is_gone_cannot_be_replaced(store, seated):
    """Replacing a queue that has no player any more, or none at all, takes the longest idle."""
    queues = seated(store)
    assert store.seat("new", CONTENT, replacing="never seated").seat == queues[0].seat
    assert store.seat("newer", CONTENT, replacing="queue 1").seat == queues[1].seat


def test_a_queue_that_replaced_another_keeps_its_player(store, seated, held):
    """The same Initiate again, when its predecessor is gone already, changes nothing."""
    seated(store)
    first = store.seat("new", CONTENT, replacing="queue 2")
    assert store.seat("new", CONTENT, replacing="queue 2") == first
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_what_is_heard_is_not_taken(store, clock, seated):
    """A queue that was heard lately is not the longest idle, though it is the oldest."""
    first, second, *_ = seated(store)
    clock.now += 600
    store.touch(store.queue(first.queue_id))
    assert store.seat("queue 5", CONTENT).seat == second.seat
    assert store.queue(first.queue_id) == first


def test_a_queue_that_lost_its_player_cannot_be_heard(store, clock, seated):
    """Late news of it does not make the new owner's player look busy, nor bring it back."""
    first, *_ = seated(store)
    late = store.queue(first.queue_id)
    thief = store.seat("thief", CONTENT)
    for queue_id in ("b", "c", "d"):
        store.seat(queue_id, CONTENT)
    clock.now += 600
    store.touch(late)
    assert store.queue(first.queue_id) is None
    assert store.seat("e", CONTENT).seat == thief.seat


def test_the_pool_forgets_after_90_days(store, clock, seated, held):
    """Queues of last season are none, and what comes then finds all the players free."""
    seated(store)
    clock.now += POOL_KEPT_S
    assert held(store, FOUR) == []
    fresh = seated(store, ["a", "b"])
    assert [queue.seat for queue in fresh] == [1, 2]
    assert held(store, [*FOUR, "a", "b"]) == ["a", "b"]


def test_what_is_heard_keeps_the_pool(store, clock):
    """The 90 days count from the last time anything was given or heard."""
    queue = store.seat("queue 1", CONTENT)
    clock.now += POOL_KEPT_S - 1
    store.touch(store.queue("queue 1"))
    clock.now += POOL_KEPT_S - 1
    assert store.queue("queue 1") == queue
    clock.now += 1
    assert store.queue("queue 1") is None


def test_touching_a_forgotten_queue_does_nothing(store, clock):
    """Its player may be anybody's by now."""
    queue = store.seat("queue 1", CONTENT)
    clock.now += POOL_KEPT_S
    store.touch(queue)
    assert store.queue("queue 1") is None


# Who is silent, and who gives a player back


@pytest.mark.parametrize(
    ("silent", "left"),
    [([], FOUR[1:]), (["queue 3"], ["queue 1", "queue 2", "queue 4"]), (["queue 4", "queue 2"], FOUR[:3])],
    ids=["all play", "one is silent", "two are silent"],
)
def test_who_is_silent_goes_before_who_plays(store, silent, left, held, ages):
    """A radio that began first and plays on keeps its player; of the silent ones the longest silent goes."""
    ages(store, silent)
    store.seat("new", CONTENT)
    assert held(store, FOUR) == left


def test_who_begins_again_is_not_silent(store, held, ages):
    """Started takes the silence away, also in the minute in which that it is heard is not written again."""
    ages(store, ["queue 1", "queue 2"])
    store.touch(store.queue("queue 1"), "1")
    store.seat("new", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_the_end_of_an_earlier_entry_is_no_silence(store, held, ages):
    """Finished of one entry may be told after Started of the next: the queue plays."""
    ages(store, [])
    store.touch(store.queue("queue 1"), "2")
    store.silence(store.queue("queue 1"), "1")
    store.seat("new", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_a_player_goes_back_to_who_had_it(store, clock, held, ages):
    """Undone, everyone sits where he sat, and is as long idle and as silent as before."""
    ages(store, ["queue 2"])
    given = store.seat("new", CONTENT)
    store.give_back("new")
    assert held(store, [*FOUR, "new"]) == FOUR
    assert store.queue("queue 2").seat == given.seat
    clock.now += 600
    store.seat("newer", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_an_empty_player_is_empty_again(store, seated, held):
    """Where nobody sat, nobody sits, and the next one gets that player before any other's."""
    seated(store, FOUR[:2])
    given = store.seat("new", CONTENT)
    store.give_back("new")
    assert held(store, [*FOUR, "new"]) == FOUR[:2]
    assert store.seat("newer", CONTENT).seat == given.seat


def test_a_queue_that_had_its_player_keeps_it(store):
    """Seated twice, as the same directive twice does it, it is not the second's to give back."""
    store.seat("new", CONTENT)
    store.seat("new", CONTENT)
    store.give_back("new")
    assert store.queue("new")


def test_silence_is_not_noted_for_another_queue(store, clock, ages):
    """Whose player went to another does not make that one silent."""
    first = ages(store, [])["queue 1"]
    store.seat("new", CONTENT)
    store.silence(first, "1")
    store.touch(store.queue("queue 2"), "2")
    clock.now += 60
    store.seat("newer", CONTENT)
    assert store.queue("new")


# Races


def at_once(calls):
    """Make all the calls at once, each in its own thread; return what they returned."""
    returned, gate = [None] * len(calls), threading.Barrier(len(calls))

    def run(index, call):
        gate.wait(10)
        returned[index] = call()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned


@pytest.fixture
def racing(store, request):
    if "moto" in request.node.callspec.id:
        pytest.skip("moto checks a condition and writes without a lock between; DynamoDB Local shows this")
    return store


def seating(store, queue_id, replacing=""):
    return lambda: store.seat(queue_id, CONTENT, replacing=replacing)


@pytest.mark.parametrize("before", [[], FOUR], ids=["empty", "full"])
def test_four_at_once_get_four_players(racing, before, seated, held):
    """Whether the pool is empty or full, nobody takes what another one was given a moment ago."""
    seated(racing, before)
    queue_ids = ["a", "b", "c", "d"]
    given = at_once([seating(racing, queue_id) for queue_id in queue_ids])
    assert len({queue.seat for queue in given}) == PLAYERS
    assert [racing.queue(queue_id) for queue_id in queue_ids] == given
    assert held(racing, before) == []


def test_the_same_queue_many_times_at_once_gets_one_player(racing, seated, held):
    """Alexa sends an Initiate again: all of them answer the same, and only one player is taken."""
    seated(racing)
    given = at_once([seating(racing, "a")] * 8)
    assert len(set(given)) == 1
    assert held(racing, FOUR) == FOUR[1:]


def test_two_at_once_do_not_both_replace(racing, seated, held):
    """Two rooms that name the same predecessor: one gets its player, the other one its own."""
    queues = seated(racing)
    given = at_once([seating(racing, "a", "queue 3"), seating(racing, "b", "queue 3")])
    assert {queue.seat for queue in given} == {queues[2].seat, queues[0].seat}
    assert held(racing, FOUR) == ["queue 2", "queue 4"]


def test_twelve_at_once_leave_four(racing, held):
    """However many come, each is given a player, and four different ones are held in the end."""
    queue_ids = [f"queue {number}" for number in range(12)]
    given = at_once([seating(racing, queue_id) for queue_id in queue_ids])
    assert all(given)
    left = held(racing, queue_ids)
    assert {racing.queue(queue_id).seat for queue_id in left} == set(range(1, PLAYERS + 1))
