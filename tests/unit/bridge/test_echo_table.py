"""The table of "An Echo as a player": what happens, and what MA is told."""

import pytest

from home_bridge.models import Wanted
from home_bridge.packets import NameQuery, Strm


def test_name_is_answered(scene):
    """Setd 0 is answered with the room's name."""
    assert scene.receive(NameQuery()) == ["SETD Kitchen"]


def test_status_is_answered_with_its_number(scene):
    """Strm t is answered with STMt that carries its number; nothing is loaded, so nothing is elapsed."""
    (packet,) = scene.player.receive(Strm("t", time=17))
    assert (packet.event, packet.elapsed_ms, packet.timestamp) == ("STMt", 0, 17)


@pytest.mark.parametrize("autostart", ["0", "2"])
def test_new_stream(scene, autostart):
    """A new stream: STMc, RESP, STMl; at the unpause STMs, STMt 0, STMp, never STMr, since nothing is audible yet."""
    assert scene.stream(autostart=autostart) == ["STMc", "RESP", "STMl"]
    assert scene.receive(Strm("u", time=99)) == ["STMs", "STMt 0", "STMp"]


def test_extension_is_swapped_for_mp3(scene):
    """The handed-out path asks for MP3, whatever MA proposed."""
    scene.stream(1)
    assert scene.player.current.path == scene.path(1)


def test_each_stream_has_its_own_generation(scene):
    """The same URL loaded twice is two generations, strictly rising."""
    first, second = scene.load(1), scene.load(1)
    assert second == first + 1
    assert scene.player.current.path == scene.path(1)


def test_started(scene):
    """PlaybackStarted of the loaded stream: STMr, then STMt with the elapsed ms."""
    generation = scene.load()
    assert scene.echo("started", generation, 250) == ["STMr", "STMt 250"]


def test_started_before_the_unpause(scene):
    """A Started that overtakes MA's unpause is told with it: STMs, STMt, and no STMp."""
    scene.stream()
    assert scene.echo("started", scene.player.generation) == []
    assert scene.receive(Strm("u", time=5)) == ["STMs", "STMt 0"]


def test_status_follows_the_clock(scene):
    """While the Echo plays, each status carries where it is by now."""
    scene.play()
    scene.time += 12.5
    assert scene.receive(Strm("t", time=1)) == ["STMt 12500"]


def test_enqueued_stream_is_confirmed_only(scene):
    """The next stream's strm s is answered STMc, RESP; the old one stays current and its clock runs on."""
    scene.play()
    current = scene.player.current
    scene.time += 60
    assert scene.stream(2, autostart="3") == ["STMc", "RESP"]
    assert scene.player.current is current
    assert scene.receive(Strm("t", time=1)) == ["STMt 60000"]


def test_started_of_the_enqueued(scene):
    """PlaybackStarted of the enqueued stream: STMs, STMt; the STMr makes MA take that position at once."""
    scene.play()
    upcoming = scene.hand_out_next()
    assert scene.echo("started", upcoming) == ["STMs", "STMt 0", "STMr"]
    assert scene.player.current.generation == upcoming


def test_stopped(scene):
    """PlaybackStopped: STMt with the elapsed ms, then STMp, which itself carries no position."""
    generation = scene.play()
    assert scene.echo("stopped", generation, 4_000) == ["STMt 4000", "STMp"]


def test_position_stands_still_after_stopped(scene):
    """A stopped Echo's position does not move."""
    generation = scene.play()
    scene.echo("stopped", generation, 4_000)
    scene.time += 600
    assert scene.receive(Strm("t", time=1)) == ["STMt 4000"]


def test_started_again(scene):
    """PlaybackStarted again, the same generation: STMr, then STMt."""
    generation = scene.play()
    scene.echo("stopped", generation, 4_000)
    scene.time += 30
    assert scene.echo("started", generation, 4_000) == ["STMr", "STMt 4000"]


def test_finished_with_a_next_handed_out(scene):
    """PlaybackFinished while a next one was handed out: nothing."""
    generation = scene.play()
    scene.hand_out_next()
    assert scene.echo("finished", generation, 180_000) == []


def test_enqueued_never_starts(scene):
    """If Started of the enqueued does not come within 10 s, it is the end: STMu (STMd was said before)."""
    generation = scene.play()
    scene.hand_out_next()
    scene.echo("finished", generation, 180_000)
    assert scene.pass_time(9.9) == []
    assert scene.pass_time(0.2) == ["STMu"]


def test_enqueued_starts_in_time(scene):
    """A Started within 10 s takes the wait back."""
    generation = scene.play()
    upcoming = scene.hand_out_next()
    scene.echo("finished", generation, 180_000)
    scene.time += 5
    assert scene.echo("started", upcoming) == ["STMs", "STMt 0", "STMr"]
    assert scene.pass_time(10) == []


