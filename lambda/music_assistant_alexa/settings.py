"""The function's settings, read once; and its secrets, read by name when first needed.

Every error names the environment variable and the template parameter it comes from.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from music_assistant_alexa.errors import ConfigurationError

__all__ = ["FRESH_S", "Credentials", "Secrets", "Settings"]

FRESH_S = 60
"""Seconds for which secrets that were read count as new. Reading costs 10 ms and SSM takes 40 a second."""

_HTTPS_URL = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?")
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_SECRET_NAME = re.compile(r"/?[A-Za-z0-9_./-]{1,1000}")
_SOURCE = (
    "BLUETOOTH|USB|FM_RADIO|AM_RADIO|SATELLITE_RADIO|LINE_IN|COMPACT_DISC|SIRIUS_XM|DAB|DEFAULT"  # AASB's enumeration
)
_SOURCES = re.compile(rf"({_SOURCE})(,({_SOURCE}))*")
_PRESET = re.compile(rf"(?P<source>{_SOURCE})\s*=\s*(?P<name>.+)")
_SWITCH = re.compile(r"on|off")
_VENDOR_ID = re.compile(r"[A-Z0-9]{4,16}")


@dataclass(frozen=True, slots=True)
class Settings:
    """All of the function's configuration but its secrets."""

    skill_id: str
    """Empty until the skill exists; every request is refused then."""

    table_name: str
    home_url: str
    """Public https URL of the home bridge, without a slash at its end; may have a path."""

    secret_name: str
    music_skill_id: str = ""
    """The skill of type Music, empty where there is none."""

    home_ca_pem: str = field(default="", repr=False)
    """PEM text of one more certificate authority to trust, for runs at home."""

    aws_endpoint: str = ""
    """Another endpoint than AWS's own, for runs without an account."""

    auto_sources: tuple[str, ...] = ("DEFAULT",)
    """What a vehicle's head unit offers us as, in AASB's words; messages of other sources are ignored."""

    auto_presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The household's presets by source, "" for those of every other one; none: MA's favourite radio stations."""

    auto_http: bool = False
    """Whether vehicles may come by the function's own URL, each with a token."""

    linking_vendor_id: str = ""
    """Developer account whose skills may link accounts; empty while account linking is off."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. Raises ConfigurationError."""
        return cls(
            skill_id=environ.get("ALEXA_SKILL_ID", ""),
            table_name=_required(environ, "PLAYBACK_TABLE_NAME", "the template sets it", _NAME),
            home_url=_required(environ, "HOME_URL", "template parameter HomeUrl", _HTTPS_URL).rstrip("/"),
            secret_name=_required(environ, "SECRET_NAME", "template parameter SecretName", _SECRET_NAME),
            music_skill_id=environ.get("MUSIC_SKILL_ID", ""),
            home_ca_pem=environ.get("HOME_CA_PEM", ""),
            aws_endpoint=environ.get("AWS_ENDPOINT_URL", ""),
            auto_sources=_auto_sources(environ),
            auto_presets=_auto_presets(environ),
            auto_http=_is_on(environ, "AUTO_HTTP", "template parameter AutoHttp"),
            linking_vendor_id=_linking_vendor_id(environ),
        )


def _required(environ: Mapping[str, str], name: str, source: str, form: re.Pattern[str]) -> str:
    value = environ.get(name, "")
    if not form.fullmatch(value):
        state = "is missing" if not value else f"does not match {form.pattern}"
        raise ConfigurationError(f"{name} ({source}) {state}")
    return value


def _auto_sources(environ: Mapping[str, str]) -> tuple[str, ...]:
    names = {"AUTO_SOURCES": environ.get("AUTO_SOURCES") or "DEFAULT"}
    return tuple(_required(names, "AUTO_SOURCES", "in template.yaml", _SOURCES).split(","))


def _auto_presets(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Read "Harbour FM; library://radio/2; AM_RADIO=News 1010": in order, each for its source or for every other."""
    presets: dict[str, tuple[str, ...]] = {}
    for entry in filter(None, map(str.strip, environ.get("AUTO_PRESETS", "").split(";"))):
        match = _PRESET.fullmatch(entry)
        source, name = (match["source"], match["name"]) if match else ("", entry)
        presets[source] = (*presets.get(source, ()), name)
    return presets


def _linking_vendor_id(environ: Mapping[str, str]) -> str:
    if not _is_on(environ, "ACCOUNT_LINKING", "template parameter AccountLinking"):
        return ""
    return _required(environ, "ALEXA_VENDOR_ID", "template parameter AlexaVendorId", _VENDOR_ID)


def _is_on(environ: Mapping[str, str], name: str, source: str) -> bool:
    """Read a switch, which is off where nothing is set."""
    return _required({name: environ.get(name) or "off"}, name, source, _SWITCH) == "on"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The household's secrets: two of them the home bridge knows too, the rest only this function."""

    bridge_token: str = field(repr=False)
    stream_signing_key: str = field(repr=False)
    access_client_id: str = field(default="", repr=False)
    access_client_secret: str = field(default="", repr=False)
    linking_client_id: str = field(default="", repr=False)
    linking_client_secret: str = field(default="", repr=False)
    linking_passphrase_hash: str = field(default="", repr=False)
    linking_signing_key: str = field(default="", repr=False)
    linking_key_id: str = field(default="", repr=False)
    """A new one ends every link there is."""

    vehicle_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    """SHA-256, in hexadecimal digits, of each vehicle's token, by the vehicle's id."""


class Credentials:
    """The secrets, fetched by name at first use and kept; `forget` after home refused them."""

    def __init__(self, name: str, fetch: Callable[[str], str]) -> None:
        self._name = name
        self._fetch = fetch
        self._secrets: Secrets | None = None
        self._read_at = float("-inf")

    def current(self) -> Secrets:
        """Return the secrets. Raises ConfigurationError when they are missing or cannot be read."""
        if self._secrets is None:
            self._secrets = _parsed(self._name, self._fetch(self._name))
        return self._secrets

    def fresh(self, now: float) -> Secrets:
        """Return the secrets, read anew unless that was done within FRESH_S. Raises ConfigurationError.

        If reading fails, `current` still returns the secrets that were read before.
        """
        if now - self._read_at >= FRESH_S:
            self._secrets = _parsed(self._name, self._fetch(self._name))
            self._read_at = now
        return self.current()

    def forget(self) -> None:
        """Fetch anew at the next use: a refused token may just have been replaced."""
        self._secrets = None


def _parsed(name: str, text: str) -> Secrets:
    remedy = f'the SSM parameter {name} (template parameter SecretName) must be JSON with "bridge_token" and '
    remedy += '"stream_signing_key"; the README shows the command that makes it'
    try:
        value = json.loads(text)
        fields = {key: value.get(key, "") for key in Secrets.__dataclass_fields__}
    except (ValueError, AttributeError) as error:
        raise ConfigurationError(remedy) from error
    vehicle_tokens = fields.pop("vehicle_tokens")
    whole = all(isinstance(part, str) for part in fields.values())
    if not whole or not fields["bridge_token"] or not fields["stream_signing_key"]:
        raise ConfigurationError(remedy)
    return Secrets(**fields, vehicle_tokens=vehicle_tokens if isinstance(vehicle_tokens, dict) else {})
