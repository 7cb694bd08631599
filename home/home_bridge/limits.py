"""How much one client may take of the bridge, and all of them together; and who is one client.

Nothing here grows with the number of strangers: a client is forgotten with its last slot, refusals are only counted.
"""

import contextlib
import ipaddress
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from home_bridge.errors import BusyError, TooManyError

_log = logging.getLogger(__name__)

SUMMARY_S = 60.0
"""How far apart lines about refused calls are at least."""

_HOUSEHOLD_BITS = 64
"""One household, or one attacker, has a whole IPv6 network of this length."""


class Slots:
    """So many at once: for each client, and in all."""

    def __init__(self, per_client: int, in_all: int) -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._taken: Counter[str] = Counter()
        self.count = 0

    @contextlib.contextmanager
    def taken(self, client: str | None) -> Iterator[None]:
        """Hold a slot. None is a client that cannot be told from others: only the limit in all is for it.

        Raises TooManyError when the client has its share already, BusyError when nobody else can be let in.
        """
        if self.count >= self._in_all:
            raise BusyError(f"{self._in_all} at once is all that is served; try again later")
        if client is not None and self._taken[client] >= self._per_client:
            raise TooManyError(f"{self._per_client} at once is all that one address is served")
        self._move(client, 1)
        try:
            yield
        finally:
            self._move(client, -1)

    def _move(self, client: str | None, by: int) -> None:
        self.count += by
        if client is None:
            return
        self._taken[client] += by
        if not self._taken[client]:
            del self._taken[client]


class Refusals:
    """Counts the calls that showed no good token or signature; one line a minute says how many, never who or what."""

    def __init__(self, later: Callable[[float, Callable[[], None]], object]) -> None:
        self._later = later
        self._count = 0

    def note(self) -> None:
        """Count one more."""
        self._count += 1
        if self._count == 1:
            self._later(SUMMARY_S, self._say)

    def _say(self) -> None:
        count, self._count = self._count, 0
        _log.warning("%d calls in a minute with a wrong, missing or expired token or signature", count)


def client_of(peer: str, forwarded: Sequence[str] = ()) -> str | None:
    """Return who is at the other end, as far as the bridge can tell; None when it cannot.

    A peer on the internet speaks for itself, whatever it writes. One at home is the proxy, and the address it saw
    stands at the end of the last of `forwarded`; what stands before may be the client's own invention.
    """
    return _household(peer) or _household(forwarded[-1].rpartition(",")[2] if forwarded else "")


def _household(text: str) -> str | None:
    """Return the one name of what shares an address on the internet, or None for what is no such address."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if not address.is_global:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), _HOUSEHOLD_BITS), strict=False))
    return str(address)
