"""What Music Assistant is asked of genres, over real TLS."""

import pytest

from music_assistant_alexa.errors import HomeCommandError, HomeUnreachableError

GENRES = [
    {"item_id": "4", "name": "Acid Jazz"},
    {"item_id": "7", "name": "Hip-Hop", "genre_aliases": ["Rap", None]},
    {"item_id": "8", "name": "Été"},
    "nonsense",
]


@pytest.mark.parametrize(
    ("name", "there"),
    [("hip hop", True), ("rap", True), ("ete", True), ("jazz", False), ("", False), ("-", False)],
)
def test_a_genre_has_its_name_or_another(home, client, answer, name, there):
    """One round trip; the whole name counts, as letters, and so do the genre's others: as the bridge compares."""
    home.script = lambda _request: answer(body=GENRES)
    assert client.has_genre(name) is there
    (request,) = home.requests
    assert request.json == {"command": "music/genres/library_items", "args": {"search": name, "limit": 10}}


@pytest.mark.parametrize("body", [None, {}, "x", [None], [{"name": 7, "genre_aliases": "rock"}]])
def test_nothing_readable_is_no_genre(home, client, answer, body):
    """An answer of another form holds none."""
    home.script = lambda _request: answer(body=body)
    assert not client.has_genre("rock")


def test_a_server_without_genres_has_none(home, client, answer):
    """What an older Music Assistant refuses is not found; a home that is away is another matter."""
    home.script = lambda _request: answer(status=502, body={"error": "music_assistant_refused"})
    assert not client.has_genre("rock")
    home.script = lambda _request: answer(status=502, body={"error": "music_assistant_unreachable"})
    with pytest.raises((HomeUnreachableError, HomeCommandError)):
        client.has_genre("rock")
