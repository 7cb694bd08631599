"""Which vehicle a token belongs to. Of a token the household's secret keeps the SHA-256 only.

A token is 256 random bits from our command and never what a person made up. There is nothing to guess that scrypt would
have to make slow, and its half a second is all that the Engine waits for a state.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Mapping

from music_assistant_alexa.errors import ConfigurationError
from music_assistant_alexa.settings import Credentials

__all__ = ["WAIT_S", "VehicleTokens", "hashed", "new_token"]

_log = logging.getLogger(__name__)

WAIT_S = 15
"""Seconds for which a secret that could not be read anew is not asked for again."""

_HASH = re.compile(r"[0-9a-f]{64}")


def new_token() -> str:
    """Return a token that no vehicle has."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class VehicleTokens:
    """The household's vehicles, by what is kept of their tokens."""

    def __init__(self, credentials: Credentials, now: Callable[[], float]) -> None:
        self._credentials = credentials
        self._now = now
        self._digests: dict[str, str] = {}
        self._wait_until = float("-inf")

    def owner(self, token: str) -> str | None:
        """Return the id of the vehicle, None for a token of nobody's. Raises ConfigurationError.

        A token that was added or taken away counts within a minute. All are compared, whichever it is.
        """
        given = hashed(token)
        owners = [vehicle_id for vehicle_id, digest in self._kept().items() if hmac.compare_digest(digest, given)]
        return owners[0] if owners else None

    def _kept(self) -> dict[str, str]:
        """Return what is kept of the tokens; while it cannot be read anew, what was read last."""
        now = self._now()
        if now < self._wait_until:
            return self._digests
        try:
            kept = self._credentials.fresh(now).vehicle_tokens
        except ConfigurationError as error:
            if not self._digests:
                raise
            _log.warning("vehicles' tokens not read anew: %s", error)
            self._wait_until = now + WAIT_S
            return self._digests
        self._digests = _whole(kept)
        return self._digests


def _whole(kept: Mapping[str, object]) -> dict[str, str]:
    """Return what is kept if all of it can be used: an entry left out would be a vehicle that nobody misses."""
    digests = {name: each for name, each in kept.items() if isinstance(each, str) and _HASH.fullmatch(each)}
    if not kept or len(set(digests.values())) < len(kept):
        raise ConfigurationError(
            'vehicles may use the URL (template parameter AutoHttp), and "vehicle_tokens" of the secret is missing, '
            "has an entry that is no SHA-256, or one twice; docs/alexa-auto.md shows the command that makes an entry"
        )
    return digests
