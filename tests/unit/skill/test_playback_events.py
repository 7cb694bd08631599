"""What devices report, as "Playback, exactly" has it. Events come early, late, twice and out of order."""

from dataclasses import replace

import pytest

from music_assistant_alexa.actions import ClearQueue, PlayBehavior, Stop
from music_assistant_alexa.errors import HomeUnreachableError, PlaybackStoreError
from music_assistant_alexa.models import Activity, MediaItem, MediaType, RepeatMode, Wanted
from music_assistant_alexa.stream_token import StreamToken

SONG = MediaItem("library://track/9", "Salt and Wire", MediaType.TRACK)
UNWANTED = [Wanted.PAUSE, Wanted.STOP]


@pytest.fixture
def playing(core):
    """Make the first of three tracks audible; home is asked nothing from here on."""
    token = core.play()
    core.started(token, after=1)
    core.home.calls.clear()
    return token


# Silence


@pytest.mark.parametrize("silence", ["pause", "stop"])
def test_what_was_stopped_stays_silent(core, playing, silence):
    """Events of before come after a pause or stop: a silent device plays what it is given, so it is given nothing."""
    upcoming = core.token_of(core.nearly_finished(playing))
    getattr(core.playback, silence)(core.moment((playing, 5_000)))
    core.home.calls.clear()
    assert core.nearly_finished(playing).actions == ()
    assert core.failed(upcoming, playing, 5_000).actions == ()
    assert core.home.calls == []
    assert core.failed(playing, at_ms=5_000).actions == ()
    assert [event.event for event in core.reports] == [Activity.STOPPED]  # lest Music Assistant shows that it plays
    assert core.running.stopped_by_user


def test_silence_after_the_end(core, playing):
    """A pause after the last sound counts too: NearlyFinished has been seen to come after the end."""
    core.finished(playing, after=200)
    core.playback.pause(core.moment((playing, 200_000)))
    assert core.nearly_finished(playing).actions == ()
    assert core.running.activity is Activity.FINISHED
    assert core.token_of(core.playback.resume(core.moment())).queue_item_id != playing.queue_item_id


def test_an_end_in_the_second_of_a_stop(core, playing):
    """Finished of the very second in which "stop" was said is the newer event, and does not end the silence."""
    core.playback.stop(core.moment((playing, 199_900), after=200))
    core.finished(playing, 200_000)
    assert core.running.activity is Activity.FINISHED
    assert core.nearly_finished(playing).actions == ()


def test_music_after_a_stop_is_given_what_follows(core, playing):
    """The silence is that of the stream that was stopped: what was asked for later goes on by itself."""
    core.playback.stop(core.moment((playing, 5_000)))
    resumed = core.token_of(core.playback.resume(core.moment(after=5)))
    assert core.nearly_finished(resumed).actions
    assert core.failed(resumed).actions


# Started


def test_started_is_told_and_remembered(core):
    """Started of what was handed out is told home and moves the row on."""
    token = core.play()
    assert core.started(token, after=1).actions == ()
    (event,) = core.reports
    assert (event.event, event.token, event.offset_ms) == (Activity.STARTED, token, 0)
    assert core.running.activity is Activity.STARTED
    assert core.running.item.title == "1 1"


def test_started_of_the_enqueued_stream_moves_the_row(core, playing):
    """What was enqueued becomes what runs, with its title, when the device says so, and not before."""
    upcoming = core.token_of(core.nearly_finished(playing))
    assert core.running.token == playing
    core.started(upcoming, after=200)
    assert core.running.token == upcoming
    assert core.running.item.title == "1 2"
    assert core.home.stream.generation == upcoming.generation
    assert core.state.following is None


def test_a_started_never_heard_of_is_believed(core):
    """With an empty row, the token alone says what plays; its title comes from home's answer."""
    core.play()
    stream = core.home.stream
    token = StreamToken("q", stream.queue_item_id, 0, stream.generation + 1)
    core.started(token)
    assert core.running.token == token
    assert core.running.item.title == "1 1"


def test_a_title_of_another_item_is_not_taken(core):
    """Home's current item is not put on a stream it does not belong to."""
    core.play()
    core.started(StreamToken("q", "f" * 32, 0, 9))
    assert core.running.item.title == ""


