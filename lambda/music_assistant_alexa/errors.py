"""What can go wrong, drawn once.

SkillError
├── MediaNotFoundError         nothing in Music Assistant answers to what was said
├── ContentFilteredError       all of it is explicit, and the listener's filter is on
├── ContentUnavailableError    the provider refuses it to this household; .reason: subscription or region
├── ItemNotFoundError          the queue holds no such item, or is no more; .named: someone chose that item
├── QueueFinishedError         there is nothing after the current item
├── NothingPlayingError        a command about "this" while nothing was ever played here
├── PlayerUnavailableError     the device cannot play audio, or its player cannot be had
├── UnsupportedRequestError    does not apply to what plays (a radio has no next); .reason says why
├── IncompleteRequestError     a request lacks what it cannot be answered without
├── AuthorizationError         of a linked account, where linking is asked for
│   ├── InvalidAuthorizationError    its token is missing or not ours
│   └── ExpiredAuthorizationError    its token is too old
├── StreamUrlError             a URL that must never reach an Echo, or a signature that is not ours
├── PlaybackStoreError         DynamoDB throttled, missing or away
└── HomeError                  .part names what failed: tunnel, bridge or music_assistant
    ├── HomeUnreachableError   DNS, TLS, refused, time-out, tunnel 502/504/52x/530
    ├── HomeAuthError          401/403 from the bridge, MA or Cloudflare Access; a redirect or an HTML page
    │   └── HomeRateLimitError 429 from Cloudflare: too many requests
    └── HomeCommandError       MA or the bridge refused the command; .status, .details
ConfigurationError             the function must not start; names the setting and the template parameter
UnknownDialectError            an event of no shape we know

The core and the adapters raise; each dialect owns one table from these types to answers.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class SkillError(Exception):
    """Anything a dialect must turn into an answer."""


class MediaNotFoundError(SkillError):
    """Music Assistant has nothing that answers to what was said."""

    def __init__(self, said: str = "", kind: str | None = None) -> None:
        super().__init__(f"nothing found of kind {kind or 'any'}")
        self.said = said
        self.kind = kind


class ContentFilteredError(SkillError):
    """Explicit, and the listener's filter is on."""


class UnavailableReason(StrEnum):
    """Why a provider of Music Assistant refuses to play something."""

    SUBSCRIPTION = "subscription"
    REGION = "region"


class ContentUnavailableError(SkillError):
    """It exists, and its provider does not play it to this household."""

    def __init__(self, cause: str, reason: UnavailableReason = UnavailableReason.SUBSCRIPTION) -> None:
        super().__init__(cause)
        self.reason = reason


class ItemNotFoundError(SkillError):
    """The queue holds no such item, or is no more."""

    def __init__(self, cause: str, *, named: bool = False) -> None:
        super().__init__(cause)
        self.named = named
        """Someone chose that very item, where otherwise "the one before" was asked for."""


class QueueFinishedError(SkillError):
    """There is no item after the current one."""


class NothingPlayingError(SkillError):
    """Nothing was ever played on this device, or nothing is left of it."""


class PlayerUnavailableError(SkillError):
    """The device cannot play audio, or its player cannot be had."""


class UnsupportedReason(StrEnum):
    """Why a command does not apply to what plays."""

    RADIO = "radio"
    SPOKEN_WORD = "spoken_word"
    BEYOND_END = "beyond_end"


class UnsupportedRequestError(SkillError):
    """The command does not apply to what plays."""

    def __init__(self, cause: str, reason: UnsupportedReason = UnsupportedReason.RADIO) -> None:
        super().__init__(cause)
        self.reason = reason


class IncompleteRequestError(SkillError):
    """A request lacks what it cannot be answered without."""


class AuthorizationError(SkillError):
    """The token of a linked account does not let its bearer in."""


class InvalidAuthorizationError(AuthorizationError):
    """It is missing, or none of ours."""


class ExpiredAuthorizationError(AuthorizationError):
    """It was ours and is too old; Alexa gets a new one by itself."""


class StreamUrlError(SkillError):
    """The URL must not be given to an Echo, or its signature is not ours."""


class PlaybackStoreError(SkillError):
    """The playback state could not be read or written."""


class HomePart(StrEnum):
    """Where on the way home a call failed."""

    TUNNEL = "tunnel"
    BRIDGE = "bridge"
    MUSIC_ASSISTANT = "music_assistant"


class HomeError(SkillError):
    """A call home failed."""

    def __init__(self, cause: str, part: HomePart = HomePart.BRIDGE) -> None:
        super().__init__(cause)
        self.part = part


class HomeUnreachableError(HomeError):
    """Home did not answer: DNS, TLS, refused, time-out, or the tunnel says so."""


class HomeAuthError(HomeError):
    """A token was refused on the way home."""


class HomeRateLimitError(HomeAuthError):
    """Cloudflare takes no more requests for a while."""


class HomeCommandError(HomeError):
    """Home understood the command and refused it."""

    def __init__(self, cause: str, part: HomePart, status: int, details: str = "") -> None:
        super().__init__(cause, part)
        self.status = status
        self.details = details


class ConfigurationError(Exception):
    """A setting is missing or wrong; the function must not start."""


class UnknownDialectError(Exception):
    """The event has none of the shapes we answer."""


def answer_in(table: Mapping[type[Exception], T], error: Exception) -> T:
    """Return what a dialect's table has for an error or its nearest ancestor; for a stranger, what it has for ours."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), table[SkillError])
