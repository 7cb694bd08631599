"""What the contracts are held against: servers, players that speak slimproto by hand, and tables."""

import json
import os
import re
import secrets
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from moto import mock_aws

from music_assistant_alexa.adapters.dynamodb_table import dynamodb_client
from simulator.stand_in import StandIn
from simulator.stand_in.packages import VERSIONS
from simulator.stand_in.raw_player import RawPlayer
from simulator.waiting import eventually

STEP_S = 1.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """What the contract needs of a Music Assistant: its addresses, a token, and time that passes."""

    slimproto_port: int

    def __init__(self, url, token):
        self.url = url
        self.token = token
        self.host = urlsplit(url).hostname

    def let_pass(self, seconds, *players):
        raise NotImplementedError

    def post(self, body, *, authorization=None, path="/api", method="POST"):
        headers = {"Authorization": authorization or f"Bearer {self.token}"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return fetch(f"{self.url}{path}", method=method, headers=headers, data=data)

    def open(self, path):
        """Fetch without a token."""
        return fetch(f"{self.url}{path}")

    def command(self, command, **args):
        return self.post({"command": command, "args": args})

    def api(self, command, **args):
        answer = self.command(command, **args)
        assert answer.status == 200, f"{command}: {answer.status} {answer.text}"
        return answer.json

    def uri(self, kind, name):
        """Return the uri of what has exactly that name."""
        key = {"radio": "radio"}.get(kind, f"{kind}s")
        found = self.api("music/search", search_query=name, media_types=[kind])[key]
        return next(item["uri"] for item in found if item["name"] == name)

    def queue(self, player):
        return self.api("player_queues/get", queue_id=player.mac)

    def items(self, player):
        return self.api("player_queues/items", queue_id=player.mac)

    def titles(self, player):
        return [item["media_item"]["name"] for item in self.items(player)]

    def current(self, player):
        """Return state, index and title that the server shows."""
        queue = self.queue(player)
        item = queue["current_item"]
        return queue["state"], queue["current_index"], item and item["media_item"]["name"]

    def play(self, player, album="Night Ferry", option="replace"):
        """Have a record played, and take its first stream, paused at its start."""
        seen = player.seen
        uri = self.uri("album", album)
        self.api("player_queues/play_media", queue_id=player.mac, media=uri, option=option)
        strm = player.buffer(after=seen)
        eventually(lambda: self.queue(player)["state"] == "paused", what="the stream, paused at its start")
        return strm

    def connect_again(self, player):
        """Return another player of the same address, not yet connected."""
        return RawPlayer(self.slimproto_port, player.mac, "Impostor", self.host)

    def pull(self, strm, path=None, *, method="GET", headers=None, limit=None):
        """Fetch the MP3 of a stream, all of it or its first bytes."""
        url = f"http://{self.host}:{strm.port}{path or strm.mp3_path}"
        return fetch(url, method=method, headers=headers or {}, limit=limit)


class StandInServer(Server):
    def __init__(self, home):
        super().__init__(home.url, home.token)
        self.home = home
        self.slimproto_port = home.slimproto_port

    def let_pass(self, seconds, *players):
        while seconds > 0:
            step = min(STEP_S, seconds)
            seconds -= step
            for player in players:
                player.skip_ahead(step)
            self.home.advance(step)


class RealServer(Server):
    slimproto_port = int(os.environ.get("SLIMPROTO_PORT", "3483"))

    def let_pass(self, seconds, *players):
        time.sleep(seconds)


def fetch(url, *, method="GET", headers=None, data=None, limit=None):
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=data)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read(limit))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


REAL = os.environ.get("MUSIC_ASSISTANT_URL"), os.environ.get("MUSIC_ASSISTANT_TOKEN")

SERVERS = [pytest.param(version, id=f"stand-in-{version}", marks=pytest.mark.slow) for version in VERSIONS]
if all(REAL):
    SERVERS.append(pytest.param("real", id="real", marks=[pytest.mark.live, pytest.mark.timeout(600)]))


@pytest.fixture(scope="session", params=SERVERS)
def server(request):
    if request.param == "real":
        url, token = REAL
        yield RealServer(url.rstrip("/"), token)
        return
    with StandIn(aioslimproto=request.param) as home:
        yield StandInServer(home)


@pytest.fixture
def connect(server):
    """Return a function that connects a player and waits until the server knows it."""
    with ExitStack() as stack:

        def connect(mac=None, name=None):
            mac = mac or new_mac()
            player = RawPlayer(server.slimproto_port, mac, name or f"Echo {mac[-5:]}", server.host)
            stack.enter_context(player)
            eventually(lambda: server.queue(player), what="the queue of a new player")
            eventually(lambda: server.api("players/get", player_id=mac)["name"] == player.name, what="its name")
            return player

        yield connect


@pytest.fixture
def player(connect):
    return connect()


def new_mac():
    return "02:" + ":".join(re.findall("..", secrets.token_hex(5)))


class Clock:
    def __init__(self):
        self.now = 1_795_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def account():
    """Have no account at all, and none of this machine's."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "local")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield environment


@pytest.fixture(scope="module")
def moto_client(account):
    """Make one client for the module: starting moto costs more than any test of a table."""
    with mock_aws():
        yield dynamodb_client()


@pytest.fixture(scope="session")
def make_table():
    """Return a function that makes the skill's table, empty; its name."""

    def make(client):
        name = f"playback-{uuid.uuid4().hex}"
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "device_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "device_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    return make


@pytest.fixture(
    params=["memory", "moto", pytest.param("dynamodb local", marks=[pytest.mark.toolchain, pytest.mark.slow])]
)
def kind(request):
    """Which store: the one in memory, DynamoDB as moto plays it, Amazon's own."""
    return request.param


@pytest.fixture
def make_store(kind, request, clock, make_table):
    """Return a function that makes a store of the kind, empty, of the two classes there are."""

    def make(in_memory, on_dynamodb):
        if kind == "memory":
            return in_memory(clock)
        if kind == "moto":
            client = request.getfixturevalue("moto_client")
        else:
            url = request.getfixturevalue("dynamodb_local")
            request.getfixturevalue("account")
            client = dynamodb_client(url)
        return on_dynamodb(client, make_table(client), clock)

    return make


@pytest.fixture
def table_name(moto_client, make_table):
    """Make an empty table on moto; its name."""
    return make_table(moto_client)


FOUR_QUEUES = ("queue 1", "queue 2", "queue 3", "queue 4")
"""One for each player of the music skill."""


@pytest.fixture
def seated(clock):
    """Return a function that gives each queue a player, a minute after the one before."""

    def seat_each(store, queue_ids=FOUR_QUEUES):
        queues = []
        for queue_id in queue_ids:
            clock.now += 60
            queues.append(store.seat(queue_id, "library://album/2"))
        return queues

    return seat_each


@pytest.fixture
def held():
    """Return a function that tells which queues still have a player."""
    return lambda store, queue_ids: [queue_id for queue_id in queue_ids if store.queue(queue_id)]


@pytest.fixture
def ages(seated, clock):
    """Return a function that seats four queues that all play; an hour later some fall silent, a minute apart."""

    def play_for_an_hour(store, silent):
        queues = {queue.queue_id: queue for queue in seated(store)}
        for queue_id in queues:
            store.touch(store.queue(queue_id), "1")
        clock.now += 3600
        for queue_id in silent:
            clock.now += 60
            store.silence(store.queue(queue_id), "1")
        return queues

    return play_for_an_hour
