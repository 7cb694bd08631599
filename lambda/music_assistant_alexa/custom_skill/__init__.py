"""The custom skill: launch, voice, buttons, AudioPlayer events."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import Request, RequestEnvelope, Response

from music_assistant_alexa import telemetry
from music_assistant_alexa.custom_skill import handlers
from music_assistant_alexa.custom_skill.failures import reply_to
from music_assistant_alexa.custom_skill.replies import Reply
from music_assistant_alexa.custom_skill.responses import render
from music_assistant_alexa.custom_skill.table import Services, table
from music_assistant_alexa.custom_skill.turn import Turn, application_ids, read, readable
from music_assistant_alexa.errors import (
    ConfigurationError,
    MediaNotFoundError,
    NothingPlayingError,
    QueueFinishedError,
    SkillError,
    UnsupportedRequestError,
)

__all__ = ["CustomSkill", "handlers"]

_log = logging.getLogger(__name__)

NAME_LIMIT = 64
"""Characters of Alexa's own words that reach a log."""

_REPORTS = {"System.ExceptionEncountered", "SessionEndedRequest"}
_EVERYDAY = (MediaNotFoundError, NothingPlayingError, QueueFinishedError, UnsupportedRequestError)
_UNREADABLE = (SerializationException, AttributeError, ArithmeticError, TypeError, ValueError, RecursionError)
_SILENCE: dict[str, Any] = {"version": "1.0", "response": {}}


class CustomSkill:
    """The first dialect. Built once; ask-sdk's own lambda_handler would build it anew for each request."""

    def __init__(self, skill_id: str, services: Services, now: Callable[[], float] = time.time) -> None:
        self._skill_id = skill_id
        self._serializer = DefaultSerializer()
        builder = SkillBuilder()
        builder.add_request_handler(_Everything(services, now))
        self._skill = builder.create()

    @staticmethod
    def speaks(event: Mapping[str, Any]) -> bool:
        """Tell whether the event is shaped like a request to a custom skill."""
        request = event.get("request")
        return isinstance(request, Mapping) and "type" in request

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request; with silence what is not ours, not known or not readable."""
        kind = event["request"]["type"]
        if application_ids(event) != {self._skill_id} or not self._skill_id:
            return _silence("WrongApplication")
        if not isinstance(kind, str):
            return _silence("BrokenEnvelope")
        if kind in _REPORTS:
            return _noted(kind, event["request"].get("error"))
        if kind not in Request.discriminator_value_class_map:
            return _silence("UnknownRequest")
        try:
            envelope = self._serializer.deserialize(json.dumps(readable(event)), RequestEnvelope)
        except _UNREADABLE as error:
            _log.warning("a %s that cannot be read: %s", kind, type(error).__name__)
            return _silence("BrokenEnvelope")
        answer: dict[str, Any] = self._serializer.serialize(self._skill.invoke(envelope, None))
        attributes = {"sessionAttributes": answer["sessionAttributes"]} if answer.get("sessionAttributes") else {}
        return {"version": "1.0", **attributes, "response": answer["response"]}


class _Everything(AbstractRequestHandler):  # type: ignore[misc]
    """The one handler ask-sdk knows: the rest is our table."""

    def __init__(self, services: Services, now: Callable[[], float]) -> None:
        self._services = services
        self._now = now

    def can_handle(self, handler_input: HandlerInput) -> bool:
        del handler_input
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        turn = read(handler_input.request_envelope, self._now())
        reply = self._reply(turn)
        if handler_input.request_envelope.session:
            # a question of ours is open for one answer only, and ask-sdk would echo what came in
            handler_input.attributes_manager.session_attributes = {"pending": reply.pending} if reply.pending else {}
        return render(turn, reply)

    def _reply(self, turn: Turn) -> Reply:
        handler = table.find(turn.key) or (table.find("AMAZON.FallbackIntent") if turn.may_speak else None)
        if handler is None:
            telemetry.count("NothingToSay")
            return Reply()
        try:
            reply = handler(turn, self._services)
        except (SkillError, ConfigurationError) as error:
            telemetry.failed(_log, turn.key, error, _EVERYDAY)
            return reply_to(error)
        except Exception:  # noqa: BLE001 - the last resort: a user hears a sentence, the log has the traceback
            _log.exception("%s failed", turn.key)
            telemetry.count("Unexpected")
            return reply_to(SkillError())
        telemetry.count("Answered")
        return reply


def _silence(outcome: str) -> dict[str, Any]:
    telemetry.count(outcome)
    return dict(_SILENCE)


def _noted(kind: str, error: Any) -> dict[str, Any]:
    """Log what Alexa holds against an answer of ours. Never through ask-sdk, whose list of error types is not whole."""
    if not isinstance(error, Mapping):
        return _silence("SessionEnded")
    said = error.get("type")
    _log.error("%s: %s", kind, said[:NAME_LIMIT] if isinstance(said, str) else type(said).__name__)
    return _silence("AlexaError")
