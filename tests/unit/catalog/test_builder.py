"""What is written: all that is there, a new time only for what changed, and a tombstone for what is gone."""

import pytest

from music_assistant_alexa.entity_ids import entity_id
from music_catalog.errors import LibraryError, LibraryShrunkError
from music_catalog.library import Library
from music_catalog.models import Kind, Locale
from simulator.smapi_schema import problems_of


def renamed(shelves, shelf, index, name):
    shelves.items[shelf][index] = shelves.items[shelf][index] | {"name": name}


def test_all_six_catalogues_are_as_amazon_demands(desk):
    """Every file is valid by the schema of the published reference, and holds what the library does."""
    counts = desk.build()
    assert {kind: problems_of(desk.read(kind), kind.type) for kind in Kind} == {kind: [] for kind in Kind}
    assert {kind: each.living for kind, each in counts.items()} == {
        "playlists": 1, "stations": 1, "artists": 2, "albums": 1, "tracks": 7, "genres": 2,
    }  # fmt: skip


def test_a_track_tells_its_artists_and_its_album(desk):
    """Links carry the ids that the artist's and the album's own entities have, and their names."""
    desk.build()
    track = desk.entities("tracks")[entity_id("library://track/1")]
    assert track["artists"] == [
        {"id": entity_id("library://artist/1"), "names": [{"language": "en", "value": "Blue Harbor"}]}
    ]
    assert track["albums"][0]["id"] in desk.entities("albums")
    assert track["artists"][0]["id"] in desk.entities("artists")


def test_genres_are_those_of_what_is_there(desk):
    """A genre is named after records and tracks, its uri after its name."""
    desk.build()
    assert set(desk.entities("genres")) == {entity_id("ma:genre/jazz"), entity_id("ma:genre/bossa nova")}


def test_a_genre_in_several_spellings(desk, shelves):
    """It is one genre, called as it is most often; its id stays when someone changes the spelling of a tag."""
    shelves.items["albums"] = []

    def rock(*spellings):
        for track, name in zip(shelves.items["tracks"], spellings, strict=False):
            track["metadata"] = {"genres": [name]}
        del shelves.items["tracks"][len(spellings) :]
        desk.build()
        (genre,) = desk.entities("genres").values()
        return genre["id"], genre["names"][0]["value"]

    assert rock("rock", "Rock", " Rock ", "ROCK") == (entity_id("ma:genre/rock"), "Rock")
    assert rock("ROCK", "ROCK", "Rock", "rock") == (entity_id("ma:genre/rock"), "ROCK")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("\x00\x07bell", "bell"),
        ("a \u200b b", "a b"),
        ("\u202eright\u202c", "right"),
        ("\ufeffStart\ue000\uffff\x85", "Start"),
        ("half a pair \ud800", "half a pair"),
        ("ガガ 💿", "ガガ 💿"),
    ],
)
def test_what_nobody_sees_is_not_told(desk, shelves, told, name):
    """Amazon's files have no control or formatting characters, and no name is made of nothing else."""
    shelves.items["artists"] = [
        {"uri": "library://artist/9", "name": told},
        {"uri": "library://artist/8", "name": "\x00"},
    ]
    desk.build()
    assert desk.names("artists") == [name]


def test_names_are_told_in_each_language_once(desk):
    """Two countries of one language share its names; another language has its own."""
    desk.locales = (Locale("en", "US"), Locale("es", "US"), Locale("en", "GB"))
    desk.build()
    artist = desk.entities("artists")[entity_id("library://artist/2")]
    assert [name["language"] for name in artist["names"]] == ["en", "es"]
    assert [each["language"] for each in artist["alternateNames"]] == ["en", "es"]


def test_nothing_changed_nothing_is_told(desk):
    """A second build of the same library is the same, times and all, and has nothing to upload."""
    desk.build()
    before = {kind: desk.entities(kind) for kind in Kind}
    desk.tell_all()
    desk.build()
    assert {kind: desk.entities(kind) for kind in Kind} == before
    assert [desk.state.untold(kind) for kind in Kind] == [0] * 6


def test_only_what_changed_has_a_new_time(desk, shelves):
    """A new name gives that entity a later time, and no other one."""
    desk.build()
    before = desk.entities("tracks")
    renamed(shelves, "tracks", 2, "Another song")
    desk.build()
    now = desk.entities("tracks")
    changed = entity_id("library://track/3")
    assert [key for key in now if now[key]["lastUpdatedTime"] != before[key]["lastUpdatedTime"]] == [changed]
    assert now[changed]["lastUpdatedTime"] > before[changed]["lastUpdatedTime"]


def test_a_favourite_is_more_popular_and_that_is_a_change(desk, shelves):
    """A thumb up raises an entity over others of its name."""
    desk.build()
    desk.tell_all()
    shelves.items["tracks"][0]["favorite"] = True
    desk.build()
    assert desk.entities("tracks")[entity_id("library://track/1")]["popularity"] == {"default": 100}
    assert desk.state.untold(Kind.TRACK) == 1


