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


class MusicAssistantApi:
    """One method owns the network; it answers with what MA answered, or raises MusicAssistantError."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, command: str, args: Mapping[str, Any]) -> Any:
        """Return the raw result of a command."""
        try:
            return json.loads(await self.call_raw(command, args))
        except ValueError as error:
            raise MusicAssistantError(f"Music Assistant's answer to {command} is not JSON") from error

    async def call_raw(self, command: str, args: Mapping[str, Any]) -> bytes:
        """Return the JSON text of a command's result."""
        status, body = await self._exchange("POST", "/api", {"command": command, "args": dict(args)})
        if status == _OK:
            return body
        if status in _REFUSED:
            raise AuthError("Music Assistant refused the token; make a new one there and set MUSIC_ASSISTANT_TOKEN")
        if status == _NOT_FOUND:
            raise MusicAssistantError("this Music Assistant has no HTTP API: it needs version 2.7 or newer")
        # MA gives no reason with a 500; what stands in its log is all there is.
        raise MusicAssistantError(f"Music Assistant answered {status} to {command}; its log says why")

    async def info(self) -> dict[str, Any]:
        """Return what MA says of itself to anyone."""
        status, body = await self._exchange("GET", "/info", None)
        try:
            found = json.loads(body) if status == _OK else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise MusicAssistantError(f"no Music Assistant answers at {self._url}/info")
        return found

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
