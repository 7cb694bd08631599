"""From what was asked of the music skill to one contentId: the table of docs/music-skill.md, and what it costs."""

from dataclasses import replace
from pathlib import Path

import pytest

from music_assistant_alexa.contents import KEPT, URI_LIMIT, Contents, Criteria, Named
from music_assistant_alexa.entity_ids import entity_id
from music_assistant_alexa.errors import HomeUnreachableError, MediaNotFoundError, PlaybackStoreError
from music_assistant_alexa.models import MediaItem, MediaType

ALBUM = MediaItem("library://album/1", "Night Ferry", MediaType.ALBUM, "Blue Harbor", in_library=True)
NEWEST = MediaItem("library://album/2", "Salt and Wire", MediaType.ALBUM, "Blue Harbor", in_library=True)
HARBOR = MediaItem("library://artist/1", "Blue Harbor", MediaType.ARTIST, in_library=True)
SONG = MediaItem("library://track/9", "Summit", MediaType.TRACK, "Blue Harbor", in_library=True, album="Night Ferry")
RUDE = MediaItem("library://track/13", "Rude", MediaType.TRACK, "Blue Harbor", in_library=True, explicit=True)
PARTY = MediaItem("library://playlist/3", "Party Hits", MediaType.PLAYLIST, in_library=True)
SUMMER = MediaItem("library://radio/5", "Summertime", MediaType.RADIO, in_library=True)
ROCK = MediaItem("ma:genre/rock", "Rock", MediaType.GENRE)
NOT_FOUND = ("Alexa.Media", "1.0", "CONTENT_NOT_FOUND")

KIND_ALBUM, KIND_TRACK, KIND_STATION = ("MEDIA_TYPE", "ALBUM"), ("MEDIA_TYPE", "TRACK"), ("MEDIA_TYPE", "STATION")
NEW, POPULAR = ("SORT_TYPE", "RECENCY"), ("SORT_TYPE", "POPULARITY")
RESOLVED = {
    "play music": ([], "ma:library", "PLAYLIST"),
    "play Soundgarden": ([("ARTIST", HARBOR)], "library://artist/1", "ARTIST"),
    "play Alive by Pearl Jam": ([("TRACK", SONG), ("ARTIST", HARBOR), KIND_TRACK], "library://track/9", "TRACK"),
    "play the album Nevermind by Nirvana": (
        [("ALBUM", ALBUM), ("ARTIST", HARBOR), KIND_ALBUM],
        "library://album/1",
        "ALBUM",
    ),
    "play the playlist Party Hits": ([("PLAYLIST", PARTY), ("MEDIA_TYPE", "PLAYLIST")], PARTY.uri, "PLAYLIST"),
    "play rock music": ([("GENRE", ROCK)], "ma:genre/rock", "GENRE"),
    "play the Summertime station": ([("STATION", SUMMER), KIND_STATION], "library://radio/5", "STATION"),
    "wake me up to rock music": ([("GENRE", "Rock")], "ma:genre/rock", "GENRE"),
    "a song of an album": ([("TRACK", SONG), ("ALBUM", ALBUM)], "library://track/9", "TRACK"),
    "a song, an album and an artist": ([("ARTIST", HARBOR), ("ALBUM", ALBUM), ("TRACK", SONG)], SONG.uri, "TRACK"),
    "an artist's album": ([("ARTIST", HARBOR), KIND_ALBUM], "library://album/2", "ALBUM"),
    "an artist's latest album": ([("ARTIST", HARBOR), KIND_ALBUM, NEW], "library://album/2", "ALBUM"),
    "songs by an artist": ([("ARTIST", HARBOR), KIND_TRACK], "library://artist/1", "ARTIST"),
    "popular songs by an artist": ([("ARTIST", HARBOR), KIND_TRACK, POPULAR], "library://artist/1", "ARTIST"),
    "an artist's station": ([("ARTIST", HARBOR), KIND_STATION], "ma:station/library://artist/1", "STATION"),
    "a song's station": ([("TRACK", SONG), KIND_STATION], "ma:station/library://track/9", "STATION"),
    "a genre's station": ([("GENRE", ROCK), KIND_STATION], "ma:station/ma:genre/rock", "STATION"),
    "popular rock": ([("GENRE", ROCK), POPULAR], "ma:genre/rock", "GENRE"),
    "rock by an artist": ([("GENRE", ROCK), ("ARTIST", HARBOR), KIND_TRACK, POPULAR], HARBOR.uri, "ARTIST"),
    "songs": ([KIND_TRACK], "ma:library", "PLAYLIST"),
    "new music": ([NEW], "ma:library", "PLAYLIST"),
    "popular music": ([POPULAR], "ma:favourites/tracks", "PLAYLIST"),
    "popular albums": ([KIND_ALBUM, POPULAR], "ma:favourites/albums", "PLAYLIST"),
    "a word of tomorrow": ([("SEARCH_METHOD", "CONTEXTUAL"), ("MOOD", "blue"), ("TRACK", SONG)], SONG.uri, "TRACK"),
    "two artists": ([("ARTIST", HARBOR), ("ARTIST", "Somebody Else")], "library://artist/1", "ARTIST"),
    "an album in words": ([("ALBUM", "night ferry"), ("ARTIST", "blue harbor")], "library://album/1", "ALBUM"),
    "an artist in words": ([("ARTIST", "blue harbour")], "library://artist/1", "ARTIST"),
    "a genre of any spelling": ([("GENRE", "  ROCK ")], "ma:genre/rock", "GENRE"),
}


