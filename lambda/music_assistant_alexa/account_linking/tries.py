"""How often a passphrase may be tried: by one caller, and by all of them."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from music_assistant_alexa.ports import LinkingStore

__all__ = ["OF_ALL", "OF_ONE", "WINDOW_S", "Tries"]

WINDOW_S = 900
"""Seconds after which counting begins anew."""

OF_ONE = 5
"""Wrong passphrases of one source in that time. A household is behind one address."""

OF_ALL = 50
"""Wrong passphrases in all: who has many addresses gets no further than 4,800 a day."""

_NETWORK = 64
"""Bits of an IPv6 address that tell one customer from another."""


@dataclass(frozen=True, slots=True)
class _Counter:
    name: str
    limit: int


class Tries:
    """Counts a try before it is made, so that many at once are no way around; a right one is given back."""

    def __init__(self, store: LinkingStore, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def begin(self, source: str, secret: str) -> tuple[str, ...] | None:
        """Return what to give back if the passphrase is right, None if this is one too many. Raises PlaybackStoreError.

        `secret` keeps the table from telling who was there.
        """
        window = int(self._now()) // WINDOW_S
        counters = (_Counter(f"{window}#{_name(source, secret)}", OF_ONE), _Counter(f"{window}#all", OF_ALL))
        if all(self._store.count(counter.name, counter.limit, 2 * WINDOW_S) for counter in counters):
            return tuple(counter.name for counter in counters)
        return None

    def give_back(self, counted: tuple[str, ...]) -> None:
        """Forget a try that was right."""
        for name in counted:
            self._store.uncount(name, 2 * WINDOW_S)


def _name(source: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"source 1\n{_network(source)}".encode(), hashlib.sha256).hexdigest()[:32]


def _network(source: str) -> str:
    """Return an IPv4 address as it is, of an IPv6 address its network: one customer has all addresses of that."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "unknown"
    if address.version == 4:  # noqa: PLR2004 - IPv4
        return str(address)
    return str(ipaddress.ip_network((address, _NETWORK), strict=False))
