"""Streams that break: once again from the same place, then what follows, then silence; never a loop."""

import base64
import contextlib
import json
from collections import Counter
from urllib.parse import urlsplit

import pytest
from botocore.httpsession import URLLib3Session

from simulator import tls
from simulator.demo_library import LIBRARY
from simulator.sound import LONGEST_MS, FetchFailed
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

NIGHT_FERRY = [track.title for track in LIBRARY.tracks if track.album.title == "Night Ferry"]
UNKNOWN, INVALID, UNAVAILABLE, SERVER, DEVICE = (
    *("MEDIA_ERROR_UNKNOWN", "MEDIA_ERROR_INVALID_REQUEST", "MEDIA_ERROR_SERVICE_UNAVAILABLE"),
    *("MEDIA_ERROR_INTERNAL_SERVER_ERROR", "MEDIA_ERROR_INTERNAL_DEVICE_ERROR"),
)
"""Each is shown here with one course of things; every error type with every course, without a house, in tests/unit."""
FAILED = "AudioPlayer.PlaybackFailed"


class FailingEar:
    """An ear that refuses the next streams it is to open, each with the same error."""

    def __init__(self, ear):
        self._ear = ear
        self.refusals = 0
        self.error = UNKNOWN

    def open(self, url):
        if self.refusals:
            self.refusals -= 1
            raise FetchFailed(self.error, "refused by the test")
        return self._ear.open(url)


@pytest.fixture
def failing(house, request):
    """Return an Echo that begins to pull the next stream early, and whose streams fail when the test says so."""

    def make(error, **habits):
        echo = house.echo(f"attic-{request.node.name}", **habits)
        echo.device._ear = FailingEar(echo.device._ear)
        echo.device._ear.error = error
        return echo, echo.device._ear

    return make


def failures(echo):
    return [exchange for exchange in echo.trace if exchange.kind == FAILED]


def behaviors(exchange):
    return [play["playBehavior"] for play in exchange.plays]


@pytest.mark.parametrize("error", [UNKNOWN])
def test_the_current_stream_fails_once(house, failing, error):
    """Whatever was wrong with it, it is played again from the same place."""
    echo, ear = failing(error, nearly_finished="late")
    ear.refusals = 1
    echo.say("play the album night ferry")
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ALL"]]
    assert echo.track == NIGHT_FERRY[0]
    assert echo.device.playing
    house.agrees(echo)


@pytest.mark.parametrize("error", [INVALID])
def test_the_current_stream_fails_again(house, failing, error):
    """It failed again: what follows is played."""
    echo, ear = failing(error, nearly_finished="late")
    ear.refusals = 2
    echo.say("play the album night ferry")
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ALL"]] * 2
    assert echo.track == NIGHT_FERRY[1]
    house.agrees(echo)


@pytest.mark.parametrize("error", [UNAVAILABLE])
def test_everything_fails(house, failing, error):
    """Three in a row: silence, three answers in all, and the next command just works."""
    echo, ear = failing(error, nearly_finished="late")
    ear.refusals = 99
    echo.say("play the album night ferry")
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ALL"], ["REPLACE_ALL"], []]
    assert not echo.device.playing
    asked = len(echo.trace)
    echo.listen(60)
    assert len(echo.trace) == asked, "silence is silence"
    ear.refusals = 0
    echo.say("play the album night ferry")
    assert echo.track == NIGHT_FERRY[0]
    house.agrees(echo)


@pytest.mark.parametrize("error", [SERVER])
def test_the_next_stream_fails_while_it_is_buffered(house, failing, error):
    """The next one failed: another go at it is enqueued, and what is heard plays on, untouched."""
    echo, ear = failing(error, nearly_finished="early")
    heard, session = _breaking_next(echo, ear, 1)
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ENQUEUED"]]
    assert echo.device.current.token == heard
    echo.play_to_end()
    assert echo.track == NIGHT_FERRY[1]
    assert _session_of(echo) == session, "no new session: the running stream would have been cut"
    house.agrees(echo)


@pytest.mark.parametrize("error", [DEVICE])
def test_the_next_stream_fails_again_while_it_is_buffered(house, failing, error):
    """It failed again: the one after it is enqueued; what is heard plays on, untouched."""
    echo, ear = failing(error, nearly_finished="early")
    heard, _ = _breaking_next(echo, ear, 2)
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ENQUEUED"]] * 2
    assert echo.device.current.token == heard
    echo.play_to_end()
    assert echo.track == NIGHT_FERRY[2]
    house.agrees(echo)


