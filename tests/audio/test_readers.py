"""Memory of the bridge, a process of its own, while many listen and none of them reads."""

import contextlib
import socket

import pytest

from simulator.waiting import eventually

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]

READERS = 100  # of one address: a few more are refused
SMALL = 16_384
"""The receive buffer of who does not read: what the kernel holds is none of the bridge's memory."""

LIMIT_KB = 64
"""A piece of the stream, what the kernel has not taken of it, the reader itself (its connection, parser and task) and
what the allocator keeps."""

FLAT_KB = 32
"""What another two megabytes read by each may add: nothing but the allocator's noise."""


@contextlib.contextmanager
def stalled_readers(url, path, count):
    """Open connections that ask for a stream and read nothing of it."""
    host, _, port = url.rpartition("/")[2].partition(":")
    with contextlib.ExitStack() as readers:
        opened = []
        for _ in range(count):
            reader = readers.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
            reader.settimeout(20)
            reader.connect((host, int(port)))
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            opened.append(reader)
        yield opened


def read(reader, size):
    while size > 0:
        chunk = reader.recv(min(size, 1 << 16))
        assert chunk, "the stream goes on"
        size -= len(chunk)


def settled_kb(bridge):
    """Return the bridge's memory once it no longer changes."""
    seen = []

    def still():
        seen.append(bridge.resident_kb)
        return len(seen) > 25 and max(seen[-25:]) - min(seen[-25:]) < 64

    eventually(still, within=30, what="the bridge's memory to come to rest")
    return seen[-1]


@pytest.fixture
def fresh_bridge(origin, program, tmp_path):
    """Start a bridge that never had more readers: what it once had for them it would keep, and use again."""
    with program(tmp_path / "bridge", origin) as running:
        yield running


@pytest.mark.parametrize("state", ["finished", "growing"])
def test_memory_per_reader(origin, fresh_bridge, opened, shown, state):
    """A hundred readers that stall cost 64 kB each at most, and no more after each has read on."""
    bridge = fresh_bridge
    path = bridge.new_stream()
    if state == "growing":
        origin.hold_after(len(origin.body) // 2)
    with opened(bridge.url, path) as answer:
        answer.read(len(origin.body) // 2)  # all that will be there is there
        if state == "finished":
            answer.read()
    with stalled_readers(bridge.url, path, 10) as warm:  # what is made once, for the first of them
        for reader in warm:
            read(reader, 1000)
    before = settled_kb(bridge)
    with stalled_readers(bridge.url, path, READERS) as readers:
        seen = []
        for size in (1000, 2_000_000, 2_000_000):
            for reader in readers:
                read(reader, size)
            seen.append((settled_kb(bridge) - before) / READERS)
    detail = f"{READERS} stalled readers of {len(origin.body) / 1e6:.0f} MB"
    shown(
        f"memory per reader, {state} stream",
        max(seen),
        "kB",
        limit=LIMIT_KB,
        detail=detail,
        **{f"kB_a_reader_{state}": round(max(seen))},
    )
    shown(f"its growth by 2 MB more for each, {state}", seen[-1] - seen[-2], "kB", limit=FLAT_KB)
