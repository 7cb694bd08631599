"""One contract for every store of the music skill: what contents and entities are known to mean."""

from dataclasses import replace

import pytest

from music_assistant_alexa.adapters.dynamodb_music_store import CONTENT_KEPT_S, DynamoDbMusicStore, entity_row
from music_assistant_alexa.models import MediaItem, MediaType
from simulator.memory_music_store import MemoryMusicStore

ALBUM = MediaItem(
    "library://album/2",
    "Café Minuit",
    MediaType.ALBUM,
    "Élodie Marchand",
    in_library=True,
    album="Café Minuit",
    image_url="/imageproxy?path=a%252Fb.flac&provider=files&size=512&fmt=jpeg",
    explicit=True,
    other_uris=("files--1://album/Élodie Marchand/Café Minuit", "tones--2://album/77"),
)
OURS = MediaItem("ma:library", "", MediaType.UNKNOWN)
CONTENT = ALBUM.uri


@pytest.fixture
def store(make_store):
    return make_store(MemoryMusicStore, DynamoDbMusicStore)


# What a content means


def test_nothing_is_known_of_a_content_that_was_never_handed_out(store):
    """No row is None."""
    assert store.content(CONTENT) is None


@pytest.mark.parametrize("item", [ALBUM, OURS], ids=["album", "ours"])
def test_a_content_comes_back_whole(store, item):
    """Every field of an item is what was written, also where it is empty."""
    store.remember(item)
    assert store.content(item.uri) == item


def test_a_content_is_what_it_was_last(store):
    """Written again, nothing of the older item is left."""
    store.remember(ALBUM)
    newer = MediaItem(ALBUM.uri, "Salt", MediaType.ALBUM)
    store.remember(newer)
    assert store.content(ALBUM.uri) == newer


def test_contents_do_not_mix(store):
    """Every uri has its own row, also where one begins with another, or is a queue's id."""
    for uri in ("library://album/2", "library://album/21", "queue 1"):
        store.remember(replace(ALBUM, uri=uri, name=uri))
    store.seat("queue 1", CONTENT)
    assert [store.content(uri).name for uri in ("library://album/2", "queue 1")] == ["library://album/2", "queue 1"]
    assert store.content("music#pool") is None


def test_a_content_is_known_for_over_a_year(store, clock):
    """An alarm of a year ago finds it; 400 days after it was handed out it is forgotten, though nobody deleted it."""
    assert CONTENT_KEPT_S > 366 * 24 * 3600
    store.remember(ALBUM)
    clock.now += CONTENT_KEPT_S - 1
    assert store.content(ALBUM.uri) == ALBUM
    clock.now += 1
    assert store.content(ALBUM.uri) is None


def test_handed_out_again_a_content_is_kept_again(store, clock):
    """The time counts from the last writing, also over a row that has expired."""
    for _ in range(3):
        store.remember(ALBUM)
        clock.now += CONTENT_KEPT_S - 1
        assert store.content(ALBUM.uri) == ALBUM
        clock.now += 1


# What catalogues told of entities


@pytest.fixture(params=["memory", "moto"])
def told(request, clock):
    """Return a store, and what tells it of an entity as a catalogue's run does."""
    if request.param == "memory":
        store = MemoryMusicStore(clock)
        return store, lambda item: store.remember_entities([item])
    client, name = request.getfixturevalue("moto_client"), request.getfixturevalue("table_name")
    store = DynamoDbMusicStore(client, name, clock)
    return store, lambda item: client.put_item(TableName=name, Item=entity_row(item, clock()))


def test_an_entity_comes_back_whole_and_is_no_content(told, clock):
    """What a catalogue told is kept apart from what was handed out, for as long, and what it told last counts."""
    store, tell = told
    assert store.entity(ALBUM.uri) is None
    tell(ALBUM)
    tell(replace(ALBUM, uri="library://album/3"))
    assert (store.entity(ALBUM.uri), store.content(ALBUM.uri)) == (ALBUM, None)
    tell(replace(ALBUM, name="Salt", other_uris=()))
    assert store.entity(ALBUM.uri) == replace(ALBUM, name="Salt", other_uris=())
    clock.now += CONTENT_KEPT_S
    assert store.entity(ALBUM.uri) is None
