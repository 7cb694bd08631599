"""One contract for every store of the music skill: the one in memory, DynamoDB as moto plays it, and Amazon's own."""

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from music_assistant_alexa.adapters.dynamodb_music_store import (
    CONTENT_KEPT_S,
    HEARD_EVERY_S,
    POOL_KEPT_S,
    DynamoDbMusicStore,
    entity_row,
)
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue
from simulator.memory_music_store import MemoryMusicStore

ALBUM = MediaItem(
    "library://album/2",
    "Café Minuit",
    MediaType.ALBUM,
    "Élodie Marchand",
    in_library=True,
    album="Café Minuit",
    image_url="/imageproxy?path=a%252Fb.flac&provider=files&size=512&fmt=jpeg",
    explicit=True,
    other_uris=("files--1://album/Élodie Marchand/Café Minuit", "tones--2://album/77"),
)
OURS = MediaItem("ma:library", "", MediaType.UNKNOWN)
CONTENT = "library://album/2"
FOUR = [f"queue {number}" for number in range(1, PLAYERS + 1)]


@pytest.fixture
def store(make_store):
    return make_store(MemoryMusicStore, DynamoDbMusicStore)


def seated(store, clock, queue_ids=FOUR):
    """Give each queue a player, a minute after the one before."""
    queues = []
    for queue_id in queue_ids:
        clock.now += 60
        queues.append(store.seat(queue_id, CONTENT))
    return queues


def held(store, queue_ids):
    """Return the queues that still have a player."""
    return [queue_id for queue_id in queue_ids if store.queue(queue_id)]


# What a content means


def test_nothing_is_known_of_a_content_that_was_never_handed_out(store):
    """No row is None."""
    assert store.content(CONTENT) is None


@pytest.mark.parametrize("item", [ALBUM, OURS], ids=["album", "ours"])
def test_a_content_comes_back_whole(store, item):
    """Every field of an item is what was written, also where it is empty."""
    store.remember(item)
    assert store.content(item.uri) == item


def test_a_content_is_what_it_was_last(store):
    """Written again, nothing of the older item is left."""
    store.remember(ALBUM)
    newer = MediaItem(ALBUM.uri, "Salt", MediaType.ALBUM)
    store.remember(newer)
    assert store.content(ALBUM.uri) == newer


def test_contents_do_not_mix(store):
    """Every uri has its own row, also where one begins with another, or is a queue's id."""
    for uri in ("library://album/2", "library://album/21", FOUR[0]):
        store.remember(replace(ALBUM, uri=uri, name=uri))
    store.seat(FOUR[0], CONTENT)
    assert [store.content(uri).name for uri in ("library://album/2", FOUR[0])] == ["library://album/2", FOUR[0]]
    assert store.content("music#pool") is None


def test_a_content_is_known_for_over_a_year(store, clock):
    """An alarm of a year ago finds it; 400 days after it was handed out it is forgotten, though nobody deleted it."""
    assert CONTENT_KEPT_S > 366 * 24 * 3600
    store.remember(ALBUM)
    clock.now += CONTENT_KEPT_S - 1
    assert store.content(ALBUM.uri) == ALBUM
    clock.now += 1
    assert store.content(ALBUM.uri) is None


def test_handed_out_again_a_content_is_kept_again(store, clock):
    """The time counts from the last writing, also over a row that has expired."""
    for _ in range(3):
        store.remember(ALBUM)
        clock.now += CONTENT_KEPT_S - 1
        assert store.content(ALBUM.uri) == ALBUM
        clock.now += 1


# What catalogues told of entities


@pytest.fixture(params=["memory", "moto"])
def told(request, clock):
    """Return a store, and what tells it of an entity as a catalogue's run does."""
    if request.param == "memory":
        store = MemoryMusicStore(clock)
        return store, lambda item: store.remember_entities([item])
    client, name = request.getfixturevalue("moto_client"), request.getfixturevalue("table_name")
    store = DynamoDbMusicStore(client, name, clock)
    return store, lambda item: client.put_item(TableName=name, Item=entity_row(item, clock()))


def test_an_entity_comes_back_whole_and_is_no_content(told, clock):
    """What a catalogue told is kept apart from what was handed out, for as long, and what it told last counts."""
    store, tell = told
    assert store.entity(ALBUM.uri) is None
    tell(ALBUM)
    tell(replace(ALBUM, uri="library://album/3"))
    assert (store.entity(ALBUM.uri), store.content(ALBUM.uri)) == (ALBUM, None)
    tell(replace(ALBUM, name="Salt", other_uris=()))
    assert store.entity(ALBUM.uri) == replace(ALBUM, name="Salt", other_uris=())
    clock.now += CONTENT_KEPT_S
    assert store.entity(ALBUM.uri) is None


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