@pytest.mark.parametrize(("attributes", "content_id", "kind"), RESOLVED.values(), ids=list(RESOLVED))
def test_what_is_asked_is_one_content(music, attributes, content_id, kind):
    """Each way of asking has one contentId, of the kind that was asked for, and no `actions`."""
    content = music.search(*attributes)["payload"]["content"]
    assert (content["id"], content["metadata"]["type"]) == (content_id, kind)
    assert content.keys() == {"id", "metadata"}
    assert content["metadata"]["art"]["sources"]


def test_every_row_of_the_page_is_tried():
    """The contentIds of docs/music-skill.md's table are those of the table here."""
    page = (Path(__file__).parents[3] / "docs" / "music-skill.md").read_text()
    table = page.partition("## What is asked, what plays")[2].partition("\n## ")[0]
    forms = ("ma:library", "ma:genre/", "ma:station/", "ma:favourites/")
    assert [form for form in forms if form not in table] == []


def test_an_answer_in_full(music):
    """A track is answered as the seed shows it: plain words to speak in small letters, authors, album, art."""
    metadata = music.search(("TRACK", SONG))["payload"]["content"]["metadata"]
    art = metadata.pop("art")
    assert [source["size"] for source in art["sources"]] == ["X_SMALL", "SMALL", "MEDIUM", "LARGE", "X_LARGE"]
    assert metadata == {
        "type": "TRACK",
        "name": {"speech": {"type": "PLAIN_TEXT", "text": "summit"}, "display": "Summit"},
        "authors": [{"name": {"speech": {"type": "PLAIN_TEXT", "text": "blue harbor"}, "display": "Blue Harbor"}}],
        "album": {"name": {"speech": {"type": "PLAIN_TEXT", "text": "night ferry"}, "display": "Night Ferry"}},
    }


def test_a_station_is_called_after_what_it_is_like(music):
    """The station of an artist says so in its name; what is kept of it is the artist's own, for home to compare."""
    content = music.search(("ARTIST", HARBOR), KIND_STATION)["payload"]["content"]
    assert content["metadata"]["name"]["display"] == "Blue Harbor Radio"
    assert music.store.content(content["id"]).name == "Blue Harbor"


def test_an_album_of_nobody_has_authors(music):
    """Alexa wants an album's authors, so a sampler has "Various Artists"."""
    sampler = MediaItem("library://album/7", "Sampler", MediaType.ALBUM)
    music.home.library.append(sampler)
    (author,) = music.search(("ALBUM", sampler))["payload"]["content"]["metadata"]["authors"]
    assert author["name"]["display"] == "Various Artists"


# What it costs


def test_what_the_catalogue_names_costs_nothing(music):
    """With a row or the sandbox's own memory: no round trip home, no queue, no player."""
    music.store.remember(SONG)
    for _ in range(3):
        music.search(("TRACK", SONG), ("ARTIST", HARBOR))
    assert music.trips == []
    assert music.store.reads == 2  # no catalogue told of it, and the row; after that the sandbox knows
    assert music.store.writes == 1 + 1  # the test's own, and the row's new term


def test_without_a_row_home_is_asked_once(music):
    """An id whose row is missing costs one look at the library, and then has a row."""
    music.search(("TRACK", SONG))
    music.search(("TRACK", SONG))
    assert music.trips == ["item"]
    assert music.store.content(SONG.uri) == SONG


