"""What there is to hear, as Music Assistant's API tells it: looking up, listing and searching the demo library."""

import random
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from simulator.demo_library import LIBRARY, Album, Artist, Genre, Playlist, Radio, Track
from simulator.stand_in.errors import MediaNotFound

Kind = Literal["artist", "album", "track", "playlist", "radio", "genre"]
Entry = Artist | Album | Track | Playlist | Radio | Genre

FILES = "filesystem_local--DemoShelf"
"""The provider instance that the files of the library belong to."""

_ARTICLES = ("the ", "de ", "les ", "las ", "los ", "le ", "la ", "el ", "a ", "an ")

_SHELVES: dict[Kind, tuple[Entry, ...]] = {
    "artist": LIBRARY.artists,
    "album": LIBRARY.albums,
    "track": LIBRARY.tracks,
    "playlist": LIBRARY.playlists,
    "radio": LIBRARY.radios,
    "genre": LIBRARY.genres,
}

_NUMBERS: dict[tuple[Kind, int], int] = {}
"""What the library's database calls an entry since it was made anew."""


@dataclass(frozen=True, slots=True)
class Media:
    """One entry of the library; `by_file` if it is named by its provider's id, as tracks of playlists are."""

    kind: Kind
    entry: Entry
    by_file: bool = False

    @property
    def name(self) -> str:
        """Return the plain title or name."""
        return self.entry.name if isinstance(self.entry, Artist) else self.entry.title

    @property
    def item_id(self) -> str:
        """Return the id inside its provider."""
        number = _NUMBERS.get((self.kind, self.entry.number), self.entry.number)
        return path(self.entry) if self.by_file else str(number)

    @property
    def provider(self) -> str:
        """Return what `item_id` belongs to."""
        return FILES if self.by_file else "library"

    @property
    def uri(self) -> str:
        """Return what play_media takes."""
        return f"{self.provider}://{self.kind}/{self.item_id}"

    @property
    def duration_s(self) -> int:
        """Return the length in seconds; 0 for what has no end."""
        return self.entry.duration_s if isinstance(self.entry, Track) else 0

    @property
    def sound(self) -> Track | Radio:
        """Return what the stream server plays for it."""
        if not isinstance(self.entry, Track | Radio):
            raise MediaNotFound(f"{self.uri} cannot be played by itself")
        return self.entry


def renumber(by: int) -> None:
    """Make the library's database anew: every number is another entry's, so many places on; 0: as at first."""
    for kind, entries in _SHELVES.items():
        for entry in entries:
            _NUMBERS[kind, entry.number] = (entry.number - 1 + by) % len(entries) + 1


def find(uri: str) -> Media:
    """Return the entry of a uri."""
    match = re.fullmatch(r"([^:]+)://([a-z_]+)/(.+)", uri)
    if not match:
        raise MediaNotFound(f"No uri of Music Assistant: {uri}")
    provider, kind, item_id = match.groups()
    return find_by_id(kind, item_id, provider)


def find_by_id(kind: str, item_id: str, provider: str = "library") -> Media:
    """Return the entry of that kind and id."""
    for shelf, entries in _SHELVES.items():
        for entry in entries if shelf == kind else ():
            media = Media(shelf, entry, by_file=provider != "library")
            if item_id == media.item_id and provider == media.provider:
                return media
    raise MediaNotFound(f"{provider}://{kind}/{item_id} is not in the library")


def library_of(media: Media) -> Media:
    """Return the same as the library names it."""
    return Media(media.kind, media.entry)


def genre_of(media: Media) -> Genre | None:
    """Return the genre of a track or record: the files say it of nothing else."""
    entry = media.entry.album if isinstance(media.entry, Track) else media.entry
    title = entry.genre if isinstance(entry, Album) else ""
    return next((genre for genre in LIBRARY.genres if genre.title == title), None)


def listed(kind: Kind, search: str | None = None) -> list[Media]:
    """Return the entries of a kind by name, those of `search` first by title and then by artist."""
    entries = sorted((Media(kind, entry) for entry in _SHELVES[kind]), key=lambda media: sort_name(media.name))
    if not search:
        return entries
    if " - " in search:
        artist, title = (plain(part) for part in search.split(" - ", 1))
        return [m for m in entries if title in plain(m.name) and artist in plain(artist_name(m))]
    wanted = plain(search)
    by_name = [media for media in entries if wanted in plain(media.name)]
    by_artist = [media for media in entries if wanted in plain(artist_name(media)) and media not in by_name]
    return by_name + by_artist


def tracks_of(media: Media) -> list[Media]:
    """Return the tracks of an artist, a record or a playlist, in their order."""
    entry = media.entry
    if isinstance(entry, Playlist):
        return [Media("track", track, by_file=True) for track in entry.tracks]
    if isinstance(entry, Artist | Album | Genre):
        return [Media("track", track) for track in LIBRARY.tracks_of(entry)]
    raise MediaNotFound(f"{media.uri} has no tracks")


def albums_of(artist: Media) -> list[Media]:
    """Return the records of an artist."""
    return [Media("album", album) for album in LIBRARY.albums if album.artist == artist.entry]


def to_queue(media: Media, start_item: str | None, shuffler: random.Random) -> list[Media]:
    """Return what a queue holds when that is played: an artist's and a genre's tracks are always shuffled."""
    if media.kind in ("track", "radio"):
        return [media]
    tracks = tracks_of(media)
    if media.kind in ("artist", "genre"):
        shuffler.shuffle(tracks)
    elif start_item is not None:
        places = [place for place, track in enumerate(tracks) if start_item in (track.uri, track.item_id)]
        tracks = tracks[places[0] :] if places else []
    return tracks


def artist_name(media: Media) -> str:
    """Return whose track or record it is; empty for everything else."""
    return media.entry.artist.name if isinstance(media.entry, Track | Album) else ""


def path(entry: Entry) -> str:
    """Return where an entry lies in the music folder."""
    if isinstance(entry, Track):
        return entry.path
    if isinstance(entry, Album):
        return f"{entry.artist.name}/{entry.title}"
    return entry.name if isinstance(entry, Artist) else f"{entry.title}.m3u"


def sort_name(name: str) -> str:
    """Return the name in lower case, with an article at its end."""
    for article in _ARTICLES:
        if name.lower().startswith(article):
            return plain(name[len(article) :]) + plain(article)
    return plain(name)


def plain(text: str) -> str:
    """Return lower-case letters and digits only, without accents, as the server compares names."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if letter.isascii() and letter.isalnum())
