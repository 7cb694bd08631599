"""From what was said to one thing of the library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music_assistant_alexa.errors import MediaNotFoundError
from music_assistant_alexa.library import Library, best_match, plain, spoken_query
from music_assistant_alexa.models import MediaItem, MediaQuery, MediaType
from simulator.scripted_home import ScriptedHome

ARTIST, ALBUM, TRACK = MediaType.ARTIST, MediaType.ALBUM, MediaType.TRACK
PLAYLIST, RADIO = MediaType.PLAYLIST, MediaType.RADIO


def mine(name, kind=ALBUM, artist=""):
    return MediaItem(f"library://{kind}/{name}", name, kind, artist, in_library=True)


def theirs(name, kind=ALBUM, artist=""):
    return MediaItem(f"spotify://{kind}/{name}", name, kind, artist)


@pytest.mark.parametrize(
    ("query", "candidates", "best"),
    [
        (MediaQuery("Kind of Blue"), [theirs("Kind of Blue")], 0),
        (MediaQuery("kind of blue"), [theirs("Kind of Blue (Legacy Edition)"), theirs("KIND OF BLUE")], 1),
        (MediaQuery("kind of blue"), [theirs("Kind of Blue"), mine("Kind of Blue (Mono)")], 1),
        (MediaQuery("kind of blue"), [theirs("Kind of Blue"), mine("Something Else")], 0),
        (MediaQuery("kind of blew"), [mine("Kind of Blue")], 0),
        (MediaQuery("kind of blue"), [mine("A Love Supreme")], None),
        (MediaQuery("kind of blue"), [], None),
        (MediaQuery("blue"), [mine("Blue Harbor", ARTIST), mine("Blue", ALBUM)], 1),
        (MediaQuery("blue harbor"), [mine("Blue Harbor", ALBUM), mine("Blue Harbor", ARTIST)], 1),
        (MediaQuery("blue harbor"), [mine("Blue Harbor", TRACK), mine("Blue Harbor", ALBUM)], 1),
        (MediaQuery("jazz"), [mine("Jazz", RADIO), mine("Jazz", PLAYLIST)], 1),
        (MediaQuery("beatles"), [theirs("The Beatles", ARTIST)], 0),
        (MediaQuery("the beatles"), [theirs("Beatles", ARTIST)], 0),
        (MediaQuery("simon and garfunkel"), [theirs("Simon & Garfunkel", ARTIST)], 0),
        (MediaQuery("ac dc"), [theirs("AC/DC", ARTIST)], 0),
        (MediaQuery("beyonce"), [theirs("Beyoncé", ARTIST)], 0),
        (MediaQuery("die ärzte"), [theirs("Die Ärzte", ARTIST)], 0),
        (MediaQuery("strasse"), [theirs("Straße", TRACK)], 0),
        (
            MediaQuery("blue", ALBUM, "joni mitchell"),
            [mine("Blue", ALBUM, "Blue"), theirs("Blue", ALBUM, "Joni Mitchell")],
            1,
        ),
        (MediaQuery("blue", ALBUM, "joni mitchell"), [mine("Blue", ALBUM, "The Jayhawks")], None),
        (MediaQuery("help", TRACK, "beatles"), [theirs("Help!", TRACK, "The Beatles")], 0),
        (MediaQuery(""), [mine("Blue")], None),
        (MediaQuery("blue"), [mine("")], None),
        (MediaQuery("!!!"), [mine("???")], None),
        (MediaQuery("blue"), [theirs("Blue"), theirs("Blue")], 0),
    ],
)
def test_the_best_match(query, candidates, best):
    """It fits at all, then it is the user's own, then how well name and artist fit, then the kind, then MA's order."""
    assert best_match(query, candidates) == (None if best is None else candidates[best])


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text(), st.booleans())))
def test_ranking_takes_any_text(said, artist, candidates):
    """The winner is one of the candidates, whatever their names."""
    items = [MediaItem("x://1", name, ALBUM, by, in_library=own) for name, by, own in candidates]
    assert best_match(MediaQuery(said, None, artist), items) in [None, *items]


@given(st.text())
def test_a_name_is_found_by_itself(name):
    """Whatever has a name that can be said is found by that name."""
    if plain(name):
        assert best_match(MediaQuery(name), [theirs("Something Else"), theirs(name)]).name == name


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("blue harbor", MediaQuery("blue harbor")),
        ("  blue   harbor ", MediaQuery("blue harbor")),
        ("the album kind of blue", MediaQuery("kind of blue", ALBUM)),
        ("album kind of blue", MediaQuery("kind of blue", ALBUM)),
        ("my playlist sunday", MediaQuery("sunday", PLAYLIST)),
        ("the song blue", MediaQuery("blue", TRACK)),
        ("the artist blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("songs by blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("music by blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("some music by blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("some blue harbor", MediaQuery("blue harbor")),
        ("the radio station jazz fm", MediaQuery("jazz fm", RADIO)),
        ("das album kind of blue", MediaQuery("kind of blue", ALBUM)),
        ("die platte kind of blue", MediaQuery("kind of blue", ALBUM)),
        ("lieder von blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("etwas musik von blue harbor", MediaQuery("blue harbor", ARTIST)),
        ("meine playlist sonntag", MediaQuery("sonntag", PLAYLIST)),
        ("den sender jazz fm", MediaQuery("jazz fm", RADIO)),
        ("album", MediaQuery("album")),
        ("the album", MediaQuery("the album")),
        ("somewhere", MediaQuery("somewhere")),
        ("", MediaQuery("")),
    ],
)
def test_a_spoken_kind_is_heard(said, query):
    """The kind before a name is honoured, in English and German; without one the whole phrase is the name."""
    assert spoken_query(said) == query


def found(said, *library):
    home = ScriptedHome(library=list(library))
    return Library(home).find(spoken_query(said)), home


def test_the_album_by_the_artist():
    """Of two albums of one name, the one by the artist who was named is meant."""
    item, home = found(
        "the album blue by joni mitchell", mine("Blue", ALBUM, "Simply Red"), theirs("Blue", ALBUM, "Joni Mitchell")
    )
    assert item.artist == "Joni Mitchell"
    assert home.calls[0].args["text"] == "joni mitchell - blue"


def test_by_may_be_part_of_a_name():
    """The phrase "stand by me" is looked for as a whole when nobody called "me" sings "stand"."""
    item, home = found("stand by me", mine("Stand by Me", TRACK, "Ben E. King"))
    assert item.name == "Stand by Me"
    assert home.names == ["search", "search"]


def test_a_german_von():
    """A German "das Album ... von ..." is understood as "by"."""
    item, _ = found("das album geräusch von die ärzte", mine("Geräusch", ALBUM, "Die Ärzte"))
    assert item.name == "Geräusch"


def test_an_album_of_a_misheard_artist_is_found():
    """When nothing fits name and artist together, the name alone is looked for."""
    home = ScriptedHome(library=[mine("Night Ferry", ALBUM, "Blue Harbor")])
    assert Library(home).find(MediaQuery("night ferry", ALBUM, "xylophone club")).name == "Night Ferry"


def test_only_the_spoken_kind_is_searched():
    """A wish for "the playlist jazz" is never answered with an artist called Jazz."""
    with pytest.raises(MediaNotFoundError) as caught:
        found("the playlist jazz", mine("Jazz", ARTIST))
    assert (caught.value.said, caught.value.kind) == ("jazz", PLAYLIST)


def test_one_round_trip_finds_what_is_there():
    """What fits at the first reading costs one search."""
    assert found("night ferry", mine("Night Ferry"))[1].names == ["search"]


def test_a_name_that_begins_with_a_kind():
    """The phrase "Band on the Run" is an album, not the artist "on the run"."""
    item, _ = found("band on the run", mine("Band on the Run", ALBUM, "Wings"))
    assert item.name == "Band on the Run"


def test_nothing_of_what_was_said_is_in_the_error():
    """The message that is logged does not quote the listener."""
    with pytest.raises(MediaNotFoundError) as caught:
        found("my secret diary")
    assert "secret" not in str(caught.value)
