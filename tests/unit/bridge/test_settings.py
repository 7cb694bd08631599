"""The bridge's settings: what is taken, and the sentence for what is wrong."""

import pytest

from home_bridge.settings import Settings
from music_assistant_alexa.errors import ConfigurationError

WHOLE = {
    "MUSIC_ASSISTANT_URL": "http://192.168.1.10:8095/",
    "MUSIC_ASSISTANT_TOKEN": "token-of-music-assistant",
    "BRIDGE_TOKENS": "first, second",
    "STREAM_SIGNING_KEYS": "key",
}


def test_defaults():
    """Four settings are enough; the rest follows from them."""
    settings = Settings.from_env(WHOLE)
    assert settings.ma_url == "http://192.168.1.10:8095"
    assert settings.stream_url == "http://192.168.1.10:8097"
    assert settings.slimproto_host == "192.168.1.10"
    assert (settings.slimproto_port, settings.host, settings.port) == (3483, "0.0.0.0", 8098)
    assert settings.bridge_tokens == ("first", "second")
    assert settings.signing_keys == ("key",)
    assert settings.codec == "mp3"
    assert Settings.from_env(WHOLE | {"AUDIO_CODEC": "AAC"}).codec == "aac"


@pytest.mark.parametrize(
    ("environ", "url", "stream_url"),
    [
        ({"MA_HOST": "ma.local"}, "http://ma.local:8095", "http://ma.local:8097"),
        ({"MA_HOST": "ma.local", "MA_PORT": "80"}, "http://ma.local:80", "http://ma.local:8097"),
        ({"MA_HOST": "http://ma.local:8000"}, "http://ma.local:8000", "http://ma.local:8097"),
        ({"MA_HOST": "fd00::5"}, "http://[fd00::5]:8095", "http://[fd00::5]:8097"),
        ({"MUSIC_ASSISTANT_URL": "https://ma.example"}, "https://ma.example", "https://ma.example:8097"),
    ],
)
def test_ways_to_name_the_server(environ, url, stream_url):
    """The server may be named by URL or, as a fallback, by MA_HOST, MA_PORT and MA_API_KEY."""
    rest = {"MA_API_KEY": "t", "BRIDGE_TOKENS": "b", "STREAM_SIGNING_KEYS": "s"}
    settings = Settings.from_env(rest | environ)
    assert (settings.ma_url, settings.stream_url, settings.ma_token) == (url, stream_url, "t")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MUSIC_ASSISTANT_URL", ""),
        ("MUSIC_ASSISTANT_URL", "192.168.1.10:8095"),
        ("MUSIC_ASSISTANT_URL", "ftp://192.168.1.10"),
        ("MUSIC_ASSISTANT_URL", "http://"),
        ("MUSIC_ASSISTANT_URL", "http://ma:port"),
        ("MUSIC_ASSISTANT_URL", "http://user:secret@ma"),
        ("MUSIC_ASSISTANT_URL", "http://ma?x=1"),
        ("MUSIC_ASSISTANT_STREAM_URL", "8097"),
        ("MUSIC_ASSISTANT_TOKEN", ""),
        ("MUSIC_ASSISTANT_TOKEN", "two words"),
        ("BRIDGE_TOKENS", ""),
        ("BRIDGE_TOKENS", " , "),
        ("BRIDGE_TOKENS", "schlüssel"),
        ("STREAM_SIGNING_KEYS", ""),
        ("SLIMPROTO_PORT", "0"),
        ("SLIMPROTO_PORT", "slim"),
        ("BRIDGE_PORT", "65536"),
        ("BRIDGE_PORT", "-1"),
        ("BRIDGE_PORT", "²"),
        ("CACHE_BYTES", "1GB"),
        ("CACHE_BYTES", "5"),
        ("AUDIO_CODEC", "flac"),
    ],
)
def test_wrong_settings_are_named(name, value):
    """A setting that is missing or wrong is named in the sentence, and no secret is."""
    with pytest.raises(ConfigurationError, match=rf"^{name} is (missing|wrong): .+\.$") as caught:
        Settings.from_env(WHOLE | {name: value})
    assert "secret" not in str(caught.value)


def test_secrets_are_not_shown():
    """Neither token nor key stands in the settings' text."""
    shown = repr(Settings.from_env(WHOLE))
    assert all(secret not in shown for secret in ("token-of-music-assistant", "first", "second", "key'"))
