"""What a catalogue is made of: six kinds, and entries that link to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["ENTITY_LIMIT", "HEADROOM", "NAME_LIMIT", "Entry", "Kind", "Link", "Locale"]

ENTITY_LIMIT = 500_000
"""Entities Amazon keeps for a skill, over all uploads until they are deleted (its music catalogue reference)."""

HEADROOM = 25_000
"""Of those, places that tracks leave free: for records, artists, playlists, stations and genres still to come."""


NAME_LIMIT = 250
"""Characters of a name at most; nobody says longer ones."""


class Kind(StrEnum):
    """The six catalogues, in the order in which they take their places; genres are known when the rest is read."""

    PLAYLIST = "playlists"
    STATION = "stations"
    ARTIST = "artists"
    ALBUM = "albums"
    TRACK = "tracks"
    GENRE = "genres"

    @property
    def type(self) -> str:
        """Return Amazon's name of the type."""
        return _TYPES[self]

    @property
    def usage(self) -> str:
        """Return what Amazon wants to be told that the catalogue is for."""
        return f"AlexaMusic.Catalog.{_TYPES[self].removeprefix('AMAZON.')}"

    @property
    def shelf(self) -> str | None:
        """Return Music Assistant's name of the listing; genres have none that every version knows."""
        return {Kind.STATION: "radios", Kind.GENRE: None}.get(self, self.value)


_TYPES = {
    Kind.PLAYLIST: "AMAZON.MusicPlaylist",
    Kind.STATION: "AMAZON.BroadcastChannel",
    Kind.ARTIST: "AMAZON.MusicGroup",
    Kind.ALBUM: "AMAZON.MusicAlbum",
    Kind.TRACK: "AMAZON.MusicRecording",
    Kind.GENRE: "AMAZON.Genre",
}


@dataclass(frozen=True, slots=True)
class Locale:
    """A language and where it is spoken, such as en-US."""

    language: str
    country: str


@dataclass(frozen=True, slots=True)
class Link:
    """Whom or what an entry belongs to."""

    uri: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be asked for by name."""

    kind: Kind
    uri: str
    name: str
    version: str = ""
    """What tells it from others of its name, such as "Live"."""

    favourite: bool = False
    artists: tuple[Link, ...] = ()
    album: Link | None = None
    genres: tuple[str, ...] = ()
    item: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What Music Assistant says of it; nothing of a genre."""
