"""The bridge between its HTTP API and a home whose player side is the library MA itself runs, in both generations."""

import contextlib
import hashlib
import sqlite3
import time
from collections import Counter

import pytest

from simulator.stand_in import StandIn
from simulator.tones import identify
from simulator.waiting import eventually

pytestmark = pytest.mark.slow  # each starts a home of its own

ALBUM = "Morning Tide"
MANY = 1500
"""Uris that are sent in so many parts that something can come between."""


def album_uri(home, title=ALBUM):
    found = home.api("music/search", search_query=title, media_types=["album"], limit=5)["albums"]
    return found[0]["uri"]


def queue(home, echo):
    return home.api("player_queues/get", queue_id=echo.mac)


def items(home, echo):
    return home.api("player_queues/items", queue_id=echo.mac)


def titles(home, echo):
    return [item["media_item"]["name"] for item in items(home, echo)]


def ma_believes(home, echo, state, title=None, elapsed_s=None):
    """Wait for what MA's own screen shows."""

    def look():
        seen = queue(home, echo)
        assert seen is not None
        assert seen["state"] == state
        if title is not None:
            assert seen["current_item"]["media_item"]["name"] == title
        if elapsed_s is not None:
            assert abs(seen["elapsed_time"] - elapsed_s) <= 2
        return True

    assert eventually(look, what=f"MA to show {state} {title or ''}")


@pytest.fixture
def echo(bridge, request):
    """Name a player of its own for each test, since the home outlives it."""
    name = f"{request.node.nodeid} {time.time()}"
    return bridge.echo("02:" + hashlib.sha256(name.encode()).digest()[:5].hex(":"))


@pytest.fixture
def playing(home, bridge, echo):
    """Play an album: the first track is pulled and heard."""
    state = echo.command("play", media=[album_uri(home)])
    bridge.fetch(state["stream"])
    echo.report("started", state["stream"])
    return state["stream"]


def test_play(home, bridge, echo):
    """Play makes the player, MA shows the first track paused at its start, and its real audio comes through."""
    state = echo.command("play", media=[album_uri(home)], option="replace")
    title = state["queue"]["current_item"]["title"]
    assert state["available"]
    assert state["name"] == f"Echo {echo.mac[-5:].replace(':', '')}"
    assert state["upcoming"] is None
    assert state["stream"]["url"].startswith(bridge.settings.stream_url)
    assert title == titles(home, echo)[0]
    ma_believes(home, echo, "paused", title, 0)
    assert identify(bridge.fetch(state["stream"])) == title


def test_started_and_position(home, bridge, echo, playing):
    """Once heard, MA shows it playing, and its clock runs."""
    ma_believes(home, echo, "playing")
    for _ in range(3):
        home.advance(3)
        bridge.advance(3)
    ma_believes(home, echo, "playing", elapsed_s=9)


def test_speech_in_mid_track(home, bridge, echo, playing):
    """Someone speaks: paused at the position; then playing again from there."""
    echo.report("stopped", playing, 8_000)
    ma_believes(home, echo, "paused", elapsed_s=8)
    bridge.advance(5)
    home.advance(5)
    echo.report("started", playing, 8_000)
    ma_believes(home, echo, "playing", elapsed_s=8)


def test_track_after_track(home, bridge, echo, playing):
    """NearlyFinished and Started alone lead through an album; MA follows each Started, and only then."""
    order = titles(home, echo)
    stream = playing
    for title in order[1:]:
        upcoming = echo.next(stream)["upcoming"]
        assert upcoming["item"]["title"] == title
        assert identify(bridge.fetch(upcoming["stream"])) == title
        assert queue(home, echo)["current_item"]["media_item"]["name"] != title
        bridge.advance(1)
        echo.report("finished", stream, 20_000)
        stream = upcoming["stream"]
        echo.report("started", stream)
        ma_believes(home, echo, "playing", title)
    assert echo.next(stream) == {"wanted": "play", "upcoming": None}
    bridge.advance(20)
    echo.report("finished", stream, 20_000)
    ma_believes(home, echo, "idle")


def test_one_pull_for_each_generation(home, bridge, echo, playing):
    """The same stream fetched again comes from the spool: MA is never asked twice."""
    before = len([pull for pull in home.pulls() if pull["path"] in playing["url"]])
    assert bridge.fetch(playing) == bridge.fetch(playing)
    after = len([pull for pull in home.pulls() if pull["path"] in playing["url"]])
    assert after == before == 1


