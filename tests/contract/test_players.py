"""What a player's packets do to its queue: the table of the bridge's contract, each row by hand."""

import pytest

from simulator import tones
from simulator.waiting import eventually

FIRST, SECOND, THIRD = "Stairs of Rain", "Summit", "River Letters"


@pytest.fixture
def playing(server, player):
    """Have a player in the first track of a record, two seconds heard, its first bytes pulled."""
    strm = server.play(player)
    server.pull(strm, limit=1000)
    player.start()
    shows(server, player, "playing", 0, FIRST)
    server.let_pass(2, player)
    return strm


def shows(server, player, *expected):
    """Wait until the server shows state, index and title."""

    def check():
        assert server.current(player) == expected
        return True

    eventually(check, what=f"{expected}")


def title(server, player, strm):
    """Return the title of the item that a stream is of."""
    return next(
        item["media_item"]["name"] for item in server.items(player) if item["queue_item_id"] == strm.queue_item_id
    )


def test_a_new_stream_is_paused_at_its_start_until_it_is_heard(server, player):
    """After strm u: STMs, STMt 0, STMp."""
    strm = server.play(player)
    shows(server, player, "paused", 0, FIRST)
    assert strm.autostart in "02"
    assert title(server, player, strm) == FIRST
    assert server.queue(player)["elapsed_time"] == 0


def test_heard_it_plays_from_where_it_is(server, player):
    """STMr, STMt: playing, and the position counts on."""
    server.play(player)
    player.start(1500)
    shows(server, player, "playing", 0, FIRST)
    server.let_pass(3, player)
    eventually(lambda: server.queue(player)["elapsed_time"] in (4, 5, 6), what="four seconds and a half")


def test_a_new_stream_that_is_not_acknowledged_is_not_shown(server, player, playing):
    """Without STMs the server falls back to the item before."""
    seen = player.seen
    server.api("player_queues/play_index", queue_id=player.mac, index=2)
    player.strm("s", after=seen)
    player.stat("STMc")
    player.resp()
    player.stat("STMl")
    player.strm("u", after=seen)
    server.let_pass(2, player)
    eventually(lambda: server.current(player)[1:] == (0, FIRST), what="the item before")


def test_a_new_stream_in_mid_track_is_shown_at_its_start(server, player, playing):
    """play_index while another plays."""
    seen = player.seen
    server.api("player_queues/play_index", queue_id=player.mac, index=2)
    player.buffer(after=seen)
    server.let_pass(2, player)
    shows(server, player, "paused", 2, THIRD)
    player.start()
    shows(server, player, "playing", 2, THIRD)


def test_the_next_stream_comes_for_the_asking_and_changes_nothing(server, player, playing):
    """STMd brings strm s with autostart 3; the old item stays current and its clock runs on."""
    strm = player.decode_next()
    assert strm.autostart == "3"
    assert title(server, player, strm) == SECOND
    assert strm.session == playing.session
    before = server.queue(player)["elapsed_time"]
    server.let_pass(3, player)
    shows(server, player, "playing", 0, FIRST)
    assert server.queue(player)["elapsed_time"] >= before + 2


def test_the_next_stream_is_moved_to_when_it_is_heard(server, player, playing):
    """STMs, STMt: the index moves within a second, the session stays."""
    strm = player.decode_next()
    player.start_next()
    shows(server, player, "playing", 1, SECOND)
    assert server.pull(strm, limit=1000).status == 200


def test_asked_at_the_very_start_the_next_stream_takes_a_moment(server, player):
    """It comes half a second after the first byte of the current one was pulled; ask until then."""
    strm = server.play(player)
    player.start()
    server.pull(strm, limit=1000)
    assert title(server, player, player.decode_next()) == SECOND


def test_next_item_is_empty_at_first(server, player):
    """Right after play_media nobody says what follows."""
    uri = server.uri("album", "Night Ferry")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="replace")
    assert server.queue(player)["next_item"] is None
    player.buffer()
    eventually(lambda: server.queue(player)["next_item"], what="what follows")


def test_someone_speaks_in_mid_track(server, player, playing):
    """STMt, STMp: paused with the position kept; STMr, STMt: playing within two seconds."""
    player.stop(7000)
    eventually(lambda: server.current(player)[0] == "paused", what="paused")
    assert server.queue(player)["elapsed_time"] == 7
    player.start(7000)
    eventually(lambda: server.current(player)[0] == "playing", within=2, what="playing again")
    server.let_pass(1, player)
    eventually(lambda: server.queue(player)["elapsed_time"] in (7, 8, 9, 10), what="the position")


def test_a_pause_of_the_player_lasts(server, player, playing):
    """Only a pause asked for through the API is ended after half a minute."""
    player.stop()
    eventually(lambda: server.current(player)[0] == "paused", what="paused")
    server.let_pass(40, player)
    assert server.current(player) == ("paused", 0, FIRST)


