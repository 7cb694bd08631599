"""Settings from the environment, and secrets by their name."""

import json

import pytest

from music_assistant_alexa.errors import ConfigurationError
from music_assistant_alexa.settings import Credentials, Secrets, Settings

ENVIRON = {
    "ALEXA_SKILL_ID": "amzn1.ask.skill.1",
    "PLAYBACK_TABLE_NAME": "playback",
    "HOME_URL": "https://home.example.com",
    "SECRET_NAME": "/music-assistant-alexa/secrets",
}
REQUIRED = {"PLAYBACK_TABLE_NAME": "template", "HOME_URL": "HomeUrl", "SECRET_NAME": "SecretName"}
TOKEN, KEY = "a-bridge-token", "a-signing-key"
SECRET = {"bridge_token": TOKEN, "stream_signing_key": KEY, "access_client_id": "", "access_client_secret": ""}


def test_a_whole_environment():
    """Every setting is read, and what may be left out is empty."""
    settings = Settings.from_env(ENVIRON)
    assert settings == Settings(
        "amzn1.ask.skill.1", "playback", "https://home.example.com", "/music-assistant-alexa/secrets"
    )
    assert (settings.home_ca_pem, settings.aws_endpoint) == ("", "")


def test_optional_settings():
    """A local run names its CA and its endpoint; the PEM text is not printed."""
    settings = Settings.from_env({**ENVIRON, "HOME_CA_PEM": "-----BEGIN", "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"})
    assert (settings.home_ca_pem, settings.aws_endpoint) == ("-----BEGIN", "http://127.0.0.1:5000")
    assert "BEGIN" not in repr(settings)


def test_a_skill_that_does_not_exist_yet():
    """The stack deploys before the skill: an empty id is no error here, and refuses every request later."""
    assert Settings.from_env({**ENVIRON, "ALEXA_SKILL_ID": ""}).skill_id == ""


@pytest.mark.parametrize(("name", "source"), REQUIRED.items())
def test_a_missing_setting_names_its_parameter(name, source):
    """The error names the variable and where the value comes from."""
    for environ in ({**ENVIRON, name: ""}, {key: value for key, value in ENVIRON.items() if key != name}):
        with pytest.raises(ConfigurationError, match=f"{name}.*{source}.*is missing"):
            Settings.from_env(environ)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("HOME_URL", url)
            for url in ("http://home.example.com", "home.example.com", "https://", "https://a b", "https:///x")
        ),
        *(
            ("HOME_URL", url)
            for url in ("https://user@h.example", "https://h.example?x", "https://h.example/#x", "https://h\n")
        ),
        *(("PLAYBACK_TABLE_NAME", value) for value in ("ab", "a b c", "x" * 256, "table\n")),
        *(("SECRET_NAME", value) for value in ("a b", "é", "x" * 1200, "name\n")),
    ],
)
def test_a_wrong_setting_is_refused_at_start(name, value):
    """A value of the wrong form stops the function, and is not repeated in the error."""
    with pytest.raises(ConfigurationError, match=name) as caught:
        Settings.from_env({**ENVIRON, name: value})
    assert "example" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://home.example.com/", "https://home.example.com"),
        ("https://home.example.com/ma/", "https://home.example.com/ma"),
        ("https://home.example.com:8443", "https://home.example.com:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_home_url_has_no_slash_at_its_end(url, kept):
    """A path is kept, a slash at the end is not."""
    assert Settings.from_env({**ENVIRON, "HOME_URL": url}).home_url == kept


def test_secrets_are_fetched_once_and_late():
    """Nothing is fetched before the first use, and nothing twice."""
    asked = []
    credentials = Credentials("/x", lambda name: asked.append(name) or json.dumps(SECRET))
    assert asked == []
    assert credentials.current() == credentials.current() == Secrets(TOKEN, KEY)
    assert asked == ["/x"]


def test_a_refused_secret_is_fetched_anew():
    """After `forget` the next use reads the parameter again: the token may just have been replaced."""
    values = iter([SECRET, {**SECRET, "bridge_token": "new"}])
    credentials = Credentials("/x", lambda _name: json.dumps(next(values)))
    credentials.current()
    credentials.forget()
    assert credentials.current().bridge_token == "new"


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '"x"', "null", "7", "{}", json.dumps({"bridge_token": TOKEN})),
        *(
            json.dumps({**SECRET, name: wrong})
            for name in ("bridge_token", "stream_signing_key")
            for wrong in ("", 7, None)
        ),
        json.dumps({**SECRET, "access_client_id": 7}),
    ],
)
def test_a_broken_secret_names_the_remedy(text):
    """The error names the parameter and how it is made, and quotes nothing of its value."""
    with pytest.raises(ConfigurationError, match=r"/x .*SecretName") as caught:
        Credentials("/x", lambda _name: text).current()
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None or TOKEN not in str(caught.value.__cause__)


def test_secrets_do_not_print():
    """No secret is in the text of the object that holds it."""
    text = repr(Secrets(TOKEN, KEY, "id", "secret"))
    assert text == "Secrets()"
    assert TOKEN not in repr(vars(Credentials("/x", lambda _name: json.dumps(SECRET))))
