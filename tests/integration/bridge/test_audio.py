"""What an Echo fetches to play: /stream, over real sockets."""

import contextlib
import http.client
import threading
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

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


def get(bridge, stream, method="GET", **headers):
    """Return (status, headers, body); http.client says when a body is not whole."""
    connection, answer = open_stream(bridge, stream, method, **headers)
    with contextlib.closing(connection):
        return answer.status, answer.headers, answer.read()


def test_headers(bridge, playing):
    """Audio is MP3, private to Cloudflare, and says that parts of it can be asked for."""
    status, headers, audio = get(bridge, playing["stream"])
    assert status == HTTPStatus.OK
    assert headers["Content-Type"] == "audio/mpeg"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Accept-Ranges"] == "bytes"
    assert identify(audio) == playing["queue"]["current_item"]["title"]


def test_head_pulls_nothing(home, bridge, playing):
    """HEAD is answered without asking MA; once the audio is there it has the length, whatever the range."""
    status, headers, body = get(bridge, playing["stream"], "HEAD")
    assert (status, headers["Content-Type"], body) == (HTTPStatus.OK, "audio/mpeg", b"")
    assert pulls_of(home, playing["stream"]) == []
    audio = bridge.fetch(playing["stream"])
    status, headers, _ = get(bridge, playing["stream"], "HEAD", Range="bytes=5-9")
    assert (status, headers["Content-Length"]) == (HTTPStatus.OK, str(len(audio)))


RANGES = {
    "bytes=0-": (0, None),
    "bytes=0-0": (0, 1),
    "bytes=1000-1999": (1000, 2000),
    "bytes=70000-": (70_000, None),
    "bytes=-500": (-500, None),
    "bytes=1000-99999999": (1000, None),
    "bytes=-99999999": (0, None),
}


@pytest.mark.parametrize(("asked", "part"), RANGES.items(), ids=str)
def test_ranges(home, bridge, playing, asked, part):
    """A part is answered 206 with its place and the length of all, and MA is asked once for everything."""
    audio = bridge.fetch(playing["stream"])
    expected = audio[slice(*part)]
    start = part[0] % len(audio)
    status, headers, body = get(bridge, playing["stream"], Range=asked)
    assert status == HTTPStatus.PARTIAL_CONTENT
    assert headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(audio)}"
    assert headers["Content-Length"] == str(len(expected))
    assert body == expected
    assert len(pulls_of(home, playing["stream"])) == 1


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "items=0-5", "bytes=9-5", "bytes=x", "bytes=" + "0-1," * 400])
def test_ranges_that_are_ignored(bridge, playing, asked):
    """Several ranges, another unit and nonsense are answered with everything."""
    audio = bridge.fetch(playing["stream"])
    assert get(bridge, playing["stream"], Range=asked)[::2] == (HTTPStatus.OK, audio)


def test_beyond_the_end(bridge, playing):
    """What begins behind the last byte is 416, with the length."""
    audio = bridge.fetch(playing["stream"])
    for asked in (f"bytes={len(audio)}-", "bytes=-0"):
        status, headers, body = get(bridge, playing["stream"], Range=asked)
        assert status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        assert (headers["Content-Range"], body) == (f"bytes */{len(audio)}", b"")


def test_if_range(bridge, playing):
    """A part is only sent to who holds the same bytes; with another tag, a weak one or a date all is sent."""
    audio = bridge.fetch(playing["stream"])
    tag = get(bridge, playing["stream"], "HEAD")[1]["ETag"]
    asked = {"Range": "bytes=1000-", "If-Range": tag}
    assert get(bridge, playing["stream"], **asked)[::2] == (HTTPStatus.PARTIAL_CONTENT, audio[1000:])
    for other in ('"another"', f"W/{tag}", tag.strip('"'), "Sun, 22 Nov 2026 10:00:00 GMT"):
        asked["If-Range"] = other
        assert get(bridge, playing["stream"], **asked)[::2] == (HTTPStatus.OK, audio)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions(bridge, playing, method):
    """Who has these bytes gets 304, who wants others 412, whatever the range; the tag stands in both."""
    bridge.fetch(playing["stream"])
    tag = get(bridge, playing["stream"], "HEAD")[1]["ETag"]
    for asked, expected in {
        ("If-None-Match", f'"another", W/{tag}'): HTTPStatus.NOT_MODIFIED,
        ("If-Match", '"another"'): HTTPStatus.PRECONDITION_FAILED,
        ("If-Match", f"W/{tag}"): HTTPStatus.PRECONDITION_FAILED,
    }.items():
        headers = dict([asked], Range="bytes=0-9")
        status, answered, body = get(bridge, playing["stream"], method, **headers)
        assert (status, answered["ETag"], answered["Content-Range"], body) == (expected, tag, None, b"")
        assert answered["Cache-Control"] == "private, no-store"
    headers = {"If-Match": tag, "If-None-Match": '"another"', "Range": "bytes=0-9"}
    met = HTTPStatus.PARTIAL_CONTENT if method == "GET" else HTTPStatus.OK
    assert get(bridge, playing["stream"], method, **headers)[0] == met


