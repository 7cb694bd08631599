"""One contract for every playback store: the one in memory, DynamoDB as moto plays it, and Amazon's DynamoDB Local."""

import itertools
import threading
import uuid
from dataclasses import replace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters import dynamodb_table
from music_assistant_alexa.adapters.dynamodb_store import KEPT_S, DynamoDbStore
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.models import (
    Activity,
    Enqueued,
    EventRank,
    MediaType,
    PlaybackState,
    QueueItem,
    Running,
)
from music_assistant_alexa.stream_token import StreamToken
from simulator.memory_store import MemoryStore

NOW = 1_795_000_000
ITEM = QueueItem(
    "a" * 32, "library://track/1", "Night & <Day>", "Blue Harbor", "Night Ferry", "/imageproxy?path=a", 200_000
)
RADIO = QueueItem("b" * 32, "library://radio/1", "Harbour FM", duration_ms=None, media_type=MediaType.RADIO)


@pytest.fixture
def store(make_store):
    return make_store(MemoryStore, DynamoDbStore)


def token(generation, item="a" * 32, position_ms=0):
    return StreamToken("02:00:00:00:00:01", item, position_ms, generation)


def running(generation=7, at=NOW, offset_ms=0, rank=EventRank.START, activity=Activity.STARTED, **fields):
    return Running(token(generation), ITEM, activity, offset_ms, at, rank, **fields)


def follows(after, generation=None):
    return Enqueued(after, token(generation), RADIO) if generation else Enqueued(after)


# What is stored comes back


def test_an_unknown_device_has_no_row(store):
    """Nothing is remembered of a device that never played."""
    assert store.load("kitchen") is None


@pytest.mark.parametrize("item", [ITEM, RADIO, QueueItem("c")], ids=["track", "radio", "bare"])
@pytest.mark.parametrize("activity", Activity)
def test_a_running_stream_comes_back_whole(store, item, activity):
    """Every field of a stream and its item is what was written."""
    change = replace(running(activity=activity, offset_ms=61_900, stopped_by_user=True), item=item)
    assert store.record("kitchen", change) is True
    assert store.load("kitchen") == PlaybackState("kitchen", change)


def test_what_comes_back_is_of_its_own_type(store):
    """A number is an int, which JSON has, and a kind is the enum's member: the core asks whether it `is` a radio."""
    for change in (running(7, offset_ms=61_900), follows(7, 8)):
        assert store.record("kitchen", change)
    now, then = store.load("kitchen").running, store.load("kitchen").enqueued
    numbers = (now.item.duration_ms, now.offset_ms, now.occurred_at, then.after_generation)
    assert [type(number) for number in numbers] == [int] * 4
    assert (now.activity, now.rank, then.item.media_type) == (Activity.STARTED, EventRank.START, MediaType.RADIO)
    assert then.item.media_type is MediaType.RADIO


def test_a_row_of_an_older_version(moto_client, make_table, clock):
    """What an item did not have when its row was written is empty, and the row can be read."""
    name = make_table(moto_client)
    store = DynamoDbStore(moto_client, name, clock)
    store.record("kitchen", running(7))
    names = {"#item": "item", "#art": "image_url", "#kind": "media_type"}
    change = {"UpdateExpression": "REMOVE #item.#art, #item.#kind", "ExpressionAttributeNames": names}
    moto_client.update_item(TableName=name, Key={"device_id": {"S": "kitchen"}}, **change)
    assert store.load("kitchen").running.item == replace(ITEM, image_url="", media_type=MediaType.UNKNOWN)


def test_both_groups_live_in_one_row(store):
    """Running and enqueued are written one by one, and read together."""
    for change in (running(7), follows(7, 8)):
        assert store.record("kitchen", change)
    assert store.load("kitchen") == PlaybackState("kitchen", running(7), follows(7, 8))


@pytest.mark.parametrize("change", [follows(7, 8), follows(7)])
def test_a_group_may_come_first(store, change):
    """No group needs another one: events arrive in any order."""
    assert store.record("kitchen", change)
    state = store.load("kitchen")
    assert state.running is None
    assert state.enqueued == change


