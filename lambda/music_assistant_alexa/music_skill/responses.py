"""Everything Alexa's music service is answered, in its own words. The objects are the API's components reference's.

Namespace and version of an answer are not always those of its directive: GetItem and GetView are asked in
Alexa.Media.PlayQueue and answered in Alexa.Audio.PlayQueue; the plain Alexa.Response is 3.0 for a queue's modes and 2.0
for feedback.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from music_assistant_alexa.actions import Art
from music_assistant_alexa.contents import STATION_URI
from music_assistant_alexa.models import MediaItem, MediaType, QueueItem
from music_assistant_alexa.music_queues import BegunQueue, HandedEntry, HandedView, Modes
from music_assistant_alexa.music_skill.art import art_sources

__all__ = [
    "Response",
    "accepted",
    "begun",
    "displayable",
    "following",
    "item",
    "playable",
    "skipped",
    "view",
]

VIEW_LIMIT = 10
"""Items of a view at most: Alexa drops all of a longer one."""

_KINDS = {
    MediaType.TRACK: "TRACK",
    MediaType.ALBUM: "ALBUM",
    MediaType.ARTIST: "ARTIST",
    MediaType.PLAYLIST: "PLAYLIST",
    MediaType.GENRE: "GENRE",
    MediaType.RADIO: "STATION",
    MediaType.PODCAST: "PROGRAM",
    MediaType.PODCAST_EPISODE: "PROGRAM",
    MediaType.AUDIOBOOK: "PROGRAM",
    MediaType.UNKNOWN: "TRACK",
}
_SHELVES = {
    "TRACK": "Songs",
    "ALBUM": "Albums",
    "ARTIST": "Artists",
    "PLAYLIST": "Playlists",
    "GENRE": "Genres",
    "STATION": "Stations",
    "PROGRAM": "Programs",
}
_PREFERENCE = "PREFERENCE"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, before it has an id."""

    namespace: str
    name: str
    payload: Mapping[str, Any]
    version: str = "1.0"

    def as_message(self) -> dict[str, Any]:
        """Return it with its header, under an id of its own."""
        header = {
            "namespace": self.namespace,
            "name": self.name,
            "messageId": str(uuid.uuid4()),
            "payloadVersion": self.version,
        }
        return {"header": header, "payload": dict(self.payload)}


def playable(found: MediaItem, art: Art) -> Response:
    """Answer GetPlayableContent."""
    return Response("Alexa.Media.Search", "GetPlayableContent.Response", {"content": _content(found, art)})


def displayable(found: Iterable[tuple[MediaItem, Art]]) -> Response:
    """Answer GetDisplayableContent: a shelf for each kind. Only here does content say what can be done with it."""
    actions = {"playable": True, "browsable": False}
    tiles = [_content(each, art) | {"actions": actions} for each, art in found]
    shelves = {label: [tile for tile in tiles if tile["metadata"]["type"] == kind] for kind, label in _SHELVES.items()}
    groups = [{"metadata": {"name": _name(label)}, "contentList": shelf} for label, shelf in shelves.items() if shelf]
    return Response("Alexa.Media.Search", "GetDisplayableContent.Response", {"contentGroups": groups}, "2.0")


def begun(queue: BegunQueue, name: str) -> Response:
    """Answer Initiate or Reinitiate, whichever is `name`."""
    method = {
        "type": "ALEXA_AUDIO_PLAYER_QUEUE",
        "id": queue.queue_id,
        "controls": _queue_controls(queue.modes),
        "rules": {"feedback": {"type": _PREFERENCE, "enabled": True}},
        "firstItem": _item(queue.first),
    }
    return Response("Alexa.Media.Playback", f"{name}.Response", {"playbackMethod": method})


def following(entry: HandedEntry | None) -> Response:
    """Answer GetNextItem."""
    payload = {"isQueueFinished": entry is None, "item": _item(entry) if entry else None}
    return Response("Alexa.Audio.PlayQueue", "GetNextItem.Response", payload)