def test_conditions_of_what_nobody_has_yet(home, bridge, playing):
    """Before the audio is pulled it has no tag: nobody can have it, and a HEAD still asks MA for nothing."""
    assert get(bridge, playing["stream"], "HEAD", **{"If-Match": '"any"'})[0] == HTTPStatus.PRECONDITION_FAILED
    assert get(bridge, playing["stream"], "HEAD", **{"If-None-Match": '"any"'})[0] == HTTPStatus.OK
    assert pulls_of(home, playing["stream"]) == []


@pytest.fixture
def slow(home, bridge, playing):
    """Have MA's body stop in the middle until the test lets it go on; return the stream."""
    home.refuse("stream", hold_after=200_000)
    connection, answer = open_stream(bridge, playing["stream"])
    assert answer.getheader("Content-Length") is None
    answer.read(150_000)
    yield playing["stream"]
    home.allow()
    connection.close()


def test_what_is_here_is_served_while_the_rest_comes(home, bridge, slow):
    """A part that has come is answered at once, its place known and the length of all not yet."""
    status, headers, body = get(bridge, slow, Range="bytes=1000-99999")
    assert (status, headers["Content-Range"]) == (HTTPStatus.PARTIAL_CONTENT, "bytes 1000-99999/*")
    assert len(body) == 99_000
    assert len(pulls_of(home, slow)) == 1


def test_the_rest_is_waited_for(home, bridge, slow):
    """A room move in the middle of a pull: the part to the end comes, from its place and not from the start."""
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(get(bridge, slow, Range="bytes=100000-")))
    thread.start()
    home.allow()
    thread.join(10)
    audio = bridge.fetch(slow)
    ((status, headers, body),) = waiting
    assert (status, headers["Content-Range"]) == (
        HTTPStatus.PARTIAL_CONTENT,
        f"bytes 100000-{len(audio) - 1}/{len(audio)}",
    )
    assert body == audio[100_000:]
    assert len(pulls_of(home, slow)) == 1


def test_the_rest_is_not_waited_for_for_ever(bridge, slow):
    """When MA is too slow a part whose place is unknown is 503, not the song from its start."""
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(get(bridge, slow, Range="bytes=100000-")))
    thread.start()
    eventually(lambda: bridge.advance(5) or waiting, what="the bridge to give up")
    thread.join(10)
    assert waiting[0][0] == HTTPStatus.SERVICE_UNAVAILABLE


