"""The bridge's public port under attack: what is no plain HTTP, who takes too much, who guesses. Over raw sockets."""

import contextlib
import gc
import gzip
import http.client
import ipaddress
import json
import re
import socket
import tracemalloc

import pytest

from home_bridge import front_door, lines
from home_bridge.http_api import BODY_S
from home_bridge.limits import SUMMARY_S
from music_assistant_alexa.stream_urls import public_stream_url
from simulator.recording_home import RecordingHome
from simulator.waiting import eventually

pytestmark = pytest.mark.slow

BRIDGE_TOKEN = "bridge-token-of-the-tests"
MAC = "02:00:00:00:cc:01"
TOKEN = f"Authorization: Bearer {BRIDGE_TOKEN}\r\n".encode()
GET = b"GET /healthz HTTP/1.1\r\nHost: home\r\n"
POST = b"POST /api HTTP/1.1\r\nHost: home\r\n" + TOKEN
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BODY = json.dumps({"command": "players/all"}).encode()
SMUGGLED = b"POST /api HTTP/1.1\r\nHost: home\r\n" + TOKEN + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


class RawClient:
    """A socket to the bridge."""

    def __init__(self, bridge, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", bridge.bridge.port))

    def send(self, data):
        with contextlib.suppress(ConnectionError):  # the bridge may have hung up by now
            self.socket.sendall(data)

    def answers(self):
        """Return the statuses of all answers until the bridge hangs up."""
        text = bytearray()
        with contextlib.suppress(ConnectionError):
            while data := self.socket.recv(65536):
                text += data
        return [int(status) for status in re.findall(rb"HTTP/[01]\.[019] (\d{3}) ", text)]

    def closed(self):
        """Tell whether the bridge has hung up, throwing away what it sent."""
        self.socket.settimeout(0.01)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module")
def home():
    """Stand where Music Assistant would, and write down what is asked."""
    with RecordingHome() as running:
        yield running


@pytest.fixture(autouse=True)
def _unasked(home):
    home.audio = b"audio"
    home.asked.clear()


@pytest.fixture(scope="module")
def one_bridge(home, bridge_beside, tmp_path_factory):
    """Start one bridge for whole tables."""
    with bridge_beside(home, tmp_path_factory.mktemp("cache")) as running:
        yield running


@pytest.fixture
def connect(bridge):
    """How to open sockets to the bridge; all are closed in the end."""
    with contextlib.ExitStack() as clients:
        yield lambda **how: clients.enter_context(contextlib.closing(RawClient(bridge, **how)))


def sized(length):
    return POST + b"Content-Length: " + length + b"\r\n\r\n{}"


REFUSED = {
    "Content-Length and Transfer-Encoding": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding and Content-Length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two equal Content-Lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two different Content-Lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a list of Content-Lengths": sized(b"2, 2"),
    "a signed Content-Length": sized(b"+2"),
    "a negative Content-Length": sized(b"-2"),
    "a hexadecimal Content-Length": sized(b"0x2"),
    "two numbers as Content-Length": sized(b"1 2"),
    "no number as Content-Length": sized(b""),
    "a Content-Length beyond 64 bits": sized(b"9" * 30),
    "a Content-Length in other digits": sized("\N{FULLWIDTH DIGIT TWO}".encode()),
    "another Transfer-Encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two Transfer-Encodings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked and then not": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two Transfer-Encoding headers": POST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "no Transfer-Encoding in its header": POST + b"Transfer-Encoding:\r\n\r\n",
    "a vertical tab before chunked": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": POST.replace(b"1.1", b"1.0")
    + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET with a body": GET + b"Content-Length: 5\r\n\r\nhello",
    "a compressed body": POST + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "a folded header": GET + b"X-A: b\r\n c\r\n\r\n",
    "a header folded by a tab": GET + b"X-A: b\r\n\tc\r\n\r\n",
    "a first header that is folded": b"GET /healthz HTTP/1.1\r\n Host: home\r\n\r\n",
    "bare LF everywhere": GET.replace(b"\r\n", b"\n") + b"\n",
    "bare LF after the request line": b"GET /healthz HTTP/1.1\nHost: home\r\n\r\n",
    "bare LF after a header": GET + b"X-A: b\nX-B: c\r\n\r\n",
    "bare LF at the end": GET + b"\n",
    "bare CR in a header": GET + b"X-A: b\rX-B: c\r\n\r\n",
    "space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "tab before the colon": POST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "no colon": GET + b"X-A\r\n\r\n",
    "no name": GET + b": a\r\n\r\n",
    "NUL in a value": GET + b"X-A: a\0b\r\n\r\n",
    "NUL in a name": GET + b"X\0A: b\r\n\r\n",
    "a control character in a value": GET + b"X-A: a\x01b\r\n\r\n",
    "DEL in a value": GET + b"X-A: a\x7fb\r\n\r\n",
    "NUL in the path": b"GET /heal\0thz HTTP/1.1\r\nHost: home\r\n\r\n",
    "a control character in the path": b"GET /heal\x01thz HTTP/1.1\r\nHost: home\r\n\r\n",
    "bytes beyond ASCII in the path": b"GET /healthz\xff HTTP/1.1\r\nHost: home\r\n\r\n",
    "a long request line": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: home\r\n\r\n",
    "a long header": GET + b"X-A: " + b"a" * 9000 + b"\r\n\r\n",
    "a long name": GET + b"X" * 9000 + b": a\r\n\r\n",
    "many headers": GET + b"".join(b"X-%d: a\r\n" % number for number in range(100)) + b"\r\n",
    "long headers together": GET + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 4000) for n in range(20)) + b"\r\n",
    "HTTP/0.9": b"GET /healthz\r\n",
    "HTTP/0.9 with headers": b"GET /healthz\r\nHost: home\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/0.9 by its number": b"GET /healthz HTTP/0.9\r\nHost: home\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nHost: home\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 40,
    "another host, absolute": b"GET http://elsewhere/healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "no web address, absolute": b"GET ftp://home/healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "another host's path": b"GET //elsewhere/healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "a path that does not begin": b"GET healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "a fragment": b"GET /healthz#a HTTP/1.1\r\nHost: home\r\n\r\n",
    "CONNECT": b"CONNECT elsewhere:80 HTTP/1.1\r\nHost: home\r\n\r\n",
    "TRACE": b"TRACE /healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "OPTIONS of all": b"OPTIONS * HTTP/1.1\r\nHost: home\r\n\r\n",
    "a method of small letters": b"get /healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "a tab in the request line": b"GET\t/healthz HTTP/1.1\r\nHost: home\r\n\r\n",
    "a fourth word in the request line": b"GET /healthz a HTTP/1.1\r\nHost: home\r\n\r\n",
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: elsewhere\r\n\r\n",
    "an empty Host": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
    "a Host that is none": b"GET /healthz HTTP/1.1\r\nHost: home/a@elsewhere\r\n\r\n",
    "a chunk size with a sign": CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n",
    "a chunk size with 0x": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk size with spaces": CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n",
    "no chunk size": CHUNKED + b"\r\n{}\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": CHUNKED + b"f" * 17 + b"2\r\n{}\r\n0\r\n\r\n",
    "chunks with bare LF": CHUNKED + b"2\n{}\n0\n\n",
    "a chunk that ends in LF": CHUNKED + b"2\r\n{}\n0\r\n\r\n",
    "a chunk longer than its size": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "a chunk without an end": CHUNKED + b"2\r\n{}0\r\n\r\n",
    "bare LF in a chunk extension": CHUNKED + b"2;a\nb\r\n{}\r\n0\r\n\r\n",
    "a Content-Length in the trailer": CHUNKED + b"0\r\nContent-Length: 3\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", REFUSED.values(), ids=REFUSED)