def test_next_pulled_early_and_heard_two_minutes_later(home, bridge, echo, playing):
    """The next track is pulled early and heard two minutes later: MA's current item stays, and moves by one then."""
    upcoming = echo.next(playing)["upcoming"]
    bridge.fetch(upcoming["stream"])
    for _ in range(40):
        home.advance(3)
        bridge.advance(3)
    assert queue(home, echo)["current_item"]["media_item"]["name"] == titles(home, echo)[0]
    echo.report("started", upcoming["stream"])
    ma_believes(home, echo, "playing", titles(home, echo)[1])


@pytest.mark.parametrize("spoken", [False, True], ids=["quietly", "by voice"])
def test_play_next_after_the_next_was_pulled(home, bridge, echo, playing, spoken):
    """play_next lands right behind the current track although MA had loaded another one, and is what is heard next."""
    bridge.fetch(echo.next(playing)["upcoming"]["stream"])
    if spoken:
        echo.report("stopped", playing, 5_000)
    other = home.api("music/search", search_query="Northern Rail", media_types=["track"], limit=50)["tracks"]
    other = other or home.api("music/tracks/library_items", limit=50)
    chosen = next(track for track in other if track["name"] not in titles(home, echo))
    state = echo.command("play_next", media=[chosen["uri"]])
    assert titles(home, echo)[1] == chosen["name"]
    assert state["replace_enqueued"]
    assert state["upcoming"]["item"]["title"] == chosen["name"]
    assert identify(bridge.fetch(state["upcoming"]["stream"])) == chosen["name"]
    bridge.advance(1)
    echo.report("started", state["upcoming"]["stream"])
    ma_believes(home, echo, "playing", chosen["name"])


def test_remove_what_was_enqueued(home, bridge, echo, playing):
    """Removing the next track after it was pulled: it is gone, and the one behind it is answered."""
    order = titles(home, echo)
    upcoming = echo.next(playing)["upcoming"]
    bridge.fetch(upcoming["stream"])
    echo.report("stopped", playing, 5_000)
    state = echo.command("remove", queue_item_id=upcoming["stream"]["queue_item_id"])
    assert titles(home, echo) == [order[0], *order[2:]]
    assert state["upcoming"]["item"]["title"] == order[2]


@pytest.mark.parametrize("index", [0, 1])
def test_remove_this(home, bridge, echo, playing, index):
    """Removing what plays: it is gone from MA's queue, also the first one, and the track behind it plays."""
    order = titles(home, echo)
    stream = echo.command("jump", index=index)["stream"]
    bridge.fetch(stream)
    bridge.advance(1)
    echo.report("started", stream)
    state = echo.command("remove", queue_item_id=stream["queue_item_id"])
    assert order[index] not in titles(home, echo)
    assert state["queue"]["current_item"]["title"] == order[index + 1]
    bridge.advance(1)
    echo.report("started", state["stream"])
    ma_believes(home, echo, "playing", order[index + 1])


def test_repeat_one(home, bridge, echo, playing):
    """Repeat one: the same URL again, under another generation; MA stays on the item and its clock starts anew."""
    echo.command("repeat", mode="one")
    upcoming = echo.next(playing)["upcoming"]
    assert upcoming["stream"]["url"] == playing["url"]
    assert upcoming["stream"]["generation"] > playing["generation"]
    home.advance(4)
    bridge.advance(4)
    echo.report("started", upcoming["stream"])
    ma_believes(home, echo, "playing", titles(home, echo)[0], elapsed_s=0)


def test_shuffle_after_the_question(home, bridge, echo, playing):
    """Shuffle: MA's new order is what the answer carries."""
    echo.next(playing)
    state = echo.command("shuffle", on=True)
    assert state["queue"]["shuffle"]
    assert state["upcoming"]["item"]["title"] == titles(home, echo)[1]


def test_seek_and_resume(home, bridge, echo, playing):
    """A seek is a new stream from the whole second; MA's elapsed time is the track's."""
    state = echo.command("resume", queue_item_id=playing["queue_item_id"], position_ms=11_900)
    assert state["stream"]["position_ms"] == 11_000
    assert state["stream"]["generation"] > playing["generation"]
    bridge.advance(1)
    echo.report("started", state["stream"], 0)
    ma_believes(home, echo, "playing", elapsed_s=11)
    bridge.advance(1)
    echo.report("stopped", state["stream"], 3_000)
    ma_believes(home, echo, "paused", elapsed_s=14)


