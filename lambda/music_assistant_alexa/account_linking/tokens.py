"""Signed tokens: what account linking hands out, and finds unchanged when it comes back. Pure.

`<kind>.<key id>.<claims>.<signature>`: claims are unpadded base64url of a compact JSON list, and what is signed is the
text that stands in the token, its kind included, so that none can pass for another.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum

from music_assistant_alexa.errors import ExpiredAuthorizationError, InvalidAuthorizationError

__all__ = ["Claims", "Key", "Kind", "binding_of", "key_id_of", "opened", "sealed"]

_FORM = re.compile(r"(?P<kind>[a-z]+)\.(?P<key_id>[\w-]{1,32})\.(?P<claims>[\w-]{1,400})\.(?P<sig>[\w-]{43})", re.ASCII)


class Kind(StrEnum):
    """What a token is good for."""

    PAGE = "page"
    """The passphrase page, in the browser that was given it."""

    CODE = "code"
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Key:
    """What tokens are signed with. Those of another id are of no worth any more."""

    key_id: str
    secret: str = field(repr=False)

    def sign(self, text: str) -> bytes:
        """Return the signature of a token's text."""
        digest = hmac.new(self.secret.encode(), f"token 1\n{text}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    subject: str
    """The grant's id; of a page, nothing that has a meaning."""

    expires_at: int
    """Unix seconds."""

    binding: str = ""
    """Of a page or a code: what it was handed out for, see `binding_of`."""

    generation: int = 0
    """Of a refresh token: how many came before it, and one."""


def binding_of(*parts: str) -> str:
    """Return a digest of what a token is bound to; no two lists of parts have the same."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def sealed(kind: Kind, claims: Claims, key: Key) -> str:
    """Return the token."""
    fields = [claims.subject, claims.expires_at, claims.binding, claims.generation]
    text = base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).rstrip(b"=").decode()
    signed = f"{kind}.{key.key_id}.{text}"
    return f"{signed}.{key.sign(signed).decode()}"


def opened(kind: Kind, token: str, key: Key, now: float) -> Claims:
    """Return what a token says, if it is of that kind and ours.

    Raises InvalidAuthorizationError, or ExpiredAuthorizationError for one that was good once.
    """
    match = _FORM.fullmatch(token)
    if match is None or match["kind"] != kind or match["key_id"] != key.key_id:
        raise InvalidAuthorizationError("not a token of ours, or of a key that was replaced")
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(key.sign(signed), signature.encode()):
        raise InvalidAuthorizationError("a token that we did not sign")
    claims = _read(match["claims"])
    if claims.expires_at <= now:
        raise ExpiredAuthorizationError("a token that was good once")
    return claims


def key_id_of(token: str) -> str:
    """Return the id of the key a token names, "" for what is no token."""
    match = _FORM.fullmatch(token)
    return match["key_id"] if match else ""


def _read(text: str) -> Claims:
    try:
        match json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))):
            case [str(subject), int(expires_at), str(binding), int(generation)]:
                return Claims(subject, expires_at, binding, generation)
    except (ValueError, binascii.Error, RecursionError):
        pass
    raise InvalidAuthorizationError("a token of another time, signed by us")