@pytest.mark.parametrize("attributes", [[], [POPULAR], [("GENRE", ROCK)]], ids=str)
def test_what_is_ours_costs_nothing_at_all(music, attributes):
    """Contents of ours say what they mean: not even a row is read or written."""
    music.search(*attributes)
    assert (music.trips, music.store.reads, music.store.writes) == ([], 0, 0)


@pytest.mark.parametrize("attributes", [[("ARTIST", "blue harbor")], [("TRACK", "summit"), ("ARTIST", "blue harbor")]])
def test_words_cost_one_search(music, attributes):
    """What Alexa could only hear is searched for once, of just that kind."""
    music.search(*attributes)
    assert music.trips == ["search"]
    assert len(music.home.calls[0].args["kinds"]) == 1


@pytest.mark.parametrize(("said", "found"), [("rock", True), ("  ROCK ", True), ("asdfgh qwertz", False)])
def test_a_genre_in_words_costs_one_look(music, said, found):
    """A genre that nobody has is not found when it is asked for, not only when it is to begin."""
    answer = music.search(("GENRE", said))
    assert (answer["header"]["name"] == "GetPlayableContent.Response") is found
    assert found or music.error(answer) == NOT_FOUND
    assert music.trips == ["has_genre"]


def test_words_that_fit_nothing_cost_one_search(music):
    """Nothing of that name: no second search, and nothing of another kind instead."""
    assert music.error(music.search(("ARTIST", "Night Ferry"))) == NOT_FOUND
    assert music.trips == ["search"]


def test_the_newest_album_costs_one(music):
    """An artist's row and one look at the albums."""
    music.store.remember(HARBOR)
    music.search(("ARTIST", HARBOR), KIND_ALBUM, NEW)
    assert music.trips == ["albums_of"]


def test_searching_touches_nothing(music):
    """No search begins a queue or takes a player, whatever it finds."""
    for attributes, _, _ in RESOLVED.values():
        music.search(*attributes)
    assert music.queues.calls == []
    assert music.store._seats == {}


# What a catalogue told, and what a number of Music Assistant's has come to mean

KIND_OF_BLUE = MediaItem(
    "library://album/3", "Kind of Blue", MediaType.ALBUM, "Miles Davis", other_uris=("files--1://album/Kind of Blue",)
)
SHARK = MediaItem(
    "library://album/3", "Baby Shark", MediaType.ALBUM, "Pinkfong", other_uris=("files--1://album/Baby Shark",)
)


def test_what_a_catalogue_told_costs_nothing_the_first_time(music):
    """An entity of a catalogue is known without home, and is what was told, whatever its number means there now."""
    music.store.remember_entities([KIND_OF_BLUE])
    music.home.library.append(SHARK)
    music.home.failure = HomeUnreachableError("HTTP 530 from the tunnel")
    for _ in range(3):
        content = music.search(("ALBUM", KIND_OF_BLUE))["payload"]["content"]
        assert (content["id"], content["metadata"]["name"]["display"]) == (KIND_OF_BLUE.uri, "Kind of Blue")
    assert music.trips == []
    assert (music.store.reads, music.store.writes) == (2, 1 + 1)  # the catalogue's, and the content's own row
    assert music.store.content(KIND_OF_BLUE.uri) == KIND_OF_BLUE


@pytest.mark.parametrize("asked", [("ALBUM", SHARK), ("ALBUM", "baby shark")], ids=["by its id", "in words"])
def test_a_number_that_means_another_record_has_another_content(music, asked):
    """An alarm keeps what its contentId meant; who asks for the other record gets that, by its provider's uri."""
    music.store.remember(KIND_OF_BLUE)
    music.store.remember_entities([SHARK])
    music.home.library.append(SHARK)
    for _ in range(2):
        content = music.search(asked)["payload"]["content"]
        assert (content["id"], content["metadata"]["name"]["display"]) == (SHARK.other_uris[0], "Baby Shark")
    assert music.store.content(KIND_OF_BLUE.uri) == KIND_OF_BLUE
    music.initiate(KIND_OF_BLUE.uri)
    assert music.queues.calls[-1].args["order"].content.name == "Kind of Blue"


@pytest.mark.parametrize(
    "now",
    [
        replace(KIND_OF_BLUE, name="Kind of Blue (Legacy Edition)"),
        replace(KIND_OF_BLUE, other_uris=()),
        replace(KIND_OF_BLUE, artist="", other_uris=(*KIND_OF_BLUE.other_uris, "files--2://album/9")),
    ],
    ids=["another name", "no provider", "nobody's"],
)
def test_a_record_that_changed_is_the_same_content(music, now):
    """Renamed, or known by its name alone, a record keeps its contentId, whose row says what it is now."""
    music.store.remember(KIND_OF_BLUE)
    music.store.remember_entities([now])
    assert music.search(("ALBUM", now))["payload"]["content"]["id"] == KIND_OF_BLUE.uri
    assert music.store.content(KIND_OF_BLUE.uri) == now


