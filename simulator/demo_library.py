"""The demo library: a small record shelf that the stand-in home plays from."""

from dataclasses import dataclass
from functools import cached_property
from itertools import count

_LENGTHS_S = (24, 31, 20, 38, 27, 45, 22, 35)


@dataclass(frozen=True, slots=True)
class Artist:
    """Someone who made records; `number` is the id in the library."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Album:
    """A record of one artist."""

    number: int
    title: str
    artist: Artist
    year: int
    genre: str


@dataclass(frozen=True, slots=True)
class Track:
    """A song on a record; `position` counts from 1."""

    number: int
    title: str
    album: Album
    position: int
    duration_s: int
    explicit: bool = False

    @property
    def artist(self) -> Artist:
        """Return who made the record."""
        return self.album.artist

    @property
    def path(self) -> str:
        """Return where the file lies in a music folder."""
        return f"{self.artist.name}/{self.album.title}/{self.position:02d} - {self.title}.mp3"


@dataclass(frozen=True, slots=True)
class Playlist:
    """Tracks of several artists in an order of someone's own."""

    number: int
    title: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Radio:
    """A station: it has no end and no tracks."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Genre:
    """What several records have in common."""

    number: int
    title: str


@dataclass(frozen=True)
class Library:
    """Everything there is to hear."""

    artists: tuple[Artist, ...]
    albums: tuple[Album, ...]
    tracks: tuple[Track, ...]
    playlists: tuple[Playlist, ...]
    radios: tuple[Radio, ...]
    genres: tuple[Genre, ...] = ()

    def tracks_of(self, owner: Artist | Album | Genre) -> tuple[Track, ...]:
        """Return the tracks of an artist, a record or a genre, in the order of the shelf."""
        if isinstance(owner, Genre):
            return tuple(track for track in self.tracks if track.album.genre == owner.title)
        return tuple(track for track in self.tracks if owner in (track.album, track.artist))

    def track(self, title: str) -> Track:
        """Return the track of exactly this title; KeyError if there is none."""
        return self._by_title[title]

    @cached_property
    def _by_title(self) -> dict[str, Track]:
        return {track.title: track for track in self.tracks}


# artist, record, year, genre, titles
_SHELF: tuple[tuple[str, str, int, str, tuple[str, ...]], ...] = (
    (
        "Blue Harbor",
        "Night Ferry",
        2019,
        "Rock",
        ("Stairs of Rain", "Summit", "River Letters", "Lantern", "Last Crossing"),
    ),
    (
        "Blue Harbor",
        "Morning Tide",
        2021,
        "Jazz",
        ("Copper Wire", "Salt and Paper", "Harbor Bells", "Long Echo", "Gulls"),
    ),
    (
        "Élodie Marchand",
        "Café Minuit",
        2020,
        "Chanson",
        ("Candle Cinder", "Pont Neuf", "La Fenêtre", "Été Perdu", "Bonsoir Camille"),
    ),
    (
        "Iron Meadow",
        "Rust & Clover",
        2017,
        "Metal",
        ("Anvil Song", "Plough", "Thunder Barn", "Nettle Crown", "Velvet Hammer"),
    ),
    (
        "The Paper Lanterns",
        "Kites Over Osaka",
        2015,
        "Pop",
        ("Origami", "Neon Carp", "Second Umbrella", "Tin Robot", "Goodnight Kyoto"),
    ),
    (
        "The Paper Lanterns",
        "Small Machines",
        2023,
        "Electronic",
        ("Clockwork Bee", "Solder", "Magnet Heart", "Tiny Engine", "Battery Sunrise"),
    ),
    (
        "Jürgen Weißbach",
        "Nordlicht",
        2012,
        "Ambient",
        ("Polarkreis", "Grüner Himmel", "Schneewehe", "Stille Bucht", "Morgenröte"),
    ),
    (
        "Marisol Peña",
        "Mañana Azul",
        2018,
        "Latin",
        ("Corazón de Agua", "Paloma Blanca", "El Farol", "Sombra y Sol", "Última Ola"),
    ),
)

_PLAYLISTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Sunday Kitchen", ("Summit", "Origami", "La Fenêtre", "Gulls", "El Farol", "Polarkreis")),
    ("Late Drive", ("Neon Carp", "Last Crossing", "Thunder Barn", "Morgenröte", "Long Echo")),
)

_RADIOS = ("Lighthouse FM", "Radio Caracola", "Harbour 98.7", "Antenne 107 FM")

_EXPLICIT = {"Nettle Crown"}


def build_library() -> Library:
    """Make the library; numbers, lengths and order are the same every time."""
    artists = {name: Artist(n, name) for n, name in enumerate(dict.fromkeys(row[0] for row in _SHELF), 1)}
    albums = tuple(
        Album(n, title, artists[name], year, genre) for n, (name, title, year, genre, _) in enumerate(_SHELF, 1)
    )
    numbers = count(1)
    tracks = tuple(
        Track(number := next(numbers), title, album, position, _LENGTHS_S[number % len(_LENGTHS_S)], title in _EXPLICIT)
        for album, row in zip(albums, _SHELF, strict=True)
        for position, title in enumerate(row[4], 1)
    )
    by_title = {track.title: track for track in tracks}
    playlists = tuple(
        Playlist(n, title, tuple(by_title[name] for name in names)) for n, (title, names) in enumerate(_PLAYLISTS, 1)
    )
    radios = tuple(Radio(n, title) for n, title in enumerate(_RADIOS, 1))
    genres = tuple(Genre(n, title) for n, title in enumerate(dict.fromkeys(album.genre for album in albums), 1))
    return Library(tuple(artists.values()), albums, tracks, playlists, radios, genres)


LIBRARY = build_library()
