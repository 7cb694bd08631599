"""Music Assistant's own JSON API: POST /api with the token that never leaves home."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from home_bridge.errors import AuthError, MusicAssistantError, UnreachableError

CALL_WITHIN_S = 4.0
CONNECT_WITHIN_S = 2.0
_OK = 200
_REFUSED = {401, 403}
_NOT_FOUND = 404
_AWAY = {502, 503, 504, *range(520, 531)}
"""Nothing Music Assistant says: a proxy before it, which does not reach it."""


class MusicAssistantApi:
    """One method owns the network; it answers with what MA answered, or raises MusicAssistantError."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, command: str, args: Mapping[str, Any]) -> Any:
        """Return the raw result of a command."""
        return _whole(await self._answer(command, args), self._url)

    async def call_raw(self, command: str, args: Mapping[str, Any]) -> bytes:
        """Return the JSON text of a command's result, which is known to be whole."""
        body = await self._answer(command, args)
        _whole(body, self._url)
        return body

    async def info(self) -> dict[str, Any]:
        """Return what MA says of itself to anyone."""
        status, body = await self._exchange("GET", "/info", None)
        found = _whole(body, self._url) if status == _OK else None
        if not isinstance(found, dict):
            raise MusicAssistantError(f"no Music Assistant answers at {self._url}/info")
        return found

    async def _answer(self, command: str, args: Mapping[str, Any]) -> bytes:
        status, body = await self._exchange("POST", "/api", {"command": command, "args": dict(args)})
        if status == _OK:
            return body
        if status in _REFUSED:
            raise AuthError("Music Assistant refused the token; make a new one there and set MUSIC_ASSISTANT_TOKEN")
        if status == _NOT_FOUND:
            raise MusicAssistantError("this Music Assistant has no HTTP API: it needs version 2.7 or newer")
        if status in _AWAY:
            raise UnreachableError(f"a proxy before Music Assistant at {self._url} answers {status}; is it running?")
        # MA gives no reason with a 500; what stands in its log is all there is.
        raise MusicAssistantError(f"Music Assistant answered {status} to {command}; its log says why")

    async def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=CALL_WITHIN_S, sock_connect=CONNECT_WITHIN_S)
        try:
            async with self._http.request(
                method, self._url + path, json=body, headers=self._headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnreachableError(
                f"Music Assistant does not answer at {self._url} ({type(error).__name__}); is it running?"
            ) from error


def _whole(body: bytes, url: str) -> Any:
    """Return what a JSON text says. Raises UnreachableError: something broke it off, or is no Music Assistant."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreachableError(f"{url} does not answer as Music Assistant does; is it the right address?") from error