def test_a_namesake_is_another_content(music):
    """One that shares no provider's uri may be another recording: what an alarm keeps still means the first one."""
    namesake = replace(KIND_OF_BLUE, other_uris=("files--2://album/9",))
    music.store.remember(KIND_OF_BLUE)
    music.store.remember_entities([namesake])
    assert music.search(("ALBUM", namesake))["payload"]["content"]["id"] == "files--2://album/9"
    assert music.store.content(KIND_OF_BLUE.uri) == KIND_OF_BLUE


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("ma:genre/children's music", "Children's Music"),
        ("ma:genre/60's", "60's"),
        ("ma:genre/80s rock", "80s Rock"),
        ("ma:genre/EDM", "EDM"),
        ("ma:genre/Drum and Bass", "Drum and Bass"),
    ],
)
def test_how_a_genre_is_shown(music, uri, name):
    """In the capitals of its uri where it has some, else each word with one."""
    content = music.search(("GENRE", MediaItem(uri, "", MediaType.GENRE)))["payload"]["content"]
    assert (content["metadata"]["name"]["display"], content["id"]) == (name, uri.casefold())


@pytest.mark.parametrize(
    "asked",
    [
        MediaItem("ma:genre/rock\u200dpop", "", MediaType.GENRE),
        MediaItem("ma:genre/sh\u00adoegaze", "", MediaType.GENRE),
        MediaItem("files--1://track/" + "x" * 1_400, "Long", MediaType.TRACK),
        MediaItem("files--1://track/a\u200db ", "Odd", MediaType.TRACK),
    ],
    ids=["a joiner", "a soft hyphen", "a long uri", "a space behind"],
)
def test_whatever_is_handed_out_can_be_begun(music, asked):
    """The contentId is taken back as it was given, however long or odd."""
    music.home.library.append(asked)
    named = asked if asked.media_type is MediaType.GENRE else asked.name
    content = music.search((str(asked.media_type).upper(), named))["payload"]["content"]
    music.initiate(content["id"])
    assert music.queues.calls[-1].args["order"].content.uri == content["id"] == asked.uri


def test_what_could_not_be_begun_is_not_handed_out(music):
    """A uri that is too long for a contentId is not found."""
    music.home.library.append(MediaItem("files--1://track/" + "x" * URI_LIMIT, "Long", MediaType.TRACK))
    assert music.error(music.search(("TRACK", "Long")))[2] == "CONTENT_NOT_FOUND"


TEN = MediaItem("library://track/51", "Alive", MediaType.TRACK, "Pearl Jam", in_library=True, album="Ten")
ACTING = MediaItem("library://track/50", "Alive", MediaType.TRACK, "Sia", in_library=True, album="This Is Acting")
OCEANS = MediaItem("library://track/52", "Oceans", MediaType.TRACK, "Pearl Jam", in_library=True, album="Vs.")


@pytest.mark.parametrize(
    ("album", "found"),
    [("ten", TEN), ("this is acting", ACTING), ("vs", ACTING), ("nothing like it", ACTING)],
)
def test_a_song_in_words_is_the_one_of_its_album(music, album, found):
    """Of two of one name the album's is meant; an album that has no such song is passed over. One search."""
    music.home.library += [ACTING, TEN, OCEANS]
    answer = music.search(("TRACK", "alive"), ("ALBUM", album))
    assert answer["payload"]["content"]["id"] == found.uri
    assert music.trips == ["search"]


def test_an_album_that_is_named_by_its_id_chooses_the_song_too(music):
    """What a catalogue told of the album is enough to know its name."""
    album = MediaItem("library://album/40", "Ten", MediaType.ALBUM, "Pearl Jam")
    music.store.remember_entities([album])
    music.home.library += [ACTING, TEN]
    assert music.search(("TRACK", "alive"), ("ALBUM", album))["payload"]["content"]["id"] == TEN.uri


# What is not there, and what may not be heard