def test_four_queues_have_four_players(store, clock):
    """Every room has its own, as long as there are enough."""
    queues = seated(store, clock)
    assert {queue.seat for queue in queues} == set(range(1, PLAYERS + 1))
    assert len({queue.player_id for queue in queues}) == PLAYERS
    assert [store.queue(queue_id) for queue_id in FOUR] == queues


def test_the_fifth_takes_the_longest_idle(store, clock):
    """Its queue is none any more, the others stay; the next one takes the next."""
    first, second, *_ = seated(store, clock)
    assert store.seat("queue 5", CONTENT).seat == first.seat
    assert store.seat("queue 6", CONTENT).seat == second.seat
    assert held(store, [*FOUR, "queue 5", "queue 6"]) == ["queue 3", "queue 4", "queue 5", "queue 6"]


def test_of_one_second_the_first_is_the_longest_idle(store):
    """Eight queues in one second: the last four have the players, not one of them twice."""
    queue_ids = [f"queue {number}" for number in range(8)]
    for queue_id in queue_ids:
        store.seat(queue_id, CONTENT)
    assert held(store, queue_ids) == queue_ids[4:]
    assert len({store.queue(queue_id).seat for queue_id in queue_ids[4:]}) == PLAYERS


def test_a_replacing_queue_gets_its_player(store, clock):
    """In the room where another queue played, its player goes on, though others are idle or empty."""
    queues = seated(store, clock, FOUR[:2])
    assert store.seat("new", CONTENT, replacing="queue 2").seat == queues[1].seat
    assert held(store, ["queue 1", "queue 2", "new"]) == ["queue 1", "new"]


def test_what_is_gone_cannot_be_replaced(store, clock):
    """Replacing a queue that has no player any more, or none at all, takes the longest idle."""
    queues = seated(store, clock)
    assert store.seat("new", CONTENT, replacing="never seated").seat == queues[0].seat
    assert store.seat("newer", CONTENT, replacing="queue 1").seat == queues[1].seat


def test_a_queue_that_replaced_another_keeps_its_player(store, clock):
    """The same Initiate again, when its predecessor is gone already, changes nothing."""
    seated(store, clock)
    first = store.seat("new", CONTENT, replacing="queue 2")
    assert store.seat("new", CONTENT, replacing="queue 2") == first
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_what_is_heard_is_not_taken(store, clock):
    """A queue that was heard lately is not the longest idle, though it is the oldest."""
    first, second, *_ = seated(store, clock)
    clock.now += 600
    store.touch(store.queue(first.queue_id))
    assert store.seat("queue 5", CONTENT).seat == second.seat
    assert store.queue(first.queue_id) == first


def test_a_queue_that_lost_its_player_cannot_be_heard(store, clock):
    """Late news of it does not make the new owner's player look busy, nor bring it back."""
    first, *_ = seated(store, clock)
    late = store.queue(first.queue_id)
    thief = store.seat("thief", CONTENT)
    for queue_id in ("b", "c", "d"):
        store.seat(queue_id, CONTENT)
    clock.now += 600
    store.touch(late)
    assert store.queue(first.queue_id) is None
    assert store.seat("e", CONTENT).seat == thief.seat


def test_the_pool_forgets_after_90_days(store, clock):
    """Queues of last season are none, and what comes then finds all the players free."""
    seated(store, clock)
    clock.now += POOL_KEPT_S
    assert held(store, FOUR) == []
    fresh = seated(store, clock, ["a", "b"])
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
def test_four_at_once_get_four_players(racing, clock, before):
    """Whether the pool is empty or full, nobody takes what another one was given a moment ago."""
    seated(racing, clock, before)
    queue_ids = ["a", "b", "c", "d"]
    given = at_once([seating(racing, queue_id) for queue_id in queue_ids])
    assert len({queue.seat for queue in given}) == PLAYERS
    assert [racing.queue(queue_id) for queue_id in queue_ids] == given
    assert held(racing, before) == []


def test_the_same_queue_many_times_at_once_gets_one_player(racing, clock):
    """Alexa sends an Initiate again: all of them answer the same, and only one player is taken."""
    seated(racing, clock)
    given = at_once([seating(racing, "a")] * 8)
    assert len(set(given)) == 1
    assert held(racing, FOUR) == FOUR[1:]


