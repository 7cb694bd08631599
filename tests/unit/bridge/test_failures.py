"""PlaybackFailed: once again, then what follows, then silence; never a loop."""

import pytest

from home_bridge import commands
from home_bridge.errors import MusicAssistantError, UnreachableError
from home_bridge.failures import replace_failed
from home_bridge.look_ahead import next_stream
from home_bridge.store import PlayerStore


def fail(at, generation, offset_ms=0, **more):
    at.run(replace_failed(at.turn, at.event("failed", generation, offset_ms, **more)))
    return at.player.current


def played(at):
    return [args for command, args in at.ma.calls if command == "player_queues/play_index"]


def test_first_failure_plays_it_again(flows):
    """The current stream failed: the same item from the same position, in a new session and generation."""
    at = flows(1, 2)
    first = at.start(1)
    again = fail(at, first.generation, 42_500)
    assert (again.queue_item_id, again.position_ms) == (first.queue_item_id, 42_000)
    assert again.generation > first.generation
    assert again.path != first.path
    assert "STMn" in at.ma.told


def test_second_failure_plays_what_follows(flows):
    """It failed again: the item behind it."""
    at = flows(1, 2)
    first = at.start(1)
    again = fail(at, first.generation)
    assert fail(at, again.generation).item.title == "Track 2"


def test_third_failure_is_silence(flows):
    """Then silence: nothing is to be streamed, MA is idle; and a failure after that changes nothing."""
    at = flows(1, 2, 3)
    stream = at.start(1)
    for _ in range(2):
        stream = fail(at, stream.generation)
    at.report("started")
    at.ma._enqueue()
    at.ma.told.clear()
    assert fail(at, stream.generation) is None
    assert at.ma.told == ["STMn", "STMd", "STMu"]
    assert fail(at, stream.generation, 10) is None
    assert len(played(at)) == 3


@pytest.mark.parametrize(("heard_ms", "title"), [(29_999, "Track 2"), (30_000, "Track 1")])
def test_half_a_minute_heard_is_recovery(flows, heard_ms, title):
    """A stream that was heard for 30 s was no failure; one that started was, since it starts each time."""
    at = flows(1, 2)
    again = fail(at, at.start(1).generation, 10_400)
    assert again.offset_ms == 400
    at.report("started", 400, generation=again.generation)
    assert fail(at, again.generation, 400 + heard_ms).item.title == title


def test_a_command_counts_from_zero(flows):
    """After three failures it is silent; what is asked for then has all its tries."""
    at = flows(1, 2, 3)
    stream = at.start(1)
    for _ in range(2):
        stream = fail(at, stream.generation)
    fail(at, stream.generation)
    at.run(commands.run(at.turn, "resume", {"queue_item_id": stream.queue_item_id, "position_ms": 0}))
    asked = at.player.current
    assert fail(at, asked.generation).queue_item_id == asked.queue_item_id


def test_the_heard_and_the_buffered_are_counted_apart(flows):
    """One hiccup of each: both are tried again, and nothing is skipped."""
    at = flows(1, 2, 3)
    again = fail(at, at.start(1).generation)
    at.report("started", generation=again.generation)
    upcoming = at.run(next_stream(at.turn, again.generation))
    fail(at, upcoming.generation, current_generation=again.generation)
    assert at.player.following.stream.item.title == "Track 2"


def test_a_restart_of_the_bridge_forgets_no_failure(flows, tmp_path):
    """The count is remembered with the stream."""
    at = flows(1, 2)
    fail(at, at.start(1).generation)
    store = PlayerStore(tmp_path / "players.sqlite")
    store.save(at.player.memory)
    assert store.load()[0].current.failures == 1
    store.close()


def test_second_failure_of_the_last_item(flows):
    """Nothing follows the last: silence."""
    at = flows(1)
    first = at.start(1)
    again = fail(at, first.generation)
    assert fail(at, again.generation) is None


def test_refused_replay_goes_on(flows):
    """If MA refuses to play the item again (a dead file), what follows plays at once."""
    at = flows(1, 2)
    first = at.start(1)
    at.ma.dead.add(at.item_id(1))
    found = fail(at, first.generation)
    assert found.item.title == "Track 2"
    assert found.failures == 2


def test_home_away_is_not_silence(flows):
    """If MA cannot be asked, that is an error, and nothing is forgotten."""
    at = flows(1, 2)
    first = at.start(1)
    at.ma.refused["player_queues/play_index"] = UnreachableError("away")
    with pytest.raises(UnreachableError):
        fail(at, first.generation)
    assert at.player.current == first


def test_repeated_report_changes_nothing(flows):
    """The same failure reported twice is answered with the same replacement."""
    at = flows(1, 2)
    first = at.start(1)
    event = at.event("failed", first.generation, 9_000)
    at.run(replace_failed(at.turn, event))
    again = at.player.current
    at.run(replace_failed(at.turn, event))
    assert at.player.current == again
    assert len(played(at)) == 2


