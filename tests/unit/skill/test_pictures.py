"""What a screen is given to show: the sizes that each of Alexa's interfaces asks for, from what a picture has."""

import pytest

from music_assistant_alexa.actions import Play, PlayBehavior
from music_assistant_alexa.custom_skill import responses
from music_assistant_alexa.models import QueueItem
from music_assistant_alexa.music_skill.art import SIZES, art_sources
from music_assistant_alexa.stream_urls import ART_EDGES, PublicUrls

ART = PublicUrls("https://home.example.com", lambda: "a key", lambda: 1_795_000_000.0).art("/imageproxy?path=a")


def play(art=ART, **item):
    shown = QueueItem("0" * 32, **{"title": "Summit", "artist": "Blue Harbor"} | item)
    return Play(PlayBehavior.REPLACE_ALL, "https://home.example.com/stream/x.mp3", "token", shown, art)


def metadata(order):
    return responses._play_directive(order).to_dict()["audio_item"]["metadata"]


@pytest.mark.parametrize(("key", "edge", "least"), [("art", 600, 480), ("background_image", 1200, 1024)])
def test_what_a_screen_shows_while_it_plays(key, edge, least):
    """Art and background have one source each, with its pixels, no smaller than Amazon asks for."""
    (source,) = metadata(play())[key]["sources"]
    assert source == {"url": ART[edge], "size": None, "width_pixels": edge, "height_pixels": edge}
    assert edge >= least


def test_a_stream_without_a_title_has_no_metadata():
    """What plays is not known: nothing is shown for it."""
    assert metadata(play(title="")) is None


def test_a_stream_without_pictures_has_its_title():
    """No picture is no reason to be silent or nameless."""
    shown = metadata(play(art={}))
    assert (shown["title"], shown["art"], shown["background_image"]) == ("Summit", None, None)


def test_a_card_has_two_sizes():
    """A card shows the picture small and large."""
    image = responses._card((play(),)).image
    assert (image.small_image_url, image.large_image_url) == (ART[480], ART[1200])


@pytest.mark.parametrize("edge", [480, 1200])
def test_a_card_takes_no_long_addresses(edge):
    """An address over 2,000 characters costs a card its picture, not its text."""
    card = responses._card((play(ART | {edge: "https://home.example.com/" + "a" * 2000}),))
    assert card.title == "Summit"
    assert card.image is None


def test_the_ladder_of_the_music_skill():
    """Five sources from 48 to 600 pixels, each with the name that Amazon gives its size."""
    sources = art_sources(ART)
    assert [source["size"] for source in sources] == ["X_SMALL", "SMALL", "MEDIUM", "LARGE", "X_LARGE"]
    assert [source["widthPixels"] for source in sources] == [48, 60, 110, 256, 600]
    for source in sources:
        assert source["url"] == ART[source["widthPixels"]]
        assert source["widthPixels"] == source["heightPixels"]


def test_every_size_that_is_asked_for_is_handed_out():
    """The list of edges holds all that the dialects show."""
    shown = {responses.ART_EDGE, responses.BACKGROUND_EDGE, responses.CARD_SMALL, responses.CARD_LARGE}
    assert shown | set(SIZES.values()) == set(ART_EDGES)