def test_two_devices_never_share_a_row(store):
    """What one device does leaves the other's row alone, also where one name begins with the other."""
    store.record("kitchen", running(7))
    store.record("kitchen 2", running(3))
    store.record("kitchen 2", follows(3, 4))
    assert store.load("kitchen") == PlaybackState("kitchen", running(7))
    assert store.load("kitchen 2").running.generation == 3


def test_device_ids_are_any_text(store):
    """Device ids are long and may have any letters in them."""
    name = "amzn1.ask.device." + "AÄ#/:" * 60
    assert store.record(name, running(7))
    assert store.load(name).device_id == name


# Order of events


ORDERED = [
    running(7, NOW, 0, EventRank.START),
    running(7, NOW, 0, EventRank.STOPPED),
    running(7, NOW, 0, EventRank.STARTED_AGAIN),
    running(7, NOW, 0, EventRank.LAST),
    running(7, NOW, 1, EventRank.START),
    running(7, NOW + 1, 0, EventRank.START),
    running(8, NOW - 100, 0, EventRank.START),
]


@pytest.mark.parametrize(
    ("older", "newer"), list(itertools.combinations(ORDERED, 2)), ids=lambda change: str(change.order)
)
def test_an_older_event_never_overwrites_a_newer_one(store, older, newer):
    """In whichever order two events arrive, the newer one stands: generation, second, offset, then rank."""
    assert store.record("kitchen", older) is True
    assert store.record("kitchen", newer) is True
    assert store.record("kitchen", older) is False
    assert store.load("kitchen").running == newer


def test_a_duplicate_is_written_again(store):
    """The same event twice is no error and nothing newer."""
    assert store.record("kitchen", running()) is True
    assert store.record("kitchen", running()) is True


def test_the_users_word_is_kept_where_an_event_says_nothing_of_it(store):
    """stopped_by_user None leaves what is stored; True and False replace it."""
    store.record("kitchen", running(7, NOW, stopped_by_user=True))
    store.record("kitchen", running(7, NOW + 1, stopped_by_user=None))
    assert store.load("kitchen").running.stopped_by_user is True
    store.record("kitchen", running(7, NOW + 2, stopped_by_user=False))
    store.record("kitchen", running(7, NOW + 3, stopped_by_user=None))
    assert store.load("kitchen").running.stopped_by_user is False


def test_a_refused_event_changes_nothing(store):
    """Not a field of a refused change gets into the row."""
    store.record("kitchen", running(7, NOW + 9))
    before = store.load("kitchen")
    store.record("kitchen", replace(running(7, NOW, stopped_by_user=True), item=RADIO))
    assert store.load("kitchen") == before


@pytest.mark.parametrize(
    ("stored", "change", "written"),
    [
        (follows(7, 8), follows(7, 8), True),
        (follows(7, 8), follows(7, 9), True),
        (follows(7, 9), follows(7, 8), False),
        (follows(7, 9), follows(8, 10), True),
        (follows(8, 10), follows(7, 11), False),
        (follows(7, 8), follows(7), True),
        (follows(7), follows(7, 8), True),
        (follows(8, 9), follows(7), False),
        (follows(8), follows(7, 9), False),
    ],
)
def test_what_follows_has_an_order_of_its_own(store, stored, change, written):
    """The later stream's follower wins, behind one stream the higher generation; "nothing" counts behind its own."""
    store.record("kitchen", stored)
    assert store.record("kitchen", change) is written
    assert store.load("kitchen").enqueued == (change if written else stored)


def test_a_follower_never_moves_the_running_stream(store):
    """NearlyFinished and Started come in the same second in two Lambdas; neither undoes the other."""
    store.record("kitchen", running(7))
    store.record("kitchen", running(8, NOW + 1))
    store.record("kitchen", follows(7, 8))
    state = store.load("kitchen")
    assert state.running.generation == 8
    assert state.following is None


