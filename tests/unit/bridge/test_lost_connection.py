"""What the player knows after the connection, MA or the bridge itself was gone."""

import pytest

from home_bridge.look_ahead import next_stream
from home_bridge.models import Wanted
from home_bridge.packets import Strm
from home_bridge.store import PlayerStore


def test_playing_echo_is_lost(scene):
    """The connection goes while the Echo plays: MA has to be told again."""
    scene.play()
    scene.player.disconnected()
    assert scene.player.lost


def test_stopped_echo_is_not_lost(scene):
    """If it was not playing, the next command is early enough."""
    generation = scene.play()
    scene.echo("stopped", generation, 3_000)
    scene.player.disconnected()
    assert not scene.player.lost


def test_screen_wanted_silence(scene):
    """If MA's screen wanted silence, MA is not made to play again."""
    scene.play()
    scene.receive(Strm("p"))
    scene.player.disconnected()
    assert not scene.player.lost


@pytest.mark.parametrize("enqueued", [False, True])
def test_what_was_due_goes_with_the_connection(scene, enqueued):
    """A strm q or an end shortly before MA went away is no stop and no end any more."""
    generation = scene.play()
    scene.receive(Strm("q"))
    if enqueued:
        scene.hand_out_next()
        scene.echo("finished", generation, 180_000)
    scene.player.disconnected()
    assert scene.player.deadline is None
    assert scene.pass_time(11) == []
    assert scene.player.wanted is Wanted.PLAY
    assert scene.player.current.generation == generation


def test_enqueued_before_it_is_loaded_again(scene):
    """What MA sends ahead while the Echo plays what MA no longer has loaded is no end of it."""
    scene.play()
    scene.player.disconnected()
    assert scene.stream(2, autostart="3") == []
    assert scene.player.lost


def test_stopped_at_a_stream_ma_never_loaded(scene):
    """MA shows another item as playing, and has to be told where the silent Echo is."""
    scene.play()
    upcoming = scene.hand_out_next(offered=False)
    scene.echo("started", upcoming)
    assert scene.echo("stopped", upcoming, 3_000, at=scene.now + 3) == []
    assert scene.player.lost
    scene.player.reattaching = 3_000
    scene.load(2, "sessionB")
    assert not scene.player.lost


def test_finished_at_a_stream_ma_never_loaded(scene):
    """MA shows another item as playing, and is told that nothing is heard any more."""
    scene.play()
    upcoming = scene.hand_out_next(offered=False)
    scene.echo("started", upcoming)
    assert scene.echo("finished", upcoming, 180_000, at=scene.now + 180) == ["STMu"]
    assert not scene.player.lost


def test_a_track_that_must_be_over_is_not_lost(flows):
    """Away for longer than the track lasts: nobody knows what is heard, so nothing is made to play."""
    at = flows(1, 2)
    at.start(1)
    at.player.disconnected()
    at.scene.time += 179
    assert at.player.lost
    at.scene.time += 2
    assert not at.player.lost


def test_reattach(flows):
    """MA loads the item again at the Echo's position: STMs, STMt, no STMp; the Echo's stream stays what it was."""
    at = flows(1, 2)
    current = at.start(1)
    at.scene.time += 60.4
    at.player.disconnected()
    at.ma.told.clear()
    at.run(at.turn.reattach())
    assert at.ma.told[:5] == ["STMc", "RESP", "STMl", "STMs", "STMt 400"]
    assert at.player.current == current
    assert at.player.position_ms == 60_400


def test_positions_after_a_reattach(flows):
    """MA's clock begins at the second it was told; the Echo's offsets go on from the old stream's start."""
    at = flows(1, 2)
    current = at.start(1)
    at.scene.time += 60.4
    at.player.disconnected()
    at.run(at.turn.reattach())
    assert at.report("stopped", 75_000, current.generation) == ["STMt 15000", "STMp"]


def test_next_after_a_reattach(flows):
    """What follows is asked of the new session; the audible stream keeps its generation."""
    at = flows(1, 2)
    at.start(1)
    at.scene.time += 60
    at.player.disconnected()
    at.run(at.turn.reattach())
    assert "sample" in at.ma.commands()