def test_refused(one_bridge, home, request_bytes):
    """What two servers might read differently is refused, and what follows it in the same bytes is never done."""
    with contextlib.closing(RawClient(one_bridge)) as client:
        client.send(request_bytes + SMUGGLED)
        statuses = client.answers()
    assert len(statuses) == 1
    assert statuses[0] in {400, 405, 431}
    assert home.asked == []


LAST = {
    "GET that is chunked": GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an upgrade to HTTP/2": GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "an upgrade to WebSocket": GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", LAST.values(), ids=LAST)
def test_last_of_its_connection(one_bridge, home, request_bytes):
    """What is harmless but ends in doubt is answered, and nothing after it is."""
    with contextlib.closing(RawClient(one_bridge)) as client:
        client.send(request_bytes + SMUGGLED)
        assert client.answers() == [200]
    assert home.asked == []


def test_good_ones_may_follow_each_other(one_bridge, home):
    """The probe itself is good: on its own, and after a good request in the same bytes, it is done."""
    chunked = CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    with contextlib.closing(RawClient(one_bridge)) as client:
        client.send(GET + b"\r\n" + SMUGGLED + chunked + GET + b"Connection: close\r\n\r\n")
        assert client.answers() == [200] * 4
    assert home.asked == ["POST /api HTTP/1.1"] * 2


def test_compressed_bodies_are_not_unpacked(bridge):
    """A body that says it is compressed is refused, however little it would unpack to."""
    packed = gzip.compress(BODY)
    assert bridge.ask("POST", "/api", packed, headers={"Content-Encoding": "gzip"})[0] == 400