def test_finished_with_nothing_after_it(scene):
    """PlaybackFinished, nothing handed out: STMd, 0.3 s later STMu; both at once leave MA "playing" for ever."""
    generation = scene.play()
    assert scene.echo("finished", generation, 180_000) == ["STMd"]
    assert scene.pass_time(0.2) == []
    assert scene.pass_time(0.1) == ["STMu"]


def test_the_end_of_what_was_not_sent_ahead(scene):
    """The wait for a Started that never comes ends as any end does: STMd, and STMu not before 0.3 s have passed."""
    generation = scene.play()
    scene.player.answer_next(generation, scene.player.hand_out(scene.item_id(2), scene.path(2)))
    assert scene.echo("finished", generation, 180_000) == []
    assert scene.pass_time(10) == ["STMd"]
    assert scene.pass_time(0) == []
    assert scene.player.deadline == pytest.approx(scene.time + 0.3)
    assert scene.pass_time(0.3) == ["STMu"]


def test_finished_after_a_question(scene):
    """When STMd was said for the stream already, its end is STMu alone."""
    generation = scene.play()
    scene.player.decoded()
    scene.player.answer_next(generation, None)
    assert scene.echo("finished", generation, 180_000) == ["STMu"]


def test_what_comes_at_the_end_is_dropped(scene):
    """A next stream that MA sends between STMd and STMu is dropped, and the end is said at once."""
    generation = scene.play()
    scene.echo("finished", generation, 180_000)
    assert scene.stream(2, autostart="3") == ["STMu"]
    assert scene.pass_time(1) == []


def test_what_comes_after_the_end_is_ended_too(scene):
    """3.3 pushes an item enqueued late even after STMu; a second STMu keeps MA idle."""
    generation = scene.play()
    scene.echo("finished", generation, 180_000)
    scene.pass_time(0.3)
    assert scene.stream(2, autostart="3") == ["STMu"]


def test_drift_is_corrected(scene):
    """A Started while playing whose position is over 1 s off: STMt, then STMr (STMt alone does not move MA's clock)."""
    generation = scene.play()
    scene.time += 10
    assert scene.echo("started", generation, 15_000) == ["STMt 15000", "STMr"]


def test_no_drift_no_packets(scene):
    """A Started while playing that is right within a second says nothing."""
    generation = scene.play()
    scene.time += 10
    assert scene.echo("started", generation, 10_800) == []


def test_position_of_a_seek(scene):
    """MA's clock for a stream that begins in the middle of a track starts at 0; the track position does not."""
    scene.player.asked_ms = 42_000
    generation = scene.load()
    scene.player.asked_ms = None
    assert scene.echo("started", generation, 500) == ["STMr", "STMt 500"]
    assert scene.player.position_ms == 42_500


def test_unknown_requests_are_not_answered(scene):
    """A strm s whose path is none of the stream server's (a group of players) is not taken."""
    assert scene.receive(Strm("s", path="/slimproto/multi?player_id=x")) == []
    assert scene.player.current is None


def test_flush_and_skip_are_ignored(scene):
    """Strm f and strm a change nothing."""
    scene.play()
    assert scene.receive(Strm("f")) == []
    assert scene.receive(Strm("a", time=5)) == []
    assert scene.player.wanted is Wanted.PLAY


def test_sent_ahead_while_silent(scene):
    """MA takes the answer to an item sent ahead for playing; while the Echo is silent it is told so at once."""
    generation = scene.play()
    scene.echo("stopped", generation, 5_000)
    assert scene.stream(2, autostart="3") == ["STMc", "RESP", "STMt 5000", "STMp"]


def test_enqueued_while_the_echo_is_silent(scene):
    """MA takes the answer to a next stream for "playing"; while someone speaks it is told that nothing is heard."""
    generation = scene.play()
    scene.echo("stopped", generation, 5_000)
    assert scene.stream(2, autostart="3") == ["STMc", "RESP", "STMt 5000", "STMp"]


def test_greeted_by_the_first_status(scene):
    """Only an answered strm t makes the player one that MA can start; a lost connection takes that back."""
    assert not scene.player.greeted
    scene.receive(Strm("t", time=1))
    assert scene.player.greeted
    scene.player.disconnected()
    assert not scene.player.greeted


def test_a_second_unpause_says_nothing(scene):
    """A stream is begun once, however often MA unpauses it."""
    scene.load()
    assert scene.receive(Strm("u", time=7)) == []


def test_deadlines(scene):
    """The shell knows when to come back: 1 s after a strm q, 10 s after a Finished, 0.3 s between STMd and STMu."""
    assert scene.player.deadline is None
    generation = scene.play()
    scene.receive(Strm("q"))
    assert scene.player.deadline == scene.time + 1
    generation = scene.play(2, "sessionB")
    assert scene.player.deadline is None
    scene.echo("finished", generation, 1_000)
    assert scene.player.deadline == pytest.approx(scene.time + 0.3)
    generation = scene.play(3, "sessionC")
    scene.hand_out_next(4)
    scene.echo("finished", generation, 1_000)
    assert scene.player.deadline == scene.time + 10
