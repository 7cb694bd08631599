"""Music Assistant's JSON of media, as it was recorded from a running server, and spoiled."""

import copy
import json
from pathlib import Path

import pytest

from home_bridge import models as bridge_models
from music_assistant_alexa.adapters.media_wire import URIS, albums, media_item, media_items
from music_assistant_alexa.adapters.wire import TEXT_LIMIT, URL_LIMIT
from music_assistant_alexa.errors import HomeCommandError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.stream_urls import PublicUrls

RECORDED = Path(__file__).parents[2] / "fixtures" / "music-assistant"
FILES = "filesystem_local--RvnmN74n"


def recorded(name, generation="new"):
    """Return the body of an answer."""
    response = json.loads((RECORDED / generation / f"{name}.json").read_text(encoding="utf-8"))["response"]
    return response["body"] if generation == "new" else response


def spoiled(recording, /, **changes):
    """Return a recorded item in which some fields are others."""
    return copy.deepcopy(recorded(recording)) | changes


# As recorded


def test_an_album_of_the_library():
    """Its uri is the library's; its provider's own stands beside it, with the picture as the bridge asks for it."""
    assert media_item(recorded("item_by_uri")) == MediaItem(
        uri="library://album/2",
        name="Café Minuit",
        media_type=MediaType.ALBUM,
        artist="Élodie Marchand",
        in_library=True,
        image_url="/imageproxy?path=%25C3%2589lodie%2BMarchand%252FCaf%25C3%25A9%2BMinuit%252F03%2B-%2BStatic.flac"
        f"&provider={FILES}&size=512&fmt=jpeg",
        other_uris=(f"{FILES}://album/Élodie Marchand/Café Minuit",),
    )


@pytest.mark.parametrize("name", ["track_by_uri", "track_by_provider_uri"])
def test_a_track_of_the_library(name):
    """Asked for by whichever of its uris, it is the library's, and the other is among its others."""
    track = media_item(recorded(name))
    assert (track.uri, track.album, track.in_library) == ("library://track/8", "Café Minuit", True)
    assert track.other_uris == (f"{FILES}://track/Élodie Marchand/Café Minuit/01 - Candle Cinder.flac",)


def test_a_providers_uri_is_what_it_calls_its_own_items():
    """The uri made of a mapping is the very one under which the server lists what is not in the library."""
    for raw in recorded("playlist_tracks"):
        track = media_item(raw)
        assert track.in_library is False
        assert track.uri.startswith(f"{FILES}://track/")
        assert track.other_uris == ()
        assert media_item(raw | {"uri": "library://track/1"}).other_uris == (track.uri,)


def test_albums_come_the_newest_first():
    """In the recorded answer the older one stands first."""
    raw = recorded("artist_albums")
    assert [each["year"] for each in raw] == [2019, 2021]
    assert [each.name for each in albums(raw)] == ["Morning Tide", "Night Ferry"]
    assert {each.media_type for each in albums(raw)} == {MediaType.ALBUM}


@pytest.mark.parametrize("generation", ["new", "old"])
def test_what_was_found(generation):
    """Every kind is read from its list, with artist and other uris."""
    found = media_items(recorded("search", generation))
    assert {each.media_type for each in found} >= {MediaType.ARTIST, MediaType.ALBUM, MediaType.TRACK}
    assert all(each.uri and each.name for each in found)
    assert all(each.other_uris for each in found if each.in_library)


@pytest.mark.parametrize("name", ["item_by_uri", "track_by_uri"])
def test_the_picture_is_the_one_that_the_bridge_shows(name):
    """Skill and bridge write the same address for the same picture, and it may be handed out."""
    raw = recorded(name)
    image_url = media_item(raw).image_url
    assert image_url == bridge_models.Item.from_ma({"media_item": raw}).image_url
    assert PublicUrls("https://home.example", lambda: "key", lambda: 0.0).art(image_url)


# As it may come


