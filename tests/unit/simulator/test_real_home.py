"""A real server is used only when someone names it, and one that cannot be used is told in a sentence."""

import http.server
import threading
from contextlib import contextmanager

import pytest

from simulator import drive, play, serve
from simulator.real_home import RealHome, UnusableHomeError
from simulator.stack import Stack

URL, TOKEN = "MUSIC_ASSISTANT_URL", "MUSIC_ASSISTANT_TOKEN"
NAMED = {URL: "http://music.local:8095/", TOKEN: "t"}


@contextmanager
def answering(status, body=b""):
    """Yield the address of a server that answers everything alike."""

    class Alike(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Alike)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def checked(url):
    home = RealHome.from_env({**NAMED, URL: url})
    try:
        home.check()
    finally:
        home.close()


def test_without_both_variables_there_is_none():
    """The demonstration's own home is used where no real one is named."""
    assert RealHome.from_env({}) is None
    assert RealHome.from_env({URL: "", TOKEN: ""}) is None


@pytest.mark.parametrize("missing", NAMED)
def test_half_a_name_is_an_error(missing):
    """An address without a token, or a token without an address, is no demonstration: the missing one is named."""
    with pytest.raises(UnusableHomeError, match=f"^{missing} is missing"):
        RealHome.from_env({**NAMED, missing: ""})


def test_its_other_ports_are_the_usual_ones():
    """Streams and slimproto are on the same host, at their own ports, unless said otherwise."""
    home = RealHome.from_env(NAMED)
    assert (home.url, home.stream_url, home.slimproto_port) == (
        "http://music.local:8095",
        "http://music.local:8097",
        3483,
    )
    other = RealHome.from_env({**NAMED, "MUSIC_ASSISTANT_STREAM_URL": "http://x:1", "SLIMPROTO_PORT": "2"})
    assert (other.stream_url, other.slimproto_port) == ("http://x:1", 2)


@pytest.mark.parametrize(
    "url", ["foo", "music.local:8095", "ftp://music.local", "http://", "http://x:99999", "http://["]
)
def test_an_odd_address_is_told(url):
    """What is no address of a web page is told, with one that is."""
    with pytest.raises(UnusableHomeError, match=rf"^{URL} must look like http://192"):
        RealHome.from_env({**NAMED, URL: url})


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1"])
def test_an_odd_port_is_told(port):
    """A port that is none is told by its variable's name."""
    with pytest.raises(UnusableHomeError, match=r"^SLIMPROTO_PORT must be a number from 1 to 65535"):
        RealHome.from_env({**NAMED, "SLIMPROTO_PORT": port})


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b"", f"refuses {TOKEN}: make a new token"),
        (403, b"", f"refuses {TOKEN}: make a new token"),
        (404, b"", rf"no Music Assistant.*HTTP 404.*set {URL}"),
        (200, b"<h1>My router</h1>", rf"no Music Assistant.*no JSON.*set {URL}"),
        (200, b'{"result": 1}', rf"no Music Assistant.*no list of players.*set {URL}"),
    ],
)
def test_another_server_is_told(status, body, told):
    """A server that refuses the token, and one that is no Music Assistant, are told apart, with what to change."""
    with answering(status, body) as url, pytest.raises(UnusableHomeError, match=told):
        checked(url)


def test_silence_is_told():
    """Where nothing listens, the address and whether the server runs are in question."""
    with pytest.raises(UnusableHomeError, match=rf"No answer comes from http://127.0.0.1:1 .*{URL}"):
        checked("http://127.0.0.1:1")


def test_a_music_assistant_passes():
    """A server that lists its players is taken."""
    with answering(200, b"[]") as url:
        checked(url)


def test_no_house_is_started_around_an_unusable_home(monkeypatch):
    """The home is checked when the house starts, not when the first sentence reaches it."""
    monkeypatch.setenv(URL, "http://127.0.0.1:1")
    monkeypatch.setenv(TOKEN, "t")
    stack = Stack()
    with pytest.raises(UnusableHomeError, match="No answer comes"):
        stack._start_home()
    stack._parts.close()


@pytest.mark.parametrize("program", [play, drive, serve], ids=["play", "drive", "serve"])
def test_an_unusable_home_ends_every_program_with_a_sentence(program, monkeypatch, capsys):
    """What cannot be used ends a program with 2 and the sentence alone."""

    class NoHome:
        def __init__(self, **_):
            pass

        def __enter__(self):
            raise UnusableHomeError("It is away.")

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(program, "Stack", NoHome)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert program.main() == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "It is away.\n")
