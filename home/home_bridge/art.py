"""Pictures: Music Assistant's imageproxy, and remote ones under checks of our own."""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp

LIMIT_BYTES = 10 * 1024 * 1024
IMAGE_TYPES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/webp", "image/gif"})
_SIZES = (256, 512, 1024)
"""What MA is asked for. It takes any size to 2.9; from 2.10 on, these, 80, 160 and 0 (the original: of any size)."""

_SPARE = 1.5
"""How much longer the long side is asked for than the edge: enough for pictures of 3:2."""

_OK = 200
_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ALLOCATED = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given to the internet; `is_global` knows only some of what is not, and each Python others."""

_UNLIKE_GLOBAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv6Network("3fff::/20"))
"""Devices of the own network, and examples, of which some Pythons say that they are global."""

Address = tuple[Any, ...]


class NoPictureError(Exception):
    """There is no picture to be had; the text says why. Nobody is answered an error for it: another one is shown."""


def is_public(host: str) -> bool:
    """Tell whether an address belongs to the internet, not to a home or this machine."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return _is_global(_inner(address) or address)


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _ALLOCATED:
        return False
    return address.is_global and not address.is_multicast and not any(address in each for each in _UNLIKE_GLOBAL)


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def plain(path: str) -> str:
    """Return a path of MA's imageproxy without size and format; its other parts stay as MA wrote them."""
    start, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and part.partition("=")[0] not in {"size", "fmt"})
    return f"{start}?{kept}" if kept else start


def _sized(path: str, edge: int) -> str:
    path = plain(path)
    size = next((size for size in _SIZES if size >= edge * _SPARE), _SIZES[-1])
    return f"{path}{'&' if '?' in path else '?'}size={size}&fmt=jpeg"


class Pictures:
    """Fetches pictures; redirects are not followed, other types and more than 10 MB are refused."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        ma_url: str,
        *,
        reachable: Callable[[str], bool] = is_public,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._http = http
        self._ma_url = ma_url
        self._reachable = reachable
        connector = aiohttp.TCPConnector(
            ssl=tls or ssl.create_default_context(), socket_factory=self._socket, limit=8, force_close=True
        )
        self._remote = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def from_music_assistant(self, path: str, edge: int) -> bytes:
        """Fetch a picture of MA's imageproxy, for a square of this edge. Raises NoPictureError.

        MA keeps the proportions and never makes a picture larger.
        """
        return await self._fetch(self._http, self._ma_url + _sized(path, edge))

    async def from_elsewhere(self, url: str) -> bytes:
        """Fetch a remote picture over https, from public addresses only. Raises NoPictureError."""
        return await self._fetch(self._remote, url)

    async def close(self) -> None:
        """Close the connections to elsewhere."""
        await self._remote.close()

    def _socket(self, address_info: tuple[Any, Any, int, str, Address]) -> socket.socket:
        """Make the socket for one address, unless it is not a public one: checked on what is connected to."""
        family, kind, protocol, _, address = address_info
        if not self._reachable(str(address[0])):
            raise OSError("not a public address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    @staticmethod
    async def _fetch(http: aiohttp.ClientSession, url: str) -> bytes:
        try:
            async with http.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
                if response.status != _OK or response.content_type not in IMAGE_TYPES:
                    raise NoPictureError(f"no picture: {response.status} {response.content_type}")
                body = bytearray()
                async for chunk in response.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > LIMIT_BYTES:
                        raise NoPictureError("a picture of more than 10 MB")
                return bytes(body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NoPictureError(f"the picture cannot be fetched: {type(error).__name__}") from error