def test_radio_fails(flows):
    """A radio is tried again from its start: live has no position."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="radio") | {"duration": None}]
    first = at.start(1)
    fail(at, first.generation, 900_000)
    assert played(at)[-1]["seek_position"] == 0


def test_an_episode_of_unknown_length_fails(flows):
    """What has an end is taken up again where it broke, also where MA does not know when that is."""
    at = flows()
    at.ma.items = [at.raw_item(1, media_type="podcast_episode") | {"duration": 0}]
    first = at.start(1)
    fail(at, first.generation, 900_000)
    assert played(at)[-1]["seek_position"] == 900


def test_failure_before_it_was_heard(flows):
    """A stream that fails before its Started is the current one all the same."""
    at = flows(1, 2)
    at.run(at.turn.play_item(at._item(1)))
    first = at.player.current
    again = fail(at, first.generation)
    assert again.generation > first.generation


def test_buffering_next_failed(flows):
    """The enqueued stream failed while buffering: the same item and session, a new generation; the heard one stays."""
    at = flows(1, 2, 3)
    current = at.start(1)
    upcoming = at.run(next_stream(at.turn, current.generation))
    fail(at, upcoming.generation, current_generation=current.generation)
    replacement = at.player.following.stream
    assert replacement.generation > upcoming.generation
    assert replacement.path == upcoming.path
    assert at.player.current == current
    assert len(played(at)) == 1


def test_buffering_next_failed_with_the_connection(flows):
    """The connection was lost and is back: the heard one is loaded again, and the next one offered again."""
    at = flows(1, 2, 3)
    current = at.start(1)
    upcoming = at.run(next_stream(at.turn, current.generation))
    at.player.disconnected()
    fail(at, upcoming.generation, current_generation=current.generation)
    assert at.player.following.stream.item.title == "Track 2"
    assert at.player.loaded is not None


def test_buffering_next_failed_again(flows):
    """It failed again: the item behind it, without another session."""
    at = flows(1, 2, 3)
    current = at.start(1)
    upcoming = at.run(next_stream(at.turn, current.generation))
    for _ in range(2):
        fail(at, at.player.following.stream.generation, current_generation=current.generation)
    assert upcoming.item.title == "Track 2"
    assert at.player.following.stream.item.title == "Track 3"
    assert len(played(at)) == 1


def test_buffering_next_failed_for_good(flows):
    """Then nothing follows; the heard one is never touched."""
    at = flows(1, 2, 3)
    current = at.start(1)
    at.run(next_stream(at.turn, current.generation))
    for _ in range(3):
        fail(at, at.player.following.stream.generation, current_generation=current.generation)
    assert at.player.following.stream is None
    assert at.player.playing


def test_replacement_of_the_buffering_one_is_heard(flows):
    """The replacement's Started moves MA like the first one's would have."""
    at = flows(1, 2)
    current = at.start(1)
    upcoming = at.run(next_stream(at.turn, current.generation))
    fail(at, upcoming.generation, current_generation=current.generation)
    assert at.report("started", generation=at.player.following.stream.generation) == ["STMs", "STMt 0", "STMr"]


def test_failed_gets_what_the_screen_chose(flows):
    """While MA's screen wants another stream, a failure is answered with that one."""
    at = flows(1, 2, 9)
    old = at.start(1)
    at.ma._player_queues_play_index(at.item_id(9))
    assert fail(at, old.generation).item.title == "Track 9"
    assert len(played(at)) == 1


def test_buffering_next_failed_while_the_screen_chose(flows):
    """While MA's screen wants another stream, that one takes the place of what failed behind the heard one."""
    at = flows(1, 2, 9)
    current = at.start(1)
    upcoming = at.run(next_stream(at.turn, current.generation))
    at.ma._player_queues_play_index(at.item_id(9))
    assert fail(at, upcoming.generation, current_generation=current.generation).item.title == "Track 9"
    assert at.player.following.stream is at.player.current
    assert at.player.audible.stream.generation == current.generation
    chosen = at.player.current
    again = fail(at, chosen.generation, current_generation=current.generation)
    assert (again.item.title, at.player.following.stream) == ("Track 9", again)
    assert again.generation > chosen.generation
    fail(at, again.generation, current_generation=current.generation)
    assert at.player.following.stream is None


@pytest.mark.parametrize("wanted", ["pause", "stop"])
def test_failed_while_silence_is_wanted(flows, wanted):
    """While MA's screen wants silence, a failure starts nothing."""
    at = flows(1, 2)
    old = at.start(1)
    at.want(wanted)
    fail(at, old.generation)
    assert len(played(at)) == 1


@pytest.mark.parametrize("generation", [5, 99_999_999])
def test_failure_of_a_stranger(flows, generation):
    """The failure of a stream nobody handed out changes nothing."""
    at = flows(1, 2)
    current = at.start(1)
    assert fail(at, generation) == current
    assert at.player.playing


def test_unplayable_next_after_failures(flows):
    """If what follows is refused too, it is silence, not a loop."""
    at = flows(1, 2)
    first = at.start(1)
    at.ma.refused["player_queues/play_index"] = MusicAssistantError("500")
    assert fail(at, first.generation) is None
