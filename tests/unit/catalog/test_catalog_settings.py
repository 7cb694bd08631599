"""Each setting that is missing is named, with where to get it."""

import pytest

from music_catalog.errors import ConfigurationError
from music_catalog.models import Locale
from music_catalog.settings import CloudSettings, Settings, locales_of

HOME = {"HOME_URL": "https://music.example.com", "BRIDGE_TOKEN": "bridge secret"}
LWA = {"LWA_CLIENT_ID": "id", "LWA_CLIENT_SECRET": "client secret", "LWA_REFRESH_TOKEN": "refresh secret"}
SKILL = {"MUSIC_SKILL_ID": "amzn1.ask.skill.00000000-1111-4222-8333-444444444444"}
CLOUD = {"HOME_URL": HOME["HOME_URL"], "SECRET_NAME": "/s", "CATALOG_SECRET_NAME": "/c", "CATALOG_BUCKET_NAME": "b"}


@pytest.mark.parametrize("name", HOME)
def test_without_home_nothing_begins(name):
    """The way to the library is needed, and the sentence names both ways."""
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env({key: value for key, value in HOME.items() if key != name})


def test_music_assistant_itself_may_be_asked():
    """In one's own network no bridge is needed."""
    settings = Settings.from_env({"MUSIC_ASSISTANT_URL": "http://ma.local:8095", "MUSIC_ASSISTANT_TOKEN": "t"} | HOME)
    assert (settings.home_url, settings.home_token) == ("http://ma.local:8095", "t")


@pytest.mark.parametrize("name", LWA)
def test_without_credentials_the_sentence_says_how_to_get_them(name):
    """Building needs none; an upload says what is missing and which command makes it."""
    settings = Settings.from_env(HOME | {key: value for key, value in LWA.items() if key != name})
    with pytest.raises(ConfigurationError, match=rf"{name}.*generate-lwa-tokens.*docs/catalog.md"):
        _ = settings.lwa


def test_without_a_skill_an_upload_is_refused():
    """The skill's id is needed for an upload alone."""
    with pytest.raises(ConfigurationError, match="MUSIC_SKILL_ID"):
        _ = Settings.from_env(HOME).skill


def test_secrets_are_not_printed():
    """What is printed of the settings holds no secret."""
    settings = Settings.from_env(HOME | LWA | SKILL | {"CF_ACCESS_CLIENT_ID": "i", "CF_ACCESS_SECRET": "access secret"})
    assert "secret" not in repr(settings) + repr(settings.lwa).replace("client_secret", "")


@pytest.mark.parametrize("name", [*CLOUD, *SKILL])
def test_the_function_names_its_template_parameter(name):
    """In the cloud a missing value is one of the template's."""
    with pytest.raises(ConfigurationError, match=rf"{name}.*template"):
        CloudSettings.from_env({key: value for key, value in (CLOUD | SKILL).items() if key != name})


def test_locales():
    """Languages are read with their countries; English of the United States is what is meant by none."""
    assert locales_of("") == (Locale("en", "US"),)
    assert locales_of("en-US, es-US") == (Locale("en", "US"), Locale("es", "US"))
    with pytest.raises(ConfigurationError):
        locales_of("english")
