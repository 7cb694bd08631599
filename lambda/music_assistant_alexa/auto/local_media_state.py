"""GetState's reply: every key of it, since the Engine reads one that lacks a key as an empty state."""

from typing import Any

from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.auto.words import SELECTORS, Source, media_type, operations
from music_assistant_alexa.models import QueueItem, RepeatMode

__all__ = ["PLAYER_NAME", "local_media_state"]

PLAYER_NAME = "Music Assistant"
"""Stands where what plays has no name of its own."""

_SIZES = ("tinyURL", "smallURL", "mediumURL", "largeURL")


def local_media_state(snapshot: Snapshot, source: Source, *, launched: bool) -> dict[str, Any]:
    """Return the LocalMediaSourceState of a source; what plays belongs to the source of the last session alone."""
    last = snapshot.vehicle.session.source or Source.DEFAULT
    item = snapshot.item if last == source and launched else None
    return {
        "sessionState": _session_state(source, launched=launched),
        "playbackState": {**_activity(snapshot, item), **_names(item), **_pictures(snapshot, item)},
    }


def _session_state(source: Source, *, launched: bool) -> dict[str, Any]:
    return {
        "endpointId": "",
        "loggedIn": False,
        "userName": "",
        "isGuest": False,
        "launched": launched,
        "active": False,
        "accessToken": "",
        "tokenRefreshInterval": 0,
        "supportedContentSelectors": [*SELECTORS.get(source, ())],
        "spiVersion": "1.0",
    }


def _activity(snapshot: Snapshot, item: QueueItem | None) -> dict[str, Any]:
    vehicle = snapshot.vehicle
    return {
        "state": "IDLE" if item is None else "PLAYING" if snapshot.playing else "STOPPED",
        "supportedOperations": operations(item.media_type if item else None),
        "trackOffset": snapshot.position_ms if item else 0,
        "duration": (item.duration_ms or 0) if item else 0,
        "shuffleEnabled": vehicle.shuffle,
        "repeatEnabled": vehicle.repeat is not RepeatMode.OFF,
        "favorites": _favorites(snapshot, item),
    }


def _names(item: QueueItem | None) -> dict[str, Any]:
    return {
        "type": "ExternalMediaPlayerMusicItem",
        "playbackSource": PLAYER_NAME,
        "playbackSourceId": "",
        "trackName": (item.title if item else "") or PLAYER_NAME,
        "trackId": "",
        "trackNumber": "",
        "artistName": item.artist if item else "",
        "artistId": "",
        "albumName": item.album if item else "",
        "albumId": "",
        "coverId": "",
        "mediaProvider": PLAYER_NAME,
        "mediaType": media_type(item.media_type if item else None),
    }


def _pictures(snapshot: Snapshot, item: QueueItem | None) -> dict[str, str]:
    vehicle = snapshot.vehicle
    shown = vehicle.pictures if item and vehicle.pictured == item.queue_item_id else ()
    return dict(zip(_SIZES, (*shown, *("",) * len(_SIZES)), strict=False))


def _favorites(snapshot: Snapshot, item: QueueItem | None) -> str:
    vehicle = snapshot.vehicle
    if item is None:
        return "NOT_RATED"
    if vehicle.rated and vehicle.rated == item.uri:
        return "FAVORITED" if vehicle.favourite else "UNFAVORITED"
    return "FAVORITED" if item.favourite else "NOT_RATED"
