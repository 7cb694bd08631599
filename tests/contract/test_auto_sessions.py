"""One contract for the rows of vehicles: in memory, and on DynamoDB as moto plays it."""

import uuid
from dataclasses import replace

import pytest
from moto import mock_aws

from music_assistant_alexa.adapters.dynamodb_auto_sessions import KEPT_S, DynamoDbAutoSessions
from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from music_assistant_alexa.errors import PlaybackStoreError
from music_assistant_alexa.media_session import MediaSession, Vehicle
from music_assistant_alexa.models import RepeatMode
from simulator.memory_auto_sessions import MemoryAutoSessions

NOW = 1_795_000_000
CAR = "vehicle#car"
FULL = Vehicle(
    MediaSession("FM_RADIO", "881f70f9-7309-43f7-a559-c378fa43a19a", playing=True),
    shuffle=True,
    repeat=RepeatMode.ONE,
    rated="library://track/1",
    favourite=True,
    volume=35,
    muted=True,
    pictured="a" * 32,
    pictures=("https://home.example.com/art/a.jpg", "https://home.example.com/art/b.jpg"),
)


class Clock:
    def __init__(self):
        self.now = float(NOW)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def client():
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "local")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield dynamodb_client()


@pytest.fixture(params=["memory", "moto"])
def store(request, clock):
    """Make a store of each kind, empty."""
    if request.param == "memory":
        return MemoryAutoSessions(clock)
    client = request.getfixturevalue("client")
    return DynamoDbAutoSessions(client, make_table(client), clock)


def make_table(client):
    name = f"playback-{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "device_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "device_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


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


def test_an_unreadable_row_is_the_stores_error(client, clock):
    """A row that someone else wrote is an error of the store, not a crash."""
    name = make_table(client)
    store = DynamoDbAutoSessions(client, name, clock)
    store.save(CAR, FULL)
    client.update_item(
        TableName=name,
        Key={"device_id": {"S": f"session#{CAR}"}},
        UpdateExpression="SET repeat_mode = :broken",
        ExpressionAttributeValues={":broken": {"S": "dancing"}},
    )
    with pytest.raises(PlaybackStoreError, match="cannot be read"):
        store.load(CAR)
