"""What the API's commands make of a queue."""

import pytest

from simulator.waiting import eventually

NIGHT_FERRY = ["Stairs of Rain", "Summit", "River Letters", "Lantern", "Last Crossing"]


@pytest.fixture
def playing(server, player):
    """Have a player in the first track of a record."""
    strm = server.play(player)
    server.pull(strm, limit=1000)
    player.start()
    eventually(lambda: server.current(player)[0] == "playing", what="playing")
    server.let_pass(1, player)
    return strm


def load(server, player, media, option):
    server.api("player_queues/play_media", queue_id=player.mac, media=media, option=option)


def test_play_puts_it_after_the_current_item_and_plays_it(server, player, playing):
    """The rest of the queue stays."""
    seen = player.seen
    load(server, player, server.uri("track", "Gulls"), "play")
    player.buffer(after=seen)
    assert server.titles(player) == ["Stairs of Rain", "Gulls", *NIGHT_FERRY[1:]]
    eventually(lambda: server.current(player) == ("paused", 1, "Gulls"), what="the added track")


def test_replace_stops_what_plays_before_it_plays(server, player, playing):
    """The last of its packets is strm s, not strm q."""
    seen = player.seen
    load(server, player, server.uri("album", "Morning Tide"), "replace")
    player.strm("s", after=seen)
    server.let_pass(0.5, player)
    assert [strm.command for strm in player.strms(after=seen)] == ["q", "f", "q", "s"]


def test_replace_next_keeps_only_the_current_item(server, player, playing):
    """What was to follow is gone; nothing is interrupted."""
    seen = player.seen
    load(server, player, server.uri("track", "Gulls"), "replace_next")
    assert server.titles(player) == ["Stairs of Rain", "Gulls"]
    assert [strm for strm in player.strms(after=seen) if strm.command == "s"] == []


def test_add_puts_it_at_the_end(server, player, playing):
    """In the order that was asked for."""
    load(server, player, [server.uri("track", "Gulls"), server.uri("track", "Origami")], "add")
    assert server.titles(player) == [*NIGHT_FERRY, "Gulls", "Origami"]


def test_an_artist_is_played_mixed(server, player):
    """Every track of theirs once, in whatever order."""
    load(server, player, server.uri("artist", "Blue Harbor"), "replace")
    titles = server.titles(player)
    assert set(NIGHT_FERRY) < set(titles)
    assert len(titles) == len(set(titles)) == 10


def test_a_playlist_keeps_its_order_and_its_tracks_become_the_librarys(server, player):
    """The uri of the current item is library:// although the playlist names files."""
    seen = player.seen
    load(server, player, server.uri("playlist", "Late Drive"), "replace")
    player.buffer(after=seen)
    assert server.titles(player) == ["Neon Carp", "Last Crossing", "Thunder Barn", "Morgenröte", "Long Echo"]
    items = server.items(player)
    assert items[0]["media_item"]["uri"].startswith("library://track/")
    assert items[4]["media_item"]["uri"].startswith("filesystem_local--")


def test_an_item_is_played_by_index_or_by_id(server, player, playing):
    """Both make it the current one."""
    third = server.items(player)[2]["queue_item_id"]
    for which, index in ((1, 1), (third, 2)):
        seen = player.seen
        server.api("player_queues/play_index", queue_id=player.mac, index=which)
        player.buffer(after=seen)
        eventually(lambda index=index: server.current(player)[1] == index, what=f"index {index}")


@pytest.mark.parametrize("which", [99, "0" * 32])
def test_an_item_that_is_not_there_cannot_be_played(server, player, playing, which):
    """An index too large, an id unknown."""
    assert server.command("player_queues/play_index", queue_id=player.mac, index=which).status == 500


@pytest.fixture
def at_the_last(server, player, playing):
    """Have a player in the last track of the record, its first bytes pulled."""
    seen = player.seen
    server.api("player_queues/play_index", queue_id=player.mac, index=4)
    strm = player.buffer(after=seen)
    server.pull(strm, limit=1000)
    player.start()
    eventually(lambda: server.current(player) == ("playing", 4, "Last Crossing"), what="the last track")
    server.let_pass(1, player)
    return strm


def test_after_the_last_item_nothing_of_its_session_comes(server, player, at_the_last):
    """STMd brings nothing, or what aioslimproto 3.1.5 still held from the session before."""
    try:
        stale = player.decode_next(within=1)
    except AssertionError:
        return
    assert stale.session != at_the_last.session


def test_a_queue_that_ends_early_is_not_emptied(server, player, at_the_last):
    """STMu long before the end of the last track makes it idle, and that is all."""
    player.end()
    eventually(lambda: server.current(player)[0] == "idle", what="idle")
    server.let_pass(6, player)
    assert server.titles(player) == NIGHT_FERRY