@pytest.mark.parametrize(
    "entity",
    [
        "track.4711",
        "",
        "ma",
        "x" * 10_000,
        entity_id("library://track/404"),
        entity_id("/etc/passwd"),
        entity_id("ma:x"),
    ],
)
def test_an_id_that_names_nothing(music, entity):
    """An id that is not ours, or of something that is gone, is not found; no other thing is played for it."""
    attribute = {"type": "TRACK", "entityId": entity, "value": None}
    answer = music.ask("Alexa.Media.Search.GetPlayableContent", selectionCriteria={"attributes": [attribute]})
    if entity:
        assert music.error(answer) == NOT_FOUND
    else:
        assert answer["payload"]["content"]["id"] == "ma:library"  # it names nothing: "play music"


def test_a_foreign_id_with_words(music):
    """An id of somebody else's catalogue is passed over where the words are there, too."""
    attribute = {"type": "ARTIST", "entityId": "artist.12", "value": "Blue Harbor"}
    answer = music.ask("Alexa.Media.Search.GetPlayableContent", selectionCriteria={"attributes": [attribute]})
    assert answer["payload"]["content"]["id"] == HARBOR.uri


def test_an_id_of_another_kind_is_refused(music):
    """An album under the type of a track: the wrong type would make Alexa stop silently."""
    assert music.error(music.search(("TRACK", ALBUM))) == NOT_FOUND


def test_explicit_tracks_are_filtered(music):
    """With the filter on, an explicit track is CONTENT_FILTERED and a clean one is not; off, both are found."""
    assert music.error(music.search(("TRACK", RUDE), explicit=False)) == ("Alexa.Media", "1.0", "CONTENT_FILTERED")
    assert "content" in music.search(("TRACK", RUDE))["payload"]
    assert "content" in music.search(("TRACK", SONG), explicit=False)["payload"]


@pytest.mark.parametrize("filters", [None, {}, {"explicitLanguageAllowed": None}, {"explicitLanguageAllowed": "x"}, []])
def test_a_filter_that_is_not_set_filters_nothing(music, filters):
    """Only a filter that says no keeps something from being heard."""
    asked = {"attributes": [{"type": "TRACK", "entityId": entity_id(RUDE.uri)}]}
    answer = music.ask("Alexa.Media.Search.GetPlayableContent", filters=filters, selectionCriteria=asked)
    assert answer["payload"]["content"]["id"] == RUDE.uri


@pytest.mark.parametrize("user", ["amzn1.ask.account.A", "amzn1.ask.account.B"])
def test_everyone_gets_the_same_content(music, user):
    """A contentId has nothing of a user, a session or a queue in it."""
    asked = {"attributes": [{"type": "ALBUM", "entityId": entity_id(ALBUM.uri)}]}
    context = {"user": {"id": user, "accessToken": "x"}, "location": {"originatingLocale": "en-US"}}
    answer = music.ask("Alexa.Media.Search.GetPlayableContent", requestContext=context, selectionCriteria=asked)
    assert answer["payload"]["content"]["id"] == "library://album/1"


# A table or a home that is away


def test_without_the_table_search_still_finds(music):
    """The rows are a cache: without them home is asked, each time."""
    music.store.away = PlaybackStoreError("throttled")
    for _ in range(2):
        assert music.search(("ALBUM", ALBUM))["payload"]["content"]["id"] == ALBUM.uri
    assert music.trips == ["item", "item"]


def test_without_home_what_is_known_is_found(music):
    """With a row, home may be away; without one, that is said."""
    music.store.remember(SONG)
    music.home.failure = HomeUnreachableError("HTTP 530 from the tunnel")
    assert music.search(("TRACK", SONG))["payload"]["content"]["id"] == SONG.uri
    assert music.error(music.search(("ALBUM", ALBUM))) == ("Alexa", "3.0", "INTERNAL_ERROR")


def test_without_its_row_no_alarm_is_taken_for_another_thing(music, monkeypatch):
    """A row that cannot be read at Initiate is the table's error: without a name home would play whatever is there."""
    music.store.remember(SONG)
    monkeypatch.setattr(music.store, "content", lambda _uri: (_ for _ in ()).throw(PlaybackStoreError("throttled")))
    answer = music.ask("Alexa.Media.Playback.Initiate", contentId=SONG.uri)
    assert music.error(answer) == ("Alexa", "3.0", "INTERNAL_ERROR")
    assert music.queues.calls == []
    assert music.store._seats == {}


def test_a_sandbox_remembers_so_many(home, music_store):
    """What one sandbox knows by heart does not grow without end, and the latest stays."""
    contents = Contents(home, music_store)
    for number in range(KEPT + 20):
        home.library = [MediaItem(f"library://track/{number}", "x", MediaType.TRACK)]
        contents._handed_out(home.library[0])
    assert len(contents._remembered) == KEPT
    assert f"library://track/{KEPT + 19}" in contents._remembered


