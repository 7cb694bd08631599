"""How Music Assistant's API answers, oddities included."""

import io
from urllib.parse import quote_plus

import pytest
from PIL import Image

from simulator.waiting import eventually

UNKNOWN = "02:00:00:00:00:00"


@pytest.mark.parametrize(
    "authorization", ["Bearer nonsense", "Basic YTpi", "nonsense", "Bearer "], ids=lambda value: value.strip()
)
def test_without_a_good_token_it_answers_401_in_plain_text(server, authorization):
    """Every bad Authorization header is the same 401."""
    answer = server.post({"command": "players/all"}, authorization=authorization)
    assert (answer.status, answer.text) == (401, "Authentication required")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Music Assistant"'


def test_the_word_bearer_may_be_lower_case(server):
    """`bearer` is as good as `Bearer`."""
    assert server.post({"command": "players/all"}, authorization=f"bearer {server.token}").status == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "Body required"),
        (b"{bad", "Invalid JSON: {bad"),
        (b"{}", "Invalid JSON: missing required field"),
        ({"command": "foo/bar"}, "Invalid Command: foo/bar"),
    ],
)
def test_a_broken_request_is_a_400_that_names_the_fault(server, body, text):
    """What is no command is told so."""
    answer = server.post(body)
    assert (answer.status, answer.text) == (400, text)


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("player_queues/play_media", {"queue_id": UNKNOWN, "media": "library://track/1"}),
        ("player_queues/play_media", {}),
        ("player_queues/play_index", {"queue_id": UNKNOWN, "index": 0}),
        ("music/item_by_uri", {"uri": "library://track/999999"}),
        ("music/albums/album_tracks", {"item_id": "999999", "provider_instance_id_or_domain": "library"}),
    ],
)
def test_whatever_goes_wrong_is_a_500_without_a_reason(server, command, args):
    """A missing argument, an unknown queue and an unknown item cannot be told apart."""
    answer = server.command(command, **args)
    assert (answer.status, answer.text) == (500, "Internal server error")


def test_a_user_may_not_do_what_admins_do(server):
    """A user's token gets 403 where a role is wanted."""
    answer = server.command("config/providers/save", provider_domain="builtin", values={})
    assert (answer.status, answer.text) == (403, "Admin access required")


def test_unknown_ids_are_null_or_an_empty_list(server):
    """Getters do not fail for what is not there."""
    assert server.api("players/get", player_id=UNKNOWN) is None
    assert server.api("player_queues/get", queue_id=UNKNOWN) is None
    assert server.api("player_queues/items", queue_id=UNKNOWN) == []
    assert server.api("players/cmd/pause", player_id=UNKNOWN) is None


def test_unknown_arguments_are_ignored_and_text_may_be_a_number(server, player):
    """`"1"` will do where an int is wanted."""
    server.play(player)
    items = server.api("player_queues/items", queue_id=player.mac, limit="2", offset="1", colour="blue")
    assert [item["media_item"]["name"] for item in items] == ["Summit", "River Letters"]


def test_a_bad_option_is_swallowed_and_loads_nothing(server, player):
    """200 null, and the queue stays empty."""
    uri = server.uri("track", "Summit")
    assert server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="bogus") is None
    assert server.items(player) == []


def test_a_bad_repeat_mode_is_swallowed(server, player):
    """200 null."""
    assert server.api("player_queues/repeat", queue_id=player.mac, repeat_mode="bogus") is None
    assert server.queue(player)["repeat_mode"] not in ("one", "all")


def test_a_replace_that_fails_has_emptied_the_queue_before(server, player):
    """What played is gone although the answer is 500."""
    server.play(player)
    assert len(server.items(player)) == 5
    answer = server.command(
        "player_queues/play_media", queue_id=player.mac, media="library://album/999999", option="replace"
    )
    assert answer.status == 500
    assert server.items(player) == []


def test_of_several_media_the_unknown_ones_are_left_out(server, player):
    """A list plays what of it can be found."""
    media = ["library://track/999999", server.uri("track", "Summit"), server.uri("track", "Gulls")]
    server.api("player_queues/play_media", queue_id=player.mac, media=media, option="add")
    assert server.titles(player) == ["Summit", "Gulls"]


def test_start_item_leaves_out_what_is_before_it(server, player):
    """The queue begins with the start item."""
    album = server.uri("album", "Night Ferry")
    start = server.uri("track", "River Letters")
    server.api("player_queues/play_media", queue_id=player.mac, media=album, option="replace", start_item=start)
    assert server.titles(player) == ["River Letters", "Lantern", "Last Crossing"]


def test_a_start_item_that_is_not_in_it_is_a_500(server, player):
    """A plain title is no start item."""
    album = server.uri("album", "Night Ferry")
    answer = server.command(
        "player_queues/play_media", queue_id=player.mac, media=album, option="replace", start_item="Lantern"
    )
    assert answer.status == 500


def test_adding_to_an_empty_queue_shows_the_first_item_but_plays_nothing(server, player):
    """`add` sets the index to 0 and leaves the player alone."""
    uri = server.uri("album", "Night Ferry")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="add")
    assert server.current(player) == ("idle", 0, "Stairs of Rain")
    assert [strm for strm in player.strms() if strm.command == "s"] == []


