"""What has no end, over real sockets: a station whose source hiccups, by clocks that the tests move."""

import contextlib
import http.client
import threading

import pytest

from simulator.stand_in import StandIn
from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:aa:02"
BEFORE = 100_000
"""Bytes until something happens; less than a station gives at once."""

ENOUGH = BEFORE + 80_000
BROKEN = (http.client.HTTPException, ConnectionError)


@pytest.fixture(scope="module")
def home():
    """Start a home for all tests of this module; each allows again what it refused."""
    with StandIn() as running:
        yield running


@pytest.fixture(autouse=True)
def _allow_again(home):
    yield
    home.allow()


@pytest.fixture
def station(home, bridge):
    """Tune in; nothing is fetched yet."""
    uri = home.api("music/radios/library_items", limit=1)[0]["uri"]
    return bridge.echo(MAC).command("play", media=[uri])


class Listener:
    """Reads a stream beside the test, up to so many bytes."""

    def __init__(self, bridge, stream):
        self.audio, self.broke = b"", None
        host, _, port = bridge.url.rpartition("/")[2].partition(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=20)
        self._path = bridge.stream_path(stream)
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self):
        self._connection.request("GET", self._path)
        self._answer = self._connection.getresponse()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join(20)
        self._connection.close()

    @property
    def done(self):
        return not self._thread.is_alive()

    def _listen(self):
        try:
            while len(self.audio) < ENOUGH:
                self.audio += self._answer.read(ENOUGH - len(self.audio))
        except BROKEN as error:
            self.broke = error


@contextlib.contextmanager
def listening(home, bridge, station):
    """Listen up to the moment of the fault."""
    with Listener(bridge, station["stream"]) as listener:
        eventually(lambda: len(pulls_of(home, station)) == 1, what="the first pull")
        yield listener


def pulls_of(home, station):
    return [pull for pull in home.pulls() if pull["path"] in station["stream"]["url"]]


def let_pass(bridge, listener, seconds=0.25):
    """Move the bridge's clock in steps until the listener has heard enough, or no more comes; return how far."""
    passed = []
    eventually(lambda: listener.done or bridge.advance(passed.append(seconds) or seconds), within=10, what="the end")
    return sum(passed)


@pytest.mark.parametrize("ends", ["cut_after", "end_after"])
def test_it_is_heard_on_after_a_hiccup(home, bridge, station, ends):
    """A body that breaks off, or ends as if it were whole (so it does when a station hangs up), is asked for again."""
    home.refuse("stream", times=1, **{ends: BEFORE})
    with listening(home, bridge, station) as listener:
        let_pass(bridge, listener)
    assert listener.broke is None
    assert len(pulls_of(home, station)) == 2
    title = station["queue"]["current_item"]["title"]
    assert identify(listener.audio[: BEFORE // 2]) == identify(listener.audio[BEFORE:]) == title


def test_a_source_that_is_gone_for_seconds(home, bridge, station):
    """It is asked again and again, four times a second, and heard on when it is back."""
    home.refuse("stream", times=1, cut_after=BEFORE)
    home.refuse("stream", times=10, cut_after=0)
    with listening(home, bridge, station) as listener:
        let_pass(bridge, listener)
    assert listener.broke is None
    assert len(listener.audio) == ENOUGH
    assert len(pulls_of(home, station)) == 12


@pytest.mark.parametrize("status", [500, 503, 530])
def test_a_server_with_a_fault_of_its_own(home, bridge, station, status):
    """What answers 5xx, itself or a proxy before it, may be well again in a moment: it is asked again."""
    home.refuse("stream", times=1, cut_after=BEFORE)
    home.refuse("stream", times=3, status=status)
    with listening(home, bridge, station) as listener:
        let_pass(bridge, listener)
    assert listener.broke is None
    assert len(listener.audio) == ENOUGH


def test_a_source_that_stays_away(home, bridge, station):
    """After five seconds the reader gets an aborted body, not one that looks whole, and nothing is asked any more."""
    home.refuse("stream", times=1, cut_after=BEFORE)
    home.refuse("stream", cut_after=0)
    with listening(home, bridge, station) as listener:
        passed = let_pass(bridge, listener)
    assert listener.broke is not None
    assert passed >= 4  # real seconds pass too
    asked = len(pulls_of(home, station))
    assert 3 < asked <= 22
    bridge.advance(10)
    home.allow()
    assert bridge.echo(MAC).state()["stream"]["generation"] == station["stream"]["generation"]
    assert len(pulls_of(home, station)) == asked


def test_a_session_that_is_over(home, bridge, station):
    """A 404 says that this URL is no more: it is asked for once, though it would do the next time."""
    home.refuse("stream", times=1, cut_after=BEFORE)
    home.refuse("stream", times=1, status=404)
    with listening(home, bridge, station) as listener:
        eventually(lambda: listener.done, what="the reader to be told, without more time passing than a moment")
    assert listener.broke is not None
    assert len(pulls_of(home, station)) == 1


def test_a_source_that_stands_still(home, bridge, station):
    """Five seconds without a byte are a hiccup too: it is asked anew."""
    home.refuse("stream", times=1, hold_after=BEFORE)
    with listening(home, bridge, station) as listener:
        let_pass(bridge, listener, seconds=1)
    assert listener.broke is None
    assert len(listener.audio) == ENOUGH
    assert len(pulls_of(home, station)) == 2


def test_two_hiccups(home, bridge, station):
    """Each has five seconds of its own."""
    home.refuse("stream", times=1, cut_after=BEFORE // 2)
    home.refuse("stream", times=8, cut_after=0)
    home.refuse("stream", times=1, end_after=BEFORE // 2)
    home.refuse("stream", times=8, cut_after=0)
    with listening(home, bridge, station) as listener:
        let_pass(bridge, listener)
    assert listener.broke is None
    assert len(listener.audio) == ENOUGH


def test_a_station_that_never_began(home, bridge, station):
    """Nothing is waited for: the Echo hears at once that it cannot be played."""
    home.refuse("stream", cut_after=0)
    status, answer = bridge.ask("GET", bridge.stream_path(station["stream"]), token=None)
    assert (status, answer["error"]) == (502, "music_assistant_refused")
    assert len(pulls_of(home, station)) == 1