def test_of_many_at_once_the_newest_stands(store, request):
    """Whatever order threads get through in, the newest event is in the row."""
    if "moto" in request.node.callspec.id:
        pytest.skip("moto checks a condition and writes without a lock between; DynamoDB Local shows this")
    changes = [running(7, NOW + second, offset_ms) for second in range(4) for offset_ms in range(3)]
    threads = [threading.Thread(target=store.record, args=("kitchen", change)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.load("kitchen").running == changes[-1]


# Expiry, by our own clock


def test_an_expired_row_is_none(store, clock):
    """After 90 days nothing is remembered, though nobody has deleted the row."""
    store.record("kitchen", running())
    clock.now += KEPT_S - 1
    assert store.load("kitchen")
    clock.now += 1
    assert store.load("kitchen") is None


def test_every_write_keeps_the_row_alive(store, clock):
    """The 90 days count from the last write."""
    store.record("kitchen", running())
    clock.now += KEPT_S - 1
    store.record("kitchen", follows(7, 8))
    clock.now += KEPT_S - 1
    assert store.load("kitchen").running


@pytest.mark.parametrize("change", [running(1, NOW - 100), follows(1, 2), follows(1)])
def test_an_expired_row_is_not_in_the_way(store, clock, change):
    """Whatever comes after expiry is written, and nothing of the old row comes back with it."""
    for old in (running(7, stopped_by_user=True), follows(7, 8)):
        store.record("kitchen", old)
    clock.now += KEPT_S
    assert store.record("kitchen", change) is True
    fresh = MemoryStore(clock)
    fresh.record("kitchen", change)
    assert store.load("kitchen") == fresh.load("kitchen")


# What cannot be stored


def test_a_row_too_large_is_an_error(store, request):
    """An item beyond DynamoDB's 400 kB is refused with the store's own error, and the row stays."""
    if "moto" in request.node.callspec.id:
        pytest.skip("moto does not limit updates")
    store.record("kitchen", running(7))
    with pytest.raises(PlaybackStoreError):
        store.record("kitchen", replace(running(8), item=replace(ITEM, title="x" * 420_000)))
    assert store.load("kitchen").running == running(7)


CHANGES = st.one_of(
    st.builds(
        running,
        st.integers(1, 4),
        st.integers(NOW, NOW + 2),
        st.integers(0, 2),
        st.sampled_from(EventRank),
        stopped_by_user=st.sampled_from([None, True, False]),
    ),
    st.builds(follows, st.integers(1, 4), st.sampled_from([None, 2, 3, 4, 5])),
)


@pytest.fixture(scope="module")
def shared_table(moto_client, make_table):
    return make_table(moto_client)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, max_size=8))
def test_dynamodb_and_memory_agree(moto_client, clock, shared_table, changes):
    """Any changes in any order leave the same row in both stores, and the same ones are refused."""
    memory, table = MemoryStore(clock), DynamoDbStore(moto_client, shared_table, clock)
    device_id = uuid.uuid4().hex
    for change in changes:
        assert table.record(device_id, change) is memory.record(device_id, change), change
    assert table.load(device_id) == memory.load(device_id)


# DynamoDB away


class Refusing:
    """Answers requests of a client without sending them; counts them."""

    def __init__(self, client, code, times=99):
        self.count, self._code, self._times = 0, code, times
        client.meta.events.register_first("before-send.dynamodb.*", self)

    def __call__(self, request, **_):
        self.count += 1
        if self.count > self._times:
            return None
        body = b'{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"kitchen"}' % self._code.encode()
        return AWSResponse(request.url, 400, {}, _Raw(body))


class _Raw:
    def __init__(self, body):
        self._body = body

    def stream(self, **_):
        yield self._body


@pytest.fixture
def refusable(moto_client):
    """Make a client of its own, to be refused."""
    return dynamodb_client()


@pytest.fixture
def table_name(moto_client, make_table):
    return make_table(moto_client)


@pytest.fixture
def table(refusable, table_name, clock):
    return DynamoDbStore(refusable, table_name, clock)


THROTTLED = ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]


@pytest.mark.parametrize("code", [*THROTTLED, "InternalServerError", "AccessDeniedException"])
def test_throttling_is_the_stores_error(refusable, table, code):
    """DynamoDB's refusal names its code, and nothing of the device."""
    refusing = Refusing(refusable, code)
    for call in (lambda: table.load("kitchen"), lambda: table.record("kitchen", running())):
        with pytest.raises(PlaybackStoreError, match=code) as caught:
            call()
        assert "kitchen" not in str(caught.value)
    assert refusing.count <= 4, "two tries each, or Alexa has gone by then"


def test_throttled_once_is_no_error(refusable, table):
    """One refusal for throughput is tried again."""
    Refusing(refusable, THROTTLED[0], times=1)
    assert table.record("kitchen", running()) is True


