"""What Music Assistant is asked of favourites, over real TLS."""

import json
from pathlib import Path

import pytest

from music_assistant_alexa.errors import HomeUnreachableError

RECORDED = Path(__file__).parents[2] / "fixtures" / "music-assistant" / "new"


@pytest.fixture
def asked(home):
    """Return what home was asked: each command, and what with."""
    return lambda: [(each.json["command"], each.json["args"]) for each in home.requests]


def test_favourite_stations_in_the_servers_order(home, client, answer, asked):
    """One round trip; what cannot be played is left out."""
    stations = [
        {"uri": "library://radio/2", "name": "Second", "media_type": "radio"},
        {"uri": "library://radio/1", "name": "First", "media_type": "radio"},
        {"uri": "library://radio/3", "name": "Gone", "media_type": "radio", "is_playable": False},
        "nonsense",
    ]
    home.script = lambda _request: answer(body=stations)
    assert [station.name for station in client.favourite_stations()] == ["Second", "First"]
    assert asked() == [("music/radios/library_items", {"favorite": True, "limit": 100})]


@pytest.mark.parametrize("body", [None, {}, "x", [None]])
def test_nothing_readable_is_no_station(home, client, answer, body):
    """An answer of another form is an empty list."""
    home.script = lambda _request: answer(body=body)
    assert client.favourite_stations() == []


def test_a_favourite_is_made_by_its_uri(home, client, answer, asked):
    """One round trip; Music Assistant puts it into the library."""
    home.script = lambda _request: answer(body=None)
    client.set_favourite("files--1://track/9", on=True)
    assert asked() == [("music/favorites/add_item", {"item": "files--1://track/9"})]


def test_a_favourite_of_the_library_is_unmade_by_its_number(home, client, answer, asked):
    """One round trip: the uri says which it is."""
    home.script = lambda _request: answer(body=None)
    client.set_favourite("library://track/8", on=False)
    assert asked() == [("music/favorites/remove_item", {"media_type": "track", "library_item_id": "8"})]


def test_a_providers_uri_is_looked_up_first(home, client, answer, asked):
    """Only the library knows favourites."""
    item = json.loads((RECORDED / "track_by_provider_uri.json").read_text(encoding="utf-8"))["response"]["body"]
    home.script = lambda request: answer(body=item if request.json["command"] == "music/item_by_uri" else None)
    client.set_favourite("files--1://track/9", on=False)
    assert asked()[1:] == [("music/favorites/remove_item", {"media_type": "track", "library_item_id": "8"})]


def test_what_is_not_in_the_library_is_no_favourite(home, client, answer, asked):
    """There is nothing to unmake."""
    item = {"uri": "files--1://track/9", "name": "x", "media_type": "track"}
    home.script = lambda _request: answer(body=item)
    client.set_favourite("files--1://track/9", on=False)
    assert [command for command, _args in asked()] == ["music/item_by_uri"]


def test_home_away_is_an_error(home, client, answer):
    """Nobody is told that it was done."""
    home.script = lambda _request: answer(504, {"error": "stream_timeout", "detail": ""})
    with pytest.raises(HomeUnreachableError):
        client.set_favourite("library://track/8", on=True)
