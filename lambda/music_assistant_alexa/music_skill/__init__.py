"""The Music Skill API: not yet. Its directives are answered in its own error form."""

import uuid
from collections.abc import Mapping
from typing import Any

from music_assistant_alexa import telemetry

__all__ = ["MusicSkill"]

_EVENTS = "AlexaAudioPlayQueueEvent."


class MusicSkill:
    """The second dialect."""

    @staticmethod
    def speaks(event: Mapping[str, Any]) -> bool:
        """Tell whether the event is a directive, or a playback event in the custom skill's shape."""
        header, request = event.get("header"), event.get("request")
        if isinstance(header, Mapping) and "namespace" in header:
            return True
        kind = request.get("type") if isinstance(request, Mapping) else None
        return isinstance(kind, str) and kind.startswith(_EVENTS)

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Acknowledge events, refuse directives."""
        if "request" in event:
            telemetry.count("MusicSkillEvent")
            return {}
        telemetry.count("MusicSkillNotYet")
        return invalid_directive("This skill does not speak the Music Skill API yet.")


def invalid_directive(message: str) -> dict[str, Any]:
    """Return Alexa's general error (payloadVersion 3.0, whatever the directive's was)."""
    header = {
        "namespace": "Alexa",
        "name": "ErrorResponse",
        "messageId": str(uuid.uuid4()),
        "payloadVersion": "3.0",
    }
    return {"header": header, "payload": {"type": "INVALID_DIRECTIVE", "message": message}}