def test_next_and_previous(home, bridge, echo, playing):
    """Next and previous by the item: at once, although MA's own act a second late."""
    order = titles(home, echo)
    state = echo.command("next", queue_item_id=playing["queue_item_id"])
    assert state["queue"]["current_item"]["title"] == order[1]
    state = echo.command("previous", queue_item_id=state["stream"]["queue_item_id"])
    assert state["queue"]["current_item"]["title"] == order[0]
    last = items(home, echo)[-1]["queue_item_id"]
    assert echo.refused("next", queue_item_id=last) == (409, "queue_finished")


def test_emptied_queue(home, bridge, echo, playing):
    """Five seconds after its end MA empties the queue: the item is played by its uri, in one round trip."""
    last = items(home, echo)[-1]
    stream = echo.command("jump", queue_item_id=last["queue_item_id"])["stream"]
    bridge.fetch(stream)
    echo.report("started", stream)
    for _ in range(12):
        home.advance(4)
        bridge.advance(4)
    echo.report("finished", stream, int(last["duration"] * 1000))
    ma_believes(home, echo, "idle")

    def emptied():
        home.advance(1)
        return queue(home, echo)["items"] == 0

    eventually(emptied, what="MA to empty the queue")
    args = {"queue_item_id": last["queue_item_id"], "position_ms": 5_000}
    assert echo.refused("resume", **args) == (404, "unknown_item")
    state = echo.command("resume", **args, uri=last["media_item"]["uri"])
    assert state["queue"]["current_item"]["title"] == last["media_item"]["name"]
    assert state["stream"]["position_ms"] == 5_000
    assert state["wanted"] == "play"


def test_pause_on_mas_screen(home, bridge, echo, playing):
    """Paused on MA's screen: the next report says so, nothing follows, and a command of ours plays again."""
    home.api("players/cmd/pause", player_id=echo.mac)
    assert eventually(lambda: echo.state()["wanted"] == "pause", what="the pause to arrive")
    assert echo.next(playing) == {"wanted": "pause", "upcoming": None}
    assert echo.report("stopped", playing, 9_000)["wanted"] == "pause"
    ma_believes(home, echo, "paused")
    assert echo.command("resume", queue_item_id=playing["queue_item_id"], position_ms=9_000)["wanted"] == "play"


def test_stop_on_mas_screen(home, bridge, echo, playing):
    """Stopped on MA's screen: the next report says so, and MA stays idle whatever the Echo reports."""
    home.api("player_queues/stop", queue_id=echo.mac)
    ma_believes(home, echo, "idle")
    bridge.advance(1.1)
    assert eventually(lambda: echo.state()["wanted"] == "stop", what="the stop to be understood")
    bridge.advance(1)
    assert echo.report("started", playing, 9_000)["wanted"] == "stop"
    assert queue(home, echo)["state"] == "idle"


def test_choice_on_mas_screen(home, bridge, echo, playing):
    """Another track chosen on MA's screen: the Echo gets it when it asks, and MA shows it playing once it is heard."""
    chosen = items(home, echo)[3]
    home.api("player_queues/play_index", queue_id=echo.mac, index=chosen["queue_item_id"], seek_position=7)
    upcoming = eventually(
        lambda: (found := echo.next(playing)["upcoming"]) and found["item"]["title"] == titles(home, echo)[3] and found,
        what="the choice to arrive",
    )
    assert upcoming["stream"]["position_ms"] == 7_000
    ma_believes(home, echo, "paused", titles(home, echo)[3])
    bridge.advance(1)
    echo.report("started", upcoming["stream"])
    ma_believes(home, echo, "playing", titles(home, echo)[3], elapsed_s=7)


def test_connection_drops_in_mid_track(home, bridge, echo, playing):
    """The connection drops while the Echo plays: MA is brought back to item and position; the stream plays on."""
    for _ in range(3):
        home.advance(3)
        bridge.advance(3)
    first = titles(home, echo)[0]
    home.drop_connections()
    ma_believes(home, echo, "playing", first, elapsed_s=9)
    state = echo.state()
    assert state["stream"] == playing
    assert bridge.fetch(playing)
    upcoming = echo.next(playing)["upcoming"]
    assert upcoming["item"]["title"] == titles(home, echo)[1]
    assert identify(bridge.fetch(upcoming["stream"])) == titles(home, echo)[1]


