"""Which event moves something: "Generation" of the design."""

import itertools

import pytest

from home_bridge.models import Event, EventKind, Stream


def test_late_stopped_of_a_replaced_stream(scene):
    """The Stopped of a stream that a new one replaced sends nothing and moves nothing."""
    old = scene.play(1)
    new = scene.play(2, "sessionB")
    assert scene.echo("stopped", old, 9_000) == []
    assert scene.player.audible.stream.generation == new
    assert scene.player.playing


def test_stopped_of_the_old_before_started_of_the_new(scene):
    """While the new stream is loaded but not heard, the old one's Stopped is not told: MA's clock is the new one's."""
    old = scene.play(1)
    scene.load(2, "sessionB")
    assert scene.echo("stopped", old, 9_000) == []


@pytest.mark.parametrize("kind", ["started", "stopped", "finished"])
def test_unknown_generation(scene, kind):
    """An event of a generation never handed out moves nothing."""
    scene.play()
    assert scene.echo(kind, 7) == []
    assert scene.echo(kind, 9_999) == []


@pytest.mark.parametrize("kind", ["started", "stopped", "finished"])
def test_repeated_event(scene, kind):
    """The same event twice says nothing the second time."""
    generation = scene.play()
    scene.time += 5
    scene.echo(kind, generation, 5_000)
    assert scene.echo(kind, generation, 5_000) == []


def test_older_event_of_the_same_generation(scene):
    """An event that occurred before the last one taken is late, and ignored."""
    generation = scene.play()
    scene.time += 20
    scene.echo("stopped", generation, 20_000)
    assert scene.echo("started", generation, 3_000, at=scene.now - 10) == []
    assert not scene.player.playing


def test_within_one_second_the_offset_decides(scene):
    """Alexa's timestamps have whole seconds: the greater offset is the later event."""
    generation = scene.load()
    scene.echo("stopped", generation, 700)
    assert scene.echo("started", generation, 0) == []
    assert not scene.player.playing


@pytest.mark.parametrize("begins_ms", [0, 900])
def test_order_at_equal_second_and_offset(begins_ms):
    """At equal keys: Started where the stream begins, then Stopped, then a later Started, Finished and Failed last."""

    def order(kind, offset_ms):
        return Event(EventKind(kind), 1, offset_ms, 100).order_in(stream)

    stream = Stream(1, "item", "path", offset_ms=begins_ms)
    assert order("started", begins_ms) < order("stopped", begins_ms)
    assert order("stopped", 950) < order("started", 950) < order("finished", 950)


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_speech_in_one_second_ends_playing(new_scene, arrival):
    """Started, Stopped, Started again of one second end in playing, in whatever order they arrive."""
    scene = new_scene()
    generation = scene.load()
    events = [("started", 0), ("stopped", 800), ("started", 800)]
    for index in arrival:
        kind, offset_ms = events[index]
        scene.echo(kind, generation, offset_ms)
    assert scene.player.playing
    assert scene.player.audible.offset_ms == 800


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("stopped", ["STMs", "STMt 300", "STMr", "STMt 300", "STMp"]),
        ("finished", ["STMs", "STMt 300", "STMr", "STMd"]),
    ],
)
def test_any_event_of_the_upcoming_implies_its_started(scene, kind, told):
    """An event of the enqueued stream whose Started was lost moves MA to it all the same."""
    scene.play()
    upcoming = scene.hand_out_next()
    assert scene.echo(kind, upcoming, 300) == told
    assert scene.player.audible.stream.generation == upcoming


def test_started_of_the_enqueued_ends_the_one_before(scene):
    """Whatever arrives of the old stream afterwards is ignored, Finished too."""
    old = scene.play()
    upcoming = scene.hand_out_next()
    scene.echo("started", upcoming)
    scene.time += 2
    assert scene.echo("finished", old, 180_000) == []
    assert scene.echo("stopped", old, 180_000) == []
    assert scene.pass_time(20) == []


def test_repeat_one_has_one_url_and_two_generations(scene):
    """With repeat one the same item and URL comes again; only the generation tells the two apart."""
    first = scene.play(1)
    again = scene.hand_out_next(1)
    assert scene.player.following.stream.path == scene.player.current.path
    scene.time += 180
    assert scene.echo("started", again) == ["STMs", "STMt 0", "STMr"]
    assert scene.echo("finished", first, 180_000) == []
    assert scene.player.playing


def test_started_of_what_ma_did_not_send_ahead(scene):
    """When MA sent another item ahead (or none), the started one has to be loaded again: the player is lost."""
    scene.play(1)
    upcoming = scene.hand_out_next(3, offered=False)
    assert scene.echo("started", upcoming) == []
    assert scene.player.lost
    assert scene.player.current.queue_item_id == scene.item_id(3)


def test_late_started_after_the_end_was_told(scene):
    """A Started that comes after 10 s all the same makes its stream current again, to be loaded anew."""
    generation = scene.play()
    upcoming = scene.hand_out_next()
    scene.echo("finished", generation, 180_000)
    scene.pass_time(11)
    assert scene.player.current is None
    scene.echo("started", upcoming)
    assert scene.player.lost
    assert scene.player.current.generation == upcoming


def test_failed_is_not_told_here(scene):
    """Failed ends the sound; what replaces the stream is decided elsewhere."""
    generation = scene.play()
    assert scene.echo("failed", generation, 3_000) == []
    assert not scene.player.playing


def test_streams_are_known_by_their_generation(scene):
    """What plays, what is wanted and what follows are found by generation; what was is forgotten."""
    first = scene.play(1)
    upcoming = scene.hand_out_next(2)
    assert scene.player.stream_of(first).queue_item_id == scene.item_id(1)
    assert scene.player.stream_of(upcoming).queue_item_id == scene.item_id(2)
    scene.play(3, "sessionB")
    assert scene.player.stream_of(first) is None
