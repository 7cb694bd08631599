"""From what was said to one thing of Music Assistant's library.

The user's own library first, then the providers: what is in the library wins over a better-known stranger, if its name
fits at all. Ranking is one pure function.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from music_assistant_alexa.errors import MediaNotFoundError
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType
from music_assistant_alexa.ports import Search

__all__ = ["Library", "best_match", "plain", "spoken_query"]

SEARCH_LIMIT = 10
"""Results asked for, per kind."""

ALIKE = 0.72
"""How alike two names must be (difflib's ratio) to be taken for one another."""

_FREE_SEARCH = (
    MediaType.ARTIST,
    MediaType.ALBUM,
    MediaType.PLAYLIST,
    MediaType.TRACK,
    MediaType.RADIO,
)
"""Kinds a free search takes in, and their order where names fit equally."""

_HEARD_WITHOUT_KIND = {MediaType.TRACK, MediaType.ARTIST}
"""Kinds whose intents also take a bare name ("add Night Ferry", "play some Night Ferry"): it may be of another kind."""

_KIND_WORDS = {
    MediaType.ALBUM: ("album", "record", "platte"),
    MediaType.ARTIST: ("artist", "band", "künstler", "künstlerin", "musik von", "music by", "songs by", "lieder von"),
    MediaType.TRACK: ("song", "track", "lied", "titel", "stück"),
    MediaType.PLAYLIST: ("playlist", "wiedergabeliste"),
    MediaType.RADIO: ("radio station", "station", "radiosender", "sender"),
}
_ARTICLES = r"(?:(?:the|my|some|das|den|die|der|meine|meinen|mein|etwas)\s+)?"
_KINDS = "|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in _KIND_WORDS.items())
_SPOKEN_KIND = re.compile(rf"{_ARTICLES}(?:{_KINDS})\s+(?P<name>.+)", re.IGNORECASE)
_SOME = re.compile(r"(?:some|etwas)\s+", re.IGNORECASE)
_BY = re.compile(r"(?P<name>.+) (?:by|von) (?P<artist>.+)", re.IGNORECASE)


def spoken_query(text: str) -> MediaQuery:
    """Read a free phrase: the kind that was spoken; the rest is the name.

    A "by ..." stays in the name, since it may belong there ("Stand by Me"); `Library.find` tries the artist first.
    """
    text = " ".join(text.split())
    match = _SPOKEN_KIND.fullmatch(text)
    if not match:
        return MediaQuery(_SOME.sub("", text, count=1) if _SOME.match(text) else text)
    kind = next(kind for kind in _KIND_WORDS if match[kind])
    return MediaQuery(match["name"], kind)


class Library:
    """What a household can ask for, by name."""

    def __init__(self, music: Search) -> None:
        self._music = music

    def find(self, query: MediaQuery) -> MediaItem:
        """Return the one thing meant: one round trip, more only when that found nothing.

        Raises MediaNotFoundError.
        """
        for attempt in _readings(query):
            found = best_match(attempt, self._search(attempt))
            if found:
                return found
        raise MediaNotFoundError(query.text, query.kind)

    def named(self, query: MediaQuery) -> MediaItem:
        """Return what has that name and is of just that kind: one round trip. For callers who know kind and artist.

        Raises MediaNotFoundError.
        """
        found = best_match(query, self._search(query))
        if found is None:
            raise MediaNotFoundError(query.text, query.kind)
        return found

    def _search(self, query: MediaQuery) -> list[MediaItem]:
        kinds = (query.kind,) if query.kind else _FREE_SEARCH
        # "Artist - Title" is how MA's own library search takes both
        text = f"{query.artist} - {query.text}" if query.artist else query.text
        return self._music.search(text, kinds, SEARCH_LIMIT)


def _readings(query: MediaQuery) -> Iterator[MediaQuery]:
    """Yield the ways to understand a query, the likelier first."""
    match = None if query.artist else _BY.fullmatch(query.text)
    if match and query.kind is not MediaType.ARTIST:
        yield MediaQuery(match["name"], query.kind, match["artist"])
    yield query
    if query.kind in _HEARD_WITHOUT_KIND:
        yield MediaQuery(query.text, None, query.artist)
    if query.artist:
        yield MediaQuery(query.text, query.kind)


def best_match(query: MediaQuery, candidates: Iterable[MediaItem]) -> MediaItem | None:
    """Return the candidate whose name fits best, or None if none fits.

    In this order: it fits, it is in the user's library, how well the name fits, the artist's, and the kind.
    """
    ranked = [(_rank(query, item), -place, item) for place, item in enumerate(candidates)]
    fitting = [entry for entry in ranked if entry[0][0] > 0]
    return max(fitting)[2] if fitting else None


def _rank(query: MediaQuery, item: MediaItem) -> tuple[int, bool, float, float, int]:
    name = _likeness(query.text, item.name)
    artist = _likeness(query.artist, item.artist) if query.artist else 1.0
    fits = name >= ALIKE and artist >= ALIKE
    kind = -_FREE_SEARCH.index(item.media_type) if item.media_type in _FREE_SEARCH else -len(_FREE_SEARCH)
    return (int(fits), item.in_library, name, artist, kind)


def _likeness(said: str, name: str) -> float:
    """Return 1.0 for the same words, less for some of them, else how alike the letters are."""
    said, name = plain(said), plain(name)
    if not said or not name:
        return 0.0
    if said == name:
        return 1.0
    said_words, name_words = set(said.split()), set(name.split())
    if said_words <= name_words:
        return 0.8 + 0.15 * len(said_words) / len(name_words)
    return SequenceMatcher(None, said, name).ratio() * 0.99


def plain(text: str) -> str:
    """Return a name as it sounds: no case, accents, signs or leading article; "and" for "&"."""
    text = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = "".join(character for character in text if not unicodedata.combining(character))
    words = re.sub(r"[^\w\s]", " ", letters).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in {"the", "a", "die", "der", "das"} else words)
