"""What MA's own screen wants, read from slimproto alone: "Wanted and audible" of the design."""

import pytest

from home_bridge.models import Wanted
from home_bridge.packets import Strm

PAUSE, PLAY, STOP = Strm("p"), Strm("u"), Strm("q")


def test_pause_on_the_screen(scene):
    """Strm p: wanted is pause, and STMp is answered, so that MA shows paused."""
    scene.play()
    scene.time += 3
    assert scene.receive(PAUSE) == ["STMt 3000", "STMp"]
    assert scene.player.wanted is Wanted.PAUSE


def test_a_pause_for_some_time_is_no_pause(scene):
    """Strm p with a length is for synchronising players, not someone's wish."""
    scene.play()
    assert scene.receive(Strm("p", time=200)) == []
    assert scene.player.wanted is Wanted.PLAY


def test_nothing_is_told_while_paused_and_audible(scene):
    """The Echo plays on until it is asked; MA, which shows paused, is not told its positions."""
    generation = scene.play()
    scene.time += 3
    scene.receive(PAUSE)
    scene.time += 60
    assert scene.echo("started", generation, 63_000) == []
    assert scene.receive(Strm("t", time=1)) == ["STMt 3000"]


def test_play_on_the_screen_while_audible(scene):
    """Strm u with time 0: wanted is play; MA, which shows playing at once, is told where the Echo really is."""
    scene.play()
    scene.receive(PAUSE)
    scene.time += 60
    assert scene.receive(PLAY) == ["STMt 60000", "STMr"]
    assert scene.player.wanted is Wanted.PLAY


def test_play_on_the_screen_while_silent(scene):
    """A stopped Echo cannot be started from outside: MA is told that it is paused, and wanted is play."""
    generation = scene.play()
    scene.echo("stopped", generation, 5_000)
    assert scene.receive(PLAY) == ["STMt 5000", "STMp"]
    assert scene.player.wanted is Wanted.PLAY


def test_the_unpause_after_stml_is_no_wish(scene):
    """The strm u that starts a stream carries a time; a pause wished in between stays wished."""
    scene.stream()
    scene.receive(PAUSE)
    scene.receive(Strm("u", time=5))
    assert scene.player.wanted is Wanted.PAUSE


def test_stop_on_the_screen(scene):
    """Strm q without a strm s within a second: wanted is stop, and nothing is to be streamed."""
    scene.play()
    assert scene.receive(STOP) == []
    scene.pass_time(0.9)
    assert scene.player.wanted is Wanted.PLAY
    scene.pass_time(0.2)
    assert scene.player.wanted is Wanted.STOP
    assert scene.player.current is None


@pytest.mark.parametrize("kind", ["started", "stopped", "finished"])
def test_after_a_stop_nothing_is_told(scene, kind):
    """After a stop from MA's screen a later STMr or STMs would make MA "playing" with no item: nothing is sent."""
    generation = scene.play()
    scene.receive(STOP)
    scene.pass_time(1.1)
    assert scene.echo(kind, generation, 9_000) == []
    assert scene.player.wanted is Wanted.STOP


def test_a_stop_before_a_new_stream_is_none(scene):
    """The strm q that precedes a new stream is no stop."""
    scene.play(1)
    scene.receive(Strm("f"))
    scene.receive(STOP)
    scene.stream(2, "sessionB")
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY


def test_a_stop_of_our_own_command_is_none(scene):
    """While a command of ours runs, a strm q is its effect."""
    scene.play()
    scene.player.commanding = True
    scene.receive(STOP)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY


def test_the_stop_after_helo_is_none(scene):
    """The strm q that greets a new connection is no stop."""
    scene.receive(STOP)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY


def test_the_stop_of_the_emptied_queue_is_none(scene):
    """When MA empties an ended queue, its strm q is no stop."""
    generation = scene.play()
    scene.echo("finished", generation, 180_000)
    scene.pass_time(0.3)
    scene.receive(STOP)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY


def chosen_after_a_pause(scene, passed_s):
    """Pause on the screen, choose something else there, and have MA stop so long after the pause."""
    scene.play(1)
    scene.receive(PAUSE)
    chosen = scene.load(2, "sessionB")
    scene.pass_time(passed_s)
    scene.receive(STOP)
    return chosen


