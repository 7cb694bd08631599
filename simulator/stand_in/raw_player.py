"""A player of nothing: it speaks slimproto by hand, so that tests can send each packet themselves."""

import contextlib
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Self

_END_AFTER_S = 0.3  # in one segment with STMd the server would buffer for ever
_RECEIVER = 7
_CAPABILITIES = b"Model=squeezelite,ModelName=Amazon Echo,AccuratePlayPoints=1,MaxSampleRate=48000,mp3"
_HELO = struct.Struct("!BB6s16sHQ2s")
_STAT = struct.Struct("!4sBBBLLLLHLLLLHLL")
_STRM = struct.Struct("!cc5sBcBcBBBLHL")
_REQUEST_LINE = re.compile(rb"GET (/\w+/(\w+)/[^/ ]+/(\w+)/\S+) HTTP")


@dataclass(frozen=True, slots=True)
class Strm:
    """A `strm` packet; `path` and what is in it only for command `s`."""

    command: str
    autostart: str
    time: int
    port: int = 0
    path: str = ""
    session: str = ""
    queue_item_id: str = ""
    mp3_path: str = ""


class RawPlayer:
    """One connection to a slimproto server; a context manager.

    It answers heartbeats and the question for its name by itself, and nothing else.
    """

    def __init__(self, port: int, mac: str, name: str = "Raw Player", host: str = "127.0.0.1") -> None:
        self.mac = mac
        self.name = name
        self._address = (host, port)
        self._packets: list[tuple[str, bytes]] = []
        self._elapsed_ms = 0
        self._running_since: float | None = None
        self._heard = threading.Condition()

    def __enter__(self) -> Self:
        """Connect and say who it is."""
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # packets are small and urgent
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        mac = bytes.fromhex(self.mac.replace(":", ""))
        self._send(b"HELO", _HELO.pack(_RECEIVER, 0, mac, bytes(16), 0, 0, b"en") + _CAPABILITIES)
        return self

    def __exit__(self, *_error: object) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._reader.join()

    def buffer(self, *, after: int = 0) -> Strm:
        """Take the new stream that comes, up to: shown as the current item, paused at its start."""
        strm = self.strm("s", after=after)
        self.stat("STMc")
        self.resp()
        self.stat("STMl")
        self.strm("u", after=after)
        self.stat("STMs")
        self.stat("STMt", 0)
        self.stat("STMp")
        return strm

    def start(self, elapsed_ms: int = 0) -> None:
        """Be heard from that position on."""
        self.stat("STMr")
        self.stat("STMt", elapsed_ms)

    def stop(self, elapsed_ms: int | None = None) -> None:
        """Be silent at that position, or at where it is."""
        self.stat("STMt", self.elapsed_ms if elapsed_ms is None else elapsed_ms)
        self.stat("STMp")

    def decode_next(self, within: float = 2.5) -> Strm:
        """Ask for what comes next, again and again until it comes; AssertionError if it does not."""
        seen = self.seen
        deadline = time.monotonic() + within
        while True:
            self.stat("STMd")
            try:
                strm = self.strm("s", after=seen, within=0.1)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
            else:
                self.stat("STMc")
                self.resp()
                return strm

    def start_next(self, elapsed_ms: int = 0) -> None:
        """Be heard with the item that was decoded before."""
        self.stat("STMs")
        self.stat("STMt", elapsed_ms)

    def end(self) -> None:
        """Have nothing more to play."""
        self.stat("STMd")
        time.sleep(_END_AFTER_S)
        self.stat("STMu")

    def stat(self, event: str, elapsed_ms: int | None = None, timestamp: int = 0) -> None:
        """Send a STAT packet; the position counts on from `elapsed_ms` after STMr and STMs."""
        if elapsed_ms is not None or event in ("STMs", "STMp"):
            self._set_clock(self.elapsed_ms if event == "STMp" else elapsed_ms or 0)
        if event in ("STMr", "STMs"):
            self._running_since = time.monotonic()
        elif event in ("STMp", "STMu"):
            self._running_since = None
        elapsed = self.elapsed_ms
        jiffies = int(time.monotonic() * 1000) & 0xFFFFFFFF
        body = (0, 0, 0, 0, 0, 0, 0, 0, jiffies, 0, 0, elapsed // 1000, 0, elapsed, timestamp)
        self._send(b"STAT", _STAT.pack(event.encode(), *body))

    def resp(self) -> None:
        """Send what an HTTP server is supposed to have answered."""
        self._send(b"RESP", b"HTTP/1.0 200 OK\r\nContent-Type: audio/mp3\r\n\r\n")

    def rename(self, name: str) -> None:
        """Give itself another name."""
        self.name = name
        self._send(b"SETD", b"\x00" + name.encode() + b"\x00")

    @property
    def elapsed_ms(self) -> int:
        """Return the position it tells with its next packet."""
        since = self._running_since
        return self._elapsed_ms + (0 if since is None else int((time.monotonic() - since) * 1000))

    def skip_ahead(self, seconds: float) -> None:
        """Let its own clock jump, as a server's clock does that is moved by a test."""
        if self._running_since is not None:
            self._running_since -= seconds

    @property
    def seen(self) -> int:
        """Return how many packets have come; give it to `strm` to see only later ones."""
        return len(self._packets)

    def strm(self, command: str, *, after: int = 0, within: float = 5.0) -> Strm:
        """Wait for a `strm` of that command; AssertionError if none comes in time."""
        deadline = time.monotonic() + within
        with self._heard:
            while True:
                for strm in self.strms(after=after):
                    if strm.command == command:
                        return strm
                left = deadline - time.monotonic()
                if left <= 0:
                    came = [name for name, _ in self._packets[after:]]
                    raise AssertionError(f"No strm {command} within {within} s; there came {came}")
                self._heard.wait(left)

    def strms(self, *, after: int = 0) -> list[Strm]:
        """Return the `strm` packets so far without heartbeats."""
        parsed = [_parsed(body) for name, body in self._packets[after:] if name == "strm"]
        return [strm for strm in parsed if strm.command != "t"]

    def is_hung_up(self) -> bool:
        """Tell whether the server has closed the connection."""
        return not self._reader.is_alive()

    def _set_clock(self, elapsed_ms: int) -> None:
        self._elapsed_ms = elapsed_ms
        if self._running_since is not None:
            self._running_since = time.monotonic()

    def _send(self, name: bytes, body: bytes) -> None:
        self._socket.sendall(name + struct.pack("!I", len(body)) + body)

    def _read(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                length = int.from_bytes(self._exactly(2))
                packet = self._exactly(length)
                self._answer(packet[:4].decode(), packet[4:])
                with self._heard:
                    self._packets.append((packet[:4].decode(), packet[4:]))
                    self._heard.notify_all()

    def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            more = self._socket.recv(count - len(received))
            if not more:
                raise EOFError
            received += more
        return received

    def _answer(self, name: str, body: bytes) -> None:
        if name == "setd" and body == b"\x00":
            self.rename(self.name)
        elif name == "strm" and body[:1] == b"t":
            self.stat("STMt", timestamp=_parsed(body).time)


def _parsed(body: bytes) -> Strm:
    fields = _STRM.unpack_from(body)
    command, autostart, timestamp = fields[0].decode(), fields[1].decode(), fields[10]
    line = _REQUEST_LINE.match(body[_STRM.size :])
    if not line:
        return Strm(command, autostart, timestamp)
    path, session, item = (part.decode() for part in line.groups())
    mp3_path = path.rpartition(".")[0] + ".mp3"
    return Strm(command, autostart, timestamp, fields[11], path, session, item, mp3_path)
