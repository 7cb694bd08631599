"""What the audio suite measures with, and the table it prints.

Each test measures one thing and puts it into the table by `shown`, beside its limit; `make audio` writes the figures
down when it runs whole.
"""

import base64
import contextlib
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from music_assistant_alexa.stream_urls import public_stream_url
from simulator import tones
from simulator.reliability import record
from simulator.stack import Stack
from simulator.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
TOKEN, KEY = "bridge-token-of-the-tests", "signing-key-of-the-tests"
COPIES = 17
"""Of a track of 45 s, for a stream of 30 MB."""


@dataclass(frozen=True)
class Shown:
    """One line of the table; without a limit it is only told."""

    name: str
    measured: str
    limit: str = ""
    good: bool = True


@dataclass
class Table:
    """Everything measured in this run."""

    lines: list[Shown] = field(default_factory=list)
    figures: dict[str, float | str] = field(default_factory=dict)


TABLE = pytest.StashKey[Table]()


def pytest_configure(config):
    config.stash[TABLE] = Table()


@pytest.fixture(scope="session")
def table(request):
    return request.config.stash[TABLE]


@pytest.fixture(scope="session")
def shown(table):
    """Put a figure into the table, and fail where it is over its limit; `kept` is what the page gets of it."""

    def show(name, figure, unit, *, limit=None, detail="", **kept):
        good = limit is None or figure <= limit
        words = f"{figure:.4g} {unit}" + (f" ({detail})" if detail else "")
        table.lines.append(Shown(name, words, "" if limit is None else f"at most {limit:g} {unit}", good))
        table.figures.update(kept)
        assert good, f"{name}: {words}, and {limit:g} {unit} is the most"

    return show


def pytest_sessionfinish(session):
    """Write the figures down, unless something could not be measured here."""
    measured = session.config.stash[TABLE]
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if measured.figures and not (reporter and reporter.stats.get("skipped")):
        record("audio", passed=not session.testsfailed, **measured.figures)


def pytest_terminal_summary(terminalreporter, config):
    lines = config.stash[TABLE].lines
    if not lines:
        return
    terminalreporter.section("audio")
    wide = max(len(line.name) for line in lines) + 2
    measured = max(len(line.measured) for line in lines) + 2
    for line in lines:
        verdict = ("pass" if line.good else "FAIL") if line.limit else ""
        row = f"{line.name:<{wide}}{line.measured:<{measured}}{line.limit:<20}{verdict}"
        terminalreporter.write_line(row.rstrip(), red=not line.good)


class Origin:
    """A stream server that gives the same MP3 for every path, as Music Assistant does: chunked, without a length.

    It is 30 MB, unless fewer copies of one track will do, and comes at once or at a pace. `hold_after(n)` has it stand
    still behind n bytes until `go_on()`.
    """

    def __init__(self, copies=COPIES, bytes_per_s=None):
        self.body = tones.mp3(tones.TIME_CODED) * copies
        self._bytes_per_s = bytes_per_s
        self._gate = threading.Event()
        self._gate.set()
        self._held_at = len(self.body)
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with contextlib.suppress(ConnectionError):
                    origin._send(self)

            def log_message(self, *args):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def hold_after(self, size):
        self._held_at = size
        self._gate.clear()

    def go_on(self):
        self._gate.set()

    def close(self):
        self.go_on()
        self._server.shutdown()
        self._server.server_close()

    def _send(self, handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "audio/mp3")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        began, at = time.monotonic(), 0
        while at < len(self.body):
            if self._bytes_per_s:
                # The one pause of this suite: it is what a real server's encoder takes.
                threading.Event().wait(began + at / self._bytes_per_s - time.monotonic())
            if at == self._held_at:
                self._gate.wait()
            stop = at + 65_536 if at >= self._held_at else min(at + 65_536, self._held_at)
            chunk = self.body[at:stop]
            handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            at += len(chunk)
        handler.wfile.write(b"0\r\n\r\n")