def test_reattach_of_something_else(flows):
    """If MA loads another item (the old one cannot be played), that is what MA wants now."""
    at = flows(1, 2)
    current = at.start(1)
    at.player.disconnected()
    at.player.reattaching = 60_000
    at.scene.stream(2, "sessionB")
    assert at.player.current.generation > current.generation
    assert not at.player.in_step


def test_started_again_without_a_connection(scene):
    """Events are taken while MA is away: nothing is sent, nothing is forgotten."""
    generation = scene.play()
    scene.echo("stopped", generation, 3_000)
    scene.player.disconnected()
    assert scene.echo("started", generation, 3_000) == []
    assert scene.player.lost


def test_restart_of_the_bridge(new_scene, tmp_path):
    """A restart neither reuses nor forgets a generation; streams, items and what is wanted survive it."""
    before = new_scene()
    before.play(1)
    before.hand_out_next(2)
    before.receive(Strm("p"))
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save(before.player.memory)
    store.close()
    again = PlayerStore(tmp_path / "players.sqlite3")
    (memory,) = again.load()
    again.close()
    assert memory == before.player.memory
    after = new_scene(memory)
    assert after.player.wanted is Wanted.PAUSE
    assert after.load(3) == before.player.generation + 1


def test_restart_keeps_items(flows, tmp_path):
    """What a stream's item is survives too, since an ended queue is played by its uri."""
    at = flows(1, 2)
    at.start(1)
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save(at.player.memory)
    assert store.load()[0].audible.stream.item.uri == "library://track/1"
    store.close()


def test_radio_ends_with_the_bridge(flows, new_scene):
    """A radio passed through the bridge that was; after a restart nothing is made to play."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="radio") | {"duration": None}]
    at.start(1)
    assert not new_scene(at.player.memory).player.playing


def test_forgotten_player(new_scene, tmp_path):
    """A forgotten player is gone."""
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save(new_scene().player.memory)
    store.forget("02:00:00:00:00:01")
    assert store.load() == []
    store.close()


@pytest.mark.parametrize("streams", ["{", "[]", "null", '{"wanted": "play"}'])
def test_unreadable_streams_keep_the_player(new_scene, tmp_path, streams):
    """Streams written by another version are forgotten; the player, its name and its generation are not."""
    store = PlayerStore(tmp_path / "players.sqlite3")
    store.save(new_scene().player.memory)
    store._database.execute("UPDATE players SET streams = ?", (streams,))
    (memory,) = store.load()
    assert (memory.name, memory.generation, memory.current) == ("Kitchen", 100, None)
    store.close()


def test_broken_file_is_put_aside(tmp_path):
    """A broken file does not keep the bridge from starting, and is kept."""
    path = tmp_path / "players.sqlite3"
    path.write_bytes(b"not a database" * 100)
    store = PlayerStore(path)
    assert store.load() == []
    store.close()
    assert path.with_suffix(".broken").exists()


def test_reattach_of_a_radio(flows):
    """A radio has no position to go back to."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="radio") | {"duration": None}]
    at.start(1)
    at.scene.time += 600
    at.player.disconnected()
    at.run(at.turn.reattach())
    assert at.ma.calls[-2] == ("player_queues/play_index", {"index": at.item_id(1), "seek_position": 0})


def test_reattach_of_an_episode_of_unknown_length(flows):
    """What has an end has a position, also where MA does not know when that is."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="podcast_episode") | {"duration": 0}]
    at.start(1)
    at.scene.time += 600
    at.player.disconnected()
    at.run(at.turn.reattach())
    assert at.ma.calls[-2] == ("player_queues/play_index", {"index": at.item_id(1), "seek_position": 600})


def test_reattach_only_when_needed(flows):
    """What MA has loaded is left alone."""
    at = flows(1, 2)
    at.start(1)
    at.ma.calls.clear()
    at.run(at.turn.reattach())
    assert at.ma.calls == []


def test_a_late_started_of_a_stream_made_anew(flows):
    """A question is answered by the wanted stream made anew; the one made before may be heard already."""
    at = flows(1, 2)
    first = at.start(1)
    at.run(at.turn.play_item(at._item(2)))
    handed = at.player.current
    at.player.disconnected()
    anew = at.run(next_stream(at.turn, first.generation))
    assert anew.generation > handed.generation
    at.report("started", generation=handed.generation)
    assert at.player.in_step
    assert at.player.audible.stream.generation == handed.generation