def test_a_pause_of_the_api_becomes_a_stop(server, player, playing):
    """Strm p at once, strm q half a minute later; the position is kept for resume."""
    seen = player.seen
    server.api("players/cmd/pause", player_id=player.mac)
    player.strm("p", after=seen)
    player.stop()
    server.let_pass(40, player)
    player.strm("q", after=seen)
    shows(server, player, "idle", 0, FIRST)
    server.api("player_queues/resume", queue_id=player.mac)
    strm = player.buffer(after=seen)
    assert title(server, player, strm) == FIRST


def test_play_of_the_api_ends_a_pause(server, player, playing):
    """Strm u with time 0, which the one after STMl has not."""
    player.stop()
    eventually(lambda: server.current(player)[0] == "paused", what="paused")
    seen = player.seen
    server.api("players/cmd/play", player_id=player.mac)
    assert player.strm("u", after=seen).time == 0
    player.start()
    shows(server, player, "playing", 0, FIRST)


@pytest.mark.parametrize(("command", "index"), [("next", 2), ("previous", 0)])
def test_next_and_previous_are_shown_at_once_and_played_a_second_later(server, player, playing, command, index):
    """The session rolls only then."""
    player.decode_next()
    player.start_next()
    shows(server, player, "playing", 1, SECOND)
    seen = player.seen
    server.api(f"player_queues/{command}", queue_id=player.mac)
    assert server.queue(player)["current_index"] == index
    assert [strm for strm in player.strms(after=seen) if strm.command == "s"] == []
    server.let_pass(1.2, player)
    strm = player.buffer(after=seen)
    assert strm.session != playing.session
    shows(server, player, "paused", index, [FIRST, SECOND, THIRD][index])


def test_at_the_end_the_player_is_idle_and_the_queue_is_emptied_in_five_seconds(server, player):
    """STMd, a pause, STMu."""
    uri = server.uri("track", "Polarkreis")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="replace")
    strm = player.buffer()
    server.pull(strm)
    length_s = server.queue(player)["current_item"]["duration"]
    player.start((length_s - 2) * 1000)
    eventually(lambda: server.queue(player)["elapsed_time"] >= length_s - 3, what="the position")
    server.let_pass(2, player)
    player.end()
    eventually(lambda: server.current(player)[0] == "idle", what="idle")
    assert len(server.items(player)) == 1
    server.let_pass(6, player)
    eventually(lambda: server.items(player) == [], what="an empty queue")
    assert server.command("player_queues/play_index", queue_id=player.mac, index=0).status == 500


def test_repeat_one_gives_the_same_item_and_the_same_url(server, player, playing):
    """Repeat all goes back to the first after the last."""
    server.api("player_queues/repeat", queue_id=player.mac, repeat_mode="one")
    server.pull(playing, limit=1000)
    server.let_pass(1, player)
    assert player.decode_next().path == playing.path


def test_shuffle_really_reorders_what_follows(server, player, playing):
    """The list of items is the order of play; off puts it back."""
    before = server.titles(player)
    server.api("player_queues/shuffle", queue_id=player.mac, shuffle_enabled=True)
    mixed = server.titles(player)
    assert mixed[0] == before[0]
    assert sorted(mixed) == sorted(before)
    server.pull(playing, limit=1000)
    server.let_pass(1, player)
    assert title(server, player, player.decode_next()) == mixed[1]
    server.api("player_queues/shuffle", queue_id=player.mac, shuffle_enabled=False)
    assert server.titles(player) == before


def test_the_next_track_pulled_early_and_heard_two_minutes_later(server, player, playing):
    """With STMd first, it is still the next one."""
    strm = player.decode_next()
    server.pull(strm, limit=100_000)
    server.let_pass(125, player)
    shows(server, player, "playing", 0, FIRST)
    player.start_next()
    shows(server, player, "playing", 1, SECOND)


def test_the_next_track_pulled_before_it_was_asked_for_skips_one_two_minutes_later(server, player, playing):
    """A pull alone makes the server, after two minutes, enqueue the one after it."""
    items = server.items(player)
    path = playing.mp3_path.replace(playing.queue_item_id, items[1]["queue_item_id"])
    server.pull(playing, path, limit=1000)
    server.let_pass(125, player)
    assert title(server, player, player.decode_next()) == THIRD


def test_play_next_while_someone_speaks(server, player, playing):
    """A pull of the current URL before and after makes the added one the next one."""
    server.pull(player.decode_next(), limit=1000)
    player.stop()
    eventually(lambda: server.current(player)[0] == "paused", what="paused")
    server.pull(playing, limit=1000)
    eventually(lambda: server.queue(player)["index_in_buffer"] == 0, what="the buffer back at the current item")
    uri = server.uri("track", "Gulls")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="next")
    server.pull(playing, limit=1000)
    server.let_pass(1, player)
    assert server.titles(player)[:3] == [FIRST, "Gulls", SECOND]
    strm = player.decode_next()
    assert tones.identify(server.pull(strm, limit=60_000).body) == "Gulls"