def test_search_has_a_list_for_every_type(server):
    """The key of stations is `radio`, in the singular; types that were not asked for are empty."""
    found = server.api("music/search", search_query="blue harbor", media_types=["artist", "album"])
    assert set(found) >= {"artists", "albums", "genres", "tracks", "playlists", "radio", "audiobooks", "podcasts"}
    assert [item["name"] for item in found["artists"]] == ["Blue Harbor"]
    assert found["tracks"] == []


def test_search_is_deaf_to_accents_and_case(server):
    """`cafe minuit` finds `Café Minuit`."""
    found = server.api("music/search", search_query="CAFE minuit", library_only=True)
    assert [item["name"] for item in found["albums"]] == ["Café Minuit"]


def test_search_finds_records_and_tracks_by_their_artist(server):
    """An artist's name brings the artist, the records and the tracks."""
    found = server.api("music/search", search_query="iron meadow", library_only=True)
    assert [item["name"] for item in found["albums"]] == ["Rust & Clover"]
    assert {item["name"] for item in found["tracks"]} >= {"Anvil Song", "Plough"}


def test_artist_dash_title_finds_that_track_only(server):
    """`artist - title` is understood."""
    found = server.api("music/search", search_query="blue harbor - summit", media_types=["track"])
    assert [item["name"] for item in found["tracks"]] == ["Summit"]


def test_a_track_tells_its_artist_its_record_and_a_picture(server):
    """The shape that the skill reads."""
    track = server.api("music/item_by_uri", uri=server.uri("track", "La Fenêtre"))
    assert track["artists"][0]["name"] == "Élodie Marchand"
    assert track["album"]["name"] == "Café Minuit"
    assert track["media_type"] == "track"
    assert track["duration"] > 0
    assert track["uri"].startswith("library://track/")
    assert track["metadata"]["images"][0].keys() >= {"type", "path", "provider", "remotely_accessible"}


def test_tracks_of_a_playlist_are_named_by_their_provider(server):
    """`library://` is for the library's own lists only."""
    playlist = server.uri("playlist", "Late Drive").rpartition("/")[2]
    args = {"item_id": playlist, "provider_instance_id_or_domain": "library"}
    tracks = server.api("music/playlists/playlist_tracks", **args)
    assert [track["name"] for track in tracks][:2] == ["Neon Carp", "Last Crossing"]
    assert all(track["uri"].startswith("filesystem_local--") for track in tracks)


def test_pictures_need_no_token(server):
    """/imageproxy answers an image for what an item names, and 404 for everything else."""
    image = server.api("music/item_by_uri", uri=server.uri("album", "Night Ferry"))["metadata"]["images"][0]
    path = quote_plus(quote_plus(image["path"]))
    shown = server.open(f"/imageproxy?path={path}&provider={image['provider']}&size=200&fmt=jpeg")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.body.startswith(b"\xff\xd8")
    assert server.open(f"/imageproxy?path={path}&provider=nobody&size=200").status == 404
    assert server.open(f"/imageproxy?path=none.jpg&provider={image['provider']}&size=200").status == 404


def test_pictures_keep_their_proportions(server):
    """A size bounds the longer side of a picture; a picture is never made larger."""
    image = server.api("music/item_by_uri", uri=server.uri("album", "Night Ferry"))["metadata"]["images"][0]
    path = quote_plus(quote_plus(image["path"]))

    def sides(size):
        shown = server.open(f"/imageproxy?path={path}&provider={image['provider']}&size={size}&fmt=jpeg")
        return Image.open(io.BytesIO(shown.body)).size

    whole = sides(0)
    assert max(sides(256)) == min(256, max(whole))
    assert min(sides(256)) == pytest.approx(min(whole) * max(sides(256)) / max(whole), abs=1)
    assert max(sides(1024)) == min(1024, max(whole))


def test_info_needs_no_token(server):
    """/info tells the schema, which says whether the server is new enough."""
    info = server.open("/info").json
    assert info.keys() >= {"server_id", "server_version", "schema_version", "base_url"}
    assert info["schema_version"] >= info["min_supported_schema_version"] >= 28


def test_a_player_renames_itself(server, player):
    """An unsolicited name is taken over, and the player is found by it."""
    player.rename("Salle à manger")
    eventually(lambda: server.queue(player)["display_name"] == "Salle à manger", what="the new name")
    assert server.api("players/get_by_name", name="Salle à manger")["player_id"] == player.mac


def test_favourites_are_added_by_uri_and_removed_by_library_id(server):
    """Both are silent, also twice."""
    uri = server.uri("track", "Gulls")
    for _ in range(2):
        assert server.api("music/favorites/add_item", item=uri) is None
    assert server.api("music/item_by_uri", uri=uri)["favorite"] is True
    number = uri.rpartition("/")[2]
    server.api("music/favorites/remove_item", media_type="track", library_item_id=number)
    assert server.api("music/item_by_uri", uri=uri)["favorite"] is False