def test_started_again_after_speech(core, playing):
    """Stopped and Started of one stream, as someone speaks: both are told home, nothing is advanced or cleared."""
    core.stopped(playing, 5_000, after=5)
    core.started(playing, 5_000, after=2)
    assert [event.event for event in core.reports] == [Activity.STOPPED, Activity.STARTED]
    assert core.running.activity is Activity.STARTED
    assert core.home.stream.generation == playing.generation


def test_a_late_started_of_a_resumed_stream_is_no_start_after_speech(core, playing):
    """A stream resumed within a second begins at an offset; its Started comes before a Stopped of that moment."""
    core.stopped(playing, 61_900, after=62)
    resumed = core.token_of(core.playback.resume(core.moment(after=5)))
    core.stopped(resumed, resumed.offset_ms, after=1)
    core.started(resumed, resumed.offset_ms)
    assert core.running.activity is Activity.STOPPED


def test_started_again_ends_the_users_pause(core, playing):
    """After "resume" of the device itself the pause no longer counts as the user's."""
    core.playback.pause(core.moment((playing, 5_000)))
    core.started(playing, 5_000, after=9)
    assert core.running.stopped_by_user is False


# Stopped


def test_stopped_is_not_that_the_user_stopped(core, playing):
    """Stopped keeps the place and is told home; what the user wants is not concluded from it."""
    assert core.stopped(playing, 5_000, after=5).actions == ()
    assert (core.running.activity, core.running.offset_ms) == (Activity.STOPPED, 5_000)
    assert core.running.stopped_by_user is False


def test_a_late_stopped_of_a_replaced_stream_is_nothing(core, playing):
    """It comes after the next stream has been handed out: not stored, not told."""
    token = core.play(SONG)
    core.home.calls.clear()
    core.stopped(playing, 5_000, after=1)
    assert core.home.calls == []
    assert core.running.token == token
    assert core.running.activity is Activity.HANDED


def test_stopped_before_a_started_of_the_same_second(core, playing):
    """Someone spoke for less than a second: the two arrive in either order, and the device plays."""
    moment = core.moment(after=5)
    core.clock.now = moment.occurred_at
    core.started(playing, 5_000)
    core.stopped(playing, 5_000)
    assert core.running.activity is Activity.STARTED


def test_an_old_stopped_does_not_undo_a_newer_started(core, playing):
    """A Stopped of seconds ago that arrives after Started leaves the row alone; home judges for itself."""
    core.started(playing, 5_000, after=9)
    core.clock.now -= 4
    core.stopped(playing, 5_000)
    assert core.running.activity is Activity.STARTED


# NearlyFinished


def test_nearly_finished_enqueues_what_follows(core, playing):
    """The next item is enqueued behind the event's own stream, and MA's current item stays."""
    (play,) = core.nearly_finished(playing).actions
    assert play.behavior is PlayBehavior.ENQUEUE
    assert play.expected_previous_token == playing.encode()
    assert play.item.title == "1 2"
    assert core.home.names == ["next_stream"]
    assert core.running.token == playing


def test_a_duplicate_gets_the_same_answer(core, playing):
    """NearlyFinished twice: the same token, no second generation."""
    first, second = core.nearly_finished(playing), core.nearly_finished(playing, after=1)
    assert core.token_of(first) == core.token_of(second)
    assert {play.behavior for play in first.actions + second.actions} == {PlayBehavior.ENQUEUE}


def test_nearly_finished_before_started(core):
    """It implies that the stream has started; Started may come after it, in the same second."""
    token = core.play()
    upcoming = core.nearly_finished(token, 130)
    core.started(token, 0)
    assert core.running.token == token
    assert core.state.following.token == core.token_of(upcoming)


def test_nearly_finished_of_the_enqueued_before_its_started(core, playing):
    """A short track asks for its next before its Started was handled: the row moves on and the chain holds."""
    second = core.token_of(core.nearly_finished(playing))
    third = core.token_of(core.nearly_finished(second, after=1))
    assert core.running.token == second
    assert core.running.item.title == "1 2"
    assert third.queue_item_id == core.home.queue[2].queue_item_id
    assert core.state.following.token == third


def test_nearly_finished_after_finished(core, playing):
    """For clips under a minute it comes after the end: still answered, nothing advanced twice."""
    core.finished(playing)
    (play,) = core.nearly_finished(playing, 200_000, after=1).actions
    assert play.expected_previous_token == playing.encode()
    assert core.home.stream.generation == playing.generation


