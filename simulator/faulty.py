"""Faults on purpose: cables that break what goes through them, a table that refuses, names that nobody knows."""

import asyncio
import datetime as dt
import io
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError

from simulator.tls import CHUNK_BYTES, HOST, Authority, Cable, TlsFront

LONGEST_HANG_S = 30.0
_RESET = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
_PAGE = b"<!DOCTYPE html><title>Error</title><h1>Not the one you asked for</h1>"


@dataclass(frozen=True, slots=True)
class WireFault:
    """What a cable does to each exchange, in HTTP or below it; one field is set."""

    refuse: bool = False
    """Nobody listens."""
    certificate: Literal["", "another name", "expired"] = ""
    """TLS is answered with a certificate that is no good."""
    status: int = 0
    """Someone on the way answers with this status and a page of HTML; nothing is passed on."""
    hold_s: float = 0
    """The answer is kept back so long, or until the one who waits for it has given up."""
    spoil: Literal["", "reset", "truncated", "mistyped"] = ""
    """The answer breaks off in its middle; is whole HTTP around half a body; is called HTML."""


class FaultyCable(Cable):
    """A cable that can be made to break what goes through it."""

    _fault: WireFault | None = None

    def break_with(self, fault: WireFault) -> None:
        """Break every exchange with this fault from now on; connections that are open are cut."""
        self._fault = fault
        if fault.refuse:
            self.unplug()
        else:
            self._thread.run(self._cut())

    def mend(self) -> None:
        """Let everything through again; an answer that is being held back still arrives."""
        fault, self._fault = self._fault, None
        if fault is None or not fault.hold_s:
            self._thread.run(self._cut())
        self.plug()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault
        if fault is None:
            await super()._join(reader, writer)
            return
        request = await _request(reader)
        if fault.status:
            writer.write(_answer(b"HTTP/1.1 %d X" % fault.status, b"text/html", _PAGE))
            await writer.drain()
            return
        inner_reader, inner_writer = await asyncio.open_connection(*self._target)
        try:
            inner_writer.write(request)
            if fault.hold_s:
                await _pass_late(inner_reader, reader, writer, fault.hold_s)
            else:
                await _spoil(inner_reader, writer, fault.spoil)
        finally:
            inner_writer.close()


class FaultyFront(FaultyCable, TlsFront):
    """A TLS terminator whose certificate can be wrong, too."""

    def __init__(self, target_port: int, authority: Authority, *, host: str = HOST) -> None:
        super().__init__(target_port, authority, host=host)
        self._good = self._context
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        self._bad = {
            "another name": authority.server_context("another.example"),
            "expired": authority.server_context(expires=yesterday),
        }

    def break_with(self, fault: WireFault) -> None:
        """Treat every exchange so from now on."""
        super().break_with(fault)
        if fault.certificate:
            self._show(self._bad[fault.certificate])

    def mend(self) -> None:
        """Let everything through again."""
        if self._context is not self._good:
            self._show(self._good)
        super().mend()

    def _show(self, context: Any) -> None:
        self.unplug()
        self._context = context
        self.plug()


TableFault = Literal["throttled", "conflict", "too large", "server error", "unreachable", "hanging"]
_ON_WRITES_ONLY = ("conflict", "too large")
_REFUSALS: dict[str, tuple[int, str]] = {
    "throttled": (400, "ProvisionedThroughputExceededException"),
    "conflict": (400, "ConditionalCheckFailedException"),
    "too large": (400, "ValidationException"),
    "server error": (500, "InternalServerError"),
}


class FaultyTable:
    """What DynamoDB can do to a client, put between it and the network."""

    def __init__(self, client: Any) -> None:
        self._fault: TableFault | None = None
        self._mended = threading.Event()
        client.meta.events.register_first("before-send.dynamodb.*", self._answer)

    def break_with(self, fault: TableFault) -> None:
        """Treat every call so from now on."""
        self._mended.clear()
        self._fault = fault

    def mend(self) -> None:
        """Let everything through again."""
        self._fault = None
        self._mended.set()

    def _answer(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        fault = self._fault
        if fault is None or (fault in _ON_WRITES_ONLY and not event_name.endswith("UpdateItem")):
            return None
        if fault == "hanging":
            self._mended.wait(LONGEST_HANG_S)
        if fault in {"hanging", "unreachable"}:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")
        status, code = _REFUSALS[fault]
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": fault}).encode()
        return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.0"}, _Raw(body))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body as botocore reads it."""
        yield self.read()


class Names:
    """Name resolution of this process with some names of our own, which can be lost; undone by `close`."""

    def __init__(self, *names: str) -> None:
        self.lost: set[str] = set()
        self._names = names
        self._real = socket.getaddrinfo
        socket.getaddrinfo = self._lookup

    def close(self) -> None:
        """Put the machine's own back."""
        socket.getaddrinfo = self._real

    def _lookup(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in self.lost:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._real(HOST if name in self._names else host, *args, **kwargs)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """Read one request, and make it the only one of its connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return _CONNECTION.sub(b"", head[:-4]) + b"\r\nConnection: close\r\n\r\n" + body


async def _pass_late(
    inner: asyncio.StreamReader, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hold_s: float
) -> None:
    gone = asyncio.ensure_future(reader.read(1))  # ends when the client hangs up
    first, _ = await asyncio.gather(inner.read(CHUNK_BYTES), asyncio.wait([gone], timeout=hold_s))
    if gone.done():
        return
    gone.cancel()
    while first:
        writer.write(first)
        await writer.drain()
        first = await inner.read(CHUNK_BYTES)


async def _spoil(inner: asyncio.StreamReader, writer: asyncio.StreamWriter, how: str) -> None:
    head = await inner.readuntil(b"\r\n\r\n")
    if how == "reset":
        part = await inner.read(CHUNK_BYTES)
        writer.write(head + part[: len(part) // 2])
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
        return
    body, status = await inner.read(), head.partition(b"\r\n")[0]
    if how == "truncated":
        writer.write(_answer(status, b"application/json", body[: len(body) // 2]))
    else:
        writer.write(_answer(status, b"text/html", body))
    await writer.drain()


def _answer(status_line: bytes, kind: bytes, body: bytes) -> bytes:
    head = b"%s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status_line, kind, len(body)) + body
