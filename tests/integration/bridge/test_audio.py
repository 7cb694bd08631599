"""What an Echo fetches: /stream and /art, over real sockets."""

import http.client
import time
from http import HTTPStatus

import pytest

from music_assistant_alexa.stream_urls import public_art_url
from simulator.stand_in import StandIn
from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

MAC = "02:00:00:00:aa:01"


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
def playing(home, bridge):
    """Play an album; nothing is fetched yet."""
    uri = home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]
    return bridge.echo(MAC).command("play", media=[uri])


def pulls_of(home, stream):
    return [pull for pull in home.pulls() if pull["path"] in stream["url"]]


def open_stream(bridge, stream, method="GET", **headers):
    host, _, port = bridge.url.rpartition("/")[2].partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, bridge.stream_path(stream), headers=headers)
    return connection, connection.getresponse()


def test_headers(bridge, playing):
    """Audio is MP3, private to Cloudflare, and says that ranges are not served."""
    connection, answer = open_stream(bridge, playing["stream"])
    assert answer.status == HTTPStatus.OK
    assert answer.getheader("Content-Type") == "audio/mpeg"
    assert answer.getheader("Cache-Control") == "private, no-store"
    assert answer.getheader("Accept-Ranges") == "none"
    assert identify(answer.read()) == playing["queue"]["current_item"]["title"]
    connection.close()


def test_head_pulls_nothing(home, bridge, playing):
    """HEAD is answered without asking MA; once the audio is there it has the length."""
    connection, answer = open_stream(bridge, playing["stream"], "HEAD")
    assert (answer.status, answer.getheader("Content-Type")) == (HTTPStatus.OK, "audio/mpeg")
    assert answer.read() == b""
    assert pulls_of(home, playing["stream"]) == []
    connection.close()
    audio = bridge.fetch(playing["stream"])
    connection, answer = open_stream(bridge, playing["stream"], "HEAD")
    assert answer.getheader("Content-Length") == str(len(audio))
    connection.close()


def test_range_is_answered_with_all(home, bridge, playing):
    """A second GET with Range gets 200 and the same audio from the start, and MA is not asked again."""
    audio = bridge.fetch(playing["stream"])
    connection, answer = open_stream(bridge, playing["stream"], Range="bytes=1000-")
    assert answer.status == HTTPStatus.OK
    assert answer.getheader("Content-Length") == str(len(audio))
    assert answer.read() == audio
    connection.close()
    assert len(pulls_of(home, playing["stream"])) == 1


def test_client_goes_away(home, bridge, playing, caplog):
    """A client that hangs up is no fault and does not end the pull; the next one gets all of it."""
    connection, answer = open_stream(bridge, playing["stream"])
    answer.read(1000)
    connection.close()
    eventually(lambda: pulls_of(home, playing["stream"])[0]["finished"], what="the pull to go on")
    assert identify(bridge.fetch(playing["stream"])) == playing["queue"]["current_item"]["title"]
    assert len(pulls_of(home, playing["stream"])) == 1
    assert "fault" not in caplog.text


def test_broken_pull_is_an_error(home, bridge, playing):
    """A pull that breaks is an error to the client, never a silently short track; MA is not asked again."""
    home.refuse("stream", cut_after=50_000)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        bridge.fetch(playing["stream"])
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        bridge.fetch(playing["stream"])
    assert len(pulls_of(home, playing["stream"])) == 1


def test_refused_pull(home, bridge, playing):
    """A stream that MA refuses is a 502 that says so."""
    home.refuse("stream", status=404)
    status, answer = bridge.ask("GET", bridge.stream_path(playing["stream"]), token=None)
    assert (status, answer["error"]) == (502, "music_assistant_refused")


def test_same_url_under_another_generation_is_pulled_anew(home, bridge, playing):
    """Another generation of the same URL may carry other audio: it has a pull of its own."""
    bridge.fetch(playing["stream"])
    bridge.fetch(playing["stream"] | {"generation": playing["stream"]["generation"] + 1000})
    assert len(pulls_of(home, playing["stream"])) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.replace("sig=", "sig=A"),
        lambda path: path.partition("?")[0],
        lambda path: path.replace("exp=1", "exp=2"),
        lambda path: path.replace("/stream/", "/art/"),
        lambda path: path.replace("/stream/ey", "/stream/eY"),
        lambda path: path.replace(".mp3?", ".aac?"),
        lambda path: path[:-2],
    ],
    ids=["signature", "none", "expiry", "kind", "reference", "extension", "cut"],
)
def test_wrong_urls(home, bridge, playing, spoil):
    """A wrong, missing or expired signature is 403 without saying which, and MA hears nothing."""
    status, answer = bridge.ask("GET", spoil(bridge.stream_path(playing["stream"])), token=None)
    assert status == HTTPStatus.FORBIDDEN
    assert answer["error"] == "forbidden"
    assert pulls_of(home, playing["stream"]) == []


def test_expired_url(bridge, playing):
    """A URL is good for as long as it says."""
    path = bridge.stream_path(playing["stream"], valid_s=60)
    bridge.advance(61)
    assert bridge.ask("GET", path, token=None)[0] == HTTPStatus.FORBIDDEN


def test_radio_is_passed_through(home, bridge, caplog):
    """A radio reaches the client as it comes, and nothing of it is kept."""
    caplog.set_level("DEBUG", "home_bridge")
    station = home.api("music/radios/library_items", limit=1)[0]
    stream = bridge.echo(MAC).command("play", media=[station["uri"]])["stream"]
    connection, answer = open_stream(bridge, stream)
    assert len(answer.read(20_000)) == 20_000
    connection.close()
    eventually(lambda: "hung up" in caplog.text, what="the bridge to notice that the client is gone")
    assert "fault" not in caplog.text
    bridge_streams = bridge.bridge._world.streams
    assert bridge_streams.known(stream["url"], stream["generation"]) is None
    assert bridge_streams._pulls == {}


def test_art_of_ma(home, bridge, playing):
    """A cover comes through, as an image, cacheable by its one client."""
    image = playing["queue"]["current_item"]["image_url"]
    status, body = bridge.ask("GET", art_path(bridge, image), token=None)
    assert status == HTTPStatus.OK
    assert body[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "image",
    [
        "/imageproxy?path=nothing&provider=nobody",
        "https://127.0.0.1/picture.jpg",
        "https://[::1]/picture.jpg",
        "https://localhost/picture.jpg",
        "https://169.254.169.254/latest/meta-data",
        "https://192.0.2.1:22/picture.jpg",
    ],
)
def test_art_that_is_refused(bridge, image):
    """Unknown pictures and addresses that are not the internet's are 404, at once."""
    began = time.monotonic()
    assert bridge.ask("GET", art_path(bridge, image), token=None)[0] == HTTPStatus.NOT_FOUND
    assert time.monotonic() - began < 5


def art_path(bridge, image):
    keys = bridge.settings.signing_keys
    url = public_art_url(image, base_url="https://home.example", key=keys[0], now=bridge.clock.time())
    return url.removeprefix("https://home.example")
