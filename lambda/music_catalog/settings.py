"""The settings, read once; each error names the variable and where its value comes from."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from music_catalog.errors import ConfigurationError
from music_catalog.models import Locale
from music_catalog.smapi import API_URL, LOGIN_URL, LwaCredentials
from music_catalog.upload import Skill

__all__ = ["CloudSettings", "Settings", "locales_of"]

_LOCALE = re.compile(r"([a-z]{2})-([A-Z]{2})")
_SKILL_ID = re.compile(r"amzn1\.ask\.skill\.[0-9A-Za-z-]+")
_URL = re.compile(r"https?://[^\s?#]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What `make catalog` is told on a PC."""

    home_url: str
    home_token: str = field(repr=False)
    home_headers: Mapping[str, str] = field(repr=False)
    home_ca_file: str
    folder: Path
    """Where the files and the state stay; the state is what makes a later run tell changes only."""

    locales: tuple[Locale, ...]
    environ: Mapping[str, str] = field(repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. Raises ConfigurationError."""
        name = "MUSIC_ASSISTANT_URL" if environ.get("MUSIC_ASSISTANT_URL") else "HOME_URL"
        token = "MUSIC_ASSISTANT_TOKEN" if name == "MUSIC_ASSISTANT_URL" else "BRIDGE_TOKEN"
        source = "or MUSIC_ASSISTANT_URL and MUSIC_ASSISTANT_TOKEN, to ask Music Assistant itself in your own network"
        return cls(
            home_url=_required(environ, name, f"the public address of your home bridge, {source}", _URL),
            home_token=_required(environ, token, "the token that goes with that address"),
            home_headers=access_headers(environ.get("CF_ACCESS_CLIENT_ID", ""), environ.get("CF_ACCESS_SECRET", "")),
            home_ca_file=environ.get("HOME_CA_FILE", ""),
            folder=_folder(environ),
            locales=locales_of(environ.get("CATALOG_LOCALES", "")),
            environ=environ,
        )

    @property
    def skill(self) -> Skill:
        """Return the skill to upload for. Raises ConfigurationError."""
        source = "the id of the music skill, from the Alexa developer console"
        skill_id = _required(self.environ, "MUSIC_SKILL_ID", source, _SKILL_ID)
        return Skill(skill_id, self.environ.get("ALEXA_VENDOR_ID", ""))

    @property
    def lwa(self) -> LwaCredentials:
        """Return the credentials for uploads. Raises ConfigurationError, saying how to get them."""
        names = ("LWA_CLIENT_ID", "LWA_CLIENT_SECRET", "LWA_REFRESH_TOKEN")
        if missing := [name for name in names if not self.environ.get(name)]:
            raise ConfigurationError(
                f"{' and '.join(missing)} missing: an upload needs a security profile of Login with Amazon "
                "(developer.amazon.com/loginwithamazon) and a refresh token for it, which `ask util "
                "generate-lwa-tokens` of ask-cli makes; docs/catalog.md shows each step"
            )
        return LwaCredentials(*(self.environ[name] for name in names))

    @property
    def smapi_urls(self) -> tuple[str, str]:
        """Return where Amazon's API and its login are; other places are for tests."""
        return self.environ.get("SMAPI_URL", API_URL), self.environ.get("LWA_URL", LOGIN_URL)


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """What the scheduled function is told by the template."""

    home_url: str
    secret_name: str
    """Of the secrets that the skill's function reads too."""

    catalog_secret_name: str
    """Of the JSON with client_id, client_secret and refresh_token of Login with Amazon."""

    bucket: str
    skill: Skill
    locales: tuple[Locale, ...]
    aws_endpoint: str = ""
    smapi_url: str = API_URL
    login_url: str = LOGIN_URL
    home_ca_file: str = ""
    table_name: str = ""
    """Of the skill's table, to note there what entities are; "" where it is not to be."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. Raises ConfigurationError."""
        return cls(
            home_url=_required(environ, "HOME_URL", "template parameter HomeUrl", _URL),
            secret_name=_required(environ, "SECRET_NAME", "template parameter SecretName"),
            catalog_secret_name=_required(environ, "CATALOG_SECRET_NAME", "template parameter CatalogSecretName"),
            bucket=_required(environ, "CATALOG_BUCKET_NAME", "the template sets it"),
            skill=Skill(_required(environ, "MUSIC_SKILL_ID", "template parameter MusicSkillId", _SKILL_ID)),
            locales=locales_of(environ.get("CATALOG_LOCALES", "")),
            aws_endpoint=environ.get("AWS_ENDPOINT_URL", ""),
            smapi_url=environ.get("SMAPI_URL") or API_URL,
            login_url=environ.get("LWA_URL") or LOGIN_URL,
            home_ca_file=environ.get("HOME_CA_FILE", ""),
            table_name=environ.get("PLAYBACK_TABLE_NAME", ""),
        )


def locales_of(text: str) -> tuple[Locale, ...]:
    """Read locales such as "en-US,es-US"; en-US if there are none. Raises ConfigurationError."""
    found = [_LOCALE.fullmatch(each.strip()) for each in (text or "en-US").split(",")]
    if not all(found):
        raise ConfigurationError("CATALOG_LOCALES must be of the form en-US,es-US")
    return tuple(Locale(match[1], match[2]) for match in found if match)


def access_headers(client_id: str, client_secret: str) -> dict[str, str]:
    """Return what lets a call through Cloudflare Access, if it stands before the bridge."""
    return {"CF-Access-Client-Id": client_id, "CF-Access-Client-Secret": client_secret} if client_id else {}


def _required(environ: Mapping[str, str], name: str, source: str, form: re.Pattern[str] | None = None) -> str:
    value = environ.get(name, "")
    if not value:
        raise ConfigurationError(f"{name} is missing: {source}")
    if form and not form.fullmatch(value):
        raise ConfigurationError(f"{name} has not the right form: {source}")
    return value


def _folder(environ: Mapping[str, str]) -> Path:
    """Return a folder that outlives a checkout: a lost state makes every entity new and forgets what to delete."""
    if chosen := environ.get("CATALOG_FOLDER"):
        return Path(chosen)
    base = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "music-assistant-alexa" / "catalog"
