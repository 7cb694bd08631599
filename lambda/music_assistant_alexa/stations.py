"""From what a car radio is tuned to - a frequency, a channel, a preset - to one thing of Music Assistant's.

A station on the air is found by its name: most carry their frequency or channel in it ("Harbour 98.7", "SiriusXM 22").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from music_assistant_alexa.errors import MediaNotFoundError
from music_assistant_alexa.library import Library, best_match, spoken_query
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType
from music_assistant_alexa.ports import MusicAssistant

__all__ = ["Stations"]

SEARCH_LIMIT = 10
EVERY_SOURCE = ""
"""Key of the presets that count for each source without presets of its own."""

_TUNED = re.compile(
    r"(?:(?:FM|AM)\s*)?(?P<number>\d{2,5}(?:[.,]\d{1,2})?)\s*(?:MHz|kHz)?\s*(?:FM|AM)?\s*(?:HD[\s-]?(?P<hd>\d))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.,])\d+(?:[.,]\d+)?(?![\d])")
_HD = re.compile(r"\bHD[\s-]?(\d)\b", re.IGNORECASE)
_SATELLITE = re.compile(r"sirius|\bxm\b", re.IGNORECASE)
_OTHER_BAND = {"FM_RADIO": re.compile(r"\bAM\b"), "AM_RADIO": re.compile(r"\bFM\b")}


class Stations:
    """What a household can tune to. Every method raises MediaNotFoundError and HomeError."""

    def __init__(self, music: MusicAssistant, presets: Mapping[str, Sequence[str]]) -> None:
        self._music = music
        self._library = Library(music)
        self._presets = presets

    def on_frequency(self, tuned: str, source: str) -> MediaItem:
        """Return the station whose name has the frequency ("98.7 HD 1"): one round trip."""
        match = _TUNED.fullmatch(tuned.strip())
        if not match:
            raise MediaNotFoundError(tuned, MediaType.RADIO)
        number, part = Decimal(match["number"].replace(",", ".")), match["hd"] or "1"

        def sends(item: MediaItem) -> bool:
            parts = _HD.findall(item.name) or ["1"]
            other = _OTHER_BAND.get(source)
            return number in _numbers(item.name) and part in parts and not (other and other.search(item.name))

        return self._first(_shortest(number), sends)

    def on_channel(self, channel: str) -> MediaItem:
        """Return the station of a name, or of a channel's number: one round trip."""
        wanted = _numbers(channel)

        def sends(item: MediaItem) -> bool:
            return wanted <= _numbers(item.name)  # "Radio 2" sounds nearly like "Radio 4" and is another station

        if channel.strip().isdecimal():
            return self._first(channel.strip(), sends)
        found = best_match(MediaQuery(channel, MediaType.RADIO), filter(sends, self._search(channel)))
        if found is None:
            raise MediaNotFoundError(channel, MediaType.RADIO)
        return found

    def preset(self, number: int, source: str) -> MediaItem:
        """Return the household's preset of a number from 1 on: one round trip, none for a uri in the settings."""
        presets = self._presets.get(source) or self._presets.get(EVERY_SOURCE)
        known: Sequence[str | MediaItem] = presets or self._music.favourite_stations()
        if not 1 <= number <= len(known):
            raise MediaNotFoundError(str(number), "preset")
        preset = known[number - 1]
        return preset if isinstance(preset, MediaItem) else self._named(preset)

    def _named(self, preset: str) -> MediaItem:
        if "://" in preset:
            return MediaItem(preset, "", MediaType.UNKNOWN)
        query = spoken_query(preset)
        try:
            return self._library.find(MediaQuery(query.text, query.kind or MediaType.RADIO))
        except MediaNotFoundError:
            return self._library.find(query)

    def _first(self, said: str, sends: Callable[[MediaItem], bool]) -> MediaItem:
        """Return the first that sends there: by satellite, where a channel is a bare number; the user's own first."""
        found = sorted(
            filter(sends, self._search(said)),
            key=lambda item: (not _SATELLITE.search(item.name), not item.in_library),
        )
        if not found:
            raise MediaNotFoundError(said, MediaType.RADIO)
        return found[0]

    def _search(self, said: str) -> list[MediaItem]:
        return self._music.search(said, (MediaType.RADIO,), SEARCH_LIMIT)


def _shortest(number: Decimal) -> str:
    """Return a number as the fewest signs that every way of writing it has: "98.7" is in "98.70" too."""
    return format(number.normalize(), "f")


def _numbers(name: str) -> set[Decimal]:
    return {Decimal(number.replace(",", ".")) for number in _NUMBER.findall(_HD.sub("", name))}