def test_enqueued_before_the_connection_dropped(home, bridge, echo, playing):
    """What was enqueued before the drop, under a session that is gone, is pulled from the new one."""
    upcoming = echo.next(playing)["upcoming"]
    first = titles(home, echo)[0]
    home.drop_connections()
    ma_believes(home, echo, "playing", first)
    assert identify(bridge.fetch(upcoming["stream"])) == titles(home, echo)[1]
    bridge.advance(1)
    echo.report("started", upcoming["stream"])
    ma_believes(home, echo, "playing", titles(home, echo)[1])


def test_paused_while_the_connection_drops(home, bridge, echo, playing):
    """If the Echo was silent, the next command is what brings MA back."""
    echo.report("stopped", playing, 6_000)
    home.drop_connections()
    assert eventually(lambda: echo.state()["available"], what="the player to come back")
    state = echo.command("resume", queue_item_id=playing["queue_item_id"], position_ms=6_000)
    bridge.advance(1)
    echo.report("started", state["stream"])
    ma_believes(home, echo, "playing", titles(home, echo)[0], elapsed_s=6)


def test_failed_stream_plays_again(home, bridge, echo, playing):
    """A stream that broke is replaced: same item, same second, a new session; then the next; then silence."""
    state = echo.report("failed", playing, 6_500, current_generation=playing["generation"])
    assert (state["stream"]["queue_item_id"], state["stream"]["position_ms"]) == (playing["queue_item_id"], 6_000)
    again = state["stream"]
    bridge.advance(1)
    state = echo.report("failed", again, 0, current_generation=again["generation"])
    assert state["queue"]["current_item"]["title"] == titles(home, echo)[1]
    third = state["stream"]
    bridge.advance(1)
    assert echo.report("failed", third, 0, current_generation=third["generation"])["stream"] is None
    ma_believes(home, echo, "idle")


def test_failed_because_ma_was_restarted(home, bridge, echo, playing):
    """MA's restart breaks the stream and the connection at once: the player comes back first, then the stream."""
    home.drop_connections()
    state = echo.report("failed", playing, 6_500, current_generation=playing["generation"])
    assert (state["stream"]["queue_item_id"], state["stream"]["position_ms"]) == (playing["queue_item_id"], 6_000)


def test_failed_while_buffering(home, bridge, echo, playing):
    """The enqueued stream failed: another generation of it, in the same session; what is heard is left alone."""
    upcoming = echo.next(playing)["upcoming"]["stream"]
    state = echo.report("failed", upcoming, 0, current_generation=playing["generation"])
    replacement = state["upcoming"]["stream"]
    assert replacement["url"] == upcoming["url"]
    assert replacement["generation"] > upcoming["generation"]
    assert state["stream"] == playing
    bridge.advance(1)
    echo.report("started", replacement)
    ma_believes(home, echo, "playing", titles(home, echo)[1])


def test_radio(home, bridge, echo):
    """A radio plays, has no duration, no next, and is passed through without an end."""
    station = home.api("music/radios/library_items", limit=5)[0]
    state = echo.command("play", media=[station["uri"]])
    assert state["queue"]["current_item"]["duration_ms"] is None
    assert state["queue"]["current_item"]["media_type"] == "radio"
    echo.report("started", state["stream"])
    assert echo.next(state["stream"])["upcoming"] is None


def test_two_echos_do_not_meet(home, bridge, echo, playing):
    """Two players from one address keep their own queue, position and generations."""
    other = bridge.echo("02:00:00:ee:ee:ee")
    state = other.command("play", media=[album_uri(home, "Night Ferry")])
    assert titles(home, other) != titles(home, echo)
    other.report("started", state["stream"])
    other.report("stopped", state["stream"], 4_000)
    ma_believes(home, other, "paused", elapsed_s=4)
    ma_believes(home, echo, "playing", titles(home, echo)[0])


def test_rename(home, bridge, echo):
    """A player gets its name when it is made, and another one at once."""
    assert bridge.ok("PUT", echo.path, {"name": "Küche"})["available"]
    shown = eventually(lambda: home.api("players/get", player_id=echo.mac), what="MA to have the player")
    eventually(
        lambda: home.api("players/get", player_id=echo.mac)["display_name"] == "Küche", what=f"the name, not {shown}"
    )
    assert bridge.ok("PUT", echo.path, {"name": "Bad"})["name"] == "Bad"
    eventually(lambda: home.api("players/get", player_id=echo.mac)["display_name"] == "Bad", what="the new name")


