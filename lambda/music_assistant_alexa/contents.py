"""What the music skill can be asked for, and the contentId it is asked for by. Knows no JSON, no AWS and no HTTP.

A contentId is a uri: Music Assistant's own, or one of ours for what has none. It says the same to everyone for years;
Alexa's alarms replay it. A `library://` uri is only a row of MA's database, so what it meant is kept beside it, and
home compares the two. From selection criteria to one thing: docs/music-skill.md has the table.
"""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from music_assistant_alexa.entity_ids import uri_of
from music_assistant_alexa.errors import ContentFilteredError, MediaNotFoundError, PlaybackStoreError
from music_assistant_alexa.library import Library
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType
from music_assistant_alexa.ports import MusicAssistant, MusicStore

__all__ = ["LIBRARY", "Contents", "Criteria", "Named", "favourites", "genre", "station"]

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

LIBRARY = MediaItem("ma:library", "My Music", MediaType.PLAYLIST, in_library=True)
"""What "play music" means."""

_FROM_PARTICULAR_TO_GENERAL = (
    *(MediaType.TRACK, MediaType.ALBUM, MediaType.PLAYLIST),
    *(MediaType.RADIO, MediaType.ARTIST, MediaType.GENRE),
)
_SEEDS = {MediaType.TRACK, MediaType.ALBUM, MediaType.ARTIST, MediaType.GENRE}
_GENRE, _STATION, _FAVOURITES = "ma:genre/", "ma:station/", "ma:favourites/"
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
    name = " ".join(name.split())
    return MediaItem(_GENRE + name.casefold(), name, MediaType.GENRE)


def station(seed: MediaItem) -> MediaItem:
    """Return the station of what is like `seed`. It keeps the name, by which home knows the seed again."""
    return replace(seed, uri=_STATION + seed.uri, media_type=MediaType.RADIO, explicit=False)


def favourites(kind: MediaType) -> MediaItem:
    """Return the household's favourites of a kind."""
    return MediaItem(f"{_FAVOURITES}{kind}s", f"My Favorite {FAVOURITES[kind]}", MediaType.PLAYLIST, in_library=True)


class Contents:
    """What can be played, by what was asked and by its contentId."""

    def __init__(self, music: MusicAssistant, store: MusicStore) -> None:
        self._music = music
        self._library = Library(music)
        self._store = store
        self._remembered: dict[str, MediaItem] = {}

    def playable(self, criteria: Criteria, *, explicit_allowed: bool = True) -> MediaItem:
        """Return the one thing meant. No round trip for what is named by our catalogue's id, one for what is not.

        Raises MediaNotFoundError, ContentFilteredError, HomeError.
        """
        item = self._meant(criteria)
        if item.explicit and not explicit_allowed:
            raise ContentFilteredError("it is explicit, and the listener's filter is on")
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

        No round trip. Raises MediaNotFoundError for what cannot be one of ours.
        """
        if not _is_content(content_id):
            raise MediaNotFoundError
        return self._known(content_id) or MediaItem(content_id, "", _kind_of(content_id))

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
        return album

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
            return genre(named.text)
        return self._library.named(MediaQuery(named.text, kind, self._artist_name(criteria, kind)))

    def _by_entity(self, entity: str, kind: MediaType) -> MediaItem:
        uri = uri_of(entity)
        if uri is None:
            raise MediaNotFoundError("", kind)
        item = self._known(uri) or self._music.item(uri)
        if item.media_type is not kind:
            raise MediaNotFoundError(item.name, kind)
        return genre(item.name) if kind is MediaType.GENRE else item

    def _artist_name(self, criteria: Criteria, kind: MediaType) -> str:
        """Return the name of the artist that goes with a thing named in words, if it is known without asking home."""
        artist = criteria.named.get(MediaType.ARTIST)
        if artist is None or kind not in {MediaType.TRACK, MediaType.ALBUM}:
            return ""
        uri = None if artist.text else uri_of(artist.entity_id)
        known = self._known(uri) if uri else None
        return known.name if known else artist.text

    def _known(self, uri: str) -> MediaItem | None:
        """Return what a uri is known to mean here; what the table cannot tell, home can."""
        made = self._remembered.get(uri) or _made(uri)
        if made:
            return made
        try:
            return self._store.content(uri)
        except PlaybackStoreError as error:
            _log.warning("what a contentId meant cannot be read: %s", error)
            return None

    def _handed_out(self, item: MediaItem) -> MediaItem:
        """Keep what an item's contentId means; once in each sandbox, since a row is good for over a year."""
        if _made(item.uri) or self._remembered.get(item.uri) == item:
            return item
        try:
            self._store.remember(item)
        except PlaybackStoreError as error:
            _log.warning("what a contentId means cannot be kept: %s", error)
            return item
        self._remembered[item.uri] = item
        for oldest in list(islice(self._remembered, max(len(self._remembered) - KEPT, 0))):
            del self._remembered[oldest]
        return item


def _unnamed(criteria: Criteria) -> MediaItem:
    """Return what "play music" means, or "play my popular albums"."""
    if not criteria.most_popular:
        return LIBRARY
    return favourites(criteria.media_type if criteria.media_type in FAVOURITES else MediaType.TRACK)


def _made(uri: str) -> MediaItem | None:
    """Return the content of a uri of ours that says all of what it means."""
    if uri == LIBRARY.uri:
        return LIBRARY
    if uri.startswith(_GENRE) and uri != _GENRE:
        return genre(uri.removeprefix(_GENRE).title())
    return next((each for each in map(favourites, FAVOURITES) if each.uri == uri), None)


def _kind_of(uri: str) -> MediaType:
    if uri.startswith("ma:"):
        made = _made(uri)
        return made.media_type if made else MediaType.RADIO
    match = _URI.match(uri)
    return MediaType(match["kind"] or "") if match else MediaType.UNKNOWN


def _is_content(uri: str) -> bool:
    """Tell whether a text is a uri that can mean something: the pattern of MA's own, or one of ours."""
    seed = uri.removeprefix(_STATION)
    if not _URI.fullmatch(seed) and _made(seed) is None:
        return False
    return len(uri.encode(errors="replace")) <= URI_LIMIT
