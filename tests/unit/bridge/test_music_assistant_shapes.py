"""What Music Assistant says, read into what the bridge shows; with captures of a running server."""

import json
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest

from home_bridge.identity import provider_uris
from home_bridge.models import Item, Stream, derived_path, item_of, queue_of, stream_path
from home_bridge.queue_view import QueueView, index_after, index_before

CAPTURES = Path(__file__).parents[2] / "fixtures" / "music-assistant" / "new"


def capture(name):
    return json.loads((CAPTURES / f"{name}.json").read_text())["response"]["body"]


def test_item_of_a_capture():
    """A queue item of a running server gives title, artist, album, duration and uri."""
    item = Item.from_ma(capture("queue_items")[0])
    assert (item.title, item.artist, item.album) == ("Candle Cinder", "Élodie Marchand", "Café Minuit")
    assert (item.uri, item.duration_ms, item.media_type) == ("library://track/8", 60_000, "track")
    assert set(item.to_json()) == {
        *("queue_item_id", "uri", "title", "artist", "album", "image_url", "duration_ms", "media_type"),
        *("explicit", "favourite"),
    }


@pytest.mark.parametrize(
    "name", ["item_by_uri", "track_by_uri", "track_by_provider_uri", "albums", "playlists", "radios"]
)
def test_provider_uris_of_a_capture(name):
    """What a running server calls an item by its providers is never the number of a row of its library."""
    found = capture(name)
    for each in found if isinstance(found, list) else [found]:
        assert each["uri"].startswith("library://")
        assert list(provider_uris(each))
        assert not any(uri.startswith("library:") for uri in provider_uris(each))


def test_picture_of_a_capture():
    """A picture that only MA can read is its imageproxy's, the path quoted twice."""
    raw = capture("queue_items")[0]
    url = urlsplit(Item.from_ma(raw).image_url)
    query = parse_qs(url.query)
    assert url.path == "/imageproxy"
    assert not url.netloc
    assert unquote_plus(query["path"][0]) == raw["image"]["path"]
    assert query["provider"] == [raw["image"]["provider"]]
    assert (query["size"], query["fmt"]) == (["512"], ["jpeg"])


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (None, None),
        ({"path": "", "provider": "x"}, None),
        ({"path": "https://i.example/a.jpg", "provider": "x", "remotely_accessible": True}, "https://i.example/a.jpg"),
        ({"path": "http://i.example/a.jpg", "provider": "x", "remotely_accessible": True}, None),
        ({"path": "a.jpg", "provider": "x", "proxy_id": "0f" * 32}, f"/imageproxy/{'0f' * 32}"),
        (
            {"path": "http://i.example/a.jpg", "remotely_accessible": True, "proxy_id": "0f" * 32},
            f"/imageproxy/{'0f' * 32}",
        ),
        (
            {"path": "https://i.example/a.jpg", "remotely_accessible": True, "proxy_id": "0f" * 32},
            "https://i.example/a.jpg",
        ),
        (
            {"path": "a.jpg", "provider": "x", "proxy_id": "../api"},
            "/imageproxy?path=a.jpg&provider=x&size=512&fmt=jpeg",
        ),
    ],
)
def test_pictures(image, shown):
    """A picture anyone may fetch is its https URL, others MA's (by id where it has one); plain http never goes out."""
    assert Item.from_ma({"queue_item_id": "1", "image": image, "media_item": {}}).image_url == shown


def test_radio_has_no_duration():
    """What has no end has no duration, whatever MA guesses."""
    raw = {"queue_item_id": "1", "duration": 86_400, "media_item": {"media_type": "radio"}}
    assert Item.from_ma(raw).duration_ms is None


@pytest.mark.parametrize("kind", ["track", "podcast_episode", "audiobook"])
@pytest.mark.parametrize("seconds", [0, None])
def test_no_duration_is_not_without_an_end(kind, seconds):
    """What MA knows no length of has one nevertheless: it ends, and something follows."""
    media = {"media_type": kind, "duration": seconds}
    item = Item.from_ma({"queue_item_id": "1", "duration": seconds, "media_item": media})
    assert (item.duration_ms, item.endless) == (None, False)
    assert not Stream(1, "1", "/single/a/b/c/d.mp3", item=item).endless


