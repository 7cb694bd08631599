"""What the music skill can be asked for, and the contentId it is asked for by. Knows no JSON, no AWS and no HTTP.

A contentId is a uri: Music Assistant's own, or one of ours for what has none. It says the same to everyone for years;
Alexa's alarms replay it. A `library://` uri is only a row of MA's database, so what it meant is kept beside it, and
home compares the two; if by now it means another thing, that one has a provider's uri for its contentId. From
selection criteria to one thing: docs/music-skill.md has the table.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from string import capwords
from typing import TypeVar

from music_assistant_alexa.entity_ids import FAVOURITES_URI, GENRE_URI, LIBRARY_URI, STATION_URI, genre_uri, uri_of
from music_assistant_alexa.errors import ContentFilteredError, MediaNotFoundError, PlaybackStoreError
from music_assistant_alexa.library import Library, best_match, plain
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType
from music_assistant_alexa.ports import MusicAssistant, MusicStore, Search

__all__ = ["LIBRARY", "STATION_URI", "Contents", "Criteria", "Named", "favourites", "genre", "station"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

KEPT = 500
"""Contents that one sandbox remembers without asking the table."""

FAVOURITES = {
    MediaType.TRACK: "Songs",
    MediaType.ALBUM: "Albums",
    MediaType.ARTIST: "Artists",
    MediaType.PLAYLIST: "Playlists",
    MediaType.RADIO: "Stations",
}
"""Kinds whose favourites can be asked for, and what Alexa calls them."""

LIBRARY = MediaItem(LIBRARY_URI, "My Music", MediaType.PLAYLIST, in_library=True)
"""What "play music" means."""

_FROM_PARTICULAR_TO_GENERAL = (
    *(MediaType.TRACK, MediaType.ALBUM, MediaType.PLAYLIST),
    *(MediaType.RADIO, MediaType.ARTIST, MediaType.GENRE),
)
_SEEDS = {MediaType.TRACK, MediaType.ALBUM, MediaType.ARTIST, MediaType.GENRE}
_URI = re.compile(r"[a-z][a-z0-9+._-]*(--[A-Za-z0-9_-]+)?://((?P<kind>[a-z_]+)/)?[^\x00-\x1f\x7f\ud800-\udfff]+")
URI_LIMIT = 1500
"""Bytes of a contentId at most: with a prefix it is a key of the table, and those have 2,048."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that was named: by the id our catalogue gave it, or in words."""

    entity_id: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What was asked for, as Alexa has understood it."""

    named: Mapping[MediaType, Named] = field(default_factory=dict)
    media_type: MediaType | None = None
    """The kind of thing to play: "the latest album by", "a station"."""

    newest: bool = False
    most_popular: bool = False


def genre(name: str) -> MediaItem:
    """Return the content that is a genre, however its name is spelt."""
    return MediaItem(genre_uri(name), " ".join(name.split()), MediaType.GENRE)


def station(seed: MediaItem) -> MediaItem:
    """Return the station of what is like `seed`. It keeps the name, by which home knows the seed again."""
    return replace(seed, uri=STATION_URI + seed.uri, media_type=MediaType.RADIO, explicit=False)


def favourites(kind: MediaType) -> MediaItem:
    """Return the household's favourites of a kind."""
    return MediaItem(f"{FAVOURITES_URI}{kind}s", f"My Favorite {FAVOURITES[kind]}", MediaType.PLAYLIST, in_library=True)


