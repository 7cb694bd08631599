"""The breaker on the way home: who waits for a home that is away, and who does not."""

import threading

import pytest

from music_assistant_alexa import deadline
from music_assistant_alexa.adapters import home_http
from music_assistant_alexa.adapters.breaker import OPEN_S, QUICK_S, TRIES, Breaker
from music_assistant_alexa.errors import HomeAuthError, HomeError, HomePart, HomeUnreachableError
from music_assistant_alexa.models import Activity, MediaType, PlaybackEvent, QueueCommand, Wanted
from music_assistant_alexa.stream_token import StreamToken

PLAYER = "02:00:00:00:00:01"
NEXT = QueueCommand("next", {"queue_item_id": "i"})
STREAM = {"url": "http://192.0.2.1:8097/single/s/q/i/p.flac", "queue_item_id": "i", "position_ms": 0, "generation": 7}
STATE = {"player_id": PLAYER, "queue_id": PLAYER, "stream": STREAM, "queue": {}}
ANSWER = {**STATE, "upcoming": None, "wanted": "play"}


class Clock:
    now = 1_795_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(make_client, home, clock):
    return make_client(home.url, clock)


def hang_up(_secure):
    """Close the connection without an answer."""


@pytest.fixture
def unplug(home, answer):
    """Return a function that unplugs the home, or plugs it in again."""

    def unplug(away=True):
        home.script = lambda _request: hang_up if away else answer(body=ANSWER)

    unplug()
    return unplug


def report(client, kind=Activity.STARTED):
    return client.report(PLAYER, PlaybackEvent(kind, StreamToken("q", "i", 0, 7), 0, 1_795_000_000))


def fails(call, *args, cause=None):
    with pytest.raises(HomeUnreachableError, match=cause) as caught:
        call(*args)
    assert caught.value.part is HomePart.TUNNEL


def say(client, command=NEXT):
    """Let someone speak while music plays: Stopped, the command, Started. Return what the command brought."""
    attempt(report, client, Activity.STOPPED)
    state = attempt(client.command, PLAYER, command)
    attempt(report, client, Activity.STARTED)
    return state


def attempt(call, *args):
    try:
        return call(*args)
    except HomeUnreachableError:
        return None


def paths(home):
    return [request.path.rpartition("/")[2] for request in home.requests]


def test_three_failures_open_it(home, client, unplug):
    """After three calls in a row that found nobody at home, a report is answered without a connection."""
    for _ in range(TRIES):
        fails(report, client)
    assert home.handshakes == TRIES
    for kind in (Activity.STARTED, Activity.STOPPED, Activity.FINISHED):
        fails(report, client, kind, cause="not asked: 3 calls in a row failed; the exchange broke off")
    assert home.handshakes == TRIES


def test_two_failures_do_not(home, client, unplug):
    """In a row means in a row: an answer in between counts from zero."""
    for _ in range(2):
        for _ in range(TRIES - 1):
            fails(report, client)
        unplug(False)
        report(client)
        unplug()
    assert len(home.requests) == 2 * TRIES


@pytest.mark.parametrize(
    ("status", "code"),
    [(502, "music_assistant_unreachable"), (504, "stream_timeout"), (401, "unauthorized"), (400, "bad_request")],
)
def test_a_refusal_counts_from_zero(home, client, unplug, answer, status, code):
    """A bridge that refuses, or whose Music Assistant is away, was reached: failures before it are forgotten."""
    for _ in range(2):
        unplug()
        for _ in range(TRIES - 1):
            fails(report, client)
        home.script = lambda _request: answer(status, {"error": code, "detail": ""})
        with pytest.raises(HomeError):
            report(client)
    assert len(home.requests) == 2 * TRIES


@pytest.mark.parametrize(
    ("status", "code"),
    [(502, "music_assistant_unreachable"), (504, "stream_timeout"), (401, "unauthorized"), (400, "bad_request")],
)
def test_an_answer_is_no_failure(home, client, answer, status, code):
    """A bridge that refuses, and one whose Music Assistant is away, are asked every time."""
    home.script = lambda _request: answer(status, {"error": code, "detail": ""})
    for _ in range(2 * TRIES):
        with pytest.raises(HomeError):
            report(client)
    assert len(home.requests) == 2 * TRIES


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.command(PLAYER, NEXT),
        lambda client: client.search("salt", (MediaType.TRACK,), 5),
        lambda client: client.next_stream(PLAYER, 7),
        lambda client: report(client, Activity.FAILED),
    ],
    ids=["command", "search", "next stream", "failed"],
)
def test_whoever_waits_for_an_answer_has_a_probe(home, client, unplug, ask):
    """While it is open, a command is one light question and no more; when that is answered, the command is sent."""
    for _ in range(TRIES):
        fails(report, client)
    home.requests.clear()
    fails(ask, client)
    assert paths(home) == ["healthz"]
    assert "authorization" not in home.requests[0].headers, "anyone may ask, so the bridge asks nobody"
    unplug(False)
    ask(client)
    assert paths(home)[1] == "healthz"
    assert len(home.requests) == 3


