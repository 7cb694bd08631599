"""A real Music Assistant in the stand-in's place, for whoever has one."""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import requests

STREAM_PORT, SLIMPROTO_PORT = 8097, 3483
TIMEOUT_S = 30


class RealHome:
    """A Music Assistant server somewhere, reached as MUSIC_ASSISTANT_URL and MUSIC_ASSISTANT_TOKEN say."""

    def __init__(self, url: str, token: str, stream_url: str = "", slimproto_port: int = SLIMPROTO_PORT) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.host = urlsplit(url).hostname or ""
        self.stream_url = stream_url or f"http://{self.host}:{STREAM_PORT}"
        self.slimproto_port = slimproto_port
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self | None:
        """Return it when both variables are set; its other ports have the names the bridge gives them."""
        url, token = environ.get("MUSIC_ASSISTANT_URL"), environ.get("MUSIC_ASSISTANT_TOKEN")
        if not url or not token:
            return None
        port = int(environ.get("SLIMPROTO_PORT") or SLIMPROTO_PORT)
        return cls(url, token, environ.get("MUSIC_ASSISTANT_STREAM_URL", ""), port)

    def api(self, command: str, **args: Any) -> Any:
        """Post one command as Music Assistant's own screen would."""
        body = {"command": command, "args": args}
        answer = self._session.post(f"{self.url}/api", json=body, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
