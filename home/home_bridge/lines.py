"""One client's connection, kept only while something moves on it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from enum import Enum, auto
from socket import SO_SNDBUF, SOL_SOCKET
from typing import cast

from home_bridge.errors import BusyError
from home_bridge.limits import Slots, client_of

HEAD_S = 20.0
"""From its first byte on, a request's head must be there within this; the first one from the connection on."""

STALL_S = 300.0
"""How long a client may read nothing of its answer. An Echo that is paused does so, and fetches the rest later."""

WRITE_BUFFER = 0
"""Bytes that wait in this program for a client before its answer is held up; the kernel keeps enough to go on with."""

KERNEL_BUFFER = 128 * 1024
"""Bytes that wait in the kernel for a client; by itself it would take up to 4 MB for each that reads nothing."""

CONNECTIONS_PER_CLIENT = 256
CONNECTIONS = 512


class _Turn(Enum):
    """What is to happen next."""

    READ_HEAD = auto()
    ANSWER = auto()
    REST = auto()


# A call may take its time; after it, what is not yet read of a small answer still stalls a connection.
_TIMES = {_Turn.READ_HEAD: HEAD_S, _Turn.ANSWER: None, _Turn.REST: STALL_S}

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Line(asyncio.Protocol):
    """Stands between a socket and the HTTP server: passes everything on, and cuts who keeps the bridge waiting.

    Its one timer runs while the client is to act: to finish a head, or to read. `arrived` and `answered` say when the
    bridge is.
    """

    def __init__(self, http: asyncio.Protocol, lines: "Lines", loop: asyncio.AbstractEventLoop) -> None:
        self._http = http
        self._lines = lines
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._slot = contextlib.ExitStack()
        self._turn = _Turn.READ_HEAD
        self.stalled = False
        self._timer: asyncio.TimerHandle | None = None

    def arrived(self) -> None:
        """Note that a whole head is there: it is the bridge's turn."""
        self._set(_Turn.ANSWER)

    def answered(self) -> None:
        """Note that the answer is written, though perhaps not read."""
        self._set(_Turn.REST)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client in, if there is a slot."""
        socket = cast("asyncio.Transport", transport)
        peer = socket.get_extra_info("peername") or ("",)  # it may be gone by now
        try:
            self._slot.enter_context(self._lines.taken(self, str(peer[0])))
        except BusyError:
            socket.write(_FULL)
            socket.close()
            return
        self._transport = socket
        socket.set_write_buffer_limits(high=WRITE_BUFFER)
        socket.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, KERNEL_BUFFER)
        self._set(_Turn.READ_HEAD)
        self._http.connection_made(socket)

    def data_received(self, data: bytes) -> None:
        """Pass on what has come; the first bytes of a head start its time."""
        if self._transport is None:
            return
        if self._turn is _Turn.REST:
            self._set(_Turn.READ_HEAD)
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that no more will come."""
        return self._http.eof_received() if self._transport else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Give everything back."""
        self._give(None)
        self._slot.close()
        if self._transport is not None:
            self._transport = None
            self._http.connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        self.stalled = True
        self._give(STALL_S)
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """Go on: it has read."""
        self.stalled = False
        self._set(self._turn)
        self._http.resume_writing()

    def _set(self, turn: _Turn) -> None:
        self._turn = turn
        if not self.stalled:
            self._give(_TIMES[turn])

    def _give(self, seconds: float | None) -> None:
        """Give the client so much time from now; None: it is not waited for."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self._loop.call_later(seconds, self._cut)

    def _cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Lines:
    """Makes the connections of a listening socket, and knows those that are open."""

    def __init__(self, server: Callable[[], asyncio.Protocol], loop: asyncio.AbstractEventLoop) -> None:
        self.open: set[Line] = set()
        self._server = server
        self._loop = loop
        self._slots = Slots(CONNECTIONS_PER_CLIENT, CONNECTIONS)

    def __call__(self) -> Line:
        """Return a connection that is about to be made."""
        return Line(self._server(), self, self._loop)

    @contextlib.contextmanager
    def taken(self, line: Line, peer: str) -> Iterator[None]:
        """Hold a connection's slot. Raises BusyError."""
        with self._slots.taken(client_of(peer)):
            self.open.add(line)
            try:
                yield
            finally:
                self.open.discard(line)
