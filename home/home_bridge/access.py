"""Who may call: the skill by a bearer token, an Echo by a signed URL."""

import hmac
from collections.abc import Callable, Sequence
from typing import Any

from music_assistant_alexa.errors import StreamUrlError
from music_assistant_alexa.stream_urls import Kind, check_signed


class Access:
    """The bridge's tokens and signing keys; any of each is good."""

    def __init__(self, tokens: Sequence[str], keys: Sequence[str], now: Callable[[], float]) -> None:
        self._tokens = [token.encode() for token in tokens]
        self._keys = keys
        self._now = now

    def knows(self, authorization: str) -> bool:
        """Tell whether an Authorization header shows one of the tokens; takes equally long either way."""
        scheme, _, shown = authorization.partition(" ")
        given = shown.strip().encode("utf-8", "surrogateescape")
        genuine = [hmac.compare_digest(given, token) for token in self._tokens]
        return scheme.lower() == "bearer" and any(genuine)

    def reference(self, kind: Kind, name: str, exp: str, sig: str) -> dict[str, Any] | None:
        """Return what a signed URL refers to, or None for a wrong, missing or expired signature."""
        try:
            return check_signed(kind, name, exp, sig, keys=self._keys, now=self._now())
        except StreamUrlError:
            return None
