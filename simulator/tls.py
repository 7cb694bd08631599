"""Cables that can be unplugged and plugged in again: a plain one, and HTTPS in front of a plain port as a tunnel is."""

import asyncio
import contextlib
import datetime as dt
import ssl
from typing import Literal

import trustme

from simulator.loop_thread import LoopThread

HOST = "127.0.0.1"
HOST_OF_CONTAINERS = "host.docker.internal"
"""By this name a container reaches the machine it runs on."""
CHUNK_BYTES = 65_536
_PAGE = b"<!DOCTYPE html><title>Error 1033</title><h1>Cloudflare Tunnel error</h1>"
TUNNEL_IS_DOWN = (
    b"HTTP/1.1 530 \r\nContent-Type: text/html; charset=UTF-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
)
"""What Cloudflare answers while no connector of the tunnel is there."""


class Authority:
    """A certificate authority for one run: whoever trusts `pem` trusts its servers."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self.pem = self._authority.cert_pem.bytes().decode()

    def server_context(self, *names: str, expires: dt.datetime | None = None) -> ssl.SSLContext:
        """Return the TLS side of a server on this machine, or of one that has other names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        names = names or (HOST, "localhost", HOST_OF_CONTAINERS)
        self._authority.issue_cert(*names, not_after=expires).configure_cert(context)
        return context


class Cable:
    """Passes bytes on to a port."""

    def __init__(self, target: tuple[str, int], *, host: str = HOST, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        """How many connections have been made to it."""
        self._host = host
        self._target = target
        self._context = context
        self._cable: Literal["in", "out", "tunnel down"] = "in"
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = LoopThread(name="cable")
        self.port = 0
        self._server = self._thread.run(self._listen())

    def unplug(self, how: Literal["refused", "tunnel"] = "refused") -> None:
        """Cut every connection; refuse new ones, or answer them as a tunnel without its connector does."""
        self._cable = "out" if how == "refused" else "tunnel down"
        self._thread.run(self._cut())

    def plug(self) -> None:
        """Let everything through again, on the same port."""
        self._cable = "in"
        self._thread.run(self._restore())

    def close(self) -> None:
        """Cut everything for good."""
        self._cable = "out"
        self._thread.run(self._cut())
        self._thread.close()

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, self._host, self.port, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _cut(self) -> None:
        if self._cable == "out":
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _restore(self) -> None:
        if not self._server.is_serving():
            self._server = await self._listen()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            if self._cable == "in":
                await self._join(reader, writer)
            else:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(TUNNEL_IS_DOWN)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # either side may go at any time, and so may the front
        finally:
            self._open.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(*self._target)
        try:
            ways = [
                asyncio.ensure_future(_pump(reader, inner_writer)),
                asyncio.ensure_future(_pump(inner_reader, writer)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            inner_writer.close()


class TlsFront(Cable):
    """A TLS terminator in front of a plain port of loopback."""

    def __init__(self, target_port: int, authority: Authority, *, host: str = HOST) -> None:
        super().__init__((HOST, target_port), host=host, context=authority.server_context())

    @property
    def url(self) -> str:
        """Return its address on this machine."""
        return f"https://{HOST}:{self.port}"


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
