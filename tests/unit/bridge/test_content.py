"""From a contentId to what is played: asked in parallel, and never another record."""

import asyncio

import pytest

from home_bridge.content import Listing, planned, resolve
from home_bridge.errors import (
    AuthError,
    ContentFilteredError,
    ContentNotFoundError,
    ContentUnavailableError,
    MusicAssistantError,
    UnreachableError,
)
from home_bridge.identity import Content, is_same
from home_bridge.models import Item

ALBUM = {
    "item_id": "3",
    "provider": "library",
    "uri": "library://album/3",
    "media_type": "album",
    "name": "Café Minuit",
    "artists": [{"name": "Élodie Marchand"}, {"name": "Guest"}],
    "provider_mappings": [{"provider_instance": "qobuz--1", "provider_domain": "qobuz", "item_id": "77"}],
}
MEANT = Content("library://album/3", "Café Minuit", "Élodie Marchand, Guest", "album")


def track(number, **changes):
    return {"uri": f"library://track/{number}", "media_type": "track", "name": f"T{number}", "duration": 60} | changes


class Library:
    """Answers as Music Assistant does: by command and arguments, with a 500 for what it does not know."""

    def __init__(self, **answers):
        self.items = {"library://album/3": ALBUM}
        self.answers = {"music/albums/album_tracks": [track(1), track(2)]} | answers
        self.calls = []
        self.open = self.most_open = 0

    async def api(self, command, **args):
        self.calls.append(command)
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        await asyncio.sleep(0)
        self.open -= 1
        answer = self.items.get(args["uri"]) if command == "music/item_by_uri" else self.answers.get(command)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            raise MusicAssistantError("500")
        return answer

    def listing(self, content):
        return asyncio.run(resolve(self.api, content))

    def uris(self, content):
        return [item.uri for item in self.listing(content).items]


@pytest.fixture
def library():
    return Library()


def test_two_questions_at_once(library):
    """A record costs what it is and what is in it, asked in parallel, and nothing else."""
    assert library.uris(MEANT) == ["library://track/1", "library://track/2"]
    assert sorted(library.calls) == ["music/albums/album_tracks", "music/item_by_uri"]
    assert library.most_open == 2


@pytest.mark.parametrize(
    ("content", "same"),
    [
        (MEANT, True),
        (Content("u"), True),
        (Content("u", "cafe minuit!", "Elodie Marchand; guest"), True),
        (Content("u", "Café Minuit"), True),
        (Content("u", "Café Minuit", "Somebody Else"), False),
        (Content("u", "Night Ferry", "Élodie Marchand, Guest"), False),
        (Content("u", "Renamed", "Since", other_uris=("qobuz--1://album/77",)), True),
        (Content("u", "Renamed", "Since", other_uris=("qobuz://album/77",)), True),
        (Content("u", "Renamed", "Since", other_uris=("qobuz--1://track/77", "qobuz--1://album/7")), False),
        (Content("qobuz--1://album/77", "Renamed", "Since"), True),
        (Content("qobuz://album/77", "Renamed", "Since"), True),
        (Content("qobuz--1://album/7", "Renamed", "Since"), False),
        (Content("library://album/3", "Renamed", "Since"), False),
    ],
)
def test_the_same_thing(content, same):
    """It is what was meant if a provider's uri is shared, or name and artist are equal but for how they are written."""
    assert is_same(content, ALBUM) is same


def test_a_list_that_was_renamed(library):
    """A provider's list has another name each week, and is played by the uri it keeps."""
    now = {"name": "Top Weekly Songs - Global", "media_type": "playlist", "item_id": "37i9"}
    mapped = {"provider_instance": "spotify--abc", "provider_domain": "spotify", "item_id": "37i9"}
    uri = "spotify--abc://playlist/37i9"
    library.items[uri] = now | {"uri": uri, "provider": "spotify--abc", "provider_mappings": [mapped]}
    library.answers["music/playlists/playlist_tracks"] = [track(1)]
    assert library.uris(Content(uri, "Top Weekly Songs", "", "playlist")) == ["library://track/1"]


def test_names_in_other_letters():
    """Names that have no ASCII letter are compared, too."""
    found = {"name": "椎名林檎", "artists": []}
    assert is_same(Content("u", "椎名林檎"), found)
    assert not is_same(Content("u", "宇多田ヒカル"), found)


def test_found_again_by_its_provider(library):
    """A number that is another record's now: what was meant is asked for by its provider's uri."""
    library.items = {"library://album/3": ALBUM | {"name": "Other", "provider_mappings": []}}
    library.items["qobuz--1://album/77"] = ALBUM | {"item_id": "9", "uri": "library://album/9"}
    meant = Content("library://album/3", "Café Minuit", "", "album", ("http://x/y", "qobuz--1://album/77"))
    assert library.uris(meant) == ["library://track/1", "library://track/2"]