def test_a_stop_of_mas_own_is_none(scene):
    """Thirty seconds after a pause on its screen MA stops by itself; what was chosen there since is still wanted."""
    chosen = chosen_after_a_pause(scene, 30)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY
    assert scene.player.current.generation == chosen
    assert scene.echo("started", chosen, 0) == []
    assert scene.player.lost


@pytest.mark.parametrize("passed_s", [10, 40])
def test_someones_stop_after_a_pause(scene, passed_s):
    """At any other time it is someone who stopped."""
    chosen_after_a_pause(scene, passed_s)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.STOP


def test_a_paused_queue_that_ma_gives_up_is_stopped(scene):
    """With nothing chosen since the pause silence is wanted, before and after MA's own stop."""
    scene.play(1)
    scene.receive(PAUSE)
    scene.pass_time(30)
    scene.receive(STOP)
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.STOP


def test_play_something_else_on_the_screen(scene):
    """A strm s from MA's screen is wanted, paused at its start, while the Echo still plays the old one."""
    old = scene.play(1)
    scene.receive(PAUSE)
    new = scene.load(7, "sessionB")
    assert scene.player.wanted is Wanted.PLAY
    assert scene.player.current.generation == new
    assert scene.player.audible.stream.generation == old
    assert not scene.player.in_step
    scene.time += 30
    assert scene.echo("started", old, 31_000) == []
    assert scene.receive(Strm("t", time=1)) == ["STMt 0"]


def test_they_meet_when_the_wanted_one_starts(scene):
    """Once the Echo starts what MA wants, MA is told again."""
    scene.play(1)
    new = scene.load(7, "sessionB")
    assert scene.echo("started", new) == ["STMr", "STMt 0"]
    assert scene.player.in_step


def test_what_was_enqueued_plays_before_the_new_wish(scene):
    """A stream enqueued before MA's screen chose another: it is heard, not told, and the wish stays."""
    scene.play(1)
    enqueued = scene.hand_out_next(2)
    wanted = scene.load(7, "sessionB")
    assert scene.echo("started", enqueued) == []
    assert scene.player.current.generation == wanted
    assert scene.player.audible.stream.generation == enqueued


def test_enqueued_starts_while_paused(scene):
    """Paused on the screen while the next one begins: MA moves to it and still shows paused; the skill answers Stop."""
    scene.play(1)
    upcoming = scene.hand_out_next(2)
    scene.receive(PAUSE)
    assert scene.echo("started", upcoming) == ["STMs", "STMt 0", "STMp"]
    assert scene.player.wanted is Wanted.PAUSE


def test_stopped_while_paused_gives_the_position(scene):
    """When the Echo obeys a pause of the screen, MA learns where it stopped."""
    generation = scene.play()
    scene.time += 3
    scene.receive(PAUSE)
    scene.time += 57
    assert scene.echo("stopped", generation, 60_000) == ["STMt 60000", "STMp"]


def test_finished_while_silence_is_wanted(scene):
    """A track that ends while MA's screen shows paused is not told; the skill answers Stop."""
    generation = scene.play()
    scene.receive(PAUSE)
    assert scene.echo("finished", generation, 180_000) == []


def test_our_own_stmp_is_no_wish(scene):
    """Someone speaks, MA is told STMp and shows paused: wanted stays play, since it is never read from MA's state."""
    generation = scene.play()
    scene.echo("stopped", generation, 5_000)
    assert scene.player.wanted is Wanted.PLAY


def test_a_late_q_of_a_new_stream_is_no_stop(scene):
    """Over a paused stream aioslimproto 3.3 sends f, q, s, q, u: the second q belongs to the new stream."""
    generation = scene.play()
    scene.echo("stopped", generation, 5_000)
    scene.stream(2, "sessionB")
    scene.receive(STOP)
    scene.receive(Strm("u", time=5))
    scene.pass_time(5)
    assert scene.player.wanted is Wanted.PLAY
    assert scene.player.current.queue_item_id == scene.item_id(2)


def test_the_stop_after_a_new_stream_is_none(scene):
    """Over a paused stream 3.3 sends f, q, s, q, u: the second strm q belongs to the new stream."""
    scene.play(1)
    for packet in (Strm("f"), STOP):
        scene.receive(packet)
    scene.stream(2, "sessionB")
    scene.receive(STOP)
    scene.receive(Strm("u", time=5))
    scene.pass_time(2)
    assert scene.player.wanted is Wanted.PLAY
