"""Audio is really pulled over TLS, and its failures have Alexa's names."""

import http.server
import threading
from functools import cache

import pytest
import requests

from simulator import tones
from simulator.demo_library import LIBRARY
from simulator.sound import LONGEST_MS, FetchFailed, HttpsEar
from simulator.tls import Authority, TlsFront
from simulator.waiting import eventually

TRACK = min(LIBRARY.tracks, key=lambda track: track.duration_s)


@cache
def audio():
    return tones.mp3(TRACK)


class Shelf(http.server.BaseHTTPRequestHandler):
    """One track, a broken copy of it, a page and errors."""

    def do_GET(self):
        if self.path.startswith("/status/"):
            self.reply(int(self.path.rsplit("/", maxsplit=1)[-1]), "text/plain", b"no")
        elif self.path == "/page":
            self.reply(200, "text/html", b"<h1>Sign in</h1>")
        elif self.path == "/endless":
            self.reply(200, "audio/mpeg", audio() * 50)
        elif self.path == "/station":
            self.reply(200, "audio/mpeg", audio(), length=False, **{"Accept-Ranges": "none"})
        elif self.path == "/whole":
            self.reply(200, "audio/mpeg", audio(), **{"Accept-Ranges": "none"})
        elif self.path == "/ranges" and (asked := self.headers["Range"]):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            about = {"Content-Range": f"bytes {start}-{len(audio()) - 1}/{len(audio())}"}
            self.reply(206, "audio/mpeg", audio()[start:], **about)
        elif self.path == "/noise":
            self.reply(200, "audio/mpeg", bytes(100_000))
        else:
            self.reply(200, "audio/mpeg", audio(), missing=100_000 if self.path == "/broken" else 0)

    def reply(self, status, kind, body, missing=0, *, length=True, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - missing])

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def shelf():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    server.handle_error = lambda *_: None  # clients that go away are what some tests are about
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def front(shelf, authority):
    front = TlsFront(shelf, authority)
    yield front
    front.close()


@pytest.fixture
def ear(authority, tmp_path):
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(authority.pem)
    ear = HttpsEar(str(ca_file), tones.identify)
    yield ear
    ear.close()


def test_a_track_is_recognised_before_it_is_whole(front, ear):
    """A second and a half are enough to know which track it is; the end tells its length."""
    sound = ear.open(f"{front.url}/track.mp3")
    sound.hear(1_500)
    assert sound.track == TRACK.title
    assert sound.length_ms is None
    assert 1_500 <= sound.buffered_ms < 3_000
    sound.hear(10 * 60_000)
    assert sound.received == len(audio())
    assert sound.length_ms == pytest.approx(TRACK.duration_s * 1_000, abs=100)
    sound.close()


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/status/404", "MEDIA_ERROR_INVALID_REQUEST"),
        ("/status/403", "MEDIA_ERROR_INVALID_REQUEST"),
        ("/status/500", "MEDIA_ERROR_INTERNAL_SERVER_ERROR"),
        ("/status/504", "MEDIA_ERROR_INTERNAL_SERVER_ERROR"),
        ("/page", "MEDIA_ERROR_INVALID_REQUEST"),
    ],
)
def test_a_refused_stream_has_alexas_name(front, ear, path, error):
    """4xx is an invalid request, 5xx a server's error; a page is no audio."""
    with pytest.raises(FetchFailed) as caught:
        ear.open(front.url + path)
    assert caught.value.error_type == error


@pytest.mark.parametrize(("path", "endless"), [("/station", True), ("/whole", False), ("/ranges", False)])
def test_a_station_is_known_by_its_headers(front, ear, path, endless):
    """What has neither a length nor parts has no end; either of them promises one."""
    sound = ear.open(front.url + path)
    assert sound.endless is endless
    sound.close()


def test_a_stream_is_gone_on_with(front, ear):
    """From the byte that is heard the rest comes over another connection, and the whole has its length and its tone."""
    begun = ear.open(f"{front.url}/ranges")
    begun.hear(3_000)
    rest = ear.go_on(begun.url, begun, 3_000)
    rest.hear(LONGEST_MS)
    assert 0 < rest.joined_at <= begun.received
    assert rest.audio == audio()
    assert rest.length_ms == pytest.approx(TRACK.duration_s * 1_000, abs=100)
    assert tones.identify(rest.audio[rest.joined_at :]) == TRACK.title


def test_who_ignores_a_range_is_no_help(front, ear):
    """The whole stream instead of its rest would begin again: that is a failure."""
    begun = ear.open(f"{front.url}/track.mp3")
    begun.hear(3_000)
    with pytest.raises(FetchFailed, match="asked for a range"):
        ear.go_on(begun.url, begun, 3_000)


def test_noise_is_no_audio(front, ear):
    """What cannot be decoded fails while it is heard."""
    with pytest.raises(FetchFailed, match="MEDIA_ERROR_UNKNOWN"):
        ear.open(f"{front.url}/noise").hear(1_000)


def test_a_broken_stream_fails_at_its_break(front, ear):
    """A connection that ends too early is an error, however often one asks, and never a short track."""
    sound = ear.open(f"{front.url}/broken")
    sound.hear(1_500)
    for _ in range(2):
        with pytest.raises(FetchFailed, match="MEDIA_ERROR_SERVICE_UNAVAILABLE"):
            sound.hear(10 * 60_000)
    assert sound.length_ms is None


def test_an_unknown_authority_is_not_trusted(front, tmp_path):
    """A certificate of another authority makes the host unreachable for an Echo."""
    ca_file = tmp_path / "other.pem"
    ca_file.write_text(Authority().pem)
    with pytest.raises(FetchFailed, match="MEDIA_ERROR_SERVICE_UNAVAILABLE"):
        HttpsEar(str(ca_file), tones.identify).open(f"{front.url}/track.mp3")


def test_the_cable_can_be_pulled(front, ear):
    """Unplugged, connections are refused and open ones cut; plugged in again, all is well on the same address."""
    url = f"{front.url}/track.mp3"
    front.unplug()
    with pytest.raises(FetchFailed, match="MEDIA_ERROR_SERVICE_UNAVAILABLE"):
        ear.open(url)
    front.plug()
    assert front.url in url
    ear.open(url).close()


@pytest.mark.parametrize("how", ["refused", "tunnel"])
def test_an_unplugged_stream_breaks(front, ear, how):
    """Pulling the cable cuts the streams that are running, too."""
    sound = ear.open(f"{front.url}/endless")
    sound.hear(1_500)
    front.unplug(how)
    with pytest.raises(FetchFailed, match="MEDIA_ERROR_SERVICE_UNAVAILABLE"):
        sound.hear(50 * TRACK.duration_s * 1_000)


def test_a_tunnel_can_be_down(front, authority, tmp_path):
    """Down, it answers 530 with a page of HTML, as Cloudflare does."""
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(authority.pem)
    front.unplug("tunnel")
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(front.url, verify=str(ca_file), timeout=5)
    assert answer.status_code == 530
    assert answer.headers["Content-Type"].startswith("text/html")


def test_connections_are_counted(front, ear):
    """Each connection made counts once."""
    before = front.connections
    ear.open(f"{front.url}/track.mp3").close()
    assert eventually(lambda: front.connections == before + 1, what="one connection more")
