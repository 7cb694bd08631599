"""Music Assistant's own JSON of artists, albums, tracks ... into models. Nothing in it is trusted."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from music_assistant_alexa.adapters.wire import address, listed, readable, text
from music_assistant_alexa.models import MediaItem, MediaType

__all__ = ["albums", "is_called", "media_item", "media_items", "stations"]

URIS = 10
"""Uris of an item at its providers at most."""

ART_SIZE = 512
"""Edge of a picture in pixels, as the bridge asks for it."""

_LIBRARY = "library://"
_PROXY_ID = re.compile(r"[0-9a-f]{64}")
_LISTS = {
    "artists": MediaType.ARTIST,
    "albums": MediaType.ALBUM,
    "playlists": MediaType.PLAYLIST,
    "tracks": MediaType.TRACK,
    "radio": MediaType.RADIO,  # singular, where the others are plural
    "podcasts": MediaType.PODCAST,
    "audiobooks": MediaType.AUDIOBOOK,
    "genres": MediaType.GENRE,
}

Json = Mapping[str, Any]


def media_items(answer: Any) -> list[MediaItem]:
    """Read `music/search`: a list for each kind."""
    lists = answer if isinstance(answer, dict) else {}
    found = ((kind, item) for name, kind in _LISTS.items() for item in listed(lists.get(name)))
    return [_media_item(kind, item) for kind, item in found if _is_playable(item)]


def media_item(answer: Any) -> MediaItem:
    """Read `music/item_by_uri`. Raises HomeCommandError for anything that is no item."""
    with readable("item"):
        if not address(answer["uri"]):
            raise ValueError("no uri")
        return _media_item(MediaType(answer["media_type"]), answer)


def albums(answer: Any) -> list[MediaItem]:
    """Read `music/artists/artist_albums`: the newest first, those of one year by name."""
    found = sorted(filter(_is_playable, listed(answer)), key=lambda item: (-_year(item), text(item.get("name"))))
    return [_media_item(MediaType.ALBUM, item) for item in found]


def stations(answer: Any) -> list[MediaItem]:
    """Read `music/radios/library_items`, in its order."""
    return [_media_item(MediaType.RADIO, item) for item in filter(_is_playable, listed(answer))]


def is_called(answer: Any, name: str) -> bool:
    """Read `music/genres/library_items`: tell whether one has that name, or has it among its others."""
    wanted = _letters(name)
    called = ([genre.get("name"), *listed(genre.get("genre_aliases"))] for genre in _objects(answer))
    return bool(wanted) and any(wanted == _letters(text(each)) for names in called for each in names)


def _letters(name: str) -> str:
    """Return letters and digits only, small and without accents."""
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spread if letter.isalnum())


def _is_playable(item: Any) -> bool:
    return isinstance(item, dict) and bool(address(item.get("uri"))) and item.get("is_playable") is not False


def _media_item(kind: MediaType, item: Json) -> MediaItem:
    names = [text(artist.get("name")) for artist in _objects(item.get("artists"))]
    uri = address(item["uri"])
    return MediaItem(
        uri=uri,
        name=text(item.get("name")),
        media_type=kind,
        artist=", ".join(filter(None, names)),
        in_library=uri.startswith(_LIBRARY),
        album=text(_object(item.get("album")).get("name")),
        image_url=_image_url(item),
        explicit=_object(item.get("metadata")).get("explicit") is True,
        other_uris=tuple(_other_uris(kind, uri, item)),
    )


def _other_uris(kind: MediaType, uri: str, item: Json) -> list[str]:
    """Return what an item is called by its providers.

    A web address as an id (a radio's, of the provider `builtin`) is left out: home plays none that hides in a uri, and
    it may hold a password.
    """
    mappings = _objects(item.get("provider_mappings"))
    ids = ((address(each.get("provider_instance")), address(each.get("item_id"))) for each in mappings)
    uris = (address(f"{provider}://{kind}/{item_id}") for provider, item_id in ids if provider and item_id)
    usable = (each for each in uris if each.count("://") == 1 and each != uri)
    return list(dict.fromkeys(usable))[:URIS]


def _image_url(item: Json) -> str:
    """Return where the bridge gets an item's picture: Music Assistant's imageproxy, or an https address."""
    image = next(_images(item), {})
    path, proxy_id = address(image.get("path")), text(image.get("proxy_id"))
    if not path:
        return ""
    remote = image.get("remotely_accessible") is True
    if remote and path.startswith("https://"):
        return path
    if _PROXY_ID.fullmatch(proxy_id):
        return f"/imageproxy/{proxy_id}"  # Music Assistant 2.10 and newer, which no longer take a path
    if remote:
        return ""
    # It wants the path quoted twice: once by itself, once as a query value.
    query = {"path": quote_plus(path), "provider": text(image.get("provider")), "size": ART_SIZE, "fmt": "jpeg"}
    return address("/imageproxy?" + urlencode(query))


def _images(item: Json) -> Iterator[Json]:
    yield from _objects([item.get("image")])
    yield from _objects(_object(item.get("metadata")).get("images"))
    if album := _object(item.get("album")):
        yield from _images({**album, "album": None})


def _year(album: Json) -> int:
    year = album.get("year")
    return year if isinstance(year, int) else 0


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[Json]:
    return (each for each in listed(value) if isinstance(each, dict))