def images(*found):
    return {"metadata": {"images": list(found)}}


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ({"path": "https://i.example/a.jpg", "remotely_accessible": True}, "https://i.example/a.jpg"),
        ({"path": "http://i.example/a.jpg", "remotely_accessible": True}, ""),
        ({"path": "a.jpg", "provider": "x", "proxy_id": "0f" * 32}, f"/imageproxy/{'0f' * 32}"),
        (
            {"path": "a.jpg", "provider": "x", "proxy_id": "../api"},
            "/imageproxy?path=a.jpg&provider=x&size=512&fmt=jpeg",
        ),
        ({"path": "a b&c.jpg", "provider": "x"}, "/imageproxy?path=a%2Bb%2526c.jpg&provider=x&size=512&fmt=jpeg"),
        *(({"path": path, "provider": "x"}, "") for path in ("", None, 7, "x" * (URL_LIMIT + 1), "é" * 500, "\ud800")),
        *((image, "") for image in ({}, None, "a.jpg", [])),
    ],
    ids=lambda value: str(value)[:40].encode("ascii", "replace").decode(),
)
def test_pictures(image, url):
    """A picture is one that the bridge can get, at a path that the server gave; anything else is none."""
    assert media_item(spoiled("item_by_uri", **images(image))).image_url == url
    assert media_item(spoiled("item_by_uri", image=image, metadata=None)).image_url == url


def test_a_track_has_the_picture_of_its_album():
    """Where it has none of its own."""
    image = {"path": "a.jpg", "provider": "x"}
    track = spoiled("track_by_uri", metadata=None, image=None)
    assert media_item(track | {"album": {"name": "A", "image": image}}).image_url.startswith("/imageproxy?path=a.jpg&")


@pytest.mark.parametrize(("said", "read"), [(True, True), (False, False), (None, False), ("yes", False), (1, False)])
def test_explicit_is_only_what_says_so(said, read):
    """Most providers do not know."""
    assert media_item(spoiled("item_by_uri", metadata={"explicit": said})).explicit is read


@pytest.mark.parametrize(
    ("mapping", "uris"),
    [
        ({"provider_instance": "tones--1", "item_id": "77"}, ("tones--1://album/77",)),
        ({"provider_instance": "builtin", "item_id": "http://user:password@radio.example/a"}, ()),
        *(({"provider_instance": "x", "item_id": wrong}, ()) for wrong in ("", None, 7, [], "\ud800", "x" * URL_LIMIT)),
        *(({"provider_instance": wrong, "item_id": "1"}, ()) for wrong in ("", None, 7, "http://x")),
        *((wrong, ()) for wrong in ({}, None, "x", 7)),
    ],
    ids=lambda value: str(value)[:40].encode("ascii", "replace").decode(),
)
def test_other_uris(mapping, uris):
    """Of each provider one; none with a web address in it, which home would refuse and which may hold a password."""
    assert media_item(spoiled("item_by_uri", provider_mappings=[mapping])).other_uris == uris


def test_other_uris_are_told_once_and_not_without_end():
    """The item's own uri is none of them, the same one comes once, and ten are enough."""
    mappings = [{"provider_instance": "p", "item_id": str(number // 2)} for number in range(100)]
    item = media_item(spoiled("item_by_uri", uri="p://album/0", provider_mappings=mappings))
    assert item.other_uris == tuple(f"p://album/{number}" for number in range(1, URIS + 1))


@pytest.mark.parametrize("wrong", [None, "x", 7, [], [None], [7], {"name": 7}, [{"name": ["x"]}], [[[]]]], ids=str)
@pytest.mark.parametrize("field", ["artists", "album", "metadata", "provider_mappings", "image", "year", "name"])
def test_a_field_of_another_type_is_none(field, wrong):
    """Nothing in an item but its uri and kind can make it unreadable."""
    raw = spoiled("item_by_uri", **{field: wrong})
    assert media_item(raw).uri == "library://album/2"
    assert len(albums([raw, recorded("item_by_uri")])) == 2
    assert len(media_items({"albums": [raw]})) == 1


def test_texts_are_cut():
    """No name fills a row or an answer."""
    long = "x" * 10_000
    item = media_item(spoiled("item_by_uri", name=long, album={"name": long}, artists=[{"name": long}]))
    assert {len(text) for text in (item.name, item.album, item.artist)} == {TEXT_LIMIT}


@pytest.mark.parametrize("answer", [None, [], "x", 7, {}, {"uri": None}, {"uri": "a://b/c"}, {"uri": 7}], ids=str)
def test_what_is_no_item_cannot_be_read(answer):
    """An item has a uri and a kind."""
    with pytest.raises(HomeCommandError, match="differ in version"):
        media_item(answer)


@pytest.mark.parametrize(
    "answer", [None, {}, "x", 7, [None, 7, "x", {}, {"uri": "a://b/c", "is_playable": False}]], ids=str
)
def test_what_is_no_list_has_no_albums(answer):
    """What is no album, or cannot be played, is left out."""
    assert albums(answer) == []
    assert media_items(answer) == media_items({"albums": answer}) == []