def item(entry: HandedEntry, name: str) -> Response:
    """Answer GetPreviousItem, JumpToItem or GetItem, whichever is `name`."""
    return Response("Alexa.Audio.PlayQueue", f"{name}.Response", {"item": _item(entry)})


def view(seen: HandedView) -> Response:
    """Answer GetView."""
    payload = {
        "queueControls": _queue_controls(seen.modes),
        "items": [_item(entry) for entry in seen.entries[:VIEW_LIMIT]],
    }
    return Response("Alexa.Audio.PlayQueue", "GetView.Response", payload)


def accepted(version: str = "3.0") -> Response:
    """Answer what has nothing to tell. In version 1.0 the Alexa app kept showing the mode as it was."""
    return Response("Alexa", "Response", {}, version)


def skipped() -> Response:
    """Answer a thumb down: the item is left, and Alexa asks what follows."""
    return Response("Alexa.UserPreference.Audio", "ReceiveFeedback.Response", {"skip": True}, "2.0")


def _content(found: MediaItem, art: Art) -> dict[str, Any]:
    title = f"{found.name} Radio" if found.uri.startswith(STATION_URI) else found.name
    kind = _KINDS[found.media_type]
    artist = found.artist or ("Various Artists" if kind == "ALBUM" else "")  # Alexa wants an album's authors
    return {"id": found.uri, "metadata": _metadata(kind, title, artist, found.album, art)}


def _item(entry: HandedEntry) -> dict[str, Any]:
    heard = entry.entry.item
    length = {"durationInMilliseconds": heard.duration_ms} if heard.duration_ms else {}
    liked = {"feedback": {"type": _PREFERENCE, "value": "POSITIVE"}} if heard.favourite else {}
    return {
        "id": entry.entry.entry_id,
        "playbackInfo": {"type": "DEFAULT"},
        "metadata": _metadata(_KINDS[heard.media_type], heard.title, heard.artist, heard.album, entry.art),
        **length,
        "controls": _item_controls(heard, first=entry.entry.first),
        "rules": {"feedbackEnabled": True},
        "stream": _stream(entry),
        **liked,
    }


def _stream(entry: HandedEntry) -> dict[str, Any]:
    return {
        "id": f"{entry.queue_id}.{entry.entry.entry_id}",
        "uri": entry.url,
        "offsetInMilliseconds": entry.entry.offset_ms,
        "validUntil": dt.datetime.fromtimestamp(entry.valid_until, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _metadata(kind: str, title: str, artist: str, album: str, art: Art) -> dict[str, Any]:
    authors = {"authors": [{"name": _name(artist)}]} if artist else {}
    of_album = {"album": {"name": _name(album)}} if album else {}
    return {"type": kind, "name": _name(title), **authors, **of_album, "art": {"sources": art_sources(art)}}


def _name(text: str) -> dict[str, Any]:
    return {"speech": {"type": "PLAIN_TEXT", "text": text.lower()}, "display": text}


def _queue_controls(modes: Modes) -> list[dict[str, Any]]:
    """Declare every control, since one that is not is disabled."""
    status = "ON" if modes.repeat_one else "OFF"
    return [
        {"type": "TOGGLE", "name": "SHUFFLE", "enabled": True, "selected": modes.shuffle},
        {"type": "TOGGLE", "name": "LOOP", "enabled": True, "selected": modes.loop},
        {"type": "CYCLE", "name": "REPEAT", "enabled": True, "value": {"status": status}},
    ]


def _item_controls(heard: QueueItem, *, first: bool) -> list[dict[str, Any]]:
    controls = [
        {"type": "COMMAND", "name": "NEXT", "enabled": heard.media_type is not MediaType.RADIO},
        {"type": "COMMAND", "name": "PREVIOUS", "enabled": not first},
    ]
    if heard.duration_ms:
        controls.append({"type": "ADJUST", "name": "SEEK_POSITION", "enabled": True})
    return controls
