"""Whatever comes from the slimproto port: packets are cut out of it, none is an exception, nothing piles up."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from home_bridge.models import Memory
from home_bridge.packets import Frames, Ignored, NameQuery, Strm, encode
from home_bridge.player import Player
from simulator.reliability import examples

LONGEST = 2 + 0xFFFF
"""A frame says its length in two bytes."""
QUIETLY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
NAMES = st.sampled_from([b"strm", b"setd", b"vers", b"aude", b"audg", b"cont", b"STRM", b"", b"st", b"\xff\xfe\x00 "])
PATHS = st.sampled_from(
    [
        f"/single/s1/02:00:00:00:00:01/{'0' * 32}/02:00:00:00:00:01.flac",
        f"/flow/s1/02:00:00:00:00:01/{'a' * 32}/x.mp3",
        f"/multi/s1/02:00:00:00:00:01/{'0' * 32}/x.flac",
        "/",
        "",
        "/single/../../x",
    ]
)


@st.composite
def strm(draw):
    """Return the body of a strm of any command, whole or cut short."""
    command, autostart = draw(st.sampled_from("sputqfa\x00\xff")), draw(st.sampled_from("0123x"))
    number, port = draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 2**16 - 1))
    rest = (b"f", b"\x00" * 5, 0, b"\x00", 0, b"0", 0, 0, 0, number, port, 0)
    fixed = struct.pack("!cc5sBcBcBBBLHL", command.encode("latin-1"), autostart.encode(), rest[1], *rest[2:])
    request = f"GET {draw(PATHS)} HTTP/1.0\r\n\r\n".encode()
    return (fixed + request)[: draw(st.integers(0, 200))]


@st.composite
def frame(draw):
    """Return a frame as the server sends it, or one that lies about its length."""
    name = draw(NAMES)
    body = draw(strm()) if name == b"strm" else draw(st.binary(max_size=40))
    lie = draw(st.sampled_from([0, 0, 0, 0, 0, -1, 7, 60_000]))
    length = min(max(0, len(name) + len(body) + lie), 0xFFFF)
    return struct.pack("!H", length) + name + body


RECEIVED = st.lists(st.one_of(frame(), frame(), st.binary(max_size=80)), max_size=12).map(b"".join)
CUTS = st.lists(st.integers(1, 300), max_size=20)


def pieces(received, cuts):
    start = 0
    for size in cuts:
        yield received[start : start + size]
        start += size
    yield received[start:]


def check(received, cuts):
    """Feed a player what was received, cut anyhow, and time in between."""
    now = [1_000.0]
    player, frames, packets = Player(Memory("02:00:00:00:00:01", "Kitchen", 1), lambda: now[0]), Frames(), []
    for piece in pieces(received, cuts):
        packets += (completed := frames.feed(piece))
        assert len(frames._rest) < LONGEST
        for packet in completed:
            assert isinstance(packet, Strm | NameQuery | Ignored)
            answered = player.receive(packet)
            now[0] += 0.7
            for each in answered + player.tick():
                assert encode(each, 7)
    assert packets == Frames().feed(received)


@given(RECEIVED, CUTS)
@settings(max_examples=400, derandomize=True, **QUIETLY)
def test_anything_received(tried, received, cuts):
    """Cut, merged, oversized, unknown or garbage: no exception, and the cutting changes nothing."""
    check(received, cuts)
    tried["slimproto"] += 1


@pytest.mark.fuzz
@pytest.mark.timeout(600)
@given(RECEIVED, CUTS)
@settings(max_examples=examples(30_000), **QUIETLY)
def test_anything_received_for_long(tried, received, cuts):
    """The same, for longer."""
    check(received, cuts)
    tried["slimproto"] += 1


def test_an_endless_frame_is_held_no_longer_than_a_frame():
    """A megabyte of the largest frames, in pieces of a network read, leaves no more than one frame waiting."""
    frames, received = Frames(), (b"\xff\xff" + b"x" * 0xFFFF) * 16
    for start in range(0, len(received), 4096):
        frames.feed(received[start : start + 4096])
        assert len(frames._rest) < LONGEST
    assert frames._rest == b""


def test_the_smallest_frames_in_one_piece():
    """Half a million empty frames at once are cut in one pass, not one pass each."""
    assert len(Frames().feed(b"\x00\x00" * 500_000)) == 500_000
