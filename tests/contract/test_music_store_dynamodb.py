"""The music skill's store on DynamoDB: how many calls it takes, who is faster, and rows it did not write."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from music_assistant_alexa.adapters.dynamodb_music_store import (
    CONTENT_KEPT_S,
    HEARD_EVERY_S,
    POOL_KEPT_S,
    DynamoDbMusicStore,
)
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.music_queue import PLAYERS, MusicQueue
from simulator.memory_music_store import MemoryMusicStore

ALBUM = MediaItem("library://album/2", "Café Minuit", MediaType.ALBUM, other_uris=("tones--2://album/77",))
CONTENT = ALBUM.uri
FOUR = [f"queue {number}" for number in range(1, PLAYERS + 1)]


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
def counted(moto_client, table_name, clock):
    """Make a store with a client of its own, and what it sends."""
    client = dynamodb_client()
    return DynamoDbMusicStore(client, table_name, clock), Counting(client)


@pytest.fixture
def another(moto_client, table_name, clock):
    """Make the store of another Lambda, on the same table."""
    return DynamoDbMusicStore(moto_client, table_name, clock)


def test_every_method_is_one_call(counted):
    """One read says where a queue sits; a new queue is written, by what was seen last (the first looks first)."""
    store, calls = counted
    assert calls.of(lambda: store.seat("queue 1", CONTENT)) == [READ, WRITE]
    assert calls.of(lambda: store.seat("queue 1", CONTENT)) == [READ]
    assert calls.of(lambda: store.seat("queue 2", CONTENT)) == [WRITE]
    assert calls.of(lambda: store.seat("queue 3", CONTENT)) == [WRITE], "its own write is seen too"
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


def test_a_report_is_written_only_when_something_changed(counted):
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


def test_what_was_given_is_given_back_once(counted, seated):
    """A write for the seat that was given just now, and none for any other."""
    store, calls = counted
    seated(store, FOUR[:2])
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


# Someone else is faster: between the read and the write of one Lambda another one writes


def test_another_queue_was_given_the_player(counted, another, seated):
    """The second one takes the next player, and needs no second read for it."""
    store, calls = counted
    queues = seated(store)
    calls.between = [lambda: another.seat("faster", CONTENT)]
    assert calls.of(lambda: store.seat("slower", CONTENT)) == [WRITE, WRITE]
    assert [store.queue(each).seat for each in ("faster", "slower")] == [queues[0].seat, queues[1].seat]


def test_the_very_first_two(counted, another):
    """Where no row is yet, the one that is slower does not write over the other."""
    store, calls = counted
    calls.between = [lambda: another.seat("faster", CONTENT)]
    store.seat("slower", CONTENT)
    assert {store.queue(each).seat for each in ("faster", "slower")} == {1, 2}


def test_the_same_queue_was_given_a_player(counted, another, clock, seated, held):
    """The slower of two same Initiates answers with what the faster one was given, though it had chosen another."""
    store, calls = counted
    queues = seated(store)
    clock.now += 600

    def faster():
        another.touch(another.queue(queues[0].queue_id))
        another.seat("twice", CONTENT)

    calls.between = [faster]
    given = store.seat("twice", CONTENT)
    assert given.seat == queues[1].seat
    assert held(store, [*FOUR, "twice"]) == ["queue 1", "queue 3", "queue 4", "twice"]


def test_the_same_queue_was_given_a_player_of_another_choice(counted, another, seated, held):
    """That nobody touched the player it has chosen is not enough: one queue never has two."""
    store, calls = counted
    queues = seated(store)
    calls.between = [lambda: another.seat("twice", CONTENT)]
    assert store.seat("twice", CONTENT, replacing="queue 3").seat == queues[0].seat
    assert held(store, FOUR) == FOUR[1:]


def test_the_player_was_just_heard(counted, another, clock, seated):
    """A queue that is heard in the very moment in which it would be pushed out stays."""
    store, calls = counted
    queues = seated(store)
    clock.now += 600
    calls.between = [lambda: another.touch(another.queue(queues[0].queue_id))]
    assert store.seat("new", CONTENT).seat == queues[1].seat
    assert store.queue(queues[0].queue_id) == queues[0]


def test_the_silent_player_just_began_again(counted, another, ages):
    """A queue that begins again in the very moment in which it would be pushed out stays, all in one second too."""
    store, calls = counted
    queues = ages(store, [])
    another.touch(another.queue("queue 2"), "2")
    another.silence(another.queue("queue 2"), "2")
    store.queue("queue 2")
    calls.between = [lambda: another.touch(another.queue("queue 2"), "2")]
    assert calls.of(lambda: store.seat("new", CONTENT)) == [WRITE, WRITE]
    assert store.queue("new").seat == queues["queue 1"].seat


def test_the_next_entry_began_while_the_end_was_noted(counted, another, ages):
    """Finished of one entry and Started of the next come at once, in two Lambdas: the queue plays."""
    store, calls = counted
    queues = ages(store, [])
    first = store.queue("queue 1")
    calls.between = [lambda: another.touch(another.queue("queue 1"), "2")]
    assert calls.of(lambda: store.silence(first, "1")) == [WRITE]
    assert store.seat("new", CONTENT).seat == queues["queue 2"].seat


def test_the_player_was_taken_before_it_was_given_back(counted, another, held, ages):
    """Who has the seat meanwhile keeps it."""
    store, calls = counted
    ages(store, ["queue 1"])
    store.seat("new", CONTENT)
    calls.between = [lambda: another.seat("thief", CONTENT, replacing="new")]
    store.give_back("new")
    assert held(store, ["queue 1", "new", "thief"]) == ["thief"]


def test_the_player_was_taken_while_it_was_heard(counted, another, clock, seated, held):
    """Noting that a queue is heard does not bring it back."""
    store, calls = counted
    seated(store)
    clock.now += 600
    first = store.queue("queue 1")
    calls.between = [lambda: another.seat("thief", CONTENT)]
    store.touch(first)
    assert held(store, ["queue 1", "thief"]) == ["thief"]


def test_an_expired_pool_was_just_made_anew(counted, another, clock, seated):
    """Of two that find last season's row, both get a player of their own."""
    store, calls = counted
    seated(store)
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


def test_seats_of_an_older_version_are_read(another, moto_client, table_name, clock, seated, held):
    """Where no seat says since when it is silent, nobody is: it goes by who was heard."""
    seated(another)
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
