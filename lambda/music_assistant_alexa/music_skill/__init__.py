"""The music skill: "Alexa, play Kind of Blue on Music Assistant". Directives of the Music Skill API, and its events."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from music_assistant_alexa import telemetry
from music_assistant_alexa.errors import (
    AuthorizationError,
    ConfigurationError,
    ContentFilteredError,
    ItemNotFoundError,
    MediaNotFoundError,
    SkillError,
)
from music_assistant_alexa.music_skill import handlers
from music_assistant_alexa.music_skill.directive import EVENTS, Directive, read
from music_assistant_alexa.music_skill.failures import response_to, unknown_directive
from music_assistant_alexa.music_skill.responses import Response
from music_assistant_alexa.music_skill.table import Handler, Services, table

__all__ = ["Authorize", "MusicSkill", "handlers", "invalid_directive"]

_log = logging.getLogger(__name__)

_EVERYDAY = (MediaNotFoundError, ContentFilteredError, ItemNotFoundError, AuthorizationError)

Authorize = Callable[[str | None], None]
"""Lets the bearer of an access token in, or of none. Raises AuthorizationErrors."""


class MusicSkill:
    """The second dialect."""

    def __init__(
        self,
        skill_ids: frozenset[str],
        services: Services,
        now: Callable[[], float] = time.time,
        authorize: Authorize | None = None,
    ) -> None:
        self._skill_ids = skill_ids - {""}
        self._services = services
        self._now = now
        self._authorize = authorize or _welcome_all

    @staticmethod
    def speaks(event: Mapping[str, Any]) -> bool:
        """Tell whether the event is a directive, or a playback event in the custom skill's shape."""
        header, request = event.get("header"), event.get("request")
        if isinstance(header, Mapping) and "namespace" in header:
            return True
        kind = request.get("type") if isinstance(request, Mapping) else None
        return isinstance(kind, str) and kind.startswith(EVENTS)

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a directive; acknowledge an event, whatever comes of it."""
        directive = read(event, self._now())
        handler = table.find(directive.key)
        if directive.is_event:
            return self._acknowledge(directive, handler)
        if handler is None:
            telemetry.count("UnknownDirective")
            return unknown_directive("This skill does not know the directive.").as_message()
        response = self._response(directive, handler)
        return response.as_message() if response else {}

    def _acknowledge(self, directive: Directive, handler: Handler | None) -> dict[str, Any]:
        if directive.application_id not in self._skill_ids:
            telemetry.count("WrongApplication")
        elif handler is None:
            telemetry.count("UnknownRequest")
        else:
            self._response(directive, handler)
        return {}

    def _response(self, directive: Directive, handler: Handler) -> Response | None:
        try:
            if not directive.is_event:
                self._authorize(directive.access_token)
            response = handler(directive, self._services)
        except (SkillError, ConfigurationError) as error:
            telemetry.failed(_log, directive.key, error, _EVERYDAY)
            return response_to(error)
        except Exception:  # noqa: BLE001 - the last resort: Alexa gets an answer, the log has the traceback
            _log.exception("%s failed", directive.key)
            telemetry.count("Unexpected")
            return response_to(SkillError())
        telemetry.count("Answered")
        return response


def invalid_directive(message: str) -> dict[str, Any]:
    """Answer a message that only looks like one of ours."""
    return unknown_directive(message).as_message()


def _welcome_all(access_token: str | None) -> None:
    """Let everyone in: Alexa alone may call the function, for the household's own skill."""
    del access_token