@pytest.mark.parametrize(
    "content_id",
    [
        *("", "album:9", "playlist:deleted-last-year", "ma:", "ma:x", "ma:genre/", "ma:favourites/cats", "ma:station/"),
        *("ma:station/x", "ma:station/ma:station/library://artist/1", "/etc/passwd", "library://track/9\n", "://x"),
        *("library://track/" + "9" * URI_LIMIT, "../x://y", "library:// track\x00"),
    ],
    ids=repr,
)
def test_what_can_be_no_content(home, music_store, content_id):
    """A contentId of another form is not found, without a read and without a round trip."""
    with pytest.raises(MediaNotFoundError):
        Contents(home, music_store).meaning(content_id)
    assert (home.calls, music_store.reads) == ([], 0)


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("library://album/3", MediaType.ALBUM),
        ("spotify--Xy_1://track/4iV5W9uYEdYUVa79Axb7Rh", MediaType.TRACK),
        ("filesystem_local--a://track/Blue Harbor/01 Summit (Live) é.mp3", MediaType.TRACK),
        ("http://radio.example.com/live", MediaType.UNKNOWN),
        ("ma:library", MediaType.PLAYLIST),
        ("ma:station/library://track/9", MediaType.RADIO),
    ],
)
def test_a_content_nobody_remembers(home, music_store, uri, kind):
    """What has no row is taken by its uri alone; its kind stands there."""
    meant = Contents(home, music_store).meaning(uri)
    assert (meant.uri, meant.media_type) == (uri, kind)


def test_an_id_of_nobody_is_not_searched_for(home, music_store):
    """An id that is not ours, without words: not found, and home is not asked for a name that nobody said."""
    for named in (Named("somebody-else"), Named()):
        with pytest.raises(MediaNotFoundError):
            Contents(home, music_store).playable(Criteria({MediaType.TRACK: named}))
    assert home.calls == []


# What screens show


def displayed(music, *criteria, **more):
    asked = [{"attributes": [{"type": kind, "value": text}]} for kind, text in criteria]
    key = "Alexa.Media.Search.GetDisplayableContent"
    return music.ask(key, version="2.0", alexaResolvedSelectionCriteria=asked, **more)


def test_a_screen_is_shown_shelves(music):
    """Several criteria: one shelf for each kind, and here content says what can be done with it."""
    answer = displayed(music, ("ARTIST", "blue harbor"), ("ALBUM", "night ferry"), ("ALBUM", "salt and wire"))
    assert (answer["header"]["name"], answer["header"]["payloadVersion"]) == ("GetDisplayableContent.Response", "2.0")
    shelves = answer["payload"]["contentGroups"]
    assert [shelf["metadata"]["name"]["display"] for shelf in shelves] == ["Albums", "Artists"]
    assert [tile["id"] for tile in shelves[0]["contentList"]] == ["library://album/1", "library://album/2"]
    assert shelves[0]["contentList"][0]["actions"] == {"playable": True, "browsable": False}


@pytest.mark.parametrize("criteria", [[], [("SEARCH_METHOD", "RECOMMENDED")]])
def test_a_screen_with_nothing_to_look_for(music, criteria):
    """Nothing named: the library and the favourites, without asking home."""
    (shelf,) = displayed(music, *criteria)["payload"]["contentGroups"]
    assert [tile["id"] for tile in shelf["contentList"]][:2] == ["ma:library", "ma:favourites/tracks"]
    assert music.trips == []


def test_a_screen_is_shown_what_is_there(music):
    """What is not found is left out; all of it, and the error is that of any search."""
    shelves = displayed(music, ("ARTIST", "nobody"), ("ALBUM", "night ferry"))["payload"]["contentGroups"]
    assert len(shelves) == 1
    assert music.error(displayed(music, ("ARTIST", "nobody"))) == NOT_FOUND


def test_a_screen_says_how_much_it_shows(music):
    """No more than asked for, and no more looked for than that."""
    albums = ("ALBUM", "night ferry"), ("ALBUM", "salt and wire"), ("ARTIST", "blue harbor")
    for criteria, trips in (((), 0), (albums, 2)):
        (shelf,) = displayed(music, *criteria, maxResultLimit=2)["payload"]["contentGroups"]
        assert len(shelf["contentList"]) == 2
        assert len(music.trips) == trips
