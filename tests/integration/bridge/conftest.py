"""A bridge beside a stand-in home, both with clocks that tests move."""

import asyncio
import json
import os
import threading
import time
import urllib.error
import urllib.request
from http import HTTPStatus

import pytest

from home_bridge.service import Bridge
from home_bridge.settings import Settings
from music_assistant_alexa.stream_urls import public_stream_url
from simulator.clock import MovableClock, MovableLoop
from simulator.stand_in import StandIn

BRIDGE_TOKEN = "bridge-token-of-the-tests"
SIGNING_KEY = "signing-key-of-the-tests"
VERSIONS = ("3.1.5", "3.3.0")


class RealHome:
    """A real server, named by the two variables. Its clock cannot be moved: the bridge's moves by waiting."""

    def __init__(self):
        self.url = os.environ["MUSIC_ASSISTANT_URL"].rstrip("/")
        self.token = os.environ["MUSIC_ASSISTANT_TOKEN"]
        self.stream_url = os.environ.get("MUSIC_ASSISTANT_STREAM_URL", "")
        self.slimproto_port = 3483
        self.bridge = None

    def api(self, command, **args):
        request = urllib.request.Request(self.url + "/api", json.dumps({"command": command, "args": args}).encode())
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def advance(self, seconds):
        """Leave it to the bridge's clock, which is moved with this one."""

    def drop_connections(self):
        self.bridge.drop_connections()

    def pulls(self):
        pytest.skip("a real server does not tell what was pulled")


class BridgeInThread:
    """A running bridge, spoken to over its own HTTP API."""

    def __init__(self, settings):
        self.settings = settings
        self.real_time = False
        self.clock = MovableClock()
        self._loop = MovableLoop(self.clock)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        self.bridge = self._call(self._start())
        self.url = self.bridge.url
        return self

    def __exit__(self, *_):
        self._call(self.bridge.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def advance(self, seconds):
        if self.real_time:
            time.sleep(seconds)
        else:
            self.clock.advance(seconds)

    def drop_connections(self):
        for session in self.bridge._sessions.values():
            self._loop.call_soon_threadsafe(session._connection._writer.transport.abort)

    def ask(self, method, path, body=None, *, token=BRIDGE_TOKEN, headers=None):
        """Return (status, JSON or bytes)."""
        request = urllib.request.Request(self.url + path, method=method, headers=dict(headers or {}))
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _content(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _content(error)

    def ok(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status == HTTPStatus.OK, answer
        return answer

    def echo(self, mac="02:00:00:00:00:01"):
        return Echo(self, mac)

    def stream_path(self, stream, **changes):
        url = public_stream_url(
            stream["url"],
            stream["generation"],
            base_url="https://home.example",
            key=SIGNING_KEY,
            now=self.clock.time(),
            **changes,
        )
        return url.removeprefix("https://home.example")

    def fetch(self, stream):
        status, audio = self.ask("GET", self.stream_path(stream), token=None)
        assert status == HTTPStatus.OK, audio
        return audio

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self):
        bridge = Bridge(self.settings, clock=self.clock)
        await bridge.start()
        return bridge

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


class Echo:
    """What the skill asks and reports for one Echo."""

    def __init__(self, bridge, mac):
        self.bridge = bridge
        self.mac = mac
        self.path = f"/players/{mac}"

    def command(self, name, **args):
        return self.bridge.ok("POST", f"{self.path}/command", {"command": name, "args": args})

    def refused(self, name, **args):
        status, answer = self.bridge.ask("POST", f"{self.path}/command", {"command": name, "args": args})
        return status, answer["error"]

    def report(self, event, stream, offset_ms=0, **more):
        body = {
            "event": event,
            "generation": stream["generation"],
            "queue_item_id": stream["queue_item_id"],
            "offset_ms": offset_ms,
            "occurred_at": int(self.bridge.clock.time()),
        }
        return self.bridge.ok("POST", f"{self.path}/events", body | more)

    def next(self, stream):
        return self.bridge.ok("GET", f"{self.path}/next?generation={stream['generation']}")

    def state(self):
        return self.bridge.ok("GET", self.path)


def _content(answer):
    body = answer.read()
    return json.loads(body) if answer.headers.get_content_type() == "application/json" else body


def settings_for(home, folder, **changes):
    fields = {
        "ma_url": home.url,
        "ma_token": home.token,
        "bridge_tokens": (BRIDGE_TOKEN,),
        "signing_keys": (SIGNING_KEY,),
        "stream_url": home.stream_url,
        "slimproto_port": home.slimproto_port,
        "cache_dir": folder,
        "host": "127.0.0.1",
        "port": 0,
    }
    return Settings(**fields | changes)


def _homes():
    """Return the homes to test with: both generations of the library MA runs, and a real server where one is named."""
    real = bool(os.environ.get("MUSIC_ASSISTANT_URL") and os.environ.get("MUSIC_ASSISTANT_TOKEN"))
    return [*VERSIONS, *([pytest.param("real", marks=[pytest.mark.live, pytest.mark.timeout(600)])] if real else [])]


@pytest.fixture(scope="module", params=_homes())
def home(request):
    """Start a home."""
    if request.param == "real":
        yield RealHome()
        return
    with StandIn(aioslimproto=request.param) as running:
        yield running


@pytest.fixture
def bridge(home, tmp_path):
    """Start a bridge of its own for each test."""
    with BridgeInThread(settings_for(home, tmp_path)) as running:
        if isinstance(home, RealHome):
            home.bridge = running
            running.real_time = True
        yield running


@pytest.fixture(scope="session")
def bridge_beside():
    """Start a bridge beside a given home, with a given folder."""
    return lambda home, folder, **changes: BridgeInThread(settings_for(home, folder, **changes))
