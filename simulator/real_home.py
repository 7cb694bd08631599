"""A real Music Assistant in the stand-in's place, for whoever has one."""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import requests

__all__ = ["RealHome", "UnusableHomeError"]

STREAM_PORT, SLIMPROTO_PORT = 8097, 3483
CONNECT_S, ANSWER_S = 5, 30
NAMED_BY = ("MUSIC_ASSISTANT_URL", "MUSIC_ASSISTANT_TOKEN")
REFUSALS = (requests.codes.unauthorized, requests.codes.forbidden)


class UnusableHomeError(Exception):
    """The Music Assistant that the environment names cannot be used; the message says why and what to change."""


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
        """Return the server that both variables name, None where neither is set. Raises UnusableHomeError.

        The variables of its other ports have the names the bridge gives them.
        """
        missing = [name for name in NAMED_BY if not environ.get(name)]
        if missing == list(NAMED_BY):
            return None
        if missing:
            raise UnusableHomeError(f"{missing[0]} is missing: set {' and '.join(NAMED_BY)}, or neither for the demo.")
        url, token = (environ[name] for name in NAMED_BY)
        return cls(_checked_url(url), token, environ.get("MUSIC_ASSISTANT_STREAM_URL", ""), _slimproto_port(environ))

    def check(self) -> None:
        """Ask it something that only a Music Assistant answers, and only with its token. Raises UnusableHomeError."""
        try:
            players = self.api("players/all")
        except requests.HTTPError as error:
            raise UnusableHomeError(self._refusal(error.response.status_code)) from error
        except requests.JSONDecodeError as error:
            raise UnusableHomeError(self._stranger("no JSON")) from error
        except requests.RequestException as error:
            raise UnusableHomeError(
                f"No answer comes from {self.url} ({type(error).__name__}): does Music Assistant run, and is"
                " MUSIC_ASSISTANT_URL its address?"
            ) from error
        if not isinstance(players, list):
            raise UnusableHomeError(self._stranger("no list of players"))

    def api(self, command: str, **args: Any) -> Any:
        """Post one command as Music Assistant's own screen would."""
        body = {"command": command, "args": args}
        answer = self._session.post(f"{self.url}/api", json=body, timeout=(CONNECT_S, ANSWER_S))
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _refusal(self, status: int) -> str:
        if status in REFUSALS:
            return f"Music Assistant at {self.url} refuses MUSIC_ASSISTANT_TOKEN: make a new token there and set it."
        return self._stranger(f"HTTP {status}")

    def _stranger(self, answer: str) -> str:
        return (
            f"What answers at {self.url} is no Music Assistant of version 2.7 or newer ({answer}):"
            " set MUSIC_ASSISTANT_URL to the address of its web page."
        )


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UnusableHomeError(f"MUSIC_ASSISTANT_URL must look like http://192.168.1.2:8095, not {url!r}.")
    return url


def _slimproto_port(environ: Mapping[str, str]) -> int:
    port = environ.get("SLIMPROTO_PORT") or str(SLIMPROTO_PORT)
    if not port.isdecimal() or not 0 < int(port) <= 65535:
        raise UnusableHomeError(f"SLIMPROTO_PORT must be a number from 1 to 65535, not {port!r}.")
    return int(port)