class Contents:
    """What can be played, by what was asked and by its contentId."""

    def __init__(self, music: MusicAssistant, store: MusicStore) -> None:
        self._music = music
        self._library = Library(music)
        self._store = store
        self._remembered: dict[str, MediaItem] = {}
        self._entities: dict[str, MediaItem | None] = {}
        """What catalogues told, by the uris that their ids are made of; None of what they did not tell."""

    def playable(self, criteria: Criteria, *, explicit_allowed: bool = True) -> MediaItem:
        """Return the one thing meant. No round trip for what is named by our catalogue's id, one for what is not.

        Raises MediaNotFoundError, ContentFilteredError, HomeError.
        """
        item = self._meant(criteria)
        if item.explicit and not explicit_allowed:
            raise ContentFilteredError("it is explicit, and the listener's filter is on")
        if not _is_content(item.uri):
            raise MediaNotFoundError(item.name, item.media_type)
        return self._handed_out(item)

    def displayable(
        self, asked: Sequence[Criteria], *, limit: int = 10, explicit_allowed: bool = True
    ) -> list[MediaItem]:
        """Return what is meant by each of several criteria, as far as it is known; what the household has for none.

        Raises MediaNotFoundError, HomeError.
        """
        found = {item.uri: item for item in self._each(asked[:limit], explicit_allowed=explicit_allowed)}
        if found == {LIBRARY.uri: LIBRARY} or not asked:
            return [LIBRARY, *map(favourites, FAVOURITES)][:limit]
        if not found:
            raise MediaNotFoundError
        return list(found.values())

    def meaning(self, content_id: str) -> MediaItem:
        """Return what a contentId meant when it was handed out; all but its uri is empty where nobody knows.

        No round trip. Raises MediaNotFoundError for what cannot be one of ours; PlaybackStoreError, since without its
        name and its providers' uris home could not tell it from another.
        """
        if not _is_content(content_id):
            raise MediaNotFoundError
        return self._stored(content_id) or MediaItem(content_id, "", _kind_of(content_id))

    def renew(self, content_id: str) -> None:
        """Keep what a contentId means for as long again: it is being heard."""
        if known := self._known(content_id):
            self._handed_out(known)

    def _each(self, asked: Iterable[Criteria], *, explicit_allowed: bool) -> Iterable[MediaItem]:
        for criteria in asked:
            try:
                yield self.playable(criteria, explicit_allowed=explicit_allowed)
            except (MediaNotFoundError, ContentFilteredError):
                continue

    def _meant(self, criteria: Criteria) -> MediaItem:
        kind = next((kind for kind in _FROM_PARTICULAR_TO_GENERAL if kind in criteria.named), None)
        if kind is None:
            return _unnamed(criteria)
        if kind is MediaType.ARTIST and criteria.media_type is MediaType.ALBUM:
            return self._newest_album(self._found(criteria, kind))
        item = self._found(criteria, kind)
        return station(item) if criteria.media_type is MediaType.RADIO and kind in _SEEDS else item

    def _newest_album(self, artist: MediaItem) -> MediaItem:
        album = next(iter(self._music.albums_of(artist.uri)), None)
        if album is None:
            raise MediaNotFoundError(artist.name, MediaType.ALBUM)
        return self._apart(album)

    def _found(self, criteria: Criteria, kind: MediaType) -> MediaItem:
        """Find what is named of a kind: by the catalogue's id, and by its words where that is not ours."""
        named = criteria.named[kind]
        if not named.entity_id and not named.text:
            raise MediaNotFoundError("", kind)
        if named.entity_id:
            try:
                return self._by_entity(named.entity_id, kind)
            except MediaNotFoundError:
                if not named.text:
                    raise
        if kind is MediaType.GENRE:
            return self._genre(named.text)
        return self._apart(self._in_words(criteria, kind))

    def _by_entity(self, entity: str, kind: MediaType) -> MediaItem:
        uri = uri_of(entity)
        if uri is None:
            raise MediaNotFoundError("", kind)
        item = self._told(uri) or self._known(uri) or self._music.item(uri)
        if item.media_type is not kind:
            raise MediaNotFoundError(item.name, kind)
        return genre(item.name) if kind is MediaType.GENRE else item

    def _genre(self, name: str) -> MediaItem:
        """Return the genre of a name, if home has it. What our catalogue's id names is not asked for."""
        named = genre(name)
        if not self._music.has_genre(named.name):
            raise MediaNotFoundError(name, MediaType.GENRE)
        return named

    def _in_words(self, criteria: Criteria, kind: MediaType) -> MediaItem:
        """Search for a name; by its artist, and on its album where that is said and has it."""
        artist = self._name_beside(criteria, MediaType.ARTIST) if kind in {MediaType.TRACK, MediaType.ALBUM} else ""
        album = self._name_beside(criteria, MediaType.ALBUM) if kind is MediaType.TRACK else ""
        query = MediaQuery(criteria.named[kind].text, kind, artist)
        library = Library(_OnAlbum(self._music, query, album)) if album else self._library
        return library.named(query)

    def _name_beside(self, criteria: Criteria, kind: MediaType) -> str:
        """Return the name of what goes with a thing named in words, if it is known without asking home."""
        beside = criteria.named.get(kind)
        if beside is None:
            return ""
        uri = None if beside.text else uri_of(beside.entity_id)
        known = (self._told(uri) or self._known(uri)) if uri else None
        return known.name if known else beside.text

    def _told(self, uri: str) -> MediaItem | None:
        """Return what a catalogue told Amazon that a uri is, None if none did; its contentId has meant nothing else."""
        if _made(uri):
            return None
        if uri not in self._entities:
            try:
                told = self._store.entity(uri)
            except PlaybackStoreError as error:
                _log.warning("what a catalogue told cannot be read: %s", error)
                return None
            _keep(self._entities, uri, told and self._apart(told))
        return self._entities[uri]

    def _apart(self, item: MediaItem) -> MediaItem:
        """Return an item under its own uri, or a provider's if its own was handed out for another thing."""
        known = None if self._remembered.get(item.uri) == item else self._known(item.uri)
        if known is None or not item.other_uris or _is_same(known, item):
            return item
        return replace(item, uri=item.other_uris[0])

    def _known(self, uri: str) -> MediaItem | None:
        """Return what a uri is known to mean here; what the table cannot tell, home can."""
        try:
            return self._stored(uri)
        except PlaybackStoreError as error:
            _log.warning("what a contentId meant cannot be read: %s", error)
            return None

    def _stored(self, uri: str) -> MediaItem | None:
        """Return what a uri meant when it was last handed out. Raises PlaybackStoreError."""
        return self._remembered.get(uri) or _made(uri) or self._store.content(uri)

    def _handed_out(self, item: MediaItem) -> MediaItem:
        """Keep what an item's contentId means; once in each sandbox, since a row is good for over a year."""
        if _made(item.uri) or self._remembered.get(item.uri) == item:
            return item
        try:
            self._store.remember(item)
        except PlaybackStoreError as error:
            _log.warning("what a contentId means cannot be kept: %s", error)
            return item
        _keep(self._remembered, item.uri, item)
        return item