def test_a_stale_nearly_finished_gets_the_wanted_stream(core, playing):
    """Of a stream that was replaced: the wanted one is enqueued behind it, not played over it; nothing is stored."""
    wanted = core.play(SONG)
    before = core.state
    (play,) = core.nearly_finished(playing).actions
    assert play.behavior is PlayBehavior.ENQUEUE
    assert play.expected_previous_token == playing.encode()
    assert StreamToken.decode(play.token) == wanted
    assert core.state == before


def test_nothing_follows_the_last(core, playing):
    """At the end of the queue nothing is enqueued, and the row remembers that nothing was."""
    core.home.queue = core.home.queue[:1]
    assert core.nearly_finished(playing).actions == ()
    assert core.state.following.token is None


def test_nothing_follows_any_more(core, playing):
    """The queue was cut on MA's screen after something was enqueued: it is cleared from the device."""
    core.nearly_finished(playing)
    core.home.queue, core.home.answered = core.home.queue[:1], None
    assert core.nearly_finished(playing, after=1).actions == (ClearQueue(),)


def test_something_else_follows_now(core, playing):
    """The order was changed on MA's screen between two NearlyFinished: what was enqueued is replaced."""
    core.nearly_finished(playing)
    core.home.answered = None
    (play,) = core.nearly_finished(playing, after=1).actions
    assert play.behavior is PlayBehavior.REPLACE_ENQUEUED
    assert play.expected_previous_token is None


def test_repeat_one_is_a_new_generation_of_the_same_item(core, playing):
    """The same item follows itself under a number of its own."""
    core.home.repeat = RepeatMode.ONE
    token = core.token_of(core.nearly_finished(playing))
    assert token.queue_item_id == playing.queue_item_id
    assert token.generation > playing.generation


@pytest.mark.parametrize("wanted", UNWANTED)
def test_nearly_finished_stops_what_mas_screen_stopped(core, playing, wanted):
    """Paused or stopped on MA's own screen: Stop, and nothing is enqueued."""
    core.home.wanted = wanted
    assert core.nearly_finished(playing).actions == (Stop(),)
    assert core.state.following is None


@pytest.mark.parametrize("wanted", UNWANTED)
@pytest.mark.parametrize("event", ["started", "finished"])
def test_started_and_finished_stop_what_mas_screen_stopped(core, playing, event, wanted):
    """Every report brings back what MA wants; silence is obeyed at once."""
    core.home.wanted = wanted
    assert getattr(core, event)(playing, 5_000, after=5).actions == (Stop(),)


@pytest.mark.parametrize("wanted", UNWANTED)
def test_stopped_is_never_answered(core, playing, wanted):
    """Alexa allows no answer to Stopped, whatever MA wants."""
    core.home.wanted = wanted
    assert core.stopped(playing, 5_000, after=5).actions == ()


# Finished


def test_finished_with_nothing_after_it(core, playing):
    """Silence: Finished cannot Play. The row says so."""
    assert core.finished(playing, after=200).actions == ()
    assert core.running.activity is Activity.FINISHED
    assert core.reports[-1].event is Activity.FINISHED


def test_a_finished_after_the_next_started_is_nothing(core, playing):
    """The next stream runs already: its row stays."""
    upcoming = core.token_of(core.nearly_finished(playing))
    core.started(upcoming, after=200)
    core.home.calls.clear()
    core.finished(playing)
    assert core.running.token == upcoming
    assert core.home.calls == []


def test_a_whole_album_by_its_events_alone(core):
    """NearlyFinished and Started alone carry the device and MA through all tracks in order."""
    token, heard = core.play(), []
    while token:
        core.started(token, after=200)
        heard.append(core.running.item.title)
        assert core.home._item().title == heard[-1]
        outcome = core.nearly_finished(token, after=1)
        token = core.token_of(outcome) if outcome.actions else None
    assert heard == ["1 1", "1 2", "1 3"]
    assert core.home.sessions == 1


# Failed, the current stream


def test_a_broken_stream_is_tried_again_from_where_it_broke(core, playing):
    """Once more, from the same position, replacing everything."""
    (play,) = core.failed(playing, at_ms=10_000, after=10).actions
    (event,) = core.reports
    assert (event.event, event.offset_ms) == (Activity.FAILED, 10_000)
    assert event.current_generation == playing.generation
    assert play.behavior is PlayBehavior.REPLACE_ALL
    assert StreamToken.decode(play.token).position_ms == 10_000


