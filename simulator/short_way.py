"""The skill's own table without ask-sdk around it: five times as fast, for thousands of evenings.

What ask-sdk does in between (reading an envelope, writing a response) is tried by every other test.
"""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from music_assistant_alexa.actions import Action, ClearQueue, Play, Stop
from music_assistant_alexa.custom_skill import turn as turns
from music_assistant_alexa.custom_skill.failures import reply_to
from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.errors import SkillError


def answer(services: Services, event: dict[str, Any]) -> dict[str, Any]:
    """Answer an event by directives alone; what is said is left out."""
    turn = turns.read(_envelope(event), 0.0)
    handler = table.find(turn.key)
    try:
        reply = handler(turn, services) if handler else Reply()
    except SkillError as error:
        reply = reply_to(error)
    return {"version": "1.0", "response": {"directives": [_directive(action) for action in reply.actions]}}


def _envelope(event: dict[str, Any]) -> Any:
    cut = turns.readable(event)
    request, device = cut["request"], cut["context"]["System"]["device"]
    state = request.get("currentPlaybackState")
    return SimpleNamespace(
        request=SimpleNamespace(
            object_type=request["type"],
            timestamp=datetime.fromisoformat(request["timestamp"]),
            locale=request["locale"],
            intent=_intent(request.get("intent")),
            token=request.get("token"),
            offset_in_milliseconds=request.get("offsetInMilliseconds"),
            current_playback_state=_stream(state) if state else None,
        ),
        context=SimpleNamespace(
            system=SimpleNamespace(
                device=SimpleNamespace(
                    device_id=device["deviceId"], supported_interfaces=SimpleNamespace(audio_player=True)
                )
            ),
            audio_player=_stream(cut["context"]["AudioPlayer"]),
        ),
        session=SimpleNamespace(attributes={}),
    )


def _intent(intent: dict[str, Any] | None) -> Any:
    if intent is None:
        return None
    slots = {name: SimpleNamespace(**slot) for name, slot in intent["slots"].items()}
    return SimpleNamespace(name=intent["name"], slots=slots)


def _stream(state: dict[str, Any]) -> Any:
    return SimpleNamespace(token=state.get("token"), offset_in_milliseconds=state.get("offsetInMilliseconds"))


def _directive(action: Action) -> dict[str, Any]:
    match action:
        case Play():
            return {"type": "AudioPlayer.Play", "playBehavior": action.behavior.value, "audioItem": _item(action)}
        case Stop():
            return {"type": "AudioPlayer.Stop"}
        case ClearQueue():
            return {
                "type": "AudioPlayer.ClearQueue",
                "clearBehavior": "CLEAR_ALL" if action.everything else "CLEAR_ENQUEUED",
            }


def _item(play: Play) -> dict[str, Any]:
    stream: dict[str, Any] = {"url": play.url, "token": play.token, "offsetInMilliseconds": play.offset_ms}
    if play.expected_previous_token is not None:
        stream["expectedPreviousToken"] = play.expected_previous_token
    return {"stream": stream}