def test_without_that_pull_play_next_lands_one_late(server, player, playing):
    """It is put after what is in the buffer."""
    server.pull(player.decode_next(), limit=1000)
    eventually(lambda: server.queue(player)["index_in_buffer"] == 1, what="the buffered index")
    uri = server.uri("track", "Gulls")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="next")
    assert server.titles(player)[:3] == [FIRST, SECOND, "Gulls"]


def test_remove_this_while_someone_speaks(server, player, playing):
    """What was to come is deleted, and the one after it comes."""
    server.pull(player.decode_next(), limit=1000)
    player.stop()
    eventually(lambda: server.current(player)[0] == "paused", what="paused")
    server.pull(playing, limit=1000)
    eventually(lambda: server.queue(player)["index_in_buffer"] == 0, what="the buffer back at the current item")
    second = server.items(player)[1]["queue_item_id"]
    server.api("player_queues/delete_item", queue_id=player.mac, item_id_or_index=second)
    server.pull(playing, limit=1000)
    server.let_pass(1, player)
    assert title(server, player, player.decode_next()) == THIRD


def test_an_item_in_the_buffer_cannot_be_deleted(server, player, playing):
    """It stays, without an error."""
    current = playing.queue_item_id
    assert server.api("player_queues/delete_item", queue_id=player.mac, item_id_or_index=current) is None
    assert server.titles(player)[0] == FIRST


def test_a_lost_connection_forgets_the_stream_and_refuses_pulls(server, connect):
    """Items and index survive; pulls are refused until the player is back."""
    lost = connect()
    strm = server.play(lost)
    lost.start()
    shows(server, lost, "playing", 0, FIRST)
    lost.__exit__()
    eventually(lambda: server.queue(lost) is None, what="a forgotten player")
    assert server.pull(strm).status == 404
    assert server.api("player_queues/items", queue_id=lost.mac) == []
    back = connect(lost.mac)
    assert server.current(back)[1:] == (0, FIRST)
    assert len(server.items(back)) == 5
    assert server.queue(back)["state"] == "idle"


def test_after_a_lost_connection_the_player_is_attached_again(server, connect):
    """play_index with the position, answered by STMs and STMt: playing, where it is."""
    lost = connect()
    strm = server.play(lost)
    server.pull(strm, limit=1000)
    lost.start(9000)
    shows(server, lost, "playing", 0, FIRST)
    lost.__exit__()
    eventually(lambda: server.queue(lost) is None, what="a forgotten player")
    back = connect(lost.mac)
    seen = back.seen
    args = {"queue_id": back.mac, "index": strm.queue_item_id, "seek_position": 10}
    server.api("player_queues/play_index", **args)
    new = back.strm("s", after=seen)
    assert new.queue_item_id == strm.queue_item_id
    back.stat("STMc")
    back.resp()
    back.stat("STMl")
    back.strm("u", after=seen)
    back.start_next()
    shows(server, back, "playing", 0, FIRST)
    eventually(lambda: server.queue(back)["elapsed_time"] >= 10, what="the position")


def test_stop_of_the_api_sends_q_alone(server, player, playing):
    """No new stream follows; the queue keeps its item."""
    seen = player.seen
    server.api("players/cmd/stop", player_id=player.mac)
    player.strm("q", after=seen)
    shows(server, player, "idle", 0, FIRST)
    assert [strm for strm in player.strms(after=seen) if strm.command == "s"] == []


def test_a_queue_moves_to_another_player(server, player, playing, connect):
    """The items are there, the position goes on, and the old player is stopped."""
    other = connect()
    player.stop(8000)
    eventually(lambda: server.queue(player)["elapsed_time"] == 8, what="the position")
    server.api("player_queues/transfer", source_queue_id=player.mac, target_queue_id=other.mac, auto_play=True)
    strm = other.buffer()
    assert title(server, other, strm) == FIRST
    assert len(server.items(other)) == 5
    assert server.items(player) == []
    other.start()
    eventually(lambda: server.queue(other)["elapsed_time"] >= 8, what="the position over there")


def test_going_on_with_similar_tracks_is_refused(server, player):
    """A library of files offers none."""
    args = {"queue_id": player.mac, "dont_stop_the_music_enabled": True}
    assert server.command("player_queues/dont_stop_the_music", **args).status == 500


def test_previous_of_a_long_heard_track_starts_it_again(server, player, playing):
    """After five seconds `previous` is the same item."""
    server.let_pass(6, player)
    eventually(lambda: server.queue(player)["elapsed_time"] >= 6, what="six seconds")
    seen = player.seen
    server.api("player_queues/previous", queue_id=player.mac)
    server.let_pass(1.2, player)
    assert title(server, player, player.buffer(after=seen)) == FIRST
