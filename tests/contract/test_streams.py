"""What the stream server serves, and what it refuses."""

import re
from http.client import HTTPException

import pytest

from simulator import tones
from simulator.demo_library import LIBRARY
from simulator.waiting import eventually

NIGHT_FERRY = LIBRARY.tracks_of(LIBRARY.albums[0])


def test_a_track_is_pulled_whole_as_cbr_320k(server, player):
    """The audio is the track's, all of it, and 40 kB a second long."""
    strm = server.play(player)
    pulled = server.pull(strm)
    assert tones.identify(pulled.body) == "Stairs of Rain"
    assert tones.seconds(pulled.body) == pytest.approx(NIGHT_FERRY[0].duration_s, abs=0.5)
    assert len(pulled.body) == pytest.approx(NIGHT_FERRY[0].duration_s * tones.BYTES_PER_SECOND, rel=0.02)


def test_the_url_handed_to_the_player_asks_for_flac(server, player):
    """The extension is the server's own; another one may be put there."""
    strm = server.play(player)
    assert re.fullmatch(rf"/single/[A-Za-z0-9]{{8}}/{player.mac}/[0-9a-f]{{32}}/{player.mac}\.flac", strm.path)


def test_a_stream_has_no_length_and_is_deaf_to_range(server, player):
    """Range is answered with the whole body, chunked."""
    strm = server.play(player)
    pulled = server.pull(strm, headers={"Range": "bytes=100000-"})
    assert pulled.status == 200
    assert pulled.headers["Accept-Ranges"] == "none"
    assert pulled.headers["Content-Type"] == "audio/mp3"
    assert pulled.headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in pulled.headers
    assert tones.seconds(pulled.body) == pytest.approx(NIGHT_FERRY[0].duration_s, abs=0.5)


def test_head_has_no_body_and_loads_nothing(server, player):
    """HEAD answers headers and does not count as a pull."""
    strm = server.play(player)
    items = server.items(player)
    head = server.pull(strm, strm.mp3_path.replace(strm.queue_item_id, items[2]["queue_item_id"]), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert server.queue(player)["index_in_buffer"] == 0


@pytest.mark.parametrize("what", ["session", "queue", "item", "player"])
def test_a_url_that_is_wrong_in_one_place_is_a_404(server, player, what):
    """Session, queue, item and player are each checked."""
    strm = server.play(player)
    _, single, session, queue, item, file = strm.mp3_path.split("/")
    parts = {"session": session, "queue": queue, "item": item, "player": file}
    parts[what] = {"item": "0" * 32, "player": "02:00:00:00:00:00.mp3"}.get(what, "nonsense")
    path = "/".join(["", single, *parts.values()])
    assert server.pull(strm, path).status == 404


def test_every_item_of_the_queue_can_be_pulled_in_the_running_session(server, player):
    """The URL of another item is the same but for its id."""
    strm = server.play(player)
    third = server.items(player)[2]
    pulled = server.pull(strm, strm.mp3_path.replace(strm.queue_item_id, third["queue_item_id"]), limit=60_000)
    assert tones.identify(pulled.body) == "River Letters"


def test_a_stream_may_be_pulled_twice(server, player):
    """The server does not count."""
    strm = server.play(player)
    assert [tones.identify(server.pull(strm, limit=60_000).body) for _ in "12"] == ["Stairs of Rain"] * 2


@pytest.mark.parametrize("command", ["play_index", "seek", "resume", "replace"])
def test_every_play_command_ends_the_session_before(server, player, command):
    """The old URL is a 404 from then on."""
    old = server.play(player)
    player.start()
    eventually(lambda: server.queue(player)["state"] == "playing", what="playing")
    seen = player.seen
    arguments = {"play_index": {"index": 0}, "seek": {"position": 3}}.get(command, {})
    if command == "replace":
        server.play(player)
    else:
        server.api(f"player_queues/{command}", queue_id=player.mac, **arguments)
    new = player.strm("s", after=seen)
    assert new.session != old.session
    assert server.pull(old).status == 404
    assert server.pull(new, limit=1000).status == 200


def test_a_seek_is_in_the_audio_of_the_next_pull_not_in_the_url(server, player):
    """The body is shorter by what was skipped, and the server's position counts it."""
    server.play(player)
    player.start()
    eventually(lambda: server.queue(player)["state"] == "playing", what="playing")
    seen = player.seen
    server.api("player_queues/play_index", queue_id=player.mac, index=1, seek_position=10)
    strm = player.buffer(after=seen)
    pulled = server.pull(strm)
    assert tones.identify(pulled.body) == "Summit"
    assert tones.seconds(pulled.body) == pytest.approx(NIGHT_FERRY[1].duration_s - 10, abs=0.5)
    player.start()
    eventually(lambda: server.queue(player)["elapsed_time"] >= 10, what="a position that counts the seek")


def test_a_seek_beyond_the_end_is_a_500(server, player):
    """The session that runs is not touched."""
    strm = server.play(player)
    player.start()
    eventually(lambda: server.queue(player)["state"] == "playing", what="playing")
    assert server.command("player_queues/seek", queue_id=player.mac, position=100_000).status == 500
    assert server.pull(strm, limit=1000).status == 200


def test_pulling_alone_moves_the_buffer_and_nothing_else(server, player):
    """`index_in_buffer` follows what was pulled, the current item does not."""
    strm = server.play(player)
    player.start()
    third = server.items(player)[2]
    server.pull(strm, strm.mp3_path.replace(strm.queue_item_id, third["queue_item_id"]), limit=5000)
    eventually(lambda: server.queue(player)["index_in_buffer"] == 2, what="the buffered index")
    assert server.current(player)[1:] == (0, "Stairs of Rain")


def test_an_unknown_format_begins_and_breaks_off(server, player):
    """The headers are a 200; there is no audio after them."""
    strm = server.play(player)
    path = strm.mp3_path.replace(".mp3", ".bogus")
    with pytest.raises(HTTPException):
        server.pull(strm, path)


def test_a_station_never_ends(server, player):
    """More than a track's worth comes, and the server does not say how long it is."""
    uri = server.uri("radio", "Lighthouse FM")
    server.api("player_queues/play_media", queue_id=player.mac, media=uri, option="replace")
    strm = player.buffer()
    pulled = server.pull(strm, limit=160_000)
    assert tones.identify(pulled.body[-60_000:]) == "Lighthouse FM"
    assert not server.queue(player)["current_item"]["duration"]
