"""From an answer to JSON: the messages to publish in order, what to play, and what plays now."""

import uuid
from typing import Any

from music_assistant_alexa.actions import Play
from music_assistant_alexa.auto.failures import failure_of
from music_assistant_alexa.auto.local_media_state import local_media_state
from music_assistant_alexa.auto.message import Head
from music_assistant_alexa.auto.snapshot import Snapshot
from music_assistant_alexa.auto.table import Answer
from music_assistant_alexa.auto.words import TOPIC
from music_assistant_alexa.media_session import MediaSession, SessionEvent
from music_assistant_alexa.stream_token import StreamToken

__all__ = ["render"]

JSON = dict[str, Any]


def render(head: Head, answer: Answer, snapshot: Snapshot | None, *, launched: bool) -> JSON:
    """Return the envelope. `snapshot` is what is known afterwards, None where it cannot be read."""
    messages = [_player_event(head, event) for event in answer.events]
    if answer.state:
        messages.append(_state_reply(head, answer.state, launched=launched))
    if answer.error:
        messages.append(_player_error(head, answer.error, snapshot))
    return {
        "messages": messages,
        "stream": _stream(answer.play) if answer.play else None,
        "now_playing": _now_playing(snapshot) if snapshot else None,
    }


def _player_event(head: Head, event: SessionEvent) -> JSON:
    payload = {"source": event.source, "eventName": event.name, "sessionId": event.session_id}
    return _message(head, "PlayerEvent", payload)


def _player_error(head: Head, error: Exception, snapshot: Snapshot | None) -> JSON:
    """Return an error about the source that is named, else about that of the open session."""
    session = snapshot.vehicle.session if snapshot else MediaSession()
    source = head.source or (session.source if session.session_id else head.about)
    kept = session.session_id if session.is_open_at(source) else ""
    code, description = failure_of(error)
    payload = {
        "source": source,
        "errorName": "INTERNAL_ERROR",
        "code": code,
        "description": description,
        "fatal": False,
        "sessionId": kept or head.session_id,
    }
    return _message(head, "PlayerError", payload)


def _state_reply(head: Head, snapshot: Snapshot, *, launched: bool) -> JSON:
    state = local_media_state(snapshot, head.about, launched=launched)
    reply = _message(head, "GetState", {"state": state})
    reply["header"]["messageType"] = "Reply"
    reply["header"]["messageDescription"]["replyToId"] = head.message_id
    return reply


def _message(head: Head, action: str, payload: JSON) -> JSON:
    return {
        "header": {
            "version": head.version,
            "messageType": "Publish",
            "id": str(uuid.uuid4()),
            "messageDescription": {"topic": TOPIC, "action": action},
        },
        "payload": payload,
    }


def _stream(play: Play) -> JSON:
    token = StreamToken.decode(play.token)
    position_ms = token.position_ms + play.offset_ms if token else play.offset_ms
    return {"url": play.url, "token": play.token, "position_ms": position_ms, "offset_ms": play.offset_ms}


def _now_playing(snapshot: Snapshot) -> JSON | None:
    item, vehicle = snapshot.item, snapshot.vehicle
    if item is None:
        return None
    pictures = vehicle.pictures if vehicle.pictured == item.queue_item_id else ()
    return {
        "source": vehicle.session.source,
        "playing": snapshot.playing,
        "title": item.title,
        "artist": item.artist,
        "album": item.album,
        "image_url": pictures[-1] if pictures else "",
        "media_type": item.media_type,
        "position_ms": snapshot.position_ms,
        "duration_ms": item.duration_ms,
        "shuffle": vehicle.shuffle,
        "repeat": vehicle.repeat,
        "favourite": vehicle.favourite if vehicle.rated == item.uri else item.favourite,
        "volume": vehicle.volume,
        "muted": vehicle.muted,
    }
