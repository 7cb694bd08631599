"""JSON of Music Assistant into entries. What has no name, no uri or cannot be played is left out."""

from collections.abc import Mapping
from typing import Any

from music_assistant_alexa.entity_ids import URI_BYTES, genre_uri
from music_catalog.models import NAME_LIMIT, Entry, Kind, Link

__all__ = ["entry_of", "genre"]


def entry_of(kind: Kind, item: Any) -> Entry | None:
    """Read one item of a listing; None for what nobody could ask for."""
    link = _link(item)
    if link is None or item.get("is_playable") is False:
        return None
    return Entry(
        kind=kind,
        uri=link.uri,
        name=link.name,
        version=_text(item.get("version")),
        favourite=item.get("favorite") is True,
        artists=tuple(filter(None, map(_link, _list(item.get("artists"))))),
        album=_link(item.get("album")),
        genres=_genres(item.get("metadata")),
        item=item,
    )


def genre(name: str) -> Entry:
    """Return the entry of a genre under one of its spellings, which all have one uri."""
    return Entry(Kind.GENRE, genre_uri(name), name)


def _link(item: Any) -> Link | None:
    if not isinstance(item, Mapping):
        return None
    uri, name = item.get("uri"), _text(item.get("name"))
    return Link(uri, name) if isinstance(uri, str) and name and _has_id(uri) else None


def _has_id(uri: str) -> bool:
    try:
        return 0 < len(uri.encode()) <= URI_BYTES
    except UnicodeEncodeError:  # half a pair of surrogates
        return False


def _genres(metadata: Any) -> tuple[str, ...]:
    found = metadata.get("genres") if isinstance(metadata, Mapping) else None
    names = (_text(each) for each in _list(found))
    return tuple(name for name in names if name and _has_id(genre_uri(name)))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a name as a person reads it: without control and formatting characters, and others that nobody sees."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())
    if not text.isprintable():
        text = " ".join("".join(filter(str.isprintable, text)).split())
    return text[:NAME_LIMIT].strip()
