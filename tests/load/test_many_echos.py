"""Two hundred Echos at once on one bridge: every one plays, no event is lost, and how long the bridge takes is told."""

import asyncio
import time
from collections import Counter
from http import HTTPStatus

import aiohttp
import pytest

from home_bridge.service import Bridge
from home_bridge.settings import Settings
from music_assistant_alexa.stream_urls import public_stream_url
from simulator.loop_thread import LoopThread
from simulator.stand_in import StandIn
from simulator.waiting import eventually

pytestmark = [pytest.mark.load, pytest.mark.timeout(300)]

ECHOS = 200
LONGEST_CALL_S = 6.0
"""A skill's whole answer has to be there by then."""
TOKEN, KEY = "bridge-token-of-the-tests", "signing-key-of-the-tests"
ALBUMS = ("Night Ferry", "Morning Tide")


@pytest.fixture(scope="module")
def home():
    with StandIn() as running:
        yield running


@pytest.fixture(scope="module")
def bridge(home, tmp_path_factory):
    thread = LoopThread(name="bridge")
    running = Bridge(
        Settings(
            ma_url=home.url,
            ma_token=home.token,
            bridge_tokens=(TOKEN,),
            signing_keys=(KEY,),
            stream_url=home.stream_url,
            slimproto_port=home.slimproto_port,
            cache_dir=tmp_path_factory.mktemp("bridge"),
            host="127.0.0.1",
            port=0,
        )
    )
    thread.run(running.start())
    yield running
    thread.run(running.close())
    thread.close()


class RefusedError(Exception):
    """The bridge answered with an error."""


class Echo:
    """What the skill asks and reports for one Echo, and how long each answer took."""

    def __init__(self, http, number, took):
        self.mac = f"02:00:00:00:{number // 256:02x}:{number % 256:02x}"
        self.number = number
        self._http = http
        self._took = took
        self._seconds = 0

    async def evening(self, uri):
        """Play, ask what follows, be interrupted, go over to the next track, and stop there."""
        state = await self._ask(
            "POST", "/command", {"command": "play", "args": {"media": [uri], "name": f"Room {self.number}"}}
        )
        first = state["stream"]
        await self._pull(first)
        await self._report("started", first, 0)
        upcoming = (await self._ask("GET", f"/next?generation={first['generation']}"))["upcoming"]
        assert upcoming, "a track follows"
        second = upcoming["stream"]
        await self._report("stopped", first, 5_000)
        await self._report("started", first, 5_000)
        await self._pull(second)
        await self._report("finished", first, 30_000)
        await self._report("started", second, 0)
        await self._report("stopped", second, 1_000 * (1 + self.number % 20))
        return second["queue_item_id"]

    async def state(self):
        return await self._ask("GET", "")

    async def _pull(self, stream):
        """Fetch enough of a stream to begin to play; the bridge pulls the rest."""
        url = public_stream_url(stream["url"], stream["generation"], base_url="https://x", key=KEY, now=time.time())
        async with self._http.get(url.removeprefix("https://x")) as audio:
            assert audio.status == HTTPStatus.OK
            await audio.content.readexactly(65_536)

    async def _report(self, event, stream, offset_ms):
        self._seconds += 1
        about = {"generation": stream["generation"], "queue_item_id": stream["queue_item_id"]}
        said = {"event": event, "offset_ms": offset_ms, "occurred_at": int(time.time()) + self._seconds}
        return await self._ask("POST", "/events", about | said)

    async def _ask(self, method, path, body=None):
        began = time.monotonic()
        async with self._http.request(method, f"/players/{self.mac}{path}", json=body) as answer:
            content = await answer.json()
        self._took.append(time.monotonic() - began)
        if answer.status != HTTPStatus.OK:
            raise RefusedError(f"{method} {path.partition('?')[0]} {(body or {}).get('event', '')}: {content}")
        return content


async def evenings(url, uris):
    """Let all Echos have theirs at once; return what each heard last, their states, and the seconds of all calls."""
    took = []
    limits = {"connector": aiohttp.TCPConnector(limit=0), "timeout": aiohttp.ClientTimeout(total=60)}
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {TOKEN}"}, **limits) as http:
        echos = [Echo(http, number, took) for number in range(1, ECHOS + 1)]
        ended = await asyncio.gather(
            *(echo.evening(uris[echo.number % len(uris)]) for echo in echos), return_exceptions=True
        )
        calls = sorted(took)
        states = await asyncio.gather(*(echo.state() for echo in echos))
    return {echo.mac: heard for echo, heard in zip(echos, ended, strict=True)}, states, calls


def test_two_hundred_echos_at_once(home, bridge, measured):
    """Each plays, asks, reports; at the end the bridge and Music Assistant agree about every one of them."""
    uris = [home.api("music/search", search_query=album, media_types=["album"])["albums"][0]["uri"] for album in ALBUMS]
    heard, states, calls = asyncio.run(evenings(bridge.url, uris))
    refused = Counter(str(ended) for ended in heard.values() if isinstance(ended, Exception))
    p50, p99 = (round(calls[int(len(calls) * part)] * 1_000) for part in (0.5, 0.99))
    measured |= {"echos": ECHOS, "calls": len(calls), "p50_ms": p50, "p99_ms": p99}
    assert refused == {}
    eventually(lambda: _agreed(home, heard), within=10, what="one view of every Echo")
    measured["lost"] = 0
    assert {state["player_id"]: state["stream"]["queue_item_id"] for state in states} == heard
    assert calls[-1] < LONGEST_CALL_S


def _agreed(home, heard):
    """Raise AssertionError unless every queue's current item is the one its Echo heard last, paused."""
    queues = {queue["queue_id"]: queue for queue in home.api("player_queues/all")}
    believed = {mac: (queues[mac]["current_item"] or {}).get("queue_item_id") for mac in heard}
    assert believed == heard
    assert {queues[mac]["state"] for mac in heard} == {"paused"}
    return True