def test_two_at_once_do_not_both_replace(racing, clock):
    """Two rooms that name the same predecessor: one gets its player, the other one its own."""
    queues = seated(racing, clock)
    given = at_once([seating(racing, "a", "queue 3"), seating(racing, "b", "queue 3")])
    assert {queue.seat for queue in given} == {queues[2].seat, queues[0].seat}
    assert held(racing, FOUR) == ["queue 2", "queue 4"]


def test_twelve_at_once_leave_four(racing):
    """However many come, each is given a player, and four different ones are held in the end."""
    queue_ids = [f"queue {number}" for number in range(12)]
    given = at_once([seating(racing, queue_id) for queue_id in queue_ids])
    assert all(given)
    left = held(racing, queue_ids)
    assert {racing.queue(queue_id).seat for queue_id in left} == set(range(1, PLAYERS + 1))


# How many calls


class Counting:
    """What a client of DynamoDB sends, by operation; between reading and sending it may let something happen."""

    def __init__(self, client):
        self.sent = []
        self.between = []
        client.meta.events.register_first("before-send.dynamodb.*", self)

    def __call__(self, request, **_):
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        if operation == "UpdateItem" and self.between:
            self.between.pop()()
        self.sent.append(operation)

    def of(self, call):
        """Return what one call sends."""
        self.sent.clear()
        call()
        return list(self.sent)


READ, WRITE, DELETE = "GetItem", "UpdateItem", "DeleteItem"


@pytest.fixture
def table_name(moto_client, make_table):
    return make_table(moto_client)


@pytest.fixture
def counted(moto_client, table_name, clock):
    """Make a store with a client of its own, and what it sends."""
    client = dynamodb_client()
    return DynamoDbMusicStore(client, table_name, clock), Counting(client)


@pytest.fixture
def another(moto_client, table_name, clock):
    """Make the store of another Lambda, on the same table."""
    return DynamoDbMusicStore(moto_client, table_name, clock)


def test_every_method_is_one_call(counted, clock):
    """One read says where a queue sits; a new queue is written, by what was seen last (the first looks first)."""
    store, calls = counted
    assert calls.of(lambda: store.seat("queue 1", CONTENT)) == [READ, WRITE]
    assert calls.of(lambda: store.seat("queue 1", CONTENT)) == [READ]
    assert calls.of(lambda: store.seat("queue 2", CONTENT)) == [WRITE]
    assert calls.of(lambda: store.queue("queue 1")) == [READ]
    assert calls.of(lambda: store.remember(ALBUM)) == [WRITE]
    assert calls.of(lambda: store.content(ALBUM.uri)) == [READ]
    assert calls.of(lambda: store.entity(ALBUM.uri)) == [READ]


def test_that_a_queue_is_heard_is_written_once_a_minute(counted, clock):
    """Alexa asks for the next item far more often than a player grows idle."""
    store, calls = counted
    queue = store.seat("queue 1", CONTENT)
    for seconds, sent in ((HEARD_EVERY_S - 1, []), (1, [WRITE]), (HEARD_EVERY_S - 1, []), (1, [WRITE])):
        clock.now += seconds
        queue = store.queue(queue.queue_id)
        assert calls.of(lambda queue=queue: store.touch(queue)) == sent


def test_a_report_is_written_only_when_something_changed(counted, clock):
    """Of two Stopped one is written, and the Started after it; what was stopped while another plays is not."""
    store, calls = counted
    queue = store.seat("queue 1", CONTENT)
    for deed, entry_id, sent in (
        (store.touch, "1", []),
        (store.silence, "1", [WRITE]),
        (store.silence, "1", []),
        (store.touch, "2", [WRITE]),
        (store.silence, "1", []),
        (store.touch, "2", []),
        (store.silence, "2", [WRITE]),
    ):
        queue = store.queue(queue.queue_id)
        assert calls.of(lambda deed=deed, queue=queue, entry_id=entry_id: deed(queue, entry_id)) == sent


def test_what_was_given_is_given_back_once(counted, clock):
    """A write for the seat that was given just now, and none for any other."""
    store, calls = counted
    seated(store, clock, FOUR[:2])
    store.seat("queue 1", CONTENT)
    for queue_id, sent in (("queue 1", []), ("queue 2", [])):
        assert calls.of(lambda queue_id=queue_id: store.give_back(queue_id)) == sent
    store.seat("queue 3", CONTENT)
    assert calls.of(lambda: store.give_back("queue 3")) == [WRITE]
    assert calls.of(lambda: store.give_back("queue 3")) == []