class BridgeProgram:
    """`python -m home_bridge`, a process of its own, so that its memory and its time are its own."""

    def __init__(self, folder, home):
        self.folder = folder
        self._log = folder / "stderr.txt"
        self._home = home
        self._numbers = iter(range(1, 1_000_000))

    def __enter__(self):
        self.folder.mkdir(exist_ok=True)
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'home'}:{ROOT / 'lambda'}",
            "MUSIC_ASSISTANT_URL": self._home.url,
            "MUSIC_ASSISTANT_TOKEN": getattr(self._home, "token", "t"),
            "MUSIC_ASSISTANT_STREAM_URL": getattr(self._home, "stream_url", self._home.url),
            "SLIMPROTO_PORT": str(getattr(self._home, "slimproto_port", 9)),
            "BRIDGE_TOKENS": TOKEN,
            "STREAM_SIGNING_KEYS": KEY,
            "CACHE_DIR": str(self.folder),
            "BRIDGE_HOST": "127.0.0.1",
            "BRIDGE_PORT": "0",
        }
        with self._log.open("wb") as log:
            self._program = subprocess.Popen([sys.executable, "-m", "home_bridge"], env=environ, stderr=log)
        try:
            self.url = eventually(self._address, within=20, what="the bridge to listen")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._program.terminate()
        self._program.wait(10)

    @property
    def resident_kb(self):
        """Return how much memory it holds."""
        status = Path(f"/proc/{self._program.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def ask(self, method, path, body=None):
        """Return what the bridge's own API answers."""
        request = urllib.request.Request(self.url + path, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
        request.data = None if body is None else json.dumps(body).encode()
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            return json.load(answer)

    def new_stream(self):
        """Return the path of a stream nobody has asked for; what its origin gives is the same for all."""
        return self.signed(f"/single/Session1/02:00:00:00:00:99/{next(self._numbers):032x}/02:00:00:00:00:99.mp3", 1)

    def signed(self, url, generation):
        """Return the public path of one of Music Assistant's stream URLs or paths."""
        ma_url = self._home.url + urlsplit(url).path
        public = public_stream_url(ma_url, generation, base_url="https://x", key=KEY, now=time.time())
        return public.removeprefix("https://x")

    def whole_files(self):
        """Return the files that are whole and on disk."""
        return {path.name for path in (self.folder / "streams").iterdir() if path.suffix != ".part"}

    def _address(self):
        return self._log.read_text(encoding="utf-8").partition(" listening on ")[2].strip().partition("\n")[0]


@contextlib.contextmanager
def opened(url, path, method="GET", headers=()):
    """Open a connection of its own; yield the answer, its body not read."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.putrequest(method, path)
        for name, value in dict(headers).items() if isinstance(headers, dict) else headers:
            connection.putheader(name, value)
        connection.endheaders()
        yield connection.getresponse()
    finally:
        connection.close()


@pytest.fixture(scope="session", name="opened")
def _opened():
    return opened


@pytest.fixture(scope="session")
def program():
    return BridgeProgram


@pytest.fixture(scope="session")
def origin_of():
    return Origin


@pytest.fixture(scope="module")
def origin():
    running = Origin()
    yield running
    running.close()


@pytest.fixture(scope="module")
def bridge(origin, tmp_path_factory):
    """Start a bridge whose Music Assistant has nothing but the origin's stream."""
    with BridgeProgram(tmp_path_factory.mktemp("bridge"), origin) as running:
        yield running


@pytest.fixture(scope="module")  # moto keeps one table for a whole process
def stack():
    """Start the whole house with the stand-in home, whatever server is named outside."""
    with pytest.MonkeyPatch.context() as environ:
        for name in ("MUSIC_ASSISTANT_URL", "MUSIC_ASSISTANT_TOKEN"):
            environ.delenv(name, raising=False)
        with Stack() as running:
            yield running


@pytest.fixture(scope="session")
def pulled():
    """Say whether the bridge of a house has the whole of what a public URL names."""

    def is_pulled(stack, url):
        ref = urlsplit(url).path.rpartition("/")[2].partition(".")[0]
        meant = json.loads(base64.urlsafe_b64decode(ref + "=" * (-len(ref) % 4)))
        pull = stack.bridge._world.streams.known(meant["p"], meant["g"])
        return pull is not None and pull.finished

    return is_pulled


@pytest.fixture(autouse=True)
def _origin_goes_on(request):
    yield
    if "origin" in request.fixturenames:
        request.getfixturevalue("origin").go_on()
