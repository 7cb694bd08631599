"""The bridge's settings, read once from the environment; each error names its setting."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

from music_assistant_alexa.errors import ConfigurationError

STREAM_PORT = 8097
"""Where Music Assistant serves audio by default."""

SLIMPROTO_PORT = 3483
BRIDGE_PORT = 8098
CACHE_BYTES = 1 << 30
CODECS = ("mp3", "aac")
"""What both sides speak: Music Assistant's other formats (flac first) an Echo cannot play, or they break."""

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the bridge must be told. `from_env` checks it; tests may fill it in directly."""

    ma_url: str
    """Music Assistant's web server, without a slash at its end."""

    ma_token: str = field(repr=False)
    bridge_tokens: tuple[str, ...] = field(repr=False)
    """What the skill may show; any of them is good."""

    signing_keys: tuple[str, ...] = field(repr=False)
    """What stream and art URLs may be signed with; any of them is good."""

    stream_url: str = ""
    """Music Assistant's stream server; by default its host, port 8097."""

    slimproto_port: int = SLIMPROTO_PORT
    codec: str = CODECS[0]
    """What Music Assistant is asked to encode for an Echo: the extension of its stream URLs."""

    cache_dir: Path = Path("~/.cache/home-bridge")
    cache_bytes: int = CACHE_BYTES
    host: str = "0.0.0.0"
    port: int = BRIDGE_PORT
    """0 asks for a free port."""

    def __post_init__(self) -> None:
        """Fill in what follows from the rest."""
        parts = urlsplit(self.ma_url)
        object.__setattr__(self, "ma_url", self.ma_url.rstrip("/"))
        stream_url = self.stream_url or f"{parts.scheme}://{_bracketed(parts)}:{STREAM_PORT}"
        object.__setattr__(self, "stream_url", stream_url.rstrip("/"))
        object.__setattr__(self, "cache_dir", Path(self.cache_dir).expanduser())

    @property
    def slimproto_host(self) -> str:
        """The host that speaks slimproto: Music Assistant's own."""
        return urlsplit(self.ma_url).hostname or ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment. Raises ConfigurationError with a sentence that names the setting."""
        env = os.environ if environ is None else environ
        return cls(
            ma_url=_ma_url(env),
            ma_token=_secret(env, "MUSIC_ASSISTANT_TOKEN", "MA_API_KEY"),
            bridge_tokens=_secrets(env, "BRIDGE_TOKENS"),
            signing_keys=_secrets(env, "STREAM_SIGNING_KEYS"),
            stream_url=_optional_url(env, "MUSIC_ASSISTANT_STREAM_URL"),
            slimproto_port=_number(env, "SLIMPROTO_PORT", SLIMPROTO_PORT, 1, 65535),
            codec=_choice(env, "AUDIO_CODEC", CODECS),
            cache_dir=Path(env.get("CACHE_DIR") or "~/.cache/home-bridge"),
            cache_bytes=_number(env, "CACHE_BYTES", CACHE_BYTES, 1 << 20, 1 << 50),
            host=env.get("BRIDGE_HOST") or "0.0.0.0",
            port=_number(env, "BRIDGE_PORT", BRIDGE_PORT, 0, 65535),
        )


def _ma_url(env: Mapping[str, str]) -> str:
    if url := env.get("MUSIC_ASSISTANT_URL", "").strip():
        return _checked_url("MUSIC_ASSISTANT_URL", url)
    host = env.get("MA_HOST", "").strip()
    if not host:
        raise ConfigurationError(
            "MUSIC_ASSISTANT_URL is missing: set it to Music Assistant's address, for example http://192.168.1.10:8095."
        )
    if "://" in host:
        return _checked_url("MA_HOST", host)
    port = _number(env, "MA_PORT", 8095, 1, 65535)
    bracketed = f"[{host}]" if "::" in host else host
    return _checked_url("MA_HOST", f"http://{bracketed}:{port}")


def _optional_url(env: Mapping[str, str], name: str) -> str:
    url = env.get(name, "").strip()
    return _checked_url(name, url) if url else ""


def _checked_url(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed only when asked for
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(f"{name} is wrong: it must be http://host:port or https://host, without a query.")
    return url


def _secret(env: Mapping[str, str], *names: str) -> str:
    secret = next((env[name].strip() for name in names if env.get(name, "").strip()), "")
    if not secret:
        raise ConfigurationError(
            f"{names[0]} is missing: make a token in Music Assistant (profile, long-lived tokens) and set it."
        )
    if not _TOKEN.fullmatch(secret):
        raise ConfigurationError(f"{names[0]} is wrong: a token has no spaces, line ends or letters beyond ASCII.")
    return secret


def _secrets(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    secrets = tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())
    if not secrets:
        raise ConfigurationError(f"{name} is missing: set one long random text, or several with commas between them.")
    if not all(_TOKEN.fullmatch(secret) for secret in secrets):
        raise ConfigurationError(f"{name} is wrong: its parts may have no spaces and no letters beyond ASCII.")
    return secrets


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ConfigurationError(f"{name} is wrong: it must be a whole number from {least} to {most}.")
    return int(text)


def _choice(env: Mapping[str, str], name: str, choices: Sequence[str]) -> str:
    text = env.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise ConfigurationError(f"{name} is wrong: it must be {' or '.join(choices)}.")
    return text


def _bracketed(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host
