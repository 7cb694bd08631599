"""Grants: what entering the passphrase is worth. One code, then tokens that are renewed until someone revokes them."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from music_assistant_alexa import telemetry
from music_assistant_alexa.account_linking.household import Household
from music_assistant_alexa.account_linking.tokens import Claims, Key, Kind, key_id_of, opened, sealed
from music_assistant_alexa.errors import InvalidAuthorizationError
from music_assistant_alexa.ports import LinkingStore

__all__ = ["ACCESS_S", "CODE_S", "REFRESH_S", "Grants", "Tokens"]

CODE_S = 60
"""Seconds a code is good for; Alexa's server fetches the tokens at once."""

ACCESS_S = 3600
"""Seconds an access token is good for; Alexa renews it before it needs it."""

REFRESH_S = 400 * 24 * 3600
"""Seconds a refresh token is good for: an alarm that plays once a year finds the account still linked."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Alexa is given for a code or a refresh token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Grants:
    """Hands out codes and tokens, and looks at the ones that come back.

    Raises InvalidAuthorizationError and ExpiredAuthorizationError for them, PlaybackStoreError, ConfigurationError.
    """

    def __init__(self, household: Household, store: LinkingStore, now: Callable[[], float]) -> None:
        self._household = household
        self._store = store
        self._now = now

    def code(self, binding: str) -> str:
        """Return a code for a new grant; it is exchanged once, with the same binding."""
        claims = Claims(secrets.token_urlsafe(16), self._ends(CODE_S), binding)
        return sealed(Kind.CODE, claims, self._household.fresh().key)

    def exchange(self, code: str, binding: str) -> Tokens:
        """Return the first tokens for a code. One that comes a second time ends its grant (RFC 6749, 4.1.2).

        Raises InvalidAuthorizationError for that and for a code of another binding, ExpiredAuthorizationError.
        """
        key = self._household.fresh().key
        claims = opened(Kind.CODE, code, key, self._now())
        if not secrets.compare_digest(claims.binding, binding):
            raise InvalidAuthorizationError("a code that was given for something else")
        if not self._store.begin(claims.subject, REFRESH_S):
            self._end(claims.subject)
        return self._tokens(claims.subject, 1, key)

    def refresh(self, token: str) -> Tokens:
        """Return the next tokens. A refresh token older than the last but one ends its grant (RFC 9700, 4.14).

        Raises InvalidAuthorizationError for that and for a token of an ended grant, ExpiredAuthorizationError.
        """
        key = self._household.fresh().key
        claims = opened(Kind.REFRESH, token, key, self._now())
        generation = self._store.renew(claims.subject, claims.generation, REFRESH_S)
        if generation is None:
            self._end(claims.subject)
        return self._tokens(claims.subject, generation, key)

    def authorize(self, access_token: str | None) -> None:
        """Let a directive pass that brings a good access token. Nothing is asked of the table."""
        token = access_token if isinstance(access_token, str) else ""  # it comes from outside
        known = self._household.known()
        if token and key_id_of(token) != known.key.key_id:
            known = self._household.fresh()
        opened(Kind.ACCESS, token, known.key, self._now())

    def _end(self, grant_id: str) -> NoReturn:
        self._store.revoke(grant_id, REFRESH_S)
        telemetry.count("LinkingRevoked")
        _log.warning("a code or a refresh token came again: its account is no longer linked")
        raise InvalidAuthorizationError("a code or a refresh token that came again")

    def _tokens(self, grant_id: str, generation: int, key: Key) -> Tokens:
        access = Claims(grant_id, self._ends(ACCESS_S))
        refresh = Claims(grant_id, self._ends(REFRESH_S), generation=generation)
        return Tokens(sealed(Kind.ACCESS, access, key), sealed(Kind.REFRESH, refresh, key))

    def _ends(self, seconds: int) -> int:
        return int(self._now()) + seconds
