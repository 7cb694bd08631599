"""Whatever is sent to the bridge's port: an answer, never a fault of its own, nothing kept, little logged."""

import gc
import json
import logging
import re
import socket
import tracemalloc
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from home_bridge.service import Bridge
from home_bridge.settings import Settings
from music_assistant_alexa.stream_urls import public_stream_url
from simulator.loop_thread import LoopThread
from simulator.reliability import examples
from simulator.spoiling import ODD_TEXTS, WAYS, spoiled
from simulator.stand_in import StandIn

pytestmark = pytest.mark.slow

HOST, TOKEN, KEY = "127.0.0.1", "bridge-token-of-the-tests", "signing-key-of-the-tests"
MAC = "02:00:00:00:00:01"
ITEM = "0123456789abcdef0123456789abcdef"
QUIETLY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
CODES = {
    *("bad_request", "unauthorized", "forbidden", "command_not_allowed", "not_found", "method_not_allowed"),
    *("unknown_player", "unknown_item", "queue_finished", "too_large", "stream_timeout"),
    *("music_assistant_unreachable", "music_assistant_auth", "music_assistant_refused"),
}
EVENT = {"event": "stopped", "generation": 5, "queue_item_id": ITEM, "offset_ms": 7_000, "occurred_at": 1_795_000_000}
CALLS = [
    ("GET", "/healthz", None),
    (
        "POST",
        "/api",
        {"command": "music/search", "args": {"search_query": "blue", "media_types": ["album"], "limit": 2}},
    ),
    ("POST", "/api", {"command": "players/get", "args": {"player_id": MAC}}),
    (
        "POST",
        "/api",
        {"command": "player_queues/play_media", "args": {"queue_id": "x", "media": ["library://track/1"]}},
    ),
    ("PUT", f"/players/{MAC}", {"name": "Kitchen"}),
    ("GET", f"/players/{MAC}", None),
    ("DELETE", "/players/02:00:00:00:00:99", None),
    ("GET", f"/players/{MAC}/next?generation=5", None),
    ("POST", f"/players/{MAC}/events", EVENT),
    ("POST", f"/players/{MAC}/events", EVENT | {"event": "failed", "current_generation": 5}),
    ("POST", f"/players/{MAC}/command", {"command": "resume", "args": {"queue_item_id": ITEM, "position_ms": 1_000}}),
    ("POST", f"/players/{MAC}/command", {"command": "next", "args": {"queue_item_id": ITEM, "name": "Kitchen"}}),
    ("POST", f"/players/{MAC}/command", {"command": "jump", "args": {"index": -1}}),
    ("POST", f"/players/{MAC}/command", {"command": "play", "args": {"media": ["library://nothing/1"]}}),
    ("GET", "/stream/{signed}", None),
    ("GET", "/art/eyJ1IjoiaHR0cHM6Ly9leGFtcGxlLmNvbSJ9.jpg?exp=1795000000&sig=x", None),
]
WAITS_FOR_MORE = (b"Content-Length: 9999", b"Transfer-Encoding", b"Upgrade")
LARGEST_UNREAD = 60_000
"""Bytes that are still on their way when a request is refused become a reset, in place of the answer."""
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW", "G\x00T"]
HEADERS = [
    *(b"Authorization: Bearer ", b"Authorization: Basic \xff\xfe", b"Authorization: Bearer " + b"x" * 6_000),
    *(b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"Content-Encoding: zstd", b"Content-Type: text/\xff"),
    *(b"Transfer-Encoding: chunked", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999"),
    *(
        b"Range: bytes=5-1",
        b"Range: bytes=" + b"0-1," * 500,
        b"Expect: 100-continue",
        b"Expect: x",
        b"Upgrade: websocket",
    ),
    *(
        b"If-Modified-Since: yesterday",
        b"X: " + b"y" * 9_000,
        b"\xff: \xff",
        b"no colon",
        b"Host: \x01",
        b'Cookie: a="b',
    ),
    *(b"Connection: Upgrade, close", b"Sec-WebSocket-Key: x", b"Accept: */*;q=x", b"X-Forwarded-For: ::1"),
]


@dataclass
class Door:
    """The bridge's port, and what the bridge wrote to its log meanwhile."""

    port: int
    signed: str
    lines: list[str]

    def send(self, request):
        """Send bytes; return the status and the body, or None where nothing was answered."""
        waits_for_more = any(header in request for header in WAITS_FOR_MORE)
        with socket.create_connection((HOST, self.port), timeout=0.2 if waits_for_more else 15) as line:
            try:
                line.sendall(request)
                answer = b"".join(iter(lambda: line.recv(65_536), b""))
            except (ConnectionError, TimeoutError):
                return None  # refused before it was read to its end, or waiting for what does not come
        head, _, body = answer.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/\d\.\d (\d{3}) ", head)
        return (int(status[1]), body) if status else None


class Lines(logging.Handler):
    def __init__(self, lines):
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record):
        self._lines.append(self.format(record))


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """Start a bridge that has one player, beside a stand-in home."""
    lines, thread, folder = [], LoopThread(name="bridge"), tmp_path_factory.mktemp("bridge")
    heard = [logging.getLogger(name) for name in ("home_bridge", "aiohttp", "asyncio")]
    handler = Lines(lines)
    with StandIn() as home:
        bridge_settings = Settings(
            ma_url=home.url,
            ma_token=home.token,
            bridge_tokens=(TOKEN,),
            signing_keys=(KEY,),
            stream_url=home.stream_url,
            slimproto_port=home.slimproto_port,
            cache_dir=folder,
            host=HOST,
            port=0,
        )
        bridge = Bridge(bridge_settings)
        thread.run(bridge.start())
        thread.run(bridge.put(MAC, "Kitchen"))
        url = f"{home.stream_url}/single/s1/{MAC}/{ITEM}/{MAC}.mp3"
        signed = public_stream_url(url, 5, base_url="https://x", key=KEY, now=bridge._clock.time())
        for logger in heard:
            logger.addHandler(handler)
        yield Door(bridge.port, signed.removeprefix("https://x/stream/"), lines)
        for logger in heard:
            logger.removeHandler(handler)
        thread.run(bridge.close())
    thread.close()