def test_a_missing_table_is_the_stores_error(moto_client, clock):
    """A table that is not there is PlaybackStoreError, for reading and for writing."""
    store = DynamoDbStore(moto_client, "never-made", clock)
    with pytest.raises(PlaybackStoreError, match="ResourceNotFoundException"):
        store.load("kitchen")
    with pytest.raises(PlaybackStoreError, match="ResourceNotFoundException"):
        store.record("kitchen", running())


def test_dynamodb_out_of_reach_is_the_stores_error(refusable, table):
    """No connection is PlaybackStoreError too, and says so."""

    def unplugged(**_):
        raise EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")

    refusable.meta.events.register_first("before-send.dynamodb.*", unplugged)
    with pytest.raises(PlaybackStoreError, match="cannot be reached"):
        table.load("kitchen")


def test_without_time_left_dynamodb_is_not_asked(refusable, table):
    """Past the deadline of the request nothing is sent: Alexa waits for the answer."""
    refusing = Refusing(refusable, "ThrottlingException")
    with deadline.spending(0), pytest.raises(PlaybackStoreError, match="no time"):
        table.load("kitchen")
    assert refusing.count == 0


def test_a_table_that_hangs_is_left_at_the_deadline(refusable, table):
    """Whatever DynamoDB's client waits for, a request does not wait longer than it has time."""
    hangs = threading.Event()
    refusable.meta.events.register_first("before-send.dynamodb.*", lambda **_: hangs.wait(20) and None)
    with deadline.spending(0.2), pytest.raises(PlaybackStoreError, match="cannot be reached: TimeoutError"):
        table.load("kitchen")
    hangs.set()


def test_a_table_that_hangs_leaves_home_its_time(refusable, table, monkeypatch):
    """One call has its own limit, well below the whole request's."""
    hangs = threading.Event()
    monkeypatch.setattr(dynamodb_table, "CALL_S", 0.05)
    refusable.meta.events.register_first("before-send.dynamodb.*", lambda **_: hangs.wait(20) and None)
    with deadline.spending(60), pytest.raises(PlaybackStoreError, match="cannot be reached: TimeoutError"):
        table.load("kitchen")
    hangs.set()
    assert 2 * dynamodb_table.CALL_S < deadline.BUDGET_S


def test_the_row_has_what_operators_look_for(moto_client, table, table_name):
    """The key, the player's id and the TTL attribute are fields of their own, and readable."""
    table.record("kitchen", running())
    row = moto_client.get_item(TableName=table_name, Key={"device_id": {"S": "kitchen"}})["Item"]
    assert row["player_id"]["S"].startswith("02:")
    assert int(row["expires_at"]["N"]) == NOW + KEPT_S
    assert row["queue_id"]["S"] == "02:00:00:00:00:01"
    assert row["generation"]["N"] == "7"


@pytest.mark.parametrize("spoilt", ["SET activity = :broken", "REMOVE offset_ms", "SET offset_ms = :broken"])
def test_an_unreadable_row_is_the_stores_error(moto_client, table, table_name, spoilt):
    """A row that someone else wrote is an error of the store, not a crash, whatever is wrong with it."""
    table.record("kitchen", running())
    moto_client.update_item(
        TableName=table_name,
        Key={"device_id": {"S": "kitchen"}},
        UpdateExpression=spoilt,
        **({"ExpressionAttributeValues": {":broken": {"S": "dancing"}}} if ":broken" in spoilt else {}),
    )
    with pytest.raises(PlaybackStoreError, match="cannot be read"):
        table.load("kitchen")


def test_one_client_with_short_waits(account):
    """The client's time-outs and tries leave Alexa an answer."""
    config = dynamodb_client().meta.config
    assert config.connect_timeout <= 1
    assert config.read_timeout <= 1
    assert config.retries["total_max_attempts"] == 2


def test_an_empty_endpoint_is_amazons_own(account, monkeypatch):
    """The template declares AWS_ENDPOINT_URL empty: boto3 then talks to AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert dynamodb_client("").meta.endpoint_url == "https://dynamodb.eu-west-1.amazonaws.com"
    assert boto3.client("ssm").meta.endpoint_url == "https://ssm.eu-west-1.amazonaws.com"