def test_a_namesake(library):
    """A number that is another recording of that name now: what was meant is asked for by its provider first."""
    studio, live = ([{"provider_instance": "qobuz--1", "item_id": number}] for number in ("77", "88"))
    library.items = {"library://track/3": track(3, name="Alive", provider_mappings=live)}
    meant = Content("library://track/3", "Alive", "", "track", ("qobuz--1://track/77",))
    assert library.uris(meant) == ["library://track/3"]  # its provider has forgotten it
    library.items["qobuz--1://track/77"] = track(9, name="Alive", provider_mappings=studio)
    assert library.uris(meant) == ["library://track/9"]


def test_found_again_by_its_name(library):
    """Or, where its provider has gone too, by name and artist; what is only like it is passed over."""
    library.items = {}
    like = ALBUM | {"artists": [{"name": "A Tribute"}]}
    library.answers["music/search"] = {"albums": [like, ALBUM], "tracks": [track(1, name="Café Minuit")]}
    assert library.uris(MEANT) == ["library://track/1", "library://track/2"]


@pytest.mark.parametrize("search", [None, {}, {"albums": []}, {"albums": [ALBUM | {"name": "Café"}]}, []])
def test_gone(library, search):
    """Nothing that is what was meant: not found, rather than another record."""
    library.items = {"library://album/3": ALBUM | {"name": "Another", "provider_mappings": []}}
    library.answers["music/search"] = search
    with pytest.raises(ContentNotFoundError):
        library.listing(MEANT)


@pytest.mark.parametrize("error", [UnreachableError("away"), AuthError("token")])
def test_not_being_able_to_ask(library, error):
    """That Music Assistant is away, or refuses the token, is not taken for "not found"."""
    library.items["library://album/3"] = error
    with pytest.raises(type(error)):
        library.listing(MEANT)


def test_a_listing_that_fails(library):
    """Where the record is known and its tracks are refused, Music Assistant has refused."""
    library.answers["music/albums/album_tracks"] = None
    with pytest.raises(MusicAssistantError):
        library.listing(MEANT)


def test_one_track(library):
    """A track, a station, a book is itself, for one question."""
    library.items["library://track/1"] = track(1)
    assert library.uris(Content("library://track/1", "T1")) == ["library://track/1"]
    assert library.calls == ["music/item_by_uri"]


def test_a_uri_in_a_providers_own_words(library):
    """`spotify:album:x` says no kind that we read: it is asked for first, its tracks then."""
    library.items["spotify:album:x"] = ALBUM
    assert library.uris(Content("spotify:album:x")) == ["library://track/1", "library://track/2"]


def test_an_artist_is_mixed(library):
    """All tracks of an artist in any order, as Music Assistant plays them."""
    library.items["library://artist/1"] = ALBUM | {"media_type": "artist"}
    library.answers["music/artists/artist_tracks"] = [track(number) for number in range(9)]
    orders = {tuple(library.uris(Content("library://artist/1"))) for _ in range(5)}
    assert len(orders) > 1
    assert {tuple(sorted(each)) for each in orders} == {tuple(f"library://track/{number}" for number in range(9))}


def test_podcasts(library):
    """Episodes that were heard are passed over, unless all were."""
    library.items["library://podcast/1"] = ALBUM | {"media_type": "podcast"}
    heard = [track(1, fully_played=True), track(2)]
    library.answers["music/podcasts/podcast_episodes"] = heard
    assert library.uris(Content("library://podcast/1")) == ["library://track/2"]
    library.answers["music/podcasts/podcast_episodes"] = heard[:1]
    assert library.uris(Content("library://podcast/1")) == ["library://track/1"]


def test_a_genre_by_any_of_its_names(library):
    """A genre is found by its name or an alias, however it is spelt, and by nothing that only holds it."""
    genres = [{"item_id": "4", "name": "Acid Jazz"}, {"item_id": "7", "name": "Hip-Hop", "genre_aliases": ["Rap"]}]
    library.answers |= {"music/genres/library_items": genres, "music/tracks/library_items": [track(5)]}
    assert library.uris(Content("ma:genre/hip hop")) == ["library://track/5"]
    assert library.uris(Content("ma:genre/rap")) == ["library://track/5"]
    with pytest.raises(ContentNotFoundError):
        library.listing(Content("ma:genre/jazz"))


def test_favourite_records(library):
    """The first record that holds anything is listed; those after it are left for later, as they are."""
    empty = ALBUM | {"item_id": "1", "uri": "library://album/1"}
    later = ALBUM | {"item_id": "5", "uri": "library://album/5"}
    library.answers |= {"music/albums/library_items": [empty, ALBUM, later]}
    tracks = library.api

    async def api(command, **args):
        return [] if args.get("item_id") == "1" else await tracks(command, **args)

    listing = asyncio.run(resolve(api, Content("ma:favourites/albums")))
    assert [item.uri for item in listing.items] == ["library://track/1", "library://track/2"]
    assert listing.more == ("library://album/5",)