def request_of(door, call, spoils, method, headers, path, body):
    """Return the bytes of a request, spoiled here and there."""
    right_method, right_path, right_body = CALLS[call]
    content = b"" if right_body is None else json.dumps(spoiled(right_body, spoils, deepest=60)).encode()
    content = content if body is None else body
    address = right_path.replace("{signed}", door.signed) + path
    lines = [f"{method or right_method} {address} HTTP/1.1".encode("utf-8", "surrogatepass"), b"Host: home"]
    # A header that comes first counts; what is spoiled comes first.
    lines += [*headers, b"Authorization: Bearer " + TOKEN.encode(), b"Content-Length: %d" % len(content)]
    return b"\r\n".join([*lines, b"Connection: close", b"", content])


def check(door, request):
    """Send a request: what is answered is an answer of the bridge's, and one line of log tells of it at most."""
    door.lines.clear()
    answer = door.send(request)
    assert len(door.lines) <= 2, door.lines
    assert [line for line in door.lines if len(line) > 500] == []
    if answer is None:
        assert len(request) > LARGEST_UNREAD or any(header in request for header in WAITS_FOR_MORE)
        return
    status, body = answer
    assert status < 500 or status in {502, 504}, door.lines
    assert b"Traceback" not in body
    assert b'File "' not in body
    if status >= 400 and body.startswith(b"{"):
        error = json.loads(body)
        assert error["error"] in CODES
        assert len(error["detail"]) < 1_000


SPOILED = {
    "call": st.integers(0, len(CALLS) - 1),
    "spoils": st.lists(st.tuples(st.integers(0, 40), st.sampled_from(WAYS), st.integers(0, 40)), max_size=3),
    "method": st.one_of(st.none(), st.none(), st.none(), st.sampled_from(METHODS)),
    "headers": st.lists(st.sampled_from(HEADERS), max_size=2) | st.just([]),
    "path": st.one_of(st.just(""), st.just(""), st.sampled_from(["/", "?", "&a=%ff", "/..", "%00", "#x", *ODD_TEXTS])),
    "body": st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=60)),
}


@given(**SPOILED)
@settings(max_examples=700, derandomize=True, **QUIETLY)
def test_a_spoiled_request(door, tried, **spoils):
    """Methods, paths, bodies, headers and tokens of every endpoint: no 500, errors in the bridge's own form."""
    check(door, request_of(door, **spoils))
    tried["bridge calls"] += 1


@pytest.mark.fuzz
@pytest.mark.timeout(1_200)
@given(**SPOILED)
@settings(max_examples=examples(5_000), **QUIETLY)
def test_spoiled_requests_for_long(door, tried, **spoils):
    """The same, for longer."""
    check(door, request_of(door, **spoils))
    tried["bridge calls"] += 1


DEEP = b'{"command": "players/get", "args": {"uri": ' + b"[" * 940 + b"]" * 940 + b"}}"
LARGE = json.dumps({"command": "music/search", "args": {"search_query": "x" * 250_000}}).encode()
HALF = b'{"name": "Kitchen \\ud83d"}'
REFUSED = [
    ("POST", "/api", DEEP, 502),
    ("POST", "/api", b"[" * 100_000, 400),
    ("POST", "/api", LARGE + b" " * 12_500, 413),
    ("POST", f"/players/{MAC}/command", b'{"command": "play", "args": {"media": ["' + b"x" * 200_000 + b'"]}}', 403),
    ("PUT", f"/players/{MAC}", HALF, 400),
    ("PUT", "/players/02:00:00:00:00:0g", b"{}", 400),
    ("GET", "/players/02:00:00:00:00:77", b"", 404),
    ("GET", "/stream/" + "x" * 4_000 + ".mp3?exp=1795000000&sig=x", b"", 403),
]


def plain(method, path, body, *more):
    head = [f"{method} {path} HTTP/1.1".encode(), b"Host: home", b"Authorization: Bearer " + TOKEN.encode(), *more]
    return b"\r\n".join([*head, b"Content-Length: %d" % len(body), b"Connection: close", b"", body])


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
def test_large_and_deep_requests_are_refused(door, method, path, body, status):
    """What is too large, too deep or half a character is refused as what it is."""
    answered, content = door.send(plain(method, path, body))
    assert answered in {status, 400}
    assert json.loads(content)["error"] in CODES


def test_a_body_that_cannot_be_unpacked(door):
    """A body that is not in the encoding it says is the caller's fault, in one short answer."""
    status, content = door.send(plain("POST", "/api", b"{}", b"Content-Encoding: gzip"))
    assert (status, json.loads(content)["error"]) == (400, "bad_request")


def test_nothing_of_refused_requests_is_kept(door):
    """Hundreds of refused requests, the large ones too, leave no memory behind."""
    requests = [plain(method, path, body) for method, path, body, _ in REFUSED]
    for request in requests * 3:
        door.send(request)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for request in requests * 25:
        door.send(request)
    door.lines.clear()
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 500_000, f"{kept:,} bytes are kept of {25 * len(requests)} refused requests"
