"""An entry as Amazon's catalogue writes it: the shapes of the music catalogue reference, version 2.0."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from music_assistant_alexa.entity_ids import entity_id
from music_catalog.models import Entry, Kind, Link, Locale
from music_catalog.names import alternate_names

__all__ = ["digest", "encoded", "entity", "header", "timed", "tombstone"]

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

FAVOURITE = 100
OTHERS = 50
"""How popular something is, of 100: Alexa prefers the favourite of two that have one name."""


def header(kind: Kind, locales: Sequence[Locale]) -> dict[str, Any]:
    """Return what a catalogue begins with."""
    return {"type": kind.type, "version": 2.0, "locales": _locales(locales)}


def entity(entry: Entry, locales: Sequence[Locale]) -> dict[str, Any]:
    """Return an entry without its time. Raises ValueError when its uri makes no id."""
    languages = tuple(dict.fromkeys(each.language for each in locales))
    made: dict[str, Any] = {
        "id": entity_id(entry.uri),
        "names": _names(entry.name, languages),
        "popularity": {"default": FAVOURITE if entry.favourite else OTHERS},
        "locales": _locales(locales),
    }
    if others := alternate_names(entry.name, entry.version):
        made["alternateNames"] = [{"language": language, "values": others} for language in languages]
    if entry.artists:
        made["artists"] = [_link(artist, languages) for artist in entry.artists]
    if entry.album:
        made["albums"] = [_link(entry.album, languages)]
    return made


def tombstone(entity_id: str, updated_ms: int) -> dict[str, Any]:
    """Return what deletes an entity: what is left out of an upload stays with Amazon, and is offered for ever."""
    return {"id": entity_id, "lastUpdatedTime": time_text(updated_ms), "deleted": True}


def digest(line: bytes) -> bytes:
    """Return a digest of an entity's line without its time, by which a later run sees whether it has changed."""
    return hashlib.sha256(line).digest()[:16]


def timed(line: bytes, updated_ms: int) -> bytes:
    """Return the line of an entity with its time put in, so that it need not be encoded a second time."""
    return line[:-1] + b',"lastUpdatedTime":"' + time_text(updated_ms).encode() + b'"}'


def encoded(value: dict[str, Any]) -> bytes:
    """Return one line of JSON."""
    return _JSON.encode(value).encode("utf-8", "replace")


@lru_cache(maxsize=1_000)
def time_text(updated_ms: int) -> str:
    """Return a time as Amazon reads it; `updated_ms` is in Unix milliseconds."""
    moment = datetime.fromtimestamp(updated_ms / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{updated_ms % 1000:03d}Z"


@lru_cache(maxsize=10_000)
def _link(link: Link, languages: tuple[str, ...]) -> dict[str, Any]:
    return {"id": entity_id(link.uri), "names": _names(link.name, languages)}


def _names(name: str, languages: Sequence[str]) -> list[dict[str, str]]:
    return [{"language": language, "value": name} for language in languages]


def _locales(locales: Sequence[Locale]) -> list[dict[str, str]]:
    return [{"country": each.country, "language": each.language} for each in locales]