@pytest.mark.parametrize(
    ("first", "error"),
    [
        ({"metadata": {"explicit": True}}, ContentFilteredError),
        ({"available": False}, ContentUnavailableError),
        (None, ContentNotFoundError),
    ],
    ids=["explicit", "withdrawn", "refused"],
)
def test_favourite_records_of_which_some_may_not_be_heard(library, first, error):
    """A record with nothing that may be heard is passed over; only where no other is left is it refused."""
    records = [ALBUM | {"item_id": number, "uri": f"library://album/{number}"} for number in "123"]
    library.answers |= {"music/albums/library_items": records}
    held = {"1": first and [track(1, **first)], "2": [track(2)], "3": [track(3)]}
    others = library.api

    async def api(command, **args):
        if "item_id" in args:
            library.answers["music/albums/album_tracks"] = held[args["item_id"]]
        return await others(command, **args)

    def listing():
        return asyncio.run(resolve(api, Content("ma:favourites/albums"), explicit_allowed=False))

    assert [item.uri for item in listing().items] == ["library://track/2"]
    assert listing().more == ("library://album/3",)
    held |= dict.fromkeys("23", held["1"])
    with pytest.raises(error):
        listing()


def test_a_station(library):
    """The station of something is any track of it and then what is like it; its identity is checked as well."""
    station = Content("ma:station/library://album/3", "Café Minuit", "Élodie Marchand, Guest", "radio")
    listing = library.listing(station)
    assert ({item.uri for item in listing.items}, listing.seed) == (
        {"library://track/1", "library://track/2"},
        "library://album/3",
    )
    with pytest.raises(ContentNotFoundError):
        library.listing(Content("ma:station/library://album/3", "Night Ferry", "Blue Harbor", "radio"))


STREAM = "builtin://radio/https://x/y.mp3"


@pytest.mark.parametrize(
    "uri", ["https://x/y.mp3", "file:///etc/passwd", "/etc/passwd", "ma:station/https://x/y.mp3", STREAM]
)
def test_addresses(library, uri):
    """What Music Assistant would fetch or read is not found, and it is not asked."""
    with pytest.raises(ContentNotFoundError):
        library.listing(Content(uri))
    assert library.calls == []


def test_a_station_that_is_an_address(library):
    """It is found by its name in the library, and there by the address; that is never asked for."""
    mapped = {"provider_instance": "builtin", "item_id": "https://x/y.mp3"}
    station = track(5, uri="library://radio/5", media_type="radio", name="Ours", provider_mappings=[mapped])
    library.answers["music/search"] = {"radio": [station]}
    assert library.uris(Content(STREAM, "Ours", "", "radio")) == ["library://radio/5"]
    assert library.calls == ["music/search"]


def item(number, **changes):
    return Item("", f"library://track/{number}", **changes)


def test_what_may_be_played():
    """Unavailable and explicit items are left out; what is nothing else says which of the two."""
    clean, explicit, gone = item(1), item(2, explicit=True), item(3, available=False)
    listing = Listing((gone, explicit, clean))
    assert listing.playable(explicit_allowed=True).items == (explicit, clean)
    assert listing.playable(explicit_allowed=False).items == (clean,)
    for items, error in [
        ((), ContentNotFoundError),
        ((gone,), ContentUnavailableError),
        ((explicit, gone), ContentFilteredError),
    ]:
        with pytest.raises(error):
            Listing(items).playable(explicit_allowed=False)


@pytest.mark.parametrize(
    ("media", "available"),
    [
        ({"provider_mappings": [{"available": False}, {"available": True}]}, True),
        ({"provider_mappings": [{"available": False}, {"available": False}]}, False),
        ({"provider_mappings": []}, True),
        ({"available": False}, False),
        ({"is_playable": False}, False),
    ],
)
def test_available(media, available):
    """An item can be played while one provider plays it; the short form of an item says it itself."""
    assert Item.from_media(track(1, **media)).available is available


def test_what_comes_first():
    """The first of all comes first, of a shuffled queue any; the others keep their order behind it."""
    listing = Listing(tuple(map(item, range(5))), more=("library://album/9",))
    plan = planned(listing, shuffle=False, repeat="off")
    assert plan.first.uri == "library://track/0"
    assert plan.rest == (*(f"library://track/{n}" for n in range(1, 5)), "library://album/9")
    firsts = {planned(listing, shuffle=True, repeat="off").first.uri for _ in range(200)}
    assert len(firsts) == 5
    shuffled = planned(listing, shuffle=True, repeat="off")
    assert [uri for uri in shuffled.rest if uri != "library://album/9"] == sorted(shuffled.rest[:-1])