def test_the_store_in_memory_counts_the_same(counted, clock):
    """Tests of round trips may count with it."""
    store, calls = counted
    memory = MemoryMusicStore(clock)
    calls.sent.clear()
    for each in (store, memory):
        queue = each.seat("queue 1", CONTENT)
        each.seat("queue 1", CONTENT)
        each.seat("queue 3", CONTENT)
        each.touch(queue)
        each.touch(replace(queue, heard_at=0))
        each.silence(queue, "1")
        each.silence(queue, "1")
        each.touch(queue, "2")
        each.silence(queue, "1")
        each.give_back("queue 1")
        each.give_back("queue 3")
        each.give_back("queue 3")
        each.remember(ALBUM)
        each.content(ALBUM.uri)
        each.queue("queue 2")
    assert (memory.reads, memory.writes) == (calls.sent.count(READ), calls.sent.count(WRITE))


# Who is silent, and who gives a player back


def ages(store, clock, silent):
    """Seat four queues that all play, the first one longest; an hour later some fall silent, a minute apart."""
    queues = {queue.queue_id: queue for queue in seated(store, clock)}
    for queue_id in queues:
        store.touch(store.queue(queue_id), "1")
    clock.now += 3600
    for queue_id in silent:
        clock.now += 60
        store.silence(store.queue(queue_id), "1")
    return queues


@pytest.mark.parametrize(
    ("silent", "left"),
    [([], FOUR[1:]), (["queue 3"], ["queue 1", "queue 2", "queue 4"]), (["queue 4", "queue 2"], FOUR[:3])],
    ids=["all play", "one is silent", "two are silent"],
)
def test_who_is_silent_goes_before_who_plays(store, clock, silent, left):
    """A radio that began first and plays on keeps its player; of the silent ones the longest silent goes."""
    ages(store, clock, silent)
    store.seat("new", CONTENT)
    assert held(store, FOUR) == left


