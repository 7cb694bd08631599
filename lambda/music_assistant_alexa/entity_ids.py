"""Ids of the catalogue's entities: a uri in letters and digits, so that nothing has to be remembered to read it back.

And the uris of our own making, for what has none in Music Assistant; home_bridge/content.py is where they are played.

An id is `ma`, then base32 of the uri, then two characters that check the rest: lower case and digits only, and the same
if someone on the way changes their case. An id that was cut or invented is refused, where it would name another record.
"""

import base64
import binascii
import re
import zlib

__all__ = [
    "FAVOURITES_URI",
    "GENRE_URI",
    "ID_LIMIT",
    "LIBRARY_URI",
    "STATION_URI",
    "URI_BYTES",
    "entity_id",
    "genre_uri",
    "uri_of",
]

LIBRARY_URI = "ma:library"
GENRE_URI, STATION_URI, FAVOURITES_URI = "ma:genre/", "ma:station/", "ma:favourites/"
"""What is before a genre's name, the uri of what a station is like, the kind of favourites."""

ID_LIMIT = 256
"""Characters of an id at most. Amazon's catalogue reference states no limit; this is what it allows ids elsewhere."""

_PREFIX = "ma"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_FORM = re.compile(rf"{_PREFIX}[a-z2-7]{{4,}}")
_CHECK = 2
"""Characters at the end that check the rest."""

URI_BYTES = (ID_LIMIT - len(_PREFIX) - _CHECK) * 5 // 8
"""Length of a uri at most; its id is as long as an id may be."""


def genre_uri(name: str) -> str:
    """Return the uri of a genre: one, however its name is spelt, since Music Assistant's number of it does not stay."""
    return GENRE_URI + " ".join(name.split()).casefold()


def entity_id(uri: str) -> str:
    """Return the catalogue id of a uri, the same for ever. Raises ValueError when it would be longer than ID_LIMIT."""
    plain = uri.encode()
    if not 0 < len(plain) <= URI_BYTES:
        raise ValueError(f"a uri of {len(plain)} bytes makes no catalogue id: it is empty or too long")
    text = base64.b32encode(plain).decode().rstrip("=").lower()
    return _PREFIX + text + _checked(text)


def uri_of(entity_id: str) -> str | None:
    """Return the uri that an id was made of; None for an id that is not ours."""
    folded = entity_id.lower()
    if len(folded) > ID_LIMIT or not _FORM.fullmatch(folded):
        return None
    text, check = folded[len(_PREFIX) : -_CHECK], folded[-_CHECK:]
    if check != _checked(text):
        return None
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _checked(text: str) -> str:
    value = zlib.crc32(text.encode())
    return _ALPHABET[value & 31] + _ALPHABET[value >> 5 & 31]