def test_many_uris(home, bridge, echo):
    """More than 100 uris: the first starts at once, all of them are there in the end, in order."""
    tracks = [track["uri"] for track in home.api("music/tracks/library_items", limit=40)]
    state = echo.command("play", media=tracks * 6)
    assert state["stream"]
    eventually(lambda: queue(home, echo)["items"] == len(tracks) * 6, what="all parts to be added")
    uris = [item["media_item"]["uri"] for item in items(home, echo)]
    assert Counter(uris) == Counter(tracks * 6)
    assert uris == tracks * 6


@pytest.mark.parametrize(
    ("option", "uri", "more"),
    [("replace", "library://track/99999", 0), ("add", "library://track/1", 1), ("play", "library://track/1", 1)],
    ids=["refused", "added", "put between"],
)
def test_the_rest_of_many_uris(home, bridge, echo, option, uri, more):
    """What replaces nothing leaves the parts that are still being added alone."""
    echo.command("play", media=["library://track/2"] * MANY)
    assert bridge.bridge._sessions[echo.mac]._rest
    bridge.ask("POST", f"{echo.path}/command", {"command": "play", "args": {"media": [uri], "option": option}})
    eventually(lambda: queue(home, echo)["items"] == MANY + more, what="all parts to be added")


@pytest.mark.parametrize(("command", "left"), [("play", 1), ("clear", 0)])
def test_the_rest_of_what_is_no_more_wanted(home, bridge, echo, command, left):
    """What replaces the queue ends what is still being added to it."""
    echo.command("play", media=["library://track/2"] * MANY)
    rest = bridge.bridge._sessions[echo.mac]._rest
    assert rest
    echo.command(command, **({"media": ["library://track/1"]} if left else {}))
    assert not rest
    assert queue(home, echo)["items"] == left


def test_unplayable_media_keep_the_queue(home, bridge, echo, playing):
    """What cannot be played is refused before MA empties its queue."""
    before = titles(home, echo)
    assert echo.refused("play", media=["library://track/99999"]) == (502, "music_assistant_refused")
    assert titles(home, echo) == before
    ma_believes(home, echo, "playing")


def test_ma_restarts_in_mid_track(tmp_path, bridge_beside):
    """MA restarts while the Echo plays: the player comes back by itself, at item and position."""
    with StandIn() as home, bridge_beside(home, tmp_path) as bridge:
        echo = bridge.echo()
        state = echo.command("play", media=[album_uri(home)])
        bridge.fetch(state["stream"])
        echo.report("started", state["stream"])
        first = titles(home, echo)[0]
        home.restart(down_s=0.2)
        ma_believes(home, echo, "playing", first)
        upcoming = echo.next(state["stream"])["upcoming"]
        assert upcoming["item"]["title"] == titles(home, echo)[1]


def test_command_right_after_ma_restarted(tmp_path, bridge_beside):
    """A command given while the player is still away waits for it, and works."""
    with StandIn() as home, bridge_beside(home, tmp_path) as bridge:
        echo = bridge.echo()
        echo.command("play", media=[album_uri(home)])
        home.restart(down_s=0.2)
        assert echo.command("play", media=[album_uri(home)])["stream"]


def test_bridge_restarts_in_mid_track(home, tmp_path, bridge_beside):
    """The bridge restarts while the Echo plays: rooms come back by themselves, generations go on."""
    with bridge_beside(home, tmp_path) as bridge:
        echo = bridge.echo("02:00:00:dd:dd:dd")
        stream = echo.command("play", media=[album_uri(home)])["stream"]
        bridge.fetch(stream)
        echo.report("started", stream)
        first = titles(home, echo)[0]
    with bridge_beside(home, tmp_path) as bridge:
        echo = bridge.echo("02:00:00:dd:dd:dd")
        ma_believes(home, echo, "playing", first)
        assert echo.state()["stream"] == stream
        upcoming = echo.next(stream)["upcoming"]
        assert upcoming["item"]["title"] == titles(home, echo)[1]
        assert upcoming["stream"]["generation"] > stream["generation"]


def test_a_power_cut_makes_no_generation_come_twice(home, tmp_path, bridge_beside):
    """The last numbers were not on disk yet when the power went, and the clock is behind: none is used again."""
    mac = "02:00:00:dd:dd:de"
    with bridge_beside(home, tmp_path) as bridge:
        stream = bridge.echo(mac).command("play", media=[album_uri(home)])["stream"]
    with contextlib.closing(sqlite3.connect(tmp_path / "players.sqlite3")) as database, database:
        database.execute("UPDATE players SET generation = generation - 5")
    with bridge_beside(home, tmp_path) as bridge:
        again = bridge.echo(mac).command("play", media=[album_uri(home)])["stream"]
    assert again["generation"] > stream["generation"]
