"""The household's side of account linking: its part of the secret, and where it must be new.

A sandbox lives for hours and keeps the secret. A key that was replaced must be known to all of them at once where
tokens are handed out, and as soon as a token names another key where they are looked at.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from music_assistant_alexa.account_linking.redirects import redirect_uris
from music_assistant_alexa.account_linking.tokens import Key
from music_assistant_alexa.errors import ConfigurationError
from music_assistant_alexa.settings import Credentials, Secrets

__all__ = ["Household", "LinkingSecrets"]

_LONG_ENOUGH = 32
_NAMES = ("client_id", "client_secret", "passphrase_hash", "signing_key", "key_id")


@dataclass(frozen=True, slots=True)
class LinkingSecrets:
    """The part of the secret that is account linking's."""

    client_id: str
    client_secret: str = field(repr=False)
    passphrase_hash: str = field(repr=False)
    key: Key

    @classmethod
    def of(cls, secrets: Secrets) -> Self:
        """Return them. Raises ConfigurationError that names what is missing."""
        given = {name: getattr(secrets, f"linking_{name}") for name in _NAMES}
        wrong = [f"linking_{name}" for name, value in given.items() if not _is_good(name, value)]
        if wrong:
            raise ConfigurationError(
                f"account linking is on (template parameter AccountLinking), and the secret's {', '.join(wrong)} "
                "cannot be used; docs/account-linking.md shows the command that makes them"
            )
        key = Key(given["key_id"], given["signing_key"])
        return cls(given["client_id"], given["client_secret"], given["passphrase_hash"], key)


def _is_good(name: str, value: str) -> bool:
    if name == "key_id":
        return re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value) is not None
    return len(value) >= (_LONG_ENOUGH if name in {"client_secret", "signing_key"} else 1)


class Household:
    """Whom accounts are linked to."""

    def __init__(self, credentials: Credentials, vendor_id: str, now: Callable[[], float]) -> None:
        self._credentials = credentials
        self._now = now
        self.redirect_uris = redirect_uris(vendor_id)
        """Where a browser may be sent with a code."""

    def known(self) -> LinkingSecrets:
        """Return the secrets as this sandbox has them. Raises ConfigurationError."""
        return LinkingSecrets.of(self._credentials.current())

    def fresh(self) -> LinkingSecrets:
        """Return the secrets as they are now, or were less than a minute ago. Raises ConfigurationError."""
        return LinkingSecrets.of(self._credentials.fresh(self._now()))