def test_what_is_gone_is_deleted_until_amazon_has_confirmed_it(desk, shelves):
    """A tombstone with one lasting time stays in each build until it was taken in, then never comes again."""
    desk.build()
    desk.tell_all()
    del shelves.items["tracks"][0]
    gone = entity_id("library://track/1")
    desk.build()
    first = desk.entities("tracks")[gone]
    desk.build()
    assert desk.entities("tracks")[gone] == first
    assert first.keys() == {"id", "lastUpdatedTime", "deleted"}
    desk.tell_all()
    desk.build()
    assert gone not in desk.entities("tracks")


def test_what_amazon_never_knew_needs_no_tombstone(desk, shelves):
    """Gone before the first upload is gone without a word."""
    desk.build()
    del shelves.items["tracks"][0]
    desk.build()
    assert entity_id("library://track/1") not in desk.entities("tracks")


def test_what_comes_back_is_newer_than_its_tombstone(desk, shelves):
    """A return is a change, though the entity is what it was."""
    desk.build()
    desk.tell_all()
    track = shelves.items["tracks"].pop(0)
    desk.build()
    buried = desk.entities("tracks")[entity_id(track["uri"])]["lastUpdatedTime"]
    shelves.items["tracks"].insert(0, track)
    desk.build()
    back = desk.entities("tracks")[entity_id(track["uri"])]
    assert "deleted" not in back
    assert back["lastUpdatedTime"] > buried


def test_a_build_that_breaks_off_leaves_all_as_it_was(desk, shelves):
    """Music Assistant going away in the middle changes neither the files nor what counts as told."""
    desk.build()
    desk.tell_all()
    before = desk.entities("tracks")

    def away(command, args):
        if command.startswith("music/tracks"):
            raise LibraryError("away")
        return shelves(command, args)

    whole, desk.shelves = desk.shelves, away
    with pytest.raises(LibraryError):
        desk.build()
    desk.shelves = whole
    assert desk.state.run == 1
    assert desk.entities("tracks") == before
    desk.build()
    assert desk.entities("tracks") == before


def test_losing_more_than_half_is_taken_for_a_mistake(desk, shelves):
    """A provider that is away does not empty Alexa's catalogue, unless it is meant."""
    shelves.items["tracks"] *= 0
    shelves.items["tracks"] += [
        {"uri": f"library://track/{n}", "name": f"Song {n}", "favorite": False} for n in range(30)
    ]
    desk.build()
    desk.tell_all()
    del shelves.items["tracks"][10:]
    with pytest.raises(LibraryShrunkError, match="SHRINK=1"):
        desk.build()
    assert desk.build(may_shrink=True)[Kind.TRACK].deleted == 20


def test_tracks_go_without_a_place_first_and_favourites_last(desk, shelves):
    """At the limit records, artists and stations are whole; of the tracks the favourites stay, then the newest."""
    shelves.items["tracks"][6]["favorite"] = True
    counts = desk.build(limit=10)
    assert [counts[kind].dropped for kind in Kind] == [0, 0, 0, 0, 2, 2]
    assert desk.names("tracks") == ["Song 7", "Song 1", "Song 2", "Song 3", "Song 4"]


def test_what_alexa_knows_keeps_its_place(desk, shelves):
    """Something new takes only places that are free: what is gone frees its own when Amazon has been told."""
    desk.build(limit=11)
    desk.tell_all()
    assert "Song 6" in desk.names("tracks")
    shelves.items["tracks"][0] = shelves.items["tracks"][0] | {"uri": "library://track/99", "name": "New"}
    desk.build(limit=11)
    assert desk.names("tracks") == ["Song 2", "Song 3", "Song 4", "Song 5", "Song 6"]
    assert len(desk.read("tracks")["entities"]) == 6
    desk.tell_all()
    desk.build(limit=11)
    assert "New" in desk.names("tracks")


@pytest.mark.parametrize(
    "odd",
    [
        {"uri": "library://track/50"},
        {"uri": "library://track/50", "name": " "},
        {"name": "No uri"},
        {"uri": "library://track/50", "name": "Not playable", "is_playable": False},
        {"uri": "x" * 300, "name": "Too long"},
        None,
        "text",
    ],
)
def test_what_nobody_can_ask_for_is_left_out(desk, shelves, odd):
    """An item without a name, a uri that makes an id, or sound is no entity, and harms no other."""
    shelves.items["playlists"].append(odd)
    desk.build()
    assert desk.names("playlists") == ["Rainy Day"]


def test_a_library_is_read_in_pages_without_gaps(desk, shelves):
    """Each page begins where the one before it ended, and nothing is asked for behind a page that is not full."""
    desk.build(page=3)
    asked = [args for command, args in shelves.asked if command == "music/tracks/library_items"]
    assert [args["offset"] for args in asked if "favorite" not in args] == [0, 3, 6]
    assert len(desk.names("tracks")) == 7


def test_an_answer_that_is_no_list_is_refused():
    """Something else behind the address is not read as an empty library."""
    with pytest.raises(LibraryError, match="really Music Assistant"):
        list(Library(lambda _command, _args: {"error": "no"}).entries(Kind.ALBUM))


def test_a_late_confirmation_forgets_only_what_was_told(desk, shelves):
    """What is gone since an upload began is not taken for deleted when that upload is taken in."""
    desk.build()
    desk.tell_all()
    del shelves.items["tracks"][0]
    desk.build()
    desk.state.confirm(Kind.TRACK)
    desk.build()
    assert entity_id("library://track/1") in desk.entities("tracks")
