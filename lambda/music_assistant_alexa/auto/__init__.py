"""Alexa Auto's LocalMediaSource: not yet. Its messages are answered in its own error form."""

import uuid
from collections.abc import Mapping
from typing import Any

from music_assistant_alexa import telemetry

__all__ = ["Auto"]

TOPIC = "LocalMediaSource"


class Auto:
    """The third dialect."""

    @classmethod
    def speaks(cls, event: Mapping[str, Any]) -> bool:
        """Tell whether the event is an AASB message, bare or in a vehicle's envelope."""
        return "messageDescription" in _header(_message(event))

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a message of our topic with a PlayerError; other topics with nothing."""
        telemetry.count("AutoNotYet")
        message = _message(event)
        description = _header(message).get("messageDescription")
        ours = isinstance(description, Mapping) and description.get("topic") == TOPIC
        messages = [_player_error(message.get("payload"))] if ours else []
        return {"messages": messages, "stream": None, "now_playing": None}


def _message(event: Mapping[str, Any]) -> Mapping[str, Any]:
    message = event.get("message") if "vehicleId" in event else event
    return message if isinstance(message, Mapping) else {}


def _header(message: Mapping[str, Any]) -> Mapping[str, Any]:
    header = message.get("header")
    return header if isinstance(header, Mapping) else {}


def _player_error(payload: Any) -> dict[str, Any]:
    source = payload.get("source") if isinstance(payload, Mapping) else None
    return {
        "header": {
            "version": "4.0",
            "messageType": "Publish",
            "id": str(uuid.uuid4()),
            "messageDescription": {"topic": TOPIC, "action": "PlayerError"},
        },
        "payload": {
            "source": source if isinstance(source, str) else "DEFAULT",
            "errorName": "INTERNAL_ERROR",
            "code": 1,
            "description": "This skill does not speak LocalMediaSource yet.",
            "fatal": False,
            "sessionId": "",
        },
    }
