"""slimproto: bytes to typed packets and back. Pure; layouts as aioslimproto 3.1.5 and 3.3.0 read and write them.

To the server: 4-byte name, `!I` length, body. From the server: `!H` length (name included), 4-byte name, body.
"""

import struct
from dataclasses import dataclass

DEVICE_RECEIVER = 7
"""With this device id MA takes each Echo for a native player; 12 would be wrapped, and merged by IP address."""

CAPABILITIES = "Model=squeezelite,ModelName=Amazon Echo,AccuratePlayPoints=1,MaxSampleRate=48000,mp3"

_LENGTH = struct.Struct("!H")
_STAT = struct.Struct("!4sBBBLLLLHLLLLHLLH")
_STRM = struct.Struct("!cc5sBcBcBBBLHL")
_U32 = 0xFFFFFFFF

# Longer than 64 bytes with its header: 3.1.5 reads 64 bytes at a time and handles one packet for each read.
_RESPONSE = b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nServer: music-assistant-alexa\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Stat:
    """STAT: what happened to the stream. `event` is STMc, STMd, STMl, STMn, STMp, STMr, STMs, STMt or STMu."""

    event: str
    elapsed_ms: int = 0
    timestamp: int = 0
    """The number of the `strm t` that is answered."""


@dataclass(frozen=True, slots=True)
class Response:
    """RESP: the stream server's answer, always 200. A RESP of 404 stops the player or hangs it."""


@dataclass(frozen=True, slots=True)
class Name:
    """SETD 0: the player's name, asked for or not."""

    name: str


@dataclass(frozen=True, slots=True)
class Hello:
    """HELO: who connects."""

    mac: str


ToServer = Stat | Response | Name | Hello


@dataclass(frozen=True, slots=True)
class Strm:
    """strm: one of s (stream), p (pause), u (unpause), q (stop), t (status), f (flush), a (skip)."""

    command: str
    autostart: str = "0"
    time: int = 0
    """The number of a `t`, the moment of a `u` (0: now, someone pressed play), the length of a `p`."""

    port: int = 0
    """Port of the stream server."""

    path: str = ""
    """Path of the HTTP request that stands in an `s`."""


@dataclass(frozen=True, slots=True)
class NameQuery:
    """setd 0: the server asks for the name."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Everything else: vers, aude, audg, codc, cont, grfb ..."""

    name: str


FromServer = Strm | NameQuery | Ignored


def encode(packet: ToServer, jiffies: int) -> bytes:
    """Return the bytes of a packet; `jiffies` is the player's own clock in ms."""
    match packet:
        case Stat():
            return _framed(b"STAT", _stat(packet, jiffies))
        case Response():
            return _framed(b"RESP", _RESPONSE)
        case Name(name):
            return _framed(b"SETD", b"\x00" + name.encode() + b"\x00")
        case Hello(mac):
            body = struct.pack(
                "!BB6s16sH8s2s", DEVICE_RECEIVER, 0, bytes.fromhex(mac.replace(":", "")), b"", 0, b"", b"EN"
            )
            return _framed(b"HELO", body + CAPABILITIES.encode())


def _stat(packet: Stat, jiffies: int) -> bytes:
    elapsed = max(packet.elapsed_ms, 0)
    clock = jiffies & _U32
    before = (packet.event.encode(), 0, 0, 0, 0, 0, 0, 0, 0, clock, 0, 0, elapsed // 1000 & _U32, 0)
    return _STAT.pack(*before, elapsed & _U32, packet.timestamp & _U32, 0)


def _framed(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("!I", len(body)) + body


class Frames:
    """Cuts what the server sends into packets, however the network cut it."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[FromServer]:
        """Return the packets that `chunk` completes."""
        self._rest += chunk
        packets: list[FromServer] = []
        start = 0
        while (end := self._end(start)) <= len(self._rest):
            frame = self._rest[start + _LENGTH.size : end]
            packets.append(decode(frame[:4], frame[4:]))
            start = end
        self._rest = self._rest[start:]
        return packets

    def _end(self, start: int) -> int:
        """Return where the packet that begins at `start` ends, which may lie ahead."""
        if len(self._rest) < start + _LENGTH.size:
            return start + _LENGTH.size
        length: int = _LENGTH.unpack_from(self._rest, start)[0]
        return start + _LENGTH.size + length


def decode(name: bytes, body: bytes) -> FromServer:
    """Return one packet of the server; what is cut short or unknown is ignored."""
    if name == b"strm" and len(body) >= _STRM.size:
        return _decoded_strm(body)
    if name == b"setd" and body == b"\x00":
        return NameQuery()
    return Ignored(name.decode("latin-1"))


def _decoded_strm(body: bytes) -> Strm:
    fields = _STRM.unpack_from(body)
    command, autostart, time, port = fields[0], fields[1], fields[10], fields[11]
    return Strm(command.decode("latin-1"), autostart.decode("latin-1"), time, port, _path(body[_STRM.size :]))


def _path(request: bytes) -> str:
    match request.split(b"\r\n", 1)[0].decode("latin-1").split(" "):
        case ["GET", path, _]:
            return path
    return ""