def test_parallel_readers_share_a_pull(home, bridge, slow):
    """Who comes while it is pulled hears it from the start too; MA is asked once."""
    heard = []
    threads = [threading.Thread(target=lambda: heard.append(bridge.fetch(slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    home.allow()
    for thread in threads:
        thread.join(10)
    assert len(heard) == 4
    assert len(set(heard)) == 1
    assert len(pulls_of(home, slow)) == 1


def test_whole_audio_outlives_the_bridge_and_ma(home, bridge_beside, tmp_path):
    """After a restart of the bridge, and with MA gone, what was whole is served as before; half a file is not."""
    uri = home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]
    with bridge_beside(home, tmp_path) as before:
        whole = before.echo(MAC).command("play", media=[uri])["stream"]
        audio = before.fetch(whole)
        tag = get(before, whole, "HEAD")[1]["ETag"]
        half = before.echo(MAC).command("play", media=[uri])["stream"]
        home.refuse("stream", hold_after=200_000)
        connection, answer = open_stream(before, half)
        answer.read(150_000)
        connection.close()
    home.allow()
    with bridge_beside(home, tmp_path, stream_url="http://127.0.0.1:1") as after:
        asked = {"Range": "bytes=1000-", "If-Range": tag}
        assert get(after, whole, **asked)[::2] == (HTTPStatus.PARTIAL_CONTENT, audio[1000:])
        assert get(after, half)[0] == HTTPStatus.BAD_GATEWAY
        assert [path.suffix for path in (tmp_path / "streams").iterdir()].count(".mp3") == 1


def test_a_short_body_is_an_error(home, bridge, playing, caplog):
    """MA ends a body as if it were whole when its source breaks: the reader sees an aborted body, the log a line."""
    home.refuse("stream", end_after=200_000)
    for _ in range(2):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            bridge.fetch(playing["stream"])
    assert "before its track does" in caplog.text
    assert len(pulls_of(home, playing["stream"])) == 1


def test_a_track_shorter_than_its_tags(home, bridge, playing):
    """Where the same track ends at the same place again, its tags are wrong and not the sound: it is whole."""
    home.refuse("stream", end_after=400_000)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        bridge.fetch(playing["stream"])
    again = bridge.echo(MAC).command("seek", position_ms=0)["stream"]
    assert len(bridge.fetch(again)) == 400_000


def test_next_is_pulled_before_it_is_asked_for(home, bridge, playing):
    """Ten seconds before the end what follows is pulled, so that it is on disk when the Echo asks."""
    echo, stream = bridge.echo(MAC), playing["stream"]
    bridge.fetch(stream)
    echo.report("started", stream)
    upcoming = echo.next(stream)["upcoming"]["stream"]
    assert pulls_of(home, upcoming) == []
    bridge.advance(playing["queue"]["current_item"]["duration_ms"] / 1000 - 9)
    eventually(lambda: any(pull["finished"] for pull in pulls_of(home, upcoming)), what="the next stream to be pulled")
    bridge.fetch(upcoming)
    assert len(pulls_of(home, upcoming)) == 1


def test_next_is_pulled_before_it_is_asked_for_and_finds_no_space(home, bridge_beside, tmp_path, monkeypatch):
    """What is larger than the cache, and nobody hears yet, waits for the Echo: asked for once, it comes whole."""
    monkeypatch.setattr("home_bridge.pull.TAIL_BYTES", 200_000)
    uri = home.api("music/search", search_query="Morning Tide", media_types=["album"])["albums"][0]["uri"]
    with bridge_beside(home, tmp_path, cache_bytes=100_000) as bridge:
        echo = bridge.echo(MAC)
        state = echo.command("play", media=[uri])
        bridge.fetch(state["stream"])
        echo.report("started", state["stream"])
        upcoming = echo.next(state["stream"])["upcoming"]
        bridge.advance(state["queue"]["current_item"]["duration_ms"] / 1000 - 9)
        pull = eventually(lambda: pull_of(bridge, upcoming["stream"]), what="the next stream to be pulled")
        eventually(lambda: not pull.held, what="the cache to be full")
        assert identify(bridge.fetch(upcoming["stream"])) == upcoming["item"]["title"]
        assert len(pulls_of(home, upcoming["stream"])) == 1


def pull_of(bridge, stream):
    return bridge.bridge._world.streams.known(urlsplit(stream["url"]).path, stream["generation"])


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


def test_a_track_of_unknown_length(home, bridge, playing):
    """It is pulled once and kept, ends where its audio does, and parts of it can be asked for."""
    player = bridge.bridge._sessions[MAC].player
    player.current = replace(player.current, item=replace(player.current.item, duration_ms=None))
    audio = bridge.fetch(playing["stream"])
    assert identify(audio) == playing["queue"]["current_item"]["title"]
    status, headers, body = get(bridge, playing["stream"], Range="bytes=-500")
    assert (status, body) == (HTTPStatus.PARTIAL_CONTENT, audio[-500:])
    assert headers["Content-Range"].endswith(f"/{len(audio)}")
    assert len(pulls_of(home, playing["stream"])) == 1


def test_conditions_on_a_radio(home, bridge):
    """What has no end has no tag, so that no named one can be met; then the station is not even asked."""
    station = home.api("music/radios/library_items", limit=1)[0]
    stream = bridge.echo(MAC).command("play", media=[station["uri"]])["stream"]
    status, headers, body = get(bridge, stream, **{"If-Match": '"any"'})
    assert (status, headers["ETag"], body) == (HTTPStatus.PRECONDITION_FAILED, None, b"")
    assert pulls_of(home, stream) == []


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