def test_who_begins_again_is_not_silent(store, clock):
    """Started takes the silence away, also in the minute in which that it is heard is not written again."""
    ages(store, clock, ["queue 1", "queue 2"])
    store.touch(store.queue("queue 1"), "1")
    store.seat("new", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_the_end_of_an_earlier_entry_is_no_silence(store, clock):
    """Finished of one entry may be told after Started of the next: the queue plays."""
    ages(store, clock, [])
    store.touch(store.queue("queue 1"), "2")
    store.silence(store.queue("queue 1"), "1")
    store.seat("new", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_a_player_goes_back_to_who_had_it(store, clock):
    """Undone, everyone sits where he sat, and is as long idle and as silent as before."""
    ages(store, clock, ["queue 2"])
    given = store.seat("new", CONTENT)
    store.give_back("new")
    assert held(store, [*FOUR, "new"]) == FOUR
    assert store.queue("queue 2").seat == given.seat
    clock.now += 600
    store.seat("newer", CONTENT)
    assert held(store, FOUR) == ["queue 1", "queue 3", "queue 4"]


def test_an_empty_player_is_empty_again(store, clock):
    """Where nobody sat, nobody sits, and the next one gets that player before any other's."""
    seated(store, clock, FOUR[:2])
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


def test_silence_is_not_noted_for_another_queue(store, clock):
    """Whose player went to another does not make that one silent."""
    first = ages(store, clock, [])["queue 1"]
    store.seat("new", CONTENT)
    store.silence(first, "1")
    store.touch(store.queue("queue 2"), "2")
    clock.now += 60
    store.seat("newer", CONTENT)
    assert store.queue("new")


def test_seats_of_an_older_version_are_read(another, moto_client, table_name, clock):
    """Where no seat says since when it is silent, nobody is: it goes by who was heard."""
    seated(another, clock)
    names = [f"{name}_{seat}" for name in ("entry", "silent") for seat in range(1, PLAYERS + 1)]
    moto_client.update_item(
        TableName=table_name,
        Key={"device_id": {"S": "music#pool"}},
        UpdateExpression="REMOVE " + ", ".join(names),
    )
    clock.now += 600
    another.touch(another.queue("queue 1"), "1")
    another.silence(another.queue("queue 4"), "7")
    another.seat("new", CONTENT)
    another.seat("newer", CONTENT)
    assert held(another, FOUR) == ["queue 1", "queue 3"]


# Someone else is faster: between the read and the write of one Lambda another one writes


def test_another_queue_was_given_the_player(counted, another, clock):
    """The second one takes the next player, and needs no second read for it."""
    store, calls = counted
    queues = seated(store, clock)
    calls.between = [lambda: another.seat("faster", CONTENT)]
    assert calls.of(lambda: store.seat("slower", CONTENT)) == [WRITE, WRITE]
    assert [store.queue(each).seat for each in ("faster", "slower")] == [queues[0].seat, queues[1].seat]


def test_the_very_first_two(counted, another):
    """Where no row is yet, the one that is slower does not write over the other."""
    store, calls = counted
    calls.between = [lambda: another.seat("faster", CONTENT)]
    store.seat("slower", CONTENT)
    assert {store.queue(each).seat for each in ("faster", "slower")} == {1, 2}


def test_the_same_queue_was_given_a_player(counted, another, clock):
    """The slower of two same Initiates answers with what the faster one was given, though it had chosen another."""
    store, calls = counted
    queues = seated(store, clock)
    clock.now += 600

    def faster():
        another.touch(another.queue(queues[0].queue_id))
        another.seat("twice", CONTENT)

    calls.between = [faster]
    given = store.seat("twice", CONTENT)
    assert given.seat == queues[1].seat
    assert held(store, [*FOUR, "twice"]) == ["queue 1", "queue 3", "queue 4", "twice"]


def test_the_same_queue_was_given_a_player_of_another_choice(counted, another, clock):
    """That nobody touched the player it has chosen is not enough: one queue never has two."""
    store, calls = counted
    queues = seated(store, clock)
    calls.between = [lambda: another.seat("twice", CONTENT)]
    assert store.seat("twice", CONTENT, replacing="queue 3").seat == queues[0].seat
    assert held(store, FOUR) == FOUR[1:]


def test_the_player_was_just_heard(counted, another, clock):
    """A queue that is heard in the very moment in which it would be pushed out stays."""
    store, calls = counted
    queues = seated(store, clock)
    clock.now += 600
    calls.between = [lambda: another.touch(another.queue(queues[0].queue_id))]
    assert store.seat("new", CONTENT).seat == queues[1].seat
    assert store.queue(queues[0].queue_id) == queues[0]


def test_the_silent_player_just_began_again(counted, another, clock):
    """A queue that begins again in the very moment in which it would be pushed out stays, all in one second too."""
    store, calls = counted
    queues = ages(store, clock, [])
    another.touch(another.queue("queue 2"), "2")
    another.silence(another.queue("queue 2"), "2")
    store.queue("queue 2")
    calls.between = [lambda: another.touch(another.queue("queue 2"), "2")]
    assert calls.of(lambda: store.seat("new", CONTENT)) == [WRITE, WRITE]
    assert store.queue("new").seat == queues["queue 1"].seat


def test_the_next_entry_began_while_the_end_was_noted(counted, another, clock):
    """Finished of one entry and Started of the next come at once, in two Lambdas: the queue plays."""
    store, calls = counted
    queues = ages(store, clock, [])
    first = store.queue("queue 1")
    calls.between = [lambda: another.touch(another.queue("queue 1"), "2")]
    assert calls.of(lambda: store.silence(first, "1")) == [WRITE]
    assert store.seat("new", CONTENT).seat == queues["queue 2"].seat


def test_the_player_was_taken_before_it_was_given_back(counted, another, clock):
    """Who has the seat meanwhile keeps it."""
    store, calls = counted
    ages(store, clock, ["queue 1"])
    store.seat("new", CONTENT)
    calls.between = [lambda: another.seat("thief", CONTENT, replacing="new")]
    store.give_back("new")
    assert held(store, ["queue 1", "new", "thief"]) == ["thief"]


def test_the_player_was_taken_while_it_was_heard(counted, another, clock):
    """Noting that a queue is heard does not bring it back."""
    store, calls = counted
    seated(store, clock)
    clock.now += 600
    first = store.queue("queue 1")
    calls.between = [lambda: another.seat("thief", CONTENT)]
    store.touch(first)
    assert held(store, ["queue 1", "thief"]) == ["thief"]


def test_an_expired_pool_was_just_made_anew(counted, another, clock):
    """Of two that find last season's row, both get a player of their own."""
    store, calls = counted
    seated(store, clock)
    clock.now += POOL_KEPT_S
    calls.between = [lambda: another.seat("faster", CONTENT)]
    store.seat("slower", CONTENT)
    assert {store.queue(each).seat for each in ("faster", "slower")} == {1, 2}


# Both stores, whatever happens


QUEUE_IDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
DEEDS = st.one_of(
    st.tuples(st.just("seat"), QUEUE_IDS, st.one_of(st.just(""), QUEUE_IDS)),
    st.tuples(st.sampled_from(["touch", "silence"]), QUEUE_IDS, st.sampled_from(["", "1", "2"])),
    st.tuples(st.just("give back"), QUEUE_IDS),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 60, 3600, POOL_KEPT_S])),
)


