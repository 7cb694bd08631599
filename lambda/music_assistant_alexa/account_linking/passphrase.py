"""The household's passphrase: what is stored of it, and whether it is the one that was typed.

Stored is `scrypt$<log2 n>$<r>$<p>$<salt>$<hash>`, the last two in unpadded base64url. Only the standard library is
used, so that the command which makes it needs nothing else.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import unicodedata

from music_assistant_alexa.errors import ConfigurationError

__all__ = ["SHORTEST", "hashed", "matches"]

SHORTEST = 12
"""Characters a passphrase has at least."""

LONGEST = 200

_LOG_N, _R, _P = 15, 8, 3
"""32 MB and about half a second: the cost OWASP's Password Storage Cheat Sheet asks for."""

_MEMORY = 128 * 2**20
_STORED = re.compile(r"scrypt\$(1[0-6])\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43})")


def hashed(passphrase: str) -> str:
    """Return what to store of a passphrase, with a salt of its own. Raises ValueError for one that is too short."""
    text = _typed(passphrase)
    if not SHORTEST <= len(text) <= LONGEST:
        raise ValueError(f"a passphrase has {SHORTEST} to {LONGEST} characters; four unrelated words do well")
    salt = secrets.token_bytes(16)
    digest = _scrypt(text, salt, _LOG_N, _R, _P)
    return f"scrypt${_LOG_N}${_R}${_P}${_encoded(salt)}${_encoded(digest)}"


def matches(passphrase: str, stored: str) -> bool:
    """Tell whether a passphrase is the stored one. Raises ConfigurationError if what is stored cannot be read."""
    match = _STORED.fullmatch(stored)
    if match is None:
        raise ConfigurationError(_remedy())
    if len(passphrase) > LONGEST:
        return False
    try:
        salt, digest = _decoded(match[4]), _decoded(match[5])
        given = _scrypt(_typed(passphrase), salt, *(int(match[part]) for part in (1, 2, 3)))
    except (ValueError, binascii.Error) as error:
        raise ConfigurationError(_remedy()) from error
    return hmac.compare_digest(given, digest)


def _remedy() -> str:
    return '"linking_passphrase_hash" in the secret cannot be read; docs/account-linking.md shows the command for it'


def _typed(passphrase: str) -> str:
    """Return the text as any keyboard means it: phones compose accents in another way, and add a space at the end."""
    return unicodedata.normalize("NFC", passphrase).strip()


def _scrypt(text: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(text.encode(errors="replace"), salt=salt, n=2**log_n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
