"""The API's commands for the library."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.demo_library import Album
from simulator.stand_in import music
from simulator.stand_in.music import Kind, Media
from simulator.stand_in.shapes import Json, mapping_json

if TYPE_CHECKING:
    from simulator.stand_in.home import Home

_SEARCH_KEYS: dict[str, Kind | None] = {
    "artists": "artist",
    "albums": "album",
    "genres": "genre",
    "tracks": "track",
    "playlists": "playlist",
    "radio": "radio",
    "audiobooks": None,
    "podcasts": None,
}
_SHELVES: dict[str, Kind | None] = {
    **{key: kind for key, kind in _SEARCH_KEYS.items() if key != "radio"},
    "radios": "radio",
}


class MusicCommands:
    """`commands()` gives every `music/...`."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._told = home.shelf.told

    def commands(self) -> dict[str, Callable[..., Any]]:
        """Return what carries out which command."""
        listings = {f"music/{shelf}/library_items": self._listing(kind) for shelf, kind in _SHELVES.items()}
        return listings | {
            "music/search": self.search,
            "music/item_by_uri": self.item_by_uri,
            "music/track_by_name": self.track_by_name,
            "music/albums/album_tracks": self._tracks_of("album"),
            "music/playlists/playlist_tracks": self._tracks_of("playlist"),
            "music/artists/artist_tracks": self._tracks_of("artist"),
            "music/artists/artist_albums": self.artist_albums,
            "music/recently_played_items": self.recently_played_items,
            "music/favorites/add_item": self.add_favorite,
            "music/favorites/remove_item": self.remove_favorite,
        }

    def search(
        self,
        search_query: str,
        media_types: Any = None,
        limit: int = 25,
    ) -> Json:
        """Find things whose name holds the query; a list per type, some of them always empty."""
        return {
            key: [self._told(media) for media in music.listed(kind, search_query)[:limit]]
            if kind and (not media_types or kind in media_types)
            else []
            for key, kind in _SEARCH_KEYS.items()
        }

    def item_by_uri(self, uri: str) -> Json:
        """Tell one thing."""
        return self._told(music.find(uri))

    def track_by_name(self, track_name: str, artist_name: str | None = None) -> Json | None:
        """Tell the track of that title; nothing if there is none."""
        wanted = music.plain(track_name), music.plain(artist_name or "")
        for media in music.listed("track"):
            if music.plain(media.name) == wanted[0] and wanted[1] in music.plain(music.artist_name(media)):
                return self._told(media)
        return None

    def artist_albums(self, item_id: str) -> list[Json]:
        """List the records of an artist."""
        return [self._told(album) for album in music.albums_of(music.find_by_id("artist", item_id))]

    def recently_played_items(self, limit: int = 10) -> list[Json]:
        """List what was played last, newest first, in the short form."""
        recent = [media for queue in self._home.queues.all() for media in reversed(queue.played_media)]
        return [mapping_json(media) for media in recent[:limit]]

    def add_favorite(self, item: Any) -> None:
        """Mark as a favourite, by uri or item."""
        self._home.shelf.mark(music.find(item["uri"] if isinstance(item, dict) else item))

    def remove_favorite(self, media_type: str, library_item_id: str) -> None:
        """Take the mark away, by library id."""
        self._home.shelf.unmark(f"library://{media_type}/{library_item_id}")

    def _tracks_of(self, kind: Kind) -> Callable[..., list[Json]]:
        def tracks(item_id: str, provider_instance_id_or_domain: str = "library") -> list[Json]:
            holder = music.find_by_id(kind, item_id, provider_instance_id_or_domain)
            return [self._told(track) for track in music.tracks_of(holder)]

        return tracks

    def _listing(self, kind: Kind | None) -> Callable[..., list[Json]]:
        def library_items(
            search: str | None = None,
            limit: int = 500,
            offset: int = 0,
            favorite: bool | None = None,
            order_by: str = "sort_name",
            genre: int | None = None,
        ) -> list[Json]:
            found = self._ordered(music.listed(kind, search) if kind else [], order_by)
            if favorite is not None:
                found = [media for media in found if self._home.shelf.is_favorite(media) == favorite]
            if genre is not None:
                found = [media for media in found if (of := music.genre_of(media)) and of.number == genre]
            return [self._told(media) for media in found[offset : offset + limit]]

        return library_items

    def _ordered(self, found: list[Media], order_by: str) -> list[Media]:
        """Return media in an order; a word that is none leaves them by name."""
        if order_by == "random":
            return self._home.random.sample(found, len(found))
        if order_by.startswith("year"):
            years = {media: media.entry.year if isinstance(media.entry, Album) else 0 for media in found}
            return sorted(found, key=years.__getitem__, reverse=order_by == "year_desc")
        return found[::-1] if order_by in ("name_desc", "sort_name_desc") else found