def test_then_the_next_item_then_silence(core, playing):
    """A stream that breaks again gives way to the next item; when that breaks too, the device falls silent."""
    again = core.token_of(core.failed(playing, at_ms=10_000))
    core.started(again, after=1)
    following = core.token_of(core.failed(again, at_ms=10_000, after=9))
    assert following.queue_item_id == core.home.queue[1].queue_item_id
    core.started(following, after=1)
    assert core.failed(following, at_ms=5_000, after=5).actions == ()
    assert core.running.activity is Activity.FAILED


def test_resume_after_failing_tries_again(core, playing):
    """After silence the user can say resume, and it goes on where it broke."""
    core.home._repaired = lambda player, _event: replace(core.home._state(player), stream=None)
    core.failed(playing, at_ms=10_000)
    assert core.token_of(core.playback.resume(core.moment())).position_ms == 10_000


def test_a_failure_of_a_replaced_stream_is_nothing(core, playing):
    """The old stream breaks because it was replaced: nobody is told."""
    token = core.play(SONG)
    core.home.calls.clear()
    assert core.failed(playing, at_ms=5_000).actions == ()
    assert core.home.calls == []
    assert core.running.token == token


# Failed, while it was buffered


def test_a_buffering_failure_is_replaced_behind_the_running_one(core, playing):
    """The same item again under a new number, REPLACE_ENQUEUED; the running stream is never touched."""
    upcoming = core.token_of(core.nearly_finished(playing))
    (play,) = core.failed(upcoming, current=playing, at_ms=60_000, after=60).actions
    (event,) = core.reports
    assert (event.token, event.current_generation, event.offset_ms) == (upcoming, playing.generation, 0)
    assert play.behavior is PlayBehavior.REPLACE_ENQUEUED
    token = StreamToken.decode(play.token)
    assert (token.queue_item_id, token.generation > upcoming.generation) == (upcoming.queue_item_id, True)
    assert core.running.token == playing
    assert core.running.activity is Activity.STARTED


def test_a_second_buffering_failure_gives_up(core, playing):
    """Nothing is enqueued any more; the running stream plays to its end."""
    upcoming = core.token_of(core.nearly_finished(playing))
    again = core.token_of(core.failed(upcoming, current=playing, at_ms=1_000))
    assert core.failed(again, current=playing, at_ms=2_000, after=1).actions == ()
    assert core.state.following.token is None
    assert core.running.activity is Activity.STARTED


def test_a_failure_of_what_was_replaced_behind_is_nothing(core, playing):
    """The order changed, and the stream enqueued before breaks: the new one stays."""
    upcoming = core.token_of(core.nearly_finished(playing))
    core.playback.shuffle(core.moment((playing, 5_000)), on=True)
    before = core.state
    core.home.calls.clear()
    assert core.failed(upcoming, current=playing, at_ms=5_000).actions == ()
    assert core.home.calls == []
    assert core.state == before


# When things are away


EVENTS = ["started", "stopped", "finished", "nearly_finished"]


@pytest.mark.parametrize("event", EVENTS)
def test_home_away_loses_no_state(core, playing, event):
    """The row has the event although home could not be told, so that resume knows the place."""
    core.home.failure = HomeUnreachableError("tunnel")
    with pytest.raises(HomeUnreachableError):
        getattr(core, event)(playing, 61_000, after=61)
    assert core.running.token == playing
    if event != "nearly_finished":
        assert core.running.offset_ms == 61_000


@pytest.mark.parametrize("event", EVENTS)
def test_the_table_away_is_told_home_all_the_same(core, playing, event):
    """Events are understood from their token alone: MA's queue follows without a table."""
    core.store.away = PlaybackStoreError("throttled")
    getattr(core, event)(playing, 61_000, after=61)
    assert len(core.home.calls) == 1


def test_the_chain_goes_on_without_a_table(core):
    """Three tracks play on, one after the other, while nothing can be stored."""
    core.store.away = PlaybackStoreError("missing")
    token, played = core.play(), 0
    while token:
        core.started(token, after=200)
        outcome, played = core.nearly_finished(token), played + 1
        token = core.token_of(outcome) if outcome.actions else None
    assert played == 3


def test_failures_without_a_table_end(core):
    """Home counts: also without a table a broken stream is tried again once, then the next, then it is silent."""
    core.store.away = PlaybackStoreError("missing")
    token, tries = core.play(), 0
    core.home.calls.clear()
    while (outcome := core.failed(token, at_ms=1_000)).actions:
        token, tries = core.token_of(outcome), tries + 1
    assert tries == 2
    assert core.home.names == ["report"] * 3