# --- slow clients -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [b"", b"GET /heal", GET + b"X-A: b\r\n"], ids=["nothing", "a line", "a head"])
def test_slow_head(bridge, connect, begun):
    """A head that does not come to its end in time ends the connection."""
    client = connect()
    client.send(begun)
    assert not client.closed()
    eventually(lambda: bridge.advance(lines.HEAD_S) or client.closed(), what="the end of a slow connection")


def test_slow_body(bridge, connect):
    """A body that does not come to its end in time is 408 and the end of the connection."""
    client = connect()
    client.send(POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
    assert client.socket.recv(65536).startswith(b"HTTP/1.1 100 ")  # the head has been read in its own time
    client.send(b"{")
    client.socket.settimeout(0.02)

    def answer():
        bridge.advance(BODY_S + 1)
        with contextlib.suppress(TimeoutError):
            return client.socket.recv(65536)

    assert eventually(answer, what="an answer").startswith(b"HTTP/1.1 408 ")
    eventually(lambda: bridge.advance(10) or client.closed(), what="the end of the connection")


def test_client_that_leaves_its_body(bridge, connect, caplog):
    """A client that goes away in the middle of its body is no fault of the bridge, and is not logged as one."""
    client = connect()
    client.send(POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
    assert client.socket.recv(65536).startswith(b"HTTP/1.1 100 ")
    client.send(b"{")
    client.socket.close()
    eventually(lambda: not bridge.bridge._lines.open, what="the end of the connection")
    assert bridge.ask("GET", "/healthz", token=None)[0] == 200
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_idle_connections_are_kept_for_proxies(bridge, connect):
    """Between two requests a proxy may keep its connection for longer than proxies do."""
    client = connect()
    for _ in range(3):
        client.send(GET + b"\r\n")
        assert client.socket.recv(65536).startswith(b"HTTP/1.1 200 ")
        bridge.ask("GET", "/healthz", token=None)  # by when the bridge has done with the other one, too
        bridge.advance(120)
        assert not client.closed()
        client.socket.settimeout(5)


def stream_url(bridge, number=1):
    """Return the path of a stream nobody has handed out, signed all the same."""
    lan_url = f"http://192.168.1.2:8097/single/abc/{MAC}/{number:032x}/{MAC}.mp3"
    public = public_stream_url(
        lan_url, 1, base_url="https://home.example", key=bridge.settings.signing_keys[0], now=bridge.clock.time()
    )
    return public.removeprefix("https://home.example")


def request_of(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: home\r\n{headers}\r\n".encode()


def served(bridge):
    """Return how many streams the bridge is serving."""
    return bridge.bridge._door._slots["/stream/"].count


def stalled(bridge):
    """Return how many connections wait for clients that do not read."""
    return sum(line.stalled for line in tuple(bridge.bridge._lines.open))


def fetched(bridge, path):
    """Fetch a stream once, so that the bridge has all of it."""
    status, audio = bridge.ask("GET", path, token=None)
    assert status == 200
    return audio


def test_reader_that_stalls(home, bridge, connect):
    """Who reads nothing of a stream for five minutes is given up, and its place is free again."""
    home.audio = bytes(8_000_000)
    path = stream_url(bridge)
    fetched(bridge, path)
    client = connect(receive_buffer=4096)
    client.send(request_of(path))
    eventually(lambda: stalled(bridge) == 1, what="a reader that stalls")
    for _ in range(4):  # an Echo may be paused for a while
        bridge.advance(lines.STALL_S / 5)
    assert served(bridge) == 1
    eventually(lambda: bridge.advance(lines.STALL_S) or served(bridge) == 0, what="an end of the patience")
    assert client.closed()


def test_stalled_readers_cost_little(home, bridge, connect):
    """A hundred readers that stall in the middle of a big stream take 64 kB each at most."""
    home.audio = bytes(8_000_000)
    path = stream_url(bridge)
    fetched(bridge, path)
    with contextlib.closing(connect()) as one:
        one.send(request_of(path, "Connection: close\r\n"))
        one.answers()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(100):
            connect(receive_buffer=4096).send(request_of(path, f"X-Forwarded-For: 9.9.9.{number}\r\n"))
        eventually(lambda: served(bridge) == 100, within=20, what="all readers")
        eventually(lambda: stalled(bridge) == 100, within=20, what="all readers to stall")
        per_reader = (tracemalloc.get_traced_memory()[0] - before) / 100
    finally:
        tracemalloc.stop()
    print(f"{per_reader / 1024:.0f} kB a reader")
    assert per_reader < 64 * 1024


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_bridge(home, bridge_beside, tmp_path, monkeypatch):
    """Start a bridge with room for two streams of each client, three in all, and eight connections."""
    monkeypatch.setattr(front_door, "STREAMS", (2, 3))
    monkeypatch.setattr(lines, "CONNECTIONS", 8)
    home.audio = bytes(8_000_000)
    with bridge_beside(home, tmp_path) as running:
        fetched(running, stream_url(running))
        yield running


def asked_by(client):
    return f"X-Forwarded-For: 8.8.8.8, {client}\r\n"


def head_of(client):
    """Return the status and the headers of an answer whose body is left unread."""
    answer = http.client.HTTPResponse(client.socket)
    answer.begin()
    return answer.status, answer.headers


def test_streams_are_limited(small_bridge):
    """Too many streams of one client are 429, too many in all 503, both with Retry-After; what ends makes room."""
    path = stream_url(small_bridge)
    with contextlib.ExitStack() as clients:

        def opened(by):
            client = clients.enter_context(contextlib.closing(RawClient(small_bridge, receive_buffer=4096)))
            client.send(request_of(path, asked_by(by)))
            return client, *head_of(client)

        first, status, _ = opened("9.9.9.1")
        assert (status, opened("9.9.9.1")[1]) == (200, 200)
        _, status, headers = opened("9.9.9.1")
        assert (status, headers["Retry-After"]) == (429, "30")
        assert opened("9.9.9.2")[1] == 200
        _, status, headers = opened("9.9.9.3")
        assert (status, headers["Retry-After"]) == (503, "30")
        assert small_bridge.ask("GET", f"/players/{MAC}")[0] == 404  # the skill is served all the same
        first.close()
        eventually(lambda: served(small_bridge) == 2, what="the place of the one that went away")
        assert opened("9.9.9.3")[1] == 200


def test_connections_are_limited(small_bridge):
    """One connection too many is told so with 503 and ended; what ends makes room."""
    with contextlib.ExitStack() as clients:

        def answers():
            client = clients.enter_context(contextlib.closing(RawClient(small_bridge)))
            client.send(GET + b"\r\n")
            return head_of(client)

        assert eventually(lambda: [answers()[0] for _ in range(8)], what="eight connections") == [200] * 8
        status, headers = answers()
        assert (status, headers["Retry-After"], headers["Connection"]) == (503, "30", "close")
    eventually(lambda: small_bridge.ask("GET", "/healthz")[0] == 200, what="room")


def test_a_household_is_not_limited(home, bridge, connect):
    """Forty Echos behind one address may each read one stream and begin the next; 200 calls at once are answered."""
    home.audio = bytes(2_000_000)
    path = stream_url(bridge)
    fetched(bridge, path)
    readers = [connect(receive_buffer=4096) for _ in range(80)]
    for reader in readers:
        reader.send(request_of(path, asked_by("9.9.9.1")))
    assert {head_of(reader)[0] for reader in readers} == {200}
    calls = [connect() for _ in range(200)]
    for call in calls:
        call.send(f"GET /players/{MAC} HTTP/1.1\r\nHost: home\r\n{asked_by('9.9.9.1')}".encode() + TOKEN + b"\r\n")
    assert {head_of(call)[0] for call in calls} == {404}


# --- guessing -----------------------------------------------------------------------------------------------------


def flood(client, bridge, first, count):
    """Make calls with bad signatures, each with its own and from its own address; all must be refused."""
    path = stream_url(bridge).rpartition("sig=")[0]
    for start in range(first, first + count, 25):
        client.send(
            b"".join(
                request_of(f"{path}sig={number:043d}", asked_by(ipaddress.ip_address(0x0B000000 + number)))
                for number in range(start, start + 25)
            )
        )
        text = b""
        while text.count(b"no such stream") < 25:
            text += client.socket.recv(65536)
        assert text.count(b"HTTP/1.1 403 ") == 25


def test_ten_thousand_bad_signatures(home, bridge, connect, caplog):
    """A flood of guesses reaches nobody, leaves nothing in memory and one line in the log, and stops no good call."""
    client = connect()
    flood(client, bridge, 0, 1000)
    gc.collect()
    tracemalloc.start()
    try:
        flood(client, bridge, 1000, 500)  # what is made once is there by now
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        flood(client, bridge, 1500, 3500)
        gc.collect()
        growth = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert growth < 3500 * 20  # a table of addresses or signatures takes a hundred bytes for each
    assert bridge.ask("GET", f"/players/{MAC}")[0] == 404
    flood(client, bridge, 5000, 5000)
    assert fetched(bridge, stream_url(bridge)) == b"audio"
    assert bridge.ask("GET", f"/players/{MAC}", token="wrong")[0] == 401
    assert len(home.asked) == 1
    assert refusals(caplog) == []
    bridge.advance(SUMMARY_S)
    [line] = eventually(lambda: refusals(caplog), what="a line in the log")
    assert line.startswith("10001 calls")
    assert not re.search(r"11\.0\.|sig=|/|[A-Za-z0-9_-]{20}", line)
    bridge.advance(SUMMARY_S)
    assert len(refusals(caplog)) == 1


def refusals(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "home_bridge.limits"]
