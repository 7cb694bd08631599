"""When a connection is cut: a client that is slow with its head, or that does not read."""

import asyncio
from socket import SO_SNDBUF, SOL_SOCKET

import pytest

from home_bridge import lines
from home_bridge.lines import HEAD_S, KERNEL_BUFFER, STALL_S, Lines


class Loop:
    """Only timers, and a time that tests move."""

    def __init__(self):
        self.now = 0.0
        self.timers = []

    def call_later(self, delay, callback):
        timer = asyncio.TimerHandle(self.now + delay, callback, (), self)
        self.timers.append(timer)
        return timer

    def advance(self, seconds):
        self.now += seconds
        for timer in [timer for timer in self.timers if timer.when() <= self.now and not timer.cancelled()]:
            self.timers.remove(timer)
            timer._run()

    def get_debug(self):
        return False

    def _timer_handle_cancelled(self, timer):
        self.timers.remove(timer)


class Http(asyncio.Protocol):
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def connection_made(self, transport):
        self.told.append("made")

    def data_received(self, data):
        self.told.append(data)

    def eof_received(self):
        self.told.append("eof")
        return True

    def connection_lost(self, exc):
        self.told.append("lost")

    def pause_writing(self):
        self.told.append("pause")

    def resume_writing(self):
        self.told.append("resume")


class Kernel:
    """The operating system's side of a connection."""

    def __init__(self):
        self.options = {}

    def setsockopt(self, level, option, value):
        self.options[level, option] = value


class Socket(asyncio.Transport):
    """A client's end."""

    def __init__(self, peer=("9.9.9.9", 1234)):
        self.kernel = Kernel()
        super().__init__({"peername": peer, "socket": self.kernel})
        self.written = b""
        self.state = "open"

    def write(self, data):
        self.written += data

    def set_write_buffer_limits(self, high=None, low=None):
        assert high <= 65536

    def close(self):
        self.state = "closed"

    def abort(self):
        self.state = "cut"


@pytest.fixture
def loop():
    """Make timers."""
    return Loop()


@pytest.fixture
def http():
    """Write down what reaches the HTTP server."""
    return Http()


@pytest.fixture
def made(http, loop):
    """Make lines to the HTTP server."""
    return Lines(lambda: http, loop)


@pytest.fixture
def socket():
    """Be a client."""
    return Socket()


@pytest.fixture
def line(made, socket):
    """Connect."""
    line = made()
    line.connection_made(socket)
    return line


def test_all_is_passed_on(line, http):
    """The HTTP server hears everything, in its order."""
    line.data_received(b"a")
    assert line.eof_received() is True
    line.pause_writing()
    line.resume_writing()
    line.connection_lost(None)
    assert http.told == ["made", b"a", "eof", "pause", "resume", "lost"]


def test_silent_from_the_start(line, loop, socket):
    """Who connects and says nothing is cut after the time for a head, not before."""
    loop.advance(HEAD_S - 1)
    assert socket.state == "open"
    loop.advance(1)
    assert socket.state == "cut"


def test_trickling_head(line, loop, socket):
    """A byte now and then does not lengthen the time of a head."""
    line.arrived()
    line.answered()
    loop.advance(100)  # idle, as proxies are
    for _ in range(4):
        line.data_received(b"G")
        loop.advance(HEAD_S / 4)
    assert socket.state == "cut"


def test_the_bridge_takes_its_time(line, loop, socket):
    """While the bridge is to answer, the client is not to blame; nor is its body counted for the next head."""
    line.data_received(b"POST")
    line.arrived()
    line.data_received(b"{}")
    loop.advance(10 * STALL_S)
    line.answered()
    loop.advance(HEAD_S)
    assert socket.state == "open"


def test_reader_that_stalls(line, loop, socket):
    """Who reads nothing is cut after its time, not before, also when the answer is complete by then."""
    line.arrived()
    line.pause_writing()
    loop.advance(STALL_S - 1)
    line.answered()
    assert socket.state == "open"
    loop.advance(1)
    assert socket.state == "cut"


def test_slow_reader(line, loop, socket):
    """Who reads a little now and then is served for hours."""
    line.arrived()
    for _ in range(100):
        line.pause_writing()
        loop.advance(STALL_S - 1)
        line.resume_writing()
    loop.advance(STALL_S)
    assert socket.state == "open"


def test_leftovers(line, loop, socket):
    """What is left of a small answer holds a connection no longer than that."""
    line.arrived()
    line.answered()
    loop.advance(STALL_S)
    assert socket.state == "cut"


@pytest.mark.parametrize("last", ["arrived", "answered", "pause_writing", "resume_writing", "connection_lost"])
def test_nothing_is_left(line, loop, made, socket, last):
    """After the end of a connection there is no timer and no trace of it, and nothing is cut."""
    getattr(line, last)(*([None] if last == "connection_lost" else []))
    if last != "connection_lost":
        line.connection_lost(None)
    assert (loop.timers, made.open, made._slots.count) == ([], set(), 0)
    assert socket.state == "open"


def test_one_too_many(made, http, loop, monkeypatch):
    """A connection beyond the limit is told so and ended; the HTTP server never hears of it."""
    monkeypatch.setattr(lines, "CONNECTIONS_PER_CLIENT", 1)
    lines_of_one = Lines(lambda: http, loop)
    first, second, other = lines_of_one(), lines_of_one(), lines_of_one()
    first.connection_made(Socket())
    refused = Socket()
    second.connection_made(refused)
    second.data_received(b"GET / HTTP/1.1\r\n\r\n")
    second.eof_received()
    second.connection_lost(None)
    assert (refused.state, refused.written[:13]) == ("closed", b"HTTP/1.1 503 ")
    assert http.told == ["made"]
    other.connection_made(Socket(("127.0.0.1", 1)))  # a proxy: all its clients come from there
    assert lines_of_one.open == {first, other}


def test_what_waits_in_the_kernel_is_bounded(line, socket):
    """A client that reads nothing costs the kernel no more than the bridge says."""
    assert socket.kernel.options == {(SOL_SOCKET, SO_SNDBUF): KERNEL_BUFFER}


def test_gone_before_it_came(made):
    """A client whose address can no longer be asked for is a client all the same."""
    line = made()
    line.connection_made(Socket(None))
    assert made.open == {line}