def test_unplugged_said_twice_plugged_in_and_resumed(home, client, unplug):
    """Unplugged, "next" twice, plugged in, "resume": it plays, and every call after it is made as ever."""
    assert say(client) is None
    assert home.handshakes == TRIES
    assert say(client) is None
    assert home.handshakes == TRIES + 1, "one probe, and nothing for Stopped and Started"
    unplug(False)
    assert say(client, QueueCommand("resume", {"queue_item_id": "i", "position_ms": 1})).stream.generation == 7
    assert paths(home)[-3:] == ["healthz", "command", "events"]
    assert client.next_stream(PLAYER, 7).wanted is Wanted.PLAY
    assert paths(home)[-1] == "next?generation=7"


def test_it_closes_by_itself(home, client, unplug, clock):
    """After 20 s the next call goes home as ever; if it fails, nobody waits for another 20 s."""
    for _ in range(TRIES):
        fails(report, client)
    clock.now += OPEN_S - 0.1
    fails(report, client, cause="not asked")
    clock.now += 0.1
    fails(report, client, cause="broke off")
    fails(report, client, cause="not asked")
    assert home.handshakes == TRIES + 1
    unplug(False)
    clock.now += OPEN_S
    report(client)
    report(client)
    assert home.handshakes == TRIES + 2


def test_a_clock_that_is_set_back_opens_nothing(client, unplug, clock):
    """When the time of day is corrected, home is asked again."""
    for _ in range(TRIES):
        fails(report, client)
    clock.now -= 3_600
    fails(report, client, cause="broke off")


def test_a_probe_that_hangs_is_given_up_soon(home, client, unplug, monkeypatch):
    """A probe is given up after a second of its own, far below what a command may take."""
    assert home_http.PROBE_S <= 1
    for _ in range(TRIES):
        fails(report, client)
    hangs = threading.Event()
    home.script = lambda _request: lambda _secure: hangs.wait(20)
    given, enforced = [], deadline.enforced

    def noted(call, most_s):
        given.append(most_s)
        return enforced(call, most_s)

    monkeypatch.setattr(home_http, "PROBE_S", 0.1)
    monkeypatch.setattr(deadline, "enforced", noted)
    with deadline.spending(60):
        fails(client.command, PLAYER, NEXT, cause="too long")
    hangs.set()
    assert given == [0.1]


def test_a_home_that_hangs_is_probed_once(home, client, unplug, clock):
    """The one probe that kept someone waiting is the last of these 20 s: everyone else is answered at once."""

    def hang_for_a_while(_request):
        clock.now += QUICK_S
        return hang_up

    for _ in range(TRIES):
        fails(report, client)
    home.script = hang_for_a_while
    for _ in range(3):
        attempt(client.command, PLAYER, NEXT)
        attempt(client.next_stream, PLAYER, 7)
    assert home.handshakes == TRIES + 1
    fails(client.command, PLAYER, NEXT, cause="not asked")
    clock.now += OPEN_S
    unplug(False)
    client.command(PLAYER, NEXT)
    assert paths(home)[-1] == "command"


def test_calls_that_hung_leave_a_probe(home, client, unplug, clock):
    """Three calls that hung were no probe: who waits for an answer next still sends one, and is heard."""

    def hang_for_a_while(_request):
        clock.now += QUICK_S
        return hang_up

    home.script = hang_for_a_while
    for _ in range(TRIES):
        fails(report, client)
    unplug(False)
    client.command(PLAYER, NEXT)
    assert paths(home)[-2:] == ["healthz", "command"]


def test_a_probe_is_sent_once(make_client, monkeypatch, clock):
    """A probe whose connection is refused is not tried again; a command is."""
    connects = []

    def refused(*_args, **_kwargs):
        connects.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", refused)
    client = make_client("https://localhost:1", clock)
    for tries in (2, 2, 2, 1):
        connects.clear()
        fails(client.command, PLAYER, NEXT)
        assert len(connects) == tries


def test_a_probe_that_is_turned_away_says_so(home, client, unplug, answer):
    """Access before the bridge is no home that is away: the cause is named, and the next call is made again."""
    for _ in range(TRIES):
        fails(report, client)
    home.script = lambda _request: answer(403, b"<html>", "text/html")
    for _ in range(2):
        with pytest.raises(HomeAuthError):
            client.command(PLAYER, NEXT)
    assert paths(home)[-2:] == ["healthz", "command"]


def test_no_time_left_is_not_homes_failure(home, client, answer):
    """A request whose time was spent elsewhere says nothing about home."""
    home.script = lambda _request: answer(body=ANSWER)
    for _ in range(TRIES):
        with deadline.spending(0):
            fails(client.command, PLAYER, NEXT, cause="no time")
    report(client)
    assert home.handshakes == 1


def test_each_client_has_its_own():
    """Sandboxes share nothing: one that found nobody at home tells no other."""
    one, other = Breaker(), Breaker()
    for _ in range(TRIES):
        with pytest.raises(HomeUnreachableError), one.guarding(None):
            raise HomeUnreachableError("away", HomePart.TUNNEL)
    assert (one.is_open, other.is_open) == (True, False)
