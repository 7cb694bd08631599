"""How much the bridge adds to Music Assistant's own time: one by the bridge, one without, in turn."""

import statistics
import time

import pytest

from simulator.stand_in import StandIn
from simulator.waiting import eventually

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]

PAIRS = 40
TRACKS = 5
FIRST_BYTE_MS = 10
LIKE_MA = 1.1
"""The time until a track is on disk over Music Assistant's own for it."""

FAST_MB_A_S = 4.0
"""The fastest a real server was seen to give audio: 61 s of it in 0.6 s."""


@pytest.fixture(scope="module")
def home():
    with StandIn() as running:
        yield running


@pytest.fixture(scope="module")
def house(home, program, tmp_path_factory):
    with program(tmp_path_factory.mktemp("bridge"), home) as running:
        yield running


def timed(opened, url, path):
    """Return the seconds to the first byte and to the last."""
    began = time.perf_counter()
    with opened(url, path) as answer:
        assert answer.status == 200
        assert answer.read(1)
        first = time.perf_counter() - began
        answer.read()
    return first, time.perf_counter() - began


@pytest.fixture(scope="module")
def stream(home, house):
    """Have a track played by a player of the bridge; return where Music Assistant serves it."""
    uri = home.api("music/search", search_query="Tiny Engine", media_types=["track"])["tracks"][0]["uri"]
    return house.ask("POST", "/players/02:00:00:00:ad:01/command", {"command": "play", "args": {"media": [uri]}})[
        "stream"
    ]


def test_time_to_first_byte(home, house, stream, opened, shown):
    """The first byte comes at most 10 ms later than from Music Assistant itself; each is pulled anew."""
    path = stream["url"].removeprefix(home.stream_url)
    timed(opened, home.stream_url, path)  # encodes it
    later_ms = []
    for n in range(PAIRS):
        direct, _ = timed(opened, home.stream_url, path)
        bridged, _ = timed(opened, house.url, house.signed(stream["url"], stream["generation"] + 1000 + n))
        later_ms.append((bridged - direct) * 1000)
    median, p95 = statistics.median(later_ms), statistics.quantiles(later_ms, n=20)[-1]
    detail = f"p95 {p95:.1f}, {PAIRS} pairs"
    shown(
        "time to first byte over MA's, median",
        median,
        "ms",
        limit=FIRST_BYTE_MS,
        detail=detail,
        ms_first_byte_over_MA=round(median, 1),
    )


def test_on_disk_as_fast_as_it_comes(origin_of, program, tmp_path, opened, shown):
    """A track of 45 s is whole on disk when Music Assistant has given all of it."""
    origin = origin_of(copies=1, bytes_per_s=FAST_MB_A_S * 1e6)
    with program(tmp_path, origin) as bridge:
        ratios = [_on_disk(bridge, opened) / timed(opened, origin.url, "/")[1] for _ in range(TRACKS)]
    origin.close()
    detail = f"worst {max(ratios):.2f} of {TRACKS}, at {FAST_MB_A_S:g} MB/s"
    shown(
        "45 s track on disk over MA's time for it, median",
        statistics.median(ratios),
        "times",
        limit=LIKE_MA,
        detail=detail,
        times_MA_until_on_disk=round(statistics.median(ratios), 2),
    )


def _on_disk(bridge, opened):
    """Return the seconds until a track that nobody has asked for yet is whole on disk."""
    before, began = len(bridge.whole_files()), time.perf_counter()
    with opened(bridge.url, bridge.new_stream()) as answer:
        assert answer.read(1)
        eventually(lambda: len(bridge.whole_files()) > before, what="the file to be whole")
        return time.perf_counter() - began
