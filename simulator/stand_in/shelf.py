"""What the household and its providers have done to the library: favourites, and what can no longer be played."""

from simulator.stand_in import music
from simulator.stand_in.music import Media
from simulator.stand_in.shapes import Json, media_json


class Shelf:
    """Tells media as they are now."""

    def __init__(self) -> None:
        self._favorites: set[str] = set()
        self._withdrawn: set[str] = set()

    def told(self, media: Media) -> Json:
        """Return the full item."""
        shape = media_json(media) | {"favorite": self.is_favorite(media)}
        mappings = [each | {"available": self.is_available(media)} for each in shape["provider_mappings"]]
        return shape | {"provider_mappings": mappings}

    def is_favorite(self, media: Media) -> bool:
        """Tell whether it was marked; a favourite is always the library's."""
        return music.library_of(media).uri in self._favorites

    def is_available(self, media: Media) -> bool:
        """Tell whether its provider still plays it."""
        return music.library_of(media).uri not in self._withdrawn

    def mark(self, media: Media) -> None:
        """Make a favourite of it."""
        self._favorites.add(music.library_of(media).uri)

    def unmark(self, uri: str) -> None:
        """Make no favourite of it any more."""
        self._favorites.discard(uri)

    def withdraw(self, uri: str) -> None:
        """Let its provider no longer play it: it is still known, and nothing says why."""
        self._withdrawn.add(music.library_of(music.find(uri)).uri)

    def restore(self) -> None:
        """Let everything be played again."""
        self._withdrawn.clear()