def happens(store, clock, deed):
    """Make one thing happen and return what came of it."""
    match deed:
        case ("seat", queue_id, replacing):
            return store.seat(queue_id, CONTENT, replacing=replacing)
        case ("touch", queue_id, entry_id) if queue := store.queue(queue_id):
            return store.touch(queue, entry_id)
        case ("silence", queue_id, entry_id) if queue := store.queue(queue_id):
            return store.silence(queue, entry_id)
        case ("give back", queue_id):
            return store.give_back(queue_id)
    return None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, max_size=12))
def test_dynamodb_and_memory_agree(moto_client, make_table, clock, deeds):
    """Any deeds in any order give and leave the same players in both stores."""
    memory = MemoryMusicStore(clock)
    table = DynamoDbMusicStore(moto_client, make_table(moto_client), clock)
    for deed in deeds:
        clock.now += deed[1] if deed[0] == "wait" else 0
        assert happens(table, clock, deed) == happens(memory, clock, deed), deed
    for queue_id in "abcdefg":
        assert table.queue(queue_id) == memory.queue(queue_id)


# What cannot be read


def test_a_missing_table_is_the_stores_error(moto_client, clock):
    """Whatever is asked of a table that is not there is PlaybackStoreError."""
    store = DynamoDbMusicStore(moto_client, "never-made", clock)
    queue = MusicQueue("queue 1", 1)
    for call in (
        lambda: store.content(CONTENT),
        lambda: store.remember(ALBUM),
        lambda: store.entity(CONTENT),
        lambda: store.queue("queue 1"),
        lambda: store.seat("queue 1", CONTENT),
        lambda: store.touch(queue),
        lambda: store.silence(queue),
    ):
        with pytest.raises(PlaybackStoreError, match="ResourceNotFoundException"):
            call()


def spoil(client, table_name, key, field):
    client.update_item(
        TableName=table_name,
        Key={"device_id": {"S": key}},
        UpdateExpression="SET #field = :broken",
        ExpressionAttributeNames={"#field": field},
        ExpressionAttributeValues={":broken": {"NULL": True}},
    )


@pytest.mark.parametrize("field", ["version", "heard_2"])
def test_an_unreadable_pool_is_the_stores_error(another, moto_client, table_name, field):
    """A row that someone else wrote is an error that says what to delete, not a crash."""
    another.seat("queue 1", CONTENT)
    spoil(moto_client, table_name, "music#pool", field)
    for call in (lambda: another.queue("queue 1"), lambda: another.seat("queue 2", CONTENT)):
        with pytest.raises(PlaybackStoreError, match="cannot be read; delete it"):
            call()


def test_an_unreadable_content_is_the_stores_error(another, moto_client, table_name):
    """Neither is a content that cannot be read; its words name no record of the household."""
    another.remember(ALBUM)
    spoil(moto_client, table_name, f"content#{ALBUM.uri}", "other_uris")
    with pytest.raises(PlaybackStoreError, match="cannot be read; delete it") as caught:
        another.content(ALBUM.uri)
    assert ALBUM.uri not in str(caught.value)


def test_the_rows_have_what_operators_look_for(another, moto_client, table_name, clock):
    """Key, expiry and seats are fields of their own, and readable."""
    another.seat("queue 1", CONTENT)
    another.remember(ALBUM)
    rows = {row["device_id"]["S"]: row for row in moto_client.scan(TableName=table_name)["Items"]}
    assert rows.keys() == {"music#pool", f"content#{ALBUM.uri}"}
    assert rows["music#pool"]["queue_1"] == {"S": "queue 1"}
    assert int(rows["music#pool"]["expires_at"]["N"]) == clock.now + POOL_KEPT_S
    assert int(rows[f"content#{ALBUM.uri}"]["expires_at"]["N"]) == clock.now + CONTENT_KEPT_S
