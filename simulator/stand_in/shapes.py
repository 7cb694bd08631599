"""The JSON shapes of media, as captured from a running server."""

from collections.abc import Callable
from typing import Any

from simulator.demo_library import Album, Artist, Genre, Playlist, Track
from simulator.stand_in.music import FILES, Kind, Media, path, plain

Json = dict[str, Any]

_ADDED = "2026-11-21T20:58:20"
_METADATA_KEYS = (
    *("description", "review", "explicit", "images", "grouping", "genres", "mood", "style", "copyright"),
    *("lyrics", "lrc_lyrics", "label", "links", "performers", "preview", "popularity", "release_date"),
    *("languages", "chapters", "last_refresh"),
)
_NO_METADATA: Json = dict.fromkeys(_METADATA_KEYS)


def media_json(media: Media) -> Json:
    """Return the full item."""
    entry = media.entry
    shape = _head(media) | {
        "provider_mappings": [_provider_mapping(media)],
        "metadata": _metadata(media),
        "favorite": False,
        "position": None,
        "date_added": None if media.by_file else _ADDED,
    }
    if isinstance(entry, Track):
        return shape | _track_fields(entry, _inner(media))
    if isinstance(entry, Album):
        return shape | _album_fields(entry, _inner(media))
    if isinstance(entry, Playlist):
        return shape | {"owner": "Demo Shelf", "is_editable": True, "supported_mediatypes": ["track"]}
    if isinstance(entry, Genre):
        return shape | {"provider_mappings": [], "genre_aliases": [entry.title]}  # the library's alone
    return shape if isinstance(entry, Artist) else shape | {"duration": 0}


def mapping_json(media: Media) -> Json:
    """Return the short form that items inside items and lists of recent things have."""
    year = media.entry.year if isinstance(media.entry, Album) else None
    return _head(media) | {"available": True, "image": None, "year": year}


def image(media: Media) -> Json | None:
    """Return where the picture of a track or record lies; it is inside the record's first file."""
    if not isinstance(media.entry, Track | Album):
        return None
    album = media.entry if isinstance(media.entry, Album) else media.entry.album
    return {
        "type": "thumb",
        "path": f"{path(album)}/cover.jpg",
        "provider": FILES,
        "remotely_accessible": False,
    }


def audio_format(content_type: str, bit_rate: int = 0) -> Json:
    """Return how audio is stored; `?` where there is none."""
    return {
        "content_type": content_type,
        "codec_type": "?",
        "sample_rate": 44100,
        "bit_depth": 16,
        "channels": 2,
        "output_format_str": content_type,
        "bit_rate": bit_rate,
    }


def _head(media: Media) -> Json:
    return {
        "item_id": media.item_id,
        "provider": media.provider,
        "name": media.name,
        "version": "",
        "sort_name": media.name.lower(),
        "uri": media.uri,
        "external_ids": [],
        "is_playable": True,
        "translation_key": None,
        "media_type": media.kind,
    }


def _provider_mapping(media: Media) -> Json:
    entry = media.entry
    is_radio = media.kind == "radio"
    return {
        "item_id": f"http://radio.invalid/{plain(media.name)}.mp3" if is_radio else path(entry),
        "provider_domain": "builtin" if is_radio else "filesystem_local",
        "provider_instance": "builtin" if is_radio else FILES,
        "available": True,
        "in_library": True,
        "is_unique": None,
        "audio_format": audio_format("mp3", 320) if media.kind in ("track", "radio") else audio_format("?"),
        "url": path(entry) if media.kind in ("artist", "album") else None,
        "details": None,
    }


def _metadata(media: Media) -> Json:
    picture = image(media)
    track = media.entry if isinstance(media.entry, Track) else None
    return _NO_METADATA | {
        "images": [picture] if picture else None,
        "genres": [track.album.genre] if track else None,
        "explicit": True if track and track.explicit else None,
    }


def _inner(media: Media) -> Callable[[Kind, Artist | Album], Json]:
    """Return how things inside an item are told: in full when it is named by its file."""

    def told(kind: Kind, entry: Artist | Album) -> Json:
        inner = Media(kind, entry, by_file=media.by_file)
        return media_json(inner) if media.by_file else mapping_json(inner)

    return told


def _track_fields(track: Track, told: Callable[[Kind, Artist | Album], Json]) -> Json:
    return {
        "duration": track.duration_s,
        "artists": [told("artist", track.artist)],
        "last_played": 0,
        "album": told("album", track.album),
        "disc_number": 1,
        "track_number": track.position,
    }


def _album_fields(album: Album, told: Callable[[Kind, Artist | Album], Json]) -> Json:
    return {
        "year": album.year,
        "artists": [told("artist", album.artist)],
        "album_type": "unknown",
    }