@dataclass(frozen=True, slots=True)
class _OnAlbum:
    """A search that finds nothing but an album's, where what is asked for is among it."""

    music: Search
    query: MediaQuery
    album: str

    def search(self, text: str, kinds: tuple[MediaType, ...], limit: int) -> list[MediaItem]:
        """Return what the album has, or else all that is found."""
        found = self.music.search(text, kinds, limit)
        album = MediaQuery(self.album)
        there = [item for item in found if best_match(album, [replace(item, name=item.album)])]
        return there if best_match(self.query, there) else found


def _keep(items: dict[str, T], uri: str, item: T) -> None:
    """Remember what a uri is, and forget the one remembered first where there are too many."""
    items[uri] = item
    for oldest in list(islice(items, max(len(items) - KEPT, 0))):
        del items[oldest]


def _is_same(known: MediaItem, item: MediaItem) -> bool:
    """Tell whether two items of one uri are one thing: a provider's uri is shared, or where one has none the names."""
    if known.other_uris and item.other_uris:
        return not {item.uri, *item.other_uris}.isdisjoint(known.other_uris)
    artists = {plain(known.artist), plain(item.artist)} - {""}
    return plain(known.name) == plain(item.name) and len(artists) <= 1


def _unnamed(criteria: Criteria) -> MediaItem:
    """Return what "play music" means, or "play my popular albums"."""
    if not criteria.most_popular:
        return LIBRARY
    return favourites(criteria.media_type if criteria.media_type in FAVOURITES else MediaType.TRACK)


def _made(uri: str) -> MediaItem | None:
    """Return what one of our own uris is, None for any other and for stations: those have their seed's name."""
    if uri == LIBRARY.uri:
        return LIBRARY
    if uri.startswith(GENRE_URI) and uri != GENRE_URI:
        name = uri.removeprefix(GENRE_URI)
        return genre(capwords(name) if name == name.casefold() else name)
    return next((each for each in map(favourites, FAVOURITES) if each.uri == uri), None)


def _kind_of(uri: str) -> MediaType:
    if uri.startswith("ma:"):
        made = _made(uri)
        return made.media_type if made else MediaType.RADIO
    match = _URI.match(uri)
    return MediaType(match["kind"] or "") if match else MediaType.UNKNOWN


def _is_content(uri: str) -> bool:
    """Tell whether a text is a uri that can mean something: the pattern of MA's own, or one of ours."""
    seed = uri.removeprefix(STATION_URI)
    if not _URI.fullmatch(seed) and _made(seed) is None:
        return False
    return len(uri.encode(errors="replace")) <= URI_LIMIT
