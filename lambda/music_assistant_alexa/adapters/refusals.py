"""What an answer from home that is no result means: the bridge's word for it, or who stands in its way."""

import json
import re
from collections.abc import Callable, Mapping

from music_assistant_alexa.errors import (
    ContentFilteredError,
    ContentUnavailableError,
    HomeAuthError,
    HomeCommandError,
    HomeError,
    HomePart,
    HomeRateLimitError,
    HomeUnreachableError,
    ItemNotFoundError,
    MediaNotFoundError,
    NothingPlayingError,
    QueueFinishedError,
    SkillError,
)

__all__ = ["OK", "refusal"]

OK = 200
"""The one status of a result."""

_REDIRECTS = range(300, 400)
_REFUSED = {401, 403}
_TOO_MANY = 429
_CODE = re.compile("[a-z_]{1,60}")
_ABOUT_MUSIC: Mapping[str, Callable[[], SkillError]] = {
    "queue_finished": lambda: QueueFinishedError("nothing follows"),
    "unknown_item": lambda: NothingPlayingError("the queue no longer holds the item"),
    "unknown_queue": lambda: ItemNotFoundError("the player holds another queue by now"),
    "content_not_found": MediaNotFoundError,
    "content_filtered": lambda: ContentFilteredError("all of it is explicit"),
    "content_unavailable": lambda: ContentUnavailableError("its provider does not play it to this household"),
}
"""The bridge's words for what was asked, whatever their status; its others are about the way or the command."""

_HOME_ERRORS: dict[str, type[HomeError]] = {
    "music_assistant_unreachable": HomeUnreachableError,
    "stream_timeout": HomeUnreachableError,
    "music_assistant_auth": HomeAuthError,
}
_ABOUT_MUSIC_ASSISTANT = {*_HOME_ERRORS, "music_assistant_refused"}


def refusal(status: int, kind: str, content: bytes) -> SkillError:
    """Turn an answer that is not a result into the error that names the cause."""
    if code := _bridge_code(kind, content):
        return _ABOUT_MUSIC[code]() if code in _ABOUT_MUSIC else _bridge_error(status, code)
    if status == _TOO_MANY:
        return HomeRateLimitError(
            "HTTP 429 that is not the bridge's: a rate limit of Cloudflare's rules or Access takes no more requests "
            "for a while",
            HomePart.TUNNEL,
        )
    if status in _REDIRECTS or status in _REFUSED or status == OK:
        return HomeAuthError(
            f"HTTP {status} that is not the bridge's: Cloudflare Access or a firewall stands before it; check the "
            "service token in the secret, and that the tunnel's host name leads to the bridge",
            HomePart.TUNNEL,
        )
    return HomeUnreachableError(
        f"HTTP {status} from the tunnel: cloudflared or the bridge is not running at home", HomePart.TUNNEL
    )


def _bridge_code(kind: str, content: bytes) -> str:
    """Return the bridge's word for an error, "" if the answer is not the bridge's (Cloudflare speaks JSON, too)."""
    try:
        code = json.loads(content)["error"] if kind == "application/json" else ""
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _bridge_error(status: int, code: str) -> HomeError:
    part = HomePart.MUSIC_ASSISTANT if code in _ABOUT_MUSIC_ASSISTANT else HomePart.BRIDGE
    if status in _REFUSED and code != "command_not_allowed":
        return HomeAuthError("the bridge refused its token: bridge_token and BRIDGE_TOKENS differ", part)
    if code in _HOME_ERRORS:
        return _HOME_ERRORS[code](f"the bridge says {code}", part)
    return HomeCommandError(f"the bridge says {code} with HTTP {status}", part, status, code)
