"""Whether what Music Assistant says now is what was meant then. Pure.

A `library://` number is only a row of its database: made anew, the same number is another record. A provider's uri
stays, whatever the name that is shown with it.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be played, as it was remembered when its uri was handed out."""

    uri: str
    name: str = ""
    artist: str = ""
    media_type: str = ""
    other_uris: tuple[str, ...] = ()
    """What its providers call it."""


def is_same(content: Content, found: Mapping[str, Any]) -> bool:
    """Tell whether an item is the one meant: a provider's uri is shared, or name and artist are equal.

    Nothing was remembered of it (no name): then its uri alone says what it is.
    """
    if not content.name or _known_by(content) & set(provider_uris(found)):
        return True
    if plain(str(found.get("name") or "")) != plain(content.name):
        return False
    artist, others = plain(content.artist), plain(artists_of(found))
    return not artist or not others or artist == others


def is_namesake(content: Content, found: Mapping[str, Any]) -> bool:
    """Tell whether an item only has the name of what was meant: its providers know it by other uris.

    It may be another recording; or the same, whose providers have changed.
    """
    known, now = _known_by(content), set(provider_uris(found))
    return bool(content.name and known and now) and not known & now


def provider_uris(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the uris by which its providers know an item, with the provider's instance and with its domain."""
    kind = found.get("media_type")
    for mapping in found.get("provider_mappings") or []:
        for provider in (mapping.get("provider_instance"), mapping.get("provider_domain")):
            yield f"{provider}://{kind}/{mapping.get('item_id')}"


def _known_by(content: Content) -> set[str]:
    """Return the uris by which its providers knew what was meant."""
    return {uri for uri in (content.uri, *content.other_uris) if not uri.startswith("library://")}


def artists_of(found: Mapping[str, Any]) -> str:
    """Return whose an item is, as the skill writes it."""
    return ", ".join(str(artist.get("name") or "") for artist in found.get("artists") or [])


def plain(text: str) -> str:
    """Return letters and digits only, small and without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if letter.isalnum())