def test_without_an_end():
    """A radio has no end, and MA's flow stream has none, whatever it plays."""
    radio = Item.from_ma({"queue_item_id": "1", "media_item": {"media_type": "radio"}})
    assert Stream(1, "1", "/single/a/b/c/d.mp3", item=radio).endless
    assert Stream(1, "1", "/flow/a/b/c/d.mp3", item=Item("1", duration_ms=1000)).endless


def test_item_without_media():
    """An item MA knows little of still has a title."""
    item = Item.from_ma({"queue_item_id": "1", "name": "Somebody - Something", "media_item": None})
    assert (item.title, item.uri, item.duration_ms) == ("Somebody - Something", "", None)


def test_queue_of_a_capture():
    """A queue of a running server gives state, index, number of items, shuffle and repeat."""
    view = QueueView.from_ma(capture("queue_get_after_play"), 0)
    assert view.items > 0
    assert view.current_item.title
    assert view.repeat in {"off", "one", "all"}


def test_elapsed_time_runs_while_playing():
    """MA's elapsed time is of the moment it was updated; while playing it has gone on since."""
    raw = {"state": "playing", "elapsed_time": 5, "elapsed_time_last_updated": 100.0}
    assert QueueView.from_ma(raw, 102.5).elapsed_ms == 7_500
    assert QueueView.from_ma(raw | {"state": "paused"}, 102.5).elapsed_ms == 5_000


def test_what_a_station_plays():
    """The title a station sends reaches the player state; most things have none."""
    raw = {"current_item": {"queue_item_id": "1", "streamdetails": {"stream_title": "Blue Harbor - Summit"}}}
    assert QueueView.from_ma(raw, 0).to_json()["stream_title"] == "Blue Harbor - Summit"
    for details in (None, {}, {"stream_title": None}):
        raw["current_item"]["streamdetails"] = details
        assert QueueView.from_ma(raw, 0).to_json()["stream_title"] is None


def test_no_queue():
    """MA answers null for a queue it does not have: that is an empty one."""
    assert QueueView.from_ma(None, 0) == QueueView()


@pytest.mark.parametrize(
    ("index", "items", "repeat", "skip", "expected"),
    [
        (0, 3, "off", False, 1),
        (2, 3, "off", False, None),
        (2, 3, "off", True, None),
        (1, 3, "one", False, 1),
        (1, 3, "one", True, 2),
        (2, 3, "one", False, 2),
        (2, 3, "one", True, None),
        (2, 3, "all", False, 0),
        (2, 3, "all", True, 0),
        (0, 1, "all", True, 0),
        (0, 0, "all", True, None),
    ],
)
def test_index_after(index, items, repeat, skip, expected):
    """By itself repeat one repeats; "next" leaves it; the last is followed by the first with repeat all alone."""
    assert index_after(index, items, repeat, skip=skip) == expected


@pytest.mark.parametrize(("index", "expected"), [(5, 4), (1, 0), (0, 0)])
def test_index_before(index, expected):
    """Before the first is the first."""
    assert index_before(index) == expected


ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/single/uNPNPBZp/02:aa:bb:cc:dd:21/{ID}/02:aa:bb:cc:dd:21.flac", True),
        (f"/flow/uNPNPBZp/02:aa:bb:cc:dd:21/{ID}/02:aa:bb:cc:dd:21.mp3", True),
        (f"/single/uNPNPBZp/02:aa:bb:cc:dd:21/{ID}/02:aa:bb:cc:dd:21.flac?x=1", False),
        ("/slimproto/multi?player_id=1", False),
        (f"/single/../x/{ID}/y.mp3", False),
        ("", False),
    ],
)
def test_stream_paths(path, expected):
    """Only MA's single and flow paths are streams, and they are asked for as MP3, or AAC, whatever MA says."""
    for codec in ("mp3", "aac"):
        assert stream_path(path, codec) == (f"{path.rpartition('.')[0]}.{codec}" if expected else None)


def test_parts_of_a_stream_path():
    """Queue and item stand in the path; another item's path of the same session differs in the item alone."""
    path = f"/single/uNPNPBZp/02:aa:bb:cc:dd:21/{ID}/02:aa:bb:cc:dd:21.mp3"
    assert queue_of(path) == "02:aa:bb:cc:dd:21"
    assert item_of(path) == ID
    assert derived_path(path, "f" * 32) == path.replace(ID, "f" * 32)
    assert (queue_of("/x"), item_of("/x")) == ("", "")
