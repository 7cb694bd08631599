"""What Music Assistant is asked of its media, over real TLS: one item by its uri, and an artist's albums."""

import json
from pathlib import Path

import pytest

from music_assistant_alexa.errors import HomeCommandError, HomeUnreachableError, MediaNotFoundError
from music_assistant_alexa.models import MediaType

RECORDED = Path(__file__).parents[2] / "fixtures" / "music-assistant" / "new"


def recorded(name):
    """Return what a running server was asked, and its answer."""
    exchange = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    asked = {name: exchange["request"]["body"][name] for name in ("command", "args")}
    return asked, exchange["response"]["body"]


def test_an_item_is_asked_for_by_its_uri(home, client, answer):
    """In one round trip, in the words of Music Assistant's own API."""
    asked, body = recorded("track_by_provider_uri")
    home.script = lambda _request: answer(body=body)
    item = client.item(asked["args"]["uri"])
    assert (item.uri, item.name, item.media_type) == ("library://track/8", "Candle Cinder", MediaType.TRACK)
    assert [(each.method, each.path, each.json) for each in home.requests] == [("POST", "/api", asked)]


def test_what_it_does_not_know_is_not_found(home, client, answer):
    """Its answer to an unknown uri is HTTP 500, which the bridge calls a refusal."""
    home.script = lambda _request: answer(502, {"error": "music_assistant_refused", "detail": ""})
    with pytest.raises(MediaNotFoundError):
        client.item("library://album/9999")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "command_not_allowed", HomeCommandError),
        (502, "music_assistant_unreachable", HomeUnreachableError),
        (504, "stream_timeout", HomeUnreachableError),
    ],
)
@pytest.mark.parametrize("call", ["item", "albums_of"])
def test_a_failure_is_not_an_unknown_item(home, client, answer, call, status, code, kind):
    """Only its own refusal says that there is no such thing."""
    home.script = lambda _request: answer(status, {"error": code, "detail": ""})
    with pytest.raises(kind):
        getattr(client, call)("library://artist/2")


def test_an_artists_albums_are_asked_for(home, client, answer):
    """The uri is taken apart as the server makes it: whose, what kind, which."""
    asked, body = recorded("artist_albums")
    home.script = lambda _request: answer(body=body)
    assert [album.name for album in client.albums_of("library://artist/2")] == ["Morning Tide", "Night Ferry"]
    assert [each.json for each in home.requests] == [asked]


def test_an_artist_of_a_provider(home, client, answer):
    """Its id may have anything in it."""
    home.script = lambda _request: answer(body=[])
    assert client.albums_of("files--1://artist/Élodie Marchand/x?y#z") == []
    assert home.requests[0].json["args"] == {
        "item_id": "Élodie Marchand/x?y#z",
        "provider_instance_id_or_domain": "files--1",
    }


@pytest.mark.parametrize(
    "uri",
    ["", "x", "ma:library", "library://album/2", "library://artist/", "://artist/2", "library://artist", "artist/2"],
)
def test_what_is_no_artist_has_no_albums(home, client, uri):
    """Home is not even asked."""
    with pytest.raises(MediaNotFoundError):
        client.albums_of(uri)
    assert home.requests == []
