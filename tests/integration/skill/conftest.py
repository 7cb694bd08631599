"""A home on loopback behind real TLS, that answers or misbehaves as a test scripts it."""

import contextlib
import copy
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

import pytest
import trustme

from music_assistant_alexa import deadline, telemetry
from music_assistant_alexa.adapters.breaker import Breaker
from music_assistant_alexa.adapters.home_http import HomeHttp
from music_assistant_alexa.settings import Credentials

TOKEN = "the-bridge-token-of-the-tests"
SECRET = {"bridge_token": TOKEN, "stream_signing_key": "k", "access_client_id": "", "access_client_secret": ""}


@dataclass
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def answer(status=200, body=b"{}", kind="application/json", **headers):
    """Return the bytes of an HTTP answer that keeps its connection."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class FakeHome:
    """A TLS server; `script` makes an answer of each request: bytes, or a function that gets the connection."""

    context: ssl.SSLContext
    script: object = staticmethod(lambda _request: answer())
    requests: list = field(default_factory=list)
    handshakes: int = 0
    ended: int = 0
    """Connections with a handshake that are over."""
    cut: threading.Event = field(default_factory=threading.Event)
    """Set when the client ends a connection in the middle of an answer."""

    def __post_init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def close(self):
        self.closing.set()
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        with contextlib.suppress(OSError, ValueError), plain:
            secure = self.context.wrap_socket(plain, server_side=True)
            with secure, secure.makefile("rb") as reader:
                self.handshakes += 1
                try:
                    while self._exchange(secure, reader):
                        pass
                finally:
                    self.ended += 1

    def _exchange(self, secure, reader):
        """Answer one request; False when the connection is to be closed."""
        method, path, _ = reader.readline().decode().split()
        lines = iter(lambda: reader.readline().decode().strip(), "")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = reader.read(int(headers.get("content-length", 0)))
        request = Request(method, path, headers, body)
        self.requests.append(request)
        reply = self.script(request)
        if callable(reply):
            reply(secure)
            return False
        secure.sendall(reply)
        return True

    def drip(self, head, piece, pause_s=0.02):
        """Return a reply that sends `piece` again and again, far longer than any deadline of the tests."""

        def send(secure):
            try:
                secure.sendall(head)
                for _ in range(500):
                    secure.sendall(piece)
                    if self.closing.wait(pause_s):
                        return
            except OSError:
                self.cut.set()

        return send


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture(scope="session")
def certificate(authority):
    return authority.issue_cert("localhost")


@pytest.fixture
def make_home(certificate):
    """Return a function that starts a home, with the right certificate or another one."""
    homes = []

    def make(other=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (other or certificate).configure_cert(context)
        homes.append(FakeHome(context))
        return homes[-1]

    yield make
    for home in homes:
        home.close()


@pytest.fixture
def home(make_home):
    return make_home()


@pytest.fixture
def credentials():
    return Credentials("/x", lambda _name: json.dumps(SECRET))


@pytest.fixture(scope="session")
def first_client(authority):
    """Make the one client whose certificates are parsed; every other is a copy of it, for another address."""
    client = HomeHttp("https://localhost", None, authority.cert_pem.bytes().decode())
    yield client
    client._session.close()


@pytest.fixture
def make_client(first_client, credentials):
    """Return a function that makes a client of a URL, which trusts the tests' authority."""

    def make(url, now=time.time):
        client = copy.copy(first_client)
        client._base_url, client._credentials, client._breaker = url, credentials, Breaker(now)
        client._session.get_adapter(url).poolmanager.clear()
        return client

    return make


@pytest.fixture
def client(make_client, home):
    return make_client(home.url)


@pytest.fixture(name="answer")
def _answer():
    return answer


@pytest.fixture(autouse=True)
def _budget():
    """Give each test the time of one request, and count nothing."""
    with deadline.spending():
        yield
    telemetry.metrics.clear_metrics()