def test_repeat_all_goes_from_the_last_item_to_the_first(server, player, at_the_last):
    """Set while playing, it is handed over at once."""
    server.api("player_queues/repeat", queue_id=player.mac, repeat_mode="all")
    server.let_pass(1, player)
    first = server.items(player)[0]["queue_item_id"]
    assert player.decode_next().queue_item_id == first


def test_what_is_added_after_the_last_item_comes_next(server, player, at_the_last):
    """The server hands it over by itself."""
    load(server, player, server.uri("track", "Gulls"), "add")
    server.let_pass(1, player)
    assert player.decode_next().queue_item_id == server.items(player)[5]["queue_item_id"]


def test_next_at_the_end_is_nothing(server, player, at_the_last):
    """200, and the last track stays."""
    seen = player.seen
    server.api("player_queues/next", queue_id=player.mac)
    server.let_pass(1.5, player)
    assert server.current(player)[1] == 4
    assert [strm for strm in player.strms(after=seen) if strm.command == "s"] == []


def test_clear_stops_the_player(server, player, playing):
    """Strm q, and nothing is left."""
    seen = player.seen
    server.api("player_queues/clear", queue_id=player.mac)
    player.strm("q", after=seen)
    queue = server.queue(player)
    assert (queue["items"], queue["current_index"], queue["current_item"]) == (0, None, None)


def test_an_item_is_moved(server, player, playing):
    """Down by one; and by 0 to be the next one."""
    items = server.items(player)
    server.api("player_queues/move_item", queue_id=player.mac, queue_item_id=items[1]["queue_item_id"], pos_shift=1)
    assert server.titles(player)[1:3] == ["River Letters", "Summit"]
    server.api("player_queues/move_item", queue_id=player.mac, queue_item_id=items[4]["queue_item_id"], pos_shift=0)
    assert server.titles(player)[1] == "Last Crossing"


def test_a_moved_item_is_what_comes_next(server, player, playing):
    """Half a second later the player is handed the new next one."""
    items = server.items(player)
    server.api("player_queues/move_item", queue_id=player.mac, queue_item_id=items[3]["queue_item_id"], pos_shift=0)
    server.let_pass(1, player)
    assert player.decode_next().queue_item_id == items[3]["queue_item_id"]


def test_a_heartbeat_alone_does_not_move_the_clock(server, player, playing):
    """STMt and then STMr does."""
    player.stat("STMt", 12_000)
    server.let_pass(1.5, player)
    assert server.queue(player)["elapsed_time"] < 10
    player.stat("STMt", 15_000)
    player.stat("STMr")
    eventually(lambda: server.queue(player)["elapsed_time"] >= 15, what="the corrected position")


def test_resume_while_playing_begins_anew_at_the_same_place(server, player, playing):
    """A new session, from where it is."""
    player.stat("STMt", 9_000)
    player.stat("STMr")
    eventually(lambda: server.queue(player)["elapsed_time"] >= 9, what="nine seconds")
    seen = player.seen
    server.api("player_queues/resume", queue_id=player.mac)
    strm = player.buffer(after=seen)
    assert (strm.queue_item_id, strm.session == playing.session) == (playing.queue_item_id, False)
    player.start()
    eventually(lambda: server.queue(player)["elapsed_time"] >= 9, what="the same place")


def test_a_station_cannot_be_sought_and_nothing_follows_it(server, player):
    """It has no length."""
    seen = player.seen
    load(server, player, server.uri("radio", "Lighthouse FM"), "replace")
    strm = player.buffer(after=seen)
    server.pull(strm, limit=1000)
    player.start()
    eventually(lambda: server.current(player)[0] == "playing", what="playing")
    assert server.command("player_queues/seek", queue_id=player.mac, position=10).status == 500
    with pytest.raises(AssertionError, match="No strm s"):
        player.decode_next(within=1)


def test_a_shuffled_queue_mixes_what_replaces_it(server, player, playing):
    """All of it is there."""
    server.api("player_queues/shuffle", queue_id=player.mac, shuffle_enabled=True)
    seen = player.seen
    load(server, player, server.uri("album", "Morning Tide"), "replace")
    player.buffer(after=seen)
    assert sorted(server.titles(player)) == ["Copper Wire", "Gulls", "Harbor Bells", "Long Echo", "Salt and Paper"]
    assert server.queue(player)["shuffle_enabled"] is True


def test_the_volume_is_told_to_the_player(server, player):
    """Set, up, and what the API shows."""
    server.api("players/cmd/volume_set", player_id=player.mac, volume_level=40)
    eventually(lambda: server.api("players/get", player_id=player.mac)["volume_level"] == 40, what="the volume")


def test_a_second_connection_of_a_player_is_hung_up(server, player, connect):
    """The first one lives on."""
    second = server.connect_again(player)
    with second:
        eventually(second.is_hung_up, what="the end of the second connection")
    assert not player.is_hung_up()
    assert server.queue(player)
