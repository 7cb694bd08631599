"""One contract for the rows of vehicles: in memory, and on DynamoDB as moto plays it."""

from dataclasses import replace

import pytest

from music_assistant_alexa.adapters.dynamodb_auto_sessions import KEPT_S, DynamoDbAutoSessions
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import MediaSession, Vehicle
from music_assistant_alexa.models import RepeatMode
from simulator.memory_auto_sessions import MemoryAutoSessions

NOW = 1_795_000_000
CAR = "vehicle#car"
FULL = Vehicle(
    MediaSession("FM_RADIO", "881f70f9-7309-43f7-a559-c378fa43a19a", playing=True, presets="DAB", known=True),
    MediaSession("DAB", "0b6d3c52-9a52-4c3e-8a2f-3f1f9f4f2a11", playing=True),
    ended="b0af1440-e86d-429f-8f3c-17ab2b74e030",
    shuffle=True,
    repeat=RepeatMode.ONE,
    rated="library://track/1",
    favourite=True,
    volume=35,
    muted=True,
    pictured="a" * 32,
    pictures=("https://home.example.com/art/a.jpg", "https://home.example.com/art/b.jpg"),
    handed_at=NOW,
    tells_progress=True,
)


@pytest.fixture
def store(make_store):
    return make_store(MemoryAutoSessions, DynamoDbAutoSessions)


def test_a_vehicle_never_seen_is_empty(store):
    """Of a vehicle nobody wrote of, nothing is known."""
    assert store.load(CAR) == Vehicle()


@pytest.mark.parametrize(
    "vehicle", [FULL, Vehicle(), replace(FULL, volume=None, pictures=())], ids=["full", "", "some"]
)
def test_what_is_written_comes_back(store, vehicle):
    """Every field comes back as it was, and the version has grown."""
    assert store.save(CAR, vehicle) is True
    assert store.load(CAR) == replace(vehicle, version=1)
    assert store.load("vehicle#other") == Vehicle()


def test_of_two_who_read_the_same_one_writes(store):
    """The second is refused, and nothing of it is kept; read again, it is written."""
    store.save(CAR, FULL)
    seen = store.load(CAR)
    assert store.save(CAR, replace(seen, volume=1)) is True
    assert store.save(CAR, replace(seen, volume=2)) is False
    assert store.load(CAR).volume == 1
    assert store.save(CAR, replace(store.load(CAR), volume=3)) is True
    assert store.load(CAR) == replace(FULL, volume=3, version=3)


def test_of_two_first_ones_one_writes(store):
    """Two that found nothing cannot both begin."""
    assert store.save(CAR, FULL) is True
    assert store.save(CAR, Vehicle()) is False


def test_an_expired_row_is_none_and_not_in_the_way(store, clock):
    """After 90 days nothing of it comes back with the next write."""
    store.save(CAR, FULL)
    clock.now += KEPT_S
    assert store.load(CAR) == Vehicle()
    assert store.save(CAR, Vehicle(volume=5)) is True
    assert store.load(CAR) == Vehicle(volume=5, version=1)


def test_a_row_of_before_a_field_was_there_is_read(moto_client, make_table, clock):
    """Rows are kept for 90 days: one without the newer fields is no unreadable one."""
    name = make_table(moto_client)
    store = DynamoDbAutoSessions(moto_client, name, clock)
    store.save(CAR, FULL)
    key = {"device_id": {"S": f"session#{CAR}"}}
    names = {"#session": "session"}
    newer = ("#session.presets", "#session.known", "doubted", "ended", "handed_at", "tells_progress")
    remove = f"REMOVE {', '.join(newer)}"
    moto_client.update_item(TableName=name, Key=key, UpdateExpression=remove, ExpressionAttributeNames=names)
    session = replace(FULL.session, presets="", known=False)
    before = replace(FULL, session=session, doubted=MediaSession(), ended="", handed_at=0, tells_progress=False)
    assert store.load(CAR) == replace(before, version=1)


def test_an_unreadable_row_is_the_stores_error(moto_client, make_table, clock):
    """A row that someone else wrote is an error of the store, not a crash."""
    name = make_table(moto_client)
    store = DynamoDbAutoSessions(moto_client, name, clock)
    store.save(CAR, FULL)
    moto_client.update_item(
        TableName=name,
        Key={"device_id": {"S": f"session#{CAR}"}},
        UpdateExpression="SET repeat_mode = :broken",
        ExpressionAttributeValues={":broken": {"S": "dancing"}},
    )
    with pytest.raises(PlaybackStoreError, match="cannot be read"):
        store.load(CAR)
