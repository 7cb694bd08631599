"""From an error to Alexa's: one table, resolved along the error's ancestors.

Of Alexa's own types these never come from us: CRITERIA_NOT_FOUND (criteria without a name mean "play music"),
DEVICE_LIMIT_REACHED (the longest idle player is taken), SKIP_LIMIT_REACHED (there is none) and ACCOUNT_PROBLEM.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from music_assistant_alexa.errors import (
    AuthorizationError,
    ConfigurationError,
    ContentFilteredError,
    ContentUnavailableError,
    ExpiredAuthorizationError,
    HomeError,
    HomeRateLimitError,
    IncompleteRequestError,
    ItemNotFoundError,
    MediaNotFoundError,
    NothingPlayingError,
    PlaybackStoreError,
    PlayerUnavailableError,
    QueueFinishedError,
    SkillError,
    StreamUrlError,
    UnavailableReason,
    UnsupportedRequestError,
    answer_in,
)
from music_assistant_alexa.music_skill.responses import Response

__all__ = ["ERRORS", "Failure", "failure_of", "response_to", "unknown_directive"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One of Alexa's error types, and the namespace and version it belongs to."""

    type: str
    namespace: str = "Alexa.Media"
    version: str = "1.0"
    details: Mapping[str, Any] = field(default_factory=dict)


def _general(kind: str) -> Failure:
    return Failure(kind, "Alexa", "3.0")


_INTERNAL, _INVALID_DIRECTIVE = _general("INTERNAL_ERROR"), _general("INVALID_DIRECTIVE")
_ITEM_NOT_FOUND, _INVALID_ITEM = Failure("ITEM_NOT_FOUND"), Failure("INVALID_ITEM")

ERRORS: dict[type[Exception], Failure] = {
    MediaNotFoundError: Failure("CONTENT_NOT_FOUND"),
    ContentFilteredError: Failure("CONTENT_FILTERED", details={"subtypes": ["EXPLICIT_LANGUAGE_FILTER"]}),
    ContentUnavailableError: Failure("INSUFFICIENT_USER_SUBSCRIPTION"),
    ItemNotFoundError: _ITEM_NOT_FOUND,
    QueueFinishedError: _ITEM_NOT_FOUND,
    NothingPlayingError: _ITEM_NOT_FOUND,
    IncompleteRequestError: _INVALID_DIRECTIVE,
    UnsupportedRequestError: _INVALID_DIRECTIVE,
    AuthorizationError: _general("INVALID_AUTHORIZATION_CREDENTIAL"),
    ExpiredAuthorizationError: _general("EXPIRED_AUTHORIZATION_CREDENTIAL"),
    HomeRateLimitError: _general("RATE_LIMIT_EXCEEDED"),
    HomeError: _INTERNAL,
    PlayerUnavailableError: _INTERNAL,
    PlaybackStoreError: _INTERNAL,
    StreamUrlError: _INTERNAL,
    ConfigurationError: _INTERNAL,
    SkillError: _INTERNAL,
}


def failure_of(error: Exception) -> Failure:
    """Return what an error is to Alexa."""
    match error:
        case ContentUnavailableError(reason=UnavailableReason.REGION):
            return Failure("GEOGRAPHICAL_RESTRICTION_ERROR")
        case ItemNotFoundError(named=True):
            return _INVALID_ITEM
    return answer_in(ERRORS, error)


def response_to(error: Exception) -> Response:
    """Return the error response; what it says is for whoever reads Alexa's log, and holds nothing of the listener's."""
    said = str(error) if isinstance(error, SkillError) else ""
    return _error(failure_of(error), said or "the skill's log says what went wrong")


def unknown_directive(message: str) -> Response:
    """Return Alexa's general error for what is no directive of ours, whatever version it came in."""
    return _error(_INVALID_DIRECTIVE, message)


def _error(failure: Failure, message: str) -> Response:
    payload = {"type": failure.type, "message": message, **failure.details}
    return Response(failure.namespace, "ErrorResponse", payload, failure.version)
