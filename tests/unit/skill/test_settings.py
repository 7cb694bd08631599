"""Settings from the environment, and secrets by their name."""

import json

import pytest

from music_assistant_alexa.auto.words import Source
from music_assistant_alexa.errors import ConfigurationError
from music_assistant_alexa.settings import FRESH_S, Credentials, Secrets, Settings

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


LINKED = {"ACCOUNT_LINKING": "on", "ALEXA_VENDOR_ID": "M2AAAAAAAAAAAA"}


@pytest.mark.parametrize("switch", [{}, {"ACCOUNT_LINKING": ""}, {"ACCOUNT_LINKING": "off"}])
def test_account_linking_is_off_unless_it_is_on(switch):
    """Off, the vendor id is of no account; on, it is the setting."""
    assert Settings.from_env({**ENVIRON, "ALEXA_VENDOR_ID": "M2AAAAAAAAAAAA", **switch}).linking_vendor_id == ""
    assert Settings.from_env({**ENVIRON, **LINKED}).linking_vendor_id == "M2AAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        *(({"ACCOUNT_LINKING": value}, "ACCOUNT_LINKING.*AccountLinking") for value in ("yes", "ON", "on\n", "1")),
        *(
            ({"ALEXA_VENDOR_ID": value}, "ALEXA_VENDOR_ID.*AlexaVendorId")
            for value in ("", "m2aaa", "M2/AAA", "M" * 17, "M2AAAAAAAAAAAA\n")
        ),
    ],
)
def test_account_linking_that_is_half_set_stops_the_function(changed, named):
    """A word that is neither on nor off, or no vendor id to pin redirects to."""
    with pytest.raises(ConfigurationError, match=named):
        Settings.from_env({**ENVIRON, **LINKED, **changed})


@pytest.mark.parametrize(("switch", "on"), [({}, False), ({"AUTO_HTTP": "off"}, False), ({"AUTO_HTTP": "on"}, True)])
def test_vehicles_come_by_https_only_where_it_is_on(switch, on):
    """Off unless the template's parameter turns it on."""
    assert Settings.from_env({**ENVIRON, **switch}).auto_http is on


@pytest.mark.parametrize("value", ["yes", "ON", "on\n", "1", "true"])
def test_a_switch_that_is_neither_on_nor_off_stops_the_function(value):
    """A slip never opens a way in, and names its parameter."""
    with pytest.raises(ConfigurationError, match=r"AUTO_HTTP.*AutoHttp"):
        Settings.from_env({**ENVIRON, "AUTO_HTTP": value})


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


def test_fresh_secrets_are_a_minute_old_at_most():
    """Whoever must know of a change at once reads again after a minute, and not with every request."""
    asked = []
    credentials = Credentials("/x", lambda name: asked.append(name) or json.dumps(SECRET))
    for now in (0, 1, FRESH_S - 1, FRESH_S, FRESH_S + 1, 2 * FRESH_S):
        assert credentials.fresh(now) == Secrets(TOKEN, KEY)
    assert len(asked) == 3


def test_secrets_that_cannot_be_read_anew_are_no_fresh_ones():
    """Who must know of a change is refused until they can be; everyone else goes on with those there are."""
    texts = iter([json.dumps(SECRET), "", json.dumps({**SECRET, "bridge_token": "new"})])
    credentials = Credentials("/x", lambda _name: next(texts))
    credentials.fresh(0)
    with pytest.raises(ConfigurationError):
        credentials.fresh(FRESH_S)
    assert credentials.current().bridge_token == TOKEN
    assert credentials.fresh(FRESH_S).bridge_token == "new"


@pytest.mark.parametrize(
    ("tokens", "kept"), [({"car": "x"}, {"car": "x"}), ({}, {}), (None, {}), ([], {}), ("text", {}), (7, {})]
)
def test_the_vehicles_tokens_are_read_as_they_are(tokens, kept):
    """A field of the vehicles that is wrong is left to them: it keeps no Echo from its music."""
    text = json.dumps({**SECRET, "vehicle_tokens": tokens})
    assert Credentials("/x", lambda _name: text).current().vehicle_tokens == kept


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
    text = repr(Secrets(TOKEN, KEY, "id", "secret", vehicle_tokens={"car": "hash"}))
    assert text == "Secrets()"
    assert TOKEN not in repr(vars(Credentials("/x", lambda _name: json.dumps(SECRET))))


def test_what_a_vehicle_offers():
    """DEFAULT unless set; AASB's own words, with commas between."""
    assert Settings.from_env(ENVIRON).auto_sources == ("DEFAULT",)
    assert Settings.from_env({**ENVIRON, "AUTO_SOURCES": ""}).auto_sources == ("DEFAULT",)
    assert Settings.from_env({**ENVIRON, "AUTO_SOURCES": "DEFAULT,FM_RADIO"}).auto_sources == ("DEFAULT", "FM_RADIO")


@pytest.mark.parametrize("sources", ["TOASTER", "DEFAULT,", "default", "DEFAULT FM_RADIO"])
def test_a_source_nobody_knows_names_its_place(sources):
    """A slip stops the function at its start."""
    with pytest.raises(ConfigurationError, match=r"AUTO_SOURCES.*template\.yaml"):
        Settings.from_env({**ENVIRON, "AUTO_SOURCES": sources})


def test_presets_by_source():
    """In order, with semicolons between; each for the source it names, or for every other one."""
    presets = "Harbour FM; library://radio/2;; AM_RADIO = News 1010 ;AM_RADIO=a=b;x=y"
    assert Settings.from_env({**ENVIRON, "AUTO_PRESETS": presets}).auto_presets == {
        "": ("Harbour FM", "library://radio/2", "x=y"),
        "AM_RADIO": ("News 1010", "a=b"),
    }
    assert Settings.from_env(ENVIRON).auto_presets == {}


def test_the_settings_know_every_source():
    """What may be set is what the dialect knows."""
    assert Settings.from_env({**ENVIRON, "AUTO_SOURCES": ",".join(Source)}).auto_sources == tuple(Source)
