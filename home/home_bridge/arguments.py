"""The arguments of a command, read with their types; each error says what to send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from home_bridge.errors import BadRequestError
from home_bridge.uris import checked_uri

NAME_LIMIT = 64
MEDIA_LIMIT = 10_000
# Half a pair of surrogates is no character: JSON can carry it, neither slimproto nor SQLite can.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Arguments:
    """What came with a command."""

    raw: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text that must be there. Raises BadRequestError."""
        value = self.raw.get(name)
        if not isinstance(value, str) or not value:
            raise BadRequestError(f"{name} must be a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text that may be missing or null. Raises BadRequestError."""
        return None if self.raw.get(name) is None else self.text(name)

    def optional_uri(self, name: str) -> str | None:
        """Return a uri that may be missing. Raises BadRequestError, CommandNotAllowedError for what MA would fetch."""
        value = self.optional_text(name)
        return None if value is None else checked_uri(value)

    def whole(self, name: str) -> int:
        """Return a whole number that must be there. Raises BadRequestError."""
        value = self.raw.get(name)
        if type(value) is not int:
            raise BadRequestError(f"{name} must be a whole number")
        return value

    def position_ms(self) -> int:
        """Return a position in the track. Raises BadRequestError."""
        position_ms = self.whole("position_ms")
        if not 0 <= position_ms <= 7 * 24 * 3600 * 1000:
            raise BadRequestError("position_ms must be from 0 to a week")
        return position_ms

    def flag(self, name: str) -> bool:
        """Return true or false. Raises BadRequestError."""
        value = self.raw.get(name)
        if type(value) is not bool:
            raise BadRequestError(f"{name} must be true or false")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of a closed list. Raises BadRequestError."""
        value = self.raw.get(name, default)
        if value not in choices:
            raise BadRequestError(f"{name} must be one of {', '.join(choices)}")
        return str(value)

    def media(self) -> list[str]:
        """Return uris of Music Assistant, at least one; a single text counts as a list of one.

        Raises BadRequestError, CommandNotAllowedError for what MA would fetch.
        """
        value = self.raw.get("media")
        uris = [value] if isinstance(value, str) else value
        if not isinstance(uris, list) or not 0 < len(uris) <= MEDIA_LIMIT:
            raise BadRequestError(f"media must be a list of 1 to {MEDIA_LIMIT} uris")
        if not all(isinstance(uri, str) and uri for uri in uris):
            raise BadRequestError("media must be uris, as Music Assistant's search gives them")
        return [checked_uri(uri) for uri in uris]


def checked_name(name: object) -> str:
    """Return a room's name, or raise BadRequestError."""
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= NAME_LIMIT or _CONTROL.search(name):
        raise BadRequestError(f"name must be 1 to {NAME_LIMIT} characters without control characters")
    return name.strip()