@pytest.mark.parametrize("error", [INVALID])
def test_every_next_stream_fails_while_it_is_buffered(house, failing, error):
    """Three in a row: nothing follows, and what is heard plays to its end."""
    echo, ear = failing(error, nearly_finished="early")
    heard, _ = _breaking_next(echo, ear, 99)
    assert [behaviors(failed) for failed in failures(echo)] == [["REPLACE_ENQUEUED"], ["REPLACE_ENQUEUED"], []]
    assert (echo.device.current.token, echo.device.playing) == (heard, True)
    echo.play_to_end()
    assert echo.device.activity == "FINISHED"
    assert len(failures(echo)) == 3
    ear.refusals = 0
    echo.say("resume")
    assert echo.track == NIGHT_FERRY[1]
    house.agrees(echo)


def _breaking_next(echo, ear, refusals):
    """Play an album whose second track cannot be pulled so many times; return what is heard and its session."""
    open_first = ear.open

    def open_then_fail(url):
        sound = open_first(url)
        # Whole first: a pull two items ahead makes a real server drop what it decoded, and the running pull hangs.
        sound.hear(LONGEST_MS)
        ear.open, ear.refusals = open_first, refusals
        return sound

    ear.open = open_then_fail
    echo.say("play the album night ferry")
    assert echo.track == NIGHT_FERRY[0]
    assert echo.device.playing
    return echo.device.current.token, _session_of(echo)


def _session_of(echo):
    """Return the session of the stream an Echo plays, as Music Assistant's path says it."""
    ref = urlsplit(echo.device.current.url).path.rpartition("/")[2].partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(f"{ref}=="))["p"].split("/")[2]


@pytest.mark.parametrize(
    "fault", [{"status": 404}, {"status": 500}, {"status": 503, "stall_s": 0.3}, {"cut_after": 0}], ids=str
)
def test_music_assistant_serves_no_stream_once(house, kitchen, fault):
    """Music Assistant refuses the pull, or hangs up: the Echo's failure is answered with a stream that plays."""
    if house.stack.real:
        pytest.skip("a real server refuses nothing when it is told to")
    house.stack.home.refuse("stream", times=1, **fault)
    kitchen.say("play the album night ferry")
    assert kitchen.device.playing
    assert kitchen.track in NIGHT_FERRY[:2]
    house.agrees(kitchen)


def test_music_assistant_serves_no_stream_at_all(house, kitchen):
    """While no stream can be pulled there is silence after three tries; when it can, "resume" plays."""
    if house.stack.real:
        pytest.skip("a real server refuses nothing when it is told to")
    house.stack.home.refuse("stream", status=404)
    kitchen.say("play the album night ferry")
    assert not kitchen.device.playing
    assert len(failures(kitchen)) == 3
    house.stack.home.allow()
    kitchen.say("resume")
    assert kitchen.device.playing
    house.agrees(kitchen)


def test_a_stream_breaks_in_mid_track(house, kitchen):
    """Broken off after some seconds: it is played on from there, not from its start."""
    if house.stack.real:
        pytest.skip("a real server cuts nothing when it is told to")
    house.stack.home.refuse("stream", times=1, cut_after=320_000)
    kitchen.say("play the album night ferry")
    kitchen.listen(12)
    assert [behaviors(failed) for failed in failures(kitchen)] == [["REPLACE_ALL"]]
    again = kitchen.trace[-1]
    assert again.kind == "AudioPlayer.PlaybackStarted"
    assert kitchen.track == NIGHT_FERRY[0]
    house.agrees(kitchen)
    assert house.believed(kitchen).position_ms > 6_000


@pytest.fixture
def traffic(house, monkeypatch):
    """Count the bytes that pass the TLS front, and the calls to AWS."""
    counted = Counter()

    async def pump(reader, writer):
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                counted["home"] += len(chunk)
                writer.write(chunk)
                await writer.drain()

    def send(session, request):
        counted["AWS"] += 1
        return sent(session, request)

    sent = URLLib3Session.send
    monkeypatch.setattr(tls, "_pump", pump)
    monkeypatch.setattr(URLLib3Session, "send", send)
    house.stack.unplug()
    house.stack.plug()  # connections made before are not counted
    return counted


def test_ten_silent_minutes_cost_nothing(house, kitchen, traffic):
    """No event, no call: home is not called, no row is read or written, and "resume" goes on all the same."""
    if house.stack.real:
        pytest.skip("ten minutes of a real server are ten minutes")
    kitchen.say("play the album night ferry")
    kitchen.listen(3)
    kitchen.say("stop")
    assert traffic["home"] > 1_000, "what is counted are calls"
    assert traffic["AWS"] > 2
    seen = []

    def at_rest():
        seen.append(Counter(traffic))
        return len(seen) > 20 and seen[-20] == seen[-1]

    eventually(at_rest, within=10, what="the audio that was on its way to have arrived")
    before, asked = Counter(traffic), len(kitchen.trace)
    kitchen.listen(600)
    assert traffic == before
    assert len(kitchen.trace) == asked
    kitchen.say("resume")
    assert kitchen.track == NIGHT_FERRY[0]
    house.agrees(kitchen)
    assert traffic["home"] > before["home"]
